"""Recorded limits of what is known."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.wording import plainly
from apps.claims.models.claims import Citation, Claim
from apps.sources.models import Party


class CaveatQuerySet(models.QuerySet["Caveat"]):
    def live(self) -> CaveatQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def told(self) -> CaveatQuerySet:
        return self.select_related(
            "party", "citation__source__outlet", "citation__source__page", "recorded_by", "withdrawn_by"
        )


class Caveat(models.Model):
    """What could not be verified, was not shown, or rests on somebody unnamed: by whom, or on which citation."""

    class Kind(models.TextChoices):
        NOT_VERIFIED = "not_verified", _("Could not independently verify")
        NO_EVIDENCE_SHOWN = "no_evidence_shown", _("Showed no direct evidence")
        ANONYMOUS_ONLY = "anonymous_only", _("Only anonymous sources")
        ONE_SIDE_ONLY = "one_side_only", _("Only one side says so")
        DATE_OR_PLACE_OPEN = "date_or_place_open", _("Date or place not established")
        TRANSLATION = "translation", _("Rests on a translation")
        OTHER = "other", _("Another limit")

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="caveats")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="+")
    citation = models.ForeignKey(Citation, models.PROTECT, null=True, blank=True, related_name="caveats")
    text = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = CaveatQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        *("not_verified", "no_evidence_shown", "anonymous_only", "one_side_only"),
                        *("date_or_place_open", "translation", "other"),
                    ]
                ),
                name="caveat_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="other", text=""),
                name="another_caveat_says_which",
                violation_error_message=_("Say in words what the limit is."),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawn_caveat_says_who_and_why",
                violation_error_message=_("Withdrawing a caveat needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The limit as a story would say it: by whom first."""
        kind = self.get_kind_display()
        said_by = str(self.party) if self.party else self.citation.source.label if self.citation else ""
        if said_by:
            kind = f"{said_by}: {kind[:1].lower()}{kind[1:]}"
        return f"{kind}. {self.text}".strip() if self.text else f"{kind}."

    @property
    @plainly
    def recorded(self) -> str:
        """The same, as the trail keeps it."""
        return self.sentence
