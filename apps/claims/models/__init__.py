"""What the newsroom works on."""

from apps.claims.models.claims import (
    COUNTED_TO,
    Citation,
    CitationQuerySet,
    Claim,
    ClaimQuerySet,
    Story,
    StoryQuerySet,
)
from apps.claims.models.decisions import Decision, MoveRequest, MoveRequestQuerySet
from apps.claims.models.figures import Figure, FigureQuerySet, Measure
from apps.claims.models.policies import Policy, PolicyQuerySet
from apps.claims.models.quotes import TextQuote, TextQuoteQuerySet
from apps.claims.models.rulings import Ruling, RulingQuerySet

__all__ = [
    "COUNTED_TO",
    "Citation",
    "CitationQuerySet",
    "Claim",
    "ClaimQuerySet",
    "Decision",
    "Figure",
    "FigureQuerySet",
    "Measure",
    "MoveRequest",
    "MoveRequestQuerySet",
    "Policy",
    "PolicyQuerySet",
    "Ruling",
    "RulingQuerySet",
    "Story",
    "StoryQuerySet",
    "TextQuote",
    "TextQuoteQuerySet",
]
