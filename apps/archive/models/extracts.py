"""What was read out of a stored copy."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.models.captures import Capture


class Extract(models.Model):
    """What was read from a stored copy: headline, article text and the page's own statements about itself."""

    capture = models.OneToOneField(Capture, models.PROTECT, related_name="extract")
    title = models.CharField(max_length=500, blank=True)
    byline = models.CharField(max_length=300, blank=True)
    site_name = models.CharField(max_length=200, blank=True)
    credit_line = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=35, blank=True)
    canonical_url = models.CharField(max_length=2048, blank=True)
    charset = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    text_digest = models.CharField("text SHA-256", max_length=64)
    reader = models.PositiveSmallIntegerField(
        default=0,
        editable=False,
        help_text=_("Which version of the reader read it; 0 is one before they were counted."),
    )
    read_at = models.DateTimeField(default=timezone.now, editable=False)
    problem = models.CharField(max_length=300, blank=True, help_text=_("Why no text could be read, if none could."))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True)
                | models.Q(
                    published_at__gte=datetime(1900, 1, 1, tzinfo=UTC),
                    published_at__lte=datetime(2100, 1, 1, tzinfo=UTC),
                ),
                name="text_was_published_in_our_time",
                violation_error_message="Give a year between 1900 and 2100.",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"text of capture {self.capture_id}"

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def paragraphs(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]
