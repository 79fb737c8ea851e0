"""The one door through which the audit trail grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Required, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from apps.audit.bodies import seal
from apps.audit.context import Channel, current
from apps.audit.models import Entry
from apps.audit.statements import insert
from apps.audit.verbs import Verb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class NotInTransaction(RuntimeError):
    """An entry outside a transaction could outlive, or miss, the change it tells of."""


class Said(TypedDict, total=False):
    """What a line says beside its verb. See ``record``."""

    stream: Required[str]
    target: Required[str]
    by: Required[AbstractBaseUser | None]
    seq: int | None
    prev: str | None
    behalf: AbstractBaseUser | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


def record(verb: Verb, **said: Unpack[Said]) -> Entry:
    """Write one line of the trail, in the transaction of the change it tells of.

    ``by`` is the person; None means that a worker, a command or nobody known did it, as the channel says, maybe on
    ``behalf`` of somebody, or of whom the door names. A worker is no person: with ``by`` it did it on their behalf.
    ``seq`` and ``prev`` (the hash of the line before) are given where the stream counts its lines: ``versioned.write``
    does. Raises NotInTransaction outside of ``atomic``, ValueError for a verb that isn't in the closed list, TypeError
    for a float among the values.
    """
    entry = line(verb, **said)
    insert(entry)
    return entry


def line(
    verb: Verb,
    *,
    stream: str,
    target: str,
    by: AbstractBaseUser | None,
    seq: int | None = None,
    prev: str | None = None,
    behalf: AbstractBaseUser | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """The entry that ``record`` writes, sealed and not written yet: for whoever writes many at once."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{verb}: record() needs the transaction of the change it tells of")
    door = current()
    behalf = behalf or door.behalf
    if door.channel == Channel.WORKER and by is not None:
        by, behalf = None, by
    kind, label = _actor(by, door.channel)
    entry = Entry(  # type: ignore[misc]  # the floor knows people only as Django's abstract user
        at=timezone.now(),
        verb=Verb(verb),
        actor=by,
        actor_kind=kind,
        actor_label=label,
        behalf=behalf,
        behalf_label=str(behalf)[:200] if behalf else "",
        channel=door.channel,
        request_id=door.request_id,
        address=door.address,
        stream=stream,
        seq=seq,
        target_label=target[:500],
        before=before or {},
        after=after or {},
        reason=reason,
    )
    seal(entry, prev)
    return entry


def _actor(by: AbstractBaseUser | None, channel: Channel) -> tuple[str, str]:
    if by is not None:
        return Entry.ActorKind.PERSON, str(by)[:200]
    if channel == Channel.WORKER:
        return Entry.ActorKind.WORKER, "The archive"
    if channel == Channel.COMMAND:
        return Entry.ActorKind.COMMAND, "The command line"
    if channel == Channel.MIGRATION:
        return Entry.ActorKind.MIGRATION, "A migration"
    return Entry.ActorKind.NOBODY, "Somebody not signed in"
