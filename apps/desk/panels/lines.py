"""A claim's evidence as lines: who belongs together and why, what waits for an answer, what was ruled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.audit.statements import Select
from apps.claims import policy
from apps.claims.evidence import Evidence
from apps.claims.lines import Line, Lines
from apps.claims.models import Citation, Claim, Ruling
from apps.claims.states import Stance
from apps.desk.attribution_forms import AnswerForm, RuleApartForm
from apps.desk.panels.origins import origin_graph, steps
from apps.sources.chains import Edge, Node
from apps.sources.models import Attribution, Party
from apps.sources.telling import listed

GROUP_TITLES = {Stance.SUPPORTS: _("Supports"), Stance.DISPUTES: _("Disputes"), Stance.CONTEXT: _("Gives context")}
_rulings = Select(lambda claim: Ruling.objects.live().filter(claim=claim).with_ends().order_by("id"), int)


@dataclass(frozen=True)
class Suggestion:
    """An attribution that waits, and the form that answers it."""

    attribution: Attribution
    form: AnswerForm


@dataclass(frozen=True)
class ShownLine:
    """One line as the page draws it. A citation of several lines has its row in the first of them."""

    number: int
    line: Line
    rows: list[Citation]
    elsewhere: list[Citation]
    credited: list[tuple[str, str, Edge]]
    apart: list[tuple[str, RuleApartForm]] = field(default_factory=list)
    why_not: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the rule counts it, as it does for the badge."""
        return not self.why_not

    @property
    def steps(self) -> list[str]:
        """Where its members have it from, step by step, as the drawing has it."""
        return steps(self.line.teller, [("source", one.source_id) for one in self.line.members])


@dataclass(frozen=True)
class Group:
    """The live citations of one stance, by lines."""

    stance: Stance
    citations: list[Citation]
    lines: list[ShownLine]

    @property
    def title(self) -> str:
        return str(GROUP_TITLES[self.stance])

    @property
    def counted(self) -> int:
        """How many lines the rule counts: for those that support the claim, what its badge says."""
        return sum(shown.counts for shown in self.lines)

    @property
    def uncounted(self) -> int:
        return len(self.lines) - self.counted


def lines_panel(claim: Claim, evidence: Evidence, *, may_rule: bool) -> dict[str, Any]:
    """What the evidence part of the claim page shows; with the forms that rule apart for whoever ``may_rule``."""
    found = evidence.lines
    asked = {pk for lines in found.by_stance.values() for line in lines for pk in line.suggestions}
    groups = _groups(claim, evidence, _ends(found) if may_rule else {})
    # The lines were counted with the rulings, where there are any lines.
    is_ruled = bool(found.rows.apart) or not any(found.by_stance.values())
    return {
        "groups": groups,
        "suggestions": suggestions(Attribution.objects.pending().with_ends().filter(pk__in=asked)) if asked else [],
        "rulings": _rulings(claim.pk) if is_ruled else [],
        "graph": origin_graph(found),
        "lines_shown": _digest(groups),
    }


def suggestions(attributions: Iterable[Attribution]) -> list[Suggestion]:
    """Each with a form of its own: several stand on one page."""
    return [Suggestion(one, AnswerForm(auto_id=f"id_attribution_{one.pk}_%s")) for one in attributions]


def _groups(claim: Claim, evidence: Evidence, ends: dict[Node, str]) -> list[Group]:
    groups = []
    for stance in Stance:
        seen: set[int] = set()
        shown = []
        for number, line in enumerate(evidence.lines.of(stance), start=1):
            rows = [one for one in line.members if one.pk not in seen]
            elsewhere = [one for one in line.members if one.pk in seen]
            seen |= {one.pk for one in rows}
            apart = [
                (
                    listed(line.teller.name(node) for node in sorted((one, other), key=line.teller.live.is_unnamed)),
                    RuleApartForm(
                        initial={"one": ends[one], "other": ends[other], "expected_version": claim.version},
                        auto_id=f"id_apart_{stance}_{number}_{order}_%s",
                    ),
                )
                for order, (one, other) in enumerate(line.found.joined)
                if one in ends and other in ends
            ]
            why_not = policy.why_uncounted(line, evidence.rule)
            shown.append(ShownLine(number, line, rows, elsewhere, _credited(line), apart, why_not))
        citations = [one for line in shown for one in line.rows]
        groups.append(Group(stance, citations, shown))
    return groups


def _credited(line: Line) -> list[tuple[str, str, Edge]]:
    """What only a credit line says of whose copy a page carries, each outlet and name once."""
    sources = line.teller.rows.sources
    told = {
        (sources[edge.of[1]].label, line.teller.name(edge.to)): edge
        for edge in line.found.pending
        # A short name beside the agency that it stands for is no name more.
        if edge.pk is None and (edge.to in line.found.origins or edge.to[1] not in sources[edge.of[1]].short)
    }
    return [(label, name, edge) for (label, name), edge in told.items()]


def _ends(found: Lines) -> dict[Node, str]:
    """How the forms name the origins that can be ruled apart: "party:12", "source:7"."""
    nodes = {
        node for lines in found.by_stance.values() for line in lines for pair in line.found.joined for node in pair
    }
    ends = {node: f"source:{node[1]}" for node in nodes if node[0] == "source"}
    if keys := {key for kind, key in nodes if kind == "party"}:
        parties = {party.identity: party.pk for party in Party.objects.one_with(keys).reverse()}
        ends |= {("party", key): f"party:{pk}" for key, pk in parties.items()}
    return ends


def _digest(groups: list[Group]) -> str:
    """What the page shows of the lines, to ask later whether it is still so."""
    told = [
        (line.line.name, line.line.why, line.line.cautions, [one.pk for one in line.line.members])
        for group in groups
        for line in group.lines
    ]
    return sha256(repr(told).encode()).hexdigest()[:12]
