"""The verdicts, the stages of work, and which moves there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The verdict. Nothing else is a state."""

    UNVERIFIED = "unverified", _("Unverified")
    CORROBORATED = "corroborated", _("Corroborated")
    DISPUTED = "disputed", _("Disputed")


class Stage(models.TextChoices):
    """Where a claim is in the desk's work."""

    INBOX = "inbox", _("Inbox")
    IN_PROGRESS = "in_progress", _("In progress")
    IN_REVIEW = "in_review", _("In review")
    SETTLED = "settled", _("Settled")


class Stance(models.TextChoices):
    """What a citation does for a claim."""

    SUPPORTS = "supports", _("Supports")
    DISPUTES = "disputes", _("Disputes")
    CONTEXT = "context", _("Context")


class QuotedVerb(models.TextChoices):
    """What the party that a citation quotes does with the claim."""

    SAYS = "says", _("says")
    CONFIRMS = "confirms", _("confirms")
    DENIES = "denies", _("denies")
    DECLINES = "declines_to_comment", _("declines to comment")
    COULD_NOT_VERIFY = "could_not_verify", _("could not independently verify")


MOVES: dict[State, tuple[State, ...]] = {
    State.UNVERIFIED: (State.CORROBORATED, State.DISPUTED),
    State.CORROBORATED: (State.DISPUTED, State.UNVERIFIED),
    State.DISPUTED: (State.CORROBORATED, State.UNVERIFIED),
}
