"""How claims stand to each other, and the words they are found again by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.claims.models.claims import Claim, ClaimQuerySet, Story


class ClaimLinkQuerySet(models.QuerySet["ClaimLink"]):
    """Reads of the links."""

    def live(self) -> ClaimLinkQuerySet:
        """Links that nobody has withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> ClaimLinkQuerySet:
        return self.filter(withdrawn_at__isnull=False)

    def superseding(self, claim: Claim) -> ClaimLinkQuerySet:
        """Live links by which another claim supersedes this one."""
        return self.live().filter(to_claim=claim, kind=ClaimLink.Kind.SUPERSEDES).order_by("id")

    def of(self, claim: Claim | int) -> ClaimLinkQuerySet:
        """Links that begin or end at this claim, with both claims."""
        either = models.Q(from_claim=claim) | models.Q(to_claim=claim)
        return self.filter(either).select_related("from_claim", "to_claim", "linked_by", "withdrawn_by")

    def of_any(self, claims: ClaimQuerySet) -> ClaimLinkQuerySet:
        """Links that begin or end at one of these claims."""
        return self.filter(models.Q(from_claim__in=claims) | models.Q(to_claim__in=claims))

    def in_story(self, story: Story) -> ClaimLinkQuerySet:
        """Live links of a story's claims, with both claims."""
        either = models.Q(from_claim__story=story) | models.Q(to_claim__story=story)
        return self.live().filter(either).select_related("from_claim", "to_claim").order_by("id")


class ClaimLink(models.Model):
    """One claim supersedes, contradicts, is part of or duplicates another. Withdrawn, never deleted."""

    class Kind(models.TextChoices):
        SUPERSEDES = "supersedes", _("supersedes")
        CONTRADICTS = "contradicts", _("contradicts")
        PART_OF = "part_of", _("is part of")
        DUPLICATE = "duplicate", _("duplicates")

    REVERSED = {
        Kind.SUPERSEDES: _("is superseded by"),
        Kind.CONTRADICTS: _("contradicts"),
        Kind.PART_OF: _("has as a part"),
        Kind.DUPLICATE: _("duplicates"),
    }
    # Said of one, it is said of the other.
    MUTUAL = [Kind.CONTRADICTS, Kind.DUPLICATE]
    ORDERED = [Kind.SUPERSEDES, Kind.PART_OF]

    from_claim = models.ForeignKey(Claim, models.PROTECT, related_name="links_from")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    to_claim = models.ForeignKey(Claim, models.PROTECT, related_name="links_to")
    note = models.TextField(blank=True)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    objects = ClaimLinkQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["supersedes", "contradicts", "part_of", "duplicate"]),
                name="claim_link_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(from_claim=models.F("to_claim")),
                name="no_claim_is_linked_to_itself",
                violation_error_message=_("A claim can't be linked to itself."),
            ),
            models.UniqueConstraint(
                fields=["from_claim", "to_claim", "kind"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="one_live_link_of_a_kind",
                violation_error_message=_("These claims are linked so already."),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawn_link_says_who_and_why",
                violation_error_message=_("Withdrawing a link needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"“{self.from_claim}” {self.get_kind_display()} “{self.to_claim}”"


class ClaimTerm(models.Model):
    """A word, or two that stand side by side, of a claim's statement, as a number: what similar claims are found by."""

    term = models.BigIntegerField()
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["claim"], name="claim_term_by_claim")]
        constraints = [models.UniqueConstraint(fields=["term", "claim"], name="claim_has_a_term_once")]

    def __str__(self) -> str:
        return f"{self.term} of {self.claim_id}"
