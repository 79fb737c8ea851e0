"""The watch: which pages are looked at again, every look, and what has changed since the copy that we rest on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Code
from apps.archive.models.captures import Capture
from apps.archive.models.pages import Page
from apps.audit.wording import plainly


class WatchQuerySet(models.QuerySet["Watch"]):
    """Reads of the watch."""

    def kept(self) -> WatchQuerySet:
        """Watches that nobody has ended."""
        return self.filter(ended_at__isnull=True)

    def due(self, now: datetime) -> WatchQuerySet:
        """Pages to be looked at now, that nobody is looking at. Before there is a first copy nothing is looked for."""
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.kept().filter(free, compared__isnull=False, next_look_at__lte=now)

    def one_of_each_host(self) -> models.QuerySet[Any, int]:
        """Numbers of pages, the longest due first, of each host the one that has waited longest."""
        place = models.Window(RowNumber(), partition_by=[models.F("page__host")], order_by="next_look_at")
        return self.alias(place=place).filter(place=1).order_by("next_look_at").values_list("pk", flat=True)

    def behind(self) -> WatchQuerySet:
        """Watches of pages with a copy that has been read and was not compared yet."""
        newer = Capture.objects.comparable().filter(
            page=models.OuterRef("pk"), pk__gt=Coalesce(models.OuterRef("compared"), 0)
        )
        return self.kept().filter(models.Exists(newer))


class Watch(models.Model):
    """One cited page, looked at again and again, at first soon and then less and less often."""

    class Standing(models.TextChoices):
        """How the page stood when it was last looked at."""

        THERE = "there", _("The page is there")
        MOVED = "moved", _("The page has moved")
        GONE = "gone", _("The page is gone")
        UNREACHED = "unreached", _("The page could not be reached")

    page = models.OneToOneField(Page, models.PROTECT, related_name="watch", primary_key=True)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text=_("When nothing that counts cited the page any more."))
    rung = models.PositiveSmallIntegerField(default=0, help_text=_("Which of the widening pauses comes next."))
    next_look_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    baseline = models.ForeignKey(
        Capture, models.PROTECT, null=True, related_name="+", help_text=_("The copy that the page is compared with.")
    )
    compared = models.ForeignKey(
        Capture,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The newest copy that was compared with the baseline, whether it took its place or not."),
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

    @property
    def is_kept(self) -> bool:
        return self.ended_at is None


class LookQuerySet(models.QuerySet["Look"]):
    """Reads of what was seen."""

    def ended(self) -> LookQuerySet:
        """Looks that are over. One that isn't was written down because its record is about to be stored."""
        return self.exclude(outcome="")


class Look(models.Model):
    """One look at a watched page, kept whatever came of it.

    The record, if there is one, says that nothing has changed (a revisit), or is what came instead of the page.
    """

    class Outcome(models.TextChoices):
        UNCHANGED = "unchanged", _("Nothing has changed")
        SAME_TEXT = "same_text", _("The page was made anew, its text is the same")
        CHANGED = "changed", _("The text has changed")
        MOVED = "moved", _("The page has moved")
        GONE = "gone", _("The page is gone")
        WALLED = "walled", _("The site would not show the page")
        FAILED = "failed", _("The page could not be reached")

    page = models.ForeignKey(Page, models.PROTECT, related_name="looks")
    baseline = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="looks")
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, blank=True, help_text=_("Empty while the look is under way.")
    )
    code = models.CharField("failure", max_length=30, choices=Code.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    final_url = models.CharField(max_length=2048, blank=True)
    warc_digest = models.CharField("record SHA-256", max_length=64, blank=True)
    warc_bytes = models.PositiveBigIntegerField(null=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["page", "-id"], name="look_by_page"),
            models.Index(fields=["at"], name="look_by_day"),
            models.Index(fields=["warc_digest"], name="look_by_record"),
            models.Index(fields=["page"], name="look_under_way", condition=models.Q(outcome="")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    outcome__in=["", "unchanged", "same_text", "changed", "moved", "gone", "walled", "failed"]
                ),
                name="look_outcome_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display() or gettext('Under way')} ({self.at:%Y-%m-%d %H:%M})"


class PassageQuerySet(models.QuerySet["Passage"]):
    """Reads of what is relied on."""

    def relied_on(self) -> PassageQuerySet:
        """Words that somebody relies on now."""
        return self.filter(ended_at__isnull=True)


class Passage(models.Model):
    """Words on a page that somebody relies on. The watch says when they can't be found any more.

    Kept as a text-quote selector (W3C Web Annotation Data Model, 4.2.4): the words, and a little before and after.
    """

    page = models.ForeignKey(Page, models.PROTECT, related_name="passages")
    exact = models.TextField()
    prefix = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the exact words."))
    registered_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text=_("When nobody relied on these words any more."))
    found_in = models.ForeignKey(
        Capture, models.PROTECT, null=True, related_name="+", help_text=_("The newest copy that has these words.")
    )
    missing_since = models.DateTimeField(null=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "digest"], name="passage_is_registered_once")]

    def __str__(self) -> str:
        return self.exact[:80]


