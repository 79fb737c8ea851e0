"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim
from apps.claims.actions.decisions import corroborate, dispute, reopen
from apps.claims.actions.stories import edit_story, open_story

__all__ = [
    "adopt_copy",
    "assign",
    "change_stage",
    "cite",
    "correct_source",
    "corroborate",
    "dispute",
    "edit_claim",
    "edit_story",
    "open_claim",
    "open_story",
    "reconsider",
    "reopen",
    "withdraw_citation",
]
