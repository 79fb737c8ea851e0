"""What a verdict on a claim would stand on: loaded once, judged by the policy, frozen by a request or a decision."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from apps.claims.models import Citation, Claim, Policy
from apps.claims.states import Stance
from apps.sources.models import Attribution


@dataclass(frozen=True)
class Evidence:
    """One claim's live evidence and the version of the rule that judges it. Nothing here asks the database."""

    claim: Claim
    rule: Policy
    citations: tuple[Citation, ...]
    attributions: tuple[Attribution, ...] = ()
    conflicts: tuple[str, ...] = ()

    def of(self, stance: Stance) -> list[Citation]:
        """The citations of one stance."""
        return [citation for citation in self.citations if citation.stance == stance]

    def frozen(self) -> dict[str, Any]:
        """Everything that the verdict would be bound to, as plain values in a fixed order."""
        return {
            "statement": self.claim.statement,
            "policy": self.rule.version,
            "citations": [citation.frozen() for citation in sorted(self.citations, key=lambda one: one.pk or 0)],
            "attributions": [_frozen(edge) for edge in sorted(self.attributions, key=lambda one: one.pk or 0)],
            "conflicts": sorted(self.conflicts),
        }


def gather(claim: Claim, rule: Policy | None = None) -> Evidence:
    """The evidence of one claim as it stands now."""
    return gather_all([claim], rule)[claim.pk]


def gather_all(claims: Iterable[Claim], rule: Policy | None = None) -> dict[int, Evidence]:
    """The evidence of each of these claims by its number, in as many queries for many as for one."""
    claims = list(claims)
    rule = rule or Policy.objects.current()
    cited = defaultdict(list)
    for citation in Citation.objects.live().filter(claim__in=claims).with_evidence():
        cited[citation.claim_id].append(citation)
    edges = _edges({one.source_id for citations in cited.values() for one in citations})
    found = {}
    for claim in claims:
        sources = {citation.source_id for citation in cited[claim.pk]}
        found[claim.pk] = Evidence(
            claim, rule, tuple(cited[claim.pk]), tuple(edge for edge in edges if edge.of_source_id in sources)
        )
    return found


def digest(frozen: Mapping[str, Any]) -> str:
    """The SHA-256 of frozen evidence, over bytes that are the same wherever it is written down."""
    packed = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def what_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What is otherwise in the second than in the first, in sentences; nothing only when both are the same."""
    if digest(before) == digest(after):
        return []
    said = []
    if before["statement"] != after["statement"]:
        said.append(f"The words of the claim changed from “{before['statement']}” to “{after['statement']}”.")
    if before["policy"] != after["policy"]:
        said.append(f"The rule changed: version {before['policy']} is version {after['policy']} now.")
    was, became = _by_key(before, "citations", "citation"), _by_key(after, "citations", "citation")
    said += [f"{_name(was[key])} is no longer cited." for key in was if key not in became]
    said += [f"{_name(became[key])} was cited: {STANCES[became[key]['stance']]}." for key in became if key not in was]
    for key in was:
        if key in became:
            said += _of_citation(was[key], became[key])
    edges, now = _by_key(before, "attributions", "attribution"), _by_key(after, "attributions", "attribution")
    said += [f"It no longer counts that {edges[key]['says']}." for key in edges if key not in now]
    said += [f"New: {now[key]['says']} ({now[key]['state']})." for key in now if key not in edges]
    said += [
        f"It is {now[key]['state']} now that {now[key]['says']}."
        for key in edges
        if key in now and edges[key] != now[key]
    ]
    said += [f"No longer so: {one}" for one in before["conflicts"] if one not in after["conflicts"]]
    said += [f"New: {one}" for one in after["conflicts"] if one not in before["conflicts"]]
    return said or ["Something of the evidence is not as it was."]


STANCES = {
    Stance.SUPPORTS: "it supports the claim",
    Stance.DISPUTES: "it disputes the claim",
    Stance.CONTEXT: "it gives context",
}
FACTS = {
    "outlet": "its outlet",
    "credit_line": "its credit line",
    "quote": "the words quoted",
    "quoted": "who is quoted",
}


def _of_citation(was: Mapping[str, Any], became: Mapping[str, Any]) -> list[str]:
    if was == became:
        return []
    name, said = _name(became), []
    if was["capture"] != became["capture"]:
        said.append(f"{name} rests on another copy now.")
    elif (was["capture_state"], was["read"]) != (became["capture_state"], became["read"]):
        said.append(f"The copy of {name} is {'stored and read' if became['read'] else became['capture_state']} now.")
    elif (was["body_sha256"], was["record_sha256"]) != (became["body_sha256"], became["record_sha256"]):
        said.append(f"The copy of {name} is not the one it was.")
    if was["first_hand"] != became["first_hand"]:
        said.append(f"{name} is {'' if became['first_hand'] else 'no longer '}marked first-hand.")
    if was["answer"] != became["answer"]:
        said.append(f"The dispute of {name} was answered: “{became['answer']}”.")
    said += [
        f"{name}: {words} changed from “{was[field] or 'nothing'}” to “{became[field] or 'nothing'}”."
        for field, words in FACTS.items()
        if was[field] != became[field]
    ]
    return said or [f"What is on record of {name} changed."]


def _name(frozen: Mapping[str, Any]) -> str:
    return str(frozen["outlet"] or frozen["url"])


def _by_key(frozen: Mapping[str, Any], name: str, key: str) -> dict[int, Mapping[str, Any]]:
    return {one[key]: one for one in frozen[name]}


def _edges(sources: set[int]) -> list[Attribution]:
    """The live attributions of these sources."""
    return list(Attribution.objects.live().with_ends().filter(Q(of_source__in=sources)).order_by("pk"))


def _frozen(edge: Attribution) -> dict[str, Any]:
    return {"attribution": edge.pk, "says": f"{edge.of} {edge.get_relation_display()} {edge.to}", "state": edge.state}
