from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.archive.codes import GIVEN_UP, HINTS, RETRYABLE, Code


class Page(models.Model):
    """A web address worth keeping, in its normal form."""

    url = models.CharField(max_length=2048, unique=True)
    host = models.CharField(max_length=260, db_index=True)
    first_asked_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.url

    @property
    def stream(self) -> str:
        return f"page:{self.pk}"


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Reads of the queue and of what came of it."""

    def due(self, now: datetime) -> CaptureQuerySet:
        """What a worker may take now: waiting and due, or taken by a worker that never came back."""
        waiting = models.Q(state=Capture.State.QUEUED, next_attempt_at__lte=now)
        abandoned = models.Q(state=Capture.State.FETCHING, lease_until__lt=now)
        return self.filter(waiting | abandoned)

    def unread(self, now: datetime) -> CaptureQuerySet:
        """Stored copies whose text nobody has read and nobody is reading."""
        free = models.Q(read_lease_until__isnull=True) | models.Q(read_lease_until__lt=now)
        return self.filter(free, state=Capture.State.STORED, read_at__isnull=True)

    def with_pages(self) -> CaptureQuerySet:
        return self.select_related("page", "requested_by")


class Capture(models.Model):
    """A copy of a page: asked for, tried, and then stored or not, with the reason.

    The row is the job. A worker leases it (``lease_token`` is the fencing token, ``attempt`` counts before the work),
    and only the holder of the lease settles it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        FETCHING = "fetching", "Fetching"
        STORED = "stored", "Stored"
        PARTIAL = "partial", "Stored in part"
        FAILED = "failed", "Failed"
        BLOCKED = "blocked", "Blocked"

    IN_FLIGHT = [State.QUEUED, State.FETCHING]

    page = models.ForeignKey(Page, models.PROTECT, related_name="captures")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    code = models.CharField("failure", max_length=30, choices=Code.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)

    attempt = models.PositiveSmallIntegerField(default=0)
    last_attempt = models.PositiveSmallIntegerField(help_text="The number of the attempt after which we give up.")
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True)

    fetched_at = models.DateTimeField(null=True)
    final_url = models.CharField(max_length=2048, blank=True)
    redirects = models.JSONField(default=list, help_text="Each hop before the final one: url, status, ip.")
    ip = models.GenericIPAddressField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=200, blank=True)
    body_bytes = models.PositiveBigIntegerField(null=True)
    body_digest = models.CharField("body SHA-256", max_length=64, blank=True)
    warc_bytes = models.PositiveBigIntegerField(null=True)
    warc_digest = models.CharField("record SHA-256", max_length=64, blank=True)

    read_lease_until = models.DateTimeField(null=True, editable=False)
    read_attempts = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["page", "-id"], name="capture_by_page"),
            models.Index(
                fields=["next_attempt_at"],
                name="capture_in_flight",
                condition=models.Q(state__in=["queued", "fetching"]),
            ),
            models.Index(
                fields=["id"], name="capture_unread", condition=models.Q(state="stored", read_at__isnull=True)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["page"],
                condition=models.Q(state__in=["queued", "fetching"]),
                name="one_capture_in_flight_for_a_page",
                violation_error_message="This page is being copied already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "fetching", "stored", "partial", "failed", "blocked"]),
                name="capture_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["stored", "partial"])
                | (models.Q(settled_at__isnull=False) & ~models.Q(warc_digest="") & ~models.Q(body_digest="")),
                name="stored_means_there_is_evidence",
                violation_error_message="A capture is stored only when its record is.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "blocked"]) | ~models.Q(code=""),
                name="a_failed_capture_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(state="fetching", lease_token__isnull=False, lease_until__isnull=False)
                | (~models.Q(state="fetching") & models.Q(lease_token__isnull=True)),
                name="only_a_fetching_capture_is_leased",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} ({self.get_state_display().lower()})"

    @property
    def is_in_flight(self) -> bool:
        return self.state in self.IN_FLIGHT

    @property
    def is_stored(self) -> bool:
        return self.state == self.State.STORED

    @property
    def is_moving(self) -> bool:
        """Whether this row will still change by itself soon: in flight, or stored and not read yet."""
        return self.is_in_flight or (self.is_stored and self.read_at is None)

    @property
    def is_waiting_long(self) -> bool:
        """Whether nothing can happen to it for a while: queued for another try that is not due yet."""
        return self.state == self.State.QUEUED and self.next_attempt_at > timezone.now() + timedelta(seconds=5)

    @property
    def failure(self) -> str:
        """Why the last attempt failed, as a sentence; empty if it did not."""
        return Code(self.code).label if self.code else ""

    @property
    def hint(self) -> str:
        """What somebody can do about it."""
        if not self.code:
            return ""
        if self.state == self.State.FAILED and Code(self.code) in RETRYABLE:
            return GIVEN_UP
        return HINTS.get(Code(self.code), "")

    @property
    def warc_name(self) -> str:
        """Where the record lies in the archive's storage, by its own digest."""
        return f"sha256/{self.warc_digest[:2]}/{self.warc_digest[2:4]}/{self.warc_digest}.warc.gz"


class Attempt(models.Model):
    """One try at a capture, kept whatever came of it."""

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    code = models.CharField("failure", max_length=30, choices=Code.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["capture", "number"], name="attempt_is_counted_once")]

    def __str__(self) -> str:
        return f"attempt {self.number}"


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
    read_at = models.DateTimeField(default=timezone.now, editable=False)
    problem = models.CharField(max_length=300, blank=True, help_text="Why no text could be read, if none could.")

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


def facts_of(capture: Capture) -> dict[str, Any]:
    """What the trail keeps of a settled capture."""
    return {
        "capture": capture.pk,
        "state": capture.state,
        "attempt": capture.attempt,
        "http_status": capture.http_status,
        "final_url": capture.final_url,
        "body_sha256": capture.body_digest,
        "record_sha256": capture.warc_digest,
    }
