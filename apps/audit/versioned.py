"""Rows that count their changes: the version is the number of the row's last line in the trail, the head its hash.

A form carries the version that it was shown. An action locks the row, compares, records the change under the next
number, and writes the row with that version and the line's hash. The database refuses a version, a head or a state
that no line tells of (``triggers``), so the line comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Required, Self, TypedDict, TypeVar, Unpack

from django.db import DatabaseError, connection, models
from django.utils.translation import gettext as _

from apps.audit.actions import line, record
from apps.audit.models import Entry
from apps.audit.statements import fields_of, insert, update
from apps.audit.verbs import Verb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Versioned(models.Model):
    """A row with a version and a stream of its own in the trail.

    ``TOLD`` names the fields whose value has to be what the stream's last line about them says, and what they begin
    with. ``ONE_STREAM`` is the key of the stream that all rows share, where every version is a row.
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    head = models.CharField(max_length=64, default="", blank=True, editable=False)

    TOLD: dict[str, str] = {}
    ONE_STREAM = ""
    as_loaded: dict[str, str] | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *given: Any, **more: Any) -> Self:
        row = super().from_db(*given, **more)
        row.remember()
        return row

    def remember(self) -> None:
        """What the row says now is what the database says, of that which the trail has to tell of."""
        self.as_loaded = {name: self.__dict__[name] for name in self.TOLD if name in self.__dict__}

    @property
    def stream(self) -> str:
        """What the trail calls this row: "claim:42"."""
        return f"{self._meta.model_name}:{self.ONE_STREAM or self.pk}"


Row = TypeVar("Row", bound=Versioned)


class ChangedMeanwhile(Exception):
    """Somebody changed the row after this person last saw it. ``entries`` tell what happened, oldest first."""

    def __init__(self, row: Versioned, entries: list[Entry]) -> None:
        super().__init__(_("Somebody changed this while you were at it. Nothing of yours was saved yet."))
        self.row = row
        self.entries = entries


def lock(row: Row, expected_version: int | None = None) -> Row:
    """The row as it is now, locked until the transaction ends. Raises ChangedMeanwhile for another version."""
    locked: Row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if expected_version is not None and locked.version != expected_version:
        raise ChangedMeanwhile(locked, list(Entry.objects.since(locked.stream, expected_version)))
    return locked


class Told(TypedDict, total=False):
    """What a line says of a change beside its verb and who made it."""

    target: Required[str]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


def begin(row: Versioned, verb: Verb, *, by: AbstractBaseUser | None, prev: str = "", **told: Unpack[Told]) -> None:
    """Record the first line of a new row; where every version is a row, ``prev`` is the head of the one before."""
    told["after"] = {**(told.get("after") or {}), **{name: str(getattr(row, name)) for name in row.TOLD}}
    row.head = record(verb, stream=row.stream, seq=row.version, prev=prev or None, by=by, **told).hash
    update(type(row), {"pk": row.pk}, {"head": row.head})
    row.remember()


def write(row: Versioned, verb: Verb, *, by: AbstractBaseUser | None, fields: list[str], **told: Unpack[Told]) -> None:
    """Record a change of the locked row under its next version, and save these fields of it with that version.

    The row was loaded when it was locked. What the trail has to tell of its fields (``TOLD``) is told here.
    """
    entry = _next_line(row, verb, by, told)
    insert(entry)
    _follow(row, entry)
    model = type(row)
    names = (*fields, "version", "head")
    values = {name: getattr(row, field.attname) for name, field in zip(names, fields_of(model, names), strict=True)}
    if not update(model, {"pk": row.pk}, values):
        raise DatabaseError(f"{row.stream} is gone")


def write_many(
    rows: Sequence[Row],
    verb: Verb,
    *,
    by: AbstractBaseUser | None,
    fields: list[str],
    told: Callable[[Row], Told],
    at_once: int = 1_000,
) -> None:
    """``write`` for many locked rows of one model, each with a line of its own: a few statements for a thousand."""
    if not rows:
        return
    model = type(rows[0])
    changed = fields_of(model, (*fields, "version", "head"))
    quoted = connection.ops.quote_name
    sets = ", ".join(f"{quoted(str(field.column))} = %s" for field in changed)
    sql = f"UPDATE {quoted(model._meta.db_table)} SET {sets} WHERE id = %s"  # noqa: S608  (names of our own columns)
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        lines = [_next_line(row, verb, by, told(row)) for row in some]
        Entry.objects.bulk_create(lines)
        for row, entry in zip(some, lines, strict=True):
            _follow(row, entry)
        with connection.cursor() as cursor:
            cursor.executemany(
                sql,
                [
                    [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in changed), row.pk]
                    for row in some
                ],
            )


def _next_line(row: Versioned, verb: Verb, by: AbstractBaseUser | None, told: Told) -> Entry:
    """The line under the row's next number. What the trail has to tell of the row's fields is told here."""
    if row.as_loaded is None:
        raise TypeError(f"{row!r} was not loaded before it was changed")
    was = {name: value for name, value in row.as_loaded.items() if value != getattr(row, name)}
    if was:
        told["before"] = {**(told.get("before") or {}), **was}
        told["after"] = {**(told.get("after") or {}), **{name: str(getattr(row, name)) for name in was}}
    return line(verb, stream=row.stream, seq=row.version + 1, prev=row.head or None, by=by, **told)


def _follow(row: Versioned, entry: Entry) -> None:
    row.version, row.head = row.version + 1, entry.hash
    row.remember()


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that differ, as they were and as they became; ``changed`` names them for the sentence."""
    names = [name for name in after if before[name] != after[name]]
    told = {"changed": ", ".join(names).replace("_", " ")} if names else {}
    return {name: before[name] for name in names}, {**{name: after[name] for name in names}, **told}
