"""Puts a claim into a bundle that anybody can check without the desk: docs/formats.md has its form.

What is read of the claim is read under its row's lock, so that claim.json and the lines of the trail are of one moment.
Then the trail is sealed, and every line gets a proof against one checkpoint.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.archive.models import Capture
from apps.archive.records.wacz import CannotExport, write_wacz
from apps.audit.models import Checkpoint
from apps.audit.sealing import notes
from apps.audit.sealing.keys import NoKey, authoritys_chain, known_keys, signing_key
from apps.audit.sealing.sealer import seal, the_log
from apps.audit.sealing.stamps import NoStamp, stamp
from apps.audit.sealing.tree import Inconsistent
from apps.audit.versioned import lock
from apps.audit.wording import plainly
from apps.bundles.copies import add_copy, copies_of
from apps.bundles.lines import Lines, proofs, write_lines
from apps.bundles.packing import Package, pieces_of
from apps.bundles.telling import told_of_claim
from apps.claims.models import Claim

HERE = Path(__file__).resolve().parent
IN_MEMORY = 1_000_000
OWN, RELATED, OPENED = "entries/claim.jsonl", "entries/related.jsonl", "entries/told.jsonl"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bundle:
    """What was put together: the digest and size of the file, and what is in it. ``notes`` say what is not."""

    digest: str
    size: int
    entries: int
    copies: int
    sealed: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Signer:
    """The log's present key, and the newest checkpoint as that key has signed it."""

    origin: str
    note: str
    size: int
    stamp: bytes | None

    @property
    def key(self) -> notes.VerifierKey:
        return notes.VerifierKey.of(self.origin, signing_key(self.origin))

    def sign(self, data: bytes) -> bytes:
        return signing_key(self.origin).sign(data)


@plainly
def write_bundle(out: IO[bytes], claim: Claim) -> Bundle:
    """Write the claim's bundle into an empty file that can be sought and read.

    Raises CannotExport, with a sentence, for a damaged record or a trail that can't be sealed; OSError without room.
    """
    made_at = timezone.now()
    with ExitStack() as stack:
        files = {name: stack.enter_context(_spool()) for name in (OWN, RELATED, OPENED)}
        with transaction.atomic():
            claim = lock(claim)
            captures = list(copies_of(claim))
            told = told_of_claim(claim, [capture.pk for capture in captures])
            versions = {rule["version"] for rule in told["rules"]}
            numbers = set(told["captures"])
            own, related, opened = files.values()
            lines = write_lines(claim, numbers, versions, own=own, related=related, opened=opened)
        signer = _sealed()
        with ZipFile(out, "w") as archive:
            package = Package(archive, made_at)
            package.add("README.txt", [_readme(claim, made_at)])
            package.add("verify.py", [(HERE / "verify.py").read_bytes()])
            package.add_json("claim.json", told)
            for name, file in files.items():
                file.seek(0)
                package.add(name, pieces_of(file))
            _add_log(package, lines, signer)
            for capture in captures:
                add_copy(package, capture)
            if captures:
                _add_wacz(package, claim, captures)
            stamps = _Stamps()
            about = {
                "v": 1,
                "claim": claim.pk,
                "made_at": made_at.isoformat(),
                "origin": signer.origin,
                "entries": len(lines.hashes),
                "head": lines.head,
            }
            package.finish(about, sign=signer.sign, stamp=stamps.of)
    size = out.tell()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    return Bundle(digest, size, len(lines.hashes), len(captures), signer.size, tuple(stamps.notes))


def _add_log(package: Package, lines: Lines, signer: _Signer) -> None:
    for name, content in proofs(lines, signer.note, signer.size):
        package.add(name, [content])
    package.add("checkpoint", [signer.note.encode()])
    if signer.stamp:
        package.add("checkpoint.tsr", [signer.stamp])
    if chain := authoritys_chain():
        package.add("keys/tsa.pem", [chain])
    package.add("keys/log.vkey", [f"{signer.key}\n".encode()])


def _add_wacz(package: Package, claim: Claim, captures: list[Capture]) -> None:
    with tempfile.TemporaryFile() as file:
        title = f"Copies of the pages that are cited on claim {claim.pk}"
        exported = write_wacz(file, captures, title=title)
        file.seek(0)
        package.add("claim.wacz", pieces_of(file), size=exported.size)


def _sealed() -> _Signer:
    """Seal what waits, and take the newest checkpoint. Raises CannotExport."""
    try:
        while (sealed := seal()) and sealed.is_more:
            continue
        origin = the_log().origin
        last = Checkpoint.objects.order_by("-size").first()
        if last is None:
            raise CannotExport(_("The trail has no line yet that could be proved."))
        return _signed_anew(last, origin)
    except NoKey as error:
        logger.exception("a bundle could not be signed")
        raise CannotExport(_("The desk can't read the key that signs the trail. Tell the administrator.")) from error
    except Inconsistent as error:
        logger.exception("the trail does not fit what was signed")
        raise CannotExport(_("The trail is not the one that was signed last. Tell an auditor at once.")) from error


def _signed_anew(last: Checkpoint, origin: str) -> _Signer:
    """The checkpoint; when the key is newer than it, signed by that key too, so that a bundle needs one key alone."""
    signed = notes.read(last.note)
    if not signed.is_signed_by(known_keys(origin)):
        raise Inconsistent("The last checkpoint is not signed by a key of this log.")
    key = signing_key(origin)
    if signed.is_signed_by([notes.VerifierKey.of(origin, key)]):
        return _Signer(origin, last.note, last.size, bytes(last.stamp) if last.stamp else None)
    _, _, line = notes.sign(origin, signed.size, signed.root, key).rpartition("\n\n")
    return _Signer(origin, last.note + line, last.size, None)


class _Stamps:
    """Time stamps from the authority that the operator has named, if one is named and answers."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def of(self, data: bytes) -> bytes | None:
        if not settings.AUDIT_TSA_URL:
            return None
        try:
            return stamp(data)
        except NoStamp:
            logger.exception("a bundle has no time stamp")
            self.notes.append("The time-stamping authority gave no stamp: the bundle has none of its own.")
            return None


def _readme(claim: Claim, made_at: datetime) -> bytes:
    text = (HERE / "README.txt").read_text(encoding="utf-8")
    told = {"CLAIM": str(claim.pk), "NEWSROOM": settings.NEWSROOM_NAME, "MADE_AT": f"{made_at:%Y-%m-%d %H:%M} UTC"}
    for name, value in told.items():
        text = text.replace(f"@{name}@", value)
    return text.encode()


def _spool() -> Any:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
