"""Takes words out of a line, where the law asks for it, and leaves a mark. What was hashed stays as it was."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext

from apps.audit.actions import record
from apps.audit.bodies import told
from apps.audit.models import ERASED, Entry
from apps.audit.verbs import Verb

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

# What stands in a column afterwards; what was said before or after becomes the mark itself.
LEFT: dict[str, tuple[str, Any]] = {
    "actor": ("actor_label", ERASED),
    "target": ("target_label", ERASED),
    "behalf": ("behalf_label", ""),
    "reason": ("reason", ""),
    "address": ("address", None),
}


class NothingToErase(Exception):
    """The line has none of these words, or they are erased already."""


def erasable(entry: Entry) -> dict[str, Any]:
    """The words of a line that can be erased, by field."""
    return {field: value for field, value in told(entry).items() if field in entry.salts}


def erase(entry: Entry, fields: Collection[str], *, by: AbstractBaseUser, reason: str) -> Entry:
    """Remove these words and their salts for good, and record who did it and why; never what they were.

    Raises NothingToErase. Whoever calls has asked whether this person may.
    """
    with transaction.atomic():
        entry = Entry.every_line.select_for_update(of=("self",)).get(pk=entry.pk)
        wanted = [field for field in erasable(entry) if field in fields]
        if not wanted:
            raise NothingToErase(gettext("Nothing of this is left in the line."))
        stream = f"entry:{entry.pk}"
        before = Entry.every_line.filter(stream=stream).order_by("-seq").first()
        entry.erasures += 1
        record(
            Verb.ENTRY_ERASED,
            stream=stream,
            seq=entry.erasures,
            prev=before.hash if before else None,
            target=f"entry {entry.pk}",
            by=by,
            after={"entry": entry.pk, "hash": entry.hash, "fields": ", ".join(wanted)},
            reason=reason,
        )
        for field in wanted:
            side, _, name = field.partition(".")
            if name:
                getattr(entry, side)[name] = ERASED
            else:
                setattr(entry, *LEFT[field])
            del entry.salts[field]
        columns = [column for column, _ in LEFT.values()]
        Entry.every_line.filter(pk=entry.pk).update(
            **{name: getattr(entry, name) for name in [*columns, "before", "after", "salts", "erasures"]}
        )
    return entry
