"""Citing sources on claims, taking citations back, and correcting what they say of themselves."""

from __future__ import annotations

from typing import Unpack

from django.db import transaction
from django.utils import timezone

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import end_watch, request_capture, watch_page
from apps.archive.models import Capture
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.claims import policy
from apps.claims.actions.naming import party_named
from apps.claims.actions.quotes import check_who_is_quoted
from apps.claims.actions.relying import follow_words, keep_passages, seek_words
from apps.claims.actions.writing import write_claim
from apps.claims.evidence import gather
from apps.claims.models import Citation, Claim
from apps.claims.quotes import Picked, nearest, picked_in
from apps.claims.refusals import AlreadyCited, ReasonMissing, Refusal, WordsNotThere
from apps.claims.states import Stage, Stance, State
from apps.sources import actions as sources
from apps.sources.actions import SourceFacts, register_source
from apps.sources.models import Source
from apps.sources.tracing import leading_to


def cite(
    claim: Claim,
    *,
    by: User,
    url: str,
    stance: Stance,
    quote: str = "",
    note: str = "",
    quoted: str = "",
    quoted_verb: str = "",
    first_hand: bool = False,
    picked: Picked | None = None,
) -> Citation:
    """Attach the page at this address to the claim and ask the archive for a copy.

    With words ``picked`` in a stored copy the citation rests on that copy and on no other. Raises
    archive.addresses.Refused for what is no web address, AlreadyCited for a page that stands here already, and
    WordsNotThere.
    """
    require(by, Capability.CITE)
    check_who_is_quoted(quoted.strip(), quoted_verb)
    with transaction.atomic():
        claim = lock(claim)
        source = register_source(url, by=by)
        if claim.citations.live().filter(source=source).exists():
            raise AlreadyCited(
                "This page is cited on this claim already. To cite it anew, that citation has to be withdrawn first."
            )
        found = picked_in(picked) if picked else None
        if picked and (found is None or picked.capture.page_id != source.page_id):
            raise WordsNotThere("These words are not in this copy.", nearest(picked.capture, picked.exact))
        citation = Citation.objects.create(
            claim=claim,
            source=source,
            capture=picked.capture if picked else request_capture(source.page, by=by),
            stance=stance,
            quote=found.exact if found else quote,
            note=note,
            quoted=party_named(quoted, by),
            quoted_verb=quoted_verb,
            first_hand=first_hand,
            cited_by=by,
        )
        watch_page(source.page, by=by)
        if found:
            keep_passages(citation, citation.capture, [found], by=by)
        elif quote and citation.is_read:
            seek_words(citation, by=by, as_typed=True)
        follow_words(citation, [])
        if claim.stage == Stage.INBOX:
            claim.stage = Stage.IN_PROGRESS
        elif claim.stage == Stage.SETTLED and claim.state == State.CORROBORATED and stance == Stance.DISPUTES:
            claim.stage = Stage.IN_REVIEW
        write_claim(
            claim,
            Verb.SOURCE_CITED,
            by,
            fields=["stage"],
            after={
                "citation": citation.pk,
                "source": _label(source),
                "url": source.page.url,
                "stance": _stance(citation),
                "quote": citation.quote,
                "quoted": citation.said_by,
                "first_hand": first_hand,
                "note": note,
            },
        )
    return citation


def withdraw_citation(citation: Citation, *, by: User, reason: str) -> Citation:
    """Take a citation off the claim; it stays in the record. Whoever cited may, and whoever decides."""
    if citation.cited_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    if not reason.strip():
        raise ReasonMissing("Say why this citation is withdrawn.")
    with transaction.atomic():
        claim = lock(citation.claim)
        citation = Citation.objects.select_related("source__page", "source__outlet").get(pk=citation.pk)
        if citation.withdrawn_at:
            raise Refusal("This citation is withdrawn already.")
        citation.withdrawn_by, citation.withdrawn_at, citation.withdrawn_because = by, timezone.now(), reason
        citation.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        if claim.stage == Stage.SETTLED and claim.state != State.UNVERIFIED:
            claim.stage = Stage.IN_REVIEW
        write_claim(
            claim,
            Verb.CITATION_WITHDRAWN,
            by,
            fields=["stage"],
            before={"citation": citation.pk, "source": _label(citation.source), "stance": citation.stance},
            reason=reason,
        )
        _rest_no_longer_on(citation, by)
    return citation


def _rest_no_longer_on(citation: Citation, by: User) -> None:
    """What no live citation relies on is watched no more. Under the watch's lock: who cites the page now, waits."""
    follow_words(citation, citation.words)
    if not Citation.objects.live().filter(source=citation.source_id).exists():
        end_watch(citation.source.page, by=by)


def correct_source(source: Source, *, by: User, expected_version: int, **changes: Unpack[SourceFacts]) -> Source:
    """Correct a source's facts; verdicts that no longer stand on enough evidence go back to review, and stay verdicts.

    Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        source = sources.correct_source(source, by=by, expected_version=expected_version, **changes)
        reconsider_resting_on(leading_to(source), by)
    return source


def reconsider(source: Source) -> None:
    """A copy has told the desk something new of this source: verdicts that it no longer bears go back to review.

    The worker's door, so no person.
    """
    with transaction.atomic():
        reconsider_resting_on(leading_to(source), None)


def reconsider_resting_on(sources: set[int], by: User | None, *, only: Claim | None = None) -> None:
    """Look again at the verdicts that cite any of these sources: those no longer borne go back to review.

    Needs a transaction. ``only`` one claim, when nothing else can have changed.
    """
    claims = Claim.objects.decided().citing_any(sources)
    for claim in (claims.filter(pk=only.pk) if only else claims).order_by("pk"):
        _reconsider(lock(claim), by)


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
                    after={"source": _label(citation.source), "capture": capture.pk, "method": capture.method},
                )


def _reconsider(claim: Claim, by: User | None) -> None:
    if claim.stage != Stage.SETTLED:
        return
    if missing := policy.lost(gather(claim), claim.decisions.first()):
        claim.stage = Stage.IN_REVIEW
        write_claim(
            claim,
            Verb.CLAIM_FLAGGED,
            by,
            fields=["stage"],
            before={"stage": Stage.SETTLED.label},
            after={"stage": Stage.IN_REVIEW.label, "missing": " ".join(missing)},
        )


def _stance(citation: Citation) -> str:
    """The stance as the timeline tells it: "supports; NIS confirms; first-hand"."""
    hand = "first-hand" if citation.first_hand else ""
    return "; ".join(part for part in (citation.get_stance_display().lower(), citation.said_by, hand) if part)


def _label(source: Source) -> str:
    return f"{source.outlet}: {source.title}" if source.outlet and source.title else source.page.url
