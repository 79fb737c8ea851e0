"""E-mails on their way. The row is the job: a message on the queue only says that it is there."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.audit.wording import plain
from apps.teamwork.codes import NotSent


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> DeliveryQuerySet:
        """Neither sent nor given up."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self, now: datetime) -> DeliveryQuerySet:
        """What is to be tried now: its time has come, and nobody holds it or whoever did is gone."""
        return self.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "id")


class Delivery(models.Model):
    """One e-mail with some notices in it. ``next_attempt_at`` is also the end of the lease of whoever sends it now.

    ``key`` makes its Message-ID, which is the same at every attempt: a mail that was taken twice is one mail.
    """

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_digest = models.BooleanField(default=False)
    asked_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="delivery_due",
                condition=models.Q(sent_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(fields=["person", "asked_at"], name="delivery_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(failed_at__isnull=True),
                name="a_mail_is_sent_or_given_up",
            ),
            models.CheckConstraint(
                condition=models.Q(failed_at__isnull=True) | ~models.Q(failure=""), name="a_failed_mail_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk} to {self.person}"

    @property
    def why(self) -> str:
        """Why it was given up, in the language of whoever reads it; what the server said stays as it was said."""
        for code in NotSent:
            begin = plain(code.label).partition("%(words)s")[0]
            if self.failure.startswith(begin):
                return str(code.label) % {"words": self.failure.removeprefix(begin)}
        return self.failure
