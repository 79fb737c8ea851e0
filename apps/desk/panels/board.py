"""The board: claims by state, the last changed of each. Nobody moves a card: a state is the evidence's to give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.claims.models import Claim
from apps.claims.states import State

CARDS = 20


@dataclass(frozen=True)
class Column:
    """One state, its last changed claims, and whether there are more."""

    state: State
    claims: list[Claim]
    goes_on: bool


def columns(claims: Any, states: Sequence[State]) -> list[Column]:
    """A column for each of these states, of claims as the filters leave them; a query each."""
    found = []
    for state in states:
        rows = list(claims.filter(state=state).for_queue().order_by("-changed_at", "-id")[: CARDS + 1])
        found.append(Column(state, rows[:CARDS], len(rows) > CARDS))
    return found
