"""Judges decisions and rules against the lines of the trail that tell of them, for ``audit_verify``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.audit.bodies import is_open
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.audit.verifying.findings import Finding, Kind
from apps.claims.evidence import digest
from apps.claims.models import Decision, Policy

AT_ONCE = 500
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
    while some := list(decisions.filter(pk__gt=last)[:AT_ONCE]):
        told = {
            (line.stream, line.seq): line
            for line in Entry.objects.filter(
                stream__in={f"claim:{one.claim_id}" for one in some}, seq__in={one.claim_version for one in some}
            )
        }
        for decision in some:
            seen.add(decision.pk)
            if says := _differs(decision, told.get((f"claim:{decision.claim_id}", decision.claim_version))):
                yield Finding(Kind.DECISION_DIFFERS, f"decision {decision.pk} of claim:{decision.claim_id}", says)
        last = some[-1].pk
    for line in lines.order_by("pk").iterator(chunk_size=AT_ONCE):
        if line.after.get("decision") not in seen:
            yield Finding(
                Kind.DECISION_DIFFERS, f"line {line.seq} of {line.stream}", "The decision that it tells of is gone."
            )


def _differs(decision: Decision, line: Entry | None) -> str:
    """What is otherwise in a decision than its line says; nothing when it fits. Erased words can't be compared."""
    if line is None:
        return "No line tells of it."
    if line.verb != VERBS.get((decision.to_state, decision.is_override)) or line.after.get("decision") != decision.pk:
        return "Its line tells of something else."
    if digest(decision.evidence) != decision.evidence_digest:
        return "Its evidence is not what was frozen."
    sealed = line.after.get("evidence_sha256")
    if sealed != decision.evidence_digest and "after.evidence_sha256" in line.salts:
        return "Its evidence is not what its line says."
    if line.reason != decision.reason and "reason" in line.salts:
        return "Its reason is not what its line says."
    return ""


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
