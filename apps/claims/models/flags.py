"""What happened under claims, and the flags that stand on them for it until somebody clears them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture, Drift
from apps.claims.models.claims import Citation, Claim
from apps.claims.models.figures import Measure
from apps.sources.models import Attribution, Party, Source

# How many links news travels along. Longer chains are no newsroom's; a hub of thousands is met by batches.
FARTHEST = 6


class CauseQuerySet(models.QuerySet["Cause"]):
    """Reads of what happened."""

    def to_carry(self) -> CauseQuerySet:
        """News that has not reached every claim that rests on it."""
        return self.filter(carried_at__isnull=True).order_by("pk")


class Cause(models.Model):
    """Something that happened under claims. The row is the news: a worker carries it to every claim that rests on it.

    ``key`` names the event, so that the same event is news once, however often a bell is rung for it.
    """

    class Kind(models.TextChoices):
        DRIFT = "drift", _("A cited page has changed")
        QUOTE_GONE = "quote_gone", _("A quote is gone")
        PAGE_GONE = "page_gone", _("A cited page is gone")
        CITATION_WITHDRAWN = "citation_withdrawn", _("A citation was withdrawn")
        NEW_DISPUTE = "new_dispute", _("A new source disputes it")
        STANCE_CHANGED = "stance_changed", _("What a citation does for it was judged anew")
        SOURCE_CHANGED = "source_changed", _("What is known of a source has changed")
        ATTRIBUTION = "attribution", _("Where a source has it from has changed")
        CAPTURE_DAMAGED = "capture_damaged", _("A stored copy is damaged")
        DOWNGRADED = "downgraded", _("A linked claim lost its verdict")
        SUPERSEDED = "superseded", _("A newer claim supersedes it")
        VERIFY_AGAIN = "verify_again", _("It is time to verify it again")
        FIGURES_CHANGED = "figures_changed", _("What its figures say has changed")

    # What happens on one claim and says so: over links it needs no other words.
    NAMES_ITS_CLAIM = (Kind.DOWNGRADED, Kind.SUPERSEDED)
    # What a list can be narrowed to, beside each kind alone.
    OF_A_PAGE = (Kind.DRIFT, Kind.QUOTE_GONE, Kind.PAGE_GONE)

    key = models.CharField(max_length=80, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    sentence = models.TextField()
    happened_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    drift = models.OneToOneField(Drift, models.PROTECT, null=True, related_name="+")
    citation = models.ForeignKey(Citation, models.PROTECT, null=True, related_name="+")
    attribution = models.ForeignKey(Attribution, models.PROTECT, null=True, related_name="+")
    party = models.ForeignKey(
        Party,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Who is taken for somebody else, or is known by name now, or no longer."),
    )
    capture = models.ForeignKey(
        Capture,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The stored copy that is damaged."),
    )
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="+")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, related_name="+")
    reached = models.BigIntegerField(default=0, help_text=_("Claims up to this number have their flags."))
    carried_at = models.DateTimeField(null=True, help_text=_("When it had reached every claim, over links too."))

    objects = CauseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="cause_to_carry", condition=models.Q(carried_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        *("drift", "quote_gone", "page_gone", "citation_withdrawn", "new_dispute"),
                        *(
                            "stance_changed",
                            "source_changed",
                            "attribution",
                            "capture_damaged",
                            "downgraded",
                            "superseded",
                            "verify_again",
                            "figures_changed",
                        ),
                    ]
                ),
                name="cause_kind_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(sentence=""), name="cause_says_what_happened"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def is_carried(self) -> bool:
        return self.carried_at is not None

    @property
    def is_of_one_claim(self) -> bool:
        """Whether it happened on its claim, and reaches others over its links alone."""
        return bool(self.claim_id) and self.kind != self.Kind.SUPERSEDED


class FlagQuerySet(models.QuerySet["Flag"]):
    """Reads of the flags."""

    def open(self) -> FlagQuerySet:
        """Flags that nobody has cleared."""
        return self.filter(cleared_at__isnull=True)

    def cleared(self) -> FlagQuerySet:
        return self.filter(cleared_at__isnull=False)

    def told(self) -> FlagQuerySet:
        """With everything that a list shows of them, in one query."""
        return self.select_related("claim__story", "cause", "cleared_by", "by_way_of")

    def to_carry(self, cause: Cause) -> FlagQuerySet:
        """Flags whose news has not been carried over the links of their claims."""
        return self.filter(cause=cause, is_carried=False).order_by("pk")


class Flag(models.Model):
    """Something happened under this claim and somebody has to look. One cause flags one claim once.

    ``path`` are the numbers of the claims that the news came over, from the one that rests on what changed.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="flags")
    cause = models.ForeignKey(Cause, models.PROTECT, related_name="flags")
    path = models.JSONField(default=list)
    by_way_of = models.ForeignKey(
        Claim, models.PROTECT, null=True, related_name="+", help_text=_("The linked claim that the news came over.")
    )
    detail = models.TextField(blank=True, help_text=_("What it means for this claim: what the rule misses now."))
    raised_at = models.DateTimeField(default=timezone.now)
    is_carried = models.BooleanField(default=False, editable=False)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    cleared_because = models.TextField(blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["claim"], name="flag_open", condition=models.Q(cleared_at__isnull=True)),
            models.Index(fields=["-id"], name="flag_open_newest", condition=models.Q(cleared_at__isnull=True)),
            models.Index(fields=["cause", "id"], name="flag_to_carry", condition=models.Q(is_carried=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["claim", "cause"], name="one_flag_for_a_cause"),
            models.CheckConstraint(
                condition=models.Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | (models.Q(cleared_at__isnull=False, cleared_by__isnull=False) & ~models.Q(cleared_because="")),
                name="a_cleared_flag_says_who_and_why",
                violation_error_message=_("Clearing a flag needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """Why it stands here, in words."""
        cause = self.cause
        if self.by_way_of and (self.by_way_of_id != cause.claim_id or cause.kind not in cause.NAMES_ITS_CLAIM):
            return f"It concerns the linked claim “{self.by_way_of.statement}”. {cause.sentence}"
        return f"{self.cause.sentence} {self.detail}".strip()

    @property
    def kind(self) -> Any:
        return gettext("A linked claim was flagged") if self.by_way_of_id else self.cause.get_kind_display()

    @property
    def is_open(self) -> bool:
        return self.cleared_at is None
