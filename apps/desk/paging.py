"""Pages by key, not by number: the thousandth page costs what the first one does, and nothing is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Slice(Generic[Row]):
    """Some rows, and the address (query string) of what follows; empty when nothing does."""

    rows: Sequence[Row]
    next_query: str
    is_first: bool
    first_query: str


def slice_by_time(request: HttpRequest, rows: QuerySet[Row], size: int, parts: Sequence[Q] = (Q(),)) -> Slice[Row]:
    """Rows newest first by ``at``, from the one after ``?after=TIME_ID``. One that can't be read means the start.

    First their keys, which an index alone answers, then the few rows: SQLite would sort whole rows. ``parts`` are what
    the rows fall into, each of which an index has in order, where a database would go through all of time for the sum.
    """
    after = request.GET.get("after", "")
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=pk), at__lte=at)
    newest = rows.order_by("-at", "-id").values_list("at", "pk")
    keys = sorted((key for part in parts for key in newest.filter(part)[: size + 1]), reverse=True)[: size + 1]
    whole: QuerySet[Any] = rows.filter(pk__in=[pk for _, pk in keys])
    found = sorted(whole, key=lambda row: (row.at, row.pk), reverse=True)
    return _slice(request, found, size, after if place else "", lambda row: f"{row.at.isoformat()}_{row.pk}")


def slice_by_id(request: HttpRequest, rows: QuerySet[Row], size: int) -> Slice[Row]:
    """Rows newest first by id, from the one after ``?after=ID``. An ``after`` that is no number means the start."""
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit():
        rows = rows.filter(id__lt=int(after[:18]))
    return _slice(request, list(rows.order_by("-id")[: size + 1]), size, after, lambda row: str(row.pk))


def slice_by_change(request: HttpRequest, rows: QuerySet[Row], size: int) -> Slice[Row]:
    """Rows last changed first, from the one after ``?after=TIME_ID``. One that can't be read means the start."""
    after = request.GET.get("after", "")
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(changed_at__lt=at) | Q(changed_at=at, id__lt=pk), changed_at__lte=at)
    found = list(rows.order_by("-changed_at", "-id")[: size + 1])
    return _slice(request, found, size, after if place else "", lambda row: f"{row.changed_at.isoformat()}_{row.pk}")


def _place(after: str) -> tuple[datetime, int] | None:
    """The time and number that an ``after`` names, if a row could have them."""
    moment, _, key = after.partition("_")
    try:
        at, pk = datetime.fromisoformat(moment), int(key[:18])
        return (at, pk) if at.tzinfo is not None and 1900 < at.astimezone(UTC).year < 2100 else None
    except (ValueError, OverflowError):
        return None


def slice_by_due(request: HttpRequest, rows: Any, size: int) -> Slice[Any]:
    """Rows soonest due first, from the one after ``?after=TIME_ID``. One that can't be read means the start."""
    after = request.GET.get("after", "")
    if place := _place(after):
        at, pk = place
        rows = rows.filter(Q(due__gt=at) | Q(due=at, id__gt=pk), due__gte=at)
    found = list(rows.order_by("due", "id")[: size + 1])
    return _slice(request, found, size, after if place else "", lambda row: f"{row.due.isoformat()}_{row.pk}")


def slice_by_place(request: HttpRequest, rows: Any, size: int) -> Slice[Any]:
    """Sums in their order, from the place ``?after=NUMBER`` on: they have no key, and any of them needs them all."""
    after = request.GET.get("after", "")
    start = int(after[:6]) if after.isascii() and after.isdigit() else 0
    found = list(rows[start : start + size + 1])
    return _slice(request, found, size, str(start) if start else "", lambda row: str(start + size))


def _slice(request: HttpRequest, found: list[Any], size: int, after: str, key: Any) -> Slice[Any]:
    query = request.GET.copy()
    for name in ("after", "selected"):
        query.pop(name, None)
    first_query = query.urlencode()
    next_query = ""
    if len(found) > size:
        query["after"] = key(found[size - 1])
        next_query = query.urlencode()
    return Slice(found[:size], next_query, not after, first_query)
