"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.caveats import record_caveat, withdraw_caveat
from apps.claims.actions.citations import adopt_copy, cite, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim
from apps.claims.actions.confidential import (
    cite_confidential,
    look_at_confidential,
    name_on_confidential,
    proof,
    register_confidential,
    seal_confidential,
    who_looked,
    withdraw_confidential,
)
from apps.claims.actions.decisions import corroborate, dispute, reopen
from apps.claims.actions.flags import (
    clear_flag,
    flag_for_attribution,
    flag_for_damage,
    flag_for_drift,
    flag_to_verify_again,
)
from apps.claims.actions.links import link_claims, withdraw_link
from apps.claims.actions.replies import request_reply, settle_reply
from apps.claims.actions.stories import edit_story, open_story
from apps.claims.actions.uses import follow_up, note_use, settle_correction, withdraw_use

__all__ = [
    "adopt_copy",
    "assign",
    "change_stage",
    "cite",
    "cite_confidential",
    "clear_flag",
    "correct_source",
    "corroborate",
    "dispute",
    "edit_claim",
    "edit_story",
    "flag_for_attribution",
    "flag_for_damage",
    "flag_for_drift",
    "flag_to_verify_again",
    "follow_up",
    "link_claims",
    "look_at_confidential",
    "name_on_confidential",
    "note_use",
    "open_claim",
    "open_story",
    "proof",
    "reconsider",
    "record_caveat",
    "register_confidential",
    "reopen",
    "request_reply",
    "seal_confidential",
    "settle_correction",
    "settle_reply",
    "who_looked",
    "withdraw_caveat",
    "withdraw_citation",
    "withdraw_confidential",
    "withdraw_link",
    "withdraw_use",
]
