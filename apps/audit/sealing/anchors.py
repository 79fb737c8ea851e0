"""Checkpoints outside the database: a file each, named by its size, laid down once and never written over.

Whoever owns the database can put another tree into it, but not into what lies elsewhere, above all when that place
keeps what it was given (another machine's disk, a bucket with object lock). ``audit_verify`` compares both.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils import timezone

from apps.audit.models import Checkpoint
from apps.audit.sealing.stamps import NoStamp, stamp

log = logging.getLogger(__name__)
NAME = re.compile(r"(\d{12,})\.(note|tsr)")
AT_ONCE = 1_000


class AnchorStorage(FileSystemStorage):
    """A folder in which a file has its name when every byte is on the disk, and keeps it."""

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, own = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        with os.fdopen(handle, "wb") as out:
            os.fchmod(out.fileno(), 0o644)
            out.write(content.read())
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(own, path)
        finally:
            os.unlink(own)
        return name


def anchors() -> Storage:
    """The store that checkpoints are laid down in."""
    return storages["anchors"]


def name_of(size: int, kind: str = "note") -> str:
    """Where the checkpoint of this size lies; a million sizes share a folder."""
    return f"{size // 1_000_000:06d}/{size:012d}.{kind}"


def anchor() -> int:
    """Lay down every checkpoint that isn't yet, with a time stamp where one is due. Returns how many.

    A store that is away is no reason to stop sealing: what was not laid down is tried again the next time.
    """
    done = 0
    for checkpoint in Checkpoint.objects.filter(anchored_at__isnull=True).order_by("size")[:AT_ONCE]:
        if not _lay_down(name_of(checkpoint.size), checkpoint.note.encode()):
            break
        Checkpoint.objects.filter(pk=checkpoint.pk).update(anchored_at=timezone.now())
        done += 1
    if settings.AUDIT_TSA_URL:
        _stamp_the_last()
    return done


def _lay_down(name: str, content: bytes) -> bool:
    try:
        if not anchors().exists(name):
            anchors().save(name, ContentFile(content))
    except Exception:
        log.exception("A checkpoint could not be laid down as %s; it will be tried again.", name)
        return False
    return True


def _stamp_the_last() -> None:
    last = Checkpoint.objects.filter(anchored_at__isnull=False).order_by("-size").first()
    before = Checkpoint.objects.filter(stamped_at__isnull=False).order_by("-size").first()
    now = timezone.now()
    if last is None or last.stamp is not None:
        return
    if before and before.stamped_at and (now - before.stamped_at).total_seconds() < settings.AUDIT_TSA_SECONDS:
        return
    # The row is first, so that nothing lies elsewhere that no row tells of; what was not laid down then is now.
    if before and before.stamp is not None and not _lay_down(name_of(before.size, "tsr"), bytes(before.stamp)):
        return
    try:
        token = stamp(last.note.encode())
    except NoStamp:
        log.exception("The time-stamping authority gave no stamp for checkpoint %s.", last.size)
        return
    Checkpoint.objects.filter(pk=last.pk).update(stamp=token, stamped_at=now)
    _lay_down(name_of(last.size, "tsr"), token)


def laid_down() -> Iterator[tuple[int, str, str]]:
    """Every anchor that is there: its size, its kind ("note" or "tsr") and its name in the store."""
    store = anchors()
    try:
        folders = sorted(store.listdir("")[0])
    except FileNotFoundError:
        return
    for folder in folders:
        for name in sorted(store.listdir(folder)[1]):
            if found := NAME.fullmatch(name):
                yield int(found[1]), found[2], f"{folder}/{name}"


def content_of(name: str) -> bytes:
    """The bytes of one anchor."""
    with anchors().open(name) as file:
        return bytes(file.read())
