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
from apps.claims.models.rulings import Ruling, RulingQuerySet

__all__ = [
    "COUNTED_TO",
    "Citation",
    "CitationQuerySet",
    "Claim",
    "ClaimQuerySet",
    "Decision",
    "Ruling",
    "RulingQuerySet",
    "Story",
    "StoryQuerySet",
]
