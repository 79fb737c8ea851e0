"""Evidence that leaves the desk is known to have left."""

from __future__ import annotations

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.models import Capture
from apps.archive.records.wacz import Exported
from apps.audit.actions import record
from apps.audit.verbs import Verb


def record_download(capture: Capture, digest: str, *, by: User, document: str = "") -> None:
    """Somebody takes a record of this capture with them: the copy's, that of an attempt that failed, or a part of one.

    ``document`` is the kind of the part: the PDF, picture, text or recording alone.
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


def record_export(exported: Exported, *, by: User | None, stream: str, target: str) -> None:
    """Somebody takes a WACZ of these copies with them. The stream and target are what it was put together for.

    Without a person it is the command line that does so.
    """
    if by is not None:
        require(by, Capability.DOWNLOAD_EVIDENCE)
    number = len(exported.records)
    with transaction.atomic():
        record(
            Verb.WACZ_DOWNLOADED,
            stream=stream,
            target=target,
            by=by,
            after={
                "copies": "1 archived copy" if number == 1 else f"{number} archived copies",
                "wacz_sha256": exported.digest,
                "record_sha256": {f"capture {pk}": digest for pk, digest in exported.records.items()},
            },
        )
