"""What lies in the record of each copy."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.archive.models.captures import Capture


class Contents(models.Model):
    """What lies in a capture's record: an index of it in CDXJ, one line a record, and what could not be had."""

    capture = models.OneToOneField(Capture, models.PROTECT, related_name="contents", primary_key=True)
    cdxj = models.TextField("index")
    missing = models.JSONField(default=list, help_text=_("What belongs to the page and is not there: url and code."))

    class Meta:
        verbose_name_plural = "contents"

    def __str__(self) -> str:
        return f"contents of capture {self.capture_id}"
