"""Reads lines as they are stored, quickly, and judges each by itself and in its stream."""

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
QUOTED = ", ".join(f'e."{name}"' for name in COLUMNS)
SEALED = (
    f'SELECT {QUOTED}, l."index", l.hash, l.entry_id FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id'  # noqa: S608
    ' ORDER BY l."index"'
)
UNSEALED = (
    f"SELECT {QUOTED}, NULL, NULL, p.entry_id FROM audit_entry e LEFT JOIN audit_pending p ON p.entry_id = e.id"  # noqa: S608
    " WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY e.id"
)
OF_STREAM = (
    f'SELECT {QUOTED}, l."index", l.hash, COALESCE(l.entry_id, p.entry_id) FROM audit_entry e'  # noqa: S608
    " LEFT JOIN audit_leaf l ON l.entry_id = e.id LEFT JOIN audit_pending p ON p.entry_id = e.id"
    " WHERE e.stream = %s ORDER BY e.seq, e.id"
)


class Stored(NamedTuple):
    """A line with its place in the tree; ``held_by`` is the row of the tree or of what waits that names it."""

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
    place: int | None
    leaf: str | None
    held_by: int | None

    @property
    def name(self) -> str:
        """What findings call it."""
        place = f"line {self.seq} of {self.stream}" if self.seq else f"a line of {self.stream}"
        return f"{place} (entry {self.id})"


def read(sql: str, *given: Any) -> Iterator[Stored]:
    """The lines of a query, a few at a time, so that memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, given)
        while rows := cursor.fetchmany(FETCHED):
            for row in rows:
                yield Stored(*row)


def instant(stored: Any) -> str:
    """The time of a stored line as bodies write it."""
    if isinstance(stored, datetime):
        return moment(stored)
    text = str(stored)
    if len(text) == 26:
        return f"{text[:10]}T{text[11:]}Z"
    return moment(datetime.fromisoformat(text).replace(tzinfo=UTC))


def judge(line: Stored, report: Report) -> None:
    """Whether the line says what was hashed. What it lacks has to have been erased, and to be marked."""
    if digest(line.body) != line.hash:
        report.add(Kind.BODY_CHANGED, line.name)
        return
    try:
        plain = line._replace(
            before=_value(line.before),
            after=_value(line.after),
            salts=_value(line.salts),
            address=_address(line.address),
        )
        prev = _prev(line.body)
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


def _prev(body: str) -> str | None:
    """What a body says of the line before it, without reading all of it."""
    start = body.index(',"prev":') + 8
    return None if body.startswith("null", start) else body[start + 1 : start + 65]


def _value(stored: Any) -> Any:
    if stored == "{}":
        return {}
    return json.loads(stored) if isinstance(stored, str) else stored


def _address(stored: Any) -> str | None:
    return None if stored is None else str(stored)


class Streams:
    """The last line of each stream that counts its lines, as they come; what doesn't follow is looked at once more."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, str]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.odd: set[str] = set()

    def take(self, line: Stored, told_of: frozenset[str]) -> None:
        """The next line. ``told_of`` are the fields whose last value rows are held to."""
        if line.seq is None:
            return
        before = self.last.get(line.stream)
        prev = _prev(line.body) if ',"prev":' in line.body else None
        fits = prev is None if before is None else (line.seq == before[0] + 1 and prev == before[1])
        if not fits:
            self.odd.add(line.stream)
        if before is None or line.seq > before[0]:
            self.last[line.stream] = (line.seq, line.hash)
        if told_of and told_of & (after := _value(line.after)).keys():
            self.told.setdefault(line.stream, {}).update({name: after[name] for name in told_of & after.keys()})


def judge_stream(stream: str, report: Report) -> None:
    """Each place at which a stream's lines don't follow each other."""
    before: Stored | None = None
    for line in read(OF_STREAM, stream):
        if line.seq is None:
            continue
        prev = _prev(line.body) if ',"prev":' in line.body else None
        if before is None:
            if prev is not None:
                report.add(Kind.LINE_MISSING, f"{stream} begins with line {line.seq}", "Lines before it are gone.")
        elif line.seq != (before.seq or 0) + 1:
            report.add(Kind.LINE_MISSING, f"between lines {before.seq} and {line.seq} of {stream}")
        elif prev != before.hash:
            report.add(Kind.CHAIN_BROKEN, line.name)
        before = line
