"""The closed lists of what people are told, how, and when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Why somebody is told of something."""

    ASSIGNED = "assigned", _("Assigned to you")
    SIGN = "sign", _("Awaits a signature")
    ANSWERED = "answered", _("Your request was answered")
    MENTIONED = "mentioned", _("You were mentioned")
    DUE = "due", _("Due time")
    LATE = "late", _("Overdue")
    VERDICT = "verdict", _("Verdict changed")
    DISPUTED = "disputed", _("Disputed")
    FLAGGED = "flagged", _("Flagged")
    COMMENTED = "commented", _("Comment")


# What asks something of one person. All others are news of claims that they watch.
OWN = frozenset([Kind.ASSIGNED, Kind.SIGN, Kind.ANSWERED, Kind.MENTIONED, Kind.DUE, Kind.LATE])


class Scope(models.TextChoices):
    """What is told on the desk's own pages."""

    EVERYTHING = "everything", _("Everything on claims that I watch")
    OWN = "own", _("Only what asks something of me")


class Pace(models.TextChoices):
    """When the same is sent by e-mail."""

    NEVER = "never", _("No e-mail")
    AT_ONCE = "at_once", _("At once")
    HOURLY = "hourly", _("Once an hour, when there is news")
    DAILY = "daily", _("Once a day, when there is news")


class NotSent(models.TextChoices):
    """Why a mail has not gone out. Its row keeps the sentence as it stands here, and the server's own words in it."""

    LEFT = "left", _("Whom it is for has left the desk, or has no e-mail address.")
    SILENT = "silent", _("The mail server did not answer in time, again and again.")
    ANSWERED = "answered", _("The mail server said: %(words)s")


class Step(models.TextChoices):
    """How far the desk has gone in reminding of one due time."""

    SOON = "soon", _("due soon")
    NOW = "now", _("due now")
    LATE = "late", _("overdue, and editors were told")
