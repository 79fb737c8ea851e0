"""What a verdict on a claim would stand on: loaded once, judged by the policy, frozen by a request or a decision."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.audit.statements import Select
from apps.audit.wording import plain, plainly
from apps.claims.figures import conflicts
from apps.claims.lines import Line, Lines, lines_of_each
from apps.claims.models import Citation, Claim, Figure, Policy, TextQuote
from apps.claims.quantities import Counting
from apps.claims.states import Stance
from apps.sources.chains import Edge, Node
from apps.sources.lineage import Rows
from apps.sources.telling import capital

# What the page of a claim and every move of it ask: see apps/audit/statements.py.
_rule = Select(lambda: Policy.objects.order_by("-version")[:1])
_citations = Select(lambda claim: Citation.objects.live().filter(claim=claim).with_copies(), int)
_passages = Select(
    lambda claim: TextQuote.objects.live().filter(citation__claim=claim).select_related("capture").order_by("id"), int
)
_figures = Select(lambda claim: Figure.objects.live().filter(claim=claim).told(), int)


@dataclass(frozen=True)
class Evidence:
    """One claim's live evidence and the version of the rule that judges it. Nothing here asks the database."""

    claim: Claim
    rule: Policy
    citations: tuple[Citation, ...]
    lines: Lines
    figures: tuple[Figure, ...] = ()

    @cached_property
    def conflicts(self) -> list[str]:
        """Pairs of the claim's figures that can't both hold, in sentences."""
        return [conflict.sentence for conflict in conflicts(self.figures)]

    def of(self, stance: Stance) -> list[Citation]:
        """The citations of one stance."""
        return [citation for citation in self.citations if citation.stance == stance]

    @plainly
    def frozen(self) -> dict[str, Any]:
        """Everything that the verdict would be bound to, as plain values in a fixed order."""
        lines = self.lines.recorded
        return {
            "statement": self.claim.statement,
            "policy": self.rule.version,
            "citations": [frozen_citation(one) for one in sorted(self.citations, key=lambda one: one.pk or 0)],
            "attributions": [_attribution(edge, lines) for edge in _reached(self.citations, lines.rows)],
            "lines": [_line(line) for stance in Stance for line in lines.of(stance)],
            "rulings": sorted(sorted(map(lines.name, pair)) for pair in lines.rows.apart),
            "figures": [figure.frozen() for figure in sorted(self.figures, key=lambda one: one.pk or 0)],
        }


def gather(claim: Claim, rule: Policy | None = None) -> Evidence:
    """The evidence of one claim as it stands now."""
    [rule] = [rule] if rule else _rule()
    citations = _citations(claim.pk)
    passages = defaultdict(list)
    for passage in _passages(claim.pk):
        passages[passage.citation_id].append(passage)
    for citation in citations:
        citation.known_passages = passages[citation.pk]
    lines = lines_of_each({claim.pk: citations})[claim.pk]
    return Evidence(claim, rule, tuple(citations), lines, tuple(_figures(claim.pk)))


def gather_all(claims: Iterable[Claim], rule: Policy | None = None, *, only_lines: bool = False) -> dict[int, Evidence]:
    """The evidence of each of these claims by its number, in as many queries for many as for one.

    ``only_lines`` is enough for a badge, and for nothing that names people or is frozen.
    """
    claims = list(claims)
    rule = rule or Policy.objects.current()
    cited = defaultdict(list)
    live = Citation.objects.live().filter(claim__in=claims)
    for citation in live.for_lines() if only_lines else live.with_evidence():
        cited[citation.claim_id].append(citation)
    lines = lines_of_each({claim.pk: cited[claim.pk] for claim in claims})
    figures = defaultdict(list)
    if not only_lines:
        for figure in Figure.objects.live().filter(claim__in=claims).told():
            figures[figure.claim_id].append(figure)
    return {
        claim.pk: Evidence(claim, rule, tuple(cited[claim.pk]), lines[claim.pk], tuple(figures[claim.pk]))
        for claim in claims
    }


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
    said += [
        f"{_name(became[key])} was cited: it {STANCES[became[key]['stance']]}." for key in became if key not in was
    ]
    for key in was:
        if key in became:
            said += _of_citation(was[key], became[key])
    said += _of_attributions(before, after)
    ruled, rules = before["rulings"], after["rulings"]
    said += [f"It is no longer ruled that {' and '.join(one)} stand apart." for one in ruled if one not in rules]
    said += [f"It is ruled now that {' and '.join(one)} stand apart." for one in rules if one not in ruled]
    if not said and before["lines"] != after["lines"]:
        said.append(f"The lines of evidence are others: {_told(before['lines'])} before, {_told(after['lines'])} now.")
    said += _of_figures(before, after)
    return [capital(sentence) for sentence in said] or ["Something of the evidence is not as it was."]


STANCES = {
    Stance.SUPPORTS: "supports the claim",
    Stance.DISPUTES: "disputes the claim",
    Stance.CONTEXT: "gives context",
}
ONCE = {Stance.SUPPORTS: "supported the claim", Stance.DISPUTES: "disputed the claim", Stance.CONTEXT: "gave context"}
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
    if was["stance"] != became["stance"]:
        said.append(f"{name} {STANCES[became['stance']]} now; before, it {ONCE[was['stance']]}.")
    if was["capture"] != became["capture"]:
        said.append(f"{name} rests on another copy now.")
    elif (was["capture_state"], was["read"]) != (became["capture_state"], became["read"]):
        said.append(f"The copy of {name} is {'stored and read' if became['read'] else became['capture_state']} now.")
    elif (was["body_sha256"], was["record_sha256"]) != (became["body_sha256"], became["record_sha256"]):
        said.append(f"The copy of {name} is not the one it was.")
    if was["first_hand"] != became["first_hand"]:
        said.append(f"{name} is {'' if became['first_hand'] else 'no longer '}marked first-hand.")
    if was["passages"] != became["passages"]:
        said.append(f"The words that are marked in the copy of {name} are others.")
    if was["answer"] != became["answer"]:
        said.append(f"The dispute of {name} was answered: “{became['answer']}”.")
    said += [
        f"{name}: {words} changed from “{was[field] or 'nothing'}” to “{became[field] or 'nothing'}”."
        for field, words in FACTS.items()
        if was[field] != became[field]
    ]
    return said or [f"What is on record of {name} changed."]


