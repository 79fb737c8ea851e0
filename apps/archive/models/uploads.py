"""Files that somebody brought by hand: where the archive could not fetch the page itself, and where there is none."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Kind
from apps.archive.models.captures import Capture


class Upload(models.Model):
    """The file behind a copy that was uploaded: what it was, and where it is said to come from.

    Who uploaded it and when are the copy's own ``requested_by`` and ``requested_at``. Its address and
    its time are what the file says of itself: nobody has checked them.
    """

    capture = models.OneToOneField(Capture, models.PROTECT, related_name="upload", primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file_name = models.CharField(max_length=200)
    file_bytes = models.PositiveBigIntegerField()
    file_digest = models.CharField("file SHA-256", max_length=64)
    note = models.TextField("where it comes from")
    provided_by = models.CharField(
        max_length=300, blank=True, help_text=_("Who gave the desk a document; empty for the copy of a page.")
    )
    says_url = models.CharField("says it was saved from", max_length=2048, blank=True)
    says_at = models.DateTimeField("says it was saved at", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(note=""), name="an_upload_says_where_it_comes_from"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["html", "mhtml", "pdf", "jpeg", "png", "gif", "webp", "warc", "text"]),
                name="upload_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    """Reads of what is on its way into the store by hand."""

    def expected(self) -> ArrivalQuerySet:
        """Those whose copy may still come to have a row."""
        return self.filter(let_go_at__isnull=True)

    def abandoned(self, before: datetime) -> ArrivalQuerySet:
        """Those that nobody has settled since then: whoever brought them, or was removing them, never came back."""
        removing = models.Q(let_go_at__isnull=True) | models.Q(let_go_at__lt=before)
        return self.filter(removing, at__lt=before).order_by("pk")


class Arrival(models.Model):
    """A record that somebody is bringing, written down before it is stored, and gone once a copy's row holds it.

    What an attempt is to a capture: with it, who is killed between the store and the row leaves nothing that is lost.
    """

    warc_digest = models.CharField("record SHA-256", max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)
    let_go_at = models.DateTimeField(null=True, help_text=_("When somebody began to remove what nobody came back for."))

    objects = ArrivalQuerySet.as_manager()

    def __str__(self) -> str:
        return self.warc_digest
