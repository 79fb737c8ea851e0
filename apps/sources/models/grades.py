"""Grades after the Admiralty code (NATO, STANAG 2511): how reliable a party is. They never count in the rule."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.wording import plainly
from apps.sources.models.parties import Party


class GradeQuerySet(models.QuerySet[Any]):
    """Reads of grades."""

    def live(self) -> Self:
        """Those that hold: one of a kind for each that is graded."""
        return self.filter(replaced_at__isnull=True)

    def told(self) -> Self:
        """With who graded, the newest first."""
        return self.select_related("graded_by").order_by("-id")


class Graded(models.Model):
    """A grade that somebody gave, and why. A new one takes its place and the old one stays."""

    rationale = models.TextField()
    graded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    graded_at = models.DateTimeField(default=timezone.now, editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = GradeQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(rationale=""),
                name="%(class)s_has_a_rationale",
                violation_error_message=_("A grade needs a rationale."),
            )
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """The grade with what it means: "B, usually reliable"."""
        display: str = self.get_grade_display()  # type: ignore[attr-defined]
        return f"{self.grade}, {display.lower()}"  # type: ignore[attr-defined]

    @property
    @plainly
    def recorded(self) -> str:
        """The same, as the trail keeps it."""
        return self.words


class Reliability(Graded):
    """How far a party can be relied on, whatever it says this time."""

    class Grade(models.TextChoices):
        COMPLETELY = "A", _("Completely reliable")
        USUALLY = "B", _("Usually reliable")
        FAIRLY = "C", _("Fairly reliable")
        NOT_USUALLY = "D", _("Not usually reliable")
        UNRELIABLE = "E", _("Unreliable")
        UNJUDGED = "F", _("Reliability cannot be judged")

    party = models.ForeignKey(Party, models.PROTECT, related_name="grades")
    grade = models.CharField(max_length=1, choices=Grade.choices)

    class Meta(Graded.Meta):
        verbose_name_plural = "reliabilities"
        constraints = [
            *Graded.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(grade__in=["A", "B", "C", "D", "E", "F"]), name="reliability_is_known"
            ),
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(replaced_at__isnull=True), name="a_party_has_one_grade"
            ),
        ]
