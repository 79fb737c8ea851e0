"""The tree over the whole trail (RFC 6962), what waits to be put into it, and its signed sizes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from apps.audit.models.entries import Entry


class Log(models.Model):
    """The row that a sealer locks, so that no two grow the tree at once. ``origin`` names the log for good."""

    origin = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_log")]

    def __str__(self) -> str:
        return self.origin


class Pending(models.Model):
    """An entry that is not in the tree yet. A trigger writes it with the entry; a sealer takes it away with a leaf."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="pending")

    class Meta:
        verbose_name_plural = "pending"

    def __str__(self) -> str:
        return f"entry {self.entry_id} waits for its seal"


class Leaf(models.Model):
    """Where an entry is in the tree. ``hash`` is SHA-256(0x00 || body), in hex."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="leaf")
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Node(models.Model):
    """The hash of a complete subtree of 2^level leaves, kept for every eighth level."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="node_is_there_once")]

    def __str__(self) -> str:
        return f"node {self.index} of level {self.level}"


class Checkpoint(models.Model):
    """The signed root of the tree at one size (a C2SP checkpoint). Only its anchoring is written later."""

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    anchored_at = models.DateTimeField(null=True, editable=False)
    stamp = models.BinaryField(null=True, editable=False)
    stamped_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-size"]
        indexes = [
            models.Index(fields=["size"], name="checkpoint_not_anchored", condition=models.Q(anchored_at__isnull=True))
        ]
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=1), name="checkpoint_seals_something")]

    def __str__(self) -> str:
        return f"checkpoint of {self.size} entries"
