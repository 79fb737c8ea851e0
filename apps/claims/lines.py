"""A claim's lines of evidence: its citations grouped by where what they say comes from, stance by stance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from apps.audit.statements import Select
from apps.claims.models import Citation, Ruling
from apps.claims.models.rulings import pairs
from apps.claims.states import Stance
from apps.sources.chains import Chains, Node
from apps.sources.lineage import Cited, LineOf, Rows, both_readings, lineage
from apps.sources.telling import Teller
from apps.sources.tracing import trace

_ends = Select(lambda claim: Ruling.objects.live().filter(claim=claim).ends(), int)


@dataclass(frozen=True)
class Line:
    """Citations of one stance that share an origin, in the order in which they were cited."""

    stance: Stance
    members: tuple[Citation, ...]
    found: LineOf
    teller: Teller

    @property
    def name(self) -> str:
        """The origins, to begin with: "NIS", "An unnamed official"."""
        return self.teller.origins(self.found)

    @property
    def within(self) -> str:
        """The origins inside a sentence: "an unnamed official", "NIS and an unnamed official"."""
        return self.teller.within(self.found)

    def called(self, citation: Citation) -> str:
        """A member as the rule's sentences call it."""
        return self.teller.called(citation.source_id)

    @cached_property
    def why(self) -> tuple[str, ...]:
        """Sentences that name the sources: why its members belong together."""
        return self.teller.why(self.found)

    @cached_property
    def cautions(self) -> tuple[str, ...]:
        """Sentences: the circle written out, and the chains that end in somebody unnamed."""
        return self.teller.cautions(self.found)

    @property
    def counts(self) -> bool:
        return self.found.counts

    @property
    def is_circular(self) -> bool:
        return self.found.is_circular

    @property
    def is_dead_end(self) -> bool:
        return bool(self.found.dead_ends)

    @property
    def suggestions(self) -> tuple[int, ...]:
        """The numbers of the pending attributions that it leans on; a credit line nobody has answered has none."""
        return tuple(edge.pk for edge in self.found.pending if edge.pk)

    @property
    def is_pending(self) -> bool:
        """Whether it leans on something that nobody has confirmed."""
        return bool(self.found.pending)


@dataclass(frozen=True)
class Lines:
    """The lines of every stance, and what can say more of the chains that they were found on."""

    by_stance: dict[Stance, tuple[Line, ...]]
    rows: Rows
    teller: Teller

    def of(self, stance: Stance) -> tuple[Line, ...]:
        """The lines of one stance, circular ones too."""
        return self.by_stance.get(stance, ())

    def counted(self, stance: Stance) -> tuple[Line, ...]:
        """The lines of one stance that count towards corroboration."""
        return tuple(line for line in self.of(stance) if line.counts)

    def name(self, node: Node) -> str:
        """What sentences call a source or a party."""
        return self.teller.name(node)

    def called(self, citation: Citation) -> str:
        """What the rule's sentences call a cited source: its outlet, and more only where that is not enough."""
        return self.teller.called(citation.source_id)

    @cached_property
    def recorded(self) -> Lines:
        """The same in the names that are frozen: whom else a claim cites changes none of them."""
        teller = Teller(self.teller.rows, self.teller.live, self.teller.sure)
        lines = {stance: tuple(replace(one, teller=teller) for one in of) for stance, of in self.by_stance.items()}
        return Lines(lines, self.rows, teller)


def lines_of(citations: Iterable[Citation]) -> Lines:
    """The lines of these live citations of one claim, which have their source, its outlet and page with them.

    Any part of a claim's citations may be asked about: the archived ones, those of one stance. Three queries at most.
    """
    return lines_of_each({0: list(citations)})[0]


def lines_of_each(cited: Mapping[int, Sequence[Citation]]) -> dict[int, Lines]:
    """The lines of the citations of several claims, by the key of each; as many queries for many as for one."""
    rows = trace({one.source_id: one.source for citations in cited.values() for one in citations}.values())
    apart = _apart({one.claim_id for citations in cited.values() for one in citations})
    chains = both_readings(rows)
    found = {}
    for key, citations in cited.items():
        ruled = frozenset(pair for claim in {one.claim_id for one in citations} for pair in apart.get(claim, ()))
        teller = Teller(rows, *chains, [one.source_id for one in citations])
        found[key] = _lines(citations, replace(rows, apart=ruled), chains, teller)
    return found


def _apart(claims: set[int]) -> dict[int, set[frozenset[Node]]]:
    """What is ruled apart on these claims, by the claim's number."""
    return pairs(_ends(*claims)) if len(claims) == 1 else Ruling.objects.live().pairs_of(claims)


def _lines(cited: Sequence[Citation], rows: Rows, chains: tuple[Chains, Chains], teller: Teller) -> Lines:
    found = {}
    by_stance: dict[str, dict[int, Citation]] = {stance: {} for stance in Stance}
    for citation in cited:
        by_stance[citation.stance][citation.pk] = citation
    for stance in Stance:
        members = by_stance[stance]
        lines = lineage([Cited(pk, citation.source_id) for pk, citation in members.items()], rows, chains)
        found[stance] = tuple(
            Line(stance, tuple(members[one.key] for one in line.members), line, teller) for line in lines
        )
    return Lines(found, rows, teller)
