"""What people do with the trail itself: erase words from it, export it, have it verified, if they may."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit import erasing
from apps.audit.actions import record
from apps.audit.models import Entry, Verification
from apps.audit.verbs import Verb


class ReasonMissing(ValueError):
    """Erasing needs a reason. The text is fit to be shown."""


def erase_words(entry: Entry, fields: Collection[str], *, by: User, reason: str) -> Entry:
    """Remove these words of a line for good. Raises NotAllowed, ReasonMissing, erasing.NothingToErase."""
    require(by, Capability.ERASE)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the mark stays, and so does your reason."))
    return erasing.erase(entry, fields, by=by, reason=reason)


def export_trail(*, by: User, kind: str, narrowed: str) -> None:
    """Somebody takes entries of the trail with them: which, and in which format."""
    require(by, Capability.EXPORT_TRAIL)
    with transaction.atomic():
        told = {"format": kind, "filter": narrowed or "all of it"}
        record(Verb.TRAIL_EXPORTED, stream="trail", target="the trail", by=by, after=told)


def ask_to_verify(*, by: User) -> Verification:
    """Have the whole trail verified in the background; one that is under way serves whoever asks meanwhile.

    The caller rings for it when the transaction is through. Raises NotAllowed.
    """
    require(by, Capability.EXPORT_TRAIL)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        last = Verification.objects.order_by("-id").first()
        return last if last and last.is_under_way else Verification.objects.create(asked_by=by)
