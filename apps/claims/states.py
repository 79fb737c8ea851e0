"""The verdicts, the stages of work, and which moves there are."""

from django.db import models


class State(models.TextChoices):
    """The verdict. Nothing else is a state."""

    UNVERIFIED = "unverified", "Unverified"
    CORROBORATED = "corroborated", "Corroborated"
    DISPUTED = "disputed", "Disputed"


class Stage(models.TextChoices):
    """Where a claim is in the desk's work."""

    INBOX = "inbox", "Inbox"
    IN_PROGRESS = "in_progress", "In progress"
    IN_REVIEW = "in_review", "In review"
    SETTLED = "settled", "Settled"


class Stance(models.TextChoices):
    """What a citation does for a claim."""

    SUPPORTS = "supports", "Supports"
    DISPUTES = "disputes", "Disputes"
    CONTEXT = "context", "Context"


class QuotedVerb(models.TextChoices):
    """What the party that a citation quotes does with the claim."""

    SAYS = "says", "says"
    CONFIRMS = "confirms", "confirms"
    DENIES = "denies", "denies"
    DECLINES = "declines_to_comment", "declines to comment"
    COULD_NOT_VERIFY = "could_not_verify", "could not independently verify"


MOVES: dict[State, tuple[State, ...]] = {
    State.UNVERIFIED: (State.CORROBORATED, State.DISPUTED),
    State.CORROBORATED: (State.DISPUTED, State.UNVERIFIED),
    State.DISPUTED: (State.CORROBORATED, State.UNVERIFIED),
}
