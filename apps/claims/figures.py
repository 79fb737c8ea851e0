"""Figures of one measure, held against each other: which of them can't both hold, and why, in sentences.

Pure functions of the rows, in no matter what order. Unlike measures are never compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from django.utils.translation import ngettext

from apps.claims.models import Claim, Figure
from apps.claims.quantities import Counting, Interval

MOST = 100


@dataclass(frozen=True)
class Conflict:
    """Two figures of one measure that can't both hold, the earlier one first."""

    first: Figure
    second: Figure
    sentence: str


def conflicts(
    figures: Iterable[Figure], *, most: int = MOST, among: Callable[[Figure, Figure], bool] | None = None
) -> list[Conflict]:
    """The pairs that can't both hold, of each measure by itself; no more of them than anybody reads.

    With ``among`` only pairs that it says yes to are looked at. What is withdrawn with its citation says nothing.
    """
    measures: dict[int, list[_Read]] = defaultdict(list)
    for figure in figures:
        if not figure.counts:
            continue
        measures[figure.measure_id].append(_Read(figure, figure.quantity.interval))
    found: list[Conflict] = []
    for _, alike in sorted(measures.items(), key=lambda item: item[1][0].figure.measure.name):
        for first, second in combinations(sorted(alike, key=_order), 2):
            if among and not among(first.figure, second.figure):
                continue
            if not _both_hold(first, second):
                found.append(Conflict(first.figure, second.figure, _sentence(first.figure, second.figure)))
                if len(found) == most:
                    return found
    return found


def can_both_hold(one: Figure, other: Figure) -> bool:
    """Whether some course of events lets both be true, each read as its qualifier is read."""
    if one.measure_id != other.measure_id:
        return True
    first, second = sorted([_Read(one, one.quantity.interval), _Read(other, other.quantity.interval)], key=_order)
    return _both_hold(first, second)


@dataclass(frozen=True)
class _Read:
    """A figure with what it is read as, worked out once."""

    figure: Figure
    interval: Interval


def _both_hold(first: _Read, second: _Read) -> bool:
    if first.interval.meets(second.interval):
        return True
    earlier, later = first.figure, second.figure
    counting = earlier.measure.counting
    if counting == Counting.FIXED:
        return False
    if not (earlier.as_of_first and earlier.as_of_last and later.as_of_first and later.as_of_last):
        return True
    if (earlier.as_of_first, earlier.as_of_last) == (later.as_of_first, later.as_of_last):
        return False
    if counting == Counting.LEVEL or earlier.as_of_last >= later.as_of_first:
        # It may have gone up and down in between, or nobody can say which of the two comes first.
        return True
    return first.interval.is_below(second.interval)


def conflicts_of(claim: Claim) -> list[str]:
    """The claim's own figures that can't both hold, in sentences: one of the ways to disputed."""
    return [conflict.sentence for conflict in conflicts(Figure.objects.live().filter(claim=claim).told())]


def undated(figures: Iterable[Figure]) -> list[str]:
    """Who gives figures that are compared with nothing, for want of a day, in a sentence for each measure."""
    names: dict[str, list[str]] = defaultdict(list)
    for figure in figures:
        if figure.counts and not figure.as_of_first and figure.measure.counting != Counting.FIXED:
            names[figure.measure.name].append(_possessive(figure))
    return [
        ngettext(
            "%(figures)s (%(measure)s) has no date: compared with nothing.",
            "%(figures)s (%(measure)s) have no date: compared with nothing.",
            len(said),
        )
        % {"figures": _listed(sorted(said)), "measure": name}
        for name, said in sorted(names.items())
    ]


def _order(read: _Read) -> tuple[Any, ...]:
    figure, interval = read.figure, read.interval
    first, last = figure.as_of_first or date.max, figure.as_of_last or date.max
    # Of one day the higher one is named first: it is the one that is usually in the headline.
    return (first, last, -interval.high, -interval.low, figure.party.name, figure.pk or 0)


def _sentence(first: Figure, second: Figure) -> str:
    name = first.measure.name
    if first.as_of == second.as_of:
        when = f" (both {first.as_of})" if first.as_of else ""
        said = f"{_possessive(first)} and {_possessive(second)} {name}{when}"
    else:
        said = " and ".join(f"{_possessive(one)} ({one.as_of or 'no date'})" for one in (first, second)) + f" {name}"
    counting = first.measure.counting
    fell = counting == Counting.TOTAL and first.as_of != second.as_of
    why = "can't both hold: a total that only grows would have fallen" if fell else "can't both hold"
    readings = [
        f"“{quantity.words}” is read as {quantity.reading}"
        for quantity in (first.quantity, second.quantity)
        if quantity.reading
    ]
    return f"{said} {why}{': ' if readings and not fell else '; ' if readings else ''}{', '.join(readings)}."


def _possessive(figure: Figure) -> str:
    ending = "'" if figure.party.name.endswith("s") else "'s"
    return f"{figure.party}{ending} {figure.quantity.words}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
