"""The right of reply: who was asked what, until when, and what came of it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.wording import plainly
from apps.claims.models.claims import Claim
from apps.sources.models import Party


class ReplyRequestQuerySet(models.QuerySet["ReplyRequest"]):
    """Reads of who was asked."""

    def waiting(self) -> ReplyRequestQuerySet:
        """Requests without an outcome."""
        return self.filter(outcome="")

    def overdue(self, now: datetime) -> ReplyRequestQuerySet:
        return self.waiting().filter(due__lt=now)

    def told(self) -> ReplyRequestQuerySet:
        return self.select_related("claim__story", "party", "asked_by", "settled_by")


class ReplyRequest(models.Model):
    """A party that was asked for its side, and what came of it. An outcome that was corrected is kept beside it."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Telephone")
        MESSAGE = "message", _("Message")
        IN_PERSON = "in_person", _("In person")
        LETTER = "letter", _("Letter")
        OTHER = "other", _("Another way")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        DECLINED = "declined", _("Declined to comment")
        NO_ANSWER = "no_answer", _("No answer")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="reply_requests")
    party = models.ForeignKey(Party, models.PROTECT, related_name="reply_requests")
    question = models.TextField()
    channel = models.CharField(max_length=10, choices=Channel.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.TextField(blank=True)
    outcome_at = models.DateTimeField(null=True, help_text=_("When they answered, or when waiting ended."))
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ReplyRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["due", "id"], name="reply_waiting", condition=models.Q(outcome=""))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "answered", "declined", "no_answer"]),
                name="reply_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["email", "phone", "message", "in_person", "letter", "other"]),
                name="reply_channel_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(question=""), name="a_reply_request_asks_something"),
            models.CheckConstraint(
                condition=models.Q(outcome="", outcome_at__isnull=True, settled_by__isnull=True)
                | (~models.Q(outcome="") & models.Q(outcome_at__isnull=False, settled_by__isnull=False)),
                name="a_reply_outcome_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="answered", answer=""),
                name="an_answer_has_words",
                violation_error_message=_("Write down what they answered."),
            ),
            models.CheckConstraint(
                condition=models.Q(due__gte=models.F("asked_at")),
                name="a_reply_is_due_after_it_was_asked",
                violation_error_message=_("The answer can't be due before the question was asked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.get_outcome_display() or 'asked'}"

    @property
    def is_overdue(self) -> bool:
        return not self.outcome and self.due < timezone.now()


class EarlierOutcome(models.Model):
    """What was noted of a reply request before somebody corrected it, and why they did. Written once."""

    request = models.ForeignKey(ReplyRequest, models.PROTECT, related_name="earlier_outcomes")
    outcome = models.CharField(max_length=10, choices=ReplyRequest.Outcome.choices)
    answer = models.TextField(blank=True)
    outcome_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(default=timezone.now)
    replaced_because = models.TextField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["answered", "declined", "no_answer"]),
                name="earlier_outcome_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(replaced_because=""),
                name="a_corrected_outcome_says_why",
                violation_error_message=_("To correct what was noted, say why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request.party}: {self.get_outcome_display()}"

    @property
    @plainly
    def recorded(self) -> str:
        """As the trail keeps it."""
        return self.get_outcome_display().lower()
