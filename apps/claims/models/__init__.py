"""What the newsroom works on."""

from apps.claims.models.caveats import Caveat, CaveatQuerySet
from apps.claims.models.claims import (
    COUNTED_TO,
    Citation,
    CitationQuerySet,
    Claim,
    ClaimQuerySet,
)
from apps.claims.models.confidential import Commitment, ConfidentialCitation
from apps.claims.models.decisions import Decision, MoveRequest, MoveRequestQuerySet
from apps.claims.models.figures import Figure, FigureQuerySet, Measure
from apps.claims.models.flags import FARTHEST, Cause, CauseQuerySet, Flag, FlagQuerySet
from apps.claims.models.grades import Credibility
from apps.claims.models.links import ClaimLink, ClaimLinkQuerySet, ClaimTerm
from apps.claims.models.policies import Policy, PolicyQuerySet
from apps.claims.models.quotes import TextQuote, TextQuoteQuerySet
from apps.claims.models.replies import EarlierOutcome, ReplyRequest, ReplyRequestQuerySet
from apps.claims.models.rulings import Ruling, RulingQuerySet
from apps.claims.models.stories import Story, StoryQuerySet
from apps.claims.models.uses import Correction, CorrectionQuerySet, Use, UseQuerySet

__all__ = [
    "COUNTED_TO",
    "FARTHEST",
    "Cause",
    "CauseQuerySet",
    "Caveat",
    "CaveatQuerySet",
    "Citation",
    "CitationQuerySet",
    "Claim",
    "ClaimLink",
    "ClaimLinkQuerySet",
    "ClaimQuerySet",
    "ClaimTerm",
    "Commitment",
    "ConfidentialCitation",
    "Correction",
    "CorrectionQuerySet",
    "Credibility",
    "Decision",
    "EarlierOutcome",
    "Figure",
    "FigureQuerySet",
    "Flag",
    "FlagQuerySet",
    "Measure",
    "MoveRequest",
    "MoveRequestQuerySet",
    "Policy",
    "PolicyQuerySet",
    "ReplyRequest",
    "ReplyRequestQuerySet",
    "Ruling",
    "RulingQuerySet",
    "Story",
    "StoryQuerySet",
    "TextQuote",
    "TextQuoteQuerySet",
    "Use",
    "UseQuerySet",
]
