"""The doorbells of the claims: a source has learned something, or the watch has found something."""

from celery import shared_task
from django.utils import timezone

from apps.archive.models import Capture, Drift
from apps.archive.tasks import ring
from apps.audit.context import Channel, entered_by
from apps.claims.actions import adopt_copy, find_words, flag_for_drift, hear_of, hear_of_party, reconsider, verify_again
from apps.claims.actions.bells import carry_on
from apps.claims.models import Cause, Citation, Claim, Policy
from apps.sources.models import Attribution, Party, Source

SWEPT_AT_ONCE = 200


@shared_task(name="claims.reconsider", queue="extract")
def reconsider_citing(capture_id: int) -> None:
    """Give waiting citations this copy, and look again at the verdicts that cite its page."""
    with entered_by(Channel.WORKER, behalf=Capture.objects.asker_of(capture_id)):
        for capture in Capture.objects.stored().filter(pk=capture_id):
            adopt_copy(capture)
        for citation in Citation.objects.with_words_to_find().filter(capture=capture_id).order_by("pk"):
            find_words(citation)
        for source in Source.objects.filter(page__captures=capture_id):
            reconsider(source)
    with entered_by(Channel.WORKER):
        hear()


@shared_task(name="claims.hear", queue="desk", expires=60)
def hear_drifts(_looked_at: int = 0) -> None:
    """Take up what the watch has found, whichever look or comparison this was rung after."""
    with entered_by(Channel.WORKER):
        for drift_id in Drift.objects.untaken().values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
            flag_for_drift(drift_id)


@shared_task(name="claims.sweep", queue="desk")
def sweep() -> None:
    """Ring again for what nobody came for: copies that citations wait for, findings, and news under way.

    And for copies in which words are still to be looked for; and send verdicts that have outlived the rule's shelf life
    back to review.
    """
    unsought = Citation.objects.with_words_to_find().order_by("capture").values_list("capture", flat=True).distinct()
    for capture_id in {*Citation.objects.copies_to_adopt()[:SWEPT_AT_ONCE], *unsought[:SWEPT_AT_ONCE]}:
        ring(reconsider_citing, capture_id)
    if Drift.objects.untaken().exists():
        ring(hear_drifts, 0)
    with entered_by(Channel.WORKER):
        hear()
        if days := Policy.objects.current().shelf_life_days:
            for claim in Claim.objects.needs_verifying_again(days, timezone.now())[:SWEPT_AT_ONCE]:
                verify_again(claim, days=days)
    for cause_id in Cause.objects.to_carry().values_list("pk", flat=True)[:SWEPT_AT_ONCE]:
        ring(carry_on, cause_id)


def hear() -> None:
    """Look again at the claims that new and changed attributions bear on, and parties that are others now."""
    for party in Party.objects.with_news()[:SWEPT_AT_ONCE]:
        hear_of_party(party)
    for attribution in Attribution.objects.with_news().with_ends()[:SWEPT_AT_ONCE]:
        hear_of(attribution)
