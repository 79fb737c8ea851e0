"""Typed numbers, and what they are numbers of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.claims.models.claims import Citation, Claim, Story
from apps.claims.quantities import Counting, Qualifier, Quantity
from apps.sources.models import Party
from apps.sources.models.parties import FoldedName
from apps.sources.names import fold


class MeasureQuerySet(models.QuerySet["Measure"]):
    def named(self, name: str) -> MeasureQuerySet:
        """The measure of this name, in whatever case and script it is written."""
        return self.filter(folded=fold(name)).order_by("pk")


class Measure(models.Model):
    """What is counted, in words that leave no doubt. Unlike measures are never compared."""

    name = models.CharField(max_length=200)
    folded = FoldedName(max_length=400, db_index=True, editable=False)
    definition = models.TextField(blank=True, help_text=_("Who or what counts, where, since when."))
    unit = models.CharField(max_length=60)
    counting = models.CharField(max_length=10, choices=Counting.choices, default=Counting.TOTAL)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="measure_has_one_entry",
                violation_error_message=_("There is a measure of this name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(counting__in=["total", "level", "fixed"]), name="measure_counting_is_known"
            ),
            models.CheckConstraint(condition=~models.Q(name="") & ~models.Q(unit=""), name="measure_has_name_and_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """What the trail calls it."""
        return f"measure:{self.pk}"


class FigureQuerySet(models.QuerySet["Figure"]):
    """Reads of the figures."""

    def live(self) -> FigureQuerySet:
        return self.filter(withdrawn_at__isnull=True)

    def told(self) -> FigureQuerySet:
        """With everything that tables need, in the order of their days; those without one come last."""
        return self.named().select_related("claim", "citation__source__outlet", "citation__source__page")

    def named(self) -> FigureQuerySet:
        """With what sentences need, in the same order."""
        return self.select_related("measure", "party", "citation").order_by(
            "measure__name", models.F("as_of_first").asc(nulls_last=True), "as_of_last", "party__name", "pk"
        )

    def that_count(self) -> FigureQuerySet:
        """Those that are held against others: what is withdrawn with its citation says nothing."""
        return self.filter(citation__withdrawn_at=None)

    def of_story(self, story: Story) -> FigureQuerySet:
        """The live figures of a story's claims."""
        return self.live().filter(claim__story=story)


class Figure(models.Model):
    """A number that a party gives, of one measure, as of a day. Withdrawn, never deleted."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="figures")
    citation = models.ForeignKey(Citation, models.PROTECT, null=True, blank=True, related_name="figures")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="figures")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    qualifier = models.CharField(max_length=10, choices=Qualifier.choices)
    low = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    high = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    as_of_first = models.DateField(null=True, blank=True)
    as_of_last = models.DateField(null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_because = models.TextField(blank=True)

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["claim", "measure"], name="live_figure", condition=models.Q(withdrawn_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(qualifier__in=Qualifier.values), name="figure_qualifier_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=False) | models.Q(high__isnull=False),
                name="figure_has_a_number",
                violation_error_message=_("A figure has a number."),
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lte=models.F("high")),
                name="figure_goes_from_low_to_high",
            ),
            models.CheckConstraint(
                condition=models.Q(as_of_first__isnull=True, as_of_last__isnull=True)
                | models.Q(as_of_first__isnull=False, as_of_last__gte=models.F("as_of_first")),
                name="figure_is_as_of_a_day_or_a_time",
                violation_error_message=_("The last day comes after the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
                name="a_withdrawn_figure_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}: {self.quantity.words}"

    @property
    def quantity(self) -> Quantity:
        """The number as it is said."""
        return Quantity(Qualifier(self.qualifier), self.low, self.high)

    @property
    def as_of(self) -> str:
        """Its day or days, in words; empty for none."""
        if self.as_of_first is None or self.as_of_last is None:
            return ""
        if self.as_of_first == self.as_of_last:
            return day(self.as_of_first)
        return f"{day(self.as_of_first)} to {day(self.as_of_last)}"

    @property
    def counts(self) -> bool:
        """Whether it is held against others: what is withdrawn with its citation says nothing."""
        return not (self.citation and self.citation.withdrawn_at)

    def frozen(self) -> dict[str, Any]:
        """This figure as a decision keeps it. A total that is held against others is how figures count unless said."""
        counting = self.measure.counting
        return {
            "figure": self.pk,
            "measure": self.measure.name,
            "unit": self.measure.unit,
            "party": self.party.name,
            "says": self.quantity.words,
            "as_of": self.as_of,
            "citation": self.citation_id,
            **({} if counting == Counting.TOTAL else {"counting": counting}),
            **({} if self.counts else {"counts": False}),
        }


def day(value: date) -> str:
    """A day as sentences have it: 23 December 2024."""
    return f"{value.day} {value:%B %Y}"
