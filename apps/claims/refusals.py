"""Why an action would not do what was asked. Each message is for the person who asked."""

from __future__ import annotations

from apps.sources.refusals import ReasonMissing, Refusal

__all__ = ["AlreadyCited", "Decided", "NoSuchMove", "NotEnoughEvidence", "ReasonMissing", "Refusal"]


class NoSuchMove(Refusal):
    """There is no move from the claim's state to the one asked for."""


class NotEnoughEvidence(Refusal):
    """The policy says that something is missing."""


class AlreadyCited(Refusal):
    """The claim has a live citation of this source."""


class KeptConfidential(Refusal):
    """The file is a confidential source of whoever would cite it for everybody to see."""


class WordsNotThere(Refusal):
    """The words are not in the stored copy."""


class Impossible(Refusal):
    """What was said in one field can't be, beside what else is known. ``field`` names it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Decided(Refusal):
    """The claim has a verdict in these words: reopen it before they change."""


class RuleIsMet(Refusal):
    """There is nothing to override."""


class AlreadyAsked(Refusal):
    """Another request for a move of this claim waits."""


class Answered(Refusal):
    """The request was signed, refused, withdrawn or void before."""


class SecondPersonNeeded(Refusal):
    """Nobody answers what they asked for themselves."""


class RequestVoid(Refusal):
    """The evidence is not what was asked about. ``sentences`` say what changed."""
