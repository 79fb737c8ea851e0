"""A story's figures: one measure at a time, on one axis over time, by party; and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q
from django.http import HttpRequest
from django.utils.translation import ngettext

from apps.claims.figures import MOST, conflicts
from apps.claims.models import Figure, Measure, Story
from apps.claims.models.figures import day
from apps.claims.quantities import number
from apps.desk.charts import round_above

MEASURES, ROWS, FEW, DRAWN, CROWDED, SENTENCES = 20, 50, 12, 120, 30, 5
# So many of the newest are held against each other, every pair of them.
COMPARED = 300
LEFT, RIGHT = 4.0, 96.0
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Point:
    """A figure in the drawing: its number, how far its reading reaches, all in hundredths of the drawing."""

    figure: Figure
    letter: str
    x: float
    since: float
    y: float
    top: float
    bottom: float
    is_last: bool
    words: str


@dataclass(frozen=True)
class Line:
    """From one figure of a party to its next."""

    x1: float
    y1: float
    x2: float
    y2: float
    style: int


@dataclass(frozen=True)
class FigureChart:
    """Figures of one measure over time. Which party is which is said by letters: no colour has to."""

    points: list[Point]
    lines: list[Line]
    legend: list[tuple[str, str]]
    scale: list[str]
    marks: list[str]
    summary: str
    left_out: int
    is_crowded: bool


def story_figures(request: HttpRequest, story: Story) -> dict[str, Any]:
    """What the story page shows of its figures: empty where it has none."""
    counted = Measure.objects.filter(figures__in=Figure.objects.of_story(story))
    that_count = Count("figures", filter=Q(figures__citation__withdrawn_at=None))
    counted = counted.annotate(number=Count("figures"), that_count=that_count)
    measures = list(counted.order_by("-number", "name")[:MEASURES])
    if not measures:
        return {}
    asked = request.GET.get("measure", "")
    measure = next((one for one in measures if str(one.pk) == asked), measures[0])
    start = _place(request.GET.get("figures", ""))
    told = Figure.objects.of_story(story).filter(measure=measure).told()
    newest = told.order_by(F("as_of_last").desc(nulls_last=True), "-pk")
    figures = list(newest.that_count()[:COMPARED])
    sentences = [conflict.sentence for conflict in conflicts(figures)]
    total = measure.number
    return {
        "measures": measures,
        "measure": measure,
        "chart": figure_chart(measure, figures, measure.that_count),
        "rows": list(newest[start : start + ROWS]),
        "number": total,
        "that_count": measure.that_count,
        "withdrawn": total - measure.that_count,
        "is_open": total <= FEW or "figures" in request.GET,
        "earlier": _query(measure, start + ROWS) if total > start + ROWS else "",
        "newest": _query(measure, 0) if start else "",
        "conflicts": sentences[:SENTENCES],
        "further": len(sentences[SENTENCES:]),
        "is_capped": len(sentences) == MOST,
    }


def figure_chart(measure: Measure, figures: list[Figure], total: int) -> FigureChart | None:
    """The newest of the figures that have a day; None where none has. ``total`` is of how many they are."""
    dated = [one for one in figures if one.as_of_first and one.as_of_last]
    drawn = sorted(dated, key=lambda one: (one.as_of_last or date.min, one.pk or 0))[-DRAWN:]
    if not drawn:
        return None
    parties = sorted({str(one.party) for one in drawn})
    letters = {name: LETTERS[number] if number < len(LETTERS) else "·" for number, name in enumerate(parties)}
    days = [one.as_of_last for one in drawn if one.as_of_last]
    first, last = min(days), max(days)
    low = min(one.quantity.interval.low for one in drawn)
    high = max(one.quantity.interval.high for one in drawn)
    top = Decimal(round_above(max(1, ceil(high))))
    floor = Decimal(-round_above(max(1, ceil(-low)))) if low < 0 else Decimal(0)
    newest = {str(one.party): one for one in drawn}

    def across(value: date, party: str) -> float:
        share = (value - first).days / (last - first).days if last > first else 0.5
        # Figures of one day stand beside each other, not on each other.
        aside = (parties.index(party) - (len(parties) - 1) / 2) * min(0.8, 6 / len(parties))
        return round(min(max(LEFT + share * (RIGHT - LEFT) + aside, 1.0), 99.0), 2)

    def down(value: Decimal) -> float:
        return round(float(100 - (value - floor) / (top - floor) * 100), 2)

    points = []
    for one in drawn:
        party, interval = str(one.party), one.quantity.interval
        ends = [end for end in (one.low, one.high) if end is not None]
        points.append(
            Point(
                one,
                letters[party],
                across(one.as_of_last or last, party),
                across(max(one.as_of_first or first, first), party),
                down(sum(ends, Decimal(0)) / len(ends)),
                down(interval.high),
                down(interval.low),
                newest[party] is one,
                f"{party}: {one.quantity.words}, {one.as_of}",
            )
        )
    return FigureChart(
        points,
        _lines(points, parties),
        [(letters[name], name) for name in parties],
        [number(top), number((top + floor) / 2), number(floor)],
        [day(first), day(last)] if last > first else [day(first)],
        _summary(measure, drawn),
        total - len(drawn),
        len(drawn) > CROWDED,
    )


def _lines(points: list[Point], parties: list[str]) -> list[Line]:
    found: list[Line] = []
    before: dict[str, Point] = {}
    for point in points:
        party = str(point.figure.party)
        if earlier := before.get(party):
            found.append(Line(earlier.x, earlier.y, point.x, point.y, parties.index(party) % 4))
        before[party] = point
    return found


def _summary(measure: Measure, drawn: list[Figure]) -> str:
    """The chart in a sentence, for whoever can't see it."""
    newest = {str(one.party): f"{one.party} {one.quantity.words} ({one.as_of})" for one in drawn}
    told = "; ".join(list(newest.values())[-8:])
    return ngettext(
        "%(measure)s, in %(unit)s: %(number)d figures. The newest of each party: %(told)s.",
        "%(measure)s, in %(unit)s: %(number)d figures. The newest of each party: %(told)s.",
        len(drawn),
    ) % {"measure": measure, "unit": measure.unit, "number": len(drawn), "told": told}


def _place(typed: str) -> int:
    return int(typed[:6]) if typed.isascii() and typed.isdigit() else 0


def _query(measure: Measure, start: int) -> str:
    return urlencode({"measure": measure.pk, **({"figures": start} if start else {})})
