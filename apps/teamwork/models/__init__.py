"""Rows of people working together: what they say to each other, what they are told, and who is here."""

from apps.teamwork.models.comments import Comment, Mention
from apps.teamwork.models.mail import Delivery
from apps.teamwork.models.notices import Notice, Position
from apps.teamwork.models.people import PRESENT, Preference, Presence, Watcher
from apps.teamwork.models.reminders import Reminder

__all__ = [
    "PRESENT",
    "Comment",
    "Delivery",
    "Mention",
    "Notice",
    "Position",
    "Preference",
    "Presence",
    "Reminder",
    "Watcher",
]
