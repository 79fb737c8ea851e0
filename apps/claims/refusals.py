"""Why an action would not do what was asked. Each message is for the person who asked."""

from __future__ import annotations


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


class WordsNotThere(Refusal):
    """The words are not in the stored copy."""


class ReasonMissing(Refusal):
    """Every move and every withdrawal needs a reason."""


class Decided(Refusal):
    """The claim has a verdict in these words: reopen it before they change."""
