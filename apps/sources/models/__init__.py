"""What is cited, who says it, and where their information comes from."""

from apps.sources.models.attributions import Attribution, AttributionQuerySet
from apps.sources.models.parties import Party, PartyQuerySet
from apps.sources.models.sources import Source, SourceQuerySet

__all__ = ["Attribution", "AttributionQuerySet", "Party", "PartyQuerySet", "Source", "SourceQuerySet"]
