"""Citing sources on claims, taking citations back, and correcting what they say of themselves."""

from __future__ import annotations

from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import end_watch, request_capture, watch_page
from apps.archive.models import Capture
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.audit.wording import plainly
from apps.claims.actions.flags import flag_for_citation, flag_for_source
from apps.claims.actions.naming import party_named
from apps.claims.actions.quotes import check_who_is_quoted
from apps.claims.actions.relying import follow_words, keep_passages, seek_words
from apps.claims.actions.writing import write_claim
from apps.claims.models import Cause, Citation, Claim, Figure
from apps.claims.quotes import Picked, nearest, picked_in
from apps.claims.refusals import AlreadyCited, ReasonMissing, Refusal, WordsNotThere
from apps.claims.states import Stage, Stance, State
from apps.sources import actions as sources
from apps.sources.actions import SourceFacts, register_source
from apps.sources.models import Source


class WhatIsSaid(TypedDict, total=False):
    """What may be said of a citation; ``quoted`` is a name, empty for nobody."""

    quote: str
    note: str
    quoted: str
    quoted_verb: str
    first_hand: bool


class Said(WhatIsSaid):
    """What is said of a citation, and what it does for the claim."""

    stance: Stance


def cite(claim: Claim, *, by: User, url: str, **said: Unpack[Said]) -> Citation:
    """Attach the page at this address to the claim and ask the archive for a copy.

    Raises archive.addresses.Refused for what is no web address, and AlreadyCited for a page that stands here already.
    """
    require(by, Capability.CITE)
    check_who_is_quoted(said.get("quoted", "").strip(), said.get("quoted_verb", ""))
    with transaction.atomic():
        claim = lock(claim)
        return attach(claim, register_source(url, by=by), by=by, **said)


def cite_words(claim: Claim, picked: Picked, *, by: User, **said: Unpack[Said]) -> Citation:
    """Attach the source that these words were picked from, on its very copy. Raises what citing raises."""
    require(by, Capability.CITE)
    check_who_is_quoted(said.get("quoted", "").strip(), said.get("quoted_verb", ""))
    page = picked.capture.page
    with transaction.atomic():
        claim = lock(claim)
        source = Source.objects.get(page=page) if page.is_document else register_source(page.url, by=by)
        return attach(claim, source, by=by, picked=picked, **said)


def attach(
    claim: Claim,
    source: Source,
    *,
    by: User,
    stance: Stance,
    quote: str = "",
    note: str = "",
    quoted: str = "",
    quoted_verb: str = "",
    first_hand: bool = False,
    picked: Picked | None = None,
) -> Citation:
    """What all ways to cite have in common. The caller has asked who may, and has locked the claim.

    Raises AlreadyCited, WordsNotThere.
    """
    if claim.citations.live().filter(source=source).exists():
        raise AlreadyCited(
            _("This %(noun)s is cited on this claim already. To cite it anew, that citation has to be withdrawn first.")
            % {"noun": source.shown_noun}
        )
    found = picked_in(picked) if picked else None
    if picked and (found is None or picked.capture.page_id != source.page_id):
        raise WordsNotThere(_("These words are not in this copy."), nearest(picked.capture, picked.exact))
    citation = Citation.objects.create(
        claim=claim,
        source=source,
        capture=picked.capture if picked else _copy_of(source, by),
        stance=stance,
        quote=found.exact if found else quote,
        note=note,
        quoted=party_named(quoted, by),
        quoted_verb=quoted_verb,
        first_hand=first_hand,
        cited_by=by,
    )
    if source.has_address:
        watch_page(source.page, by=by)
    if found:
        keep_passages(citation, citation.capture, [found], by=by)
    elif quote and citation.is_read:
        seek_words(citation, by=by, as_typed=True)
    follow_words(citation, [])
    if claim.stage == Stage.INBOX:
        claim.stage = Stage.IN_PROGRESS
    write_claim(
        claim,
        Verb.SOURCE_CITED,
        by,
        fields=["stage"],
        after={
            "citation": citation.pk,
            "source": source.called,
            "url": source.page.url,
            "stance": _stance(citation),
            "quote": citation.quote,
            "quoted": _quoted(citation),
            "first_hand": first_hand,
            "note": note,
        },
    )
    if stance == Stance.DISPUTES and claim.state != State.DISPUTED:
        sentence = f"{source.label} was cited as disputing the claim."
        flag_for_citation(citation, claim, Cause.Kind.NEW_DISPUTE, sentence, by=by)
    return citation


