"""What is cited, who says it, and where their information comes from."""

from apps.sources.models.attributions import Attribution, AttributionQuerySet
from apps.sources.models.confidential import ConfidentialSource, CouldNotKeep, Hidden
from apps.sources.models.fingerprints import Fingerprint, Sifting, SiftingQuerySet
from apps.sources.models.grades import Graded, Reliability
from apps.sources.models.interviews import Interview
from apps.sources.models.parties import Agency, AgencyQuerySet, Party, PartyQuerySet
from apps.sources.models.sources import Source, SourceQuerySet

__all__ = [
    "Agency",
    "AgencyQuerySet",
    "Attribution",
    "AttributionQuerySet",
    "ConfidentialSource",
    "CouldNotKeep",
    "Fingerprint",
    "Graded",
    "Hidden",
    "Interview",
    "Party",
    "PartyQuerySet",
    "Reliability",
    "Sifting",
    "SiftingQuerySet",
    "Source",
    "SourceQuerySet",
]
