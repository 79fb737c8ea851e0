"""Saying something about a claim, saying it otherwise, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import NotAllowed, require
from apps.audit.verbs import Verb
from apps.audit.versioned import begin, lock, write
from apps.claims.models import Claim
from apps.claims.refusals import Refusal
from apps.teamwork.mentions import called
from apps.teamwork.models import Comment, Mention
from apps.teamwork.watchers import begin_to_watch


class NotYours(NotAllowed):
    """A comment is its author's. The text is fit to be shown."""


def post_comment(claim: Claim, text: str, *, by: User, submission: UUID | None = None) -> Comment:
    """Say something about a claim; whom it calls by @user-name is told. Who says it watches the claim from now on.

    One ``submission`` is one comment, however often it is sent.
    """
    require(by, Capability.COMMENT)
    if not text.strip():
        raise Refusal(_("Write something first."))
    try:
        with transaction.atomic():
            comment = Comment.objects.create(claim=claim, author=by, text=text, submission=submission)
            begin(
                comment,
                Verb.COMMENT_POSTED,
                by=by,
                target=claim.statement,
                after={"claim": claim.pk, "text": text, "mentions": _mention(comment)},
            )
            begin_to_watch(claim, by, comment.at)
    except IntegrityError:
        known = Comment.objects.filter(submission=submission, author=by, claim=claim).first()
        if submission is None or known is None:
            raise
        return known
    return comment


def edit_comment(comment: Comment, text: str, *, by: User, expected_version: int) -> Comment:
    """Say it otherwise: what it said before stays in the trail. Raises ChangedMeanwhile, NotYours, Refusal."""
    require(by, Capability.COMMENT)
    with transaction.atomic():
        comment = _own(lock(comment, expected_version), by)
        if not text.strip():
            raise Refusal(_("Write something, or withdraw the comment."))
        if text == comment.text:
            return comment
        before, comment.text, comment.edited_at = comment.text, text, timezone.now()
        write(
            comment,
            Verb.COMMENT_EDITED,
            by=by,
            fields=["text", "edited_at"],
            target=comment.claim.statement,
            before={"text": before},
            after={"claim": comment.claim_id, "text": text, "mentions": _mention(comment)},
        )
    return comment


def withdraw_comment(comment: Comment, *, by: User, expected_version: int) -> Comment:
    """Take it back: nobody is shown what it said; the trail keeps it. Raises ChangedMeanwhile, NotYours, Refusal."""
    require(by, Capability.COMMENT)
    with transaction.atomic():
        comment = _own(lock(comment, expected_version), by)
        comment.withdrawn_at = timezone.now()
        write(
            comment,
            Verb.COMMENT_WITHDRAWN,
            by=by,
            fields=["withdrawn_at"],
            target=comment.claim.statement,
            before={"claim": comment.claim_id},
        )
    return comment


def _own(comment: Comment, by: User) -> Comment:
    if comment.author_id != by.pk:
        raise NotYours(gettext_lazy("Only %(name)s may change this comment."), name=comment.author)
    if comment.withdrawn_at:
        raise Refusal(_("This comment is withdrawn already."))
    return comment


def _mention(comment: Comment) -> str:
    """Keep whom the comment calls, and say their names. Who was called once stays: they have been told."""
    people, _ = called(comment.text)
    Mention.objects.bulk_create([Mention(comment=comment, person=person) for person in people], ignore_conflicts=True)
    return ", ".join(str(person) for person in people)
