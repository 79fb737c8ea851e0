"""How credible a piece of information is, whoever it is from: Admiralty grades. They never count in the rule."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.claims.models.claims import Citation
from apps.sources.models import Graded


class Credibility(Graded):
    """How credible what a citation says is, whoever says it."""

    class Grade(models.TextChoices):
        CONFIRMED = "1", _("Confirmed by others")
        PROBABLY = "2", _("Probably true")
        POSSIBLY = "3", _("Possibly true")
        DOUBTFUL = "4", _("Doubtful")
        IMPROBABLE = "5", _("Improbable")
        UNJUDGED = "6", _("Truth cannot be judged")

    citation = models.ForeignKey(Citation, models.PROTECT, related_name="grades")
    grade = models.CharField(max_length=1, choices=Grade.choices)

    class Meta(Graded.Meta):
        verbose_name_plural = "credibilities"
        constraints = [
            *Graded.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(grade__in=["1", "2", "3", "4", "5", "6"]), name="credibility_is_known"
            ),
            models.UniqueConstraint(
                fields=["citation"], condition=models.Q(replaced_at__isnull=True), name="a_citation_has_one_grade"
            ),
        ]
