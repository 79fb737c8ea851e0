"""Conversations that somebody of the desk had: with whom, how, when, and what was recorded of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.archive.codes import Sound
from apps.archive.models import DOCUMENT
from apps.sources.models.sources import Source


class Interview(models.Model):
    """An interview, a call, an exchange of messages, a press conference attended: what is cited are its notes.

    Written once. Whom it was with is the source's ``outlet``, and stands in the notes themselves, like time and manner:
    what was corrected later can be told from what was kept.
    """

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        TELEPHONE = "telephone", _("by telephone")
        VIDEO = "video", _("by video")
        MESSAGE = "message", _("by mail or message")
        PRESS_CONFERENCE = "press_conference", _("at a press conference")

    source = models.OneToOneField(Source, models.PROTECT, primary_key=True, related_name="interview")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    how = models.CharField(max_length=20, choices=How.choices)
    recording_kind = models.CharField(max_length=5, choices=Sound.choices, blank=True)
    recording_name = models.CharField(max_length=200, blank=True)
    recording_bytes = models.PositiveBigIntegerField(null=True)
    recording_digest = models.CharField(_("recording SHA-256"), max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how__in=["in_person", "telephone", "video", "message", "press_conference"]),
                name="interview_manner_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    recording_kind="", recording_name="", recording_digest="", recording_bytes__isnull=True
                )
                | (
                    models.Q(recording_kind__in=["mp3", "mp4", "ogg", "wav"], recording_bytes__isnull=False)
                    & ~models.Q(recording_digest="")
                ),
                name="a_recording_has_bytes_and_a_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.label}, {self.get_how_display()}"

    @property
    def recording_address(self) -> str:
        """Where the recording lies in the record of the notes; empty when there is none."""
        return f"{DOCUMENT}{self.recording_digest}" if self.recording_digest else ""
