"""Reads lines in the order of the tree or of their stream, and judges whether they follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from apps.audit.verifying.findings import Kind, Report
from apps.audit.verifying.lines import name_of, prev_of, rows_of, value_of

COLUMNS = "e.id, e.stream, e.seq, e.after, e.body, e.hash"
SEALED = (
    f'SELECT {COLUMNS}, l."index", l.hash, l.entry_id FROM audit_leaf l'  # noqa: S608
    ' LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l."index"'
)
UNSEALED = (
    f"SELECT {COLUMNS}, NULL, NULL, p.entry_id FROM audit_entry e LEFT JOIN audit_pending p ON p.entry_id = e.id"  # noqa: S608
    " WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY e.id"
)
OF_STREAM = (
    f'SELECT {COLUMNS}, l."index", l.hash, COALESCE(l.entry_id, p.entry_id) FROM audit_entry e'  # noqa: S608
    " LEFT JOIN audit_leaf l ON l.entry_id = e.id LEFT JOIN audit_pending p ON p.entry_id = e.id"
    " WHERE e.stream = %s ORDER BY e.seq, e.id"
)


class Placed(NamedTuple):
    """A line's place in its stream and in the tree.

    ``id`` is None for a leaf whose line is gone; ``held_by`` is what the row of the tree, or of what waits, says.
    """

    id: int | None
    stream: str
    seq: int | None
    after: Any
    body: str
    hash: str
    place: int | None
    leaf: str | None
    held_by: int | None

    @property
    def name(self) -> str:
        """What findings call it."""
        return name_of(self.stream, self.seq, self.id or 0)

    @property
    def prev(self) -> str | None:
        """What its body says of the line before it."""
        return prev_of(self.body) if ',"prev":' in self.body else None


def read(sql: str, *given: Any) -> Iterator[Placed]:
    """The lines of a query."""
    return map(Placed._make, rows_of(sql, *given))


class Streams:
    """The last line of each stream that counts its lines, as they come; what doesn't follow is looked at once more."""

    def __init__(self) -> None:
        self.last: dict[str, tuple[int, str]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self.odd: set[str] = set()

    def take(self, line: Placed, told_of: frozenset[str]) -> None:
        """The next line. ``told_of`` are the fields whose last value rows are held to."""
        if line.seq is None:
            return
        before = self.last.get(line.stream)
        prev = line.prev
        fits = prev is None if before is None else (line.seq == before[0] + 1 and prev == before[1])
        if not fits:
            self.odd.add(line.stream)
        if before is None or line.seq > before[0]:
            self.last[line.stream] = (line.seq, line.hash)
        if told := _told(line.after, told_of):
            self.told.setdefault(line.stream, {}).update(told)


def _told(after: Any, told_of: frozenset[str]) -> dict[str, Any]:
    """What a line tells of the fields that rows are held to. What can't be read is found where lines are judged."""
    if isinstance(after, str) and not any(name in after for name in told_of):
        return {}
    try:
        values = value_of(after)
    except ValueError:
        return {}
    return {name: values[name] for name in told_of if name in values} if isinstance(values, dict) else {}


def judge_stream(stream: str, report: Report) -> None:
    """Each place at which a stream's lines don't follow each other."""
    before: Placed | None = None
    for line in read(OF_STREAM, stream):
        if line.seq is None:
            continue
        prev = line.prev
        if before is None:
            if prev is not None:
                report.add(Kind.LINE_MISSING, f"{stream} begins with line {line.seq}", "Lines before it are gone.")
        elif line.seq != (before.seq or 0) + 1:
            report.add(Kind.LINE_MISSING, f"between lines {before.seq} and {line.seq} of {stream}")
        elif prev != before.hash:
            report.add(Kind.CHAIN_BROKEN, line.name)
        before = line
