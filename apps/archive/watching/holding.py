"""A watch that is ours for a while, and what a worker that never came back has left of its look."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.archive.codes import Code
from apps.archive.models import Look, Watch
from apps.archive.records import storage

# A page that kills every worker who looks at it is left alone for the longest pause after so many.
MOST_LOST = 3
logger = logging.getLogger(__name__)


class LookLostError(Exception):
    """Somebody else looks at this page now: whatever we have seen is in vain."""


@dataclass
class Held:
    """A watch that is ours for a while."""

    watch: Watch
    token: UUID
    turn: datetime
    robots: str = ""
    look: Look | None = None
    is_stored: bool = False

    def locked(self) -> Watch:
        """The watch's row, locked until the transaction ends. Raises LookLostError when it is no longer ours."""
        watch = Watch.objects.select_for_update().filter(pk=self.watch.pk, lease_token=self.token).first()
        if watch is None:
            raise LookLostError
        return watch

    def announce(self, digest: str, size: int) -> None:
        """Write down which record is about to be stored, so that whoever takes over can clear it away."""
        with transaction.atomic():
            self.locked()
            self.look = Look.objects.create(
                page_id=self.watch.pk, baseline=self.watch.baseline, outcome="", warc_digest=digest, warc_bytes=size
            )

    def clear_away(self) -> None:
        """We came too late, or the store gave up on the way: what it may hold of ours belongs to nobody."""
        if self.look:
            discarded(self.look.warc_digest)


def end_lost_look(watch: Watch, now: datetime) -> bool:
    """The worker that held this watch never came back. True when it was one of too many, and the page must wait."""
    lost = {"outcome": Look.Outcome.FAILED, "code": Code.WORKER_LOST}
    if not Look.objects.filter(page=watch.pk, outcome="").update(**lost):
        Look.objects.create(page_id=watch.pk, baseline=watch.baseline, at=now, **lost)
    newest = Look.objects.filter(page=watch.pk).order_by("-pk").values_list("code", flat=True)[:MOST_LOST]
    if list(newest) != [Code.WORKER_LOST] * MOST_LOST:
        return False
    watch.lease_token = watch.lease_until = None
    watch.next_look_at = now + settings.ARCHIVE_WATCH_PAUSES[-1]
    watch.save(update_fields=["lease_token", "lease_until", "next_look_at"])
    return True


def clear_away(watch: Watch) -> None:
    """Remove what a lost worker may have stored and nobody settled. What can't be removed now is, next time."""
    left = Look.objects.filter(page=watch.pk, code=Code.WORKER_LOST).exclude(warc_digest="")
    for look in left:
        if discarded(look.warc_digest):
            Look.objects.filter(pk=look.pk).update(warc_digest="", warc_bytes=None)


def discarded(digest: str) -> bool:
    """Whether the store has let go of it. One that is away must not stop the work that only wants to tidy up."""
    try:
        storage.discard(digest)
    except OSError:
        logger.exception("record %s could not be removed", digest)
        return False
    return True
