"""The claim as the desk knew it, as plain values: claim.json. Nothing here knows of confidential sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.audit.models import Entry
from apps.claims.evidence import Evidence, frozen_citation, gather
from apps.claims.lines import Line
from apps.claims.models import Citation, Claim, ClaimLink, Decision, MoveRequest, Policy
from apps.claims.states import Stance


def told_of_claim(claim: Claim, captures: list[int]) -> dict[str, Any]:
    """Everything of the claim, oldest first, and the numbers of the stored copies that come with it.

    Names and reasons of decisions are those that their lines of the trail still tell: what was erased there is gone.
    """
    evidence = gather(claim)
    lines = {entry.seq: entry for entry in Entry.objects.filter(stream=claim.stream, seq__isnull=False)}
    decisions = list(claim.decisions.select_related("policy").order_by("pk"))
    cited = claim.citations.with_evidence().select_related(
        *("source__page", "source__outlet", "capture__page", "quoted", "cited_by", "answered_by", "withdrawn_by")
    )
    return {
        "v": 1,
        "claim": claim.pk,
        "version": claim.version,
        "statement": claim.statement,
        "claimant": _name(claim.claimant),
        "story": _name(claim.story),
        "state": claim.state,
        "stage": claim.stage,
        "against_rule": claim.against_rule,
        "opened_at": _at(claim.opened_at),
        "opened_by": _name(claim.opened_by),
        "verified_at": _at(claim.verified_at),
        "decisions": [_decision(one, lines[one.claim_version]) for one in decisions],
        "requests": [_request(one) for one in claim.move_requests.with_people().order_by("pk")],
        "citations": [_citation(one) for one in cited],
        "lines": [_line(line) for stance in Stance for line in evidence.lines.of(stance)],
        "rulings": [_ruling(one) for one in claim.rulings.with_ends()],
        "figures": [
            {**one.frozen(), "withdrawn": _withdrawn(one)}
            for one in claim.figures.told().select_related("withdrawn_by")
        ],
        "caveats": [{"caveat": one.sentence, "withdrawn": _withdrawn(one)} for one in claim.caveats.told()],
        "replies": [_reply(one) for one in claim.reply_requests.told().prefetch_related("earlier_outcomes")],
        "uses": [_use(one) for one in claim.uses.select_related("withdrawn_by")],
        "links": [_link(one, claim) for one in ClaimLink.objects.of(claim)],
        "rules": _rules(decisions, evidence),
        "captures": captures,
        "not_here": [
            {
                "citation": one.pk,
                "url": one.source.page.url,
                "why": one.capture.failure or one.capture.get_state_display(),
            }
            for one in cited
            if not one.capture.is_stored
        ],
    }


def _decision(decision: Decision, line: Entry) -> dict[str, Any]:
    return {
        "decision": decision.pk,
        "version": decision.claim_version,
        "from_state": decision.from_state,
        "to_state": decision.to_state,
        "statement": decision.statement,
        "reason": line.reason,
        "asked_by": line.after.get("asked_by", line.actor_label),
        "decided_by": line.actor_label,
        "decided_at": _at(line.at),
        "rule_version": decision.policy.version if decision.policy else None,
        "met": decision.met,
        "against_rule": decision.is_override,
        "missing": decision.missing,
        "evidence": decision.evidence,
        "evidence_sha256": decision.evidence_digest,
    }


def _request(request: MoveRequest) -> dict[str, Any]:
    return {
        "request": request.pk,
        "from_state": request.from_state,
        "to_state": request.to_state,
        "reason": request.reason,
        "asked_by": _name(request.asked_by),
        "asked_at": _at(request.asked_at),
        "rule_version": request.policy.version,
        "evidence_sha256": request.evidence_digest,
        "outcome": request.outcome,
        "answered_by": _name(request.answered_by),
        "answered_at": _at(request.answered_at),
        "answer": request.answer,
        "changes": request.changes,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    source = citation.source
    return {
        **frozen_citation(citation),
        "source": source.pk,
        "title": source.title,
        "byline": source.byline,
        "published_at": _at(source.published_at),
        "note": citation.note,
        "cited_by": _name(citation.cited_by),
        "cited_at": _at(citation.cited_at),
        "answered_by": _name(citation.answered_by),
        "withdrawn": _withdrawn(citation),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "stance": line.stance.value,
        "name": line.name,
        "citations": sorted(one.pk for one in line.members),
        "counts": line.counts,
        "why": list(line.why),
        "cautions": list(line.cautions),
    }


def _ruling(ruling: Any) -> dict[str, Any]:
    return {
        "apart": [str(ruling.one), str(ruling.other)],
        "reason": ruling.reason,
        "ruled_by": _name(ruling.ruled_by),
        "ruled_at": _at(ruling.ruled_at),
        "withdrawn": _withdrawn(ruling),
    }


def _reply(asked: Any) -> dict[str, Any]:
    return {
        "party": _name(asked.party),
        "question": asked.question,
        "channel": asked.channel,
        "asked_by": _name(asked.asked_by),
        "asked_at": _at(asked.asked_at),
        "due": _at(asked.due),
        "outcome": asked.outcome,
        "answer": asked.answer,
        "outcome_at": _at(asked.outcome_at),
        "noted_before": [
            {"outcome": was.outcome, "answer": was.answer, "outcome_at": _at(was.outcome_at)}
            for was in asked.earlier_outcomes.all()
        ],
    }


def _use(use: Any) -> dict[str, Any]:
    return {
        "headline": use.headline,
        "url": use.url,
        "published_at": _at(use.published_at),
        "withdrawn": _withdrawn(use),
    }


def _link(link: ClaimLink, claim: Claim) -> dict[str, Any]:
    is_from_here = link.from_claim_id == claim.pk
    other = link.to_claim if is_from_here else link.from_claim
    relation = link.get_kind_display() if is_from_here else str(ClaimLink.REVERSED[ClaimLink.Kind(link.kind)])
    return {
        "relation": relation,
        "claim": other.pk,
        "statement": other.statement,
        "note": link.note,
        "withdrawn": _withdrawn(link),
    }


def _rules(decisions: list[Decision], evidence: Evidence) -> list[dict[str, Any]]:
    """The versions of the rule that were decided by, and the one that holds now."""
    rules: dict[int, Policy] = {one.policy.version: one.policy for one in decisions if one.policy}
    rules[evidence.rule.version] = evidence.rule
    return [
        {
            "version": rule.version,
            "says": rule.sentences,
            "facts": rule.facts,
            "reason": rule.reason,
            "made_at": _at(rule.made_at),
        }
        for _, rule in sorted(rules.items())
    ]


def _withdrawn(row: Any) -> dict[str, Any] | None:
    if row.withdrawn_at is None:
        return None
    return {"by": _name(row.withdrawn_by), "at": _at(row.withdrawn_at), "because": row.withdrawn_because}


def _name(row: Any) -> str:
    return str(row) if row is not None else ""


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
