"""Every way that people's work together changes."""

from apps.teamwork.actions.comments import NotYours, edit_comment, post_comment, withdraw_comment
from apps.teamwork.actions.notices import mark_all_seen, mark_claim_seen, mark_seen, send_again, set_preference
from apps.teamwork.actions.watching import be_here, unwatch, watch

__all__ = [
    "NotYours",
    "be_here",
    "edit_comment",
    "mark_all_seen",
    "mark_claim_seen",
    "mark_seen",
    "post_comment",
    "send_again",
    "set_preference",
    "unwatch",
    "watch",
    "withdraw_comment",
]