def _of_figures(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    was, became = _by_key(before, "figures", "figure"), _by_key(after, "figures", "figure")
    said = [f"The figure “{_said(was[key])}” was taken back." for key in was if key not in became]
    said += [f"New: the figure “{_said(became[key])}”." for key in became if key not in was]
    for key in was:
        if key in became and was[key] != became[key]:
            said += _of_figure(was[key], became[key])
    return list(dict.fromkeys(said))


def _of_figure(was: Mapping[str, Any], became: Mapping[str, Any]) -> list[str]:
    said, measure = [], became["measure"]
    if _said(was) != _said(became):
        said.append(f"The figure “{_said(was)}” is “{_said(became)}” now.")
    if was["unit"] != became["unit"]:
        said.append(f"“{measure}” is counted in {became['unit']} now; before, in {was['unit']}.")
    if (counted := _counting(was)) != (counts := _counting(became)):
        said.append(f"“{measure}” is read as “{counts}” now; before, as “{counted}”.")
    if was.get("counts", True) != became.get("counts", True):
        counts = "counts again" if became.get("counts", True) else "no longer counts: its citation is withdrawn"
        said.append(f"The figure “{_said(became)}” {counts}.")
    return said or [f"What the figure “{_said(became)}” rests on changed."]


def _counting(figure: Mapping[str, Any]) -> str:
    return plain(Counting(figure.get("counting", Counting.TOTAL)).label)


def _said(figure: Mapping[str, Any]) -> str:
    return f"{figure['party']}: {figure['says']} {figure['measure']}{', ' if figure['as_of'] else ''}{figure['as_of']}"


def _of_attributions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    was, became = _by_key(before, "attributions", "attribution"), _by_key(after, "attributions", "attribution")
    said = [f"It no longer plays a part that {was[key]['says']}." for key in was if key not in became]
    said += [f"New: {became[key]['says']} ({became[key]['state']})." for key in became if key not in was]
    both = [key for key in was if key in became and was[key] != became[key]]
    for key in both:
        if was[key]["state"] != became[key]["state"]:
            said.append(f"That {became[key]['says']} is {became[key]['state']} now.")
        else:
            said.append(f"What was “{was[key]['says']}” is “{became[key]['says']}” now.")
    return said


def _told(lines: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(f"{one['name']}{'' if one['counts'] else ' (does not count)'}" for one in lines) or "none"


def _name(frozen: Mapping[str, Any]) -> str:
    return str(frozen["outlet"] or frozen.get("title") or frozen["url"])


def _by_key(frozen: Mapping[str, Any], name: str, key: str) -> dict[int, Mapping[str, Any]]:
    return {one[key]: one for one in frozen[name]}


def _reached(citations: Iterable[Citation], rows: Rows) -> list[Edge]:
    """The attributions that the chains of these citations go through, also those that somebody has rejected."""
    leaving = defaultdict(list)
    for edge in rows.edges:
        leaving[edge.of].append(edge)
    ahead: list[Node] = [("source", citation.source_id) for citation in citations]
    known, found = set(ahead), []
    while ahead:
        node = ahead.pop()
        found += leaving[node]
        beyond = [edge.to for edge in leaving[node] if edge.is_live]
        if node[0] == "source" and node[1] in rows.sources:
            source = rows.sources[node[1]]
            beyond += [("party", name) for name in source.credits]
            beyond += [source.outlet_node] if source.outlet_node else []
        ahead += [one for one in dict.fromkeys(beyond) if one not in known]
        known.update(beyond)
    return sorted(found, key=lambda edge: edge.order)


@plainly
def frozen_citation(citation: Citation) -> dict[str, Any]:
    """A citation as a request and a decision keep it."""
    return {
        "citation": citation.pk,
        "stance": citation.stance,
        "url": citation.source.page.url,
        **({} if citation.source.has_address else {"kind": citation.source.kind, "title": citation.source.title}),
        "outlet": citation.source.outlet.name if citation.source.outlet else "",
        "credit_line": citation.source.credit_line,
        "quote": citation.quote,
        "passages": [
            {
                "exact": one.exact,
                "prefix": one.prefix,
                "suffix": one.suffix,
                "capture": one.capture_id,
                "body_sha256": one.capture.body_digest,
            }
            for one in citation.passages
        ],
        "quoted": citation.said_by,
        "first_hand": citation.first_hand,
        "answer": citation.answer,
        "capture": citation.capture_id,
        "capture_state": citation.capture.state,
        "read": citation.is_read,
        "body_sha256": citation.capture.body_digest,
        "record_sha256": citation.capture.warc_digest,
    }


def _attribution(edge: Edge, lines: Lines) -> dict[str, Any]:
    says = f"{lines.name(edge.of)} {edge.relation.replace('_', ' ')} {lines.name(edge.to)}"
    return {"attribution": edge.pk, "says": says, "state": edge.state}


def _line(line: Line) -> dict[str, Any]:
    return {
        "stance": line.stance,
        "name": line.name,
        "citations": sorted(citation.pk for citation in line.members),
        "counts": line.counts,
    }
