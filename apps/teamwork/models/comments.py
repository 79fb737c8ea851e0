"""What colleagues say to each other about a claim. It is no evidence and moves nothing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.audit.versioned import Versioned
from apps.claims.models import Claim


class CommentQuerySet(models.QuerySet["Comment"]):
    def told(self) -> CommentQuerySet:
        return self.select_related("author", "claim")


class Comment(Versioned):
    """One remark. Its earlier wordings stand in the trail; withdrawn, it is shown to nobody and stays on record.

    ``submission`` is the form that it was typed into: the same form sent twice is one comment.
    """

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    submission = models.UUIDField(null=True, editable=False, unique=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["claim", "id"], name="comments_of_a_claim")]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="a_comment_says_something")]

    def __str__(self) -> str:
        return f"{self.author} on “{self.claim}”"


class Mention(models.Model):
    """Somebody whom a comment names, as @user-name."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="a_comment_mentions_somebody_once")]

    def __str__(self) -> str:
        return f"@{self.person}"
