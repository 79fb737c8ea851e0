"""Where pages are: hosts, with what politeness asks of us there, and addresses worth keeping."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Host(models.Model):
    """A server that pages live on. Every worker that goes there asks this row first."""

    name = models.CharField(max_length=260, primary_key=True)
    free_at = models.DateTimeField(
        default=timezone.now, help_text="No request before this: the pause between two, or what the host asked for."
    )
    look_until = models.DateTimeField(
        null=True, editable=False, help_text="The watch is looking at a page here, until then at most: one at a time."
    )
    robots = models.TextField("robots.txt", blank=True, help_text="As it was last read; empty when there is none.")
    robots_at = models.DateTimeField(null=True, help_text="When robots.txt was last asked for.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Page(models.Model):
    """A web address worth keeping, in its normal form."""

    url = models.CharField(max_length=2048, unique=True)
    host = models.ForeignKey(Host, models.PROTECT, related_name="pages", db_column="host")
    first_asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.url

    @property
    def stream(self) -> str:
        return f"page:{self.pk}"
