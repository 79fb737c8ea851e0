"""What citations say and do: the words they rest on, who is quoted in them, and whether they support the claim."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import differences, lock
from apps.audit.wording import plain, plainly
from apps.claims.actions.flags import flag_for_citation
from apps.claims.actions.naming import party_named
from apps.claims.actions.relying import follow_words, keep_passages, seek_words
from apps.claims.actions.writing import write_claim
from apps.claims.models import Cause, Citation, Claim, TextQuote
from apps.claims.quotes import Picked, nearest, picked_in
from apps.claims.refusals import ReasonMissing, Refusal, WordsNotThere
from apps.claims.states import QuotedVerb, Stage, Stance, State

OMITTED = " … "


class CitationFacts(TypedDict, total=False):
    """What can be edited of a citation; ``quoted`` is a name, empty for nobody."""

    quote: str
    quoted: str
    quoted_verb: str
    first_hand: bool
    note: str


def edit_citation(
    citation: Citation, *, by: User, expected_version: int, as_typed: bool = False, **changes: Unpack[CitationFacts]
) -> Citation:
    """Change what is given of a citation's words and of who is quoted in them, and leave the rest.

    ``expected_version`` is the claim's. Raises ChangedMeanwhile, and WordsNotThere for words that a copy which has been
    read does not hold, unless they are to be kept ``as_typed``.
    """
    if citation.cited_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    with transaction.atomic():
        claim = lock(citation.claim, expected_version)
        citation = _live(citation)
        before, words = _facts(citation), citation.words
        quote_before = citation.quote
        citation.quote = changes.get("quote", citation.quote).strip()
        citation.note = changes.get("note", citation.note)
        citation.quoted = party_named(changes["quoted"], by) if "quoted" in changes else citation.quoted
        citation.quoted_verb = changes.get("quoted_verb", citation.quoted_verb)
        citation.first_hand = changes.get("first_hand", citation.first_hand)
        check_who_is_quoted(str(citation.quoted or ""), citation.quoted_verb)
        was, became = differences(before, _facts(citation))
        if not became:
            return citation
        citation.save(update_fields=["quote", "note", "quoted", "quoted_verb", "first_hand"])
        if citation.quote != quote_before:
            citation.text_quotes.live().update(replaced_at=timezone.now())
            citation.quote_sought_in = None
            citation.save(update_fields=["quote_sought_in"])
            if citation.quote and citation.is_read:
                seek_words(citation, by=by, as_typed=as_typed)
            follow_words(citation, words)
        weighs = set(became) != {"note", "changed"}
        _write(claim, Verb.CITATION_EDITED, by, citation, before=was, after=became, weighs=weighs)
    return citation


def change_stance(citation: Citation, *, by: User, stance: Stance, reason: str, expected_version: int) -> Citation:
    """Judge anew what a citation does for the claim: the evidence is another then, and who relies on it hears of it.

    An answer to a dispute goes with the dispute; the trail keeps it. ``expected_version`` is the claim's. Raises
    ChangedMeanwhile, ReasonMissing, and Refusal for what is withdrawn or does that already.
    """
    require(by, Capability.DECIDE)
    if not reason.strip():
        raise ReasonMissing(_("Say why it is judged anew: somebody will ask for it."))
    with transaction.atomic():
        claim = lock(citation.claim, expected_version)
        citation = _live(citation)
        was = Stance(citation.stance)
        if was == stance:
            raise Refusal(_("It does that already: choose what it does now."))
        before = {"stance": plain(was.label).lower(), **({"answer": citation.answer} if citation.answer else {})}
        citation.stance, citation.answer, citation.answered_by, citation.answered_at = stance, "", None, None
        citation.save(update_fields=["stance", "answer", "answered_by", "answered_at"])
        after = {"stance": plain(stance.label).lower()}
        _write(claim, Verb.STANCE_CHANGED, by, citation, before=before, after=after, reason=reason)
        name = citation.source.label
        if stance == Stance.DISPUTES and claim.state != State.DISPUTED:
            sentence = f"{name} is cited as disputing the claim now: {reason}"
            flag_for_citation(citation, claim, Cause.Kind.NEW_DISPUTE, sentence, by=by)
        elif was != Stance.CONTEXT:
            sentence = f"{name} no longer {was} the claim: {reason}"
            flag_for_citation(citation, claim, Cause.Kind.STANCE_CHANGED, sentence, by=by)
    return citation


def pick_passage(citation: Citation, *, by: User, picked: Picked) -> TextQuote:
    """Add words that somebody picked in a stored copy to a citation of its page. Raises WordsNotThere."""
    if citation.cited_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    with transaction.atomic():
        claim = lock(citation.claim)
        citation = _live(citation)
        capture = picked.capture
        if capture.page_id != citation.source.page_id or not capture.is_stored:
            raise Refusal(_("These words are of another page than the one that is cited."))
        if citation.quote and citation.quote_sought_in_id is None:
            raise Refusal(_("The words that this citation has already are still to be looked for in its copy."))
        found = picked_in(picked)
        if found is None:
            raise WordsNotThere(_("These words are not in this copy."), nearest(capture, picked.exact))
        if any(one.selector == found and one.capture_id == capture.pk for one in citation.passages):
            raise Refusal(_("This citation rests on these words already."))
        before, words = citation.quote, citation.words
        # Words that are nowhere in the copy give way to those that somebody has found there.
        kept = "" if citation.is_quote_missing else citation.quote
        citation.quote = OMITTED.join(part for part in (kept, found.exact) if part)
        citation.save(update_fields=["quote"])
        keep_passages(citation, capture, [found], by=by)
        follow_words(citation, words)
        after = {"quote": citation.quote, "passage": found.exact, "capture": capture.pk}
        _write(claim, Verb.PASSAGE_PICKED, by, citation, before={"quote": before}, after=after)
    return citation.text_quotes.live().latest("id")


def find_words(citation: Citation) -> None:
    """The copy has been read: look for the words that somebody typed before it was there. The worker's door."""
    with transaction.atomic():
        claim = lock(citation.claim)
        waiting = Citation.objects.with_words_to_find().select_related("source__page", "source__outlet", "capture")
        for found in waiting.filter(pk=citation.pk):
            words = found.words
            seek_words(found, by=None, as_typed=True)
            follow_words(found, words)
            verb = Verb.QUOTE_NOT_FOUND if found.is_quote_missing else Verb.QUOTE_FOUND
            after = {"quote": found.quote, "capture": found.capture_id}
            _write(claim, verb, None, found, before={}, after=after, weighs=False)


