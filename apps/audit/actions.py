"""The one door through which the audit trail grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction

from apps.audit.context import Channel, current
from apps.audit.models import Entry
from apps.audit.statements import insert
from apps.audit.verbs import Verb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class NotInTransaction(RuntimeError):
    """An entry outside a transaction could outlive, or miss, the change it tells of."""


def record(
    verb: Verb,
    *,
    stream: str,
    target: str,
    by: AbstractBaseUser | None,
    seq: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """Write one line of the trail, in the transaction of the change it tells of.

    ``by`` is the person; None means that a worker, a command or nobody known did it, as the channel says.
    Raises NotInTransaction outside of ``atomic``, ValueError for a verb that isn't in the closed list.
    """
    line = Line(stream, target, seq, before or {}, after or {})
    (entry,) = _entries(verb, [line], by, reason)
    insert(entry)
    return entry


class Line(NamedTuple):
    """What one of several entries says of its own."""

    stream: str
    target: str
    seq: int | None = None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


def record_each(verb: Verb, lines: Iterable[Line], *, by: AbstractBaseUser | None) -> None:
    """Write many lines that tell of one change at many rows, as ``record`` would one by one, in one statement."""
    Entry.objects.bulk_create(_entries(verb, lines, by, ""))


def _entries(verb: Verb, lines: Iterable[Line], by: AbstractBaseUser | None, reason: str) -> list[Entry]:
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{verb}: record() needs the transaction of the change it tells of")
    door = current()
    kind, label = _actor(by, door.channel)
    return [
        Entry(  # type: ignore[misc]  # the floor knows people only as Django's abstract user
            verb=Verb(verb),
            actor=by,
            actor_kind=kind,
            actor_label=label,
            channel=door.channel,
            request_id=door.request_id,
            address=door.address,
            stream=line.stream,
            seq=line.seq,
            target_label=line.target[:500],
            before=line.before,
            after=line.after,
            reason=reason,
        )
        for line in lines
    ]


def _actor(by: AbstractBaseUser | None, channel: Channel) -> tuple[str, str]:
    if by is not None:
        return Entry.ActorKind.PERSON, str(by)[:200]
    if channel == Channel.WORKER:
        return Entry.ActorKind.WORKER, "The archive"
    if channel == Channel.COMMAND:
        return Entry.ActorKind.COMMAND, "The command line"
    return Entry.ActorKind.NOBODY, "Somebody not signed in"
