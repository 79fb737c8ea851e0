"""Comments, watching claims, and how people are told of news."""

from __future__ import annotations

from apps.audit.verbs import Verb
from apps.teamwork.actions import post_comment, watch
from apps.teamwork.models import Comment
from tests.audit.complete.claims import STATEMENT, newest
from tests.audit.complete.people import stream_of
from tests.audit.complete.rows import HTMX, WEB, Deed, operation
from tests.newsroom import make_claim

SAID = "Who has seen the video? @ada"


@operation("teamwork.actions.comments.post_comment", Verb.COMMENT_POSTED, WEB, HTMX)
def comment_on_a_claim(desk, door):
    """It has a stream of its own: the claim's version, and what is asked of it, stay as they are."""
    claim, _ = make_claim(desk.rita), desk.ada
    act = desk.post(desk.rita, "claim_comment", claim.pk, text=SAID)
    after = {"claim": claim.pk, "text": SAID, "mentions": "Ada"}
    return Deed(act, newest(Comment), STATEMENT, by=desk.rita, after=after)


@operation("teamwork.actions.comments.edit_comment", Verb.COMMENT_EDITED, WEB, HTMX)
def edit_a_comment(desk, door):
    claim = make_claim(desk.rita)
    comment = post_comment(claim, "Who?", by=desk.rita)
    act = desk.post(desk.rita, "comment_edit", comment.pk, text="Who has?", expected_version=1)
    after = {"claim": claim.pk, "text": "Who has?", "mentions": ""}
    return Deed(act, comment.stream, STATEMENT, by=desk.rita, before={"text": "Who?"}, after=after)


@operation("teamwork.actions.comments.withdraw_comment", Verb.COMMENT_WITHDRAWN, WEB, HTMX)
def withdraw_a_comment(desk, door):
    claim = make_claim(desk.rita)
    comment = post_comment(claim, "Who?", by=desk.rita)
    act = desk.post(desk.rita, "comment_withdraw", comment.pk, expected_version=1)
    return Deed(act, comment.stream, STATEMENT, by=desk.rita, before={"claim": claim.pk})


@operation("teamwork.actions.watching.watch", Verb.CLAIM_WATCHED, WEB, HTMX)
def watch_a_claim(desk, door):
    claim = make_claim(desk.rita)
    act = desk.post(desk.ada, "claim_watch", claim.pk)
    return Deed(act, stream_of(desk.ada), STATEMENT, by=desk.ada, after={"claim": claim.pk})


@operation("teamwork.actions.watching.unwatch", Verb.CLAIM_UNWATCHED, WEB, HTMX)
def stop_watching_a_claim(desk, door):
    claim = make_claim(desk.rita)
    watch(claim, by=desk.ada)
    act = desk.post(desk.ada, "claim_watch", claim.pk, end="1")
    return Deed(act, stream_of(desk.ada), STATEMENT, by=desk.ada, after={"claim": claim.pk})


@operation("teamwork.actions.notices.set_preference", Verb.NOTICES_CHOSEN, WEB, HTMX)
def choose_how_to_be_told(desk, door):
    typed = {"scope": "own", "pace": "daily", "hour": 8, "time_zone": "Asia/Seoul"}
    act = desk.post(desk.rita, "notices_settings", **typed)
    before = {"on the desk": "everything", "e-mail": "never", "time zone": ""}
    after = {"on the desk": "own", "e-mail": "daily", "time zone": "Asia/Seoul"}
    after["changed"] = "on the desk, e-mail, time zone"
    return Deed(act, stream_of(desk.rita), "Rita", by=desk.rita, before=before, after=after)
