"""The watch: which pages are looked at again, every look, and what has changed since the copy that we rest on."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone

from apps.archive.codes import Code
from apps.archive.models.captures import Capture
from apps.archive.models.pages import Page


class WatchQuerySet(models.QuerySet["Watch"]):
    """Reads of the watch."""

    def due(self, now: datetime) -> WatchQuerySet:
        """Pages to be looked at now, that nobody is looking at."""
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, ended_at__isnull=True, next_look_at__lte=now)


class Watch(models.Model):
    """One cited page, looked at again and again, at first soon and then less and less often."""

    class Standing(models.TextChoices):
        """How the page stood when it was last looked at."""

        THERE = "there", "The page is there"
        MOVED = "moved", "The page has moved"
        GONE = "gone", "The page is gone"
        UNREACHED = "unreached", "The page could not be reached"

    page = models.OneToOneField(Page, models.PROTECT, related_name="watch", primary_key=True)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text="When nothing that counts cited the page any more.")
    rung = models.PositiveSmallIntegerField(default=0, help_text="Which of the widening pauses comes next.")
    next_look_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    baseline = models.ForeignKey(
        Capture, models.PROTECT, null=True, related_name="+", help_text="The copy that the page is compared with."
    )
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.THERE)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "watches"
        indexes = [
            models.Index(fields=["next_look_at"], name="watch_due", condition=models.Q(ended_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(standing__in=["there", "moved", "gone", "unreached"]),
                name="watch_standing_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"watch of {self.page_id}"


class Look(models.Model):
    """One look at a watched page, kept whatever came of it."""

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged", "Nothing has changed"
        SAME_TEXT = "same_text", "The page was made anew, its text is the same"
        CHANGED = "changed", "The text has changed"
        MOVED = "moved", "The page has moved"
        GONE = "gone", "The page is gone"
        WALLED = "walled", "The site would not show the page"
        FAILED = "failed", "The page could not be reached"

    page = models.ForeignKey(Page, models.PROTECT, related_name="looks")
    baseline = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="looks")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    code = models.CharField("failure", max_length=30, choices=Code.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    final_url = models.CharField(max_length=2048, blank=True)
    warc_digest = models.CharField("record SHA-256", max_length=64, blank=True)
    warc_bytes = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["page", "-id"], name="look_by_page"),
            models.Index(fields=["at"], name="look_by_day"),
            models.Index(fields=["warc_digest"], name="look_by_record"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} ({self.at:%Y-%m-%d %H:%M})"


class Passage(models.Model):
    """Words on a page that somebody relies on. The watch says when they can't be found any more.

    Kept as a text-quote selector (W3C Web Annotation Data Model, 4.2.4): the words, and a little before and after.
    """

    page = models.ForeignKey(Page, models.PROTECT, related_name="passages")
    exact = models.TextField()
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the exact words.")
    registered_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text="When nobody relied on these words any more.")
    found_in = models.ForeignKey(
        Capture, models.PROTECT, null=True, related_name="+", help_text="The newest copy that has these words."
    )
    missing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "digest"], name="passage_is_registered_once")]

    def __str__(self) -> str:
        return self.exact[:80]


class Drift(models.Model):
    """One finding of the watch: what is otherwise at a page since the copy that was relied on."""

    class Kind(models.TextChoices):
        CHANGED = "changed", "The text has changed"
        QUOTE_GONE = "quote_gone", "A cited passage is gone"
        QUOTE_BACK = "quote_back", "A cited passage is back"
        MOVED = "moved", "The page has moved"
        GONE = "gone", "The page is gone"
        BACK = "back", "The page is back"

    page = models.ForeignKey(Page, models.PROTECT, related_name="drifts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    found_at = models.DateTimeField(default=timezone.now)
    before = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="drifts")
    look = models.ForeignKey(Look, models.PROTECT, null=True, related_name="drifts")
    share = models.FloatField(null=True, help_text="How much of the text is not as it was, from 0 to 1.")
    passages = models.ManyToManyField(Passage, related_name="drifts", blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["page", "-id"], name="drift_by_page")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["changed", "quote_gone", "quote_back", "moved", "gone", "back"]),
                name="drift_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(share__isnull=True) | models.Q(share__gte=0, share__lte=1),
                name="drift_share_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.page_id}"
