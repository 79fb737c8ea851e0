"""What the watch is told of the words that citations rest on. Under the claim's lock."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.archive.actions import lock_watch, register_passage, release_passage
from apps.archive.models import Capture
from apps.archive.passages import Selector
from apps.claims.models import Citation, TextQuote
from apps.claims.quotes import nearest, typed_in
from apps.claims.refusals import WordsNotThere


def follow_words(citation: Citation, was: list[str]) -> None:
    """Have the watch look for a citation's words in every later copy, and no more for those that it had before.

    Words that another citation of the page needs are looked for still. A document stays as it is.
    """
    page = citation.source.page
    if not citation.source.has_address:
        return
    lock_watch(page)
    if citation.withdrawn_at is None:
        passages = citation.passages
        for one in passages:
            register_passage(page, one.exact, prefix=one.prefix, suffix=one.suffix)
        if not passages:
            register_passage(page, citation.quote)
    live = Citation.objects.live().filter(source=citation.source_id).prefetch_related("text_quotes")
    needed = {words.strip() for one in live for words in one.words}
    for words in was:
        if words.strip() not in needed:
            release_passage(page, words)


def keep_passages(citation: Citation, capture: Capture, found: list[Selector], *, by: User | None) -> None:
    """Write down where a citation's words stand in a copy, and that they were looked for there."""
    for one in found:
        TextQuote.objects.create(
            citation=citation, capture=capture, exact=one.exact, prefix=one.prefix, suffix=one.suffix, picked_by=by
        )
    citation.quote_sought_in = capture
    citation.save(update_fields=["quote_sought_in"])


def seek_words(citation: Citation, *, by: User | None, as_typed: bool) -> None:
    """Look for typed words in a copy that has been read. Raises WordsNotThere, unless they may stay as typed."""
    found = typed_in(citation.capture, citation.quote)
    if not found and not as_typed:
        raise WordsNotThere(
            _("These words are not in the stored copy."),
            nearest(citation.capture, citation.quote)
            or _("Nothing there is like them. The page may have them elsewhere: in a picture, a film or another part."),
        )
    keep_passages(citation, citation.capture, found, by=by)
