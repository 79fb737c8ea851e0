"""Bars drawn by the server: one series a chart, so that no colour has to say which is which."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

# The drawing is so wide for each bar and so high; it is stretched to its place, its words stand beside it.
WIDTH, GAP, HEIGHT = 10, 2, 1000
LEAST = 12


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands in the drawing, and what it says."""

    x: int
    y: int
    height: int
    words: str


@dataclass(frozen=True)
class Chart:
    """A row of bars over time, with the words of its axes."""

    name: str
    title: str
    summary: str
    bars: list[Bar]
    width: int
    scale: list[str]
    marks: list[str]


@dataclass(frozen=True)
class Series:
    """What a chart shows: its name and title, a number for each step, and how such a number is told."""

    name: str
    title: str
    values: Sequence[int]
    words: Callable[[int], str]
    is_bytes: bool = False

    def summary(self, labels: Sequence[str]) -> str:
        """The chart in a sentence, for whoever can't see it."""
        if not any(self.values):
            return _("%(title)s: none.") % {"title": self.title}
        most = max(self.values)
        return _("%(title)s: %(total)s in all, at most %(most)s in one step: %(step)s.") % {
            "title": self.title,
            "total": self.words(sum(self.values)),
            "most": self.words(most),
            "step": labels[self.values.index(most)],
        }


def chart(series: Series, labels: Sequence[str], marks: Sequence[str]) -> Chart:
    """Bars from 0 to a round number above the highest. What isn't nothing can be seen, however little it is."""
    values, words = series.values, series.words
    most = max(values, default=0)
    top = round_in_bytes(most) if series.is_bytes else round_above(most)
    bars = []
    for number, value in enumerate(values):
        if value:
            height = max(LEAST, value * HEIGHT // top)
            bars.append(Bar(number * WIDTH + GAP // 2, HEIGHT - height, height, f"{labels[number]}: {words(value)}"))
    scale = [words(top), words(top // 2), words(0)] if top > 1 else [words(top), words(0)]
    width = WIDTH * max(1, len(values))
    return Chart(series.name, series.title, series.summary(labels), bars, width, scale, list(marks))


@dataclass(frozen=True)
class Part:
    """A part of one bar: where it begins and how wide it is, in hundredths of the bar."""

    state: str
    x: float
    width: float


def stacked(counts: Sequence[tuple[str, int]]) -> list[Part]:
    """One bar made of what is counted, in order; what isn't nothing can be seen. Nothing where there is nothing."""
    widths = [(state, max(number, sum(other for _, other in counts) / 100)) for state, number in counts if number]
    whole = sum(width for _, width in widths)
    parts, x = [], 0.0
    for state, width in widths:
        parts.append(Part(str(state), round(x, 2), round(width / whole * 100, 2)))
        x += width / whole * 100
    return parts


def round_above(value: int) -> int:
    """The next of 1, 2, 4, 10, 20, 40, 100 ... that is not below: each can be halved, but the first."""
    size = 1
    while True:
        for factor in (1, 2, 4):
            if factor * size >= value:
                return factor * size
        size *= 10


def round_in_bytes(value: int) -> int:
    """The next power of two, from 1024 on: halves and wholes of what sizes are told in."""
    return 1 << max(10, (value - 1).bit_length())


def share(part: int, whole: int) -> int:
    """How many hundredths a part is of the largest; what isn't nothing is at least one."""
    return max(1, part * 100 // whole) if part and whole else 0
