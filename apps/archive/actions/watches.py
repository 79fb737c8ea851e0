"""Watching pages: the citing side opens and ends watches, and says which words it relies on."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive import tasks
from apps.archive.models import Page, Passage, Watch
from apps.audit.actions import record
from apps.audit.verbs import Verb


class NotWatched(Exception):
    """There is nothing to look at again: no watch, or no copy yet to compare with. The message is for the person."""


def watch_page(page: Page, *, by: User) -> Watch:
    """Look at this page again from its first copy on. One that is watched already stays as it is.

    Raises NotWatched for a document.
    """
    require(by, Capability.CITE)
    if page.is_document:
        raise NotWatched(_("A document has no web address: there is nothing to look at again."))
    now = timezone.now()
    with transaction.atomic():
        watch, is_new = Watch.objects.select_for_update().get_or_create(page=page, defaults={"next_look_at": now})
        if not is_new and watch.ended_at is None:
            return watch
        watch.ended_at = None
        watch.rung, watch.next_look_at = 0, now
        watch.save(update_fields=["ended_at", "rung", "next_look_at"])
        record(Verb.PAGE_WATCHED, stream=page.stream, target=page.url, by=by)
    return watch


def lock_watch(page: Page) -> Watch | None:
    """The page's watch, locked: nobody opens or ends it until the transaction is over. Ask who still needs it then."""
    return Watch.objects.select_for_update().filter(pk=page.pk).first()


def end_watch(page: Page, *, by: User, reason: str = "") -> Watch | None:
    """Look at this page no more; what was found stays. None when nobody was looking."""
    require(by, Capability.CITE)
    with transaction.atomic():
        watch = lock_watch(page)
        if watch is None or watch.ended_at:
            return None
        watch.ended_at = timezone.now()
        watch.save(update_fields=["ended_at"])
        record(Verb.WATCH_ENDED, stream=page.stream, target=page.url, by=by, reason=reason)
    return watch


def look_again(page: Page, *, by: User) -> Watch:
    """Look at this page now and not when its turn comes. Raises NotWatched."""
    require(by, Capability.CITE)
    with transaction.atomic():
        watch = lock_watch(page)
        if watch is None or watch.ended_at:
            raise NotWatched(_("Nobody watches this page: there is nothing to look at again."))
        if watch.compared_id is None:
            raise NotWatched(_("There is no copy of this page yet that a look could be compared with."))
        watch.next_look_at = timezone.now()
        watch.save(update_fields=["next_look_at"])
        record(Verb.LOOK_REQUESTED, stream=page.stream, target=page.url, by=by)
        transaction.on_commit(lambda: tasks.ring(tasks.look, page.pk), robust=True)
    return watch


def register_passage(page: Page, exact: str, *, prefix: str = "", suffix: str = "") -> Passage | None:
    """Somebody relies on these words of this page. None for no words. The citing action has asked who may."""
    exact = exact.strip()
    if not exact:
        return None
    with transaction.atomic():
        passage, is_new = Passage.objects.select_for_update().get_or_create(
            page=page,
            digest=hashlib.sha256(exact.encode()).hexdigest(),
            defaults={"exact": exact, "prefix": prefix[-200:], "suffix": suffix[:200]},
        )
        if not is_new and (prefix or suffix) and not (passage.prefix or passage.suffix):
            passage.prefix, passage.suffix = prefix[-200:], suffix[:200]
            passage.save(update_fields=["prefix", "suffix"])
        if not is_new and passage.ended_at:
            # What became of the words while nobody relied on them is no news to whoever does now.
            passage.ended_at = passage.missing_since = passage.found_in = None
            passage.save(update_fields=["ended_at", "missing_since", "found_in"])
    return passage


def release_passage(page: Page, exact: str) -> None:
    """Nobody relies on these words any more."""
    digest = hashlib.sha256(exact.strip().encode()).hexdigest()
    Passage.objects.relied_on().filter(page=page, digest=digest).update(ended_at=timezone.now())
