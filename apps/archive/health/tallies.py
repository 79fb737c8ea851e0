"""Counting what came of captures, so that nobody who looks at the archive counts a million rows.

Nothing is counted where captures are settled: that path stays short, and no row there is one that every worker wants.
Instead the clock rings once a minute, and the last hours are counted anew from rows that don't change any more. A row
whose transaction commits late is found by the next count, as long as it comes within ``STILL_OPEN``; hours before that
are counted for good. Counting twice writes the same numbers, and so does counting everything again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, DateTimeField, F, Min, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Trunc
from django.utils import timezone

from apps.archive.models import Attempt, Capture, Look, Tallied, Tally

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# No transaction takes so long to commit, and no two clocks of one desk may be so far apart.
STILL_OPEN = 3 * HOUR
# Days are kept for ever, hours only as long as somebody looks at them.
HOURS_KEPT = 8 * DAY
# A new desk on an old archive counts all of it, a piece at a time: it must not hold the worker for minutes.
BUSY_SECONDS = 20.0
AT_ONCE = 2_000


def count(now: datetime | None = None, *, busy_seconds: float = BUSY_SECONDS) -> bool:
    """Bring the tallies up to date; False when the time was up before all was counted: the next count goes on."""
    now = now or timezone.now()
    ends = time.monotonic() + busy_seconds
    while not _count_a_piece(now):
        if time.monotonic() > ends:
            return False
    return True


def forget() -> None:
    """Throw all tallies away. The next count makes them again, from the rows."""
    with transaction.atomic():
        _locked()
        Tally.objects.all().delete()
        Tallied.objects.update(until=None)


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def day_of(moment: datetime) -> datetime:
    return hour_of(moment).replace(hour=0)


def _count_a_piece(now: datetime) -> bool:
    """Count a day, or what is open; True when there is nothing more to count for now.

    The lock keeps a second counter out until this one has committed: it then counts the same rows, to the same numbers.
    """
    with transaction.atomic():
        tallied = _locked()
        still_open, end = hour_of(now - STILL_OPEN), hour_of(now) + HOUR
        start = _next_hour(tallied.until) or still_open
        is_last = start >= still_open or day_of(start) == day_of(still_open)
        start = min(start, still_open)
        if not is_last:
            end = day_of(start) + DAY
        _recount(start, end, hour_of(now - HOURS_KEPT))
        tallied.until = still_open if is_last else end
        tallied.at = timezone.now()
        tallied.save(update_fields=["until", "at"])
    return is_last


def _locked() -> Tallied:
    """The row that whoever counts holds."""
    Tallied.objects.get_or_create(id=1)
    return Tallied.objects.select_for_update().get()


def _next_hour(until: datetime | None) -> datetime | None:
    """The first hour from here on in which anything was settled; None when there is none."""
    after = Q() if until is None else Q(when__gte=until)
    firsts = [
        rows.annotate(when=F(field)).filter(after).aggregate(first=Min("when"))["first"]
        for rows, field, _ in _sources()
    ]
    found = [hour_of(first) for first in firsts if first is not None]
    return min(found) if found else None


def _recount(start: datetime, end: datetime, hours_since: datetime) -> None:
    """Write the tallies of these hours, and of the days that they belong to, as the rows say now."""
    first, after = day_of(start), day_of(end - HOUR) + DAY
    hours, days = Tally.objects.filter(span=Tally.Span.HOUR), Tally.objects.filter(span=Tally.Span.DAY)
    if end <= hours_since:
        counted = _counted(Tally.Span.DAY, first, after)
    else:
        in_hours = _counted(Tally.Span.HOUR, start, end)
        hours.filter(start__gte=start, start__lt=end).delete()
        Tally.objects.bulk_create(in_hours, batch_size=AT_ONCE)
        counted = _summed(hours.filter(start__gte=first, start__lt=after))
    days.filter(start__gte=first, start__lt=after).delete()
    Tally.objects.bulk_create(counted, batch_size=AT_ONCE)
    hours.filter(start__lt=hours_since).delete()


def _sources() -> list[tuple[QuerySet[Any], str, dict[str, Any]]]:
    """The rows that are counted, when each happened, and what it is counted as. None of this changes afterwards.

    Failures are attempts: a capture that failed may be tried again, and then its row no longer says that it had failed.
    """
    failed, looked = Value(Tally.Outcome.FAILED), Value(Tally.Outcome.LOOKED)
    nothing = Value("")
    return [
        (
            Capture.objects.stored(),
            "settled_at",
            {"t_host": F("page__host"), "t_outcome": F("state"), "t_code": nothing, "t_method": F("method")},
        ),
        (
            Attempt.objects.failed(),
            "ended_at",
            {"t_host": F("capture__page__host"), "t_outcome": failed, "t_code": F("code"), "t_method": nothing},
        ),
        (
            Look.objects.ended(),
            "at",
            {"t_host": F("page__host"), "t_outcome": looked, "t_code": F("code"), "t_method": nothing},
        ),
    ]


def _counted(span: Tally.Span, start: datetime, end: datetime) -> list[Tally]:
    """The rows' own tallies, of each host and of all together."""
    counted = [tally for source in _sources() for tally in _grouped(*source, span, start, end)]
    together: dict[tuple[datetime, str, str, str], Tally] = {}
    for tally in counted:
        key = (tally.start, tally.outcome, tally.code, tally.method)
        nothing = {"count": 0, "records": 0, "bytes": 0}
        names = {"start": tally.start, "outcome": tally.outcome, "code": tally.code, "method": tally.method}
        total = together.setdefault(key, Tally(span=span, host=Tally.ALL, **names, **nothing))
        total.count += tally.count
        total.records += tally.records
        total.bytes += tally.bytes
    return [*counted, *together.values()]


def _grouped(
    rows: QuerySet[Any], field: str, named: dict[str, Any], span: Tally.Span, start: datetime, end: datetime
) -> Iterator[Tally]:
    settled = rows.filter(**{f"{field}__gte": start, f"{field}__lt": end}).order_by()
    grouped = (
        settled.annotate(t_start=Trunc(field, span.value, tzinfo=UTC, output_field=DateTimeField()), **named)
        .values("t_start", *named)
        .annotate(
            t_count=Count("pk"),
            t_records=Count("pk", filter=~Q(warc_digest="")),
            t_bytes=Coalesce(Sum("warc_bytes"), 0),
        )
    )
    for row in grouped.iterator(AT_ONCE):
        yield Tally(span=span, **{name.removeprefix("t_"): _plain(value) for name, value in row.items()})


def _plain(value: Any) -> Any:
    """PostgreSQL sums large integers to decimals."""
    return int(value) if isinstance(value, Decimal) else value


def _summed(hours: QuerySet[Tally]) -> list[Tally]:
    """Days, as sums of hours that are counted already."""
    names = ["host", "outcome", "code", "method"]
    sums = {f"sum_{name}": Sum(name) for name in ("count", "records", "bytes")}
    days = Trunc("start", "day", tzinfo=UTC, output_field=DateTimeField())
    rows = hours.order_by().annotate(day=days).values("day", *names).annotate(**sums)
    return [
        Tally(
            span=Tally.Span.DAY,
            start=row["day"],
            count=row["sum_count"],
            records=row["sum_records"],
            bytes=row["sum_bytes"],
            **{name: row[name] for name in names},
        )
        for row in rows
    ]
