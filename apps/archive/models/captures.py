"""Copies of pages: the queue's rows, and every try."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.archive.codes import GIVEN_UP, HINTS, RETRYABLE, Code, Phase, Robots
from apps.archive.models.pages import Page
from apps.audit.wording import plainly

A_WORKER_NEEDS = [
    *("state", "method", "attempt", "last_attempt", "taken_at", "next_attempt_at", "lease_token", "lease_until"),
    *("by_watch", "wants_browser", "robots", "http_status", "final_url", "body_digest", "warc_digest"),
    *("page__url", "page__host__free_at", "page__host__look_until", "page__host__robots", "page__host__robots_at"),
    *("page__host__robots_failure", "page__host__robots_failed_at"),
    *("requested_by__name", "requested_by__username"),
]


class Written(models.Value):
    """A word of ours, written into the statement: to those that are bound in a list SQLite fits no partial index."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return f"'{self.value}'", ()


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Reads of the queue and of what came of it."""

    def due(self, now: datetime) -> CaptureQuerySet:
        """What a worker may take now: waiting and due, or taken by a worker that never came back."""
        waiting = models.Q(state=Capture.State.QUEUED, next_attempt_at__lte=now)
        abandoned = models.Q(state=Capture.State.FETCHING, lease_until__lt=now)
        return self.in_flight().filter(waiting | abandoned)

    def in_flight(self) -> CaptureQuerySet:
        return self._in_state(*Capture.IN_FLIGHT)

    def queued(self) -> CaptureQuerySet:
        return self.in_flight().filter(state=Capture.State.QUEUED)

    def fetching(self) -> CaptureQuerySet:
        return self.filter(state=Capture.State.FETCHING)

    def _in_state(self, *states: str) -> CaptureQuerySet:
        """Those in one of these states, said just as the partial indexes say it."""
        return self.filter(state__in=[Written(str(state)) for state in states])

    def asker_of(self, pk: int) -> User | None:
        """Who asked for a copy, for the trail of what workers do with it; None for the watch and the command line."""
        return next((one.requested_by for one in self.select_related("requested_by").filter(pk=pk)), None)

    def for_browser(self) -> CaptureQuerySet:
        """Those that are to be drawn: they are left to workers that have a browser."""
        return self.filter(wants_browser=True)

    def for_any_worker(self) -> CaptureQuerySet:
        """Those that are not to be drawn."""
        return self.filter(wants_browser=False)

    def for_fetching(self, now: datetime) -> CaptureQuerySet:
        """Those that any worker may take: not to be drawn, or nobody with a browser came for them for too long.

        A page may be gone tomorrow. It is kept without a drawing rather than not at all.
        """
        since = now - timedelta(seconds=settings.ARCHIVE_BROWSER_WAIT_SECONDS)
        left = models.Q(state=Capture.State.QUEUED, next_attempt_at__lt=since)
        abandoned = models.Q(state=Capture.State.FETCHING, lease_until__lt=since)
        return self.filter(models.Q(wants_browser=False) | left | abandoned)

    def with_what_a_worker_needs(self) -> CaptureQuerySet:
        """The columns that taking a capture and settling it read: half the time of all of them."""
        return self.select_related("page__host", "requested_by").only(*A_WORKER_NEEDS).order_by()

    def in_fair_turns(self, at_once: int) -> models.QuerySet[Any, int]:
        """Numbers of rows, the longest waiting first, of each host no more than can run: one can't crowd out all."""
        place = models.Window(RowNumber(), partition_by=[models.F("page__host")], order_by="next_attempt_at")
        return (
            self.alias(place=place).filter(place__lte=at_once).order_by("next_attempt_at").values_list("pk", flat=True)
        )

    def unread(self, now: datetime) -> CaptureQuerySet:
        """Stored copies whose text nobody has read and nobody is reading."""
        free = models.Q(read_lease_until__isnull=True) | models.Q(read_lease_until__lt=now)
        return self.stored().filter(free, read_at__isnull=True)

    def stored(self) -> CaptureQuerySet:
        """Copies that hold the page, with everything that belongs to it or without."""
        return self._in_state(*Capture.HELD)

    def comparable(self) -> CaptureQuerySet:
        """What the watch can hold against another copy: sent by the site itself, stored and read."""
        return self.stored().filter(read_at__isnull=False).exclude(method=Capture.Method.UPLOADED)

    def newest_of(self, pages: list[int]) -> models.QuerySet[Any, int]:
        """The number of the newest of these of each page."""
        grouped = self.order_by().filter(page__in=pages).values("page")
        return grouped.annotate(newest=models.Max("pk")).order_by("newest").values_list("newest", flat=True)

    def needing_a_person(self) -> CaptureQuerySet:
        """What the machine gave up on: failed, nobody has let it go, and nothing newer of its page.

        What nobody asked for waits for nobody: the watch goes there again by itself.
        """
        newer = Capture.objects.filter(page=models.OuterRef("page"), pk__gt=models.OuterRef("pk")).exclude(
            by_watch=True, state__in=Capture.NOT_HAD
        )
        # NOT EXISTS would say the same, and PostgreSQL makes a join with all captures of it.
        given_up = self.given_up().filter(by_watch=False).alias(newer=models.Subquery(newer.values("pk")[:1]))
        return given_up.filter(newer__isnull=True)

    def given_up(self) -> CaptureQuerySet:
        """Failed, and nobody has let it go; there may be a newer copy of its page."""
        return self._in_state(*Capture.NOT_HAD).filter(let_go_at__isnull=True)

    def with_pages(self) -> CaptureQuerySet:
        return self.select_related("page__host", "requested_by")


