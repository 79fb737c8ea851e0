"""Which words stand on which pages: what finds copy that pages share, and which copies have been gone through."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture, Page


class Fingerprint(models.Model):
    """A run of words, as a number, that stands on a page; and the copy in which it was first found there.

    There are a hundred or so to a page. The key is the index that they are looked up by, and there is no other: a
    foreign key's own would double what a capture costs to write. Pages and captures are never deleted.
    """

    # Of one run of words no more pages than this are kept: what stands everywhere tells nothing, and would cost time.
    MOST_PAGES = 32

    pk = models.CompositePrimaryKey("shingle", "page")
    shingle = models.BigIntegerField()
    page = models.ForeignKey(Page, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")
    capture = models.ForeignKey(Capture, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")
    site = models.BigIntegerField(help_text=_("A number for the page's host: what recurs on one host is furniture."))

    def __str__(self) -> str:
        return f"{self.shingle} on page {self.page_id}"


class SiftingQuerySet(models.QuerySet["Sifting"]):
    def waiting(self) -> models.QuerySet[Any, int]:
        """The numbers of the copies that nobody has gone through yet, oldest first."""
        return self.filter(sifted_at__isnull=True).order_by("capture").values_list("capture", flat=True)


class Sifting(models.Model):
    """One copy of a source's page that is to be gone through for where its information comes from, or has been."""

    capture = models.OneToOneField(Capture, models.PROTECT, primary_key=True, related_name="sifting")
    sifted_at = models.DateTimeField(null=True, editable=False)
    fingerprints = models.PositiveIntegerField(default=0, editable=False)

    objects = SiftingQuerySet.as_manager()

    class Meta:
        ordering = ["-capture"]
        indexes = [
            models.Index(fields=["capture"], name="sifting_waits", condition=models.Q(sifted_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"sifting of capture {self.capture_id}"
