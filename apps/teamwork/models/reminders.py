"""Which due times the desk has reminded of, and how far it has gone."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.claims.models import Claim, ReplyRequest
from apps.teamwork.codes import Step


class Reminder(models.Model):
    """One step of one due time, of a claim or of an answer that it waits for: told once, however often one asks."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="reminders")
    reply = models.ForeignKey(ReplyRequest, models.PROTECT, null=True, related_name="+")
    due = models.DateTimeField()
    step = models.CharField(max_length=5, choices=Step.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "due", "step"],
                name="a_due_time_is_told_once_a_step",
                condition=models.Q(reply__isnull=True),
            ),
            models.UniqueConstraint(fields=["reply", "step"], name="an_awaited_answer_is_told_once_a_step"),
            models.CheckConstraint(condition=models.Q(step__in=Step.values), name="step_of_reminder_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.reply or f'“{self.claim}”'} is {self.get_step_display()}"
