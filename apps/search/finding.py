"""What a query finds: of the newest that have the words, those that fit best.

What has changed and was not read yet is read on the spot, so that a claim is found as soon as it is opened. Of archived
texts that would take too long; a worker reads them within seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from apps.search import documents, index
from apps.search.models import Kind, Stale
from apps.search.words import Query, fits, folded

# So many are counted and ordered; a desk with more of them reads "1,000+".
MOST = 1_000
# So many changes are read on the spot.
MOST_STALE = 200
# How much being the newest of all counts, beside fitting best of all.
NEWNESS = 0.6


@dataclass(frozen=True)
class Found:
    """Numbers of what was found, the best first; ``total`` is how many there are, no further than one above MOST."""

    subjects: list[int] = field(default_factory=list)
    total: int = 0


def find(kind: Kind, query: Query, narrowed: QuerySet[Any] | None = None) -> Found:
    """What is found of a kind, among ``narrowed`` rows only where they are given. Raises index.TookTooLong."""
    if not query:
        return Found()
    with index.within_time():
        fresh, known = _gathered(kind, query, narrowed)
        ranked = _ordered(known[:MOST], index.ranks(kind, query, known[:MOST]))
    return Found([*fresh, *ranked][:MOST], _total(fresh, known))


def count(kind: Kind, query: Query) -> int:
    """How many are found of a kind, no further than one above MOST. Raises index.TookTooLong."""
    if not query:
        return 0
    with index.within_time():
        return _total(*_gathered(kind, query, None))


def unread(kind: Kind) -> int:
    """How many changes a search does not see yet, no further than one above MOST."""
    read_on_the_spot = 0 if kind == Kind.TEXT else MOST_STALE
    return max(0, Stale.objects.filter(kind=kind).order_by()[: MOST + 1 + read_on_the_spot].count() - read_on_the_spot)


def _total(fresh: list[int], known: list[int]) -> int:
    return min(len(fresh) + len(known), MOST + 1)


def _gathered(kind: Kind, query: Query, narrowed: QuerySet[Any] | None) -> tuple[list[int], list[int]]:
    """What fits of what was written and not read yet, and of what was read; the newest first."""
    fresh, stale = _changed(kind, query)
    most = MOST + 1 + len(stale)
    if narrowed is None:
        found = index.newest(kind, query, most)
    else:
        rows = narrowed.filter(pk__in=index.matching(kind, query)).order_by("-pk")
        found = list(rows.values_list("pk", flat=True)[:most])
        fresh = set(narrowed.filter(pk__in=fresh).values_list("pk", flat=True)) if fresh else fresh
    return sorted(fresh, reverse=True), [one for one in found if one not in stale]


def _changed(kind: Kind, query: Query) -> tuple[set[int], set[int]]:
    """Of what was written and not read yet: what fits, and all that was looked at."""
    if kind == Kind.TEXT:
        return set(), set()
    stale = list(Stale.objects.of(kind)[:MOST_STALE])
    if not stale:
        return set(), set()
    read = documents.READ[kind](stale)
    # A word between the two, so that none stand together across them.
    return {one.subject for one in read if fits(query, [*folded(one.head), "", *folded(one.body)])}, set(stale)


def _ordered(newest_first: list[int], ranks: dict[int, float]) -> list[int]:
    best = max(ranks.values(), default=0) or 1
    length = len(newest_first) or 1
    score = {
        subject: ranks.get(subject, 0) / best + NEWNESS * (1 - at / length) for at, subject in enumerate(newest_first)
    }
    return sorted(newest_first, key=lambda subject: -score[subject])
