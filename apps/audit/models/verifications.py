"""A verification that somebody asked for on a page: a row that a worker takes, with its progress and what it found."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that says nothing for so long is gone: whoever waits may ask again.
SILENT = timedelta(minutes=3)


class Verification(models.Model):
    """The whole trail, verified in the background. ``report`` holds what it found."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a worker")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be done")

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    told_at = models.DateTimeField(default=timezone.now)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"verification {self.pk}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING} and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Whether nobody is at it any more."""
        under_way = self.state in {self.State.WAITING, self.State.RUNNING}
        return under_way and timezone.now() - self.told_at > SILENT

    @property
    def is_intact(self) -> bool:
        return self.state == self.State.DONE and bool(self.report.get("intact"))
