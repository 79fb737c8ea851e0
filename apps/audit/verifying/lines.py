"""Reads lines as they are stored, quickly, and judges each by itself: whether its columns say what was hashed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from apps.audit.bodies import MARK, commitment, digest, moment, told, written
from apps.audit.models import ERASED
from apps.audit.verifying.findings import Kind, Report

COLUMNS = [
    "id",
    "at",
    "verb",
    "actor_id",
    "actor_kind",
    "actor_label",
    "behalf_id",
    "behalf_label",
    "channel",
    "request_id",
    "address",
    "stream",
    "seq",
    "target_label",
    "before",
    "after",
    "reason",
    "body",
    "hash",
    "salts",
    "erasures",
]
FETCHED = 2_000
# Where the body has what a commitment calls by another name.
FIELDS = {"actor.name": "actor", "behalf.name": "behalf"}
QUOTED = ", ".join(f'"{name}"' for name in COLUMNS)
BY_ID = f"SELECT {QUOTED} FROM audit_entry WHERE id BETWEEN %s AND %s ORDER BY id"  # noqa: S608
BY_IDS = f"SELECT {QUOTED} FROM audit_entry WHERE id IN ({{}}) ORDER BY id"  # noqa: S608
BY_STREAM = f"SELECT {QUOTED} FROM audit_entry WHERE stream = %s ORDER BY seq, id"  # noqa: S608
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # raw_decode, without its wrapper in Python


class Stored(NamedTuple):
    """A line, column by column."""

    id: int
    at: Any
    verb: str
    actor_id: int | None
    actor_kind: str
    actor_label: str
    behalf_id: int | None
    behalf_label: str
    channel: str
    request_id: str
    address: str | None
    stream: str
    seq: int | None
    target_label: str
    before: Any
    after: Any
    reason: str
    body: str
    hash: str
    salts: Any
    erasures: int

    @property
    def name(self) -> str:
        """What findings call it."""
        return name_of(self.stream, self.seq, self.id)


def name_of(stream: str, seq: int | None, pk: int) -> str:
    """What findings call a line."""
    return f"line {seq} of {stream} (entry {pk})" if seq else f"a line of {stream} (entry {pk})"


def rows_of(sql: str, *given: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a few at a time, so that memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, given)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def judge_all(sql: str, *given: Any) -> Report:
    """What is wrong with each of the lines by itself, and how many they are."""
    report = Report()
    for row in rows_of(sql, *given):
        judge(Stored(*row), report)
        report.entries += 1
    return report


def instant(stored: Any) -> str:
    """The time of a stored line as bodies write it."""
    if isinstance(stored, datetime):
        return moment(stored)
    text = str(stored)
    if len(text) == 26:
        return f"{text[:10]}T{text[11:]}Z"
    return moment(datetime.fromisoformat(text).replace(tzinfo=UTC))


def judge(line: Stored, report: Report) -> None:
    """Whether the line says what was hashed. What it lacks has to be marked as erased, and is kept in the report."""
    if digest(line.body) != line.hash:
        report.add(Kind.BODY_CHANGED, line.name)
        return
    try:
        plain = line._replace(
            before=value_of(line.before),
            after=value_of(line.after),
            salts=value_of(line.salts),
            address=_address(line.address),
        )
        prev = prev_of(line.body)
        values, salts = told(plain), plain.salts
        stands = {field: commitment(salts[field], field, value) for field, value in values.items() if field in salts}
        if line.erasures or not len(stands) == len(salts) == len(values):
            stands |= _erased(plain, stands, report)
        says = written(plain, instant(line.at), prev, stands)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        report.add(Kind.COLUMN_CHANGED, line.name, f"It can't be read: {error}.")
        return
    if says != line.body:
        kind, what = _difference(says, line.body)
        report.add(kind, line.name, what)


def _erased(line: Stored, stands: dict[str, str], report: Report) -> dict[str, str]:
    """The commitments of what was erased, from the body. What is gone without being marked is found."""
    body, left, gone = _leaves(json.loads(line.body)), told(line), {}
    for path, value in body.items():
        field = FIELDS.get(path, path)
        if not _is_mark(value) or field in stands:
            continue
        gone[field] = value
        if left.get(field, ERASED) != ERASED:
            report.add(Kind.TOLD_CHANGED, line.name, f"Its {field} is not what it was.")
        elif field in line.salts or not line.erasures:
            report.add(Kind.TAKEN_AWAY, line.name, f"Its {field} is gone.")
    for field in left.keys() - stands.keys() - gone.keys():
        report.add(Kind.COLUMN_CHANGED, line.name, f"It had no {field}.")
    report.erased += bool(gone and line.erasures)
    report.lacking[line.id] = line.erasures, frozenset(gone)
    return gone


def _difference(says: str, body: str) -> tuple[Kind, str]:
    """Which fields differ; words that don't fit their commitment are a kind of their own."""
    was, became = _leaves(json.loads(body)), _leaves(json.loads(says))
    paths = [path for path in {**was, **became} if was.get(path, ...) != became.get(path, ...)]
    if not paths:
        return Kind.COLUMN_CHANGED, "Its bytes are not canonical."
    are_words = all(_is_mark(was.get(path)) and _is_mark(became.get(path)) for path in paths)
    return Kind.TOLD_CHANGED if are_words else Kind.COLUMN_CHANGED, f"It differs in: {', '.join(sorted(paths))}."


def _leaves(body: dict[str, Any]) -> dict[str, Any]:
    """What a body says, by path: "actor.id", "after.state"."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": one for inner, one in value.items()}
        else:
            found[name] = value
    return found


def _is_mark(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(MARK)


def prev_of(body: str) -> str | None:
    """What a body says of the line before it, without reading all of it. Raises ValueError where it says nothing."""
    start = body.index(',"prev":') + 8
    return None if body.startswith("null", start) else body[start + 1 : start + 65]


def value_of(stored: Any) -> Any:
    """A column of JSON as a value. Raises ValueError."""
    if not isinstance(stored, str):
        return stored
    if stored == "{}":
        return {}
    try:
        value, end = _scan(stored, 0)
    except StopIteration:
        end = -1
    return value if end == len(stored) else json.loads(stored)


def _address(stored: Any) -> str | None:
    return None if stored is None else str(stored)
