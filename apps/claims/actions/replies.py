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
from apps.audit.versioned import lock
from apps.audit.wording import plain
from apps.claims.actions.writing import write_claim
from apps.claims.models import Claim, ReplyRequest
from apps.claims.refusals import Refusal
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
    """Note that a party was asked for its side, how, and until when. Raises Refusal for what can't be."""
    require(by, Capability.CITE)
    asked_at = asked_at or timezone.now()
    if due < asked_at:
        raise Refusal(_("The answer can't be due before the question was asked."))
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
) -> ReplyRequest:
    """Note what came of asking: answered, declined, or no answer. Once; an answer has words. Raises Refusal."""
    require(by, Capability.CITE)
    if outcome == ReplyRequest.Outcome.ANSWERED and not answer.strip():
        raise Refusal(_("Write down what they answered."))
    with transaction.atomic():
        claim = lock(request.claim)
        request = ReplyRequest.objects.told().get(pk=request.pk)
        if request.outcome:
            raise Refusal(
                _("%(name)s has noted already: %(outcome)s.")
                % {"name": request.settled_by, "outcome": request.get_outcome_display().lower()}
            )
        request.outcome, request.answer = outcome, answer
        request.outcome_at, request.settled_by = outcome_at or timezone.now(), by
        request.save(update_fields=["outcome", "answer", "outcome_at", "settled_by"])
        before = {"party": request.party.name, "question": request.question}
        after = {"outcome": plain(ReplyRequest.Outcome(outcome).label).lower(), "answer": answer}
        write_claim(claim, Verb.REPLY_SETTLED, by, fields=[], before=before, after=after)
    return request
