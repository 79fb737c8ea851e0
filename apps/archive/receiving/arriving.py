"""What somebody brings is written down before it is stored, so that who is killed in between leaves nothing behind."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.models import HOLDERS, Arrival, record_name
from apps.archive.receiving.refusals import UploadRefused
from apps.archive.records import storage

BEING_REMOVED = _("This file was just being removed from the archive. Upload it once more.")
logger = logging.getLogger(__name__)


def store(draft: storage.Draft) -> None:
    """Put a record into the store, and write down before that it comes. Raises UploadRefused, StoreFailed.

    Stands in no transaction: what it writes down has to be there when this process no longer is.
    """
    with transaction.atomic():
        arrival, is_new = Arrival.objects.get_or_create(warc_digest=draft.digest)
        # A WARC is kept with its own bytes: somebody else may be bringing the very same one.
        if not is_new and not Arrival.objects.expected().filter(pk=arrival.pk).update(at=timezone.now()):
            raise UploadRefused(BEING_REMOVED)
    draft.keep(record_name(draft.digest))


def arrived(digest: str) -> None:
    """A copy's row is about to hold the record, in this transaction. Raises UploadRefused when it comes too late."""
    if not Arrival.objects.expected().filter(warc_digest=digest).delete()[0] and not _is_held(digest):
        raise UploadRefused(BEING_REMOVED)


def forget(digest: str) -> None:
    """No row came to know the record: take it out of the store, unless others hold it too."""
    arrival = Arrival.objects.expected().filter(warc_digest=digest).first()
    if arrival:
        _remove(arrival, None)


def abandoned() -> list[int]:
    """The numbers of those whose bringer never came back, or who removed them didn't."""
    return list(Arrival.objects.abandoned(_long_ago()).values_list("pk", flat=True))


def clear_away(number: int) -> None:
    """Remove what somebody who never came back has stored, if nobody else is at it."""
    arrival = Arrival.objects.abandoned(_long_ago()).filter(pk=number).first()
    if arrival:
        _remove(arrival, arrival.let_go_at)


def _remove(arrival: Arrival, let_go_at: datetime | None) -> None:
    """Whoever wins the row removes the file. While the row is there nobody stores the same one again."""
    ours = Arrival.objects.filter(pk=arrival.pk, at=arrival.at, let_go_at=let_go_at)
    if not ours.update(let_go_at=timezone.now()):
        return
    try:
        if not _is_held(arrival.warc_digest):
            storage.discard(arrival.warc_digest)
    except OSError:
        logger.exception("record %s could not be removed; the sweeper tries again", arrival.warc_digest)
        return
    arrival.delete()


def _is_held(digest: str) -> bool:
    return any(holder._default_manager.filter(warc_digest=digest).exists() for holder in HOLDERS)


def _long_ago() -> datetime:
    return timezone.now() - timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS)
