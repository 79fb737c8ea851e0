"""Chains of attribution, followed to their ends: who knows, whose copy it is, and where a chain bites its tail."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

# A source or a party: ("source", 12), ("party", "afp"). A circle is a node too, which holds those that go round.
Node = tuple[str, Any]
CIRCLE = "circle"
CARRIES = frozenset({"republishes", "translates"})
PUBLISHED = "published"
NOTHING: frozenset[Any] = frozenset()


@lru_cache(maxsize=10_000)
def party_node(name: str) -> Node:
    """A party by its name, whatever its kind: the agency AFP and the outlet AFP are one."""
    return ("party", " ".join(name.split()).casefold())


def sort_key(node: Node) -> tuple[str, str]:
    """An order of nodes that is the same wherever they come from."""
    kind, key = node
    return (kind, f"{key:020d}" if isinstance(key, int) else str(key))


class SourceRow(NamedTuple):
    """What the chains need of a source: how sentences name it, its outlet, and the folded names in its credit line.

    ``outlet`` is who published a page, made a document, or spoke in an interview; ``noun`` says which it is.
    """

    pk: int
    label: str
    outlet: str = ""
    credits: frozenset[str] = NOTHING
    noun: str = "page"

    @property
    def outlet_node(self) -> Node | None:
        return party_node(self.outlet) if self.outlet else None


class Edge(NamedTuple):
    """An attribution as the chains see it. Without a number it is what a credit line says and nobody has answered."""

    of: Node
    relation: str
    to: Node
    state: str = "confirmed"
    pk: int | None = None

    @property
    def is_live(self) -> bool:
        return self.state in {"suggested", "confirmed"}

    @property
    def is_pending(self) -> bool:
        return self.state == "suggested"

    @property
    def carries(self) -> bool:
        return self.relation in CARRIES

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.pk or 0, sort_key(self.of), self.relation, sort_key(self.to))


class _End(NamedTuple):
    """What is known of all the nodes that lead to each other (mostly one)."""

    knowledge: frozenset[Node] = NOTHING
    carried: frozenset[Node] = NOTHING
    origins: frozenset[Node] = NOTHING
    copies: frozenset[Node] = NOTHING
    pending: frozenset[Edge] = NOTHING
    beside: frozenset[tuple[Node, Node]] = NOTHING


class Chains:
    """Every chain of these edges, followed once.

    A node's origins are where its quotes and what it rests on lead to, also through what it carries; without any, the
    end of what it carries; without any, its outlet's own reporting, or itself.
    """

    def __init__(
        self,
        sources: Mapping[int, SourceRow],
        edges: Iterable[Edge],
        unnamed: frozenset[str] = frozenset(),
        *,
        with_credits: bool = True,
        known: Chains | None = None,
    ) -> None:
        self.sources, self.unnamed = sources, unnamed
        self.behind: dict[Node, frozenset[Node]] = {}
        self.out: dict[Node, list[Edge]] = {}
        self._ends: dict[Node, _End] = {}
        self._simple: dict[tuple[bool, Node], _End] = {}
        if known:
            # Where no suggestion is on the way, both readings are the same.
            self._ends = {node: end for node, end in known._ends.items() if not end.pending}
            self.behind = {node: behind for node, behind in known.behind.items() if node in self._ends}
        answered = set()
        for edge in edges:
            if edge.is_live:
                self.out.setdefault(edge.of, []).append(edge)
            if edge.carries:
                answered.add((edge.of, edge.to))
        if with_credits:
            for edge in _credited(sources.values(), answered):
                self.out.setdefault(edge.of, []).append(edge)
        for leaving in self.out.values():
            if len(leaving) > 1:
                leaving.sort(key=lambda edge: edge.order)
        for source in sources:
            if ("source", source) not in self._ends:
                self._follow(("source", source))

    def origins(self, node: Node) -> frozenset[Node]:
        return self._ends[node].origins

    def knows_more(self, node: Node) -> bool:
        """Whether its chains lead to somebody who knows, not just to whoever printed it first."""
        return bool(self._ends[node].knowledge)

    def copies_of(self, node: Node) -> frozenset[Node]:
        """All that it carries, at first or further hand."""
        return self._ends[node].copies

    def pending_of(self, node: Node) -> frozenset[Edge]:
        """The unanswered suggestions that its chains go through."""
        return self._ends[node].pending

    def beside(self, node: Node) -> frozenset[tuple[Node, Node]]:
        """Pairs of an unnamed origin and another one that something on its chains has both of."""
        return self._ends[node].beside

    def is_unnamed(self, node: Node) -> bool:
        return node[0] == "party" and node[1] in self.unnamed

    def leaving(self, node: Node) -> list[Edge]:
        """Where one step leads. A source that nothing is known of leads to its outlet."""
        if node in self.out:
            return self.out[node]
        outlet = self.sources[node[1]].outlet_node if node[0] == "source" and node[1] in self.sources else None
        return [Edge(node, PUBLISHED, outlet)] if outlet else []

    def path(self, start: Node, ends: Container[Node], within: Container[Node] | None = None) -> list[Edge] | None:
        """The shortest chain of at least one step from a node to one of these, if there is one."""
        came: dict[Node, Edge] = {}
        ahead = [start]
        for node in ahead:
            for edge in self.leaving(node):
                if edge.to in came or (within is not None and edge.to not in within):
                    continue
                came[edge.to] = edge
                if edge.to in ends:
                    path = [edge]
                    while path[-1].of != start:
                        path.append(came[path[-1].of])
                    return path[::-1]
                ahead.append(edge.to)
        return None

    def _follow(self, start: Node) -> None:
        """Tarjan's walk, without recursion: chains may be long. Each set of nodes is settled after all it leads to."""
        if self._is_short(start):
            edges = self.leaving(start)
            if len(edges) == 1 and not edges[0].is_pending and start[0] == "source":
                self._ends[start] = self._one_step(edges[0])
            else:
                self._settle([start])
            return
        number: dict[Node, int] = {}
        low: dict[Node, int] = {}
        path: list[Node] = []
        on_path: set[Node] = set()
        stack: list[tuple[Node, Iterator[Node]]] = []

        def enter(node: Node) -> None:
            number[node] = low[node] = len(number)
            path.append(node)
            on_path.add(node)
            stack.append((node, iter([edge.to for edge in self.leaving(node)])))

        enter(start)
        while stack:
            node, ahead = stack[-1]
            target = next(ahead, None)
            if target is None:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[node])
                if low[node] == number[node]:
                    round_ = []
                    while True:
                        member = path.pop()
                        on_path.discard(member)
                        round_.append(member)
                        if member == node:
                            break
                    self._settle(round_)
            elif target in self._ends:
                continue
            elif target not in number:
                enter(target)
            elif target in on_path:
                low[node] = min(low[node], number[target])

    def _is_short(self, node: Node) -> bool:
        """Whether all that it leads to is settled or leads nowhere: true of most, and then no walk is needed."""
        for edge in self.leaving(node):
            if edge.to not in self._ends:
                if self.leaving(edge.to) or edge.to == node:
                    return False
                self._ends[edge.to] = _End(origins=frozenset([edge.to]))
        return True

    def _one_step(self, edge: Edge) -> _End:
        """What all have in common whose only step is this one: a claim may have a thousand of them."""
        if edge.relation == PUBLISHED:
            end = self._ends[edge.to]
            return end._replace(knowledge=NOTHING, carried=NOTHING, copies=NOTHING)
        key = (edge.carries, edge.to)
        if key not in self._simple:
            self._settle([edge.of])
            self._simple[key] = self._ends[edge.of]
        return self._simple[key]

    def _settle(self, members: list[Node]) -> None:
        inside = set(members)
        knowledge: set[Node] = set()
        carried: set[Node] = set()
        copies: set[Node] = set()
        pending: set[Edge] = set()
        beside: set[tuple[Node, Node]] = set()
        base: frozenset[Node] = NOTHING
        for node in members:
            for edge in self.out.get(node, ()):
                if edge.is_pending:
                    pending.add(edge)
                if edge.carries:
                    copies.add(edge.to)
                if edge.to in inside:
                    continue
                end = self._ends[edge.to]
                pending |= end.pending
                beside |= end.beside
                if not edge.carries:
                    knowledge |= end.origins
                else:
                    knowledge |= end.knowledge
                    carried |= end.carried or (NOTHING if end.knowledge else end.origins)
                    copies |= end.copies
        only = members[0]
        if len(members) > 1:
            base = frozenset([(CIRCLE, tuple(sorted(members, key=sort_key)))])
        elif only not in self.out and (ahead := self.leaving(only)):
            end = self._ends[ahead[0].to]
            base, pending, beside = end.origins, set(end.pending), set(end.beside)
        else:
            base = frozenset([only])
        dark = {node for node in knowledge if self.is_unnamed(node)}
        if dark and len(members) == 1 and only[0] == "party" and not self.is_unnamed(only):
            # Who has a name vouches for whoever has none: it is theirs, and a dead end.
            self.behind[only] = frozenset(dark)
            knowledge = (knowledge - dark) | {only}
            dark = {only}
        beside |= {(one, other) for one in dark for other in knowledge if other != one}
        known = frozenset(knowledge)
        result = _End(
            known,
            frozenset(carried),
            known or frozenset(carried) or base,
            frozenset(copies),
            frozenset(pending),
            frozenset(beside),
        )
        for node in members:
            self._ends[node] = result


def _credited(sources: Iterable[SourceRow], answered: set[tuple[Node, Node]]) -> Iterator[Edge]:
    """What credit lines say of whose copy a page carries, where no attribution says so or was refused."""
    for source in sources:
        node = ("source", source.pk)
        for name in sorted(source.credits):
            to = party_node(name)
            if to != source.outlet_node and (node, to) not in answered:
                yield Edge(node, "republishes", to, "suggested")