class DriftQuerySet(models.QuerySet["Drift"]):
    """Reads of what was found."""

    def told(self) -> DriftQuerySet:
        """With everything that their sentences need, newest first."""
        return self.select_related("page__source", "before", "after").prefetch_related("passages").order_by("-id")

    def untaken(self) -> DriftQuerySet:
        """Findings that whoever rests on the page has not taken up, oldest first."""
        return self.filter(taken_up_at__isnull=True).order_by("id")

    def take_up(self, pk: int) -> bool:
        """Whether this finding was still there to take up; of many who ask at once, one is told so."""
        return self.untaken().filter(pk=pk).order_by().update(taken_up_at=timezone.now()) == 1


class Drift(models.Model):
    """One finding of the watch: what is otherwise at a page since the copy that was relied on."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("The text has changed")
        QUOTE_GONE = "quote_gone", _("A cited passage is gone")
        QUOTE_BACK = "quote_back", _("A cited passage is back")
        MOVED = "moved", _("The page has moved")
        GONE = "gone", _("The page is gone")
        BACK = "back", _("The page is back")

    page = models.ForeignKey(Page, models.PROTECT, related_name="drifts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    found_at = models.DateTimeField(default=timezone.now)
    before = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Capture, models.PROTECT, null=True, related_name="drifts")
    look = models.ForeignKey(Look, models.PROTECT, null=True, related_name="drifts")
    share = models.FloatField(null=True, help_text=_("How much of the text is not as it was, from 0 to 1."))
    passages = models.ManyToManyField(Passage, related_name="drifts", blank=True)
    detail = models.CharField(max_length=500, blank=True)
    taken_up_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When whoever rests on the page had heard of it.")
    )

    objects = DriftQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["page", "-id"], name="drift_by_page"),
            models.Index(fields=["id"], name="drift_untaken", condition=models.Q(taken_up_at__isnull=True)),
        ]
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

    @property
    @plainly
    def sentence(self) -> str:
        """What was found, as a person says it and as the trail keeps it."""
        if self.kind == self.Kind.CHANGED:
            changed = f"{in_per_cent(self.share)} of the text has changed" if self.share else "The page has changed"
            return f"{changed}. {self.detail}".strip() if self.detail else f"{changed}."
        if self.kind in (self.Kind.QUOTE_GONE, self.Kind.QUOTE_BACK):
            quoted = ", ".join(f"“{passage}”" for passage in self.passages.all())
            return f"{self.get_kind_display()}: {quoted}. {self.detail}".strip()
        if self.kind == self.Kind.MOVED:
            return f"The page has moved to {self.detail}"
        return f"{self.get_kind_display()}. {self.detail}".strip()

    def is_news_to(self, capture: Capture) -> bool:
        """Whether it was found after this copy was made: somebody who rests on the copy has not seen it."""
        return self.after_id > capture.pk if self.after_id else self.found_at > capture.requested_at


def in_per_cent(share: float) -> str:
    """A share of a text as a person says it: what has changed is never called nothing, nor almost all of it all."""
    if share < 0.01:
        return "Less than 1 %"
    return f"{100 if share == 1 else min(round(share * 100), 99)} %"
