"""Which citations are one line of evidence, because what they say comes from one origin. Rows in, lines out.

Pure: nothing here asks a database. ``sources.tracing`` fetches the rows; docs/decisions/0017 says why the rules are
as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from apps.sources.chains import CIRCLE, NOTHING, Chains, Edge, End, Node, SourceRow, sort_key


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
    live = Chains.of(rows.sources, rows.edges, rows.unnamed)
    return live, live.confirmed()


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


Ends = frozenset[Node]


class _Grouping:
    """The work of ``lineage``, step by step.

    A page belongs to the origins that its confirmed attributions lead to. What is only suggested may move a page to an
    origin that another page has for sure, or join origins; it never makes one line more.

    Pages by the thousand lead to few sets of origins, so that what is asked of a set is asked once, not page by page.
    """

    def __init__(self, pages: Sequence[Cited], rows: Rows, live: Chains, sure: Chains) -> None:
        self.pages, self.rows, self.live = pages, rows, live
        self.behind = (live.behind, sure.behind)
        self.has_short_names = any(row.short for row in rows.sources.values())
        self.groups = _Groups()
        self.joined: dict[frozenset[Node], tuple[Node, Node]] = {}
        self.live_ends = {page.source: live.end(("source", page.source)) for page in pages}
        self.sure_ends = {page.source: sure.end(("source", page.source)) for page in pages}
        self.by_live = self._with_copies_shared(self.live_ends)
        self.by_sure = self._with_copies_shared(self.sure_ends)
        self.of_page = self._settle()
        self._join_the_unnamed()

    def lines(self) -> list[LineOf]:
        members: dict[Node, list[Cited]] = {}
        origins: dict[Node, set[Node]] = {}
        roots: dict[Ends, set[Node]] = {}
        for ends in set(self.of_page.values()):
            roots[ends] = {self.groups.find(end) for end in ends}
            for end in ends:
                origins.setdefault(self.groups.find(end), set()).add(end)
        for page in self.pages:
            for root in roots[self.of_page[page.source]]:
                members.setdefault(root, []).append(page)
        joined: dict[Node, list[tuple[Node, Node]]] = {}
        for pair in self.joined.values():
            joined.setdefault(self.groups.find(pair[0]), []).append(pair)
        return sorted(
            (self._line(root, origins[root], pages, joined.get(root, [])) for root, pages in members.items()),
            key=lambda line: (line.members[0].key, [sort_key(node) for node in (*line.origins, *line.circles)]),
        )

    def _line(self, root: Node, origins: set[Node], pages: list[Cited], joined: list[tuple[Node, Node]]) -> LineOf:
        find, live, behind = self.groups.find, self.live, self.live.behind
        sources = [page.source for page in pages]
        sure = {end for ends in {self.by_sure[source] for source in sources} for end in ends if find(end) == root}
        sure = sure or origins
        pending = set().union(*[self.live_ends[source].pending for source in sources])
        circles = {node for node in (*origins, *sure) if node[0] == CIRCLE}
        named = origins - self._mere_names(sources, origins)
        shown = sorted((node for node in named if node[0] != CIRCLE), key=sort_key)
        return LineOf(
            origins=tuple(shown),
            members=tuple(sorted(pages)),
            pending=tuple(sorted(pending, key=lambda edge: edge.order)),
            circles=tuple(sorted(circles, key=sort_key)),
            dead_ends=tuple((node, end) for node in shown for end in sorted(behind.get(node, ()), key=sort_key))
            + tuple((node, node) for node in shown if live.is_unnamed(node)),
            joined=tuple(pair for pair in joined if origins.issuperset(pair)),
            is_circular=bool(circles) and (circles.issuperset(origins) or circles.issuperset(sure)),
        )

    def _mere_names(self, sources: list[int], origins: set[Node]) -> set[Node]:
        """Origins that are no more than a short name in a credit line beside the agency which it stands for.

        Whoever publishes under it, or is led to by name, on any of the chains, is somebody.
        """
        if not self.has_short_names:
            return set()
        mere: set[Node] = set()
        either: set[Node] = set()
        told: set[Node | None] = set()
        ahead: list[Node] = [("source", source) for source in sources]
        seen = set(ahead)
        for node in ahead:
            if node[0] == "source" and (row := self.rows.sources.get(node[1])):
                mere |= {("party", name) for name in row.short}
                either |= {("party", name) for name in row.either}
                told.add(row.outlet_node)
            leaving = self.live.leaving(node)
            told |= {edge.to for edge in leaving if edge.pk}
            beyond = [edge.to for edge in leaving if edge.to not in seen]
            ahead += dict.fromkeys(beyond)
            seen.update(beyond)
        mere -= told
        return mere if (either - mere) & origins else set()

    def _with_copies_shared(self, all_ends: Mapping[int, End]) -> dict[int, Ends]:
        """The origins of each page. Who only carries a copy belongs where others who carry it, and know more of where
        it comes from, belong.
        """
        copies = _Groups()
        known: list[tuple[Node, Ends]] = []
        by_page = {source: end.origins for source, end in all_ends.items()}
        carriers = {source: end.copies for source, end in all_ends.items() if end.copies and not end.knowledge}
        for marks in set(carriers.values()):
            copies.join(marks)
        for origins in {by_page[source] for source in carriers}:
            # One copy that passed through several hands is one.
            self.groups.join(end for end in sorted(origins, key=sort_key) if end[0] != CIRCLE)
        for source, end in all_ends.items():
            if end.knowledge:
                outlet = self.rows.sources[source].outlet_node
                known += [
                    (mark, end.origins) for mark in (*end.copies, ("source", source), *([outlet] if outlet else []))
                ]
        better: dict[Node, set[Node]] = {}
        for mark, ends in known if carriers else ():
            better.setdefault(copies.find(mark), set()).update(ends)
        shared = {root: frozenset(ends) for root, ends in better.items()}
        for source, marks in carriers.items():
            if theirs := shared.get(copies.find(next(iter(marks)))):
                by_page[source] = theirs
        return by_page

    def _settle(self) -> dict[int, Ends]:
        """Where each page belongs, and what only suggestions keep together.

        A line is founded by an origin that some page has whether suggestions are followed or not. A page belongs to
        the founded ones that it leads to with them, else to those that it leads to without them. One that leads to none
        goes with a page that leans on the same suggestion, or keeps the names that are suggested of it together: those
        found nothing, so that no founded line is ever joined with another for a page that waits.
        """
        find = self.groups.find
        pairs = {source: (live, self.by_sure[source]) for source, live in self.by_live.items()}
        kinds = set(pairs.values())
        founded = {find(end) for live, sure in kinds for end in live & sure}

        def among(ends: Ends) -> Ends:
            return frozenset(end for end in ends if find(end) in founded)

        places = {(live, sure): among(live) or among(sure) for live, sure in kinds}
        settled = {source: place for source, pair in pairs.items() if (place := places[pair])}
        leaning: dict[object, set[Node]] = {}
        for source, place in settled.items():
            if place.isdisjoint(live := self.by_live[source]):
                for mark in (*self.live_ends[source].pending, *live):
                    leaning.setdefault(mark, set()).update(place)
        for source in pairs.keys() - settled.keys():
            (live, sure), end = pairs[source], self.live_ends[source]
            # What others know of a copy that it carries hangs on what is suggested of them.
            marks = end.pending if live == end.origins else {*end.pending, *live}
            if beside := frozenset(node for mark in marks for node in leaning.get(mark, ())):
                settled[source] = beside
            else:
                self.groups.join(sorted({*live, *sure}, key=sort_key))
                settled[source] = live
        return settled

    def _join_the_unnamed(self) -> None:
        """Nobody can tell who is unnamed: they are one with each other, and with whoever a page has beside them."""
        present = set().union(*set(self.of_page.values()), *set(self.by_sure.values()))
        ends: dict[Node, set[Node]] = {}
        for node in present:
            if self.live.is_unnamed(node):
                ends[node] = {node}
            elif behind := NOTHING.union(*[behind.get(node, NOTHING) for behind in self.behind]):
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
        beside = set().union(*{end.beside for ends in (self.live_ends, self.sure_ends) for end in ends.values()})
        for one, other in [*pairs, *sorted(beside, key=lambda pair: (sort_key(pair[0]), sort_key(pair[1])))]:
            if not self._ruled_apart(ends.get(one, {one}), ends.get(other, {other})):
                self.groups.join([one, other])
                self.joined.setdefault(frozenset((one, other)), (one, other))

    def _ruled_apart(self, some: set[Node], others: set[Node]) -> bool:
        apart = self.rows.apart
        return bool(apart) and any(frozenset((one, other)) in apart for one in some for other in others)
