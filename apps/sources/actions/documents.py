"""Registering what has no web address: documents, pictures, and conversations that somebody of the desk had."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import keep_document
from apps.archive.models import Capture
from apps.archive.reading.kinds import PICTURES
from apps.archive.receiving.documents import Received
from apps.archive.receiving.handed_in import Recording
from apps.audit.verbs import Verb
from apps.audit.versioned import begin
from apps.audit.wording import plain, plainly
from apps.sources.actions.parties import party_called
from apps.sources.models import Interview, Party, Source
from apps.sources.refusals import Refusal

# What a person has said of a document, empty or not: its own words change none of it. Byline and credit line may.
SAID_OF_A_DOCUMENT = ["outlet", "published_at", "title"]
# Notes say nothing of themselves: they are the desk's own.
SAID_OF_AN_INTERVIEW = ["byline", "credit_line", *SAID_OF_A_DOCUMENT]
UNNAMED = re.compile(
    r"\s*(?:(?:an?|the|one|two|three|several|some|another)\s+)?unnamed\b|\s*(?:an|two|three|several|some|another)\s+anonymous\b",
    re.IGNORECASE,
)
TITLES = {
    Interview.How.IN_PERSON: "Interview in person",
    Interview.How.TELEPHONE: "Interview by telephone",
    Interview.How.VIDEO: "Interview by video",
    Interview.How.MESSAGE: "Exchange of messages",
    Interview.How.PRESS_CONFERENCE: "Press conference",
}


def register_document(
    received: Received,
    *,
    by: User,
    title: str,
    comes_from: str,
    provided_by: str = "",
    author: str = "",
    is_unnamed: bool = False,
    published_at: datetime | None = None,
) -> Source:
    """The document or picture that was received, new or known: the same file is one source, as it was first registered.

    ``author`` is who made it, where that is said. Raises Refusal, UploadRefused.
    """
    require(by, Capability.CITE)
    title = " ".join(title.split())
    if not title:
        raise Refusal(_("Give it a title: it has no address to be known by."))
    with transaction.atomic():
        capture = keep_document(received, by=by, title=title, comes_from=comes_from, provided_by=provided_by)
        return _known(capture) or _new(
            capture,
            by,
            Source.Kind.PICTURE if received.kind in PICTURES else Source.Kind.DOCUMENT,
            title,
            party_called(author, by=by, is_named=_is_named(author, is_unnamed)) if author.strip() else None,
            published_at,
            SAID_OF_A_DOCUMENT,
        )


@plainly
def notes_of(words: str, *, party: str, held_at: datetime, how: str, recording: Recording | None = None) -> str:
    """The notes of a conversation as they are kept: whom it was with, when and how, and then what was said.

    So they are evidence by themselves, and two parties who said the same word are two interviews.
    """
    manner = Interview.How(how)
    at = held_at.astimezone(UTC)
    head = [
        f"{TITLES[manner]} with {' '.join(party.split())}",
        f"{at.day} {at:%B %Y, %H:%M} UTC, {manner.label}",
        *([f"{recording.kind.label}, SHA-256 {recording.digest}"] if recording else []),
    ]
    return "\n".join(head) + f"\n\n{words.strip()}\n"


def register_interview(
    received: Received,
    *,
    by: User,
    party: str,
    held_by: User,
    held_at: datetime,
    how: str,
    is_unnamed: bool = False,
    recording: Recording | None = None,
) -> Source:
    """The conversation whose notes were received, new or known; its origin is whom it was with. Raises Refusal."""
    require(by, Capability.CITE)
    if not party.strip():
        raise Refusal(_("Say whom the desk talked with."))
    if held_at > timezone.now():
        raise Refusal(_("This is still to come: say when the conversation was."))
    with transaction.atomic():
        spoke = party_called(party, by=by, is_named=_is_named(party, is_unnamed))
        title = TITLES[Interview.How(how)]
        said = {"title": f"{spoke}: {title}", "comes_from": f"Notes of {held_by}."}
        capture = keep_document(received, by=by, verb=Verb.NOTES_KEPT, **said)
        if known := _known(capture):
            return known
        source = _new(capture, by, Source.Kind.INTERVIEW, title, spoke, held_at, SAID_OF_AN_INTERVIEW)
        told = {}
        if recording:
            told = {
                "recording_kind": recording.kind,
                "recording_name": recording.file_name,
                "recording_bytes": len(recording.data),
                "recording_digest": recording.digest,
            }
        Interview.objects.create(source=source, held_by=held_by, held_at=held_at, how=how, **told)
    return source


def _is_named(name: str, is_unnamed: bool) -> bool:
    """Whether they have a name: what reads like none is none, also where nobody ticked it. Else a line would be won."""
    return not is_unnamed and not UNNAMED.match(name)


def _known(capture: Capture) -> Source | None:
    return Source.objects.filter(page=capture.page_id).first()


def _new(
    capture: Capture,
    by: User,
    kind: Source.Kind,
    title: str,
    outlet: Party | None,
    published_at: datetime | None,
    by_hand: list[str],
) -> Source:
    source = Source.objects.create(
        kind=kind,
        page=capture.page,
        title=title,
        outlet=outlet,
        published_at=published_at,
        registered_by=by,
        by_hand=sorted(by_hand),
    )
    told = {"kind": plain(kind.label), "sha256": capture.page.digest}
    begin(source, Verb.SOURCE_REGISTERED, target=source.called, by=by, after=told)
    return source
