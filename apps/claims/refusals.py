"""Why an action would not do what was asked. Each message is for the person who asked."""

from __future__ import annotations

from apps.audit.models import Entry
from apps.claims.models import Claim


class Refusal(Exception):
    """The desk's rules forbid this here. ``sentences`` say why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class NoSuchMove(Refusal):
    """There is no move from the claim's state to the one asked for."""


class NotEnoughEvidence(Refusal):
    """The policy says that something is missing."""


class AlreadyCited(Refusal):
    """The claim has a live citation of this source."""


class ReasonMissing(Refusal):
    """Every move and every withdrawal needs a reason."""


class ChangedMeanwhile(Refusal):
    """Somebody changed the claim after this person last saw it. ``entries`` tell what happened, oldest first."""

    def __init__(self, claim: Claim, entries: list[Entry]) -> None:
        super().__init__("Somebody changed this claim while you were at it. Nothing of yours was saved yet.")
        self.claim = claim
        self.entries = entries
