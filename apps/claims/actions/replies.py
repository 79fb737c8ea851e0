"""Asking parties for their side, and writing down what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.verbs import Verb
from apps.audit.versioned import ChangedMeanwhile, lock
from apps.audit.wording import plain
from apps.claims.actions.writing import write_claim
from apps.claims.models import Claim, EarlierOutcome, ReplyRequest
from apps.claims.refusals import Impossible, Refusal
from apps.sources.actions import party_called


def request_reply(
    claim: Claim,
    *,
    by: User,
    party: str,
    question: str,
    channel: ReplyRequest.Channel,
    due: datetime,
    asked_at: datetime | None = None,
) -> ReplyRequest:
    """Note that a party was asked for its side, how, and until when. Raises Impossible for times that can't be."""
    require(by, Capability.CITE)
    now = timezone.now()
    asked_at = asked_at or now
    if asked_at > now:
        raise Impossible("asked_at", _("This is still to come: say when they were asked."))
    if due < asked_at:
        raise Impossible("due", _("The answer can't be due before the question was asked."))
    with transaction.atomic():
        claim = lock(claim)
        request = ReplyRequest.objects.create(
            claim=claim,
            party=party_called(party, by=by),
            question=question,
            channel=channel,
            due=due,
            asked_at=asked_at,
            asked_by=by,
        )
        after = {
            "party": request.party.name,
            "question": question,
            "channel": plain(ReplyRequest.Channel(request.channel).label),
            "asked_at": asked_at.isoformat(),
            "due": due.isoformat(),
        }
        write_claim(claim, Verb.REPLY_REQUESTED, by, fields=[], after=after)
    return request


def settle_reply(
    request: ReplyRequest,
    *,
    by: User,
    outcome: ReplyRequest.Outcome,
    answer: str = "",
    outcome_at: datetime | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> ReplyRequest:
    """Note what came of asking: answered, declined, or no answer. What was noted before is corrected with a reason.

    The earlier outcome is kept; whoever noted it may correct it, and whoever decides. Raises Impossible, Refusal, and
    ChangedMeanwhile where somebody has noted something of asking since that version of the claim.
    """
    require(by, Capability.CITE)
    now = timezone.now()
    with transaction.atomic():
        claim = _lock(request.claim, expected_version)
        request = ReplyRequest.objects.told().get(pk=request.pk)
        if request.outcome and not reason.strip():
            raise Refusal(
                _("%(name)s has noted already: %(outcome)s. To correct that, say why.")
                % {"name": request.settled_by, "outcome": request.get_outcome_display().lower()}
            )
        outcome_at = _when(request, outcome_at or now, now)
        _check_words(outcome, answer)
        before = asked = {"party": request.party.name, "question": request.question}
        verb = Verb.REPLY_SETTLED
        if request.outcome:
            verb, kept = Verb.REPLY_CORRECTED, _replace(request, by, now, reason)
            before = asked | {
                "outcome": kept.recorded,
                "answer": kept.answer,
                "outcome_at": kept.outcome_at.isoformat(),
            }
        request.outcome, request.answer = outcome, answer
        request.outcome_at, request.settled_by = outcome_at, by
        request.save(update_fields=["outcome", "answer", "outcome_at", "settled_by"])
        after = {
            "outcome": plain(ReplyRequest.Outcome(outcome).label).lower(),
            "answer": answer,
            "outcome_at": outcome_at.isoformat(),
        }
        if verb == Verb.REPLY_CORRECTED:
            after |= asked
        write_claim(claim, verb, by, fields=[], before=before, after=after, reason=reason)
    return request


def _lock(claim: Claim, expected_version: int | None) -> Claim:
    """The locked claim. What else has happened on it since that version is no matter for replies."""
    try:
        return lock(claim, expected_version)
    except ChangedMeanwhile as changed:
        if any(entry.verb in (Verb.REPLY_SETTLED, Verb.REPLY_CORRECTED) for entry in changed.entries):
            raise
        return lock(claim)


def _when(request: ReplyRequest, outcome_at: datetime, now: datetime) -> datetime:
    """When it came. Forms know no seconds: the minute in which they were asked is not before it."""
    if outcome_at > now:
        raise Impossible("outcome_at", _("This is still to come: say when they answered, or when waiting ended."))
    if outcome_at < request.asked_at.replace(second=0, microsecond=0):
        raise Impossible("outcome_at", _("That is before the question was asked."))
    return max(outcome_at, request.asked_at)


def _check_words(outcome: ReplyRequest.Outcome, answer: str) -> None:
    if outcome == ReplyRequest.Outcome.ANSWERED and not answer.strip():
        raise Impossible("answer", _("Write down what they answered."))
    if outcome == ReplyRequest.Outcome.NO_ANSWER and answer.strip():
        raise Impossible("answer", _("Whoever has not answered has no words: choose what came of it anew."))


def _replace(request: ReplyRequest, by: User, at: datetime, reason: str) -> EarlierOutcome:
    """Keep the outcome that the request has, before another takes its place."""
    assert request.outcome_at  # noqa: S101 - a constraint holds both
    assert request.settled_by  # noqa: S101
    if request.settled_by_id != by.pk:
        require(by, Capability.DECIDE)
    return EarlierOutcome.objects.create(
        request=request,
        outcome=request.outcome,
        answer=request.answer,
        outcome_at=request.outcome_at,
        settled_by=request.settled_by,
        replaced_by=by,
        replaced_at=at,
        replaced_because=reason,
    )
