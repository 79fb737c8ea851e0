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
from apps.claims.models.decisions import Decision
from apps.claims.models.figures import Figure, FigureQuerySet, Measure
from apps.claims.models.quotes import TextQuote, TextQuoteQuerySet

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
    "Story",
    "StoryQuerySet",
    "TextQuote",
    "TextQuoteQuerySet",
]
