"""The moves of claims between states: as they are asked for, and as they were decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.claims.models.claims import Claim
from apps.claims.models.policies import Policy
from apps.claims.states import State


class MoveRequestQuerySet(models.QuerySet["MoveRequest"]):
    """Reads of the requests."""

    def open(self) -> MoveRequestQuerySet:
        """Those that wait for a second editor."""
        return self.filter(outcome=MoveRequest.Outcome.OPEN)

    def to_sign_for(self, user: User) -> MoveRequestQuerySet:
        """The open ones that somebody else asks for."""
        return self.open().exclude(asked_by=user)

    def with_people(self) -> MoveRequestQuerySet:
        return self.select_related("asked_by", "answered_by", "policy")


class MoveRequest(models.Model):
    """A move that somebody asks for, with the evidence frozen as it stood: another editor signs it or refuses it.

    It is void as soon as the evidence is not what was asked about; ``changes`` says what changed.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("Waits for a second editor")
        SIGNED = "signed", _("Signed")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        VOID = "void", _("Void")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="move_requests")
    from_state = models.CharField(max_length=15, choices=State.choices)
    to_state = models.CharField(max_length=15, choices=State.choices)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    claim_version = models.PositiveIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    evidence = models.JSONField(default=dict)
    evidence_digest = models.CharField(_("evidence SHA-256"), max_length=64)
    met = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN, editable=False)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField(blank=True, help_text=_("Why it was refused or taken back."))
    changes = models.JSONField(default=list, help_text=_("What changed, when the request became void."))

    objects = MoveRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                condition=models.Q(outcome="open"),
                name="one_open_request_for_a_claim",
                violation_error_message=_("Somebody asks for a move of this claim already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="request_has_a_reason",
                violation_error_message=_("Every move needs a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(from_state__in=["unverified", "corroborated", "disputed"])
                & models.Q(to_state__in=["corroborated", "disputed"])
                & ~models.Q(from_state=models.F("to_state")),
                name="request_asks_for_a_verdict",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="open", answered_at__isnull=True, answered_by__isnull=True)
                | models.Q(outcome="void", answered_at__isnull=False)
                | models.Q(
                    outcome__in=["signed", "refused", "withdrawn"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="an_answered_request_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="refused", answer=""),
                name="a_refusal_says_why",
                violation_error_message=_("Say why you refuse."),
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="signed", asked_by=models.F("answered_by")),
                name="nobody_signs_what_they_asked_for",
                violation_error_message=_("Somebody else has to sign."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}?"

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.OPEN


class Decision(models.Model):
    """One move of a claim between states, with the evidence and the rule's answer as they stood.

    ``asked_by`` is who asked for it, ``decided_by`` who signed; they are one person where the rule lets one decide. An
    override is against the rule, or without the second editor: ``missing`` keeps what the rule missed.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="decisions")
    from_state = models.CharField(max_length=15, choices=State.choices)
    to_state = models.CharField(max_length=15, choices=State.choices)
    statement = models.CharField(max_length=500, help_text=_("The claim in the words that were decided on."))
    reason = models.TextField()
    request = models.OneToOneField(MoveRequest, models.PROTECT, null=True, related_name="decision")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now, editable=False)
    claim_version = models.PositiveIntegerField()
    policy = models.ForeignKey(
        Policy, models.PROTECT, null=True, related_name="decisions", help_text=_("Empty: before the rule was data.")
    )
    evidence = models.JSONField(default=dict)
    evidence_digest = models.CharField(_("evidence SHA-256"), max_length=64)
    met = models.JSONField(default=list)
    is_override = models.BooleanField(_("against the rule"), default=False, editable=False)
    missing = models.JSONField(default=list, help_text=_("What the rule missed when it was overridden."))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="decision_has_a_reason",
                violation_error_message=_("Every move needs a reason."),
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
            models.CheckConstraint(
                condition=models.Q(is_override=False) | models.Q(request__isnull=True),
                name="nobody_signs_an_override",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"

    @property
    def was_signed(self) -> bool:
        """Whether two people stand behind it."""
        return self.asked_by_id is not None and self.asked_by_id != self.decided_by_id
