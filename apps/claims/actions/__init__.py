"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim
from apps.claims.actions.decisions import corroborate, dispute, reopen
from apps.claims.actions.figures import add_figure, edit_figure, edit_measure, register_measure, withdraw_figure
from apps.claims.actions.quotes import edit_citation, find_words, pick_passage
from apps.claims.actions.stories import edit_story, open_story

__all__ = [
    "add_figure",
    "adopt_copy",
    "assign",
    "change_stage",
    "cite",
    "correct_source",
    "corroborate",
    "dispute",
    "edit_citation",
    "edit_claim",
    "edit_figure",
    "edit_measure",
    "edit_story",
    "find_words",
    "open_claim",
    "open_story",
    "pick_passage",
    "reconsider",
    "register_measure",
    "reopen",
    "withdraw_citation",
    "withdraw_figure",
]
