"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.answers import answer_dispute
from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim, verify_again
from apps.claims.actions.decisions import override, reopen
from apps.claims.actions.moves import refuse_move, request_move, sign_off, withdraw_request
from apps.claims.actions.policies import edit_policy
from apps.claims.actions.stories import edit_story, open_story

__all__ = [
    "adopt_copy",
    "answer_dispute",
    "assign",
    "change_stage",
    "cite",
    "correct_source",
    "edit_claim",
    "edit_policy",
    "edit_story",
    "open_claim",
    "open_story",
    "override",
    "reconsider",
    "refuse_move",
    "reopen",
    "request_move",
    "sign_off",
    "verify_again",
    "withdraw_citation",
    "withdraw_request",
]
