"""The moves of claims between states, as they were decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.claims.models.claims import Claim
from apps.claims.states import State


class Decision(models.Model):
    """One move of a claim between states, with the evidence and the rule's answer as they stood."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    from_state = models.CharField(max_length=15, choices=State.choices)
    to_state = models.CharField(max_length=15, choices=State.choices)
    statement = models.CharField(max_length=500, help_text="The claim in the words that were decided on.")
    reason = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)
    claim_version = models.PositiveIntegerField()
    evidence = models.JSONField(default=list)
    evidence_digest = models.CharField("evidence SHA-256", max_length=64)
    met = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="decision_has_a_reason",
                violation_error_message="Every move needs a reason.",
            ),
            models.CheckConstraint(
                condition=~models.Q(from_state=models.F("to_state")), name="decision_moves_the_claim"
            ),
            models.CheckConstraint(
                condition=models.Q(from_state__in=["unverified", "corroborated", "disputed"])
                & models.Q(to_state__in=["unverified", "corroborated", "disputed"]),
                name="decision_states_are_known",
            ),
            models.UniqueConstraint(fields=["claim", "claim_version"], name="one_decision_for_a_version_of_a_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"
