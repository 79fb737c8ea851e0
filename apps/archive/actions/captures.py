"""Asking for copies of pages: every way that the archive's queue changes at somebody's wish."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive import tasks
from apps.archive.models import Capture, Host, Page, facts_of
from apps.archive.web.addresses import parse
from apps.audit.actions import record
from apps.audit.verbs import Verb

SHARED_FOR = timedelta(seconds=60)
logger = logging.getLogger(__name__)


class AlreadyBeingCopied(Exception):
    """The page is in the queue or being fetched; the message is for the person."""


class NeverDrawnError(Exception):
    """The operator has turned drawing off; the message is for the person."""


class NothingToFetchError(Exception):
    """What has no web address can't be fetched anew; the message is for the person."""


class NothingToLetGoError(Exception):
    """This copy is not one that waits for a person; the message is for the person."""


def register_page(url: str) -> Page:
    """The page at this address, in its normal form. Raises addresses.Refused for what is no web address."""
    address = parse(url, allow=settings.ARCHIVE_ALLOW)
    page = Page.objects.filter(url=address.url).first()
    if page is None:
        Host.objects.get_or_create(name=address.host)
        page, _ = Page.objects.get_or_create(url=address.url, defaults={"host_id": address.host})
    return page


def request_capture(page: Page, *, by: User | None, rendered: bool = False) -> Capture:
    """Ask for a copy of a page, with ``rendered`` for one that a browser draws too, which the operator may always want.

    A copy under way, or less than a minute old, is shared instead of made twice; one that is drawn serves who asked for
    none. ``by=None`` is the command line, which has the machine anyway. Raises NeverDrawnError, NothingToFetchError for
    a document, and AlreadyBeingCopied when a copy that nobody will draw is being fetched.
    """
    if by is not None:
        require(by, Capability.CITE)
    if page.is_document:
        raise NothingToFetchError(
            _("A document has no web address: what the desk holds of it is all there is to have.")
        )
    if rendered and settings.ARCHIVE_RENDER == "never":
        raise NeverDrawnError(_("This desk draws no pages in a browser: its operator has turned that off."))
    wants_browser = rendered or settings.ARCHIVE_RENDER == "always"
    with transaction.atomic():
        # A file that somebody uploaded never keeps the archive from asking the site itself.
        shared = page.captures.exclude(method=Capture.Method.UPLOADED).order_by("-id").first()
        if shared and shared.is_in_flight:
            return _shared(shared, by=by, rendered=rendered)
        fresh = shared and shared.is_stored and shared.requested_at > timezone.now() - SHARED_FOR
        if shared and fresh and (shared.is_drawn or not rendered):
            return shared
        try:
            with transaction.atomic():
                capture = Capture.objects.create(
                    page=page,
                    requested_by=by,
                    last_attempt=settings.ARCHIVE_ATTEMPTS,
                    wants_browser=wants_browser,
                )
        except IntegrityError:
            shared = page.captures.exclude(method=Capture.Method.UPLOADED).latest("id")
            return _shared(shared, by=by, rendered=rendered)
        record(
            Verb.CAPTURE_REQUESTED,
            stream=page.stream,
            target=page.url,
            by=by,
            after={"capture": capture.pk, **({"drawn": True} if wants_browser else {})},
        )
        ring_after_commit(capture)
    return capture


def _shared(capture: Capture, *, by: User | None, rendered: bool) -> Capture:
    """The copy that is on its way already, for one more who asked. One that still waits can be drawn too."""
    if not rendered or capture.wants_browser:
        return capture
    if not Capture.objects.filter(pk=capture.pk, state=Capture.State.QUEUED).update(wants_browser=True):
        raise AlreadyBeingCopied(_("This page is being copied now, without a drawing. Ask again when it is done."))
    capture.wants_browser = True
    told = {"capture": capture.pk, "drawn": True}
    record(Verb.CAPTURE_REQUESTED, stream=capture.page.stream, target=capture.page.url, by=by, after=told)
    ring_after_commit(capture)
    return capture


def retry_capture(capture: Capture, *, by: User) -> Capture:
    """Put a failed capture back into the queue, with a full set of attempts. Raises AlreadyBeingCopied."""
    require(by, Capability.CITE)
    with transaction.atomic():
        capture = Capture.objects.select_for_update().get(pk=capture.pk)
        if capture.state not in {Capture.State.FAILED, Capture.State.BLOCKED}:
            raise AlreadyBeingCopied(_("There is nothing to try again: this copy is stored or on its way."))
        before = {**facts_of(capture), "failure": capture.recorded_failure}
        capture.state = Capture.State.QUEUED
        capture.last_attempt = capture.attempt + settings.ARCHIVE_ATTEMPTS
        capture.next_attempt_at = timezone.now()
        capture.settled_at = capture.let_go_at = None
        try:
            with transaction.atomic():
                capture.save(update_fields=["state", "last_attempt", "next_attempt_at", "settled_at", "let_go_at"])
        except IntegrityError as error:
            raise AlreadyBeingCopied(_("Another copy of this page is on its way.")) from error
        record(
            Verb.CAPTURE_RETRIED,
            stream=capture.page.stream,
            target=capture.page.url,
            by=by,
            before=before,
            after={"capture": capture.pk, "state": capture.state},
        )
        ring_after_commit(capture)
    return capture


def let_go(capture: Capture, *, by: User, reason: str) -> Capture:
    """Do without a copy that could not be had: it waits for nobody any more. Raises NothingToLetGoError."""
    require(by, Capability.CITE)
    if not reason.strip():
        raise NothingToLetGoError(_("Say why the desk can do without this copy."))
    with transaction.atomic():
        capture = Capture.objects.select_for_update().get(pk=capture.pk)
        if not Capture.objects.needing_a_person().filter(pk=capture.pk).exists():
            raise NothingToLetGoError(_("This copy waits for nobody: it is stored, on its way, or was let go already."))
        capture.let_go_at = timezone.now()
        capture.save(update_fields=["let_go_at"])
        record(
            Verb.CAPTURE_LET_GO,
            stream=capture.page.stream,
            target=capture.page.url,
            by=by,
            after={"capture": capture.pk, "failure": capture.recorded_failure},
            reason=reason,
        )
    return capture


def ring_after_commit(capture: Capture) -> None:
    """Tell a worker once the row is there. If nobody hears it, the sweeper rings again."""
    transaction.on_commit(lambda: tasks.ring_for(capture.pk, capture.wants_browser), robust=True)
