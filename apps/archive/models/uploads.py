"""Files that somebody brought by hand: where the archive could not fetch the page itself, and where there is none."""

from __future__ import annotations

from django.db import models
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
