from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.bodies import OPEN
from apps.audit.context import Channel
from apps.audit.verbs import Verb


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads of the trail."""

    def in_streams(self, streams: Iterable[str]) -> EntryQuerySet:
        """The entries of these streams, newest first."""
        return self.filter(stream__in=list(streams)).newest_first()

    def since(self, stream: str, seq: int) -> EntryQuerySet:
        """What happened in a stream after its entry number ``seq``, oldest first."""
        return self.filter(stream=stream, seq__gt=seq).select_related("actor").order_by("seq")

    def without_machinery(self) -> EntryQuerySet:
        """What people did and what came of it, without the steps in between."""
        return self.exclude(verb__in=Verb.of_machinery())

    def newest_first(self) -> EntryQuerySet:
        return self.select_related("actor").order_by("-at", "-id")

    def on_days(self, first: date | None, last: date | None) -> EntryQuerySet:
        """Entries from the first day to the last, both included, in the desk's time zone."""
        entries = self
        if first:
            entries = entries.filter(at__gte=timezone.make_aware(datetime.combine(first, time.min)))
        if last:
            entries = entries.filter(at__lt=timezone.make_aware(datetime.combine(last, time.min)) + timedelta(days=1))
        return entries


# What stands where words were, once they are erased.
ERASED = "[erased]"

# Streams of what only those named may know of. Their lines name nothing, and only auditors' lists show them.
PRIVATE = "confidential:"


class EntryManager(models.Manager.from_queryset(EntryQuerySet)):  # type: ignore[misc]
    """The lines that everybody on the desk may read."""

    def get_queryset(self) -> Any:
        return super().get_queryset().exclude(stream__startswith=PRIVATE)


class Entry(models.Model):
    """One line of the audit trail: who did what to what, when, through which door, and why.

    Entries are written by ``audit.actions.record`` alone and never change: triggers refuse UPDATE and DELETE, except
    for erasing, which takes words away and leaves a mark. ``stream`` is what the line is about ("claim:42"); ``seq``
    is its number there, where the stream counts its lines. ``body`` is what is hashed, ``hash`` its SHA-256; ``salts``
    open the commitments in it (decision 25). ``behalf`` is the person for whom a worker did it.
    """

    class ActorKind(models.TextChoices):
        PERSON = "person", _("person")
        WORKER = "worker", _("worker")
        COMMAND = "command", _("command")
        MIGRATION = "migration", _("migration")
        NOBODY = "nobody", _("nobody signed in")

    at = models.DateTimeField(default=timezone.now, editable=False)
    verb = models.CharField(max_length=40, help_text=_("One of the closed list in verbs.py, which record() enforces."))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_label = models.CharField(max_length=200)
    behalf = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    behalf_label = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    request_id = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True)
    stream = models.CharField(max_length=60)
    seq = models.PositiveIntegerField(null=True)
    target_label = models.CharField(max_length=500)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    body = models.TextField(default="", editable=False)
    hash = models.CharField(max_length=64, default="", editable=False)
    salts = models.JSONField(default=dict, editable=False)
    erasures = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = EntryManager()
    # For auditors and for what seals the trail: private lines too, which name no source.
    every_line = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["at", "id"], name="entry_in_time"),
            models.Index(fields=["stream", "at", "id", "verb", "channel"], name="entry_of_stream"),
            models.Index(fields=["actor", "at", "id", "verb", "channel"], name="entry_by_actor"),
            models.Index(fields=["verb", "at", "id", "channel"], name="entry_by_verb"),
            models.Index(fields=["channel", "at", "id"], name="entry_by_channel"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "seq"],
                name="entry_seq_is_used_once",
                violation_error_message="This line of the trail has been written already.",
            ),
            models.CheckConstraint(
                condition=models.Q(actor_kind="person", actor__isnull=False)
                | models.Q(actor__isnull=True) & ~models.Q(actor_kind="person"),
                name="entry_person_has_an_actor",
                violation_error_message="An entry of a person names the person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.sentence}"

    @property
    def sentence(self) -> str:
        """What happened, in words: the verb's sentence with this entry's names in it."""
        return Verb(self.verb).label.format(
            actor=self.actor_label,
            target=self.target_label,
            before=_Told(self.before),
            after=_Told(self.after),
        )

    @property
    def is_private(self) -> bool:
        """Whether it is about what only those named on it may know of: then not even its stream is shown."""
        return self.stream.startswith(PRIVATE)

    @property
    def claim_id(self) -> int | None:
        """The claim this line is about, if it is about one."""
        kind, _, key = self.stream.partition(":")
        return int(key) if kind == "claim" else None

    @property
    def door(self) -> str:
        """What its channel is called. ``get_channel_display`` looks at every choice for each line of a page."""
        return str(Channel(self.channel).label)

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Each field that differs: its name, what it was, what it became."""
        names = [*self.before, *(name for name in self.after if name not in self.before)]
        return [
            (name.replace("_", " "), _plain(self.before.get(name)), _plain(self.after.get(name)))
            for name in names
            if name != "changed" and self.before.get(name) != self.after.get(name)
        ]


def _plain(value: Any) -> Any:
    """A word of a closed list as people read it: "in progress"."""
    return value.replace("_", " ") if isinstance(value, str) and value in OPEN else value


class _Told(dict[str, Any]):
    """Values for a sentence: one that an old entry lacks reads as a dash instead of failing the page."""

    def __getitem__(self, name: str) -> Any:
        return _plain(super().__getitem__(name))

    def __missing__(self, key: str) -> str:
        return "—"
