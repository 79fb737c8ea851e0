"""The passages of a copy that a citation rests on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture
from apps.archive.passages import Selector


class TextQuoteQuerySet(models.QuerySet["TextQuote"]):
    def live(self) -> TextQuoteQuerySet:
        """What has not been replaced by other words."""
        return self.filter(replaced_at__isnull=True)


class TextQuote(models.Model):
    """Words of one stored copy that a citation rests on, so kept that they can be found again.

    A text-quote selector (W3C Web Annotation Data Model, 4.2.4) that is bound to its copy. Replaced, never deleted.
    """

    citation = models.ForeignKey("claims.Citation", models.PROTECT, related_name="text_quotes")
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="+")
    exact = models.TextField(help_text=_("As the copy has them."))
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Nobody where the desk found the words that somebody had typed."),
    )
    picked_at = models.DateTimeField(default=timezone.now, editable=False)
    replaced_at = models.DateTimeField(null=True, editable=False)

    objects = TextQuoteQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(exact=""), name="a_passage_has_words"),
        ]

    def __str__(self) -> str:
        return self.exact[:80]

    @property
    def selector(self) -> Selector:
        """What finds the words again."""
        return Selector(self.exact, self.prefix, self.suffix)
