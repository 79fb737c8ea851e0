"""What is cited, who says it, and where their information comes from."""

from apps.sources.models.attributions import Attribution, AttributionQuerySet
from apps.sources.models.confidential import ConfidentialSource, CouldNotKeep, Hidden
from apps.sources.models.parties import Party, PartyQuerySet
from apps.sources.models.sources import Source, SourceQuerySet

__all__ = [
    "Attribution",
    "AttributionQuerySet",
    "ConfidentialSource",
    "CouldNotKeep",
    "Hidden",
    "Party",
    "PartyQuerySet",
    "Source",
    "SourceQuerySet",
]
