"""Evidence that leaves the desk is known to have left."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.models import Capture
from apps.audit.actions import record
from apps.audit.verbs import Verb


def record_download(capture: Capture, digest: str, *, by: User, document: str = "") -> None:
    """Somebody takes a record of this capture with them: the copy's, that of an attempt that failed, or a part of one.

    ``document`` is the kind of the part: the PDF or picture alone.
    """
    require(by, Capability.DOWNLOAD_EVIDENCE)
    with transaction.atomic():
        record(
            Verb.WARC_DOWNLOADED,
            stream=capture.page.stream,
            target=capture.page.url,
            by=by,
            after={"capture": capture.pk, "record_sha256": digest, **({"document": document} if document else {})},
        )
