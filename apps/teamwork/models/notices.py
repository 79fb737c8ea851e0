"""What somebody is told, and how far the trail has been read for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Entry
from apps.claims.models import Claim
from apps.teamwork.codes import Kind, Step
from apps.teamwork.models.comments import Comment
from apps.teamwork.models.mail import Delivery
from apps.teamwork.models.reminders import Reminder

WORDS = 300


class Position(models.Model):
    """The first leaf of the trail that nobody has been told of. The row is locked by whoever tells.

    ``ahead`` is the last entry that was told of before its seal, when seals are late: see ``telling``.
    """

    next_leaf = models.BigIntegerField(default=0)
    ahead = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_position")]

    def __str__(self) -> str:
        return f"told up to leaf {self.next_leaf}"


DUE = {
    Step.SOON: _("The claim is due soon."),
    Step.NOW: _("The claim is due now."),
    Step.LATE: _("The claim is overdue."),
}
ANSWER_DUE = {
    Step.SOON: _("The answer of %(party)s is due soon."),
    Step.NOW: _("The answer of %(party)s is due now."),
    Step.LATE: _("The answer of %(party)s is overdue."),
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    def told(self) -> NoticeQuerySet:
        return self.select_related("claim", "entry", "comment__author", "reminder__reply__party")

    def unseen(self) -> NoticeQuerySet:
        return self.filter(seen_at__isnull=True)

    def to_mail(self) -> NoticeQuerySet:
        """What is to go out by e-mail and is in none yet; what was seen meanwhile needs none."""
        return self.filter(awaits_mail=True, seen_at__isnull=True)


class Notice(models.Model):
    """One thing that one person is told: of a line of the trail, or of a due time. It quotes; it keeps no words."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.PROTECT, null=True, related_name="+")
    reminder = models.ForeignKey(Reminder, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)
    awaits_mail = models.BooleanField(default=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_of_somebody"),
            models.Index(fields=["person", "claim"], name="notices_unseen", condition=models.Q(seen_at__isnull=True)),
            models.Index(fields=["person"], name="notices_to_mail", condition=models.Q(awaits_mail=True)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "entry"], name="somebody_is_told_once_of_a_line"),
            models.UniqueConstraint(fields=["person", "reminder"], name="somebody_is_reminded_once"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="kind_of_notice_is_known"),
            models.CheckConstraint(
                condition=models.Q(entry__isnull=True) ^ models.Q(reminder__isnull=True),
                name="a_notice_is_of_a_line_or_of_a_due_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.sentence}"

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        if self.entry is not None:
            return self.entry.sentence
        if self.reminder is None:
            return ""
        if self.reminder.reply is None:
            return str(DUE[Step(self.reminder.step)])
        return str(ANSWER_DUE[Step(self.reminder.step)] % {"party": self.reminder.reply.party})

    @property
    def words(self) -> str:
        """What the comment says now, cut short; nothing of one that is withdrawn."""
        if self.comment is None or self.comment.withdrawn_at:
            return ""
        text = self.comment.text
        return text if len(text) <= WORDS else f"{text[:WORDS].rstrip()}…"

    @property
    def place(self) -> str:
        """Where on the claim's page it is to be seen."""
        if self.reminder and self.reminder.reply_id:
            return f"#reply-{self.reminder.reply_id}"
        return f"#comment-{self.comment_id}" if self.comment_id else ""
