"""What came of captures over time, by reason and by host: read from the tallies, never from the captures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Code
from apps.archive.health.tallies import DAY, HOUR, day_of, hour_of
from apps.archive.models import Tally


@dataclass(frozen=True)
class Period:
    """A stretch of time that ends now, in steps of one length. Whole days are days in UTC."""

    name: str
    label: Promise
    step: timedelta
    steps: int
    span: Tally.Span
    host_span: Tally.Span

    def starts(self, now: datetime) -> list[datetime]:
        """When each step begins, the first to the last; some of today's may lie ahead."""
        last = hour_of(now) + HOUR if self.step == HOUR else day_of(now) + DAY
        return [last - self.step * number for number in range(self.steps, 0, -1)]


PERIODS = {
    period.name: period
    for period in (
        Period("day", _("24 hours"), HOUR, 24, Tally.Span.HOUR, Tally.Span.HOUR),
        Period("week", _("7 days"), 6 * HOUR, 28, Tally.Span.HOUR, Tally.Span.DAY),
        Period("month", _("30 days"), DAY, 30, Tally.Span.DAY, Tally.Span.DAY),
    )
}
DEFAULT = PERIODS["day"]


@dataclass
class Step:
    """What came of captures within one step."""

    start: datetime
    is_ahead: bool
    stored: int = 0
    failed: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Figures:
    """A period's steps, and its failures by reason, the most frequent first."""

    period: Period
    steps: list[Step]
    by_code: list[tuple[Code, int]]

    @property
    def stored(self) -> int:
        return sum(step.stored for step in self.steps)

    @property
    def failed(self) -> int:
        return sum(step.failed for step in self.steps)

    @property
    def bytes(self) -> int:
        return sum(step.bytes for step in self.steps)


def figures(period: Period, now: datetime, *, host: str = "", code: str = "") -> Figures:
    """What came of captures in a period, at one host or at all; of the failures those with one code, or all."""
    starts = period.starts(now)
    steps = [Step(start, is_ahead=start > now) for start in starts]
    reasons: Counter[str] = Counter()
    rows = Tally.objects.of_host(period.span, host) if host else Tally.objects.of_all_hosts(period.span)
    for start, outcome, why, count, size in _summed(rows.since(starts[0])):
        number = (start - starts[0]) // period.step
        if number >= len(steps):
            continue  # a clock that goes ahead of ours
        step = steps[number]
        step.bytes += size
        if outcome in Tally.KEPT:
            step.stored += count
        elif outcome == Tally.Outcome.FAILED:
            reasons[why] += count
            step.failed += count if code in ("", why) else 0
    by_code = [(Code(why), count) for why, count in reasons.most_common() if code in ("", why)]
    return Figures(period, steps, by_code)


def by_host(period: Period, now: datetime, *, host: str = "", code: str = "") -> QuerySet[Any, dict[str, Any]]:
    """What came of each host's pages in a period, those with the most failures first."""
    rows = Tally.objects.of_each_host(period.host_span).since(period.starts(now)[0])
    return (rows.filter(host=host) if host else rows).by_host(code)


def _summed(rows: QuerySet[Tally]) -> Iterator[tuple[datetime, str, str, int, int]]:
    names = ("start", "outcome", "code")
    yield from rows.order_by().values_list(*names).annotate(Sum("count"), Sum("bytes"))
