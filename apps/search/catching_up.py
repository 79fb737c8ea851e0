"""Reading what has changed into the tables of words, a batch a transaction; and all of it anew."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from apps.search import documents, index
from apps.search.models import Kind, Stale

# Texts are long, claims are short: about as much work at a time.
AT_ONCE = {Kind.CLAIM: 500, Kind.SOURCE: 500, Kind.TEXT: 50}
LOCK = 7_321_900_427


def catch_up(seconds: float = 10.0) -> int:
    """Read what is stale, for so long at most. How many changes were read."""
    ends, read = time.monotonic() + seconds, 0
    for kind in Kind:
        while time.monotonic() < ends and (more := _batch(kind)):
            read += more
    return read


def _batch(kind: Kind) -> int:
    """One writer at a time: of two, the slower could put older words in the place of newer ones."""
    if not Stale.objects.filter(kind=kind).exists():
        return 0
    with transaction.atomic():
        _lock()
        # First the notes, then the rows: what is written in between is noted again, and read again.
        noted = list(Stale.objects.filter(kind=kind).order_by("id").values_list("id", "subject")[: AT_ONCE[kind]])
        _read(kind, sorted({subject for _, subject in noted}))
        Stale.objects.filter(pk__in=[pk for pk, _ in noted]).delete()
    return len(noted)


def _lock() -> None:
    # On SQLite a transaction is the only one that writes from its first statement on.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _read(kind: Kind, subjects: Sequence[int]) -> None:
    index.write(kind, documents.READ[kind](subjects), subjects)


def rebuild(kind: Kind) -> Iterator[tuple[int, int]]:
    """Read everything of a kind anew, with how much is done of how much. Who searches meanwhile finds what is there."""
    every = documents.subjects(kind)
    total, done, last = every.count(), 0, 0
    column = "capture" if kind == Kind.TEXT else "pk"
    while subjects := list(every.filter(**{f"{column}__gt": last})[: AT_ONCE[kind]]):
        with transaction.atomic():
            _lock()
            _read(kind, subjects)
        done, last = done + len(subjects), subjects[-1]
        yield done, total
