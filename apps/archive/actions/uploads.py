"""Copies that people bring by hand, where a site refuses the archive."""

from __future__ import annotations

from datetime import timedelta
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive import tasks
from apps.archive.models import Capture, Contents, Page, Upload, facts_of
from apps.archive.receiving import arriving
from apps.archive.receiving.documents import Received, forgotten_if_refused, receive
from apps.archive.receiving.refusals import UploadRefused
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.wording import plain

SENT_TWICE_WITHIN = timedelta(seconds=60)


def upload_copy(page: Page, file: IO[bytes], *, by: User, file_name: str, note: str) -> Capture:
    """Keep a file as a copy of a page, marked as brought by hand, with a note where it comes from.

    A copy of the page that is on its way stays on its way: the file is stored beside it. Raises UploadRefused.
    """
    require(by, Capability.CITE)
    if page.is_document:
        raise UploadRefused(
            _("This is a document: its file is its only copy. Hand another file in as another document.")
        )
    note = note.strip()
    if not note:
        raise UploadRefused(_("Say where the file comes from: somebody will ask for it."))
    with forgotten_if_refused(receive(file, page.url, name=file_name)) as received, transaction.atomic():
        return _store(Page.objects.select_for_update().get(pk=page.pk), received, by, note)


def _store(page: Page, received: Received, by: User, note: str) -> Capture:
    """The rows of a file that lies in the store. A form that a browser sent twice makes one copy."""
    now = timezone.now()
    sent_before = page.captures.filter(
        method=Capture.Method.UPLOADED, requested_by=by, requested_at__gt=now - SENT_TWICE_WITHIN
    )
    if twin := sent_before.filter(upload__file_digest=received.file_digest).first():
        received.forget()
        return twin
    latest = page.captures.order_by("-id").first()
    capture = keep(page, received, by=by, note=note)
    told = {"file": received.file_name, "kind": plain(received.kind.label), "file_sha256": received.file_digest}
    record(
        Verb.CAPTURE_UPLOADED,
        stream=page.stream,
        target=page.url,
        by=by,
        before={"capture": latest.pk, "state": latest.state, "failure": latest.recorded_failure} if latest else {},
        after={**facts_of(capture), **told},
        reason=note,
    )
    return capture


def keep(page: Page, received: Received, *, by: User, note: str, provided_by: str = "") -> Capture:
    """The rows of a stored copy whose file somebody brought, and a bell for whoever reads it. The caller records it."""
    arriving.arrived(received.warc_digest)
    capture = Capture.objects.create(
        page=page,
        state=Capture.State.STORED,
        method=Capture.Method.UPLOADED,
        requested_by=by,
        last_attempt=0,
        settled_at=timezone.now(),
        warc_digest=received.warc_digest,
        warc_bytes=received.warc_bytes,
        **received.facts,
    )
    Contents.objects.create(capture=capture, cdxj=received.cdxj)
    Upload.objects.create(
        capture=capture,
        kind=received.kind,
        file_name=received.file_name,
        file_bytes=received.file_bytes,
        file_digest=received.file_digest,
        note=note,
        provided_by=provided_by,
        says_url=received.says_url,
        says_at=received.says_at,
    )
    transaction.on_commit(lambda: tasks.ring(tasks.read_capture, capture.pk), robust=True)
    return capture
