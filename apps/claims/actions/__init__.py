"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.answers import answer_dispute
from apps.claims.actions.attributions import (
    attribute,
    confirm_attribution,
    hear_of,
    reject_attribution,
    rule_apart,
    withdraw_attribution,
    withdraw_ruling,
)
from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim, verify_again
from apps.claims.actions.decisions import override, reopen
from apps.claims.actions.figures import add_figure, edit_figure, edit_measure, register_measure, withdraw_figure
from apps.claims.actions.moves import refuse_move, request_move, sign_off, withdraw_request
from apps.claims.actions.policies import edit_policy
from apps.claims.actions.quotes import edit_citation, find_words, pick_passage
from apps.claims.actions.stories import edit_story, open_story

__all__ = [
    "add_figure",
    "adopt_copy",
    "answer_dispute",
    "assign",
    "attribute",
    "change_stage",
    "cite",
    "confirm_attribution",
    "correct_source",
    "edit_citation",
    "edit_claim",
    "edit_figure",
    "edit_measure",
    "edit_policy",
    "edit_story",
    "find_words",
    "hear_of",
    "open_claim",
    "open_story",
    "override",
    "pick_passage",
    "reconsider",
    "refuse_move",
    "register_measure",
    "reject_attribution",
    "reopen",
    "request_move",
    "rule_apart",
    "sign_off",
    "verify_again",
    "withdraw_attribution",
    "withdraw_citation",
    "withdraw_figure",
    "withdraw_request",
    "withdraw_ruling",
]