def check_who_is_quoted(quoted: str, verb: str) -> None:
    """Whoever is quoted does something, and what is done is somebody's doing. Raises Refusal."""
    if verb and not quoted:
        raise Refusal(_("Say who does that: name whom the page quotes."))
    if quoted and not verb:
        raise Refusal(
            _("Say what %(name)s does: says it, confirms it, denies it, declines to comment.") % {"name": quoted}
        )
    if verb and verb not in QuotedVerb.values:
        raise Refusal(_("Nobody can “%(verb)s” a claim here.") % {"verb": verb})


def _live(citation: Citation) -> Citation:
    """The citation as it is now, under its claim's lock. Raises Refusal for one that is withdrawn."""
    related = ("source__page", "source__outlet", "capture", "quoted")
    found = Citation.objects.select_related(*related).get(pk=citation.pk)
    if found.withdrawn_at:
        raise Refusal(_("This citation is withdrawn."))
    return found


def _write(
    claim: Claim,
    verb: Verb,
    by: User | None,
    citation: Citation,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    weighs: bool = True,
    reason: str = "",
) -> None:
    """Record it on the claim. A verdict that rested on what weighs goes back to review."""
    if weighs and claim.stage == Stage.SETTLED and claim.state != State.UNVERIFIED:
        claim.stage = Stage.IN_REVIEW
    told = {"citation": citation.pk, "source": citation.source.called}
    write_claim(claim, verb, by, fields=["stage"], before={**told, **before}, after={**told, **after}, reason=reason)


@plainly
def _facts(citation: Citation) -> dict[str, Any]:
    return {
        "quote": citation.quote,
        "quoted": citation.said_by,
        "first_hand": citation.first_hand,
        "note": citation.note,
    }
