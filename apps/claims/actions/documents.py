"""Citing what has no web address: a document or a picture that somebody has, and what somebody told the desk."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.receiving.documents import forgotten_if_refused
from apps.archive.receiving.handed_in import receive_document, receive_notes, receive_recording
from apps.audit.versioned import lock
from apps.claims.actions.citations import Said, attach
from apps.claims.actions.quotes import check_who_is_quoted
from apps.claims.models import Citation, Claim
from apps.claims.refusals import KeptConfidential, Refusal
from apps.sources.actions import notes_of, register_document, register_interview
from apps.sources.models import ConfidentialSource


def cite_document(
    claim: Claim,
    *,
    by: User,
    file: IO[bytes],
    file_name: str,
    title: str,
    comes_from: str,
    provided_by: str = "",
    author: str = "",
    is_unnamed: bool = False,
    published_at: datetime | None = None,
    knowingly: bool = False,
    **said: Unpack[Said],
) -> Citation:
    """Attach a document or a picture that has no web address: kept under its digest, archived and read like a page.

    A file that the desk has already is the source that it was. Raises UploadRefused, AlreadyCited, Refusal, and
    KeptConfidential for one that a confidential source of this person is, unless they do it ``knowingly``.
    """
    require(by, Capability.CITE)
    check_who_is_quoted(said.get("quoted", "").strip(), said.get("quoted_verb", ""))
    with forgotten_if_refused(receive_document(file, name=file_name)) as received:
        # Asked only of what this person may see: nobody learns from the answer what others keep.
        known = ConfidentialSource.objects.visible_to(by).filter(document_digest=received.file_digest)
        if not knowingly and known.exists():
            raise KeptConfidential(
                _("This very file is a confidential source that names you. Cited here, everybody on the desk sees it.")
            )
        with transaction.atomic():
            claim = lock(claim)
            source = register_document(
                received,
                by=by,
                title=title,
                comes_from=comes_from,
                provided_by=provided_by,
                author=author,
                is_unnamed=is_unnamed,
                published_at=published_at,
            )
            return attach(claim, source, by=by, **said)


def cite_interview(
    claim: Claim,
    *,
    by: User,
    party: str,
    held_by: User,
    held_at: datetime,
    how: str,
    words: str,
    is_unnamed: bool = False,
    recording: IO[bytes] | None = None,
    recording_name: str = "",
    **said: Unpack[Said],
) -> Citation:
    """Attach what somebody told the desk: the notes are kept like a document, its recording beside them.

    Its origin is whom it was with. The same notes of the same conversation are one source. Raises UploadRefused,
    AlreadyCited, Refusal.
    """
    require(by, Capability.CITE)
    check_who_is_quoted(said.get("quoted", "").strip(), said.get("quoted_verb", ""))
    if not words.strip():
        raise Refusal(_("Write down what was said: it is what the claim rests on."))
    sound = receive_recording(recording, name=recording_name) if recording else None
    notes = notes_of(words, party=party, held_at=held_at, how=how, recording=sound)
    with forgotten_if_refused(receive_notes(notes, sound)) as received, transaction.atomic():
        claim = lock(claim)
        source = register_interview(
            received,
            by=by,
            party=party,
            is_unnamed=is_unnamed,
            held_by=held_by,
            held_at=held_at,
            how=how,
            recording=sound,
        )
        return attach(claim, source, by=by, **said)
