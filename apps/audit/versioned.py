"""Rows that count their changes: the version is the number of the row's last line in the trail.

A form carries the version that it was shown. An action locks the row, compares, writes under the next version and
records the change under the same number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

from apps.audit.actions import Line, record, record_each
from apps.audit.models import Entry
from apps.audit.verbs import Verb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Versioned(models.Model):
    """A row with a version and a stream of its own in the trail."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @property
    def stream(self) -> str:
        """What the trail calls this row: "claim:42"."""
        return f"{self._meta.model_name}:{self.pk}"


Row = TypeVar("Row", bound=Versioned)


class ChangedMeanwhile(Exception):
    """Somebody changed the row after this person last saw it. ``entries`` tell what happened, oldest first."""

    def __init__(self, row: Versioned, entries: list[Entry]) -> None:
        super().__init__("Somebody changed this while you were at it. Nothing of yours was saved yet.")
        self.row = row
        self.entries = entries


def lock(row: Row, expected_version: int | None = None) -> Row:
    """The row as it is now, locked until the transaction ends. Raises ChangedMeanwhile for another version."""
    locked: Row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if expected_version is not None and locked.version != expected_version:
        raise ChangedMeanwhile(locked, list(Entry.objects.since(locked.stream, expected_version)))
    return locked


def write(
    row: Versioned,
    verb: Verb,
    *,
    by: AbstractBaseUser | None,
    fields: list[str],
    target: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Save these fields of the locked row under its next version, and record the change under the same number."""
    row.version += 1
    row.save(update_fields=[*fields, "version"])
    record(verb, stream=row.stream, seq=row.version, target=target, by=by, before=before, after=after, reason=reason)


def write_each(
    rows: Sequence[Versioned],
    verb: Verb,
    *,
    by: AbstractBaseUser | None,
    fields: list[str],
    told: Callable[[Any], tuple[str, dict[str, Any], dict[str, Any]]],
) -> None:
    """What ``write`` does, for many locked rows of one kind: one statement for those that get the same values, and one
    for the trail. ``told`` gives target, before and after.
    """
    alike: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(tuple([getattr(row, name) for name in fields]), []).append(row.pk)
    for values, numbers in alike.items():
        found = type(rows[0])._default_manager.filter(pk__in=numbers)
        found.update(version=models.F("version") + 1, **dict(zip(fields, values, strict=True)))
    lines = []
    for row in rows:
        row.version += 1
        target, before, after = told(row)
        lines.append(Line(row.stream, target, row.version, before, after))
    record_each(verb, lines, by=by)


def differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values that differ, as they were and as they became; ``changed`` names them for the sentence."""
    names = [name for name in after if before[name] != after[name]]
    told = {"changed": ", ".join(names).replace("_", " ")} if names else {}
    return {name: before[name] for name in names}, {**{name: after[name] for name in names}, **told}
