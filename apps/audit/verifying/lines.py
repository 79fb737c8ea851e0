"""Reads lines as they are stored, quickly, and judges each by itself and in its stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from apps.audit.bodies import MARK, commitments, digest, moment, told, written
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
    index: int | None
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
        stands = commitments(plain, plain.salts)
        if len(stands) != len(plain.salts) or line.erasures:
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
    body = json.loads(line.body)
    found = {
        "actor": body["actor"]["name"],
        "behalf": (body["behalf"] or {}).get("name"),
        **{name: body[name] for name in ("address", "target", "reason")},
        **{f"{side}.{name}": value for side in ("before", "after") for name, value in body[side].items()},
    }
    left = told(line)
    gone = {}
    for field, value in found.items():
        if not isinstance(value, str) or not value.startswith(MARK) or field in stands:
            continue
        if field in line.salts or left.get(field, ERASED) != ERASED or not line.erasures:
            report.add(
                Kind.TAKEN_AWAY if field not in left else Kind.TOLD_CHANGED,
                line.name,
                f"Its {field} is not what it was.",
            )
        gone[field] = value
    if gone and line.erasures:
        report.erased += 1
    return gone


def _difference(says: str, body: str) -> tuple[Kind, str]:
    """Which fields differ; words that don't fit their commitment are a kind of their own."""
    was, became = json.loads(body), json.loads(says)
    names = [name for name in was if was[name] != became.get(name)]
    if not names:
        return Kind.COLUMN_CHANGED, "Its bytes are not canonical."
    marks = [_marks(was[name]) and _marks(became.get(name)) for name in names]
    kind = Kind.TOLD_CHANGED if all(marks) else Kind.COLUMN_CHANGED
    return kind, f"It differs in: {', '.join(names)}."


def _marks(value: Any) -> bool:
    """Whether commitments are among what a field holds."""
    if isinstance(value, dict):
        return any(_marks(one) for one in value.values())
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
