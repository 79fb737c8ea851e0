"""The closed lists of what people are told, how, and when."""

from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    """Why somebody is told of something."""

    ASSIGNED = "assigned", "Assigned to you"
    SIGN = "sign", "Awaits a signature"
    ANSWERED = "answered", "Your request was answered"
    MENTIONED = "mentioned", "You were mentioned"
    DUE = "due", "Due time"
    LATE = "late", "Overdue"
    VERDICT = "verdict", "Verdict changed"
    DISPUTED = "disputed", "Disputed"
    FLAGGED = "flagged", "Flagged"
    COMMENTED = "commented", "Comment"


# What asks something of one person. All others are news of claims that they watch.
OWN = frozenset([Kind.ASSIGNED, Kind.SIGN, Kind.ANSWERED, Kind.MENTIONED, Kind.DUE, Kind.LATE])


class Scope(models.TextChoices):
    """What is told on the desk's own pages."""

    EVERYTHING = "everything", "Everything on claims that I watch"
    OWN = "own", "Only what asks something of me"


class Pace(models.TextChoices):
    """When the same is sent by e-mail."""

    NEVER = "never", "No e-mail"
    AT_ONCE = "at_once", "At once"
    HOURLY = "hourly", "Once an hour, when there is news"
    DAILY = "daily", "Once a day, when there is news"


class Step(models.TextChoices):
    """How far the desk has gone in reminding of one due time."""

    SOON = "soon", "due soon"
    NOW = "now", "due now"
    LATE = "late", "overdue, and editors were told"
