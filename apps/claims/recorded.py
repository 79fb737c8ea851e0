"""Judges claims, decisions and rules against the lines of the trail that tell of them, for ``audit_verify``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from apps.audit.bodies import is_open
from apps.audit.models import ERASED, Entry
from apps.audit.verbs import Verb
from apps.audit.verifying.findings import Finding, Kind
from apps.claims.evidence import digest
from apps.claims.models import Claim, Decision, Policy

AT_ONCE = 500
# A decision and its line are written in one transaction, one after the other.
APART = timedelta(minutes=1)
VERBS = {
    ("corroborated", False): Verb.CLAIM_CORROBORATED,
    ("disputed", False): Verb.CLAIM_DISPUTED,
    ("unverified", False): Verb.CLAIM_REOPENED,
    ("corroborated", True): Verb.CORROBORATED_BY_OVERRIDE,
    ("disputed", True): Verb.DISPUTED_BY_OVERRIDE,
}


def judge_decisions(stream: str | None) -> Iterator[Finding]:
    """Each decision against its line, and each line that tells of one against the decisions."""
    kind, _, claim = (stream or "").partition(":")
    if stream and kind != "claim":
        return
    decisions, lines = Decision.objects.order_by("pk"), Entry.objects.filter(verb__in=set(VERBS.values()))
    if stream:
        decisions, lines = decisions.filter(claim=int(claim)), lines.filter(stream=stream)
    last, seen = 0, set()
    while some := list(decisions.select_related("request", "policy").filter(pk__gt=last)[:AT_ONCE]):
        seqs = {one.claim_version for one in some} | {one.request.claim_version for one in some if one.request}
        streams = {f"claim:{one.claim_id}" for one in some}
        told = {(one.stream, one.seq): one for one in Entry.objects.filter(stream__in=streams, seq__in=seqs)}
        for decision in some:
            seen.add(decision.pk)
            of = f"claim:{decision.claim_id}"
            asked = told.get((of, decision.request.claim_version)) if decision.request else None
            if says := _differs(decision, told.get((of, decision.claim_version)), asked):
                yield Finding(Kind.DECISION_DIFFERS, f"decision {decision.pk} of {of}", says)
        last = some[-1].pk
    for line in lines.order_by("pk").iterator(chunk_size=AT_ONCE):
        if line.after.get("decision") not in seen:
            yield Finding(
                Kind.DECISION_DIFFERS, f"line {line.seq} of {line.stream}", "The decision that it tells of is gone."
            )


def _differs(decision: Decision, line: Entry | None, asked: Entry | None) -> str:
    """What is otherwise in a decision than its line says; nothing when it fits. Erased words can't be compared.

    ``asked`` is the line of the request that was signed.
    """
    if line is None:
        return "No line tells of it."
    if line.verb != VERBS.get((decision.to_state, decision.is_override)) or line.after.get("decision") != decision.pk:
        return "Its line tells of something else."
    if digest(decision.evidence) != decision.evidence_digest:
        return "Its evidence is not what was frozen."
    told = {
        "evidence": (line.after.get("evidence_sha256"), decision.evidence_digest, "after.evidence_sha256"),
        "reason": (line.reason, decision.reason, "reason"),
        "statement": (line.target_label, decision.statement, "target"),
    }
    for name, (says, is_now, field) in told.items():
        if says != is_now and field in line.salts:
            return f"Its {name} is not what its line says."
    if line.actor_id != decision.decided_by_id:
        return "It was decided by somebody else."
    if abs(line.at - decision.decided_at) > APART:
        return "It was decided at another time."
    if line.before.get("state", decision.from_state) != decision.from_state:
        return "It moved the claim from another state."
    rule = decision.policy.version if decision.policy else None
    if line.after.get("rule_version", rule) != rule:
        return "It was decided under another rule."
    return _asked_otherwise(decision, line, asked)


def _asked_otherwise(decision: Decision, line: Entry, asked: Entry | None) -> str:
    """Whether somebody else asked, or nobody, than the decision says: a signature is by a second person."""
    if line.after.get("request") != decision.request_id:
        return "It answers another request."
    if decision.request is None:
        return "" if decision.asked_by_id in (None, decision.decided_by_id) else "Nobody else had asked for it."
    if asked is None or asked.verb != Verb.MOVE_REQUESTED or asked.after.get("request") != decision.request_id:
        return "No line tells of what was asked."
    if not asked.actor_id == decision.asked_by_id == decision.request.asked_by_id:
        return "It was asked for by somebody else."
    return ""


def judge_words(stream: str | None) -> Iterator[Finding]:
    """Each claim's statement and due time against the last line that tells of them, unless that was erased."""
    kind, _, claim = (stream or "").partition(":")
    if stream and kind != "claim":
        return
    claims = Claim.objects.order_by("pk").values_list("pk", "statement", "due")
    claims, last = claims.filter(pk=int(claim)) if stream else claims, 0
    while some := list(claims.filter(pk__gt=last)[:AT_ONCE]):
        told: dict[str, dict[str, str]] = {}
        lines = Entry.objects.filter(
            stream__in=[f"claim:{pk}" for pk, *_ in some], verb__in=[Verb.CLAIM_OPENED, Verb.CLAIM_EDITED]
        )
        for line in lines.order_by("stream", "seq").only("stream", "after"):
            told.setdefault(line.stream, {}).update(line.after)
        for pk, statement, due in some:
            is_now = {"statement": statement, "due": due.isoformat() if due else ""}
            says = told.get(f"claim:{pk}", {})
            for name, value in is_now.items():
                if says.get(name, value) not in (value, ERASED):
                    yield Finding(Kind.ROW_DIFFERS, f"claim:{pk}", f"Its {name} is not what the trail says.")
        last = some[-1][0]


def judge_rule(stream: str | None) -> Iterator[Finding]:
    """Each version of the rule against its line; the first is what every desk begins with."""
    if stream and not stream.startswith(("policy:", "claim:")):
        return
    told = {line.seq: line.after for line in Entry.objects.filter(stream="policy:1")}
    facts: dict[str, Any] = Policy(version=1).facts
    for policy in Policy.objects.order_by("version"):
        after = told.get(policy.version, {})
        facts |= {name: value for name, value in after.items() if name in facts and is_open(value)}
        if policy.facts != facts:
            names = [name.replace("_", " ") for name, value in policy.facts.items() if facts[name] != value]
            yield Finding(Kind.ROW_DIFFERS, str(policy), f"The trail says otherwise of: {', '.join(names)}.")
