"""The running matters that claims belong to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.versioned import Versioned
from apps.claims.states import State


class StoryQuerySet(models.QuerySet["Story"]):
    """Reads of the stories."""

    def with_counts(self) -> StoryQuerySet:
        """Each with the number of its claims in each state: ``unverified_count`` and so on."""
        return self.annotate(**{f"{state}_count": _claims_in(state) for state in State})


def _claims() -> models.Manager[Any]:
    """The claims, which know the stories and not the other way round."""
    return Story._meta.get_field("claims").related_model._default_manager


def _claims_in(state: State) -> Coalesce:
    """How many claims of a story are in this state."""
    counted = _claims().filter(story=models.OuterRef("pk"), state=state).order_by()
    number = counted.values("story").annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(number, output_field=models.IntegerField()), 0)


class Story(Versioned):
    """A running matter on the desk that groups claims."""

    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(title=""), name="story_has_a_title"),
            models.UniqueConstraint(
                Lower("title"),
                name="story_title_is_unique",
                violation_error_message=_("There is a story with this title already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
