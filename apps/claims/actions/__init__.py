"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.attributions import (
    attribute,
    attribute_by_name,
    confirm_attribution,
    hear_of,
    reject_attribution,
    rule_apart,
    withdraw_attribution,
    withdraw_ruling,
)
from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim
from apps.claims.actions.decisions import corroborate, dispute, reopen
from apps.claims.actions.stories import edit_story, open_story

__all__ = [
    "adopt_copy",
    "assign",
    "attribute",
    "attribute_by_name",
    "change_stage",
    "cite",
    "confirm_attribution",
    "correct_source",
    "corroborate",
    "dispute",
    "edit_claim",
    "edit_story",
    "hear_of",
    "open_claim",
    "open_story",
    "reconsider",
    "reject_attribution",
    "reopen",
    "rule_apart",
    "withdraw_attribution",
    "withdraw_citation",
    "withdraw_ruling",
]