def _copy_of(source: Source, by: User) -> Capture:
    """The copy that a citation rests on: asked for anew, or the only one that there is of a document."""
    return request_capture(source.page, by=by) if source.has_address else source.page.captures.stored().get()


def withdraw_citation(citation: Citation, *, by: User, reason: str) -> Citation:
    """Take a citation off the claim; it stays in the record. Whoever cited may, and whoever decides."""
    if citation.cited_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    if not reason.strip():
        raise ReasonMissing(_("Say why this citation is withdrawn."))
    with transaction.atomic():
        claim = lock(citation.claim)
        citation = Citation.objects.select_related("source__page", "source__outlet").get(pk=citation.pk)
        if citation.withdrawn_at:
            raise Refusal(_("This citation is withdrawn already."))
        citation.withdrawn_by, citation.withdrawn_at, citation.withdrawn_because = by, timezone.now(), reason
        citation.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        write_claim(
            claim,
            Verb.CITATION_WITHDRAWN,
            by,
            fields=[],
            before={"citation": citation.pk, "source": citation.source.called, "stance": citation.stance},
            reason=reason,
        )
        if citation.stance != Stance.CONTEXT or Figure.objects.live().filter(citation=citation).exists():
            sentence = f"The citation of {citation.source.label} was withdrawn: {reason}"
            flag_for_citation(citation, claim, Cause.Kind.CITATION_WITHDRAWN, sentence, by=by)
        _rest_no_longer_on(citation, by)
    return citation


def _rest_no_longer_on(citation: Citation, by: User) -> None:
    """What no live citation relies on is watched no more. Under the watch's lock: who cites the page now, waits."""
    follow_words(citation, citation.words)
    if not Citation.objects.live().filter(source=citation.source_id).exists():
        end_watch(citation.source.page, by=by)


# The facts that lines of evidence rest on: whose words they are.
WHOSE_WORDS = ["outlet", "credit_line"]


def correct_source(source: Source, *, by: User, expected_version: int, **changes: Unpack[SourceFacts]) -> Source:
    """Correct a source's facts; where they say whose words it has, every claim that rests on it is flagged.

    Raises ChangedMeanwhile.
    """
    require(by, Capability.CITE)
    with transaction.atomic():
        found = lock(source, expected_version)
        before = {name: getattr(found, name) for name in WHOSE_WORDS}
        source = sources.correct_source(source, by=by, expected_version=expected_version, **changes)
        if changed := [name for name in WHOSE_WORDS if getattr(source, name) != before[name]]:
            flag_for_source(source, changed, by=by)
    return source


def reconsider(source: Source) -> None:
    """A copy has told the desk something new of this source: verdicts that it no longer bears are flagged.

    The worker's door, so no person.
    """
    with transaction.atomic():
        flag_for_source(lock(source), [], by=None)


def adopt_copy(capture: Capture) -> None:
    """A stored copy takes the place of an earlier one that could not be had, under every citation that waits for it.

    The worker's door, so no person: whoever uploaded the copy or asked for it stands in the page's own trail.
    """
    with transaction.atomic():
        waiting = Citation.objects.live().filter(
            source__page=capture.page_id, capture__state__in=Capture.NOT_HAD, capture_id__lt=capture.pk
        )
        for citation in waiting.select_related("claim", "source__outlet", "source__page").order_by("claim_id", "pk"):
            claim = lock(citation.claim)
            if waiting.filter(pk=citation.pk).update(capture=capture):
                write_claim(
                    claim,
                    Verb.COPY_ADOPTED,
                    None,
                    fields=[],
                    before={"citation": citation.pk, "capture": citation.capture_id},
                    after={"source": citation.source.called, "capture": capture.pk, "method": capture.method},
                )


@plainly
def _quoted(citation: Citation) -> str:
    return citation.said_by


@plainly
def _stance(citation: Citation) -> str:
    """The stance as the timeline tells it: "supports; NIS confirms; first-hand"."""
    hand = "first-hand" if citation.first_hand else ""
    return "; ".join(part for part in (citation.get_stance_display().lower(), citation.said_by, hand) if part)