class Capture(models.Model):
    """A copy of a page: asked for, tried, and then stored or not, with the reason.

    The row is the job. A worker leases it (``lease_token`` is the fencing token, ``attempt`` counts before the work),
    and only the holder of the lease settles it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        FETCHING = "fetching", _("Fetching")
        STORED = "stored", _("Stored")
        PARTIAL = "partial", _("Stored in part")
        FAILED = "failed", _("Failed")
        BLOCKED = "blocked", _("Blocked")

    class Method(models.TextChoices):
        """How the copy came to be."""

        FETCHED = "fetched", _("Fetched")
        RENDERED = "rendered", _("Fetched, and drawn in a browser")
        UPLOADED = "uploaded", _("Uploaded by hand")

    IN_FLIGHT = [State.QUEUED, State.FETCHING]
    HELD = [State.STORED, State.PARTIAL]
    NOT_HAD = [State.FAILED, State.BLOCKED]

    page = models.ForeignKey(Page, models.PROTECT, related_name="captures")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.FETCHED)
    code = models.CharField(
        "failure",
        max_length=30,
        choices=Code.choices,
        blank=True,
        help_text=_("Why there is no copy; of a stored one, what to be careful about."),
    )
    detail = models.CharField(max_length=500, blank=True)
    wants_browser = models.BooleanField(
        "to be drawn",
        default=False,
        help_text=_("Somebody asked, or the desk always does: a browser draws the page too."),
    )
    by_watch = models.BooleanField(default=False, help_text=_("Nobody asked: the watch saw that the page had changed."))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, editable=False)

    attempt = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, editable=False, help_text=_("When the present attempt began."))
    last_attempt = models.PositiveSmallIntegerField(help_text=_("The number of the attempt after which we give up."))
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=12, choices=Phase.choices, blank=True, editable=False)
    progress_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    let_go_at = models.DateTimeField(null=True, help_text=_("When somebody decided to do without this copy."))

    fetched_at = models.DateTimeField(null=True)
    final_url = models.CharField(max_length=2048, blank=True)
    redirects = models.JSONField(default=list, help_text=_("Each hop before the final one: url, status, ip."))
    ip = models.GenericIPAddressField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=200, blank=True)
    body_bytes = models.PositiveBigIntegerField(null=True)
    body_digest = models.CharField("body SHA-256", max_length=64, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    robots = models.CharField(max_length=10, choices=Robots.choices, blank=True)
    requisites = models.PositiveSmallIntegerField(
        default=0, help_text=_("Pictures, styles and the like that were kept.")
    )
    requisites_missing = models.PositiveSmallIntegerField(default=0)
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
            models.Index(fields=["lease_until"], name="capture_fetching", condition=models.Q(state="fetching")),
            models.Index(
                fields=["id"],
                name="capture_unread",
                condition=models.Q(state__in=["stored", "partial"], read_at__isnull=True),
            ),
            models.Index(
                fields=["-id"],
                name="capture_needs_a_person",
                condition=models.Q(state__in=["failed", "blocked"], let_go_at__isnull=True),
            ),
            models.Index(fields=["settled_at"], name="capture_by_day"),
            models.Index(fields=["warc_digest"], name="capture_by_record"),
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
        """Whether the page is in the archive, whole; what belongs to it may be missing."""
        return self.state in self.HELD

    @property
    def by_hand(self) -> bool:
        return self.method == self.Method.UPLOADED

    @property
    def is_drawn(self) -> bool:
        """Whether the record holds what a browser made of the page: screenshot, print and DOM."""
        return self.is_stored and self.method == self.Method.RENDERED

    @property
    def is_moving(self) -> bool:
        """Whether this row will still change by itself soon: in flight, or stored and not read yet."""
        return self.is_in_flight or (self.is_stored and self.read_at is None)

    @property
    def is_waiting_long(self) -> bool:
        """Whether nothing can happen to it for a while: queued for another try that is not due yet."""
        return self.state == self.State.QUEUED and self.next_attempt_at > timezone.now() + timedelta(seconds=5)

    @property
    def shown(self) -> str:
        """What a page shows of this row, in short: when it is another, the row is to be drawn anew."""
        return f"{self.state}.{self.attempt}.{self.phase}.{self.progress_bytes}.{int(self.is_waiting_long)}"

    def is_due(self, now: datetime) -> bool:
        """Whether a worker may take this row now: what `due` asks of all rows."""
        if self.state == self.State.QUEUED:
            return self.next_attempt_at <= now
        return self.state == self.State.FETCHING and self.lease_until is not None and self.lease_until < now

    def is_due_for(self, now: datetime, *, with_browser: bool) -> bool:
        """Whether this worker may take it now: what `for_browser` and `for_fetching` ask of rows that are due."""
        if with_browser:
            return self.wants_browser and self.is_due(now)
        waited = timedelta(seconds=settings.ARCHIVE_BROWSER_WAIT_SECONDS) if self.wants_browser else timedelta()
        return self.is_due(now) and self.is_due(now - waited)

    @property
    def failure(self) -> str:
        """Why the last attempt failed, as a sentence; empty if it did not."""
        return str(Code(self.code).label) if self.code and not self.is_stored else ""

    @property
    @plainly
    def recorded_failure(self) -> str:
        """The same, as the trail keeps it."""
        return self.failure

    @property
    def caution(self) -> str:
        """What to be careful about with this stored copy, as a sentence; empty if nothing is known."""
        return str(Code(self.code).label) if self.code and self.is_stored else ""

    @property
    def hint(self) -> str:
        """What somebody can do about it."""
        if not self.code:
            return ""
        if self.state == self.State.FAILED and Code(self.code) in RETRYABLE:
            return str(GIVEN_UP)
        return str(HINTS.get(Code(self.code), ""))

    @property
    def warc_name(self) -> str:
        """Where the record lies in the archive's storage, by its own digest."""
        return record_name(self.warc_digest)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Reads of what was tried."""

    def ended(self) -> AttemptQuerySet:
        """Tries that are over: their record, if they have one, is there to stay."""
        return self.filter(ended_at__isnull=False)

    def failed(self) -> AttemptQuerySet:
        """Tries that brought no copy. Written as its index is."""
        return self.filter(code__gt="", ended_at__isnull=False)


class Attempt(models.Model):
    """One try at a capture, kept whatever came of it: written down before anything is stored, or when it ends.

    The record is the one that was stored; of an attempt that failed, what the site answered instead of the page.
    """

    capture = models.ForeignKey(Capture, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    code = models.CharField("failure", max_length=30, choices=Code.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    warc_digest = models.CharField("record SHA-256", max_length=64, blank=True)
    warc_bytes = models.PositiveBigIntegerField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["warc_digest"], name="attempt_by_record", condition=~models.Q(warc_digest="")),
            models.Index(fields=["ended_at"], name="attempt_failed_by_day", condition=models.Q(code__gt="")),
        ]
        constraints = [models.UniqueConstraint(fields=["capture", "number"], name="attempt_is_counted_once")]

    def __str__(self) -> str:
        return f"attempt {self.number}"


def record_name(digest: str) -> str:
    """Where the record with this SHA-256 lies in the archive's storage."""
    return f"sha256/{digest[:2]}/{digest[2:4]}/{digest}.warc.gz"


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
        **({"method": capture.method} if capture.method != Capture.Method.FETCHED else {}),
    }
