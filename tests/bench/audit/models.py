"""Rows as wide as a story: without a trail, and with those of others where they are installed."""

import os

from django.conf import settings
from django.db import models
from django.utils import timezone


class Row(models.Model):
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Plain(Row):
    """No trail."""


class Flat(models.Model):
    """A trail of plain rows."""

    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=40, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    target = models.CharField(max_length=500)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.verb


class Audited(Row):
    """django-auditlog's."""


class Historic(Row):
    """django-simple-history's."""

    if os.environ.get("BENCH_PEERS"):
        from simple_history.models import HistoricalRecords

        history = HistoricalRecords()


if os.environ.get("BENCH_PEERS"):
    from auditlog.registry import auditlog

    auditlog.register(Audited)
