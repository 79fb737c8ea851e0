"""The doorbell of the claims: a source has learned something, and verdicts may rest on it."""

from celery import shared_task
from django.utils import timezone

from apps.archive.models import Capture
from apps.archive.tasks import ring
from apps.audit.context import Channel, entered_by
from apps.claims.actions import adopt_copy, find_words, hear_of, reconsider, verify_again
from apps.claims.models import Citation, Claim, Policy
from apps.sources.models import Attribution, Source

SWEPT_AT_ONCE = 200


@shared_task(name="claims.reconsider", queue="extract")
def reconsider_citing(capture_id: int) -> None:
    """Give waiting citations this copy, and look again at the verdicts that cite its page."""
    with entered_by(Channel.WORKER):
        for capture in Capture.objects.stored().filter(pk=capture_id):
            adopt_copy(capture)
        for citation in Citation.objects.with_words_to_find().filter(capture=capture_id).order_by("pk"):
            find_words(citation)
        for source in Source.objects.filter(page__captures=capture_id):
            reconsider(source)
        hear()


@shared_task(name="claims.sweep", queue="desk", expires=60)
def sweep() -> None:
    """Ring again for copies that citations wait for: a bell was lost, or the copy came before the other one failed.

    And for copies in which words are still to be looked for; and send verdicts that have outlived the rule's shelf life
    back to review.
    """
    unsought = Citation.objects.with_words_to_find().order_by("capture").values_list("capture", flat=True).distinct()
    for capture_id in {*Citation.objects.copies_to_adopt()[:SWEPT_AT_ONCE], *unsought[:SWEPT_AT_ONCE]}:
        ring(reconsider_citing, capture_id)
    with entered_by(Channel.WORKER):
        hear()
        if days := Policy.objects.current().shelf_life_days:
            for claim in Claim.objects.needs_verifying_again(days, timezone.now())[:SWEPT_AT_ONCE]:
                verify_again(claim, days=days)


def hear() -> None:
    """Look again at the claims that new and changed attributions bear on."""
    for attribution in Attribution.objects.with_news().with_ends()[:SWEPT_AT_ONCE]:
        hear_of(attribution)
