"""How the archive is doing: sums of what came of captures, and which workers are there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class TallyQuerySet(models.QuerySet["Tally"]):
    """Reads of the sums. Which span and whose: a sum over both kinds of either would count things twice."""

    def of_all_hosts(self, span: str) -> TallyQuerySet:
        return self.filter(span=span, host=Tally.ALL)

    def of_host(self, span: str, host: str) -> TallyQuerySet:
        return self.filter(span=span, host=host)

    def of_each_host(self, span: str) -> TallyQuerySet:
        return self.filter(span=span).exclude(host=Tally.ALL)

    def since(self, start: datetime) -> TallyQuerySet:
        return self.filter(start__gte=start)

    def by_host(self, code: str = "") -> models.QuerySet[Tally, dict[str, Any]]:
        """What came of each host's pages, those with the most failures first; with a code, only failures of that."""
        is_failed = models.Q(outcome=Tally.Outcome.FAILED) & (models.Q(code=code) if code else models.Q())
        is_told = models.Q(failed__gt=0) if code else models.Q(failed__gt=0) | models.Q(stored__gt=0)
        return (
            self.values("host")
            .annotate(
                stored=models.Sum("count", filter=models.Q(outcome__in=Tally.KEPT), default=0),
                failed=models.Sum("count", filter=is_failed, default=0),
                stored_bytes=models.Sum("bytes", default=0),
            )
            .filter(is_told)
            .order_by("-failed", "-stored", "host")
        )


class Tally(models.Model):
    """What came of captures within one hour or one day (UTC) at one host, or at all of them together.

    Counted again and again from rows that don't change once they are settled (``health.tallies``): stored copies by
    ``settled_at``, failed attempts by ``ended_at``, looks by ``at``. It can be thrown away at any time.
    """

    class Span(models.TextChoices):
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")

    class Outcome(models.TextChoices):
        STORED = "stored", _("Stored")
        PARTIAL = "partial", _("Stored in part")
        FAILED = "failed", _("Failed attempt")
        LOOKED = "looked", _("Looked at again")

    ALL = ""
    KEPT = [Outcome.STORED, Outcome.PARTIAL]

    span = models.CharField(max_length=4, choices=Span.choices)
    start = models.DateTimeField()
    host = models.CharField(max_length=260, blank=True, help_text=_("Empty: all hosts together."))
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    code = models.CharField("failure", max_length=30, blank=True)
    method = models.CharField(max_length=10, blank=True)
    count = models.PositiveBigIntegerField()
    records = models.PositiveBigIntegerField(help_text=_("How many records were kept of them."))
    bytes = models.PositiveBigIntegerField(help_text=_("How large those are."))

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tallies"
        ordering = ["-start"]
        indexes = [models.Index(fields=["span", "start"], name="tally_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["span", "host", "start", "outcome", "code", "method"], name="each_thing_is_tallied_once"
            ),
            models.CheckConstraint(condition=models.Q(span__in=["hour", "day"]), name="tally_span_is_known"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["stored", "partial", "failed", "looked"]),
                name="tally_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.outcome} {self.code} at {self.host or 'all hosts'} ({self.span} of {self.start})"


class Tallied(models.Model):
    """How far the tallies go. One row; whoever counts holds it locked."""

    until = models.DateTimeField(null=True, help_text=_("Every hour before this is counted for good."))
    at = models.DateTimeField(
        default=timezone.now, help_text=_("When it was last counted: the clock's own sign of life.")
    )

    class Meta:
        verbose_name_plural = "tallied"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="there_is_one_count")]

    def __str__(self) -> str:
        return f"counted until {self.until}"


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Reads of the workers' signs of life."""

    def heard_since(self, moment: datetime) -> WorkerQuerySet:
        return self.filter(seen_at__gte=moment)

    def silent_since(self, moment: datetime) -> WorkerQuerySet:
        return self.filter(seen_at__lt=moment)


class Worker(models.Model):
    """A worker that says, again and again, that it is there. One that ends as it should takes its row away."""

    name = models.CharField(max_length=200)
    machine = models.CharField(max_length=200)
    process = models.PositiveBigIntegerField()
    queues = models.JSONField(default=list)
    version = models.CharField(max_length=60)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        ordering = ["machine", "process", "id"]

    def __str__(self) -> str:
        return f"{self.name} (process {self.process})"
