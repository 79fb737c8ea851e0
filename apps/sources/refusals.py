"""Why an action would not do what was asked. Each message is for the person who asked."""

from __future__ import annotations


class Refusal(Exception):
    """The desk's rules forbid this here. ``sentences`` say why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class AlreadyAttributed(Refusal):
    """The desk knows of this attribution already."""


class ReasonMissing(Refusal):
    """Whoever attributes or answers says why: somebody will ask for it."""
