"""Chains of attribution, followed to their ends: who knows, whose copy it is, and where a chain bites its tail."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

# A source, or a party by its identity, whatever its kind: ("source", 12), ("party", "afp"). A circle is a node
# too, which holds those that go round.
Node = tuple[str, Any]
CIRCLE = "circle"
CARRIES = frozenset({"republishes", "translates"})
SUGGESTED, CONFIRMED = "suggested", "confirmed"
LIVE = frozenset({SUGGESTED, CONFIRMED})
PUBLISHED = "published"
NOTHING: frozenset[Any] = frozenset()


def node_of(source: int | None, party: str | None) -> Node:
    """A source's node by its number, else a party's by its identity."""
    return ("source", source) if source is not None else ("party", party or "")


def sort_key(node: Node) -> tuple[str, str]:
    """An order of nodes that is the same wherever they come from."""
    kind, key = node
    return (kind, f"{key:020d}" if isinstance(key, int) else str(key))


class SourceRow(NamedTuple):
    """What the chains need of a source: how sentences name it, its outlet, and whom its credit line names.

    ``outlet`` is who published a page, made a document, or spoke in an interview; ``noun`` says which it is. Parties
    are their identities. Of the ``credits``, the line may mean one or the other of those in ``either``; ``short`` are
    names that stand for agencies, too. ``row`` has what tells it from another of its name, where anybody asks.
    """

    pk: int
    label: str
    outlet: str = ""
    credits: frozenset[str] = NOTHING
    noun: str = "page"
    either: frozenset[str] = NOTHING
    short: frozenset[str] = NOTHING
    row: Any = None

    @property
    def outlet_node(self) -> Node | None:
        return ("party", self.outlet) if self.outlet else None


class Edge(NamedTuple):
    """An attribution as the chains see it. Without a number it is what a credit line says and nobody has answered."""

    of: Node
    relation: str
    to: Node
    state: str = CONFIRMED
    pk: int | None = None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_pending(self) -> bool:
        return self.state == SUGGESTED

    @property
    def carries(self) -> bool:
        return self.relation in CARRIES

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.pk,) if self.pk else (0, sort_key(self.of), self.relation, sort_key(self.to))


class End(NamedTuple):
    """What is known of all the nodes that lead to each other (mostly one).

    ``knowledge`` is where quotes and what it rests on end, ``origins`` where it ends at all; ``copies`` is all that it
    carries, at first or further hand, ``carried`` where that ends. ``pending`` are the unanswered suggestions on its
    chains, ``beside`` the pairs of an unnamed origin and another one that something on its chains has both of.
    """

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
        self, sources: Mapping[int, SourceRow], out: dict[Node, list[Edge]], unnamed: frozenset[str] = frozenset()
    ) -> None:
        self.sources, self.out, self.unnamed = sources, out, unnamed
        self.behind: dict[Node, frozenset[Node]] = {}
        self._ends: dict[Node, End] = {}
        self._alike: dict[tuple[Any, ...], End] = {}

    @classmethod
    def of(cls, sources: Mapping[int, SourceRow], edges: Iterable[Edge], unnamed: frozenset[str]) -> Chains:
        """The chains of all that counts: suggestions that wait for an answer, and what credit lines say, too."""
        out: dict[Node, list[Edge]] = {}
        answered = set()
        for edge in edges:
            if edge.is_live:
                out.setdefault(edge.of, []).append(edge)
            if edge.relation in CARRIES:
                answered.add((edge.of, edge.to))
        for edge in _credited(sources.values(), answered):
            out.setdefault(edge.of, []).append(edge)
        for leaving in out.values():
            if len(leaving) > 1:
                leaving.sort(key=lambda edge: edge.order)
        chains = cls(sources, out, unnamed)
        chains._follow_all()
        return chains

    def confirmed(self) -> Chains:
        """The same without what is only suggested. Where no suggestion is on the way, both readings are the same."""
        out = {}
        for node, leaving in self.out.items():
            if kept := [edge for edge in leaving if edge.state != SUGGESTED]:
                out[node] = kept
        chains = Chains(self.sources, out, self.unnamed)
        chains._ends = {node: end for node, end in self._ends.items() if not end.pending}
        chains.behind = {node: behind for node, behind in self.behind.items() if node in chains._ends}
        chains._follow_all()
        return chains

    def end(self, node: Node) -> End:
        """Where the chains of this node end."""
        return self._ends[node]

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

    def _follow_all(self) -> None:
        """Settle every source. A claim may have thousands that lead to the same few ends: those are worked out once."""
        ends, out = self._ends, self.out
        for pk, source in self.sources.items():
            node: Node = ("source", pk)
            if node in ends:
                continue
            leaving = out.get(node)
            if leaving is None and (outlet := source.outlet_node):
                if outlet not in ends:
                    self._follow(outlet)
                if node not in ends:
                    ends[node] = self._own_reporting(outlet)
            elif leaving is None:
                ends[node] = End(origins=frozenset([node]))
            else:
                for edge in leaving:
                    if edge.to not in ends:
                        self._follow(edge.to)
                if node not in ends:
                    ends[node] = self._end_like(node, leaving)

    def _own_reporting(self, outlet: Node) -> End:
        """The end of every page that nothing is known of but who published it."""
        key = (PUBLISHED, outlet)
        if key not in self._alike:
            end = self._ends[outlet]
            self._alike[key] = End(origins=end.origins, pending=end.pending, beside=end.beside)
        return self._alike[key]

    def _end_like(self, node: Node, leaving: list[Edge]) -> End:
        """The end of every page that leads to the same ends in the same ways, with what is suggested of this one."""
        key = tuple([(edge.relation in CARRIES, edge.to) for edge in leaving])
        if (alike := self._alike.get(key)) is None:
            beyond = [self._ends[edge.to].pending for edge in leaving]
            alike = self._alike[key] = self._gathered([node])._replace(pending=NOTHING.union(*beyond))
        if not (suggested := [edge for edge in leaving if edge.state == SUGGESTED]):
            return alike
        knowledge, carried, origins, copies, pending, beside = alike
        return End(knowledge, carried, origins, copies, pending.union(suggested), beside)

    def _follow(self, start: Node) -> None:
        """Tarjan's walk, without recursion: chains may be long. Each set of nodes is settled after all it leads to."""
        ends = self._ends
        if not self.leaving(start):
            ends[start] = End(origins=frozenset([start]))
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
                    ends.update(dict.fromkeys(round_, self._gathered(round_)))
            elif target in ends:
                continue
            elif target not in number:
                enter(target)
            elif target in on_path:
                low[node] = min(low[node], number[target])

    def _gathered(self, members: list[Node]) -> End:
        """The end of nodes that lead to each other, from the ends of all that they lead to otherwise."""
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
            return self._own_reporting(ahead[0].to)
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
        return End(
            known,
            frozenset(carried),
            known or frozenset(carried) or base,
            frozenset(copies),
            frozenset(pending),
            frozenset(beside),
        )


def _credited(sources: Iterable[SourceRow], answered: set[tuple[Node, Node]]) -> Iterator[Edge]:
    """What credit lines say of whose copy a page carries, where no attribution says so or was refused."""
    for source in sources:
        if not source.credits:
            continue
        node = ("source", source.pk)
        for name in sorted(source.credits):
            to: Node = ("party", name)
            if to != source.outlet_node and (node, to) not in answered:
                yield Edge(node, "republishes", to, SUGGESTED)
