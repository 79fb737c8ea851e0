"""What is found by its words, and what is still to be read for that.

The tables of words are the databases' own: on PostgreSQL a `tsvector` under a GIN index, on SQLite FTS5. Both know a
row by the number of what it is about. What is in them is made from the desk's rows, and can be made anew at any time.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What can be found."""

    CLAIM = "claim", _("Claims")
    SOURCE = "source", _("Sources")
    TEXT = "text", _("Archived text")


class StaleQuerySet(models.QuerySet["Stale"]):
    def of(self, kind: Kind) -> models.QuerySet[Stale, int]:
        """The numbers of what has changed since it was read, the newest first."""
        return self.filter(kind=kind).order_by("-subject").values_list("subject", flat=True).distinct()


class Stale(models.Model):
    """Something was written that search has not read. Put in by a trigger, in the transaction that wrote it.

    A change is a row of its own, so that who notes one waits for nobody, and who has read the one before misses none.
    """

    kind = models.CharField(max_length=6, choices=Kind)
    subject = models.BigIntegerField()

    objects = StaleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "-subject"], name="stale_by_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Words(models.Model):
    """The words of one thing."""

    rowid = models.BigIntegerField(primary_key=True)

    class Meta:
        abstract = True
        ordering = ["-rowid"]

    def __str__(self) -> str:
        return f"words of {self.rowid}"


class ClaimWords(Words):
    class Meta(Words.Meta):
        verbose_name_plural = "words of claims"


class SourceWords(Words):
    class Meta(Words.Meta):
        verbose_name_plural = "words of sources"


class TextWords(Words):
    class Meta(Words.Meta):
        verbose_name_plural = "words of archived texts"


TABLES = {Kind.CLAIM: ClaimWords, Kind.SOURCE: SourceWords, Kind.TEXT: TextWords}
