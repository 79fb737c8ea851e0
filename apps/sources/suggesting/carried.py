"""Which sources the desk takes for copy of which: a few steps on from those that are looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from apps.sources.models import Attribution


class Carried:
    """Edges from a copy to what it is copy of, suggested ones too. It knows none before it has followed one."""

    def __init__(self, sources: Iterable[int] = ()) -> None:
        self._to: defaultdict[int, set[int]] = defaultdict(set)
        self._asked: set[int] = set()
        self._further = set(sources)

    def follow(self) -> set[int]:
        """Go one step on, with one query at most. The sources that this leads to and that were not known before."""
        self._asked |= self._further
        edges = Attribution.objects.live().filter(of_source__in=self._further, to_source__isnull=False)
        edges = edges.filter(relation__in=Attribution.CARRIES_COPY).order_by()
        for one, other in edges.values_list("of_source", "to_source") if self._further else ():
            self.add(one, other)
        self._further = self._further.union(*(self._to[one] for one in self._further)) - self._asked
        return set(self._further)

    def add(self, one: int, other: int) -> None:
        """Take the one for copy of the other from now on."""
        self._to[one].add(other)

    def leads_on(self, source: int) -> bool:
        """Whether it is known to be copy of anything."""
        return bool(self._to[source])

    def at_first_hand(self, source: int) -> set[int]:
        """What it is copy of at first hand."""
        return self._to[source]

    def ends(self, source: int) -> set[int]:
        """Where its copy comes from in the end, as far as was gone. A circle is one end: its smallest number."""
        seen, waiting, ends = {source}, [source], set()
        while waiting:
            further = self._to[at := waiting.pop()]
            if not further:
                ends.add(at)
            waiting += further - seen
            seen |= further
        return ends or {min(seen)}

    def meet(self, one: int, other: int) -> bool:
        """Whether both come from one place, in part at least."""
        return not self.ends(one).isdisjoint(self.ends(other))

    def groups(self, sources: Iterable[int]) -> list[list[int]]:
        """These sources, those together which an edge joins, or two to one place."""
        leader = {one: one for one in sources}
        asked = list(leader)

        def root(one: int) -> int:
            while leader.setdefault(one, one) != one:
                one = leader[one]
            return one

        for one in asked:
            for other in self._to[one]:
                leader[root(one)] = root(other)
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for one in asked:
            groups[root(one)].append(one)
        return list(groups.values())
