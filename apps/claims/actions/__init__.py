"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from apps.claims.actions.adding import Added, Opening, cite_pages, open_on_words, open_with_pages
from apps.claims.actions.answers import answer_dispute
from apps.claims.actions.attributions import (
    attribute,
    attribute_by_name,
    confirm_attribution,
    hear_of,
    hear_of_party,
    reject_attribution,
    reject_credit,
    rule_apart,
    withdraw_attribution,
    withdraw_ruling,
)
from apps.claims.actions.bulk import assign_many, stage_many
from apps.claims.actions.caveats import record_caveat, withdraw_caveat
from apps.claims.actions.citations import adopt_copy, cite, cite_words, correct_source, reconsider, withdraw_citation
from apps.claims.actions.claims import assign, change_stage, edit_claim, open_claim, verify_again
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
from apps.claims.actions.decisions import override, reopen
from apps.claims.actions.documents import cite_document, cite_interview
from apps.claims.actions.figures import add_figure, edit_figure, edit_measure, register_measure, withdraw_figure
from apps.claims.actions.flags import clear_flag, flag_for_attribution, flag_for_damage, flag_for_drift
from apps.claims.actions.grades import grade_information
from apps.claims.actions.links import link_claims, withdraw_link
from apps.claims.actions.moves import refuse_move, request_move, sign_off, withdraw_request
from apps.claims.actions.policies import edit_policy
from apps.claims.actions.quotes import change_stance, edit_citation, find_words, pick_passage
from apps.claims.actions.replies import request_reply, settle_reply
from apps.claims.actions.stories import edit_story, open_story
from apps.claims.actions.uses import follow_up, note_use, settle_correction, withdraw_use

__all__ = [
    "Added",
    "Opening",
    "add_figure",
    "adopt_copy",
    "answer_dispute",
    "assign",
    "assign_many",
    "attribute",
    "attribute_by_name",
    "change_stage",
    "change_stance",
    "cite",
    "cite_confidential",
    "cite_document",
    "cite_interview",
    "cite_pages",
    "cite_words",
    "clear_flag",
    "confirm_attribution",
    "correct_source",
    "edit_citation",
    "edit_claim",
    "edit_figure",
    "edit_measure",
    "edit_policy",
    "edit_story",
    "find_words",
    "flag_for_attribution",
    "flag_for_damage",
    "flag_for_drift",
    "follow_up",
    "grade_information",
    "hear_of",
    "hear_of_party",
    "link_claims",
    "look_at_confidential",
    "name_on_confidential",
    "note_use",
    "open_claim",
    "open_on_words",
    "open_story",
    "open_with_pages",
    "override",
    "pick_passage",
    "proof",
    "reconsider",
    "record_caveat",
    "refuse_move",
    "register_confidential",
    "register_measure",
    "reject_attribution",
    "reject_credit",
    "reopen",
    "request_move",
    "request_reply",
    "rule_apart",
    "seal_confidential",
    "settle_correction",
    "settle_reply",
    "sign_off",
    "stage_many",
    "verify_again",
    "who_looked",
    "withdraw_attribution",
    "withdraw_caveat",
    "withdraw_citation",
    "withdraw_confidential",
    "withdraw_figure",
    "withdraw_link",
    "withdraw_request",
    "withdraw_ruling",
    "withdraw_use",
]
