"""What each person has chosen, which claims they watch, and which they are looking at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone

from apps.claims.models import Claim
from apps.teamwork.codes import Pace, Scope

# A page that is open says so every few seconds; one that has not for so long is closed, or its line is down.
PRESENT = timedelta(seconds=30)


class Watcher(models.Model):
    """Somebody who is told what becomes of a claim. Switched off, it stays off: nothing switches it on but the person.

    They are told what happened ``since``, and of nothing before.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="watchers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "person"], name="a_claim_is_watched_once_by_each")]

    def __str__(self) -> str:
        return f"{self.person} watches “{self.claim}”"


class Preference(models.Model):
    """How somebody wants to be told. Whoever has no row has the defaults: on the desk everything, by e-mail nothing."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="told_by", primary_key=True)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.EVERYTHING)
    pace = models.CharField(max_length=10, choices=Pace.choices, default=Pace.NEVER)
    hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    time_zone = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="scope_of_notices_is_known"),
            models.CheckConstraint(condition=models.Q(pace__in=Pace.values), name="pace_of_mail_is_known"),
            models.CheckConstraint(condition=models.Q(hour__lt=24), name="mail_comes_at_an_hour_of_the_day"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_pace_display()}"


class PresenceQuerySet(models.QuerySet["Presence"]):
    def since(self, moment: datetime) -> PresenceQuerySet:
        return self.filter(seen_at__gt=moment)


class Presence(models.Model):
    """Who had a claim's page open, and when it last said so. It locks nothing."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="presences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="presence_by_time")]
        constraints = [models.UniqueConstraint(fields=["claim", "person"], name="somebody_is_here_once")]

    def __str__(self) -> str:
        return f"{self.person} looks at “{self.claim}”"
