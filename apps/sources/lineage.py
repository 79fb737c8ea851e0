"""Which citations are one line of evidence, because what they say comes from one origin. Rows in, lines out.

Pure: nothing here asks a database. ``sources.tracing`` fetches the rows; docs/decisions/0017 says why the rules are
as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from apps.sources.chains import CIRCLE, Chains, Edge, Node, SourceRow, sort_key


class Cited(NamedTuple):
    """One citation: what the caller knows it by, and its source."""

    key: int
    source: int


@dataclass(frozen=True)
class Rows:
    """All that lineage looks at. ``unnamed`` holds folded names; ``apart`` the pairs that an editor ruled apart."""

    sources: Mapping[int, SourceRow]
    edges: Sequence[Edge] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    unnamed: frozenset[str] = frozenset()
    apart: frozenset[frozenset[Node]] = frozenset()


@dataclass(frozen=True)
class LineOf:
    """One line of evidence among the cited: where it ends, who belongs to it, and what it leans on."""

    origins: tuple[Node, ...]
    members: tuple[Cited, ...]
    pending: tuple[Edge, ...] = ()
    circles: tuple[Node, ...] = ()
    dead_ends: tuple[tuple[Node, Node], ...] = ()
    joined: tuple[tuple[Node, Node], ...] = ()
    is_circular: bool = False

    @property
    def counts(self) -> bool:
        """Whether it counts towards corroboration: a circle knows nothing."""
        return not self.is_circular


def lineage(cited: Iterable[Cited], rows: Rows, chains: tuple[Chains, Chains] | None = None) -> list[LineOf]:
    """The lines of evidence of what is cited with one stance, in the order of their first members."""
    pages = list(cited)
    live, sure = chains or both_readings(rows)
    found = _Grouping(pages, rows, live, sure)
    return found.lines()


def both_readings(rows: Rows) -> tuple[Chains, Chains]:
    """The chains with the suggestions that wait for an answer, and without them. They serve every stance."""
    live = Chains(rows.sources, rows.edges, rows.unnamed)
    sure = [edge for edge in rows.edges if not edge.is_pending]
    return live, Chains(rows.sources, sure, rows.unnamed, with_credits=False, known=live)


class _Groups:
    """Sets that are joined (union and find)."""

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def find(self, node: Node) -> Node:
        parent = self._parent
        root = node
        while (above := parent.get(root, root)) != root:
            root = above
        while node != root:
            node, parent[node] = parent.get(node, node), root
        return root

    def join(self, nodes: Iterable[Node]) -> None:
        first: Node | None = None
        for node in nodes:
            if first is None:
                first = self.find(node)
            elif (other := self.find(node)) != first:
                self._parent[other] = first


class _Grouping:
    """The work of ``lineage``, step by step.

    A page belongs to the origins that its confirmed attributions lead to. What is only suggested may move a page to an
    origin that another page has for sure, or join origins; it never makes one line more.
    """

    def __init__(self, pages: Sequence[Cited], rows: Rows, live: Chains, sure: Chains) -> None:
        self.pages, self.rows, self.live, self.sure = pages, rows, live, sure
        self.groups = _Groups()
        self.joined: dict[frozenset[Node], tuple[Node, Node]] = {}
        self.by_live = {page.source: self._origins(live, page.source) for page in pages}
        self.by_sure = {page.source: self._origins(sure, page.source) for page in pages}
        self._share_copies(live, self.by_live)
        self._share_copies(sure, self.by_sure)
        self.of_page = self._settle()
        self._join_the_unnamed()

    def lines(self) -> list[LineOf]:
        members: dict[Node, list[Cited]] = {}
        origins: dict[Node, set[Node]] = {}
        for page in self.pages:
            ends = self.of_page[page.source]
            for root in {self.groups.find(end) for end in ends}:
                members.setdefault(root, []).append(page)
            for end in ends:
                origins.setdefault(self.groups.find(end), set()).add(end)
        return sorted(
            (self._line(root, origins[root], pages) for root, pages in members.items()),
            key=lambda line: (line.members[0].key, [sort_key(node) for node in (*line.origins, *line.circles)]),
        )

    def _line(self, root: Node, origins: set[Node], pages: list[Cited]) -> LineOf:
        pages = sorted(pages)
        sure = {end for page in pages for end in self.by_sure[page.source] if self.groups.find(end) == root} or origins
        pending = {edge for page in pages for edge in self.live.pending_of(("source", page.source))}
        is_circular = all(node[0] == CIRCLE for node in origins) or all(node[0] == CIRCLE for node in sure)
        shown = sorted((node for node in origins if node[0] != CIRCLE), key=sort_key)
        behind = self.live.behind
        return LineOf(
            origins=tuple(shown),
            members=tuple(pages),
            pending=tuple(sorted(pending, key=lambda edge: edge.order)),
            circles=tuple(sorted((node for node in {*origins, *sure} if node[0] == CIRCLE), key=sort_key)),
            dead_ends=tuple((node, end) for node in shown for end in sorted(behind.get(node, ()), key=sort_key))
            + tuple((node, node) for node in shown if self.live.is_unnamed(node)),
            joined=tuple(pair for pair in self.joined.values() if origins.issuperset(pair)),
            is_circular=is_circular,
        )

    @staticmethod
    def _origins(chains: Chains, source: int) -> frozenset[Node]:
        return chains.origins(("source", source))

    def _share_copies(self, chains: Chains, by_page: dict[int, frozenset[Node]]) -> None:
        """Who only carries a copy belongs where others who carry it, and know more of where it comes from, belong."""
        copies = _Groups()
        carriers = []
        known: list[tuple[Node, frozenset[Node]]] = []
        for source in by_page:
            node = ("source", source)
            marks = chains.copies_of(node)
            if chains.knows_more(node):
                outlet = self.rows.sources[source].outlet_node
                known += [(mark, by_page[source]) for mark in {*marks, node, *([outlet] if outlet else [])}]
            elif marks:
                carriers.append((source, marks))
                copies.join(marks)
                # One copy that passed through several hands is one.
                self.groups.join(end for end in sorted(by_page[source], key=sort_key) if end[0] != CIRCLE)
        better: dict[Node, set[Node]] = {}
        for mark, ends in known:
            better.setdefault(copies.find(mark), set()).update(ends)
        for source, marks in carriers:
            if shared := better.get(copies.find(next(iter(marks)))):
                by_page[source] = frozenset(shared)

    def _settle(self) -> dict[int, frozenset[Node]]:
        """Where each page belongs, and what only suggestions keep together."""
        founded = {end for source, ends in self.by_sure.items() for end in ends & self.by_live[source]}
        settled = {}
        for source, live in self.by_live.items():
            sure = self.by_sure[source]
            if kept := live & founded:
                settled[source] = kept
                continue
            self.groups.join(sorted({*live, *sure}, key=sort_key))
            settled[source] = (sure & founded) or live
        return settled

    def _join_the_unnamed(self) -> None:
        """Nobody can tell who is unnamed: they are one with each other, and with whoever a page has beside them."""
        present = {end for ends in self.of_page.values() for end in ends}
        present |= {end for ends in self.by_sure.values() for end in ends}
        ends: dict[Node, set[Node]] = {}
        for node in present:
            if self.live.is_unnamed(node):
                ends[node] = {node}
            elif behind := self.live.behind.get(node, frozenset()) | self.sure.behind.get(node, frozenset()):
                ends[node] = {node, *behind}
        ruled = {node for pair in self.rows.apart for node in pair}
        dark = sorted(ends, key=sort_key)
        # One that no ruling is about joins them all; only where each has a ruling do the pairs have to be tried.
        free = next((node for node in dark if not ends[node] & ruled), None)
        pairs = (
            [(free, node) for node in dark if node != free]
            if free
            else [(one, other) for number, one in enumerate(dark) for other in dark[number + 1 :]]
        )
        beside = {
            pair
            for source in self.by_live
            for chains in (self.live, self.sure)
            for pair in chains.beside(("source", source))
        }
        for one, other in [*pairs, *sorted(beside, key=lambda pair: (sort_key(pair[0]), sort_key(pair[1])))]:
            if not self._ruled_apart(ends.get(one, {one}), ends.get(other, {other})):
                self.groups.join([one, other])
                self.joined.setdefault(frozenset((one, other)), (one, other))

    def _ruled_apart(self, some: set[Node], others: set[Node]) -> bool:
        apart = self.rows.apart
        return bool(apart) and any(frozenset((one, other)) in apart for one in some for other in others)
