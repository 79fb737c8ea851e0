"""Stories and claims, how claims hang together, and what the desk knows of them beside the evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.models import Caveat, Claim, ClaimLink, Correction, ReplyRequest, Story, Use
from apps.sources.models import ConfidentialSource
from tests.audit.complete.rows import FORM, HTMX, MOMENT, NUMBER, WEB, Deed, admin, changed, operation
from tests.newsroom import (
    make_claim,
    make_confidential,
    make_flag,
    make_knowledge,
    make_reply_request,
    make_story,
    make_use,
)

STATEMENT = "Two North Korean soldiers were captured."
OTHER = "One was captured."
WHY = "Because it is so."


def newest(model):
    return lambda: f"{model._meta.model_name}:{model.objects.latest('pk').pk}"


@operation("claims.actions.stories.open_story", Verb.STORY_OPENED, WEB, HTMX, FORM)
def open_story(desk, door):
    by, told = desk.sofia, {"title": "Kursk", "summary": "Of it."}
    act = desk.panel(by, admin(Story, "add"), **told) if door == FORM else desk.post(by, "story_open", **told)
    return Deed(act, newest(Story), "Kursk", by=by, after={"summary": "Of it."})


@operation("claims.actions.stories.edit_story", Verb.STORY_EDITED, WEB, HTMX, FORM)
def edit_story(desk, door):
    by, story = desk.sofia, make_story(desk.ada, "Kursk")
    typed = changed({"title": "Kursk", "summary": ""}, title="Kursk, winter")
    if door == FORM:
        act = desk.panel(by, admin(Story, "change", story.pk), **typed)
    else:
        act = desk.post(by, "story_edit", story.pk, **typed, expected_version=1)
    after = {"title": "Kursk, winter", "changed": "title"}
    return Deed(act, story.stream, "Kursk, winter", by=by, before={"title": "Kursk"}, after=after)


@operation("claims.actions.claims.open_claim", Verb.CLAIM_OPENED, WEB, HTMX)
def open_claim(desk, door):
    act = desk.post(desk.rita, "claim_open", statement=STATEMENT, claimant="NIS")
    after = {"statement": STATEMENT, "claimant": "NIS", "story": "", "due": "", "state": "unverified"}
    after["stage"] = "inbox"
    return Deed(act, newest(Claim), STATEMENT, by=desk.rita, after=after, others=["party_registered"])


@operation("claims.actions.claims.edit_claim", Verb.CLAIM_EDITED, WEB, HTMX)
def edit_claim(desk, door):
    claim = make_claim(desk.rita)
    typed = changed({"statement": STATEMENT, "claimant": "", "story": "", "due": ""}, statement=OTHER)
    act = desk.post(desk.ada, "claim_edit", claim.pk, **typed, expected_version=1)
    after = {"statement": OTHER, "changed": "statement"}
    return Deed(act, claim.stream, OTHER, by=desk.ada, before={"statement": STATEMENT}, after=after)


@operation("claims.actions.claims.assign", Verb.CLAIM_ASSIGNED, WEB, HTMX)
def assign(desk, door):
    claim = make_claim(desk.rita)
    act = desk.post(desk.ada, "claim_assign", claim.pk, assignee=desk.rita.pk, expected_version=1)
    before = {"assignee": "nobody", "stage": "inbox"}
    after = {"assignee": "Rita", "stage": "in_progress"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after)


@operation("claims.actions.claims.change_stage", Verb.CLAIM_STAGED, WEB, HTMX)
def change_stage(desk, door):
    claim = make_claim(desk.rita)
    act = desk.post(desk.ada, "claim_stage", claim.pk, stage="in_progress", expected_version=1)
    before, after = {"stage": "inbox"}, {"stage": "in_progress"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after)


@operation("claims.actions.links.link_claims", Verb.CLAIM_LINKED, WEB, HTMX)
def link_claims(desk, door):
    """Both claims are told of it."""
    claim, other = make_claim(desk.rita), make_claim(desk.rita, OTHER)
    act = desk.post(desk.rita, "claim_link", claim.pk, kind="part_of", other=other.pk, note="See.")
    after = {"relation": str(ClaimLink.Kind.PART_OF.label), "other": OTHER, "link": NUMBER, "note": "See."}
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after, others=["claim_linked"])


@operation("claims.actions.links.link_claims", Verb.CLAIM_LINKED, WEB)
def supersede_a_claim_in_use(desk, door):
    """The older claim's stories need correction; that news is carried by a worker."""
    old, claim = make_claim(desk.rita, OTHER), make_claim(desk.rita)
    make_use(old, desk.rita)
    act = desk.post(desk.rita, "claim_link", claim.pk, kind="supersedes", other=old.pk)
    after = {"relation": str(ClaimLink.Kind.SUPERSEDES.label), "other": OTHER, "link": NUMBER, "note": ""}
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after, others=["claim_linked"])


@operation("claims.actions.links.withdraw_link", Verb.LINK_WITHDRAWN, WEB, HTMX)
def withdraw_link(desk, door):
    claim = make_claim(desk.rita)
    link = make_knowledge(claim, desk.rita)["link"]
    act = desk.post(desk.ada, "link_withdraw", link.pk, reason=WHY)
    before = {"relation": link.get_kind_display(), "other": STATEMENT, "link": link.pk}
    stream, others = link.from_claim.stream, ["link_withdrawn"]
    return Deed(act, stream, OTHER, by=desk.ada, before=before, reason=WHY, others=others)


@operation("claims.actions.replies.request_reply", Verb.REPLY_REQUESTED, WEB, HTMX)
def request_reply(desk, door):
    claim, due = make_claim(desk.rita), timezone.now() + timedelta(days=1)
    told = {"party": "Moscow", "question": "Is it so?", "channel": "email", "due": f"{due:%Y-%m-%dT%H:%M}"}
    act = desk.post(desk.rita, "claim_ask", claim.pk, **told)
    after = {**told, "channel": str(ReplyRequest.Channel.EMAIL.label), "asked_at": MOMENT, "due": MOMENT}
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after, others=["party_registered"])


@operation("claims.actions.replies.settle_reply", Verb.REPLY_SETTLED, WEB, HTMX)
def settle_reply(desk, door):
    claim = make_claim(desk.rita)
    asked = make_reply_request(claim, desk.rita)
    act = desk.post(desk.ada, "reply_settle", asked.pk, outcome="answered", answer="No.")
    before = {"party": "Moscow", "question": asked.question}
    after = {"outcome": "answered", "answer": "No.", "outcome_at": MOMENT}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after)


@operation("claims.actions.replies.settle_reply", Verb.REPLY_CORRECTED, WEB, HTMX)
def correct_a_reply(desk, door):
    claim = make_claim(desk.rita)
    asked = make_reply_request(claim, desk.rita)
    actions.settle_reply(asked, by=desk.rita, outcome="answered", answer="No.")
    told = {"outcome": "no_answer", "answer": "", "outcome_at": f"{timezone.now():%Y-%m-%dT%H:%M}", "reason": WHY}
    act = desk.post(desk.ada, "reply_settle", asked.pk, **told)
    before = {"party": "Moscow", "question": asked.question, "outcome": "answered", "answer": "No."}
    before |= {"outcome_at": MOMENT}
    after = {**before, "outcome": "no answer", "answer": ""}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after, reason=WHY)


@operation("claims.actions.caveats.record_caveat", Verb.CAVEAT_RECORDED, WEB, HTMX)
def record_caveat(desk, door):
    claim = make_claim(desk.rita)
    act = desk.post(desk.rita, "claim_caveat", claim.pk, kind="other", text="No picture was shown.")
    after = {"caveat": "Another limit. No picture was shown."}
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after)


@operation("claims.actions.caveats.withdraw_caveat", Verb.CAVEAT_WITHDRAWN, WEB, HTMX)
def withdraw_caveat(desk, door):
    claim = make_claim(desk.rita)
    caveat = make_knowledge(claim, desk.rita)["caveat"]
    said = Caveat.objects.get(pk=caveat.pk).sentence
    act = desk.post(desk.ada, "caveat_withdraw", caveat.pk, reason=WHY)
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before={"caveat": said}, reason=WHY)


@operation("claims.actions.uses.note_use", Verb.USE_NOTED, WEB, HTMX)
def note_use(desk, door):
    claim = make_claim(desk.rita)
    told = {"headline": "Two captured", "url": "https://paper.example.com/1"}
    act = desk.post(desk.rita, "claim_use", claim.pk, **told, published_at="2026-11-20T09:30")
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC).isoformat()
    after = {**told, "published_at": at, "use": NUMBER}
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after)


@operation("claims.actions.uses.withdraw_use", Verb.USE_WITHDRAWN, WEB, HTMX)
def withdraw_use(desk, door):
    claim = make_claim(desk.rita)
    use: Use = make_use(claim, desk.rita)
    act = desk.post(desk.ada, "use_withdraw", use.pk, reason=WHY)
    before = {"headline": use.headline, "url": use.url, "use": use.pk}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, reason=WHY)


@operation("claims.actions.uses.settle_correction", Verb.CORRECTION_SETTLED, WEB, HTMX)
def settle_correction(desk, door):
    claim = make_claim(desk.rita)
    needed: Correction = make_knowledge(claim, desk.rita)["correction"]
    act = desk.post(desk.ada, "correction_settle", needed.pk, done="corrected", note=WHY)
    before = {"headline": needed.use.headline, "use": needed.use_id}
    after = {"done": str(Correction.Done.CORRECTED.label)}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after, reason=WHY)


@operation("claims.actions.flags.clear_flag", Verb.FLAG_CLEARED, WEB, HTMX)
def clear_flag(desk, door):
    claim = make_claim(desk.rita)
    flag = make_flag(claim)
    act = desk.post(desk.ada, "flag_clear", flag.pk, reason=WHY)
    before, after = {"flag": flag.sentence}, {"flag": ""}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after, reason=WHY)


NAMELESS = "a confidential source"
CONFIDED = {"kind": "interview", "title": "Nightjar", "party": "Nightjar", "stance": "supports", "quote": "Nightjar."}


def hidden():
    return ConfidentialSource.of_everybody_UNSAFE.latest("pk").stream


@operation("claims.actions.confidential.register_confidential", Verb.CONFIDENTIAL_REGISTERED, WEB, HTMX)
def register_confidential(desk, door):
    act = desk.post(desk.rita, "claim_confide", make_claim(desk.rita).pk, **CONFIDED)
    return Deed(act, hidden, NAMELESS, by=desk.rita, others=["confidential_cited"])


@operation("claims.actions.confidential.cite_confidential", Verb.CONFIDENTIAL_CITED, WEB, HTMX)
def cite_confidential(desk, door):
    source = make_confidential(make_claim(desk.rita, OTHER), desk.rita).source
    act = desk.post(desk.rita, "claim_confide", make_claim(desk.rita).pk, known=source.pk, stance="supports")
    return Deed(act, source.stream, NAMELESS, by=desk.rita)


@operation("claims.actions.confidential.withdraw_confidential", Verb.CONFIDENTIAL_WITHDRAWN, WEB, HTMX)
def withdraw_confidential(desk, door):
    held = make_confidential(make_claim(desk.rita), desk.rita)
    act = desk.post(desk.rita, "confidential_withdraw", held.source.key, held.pk)
    return Deed(act, held.source.stream, NAMELESS, by=desk.rita)


@operation("claims.actions.confidential.name_on_confidential", Verb.CONFIDENTIAL_NAMED, WEB, HTMX)
def name_on_confidential(desk, door):
    source = make_confidential(make_claim(desk.rita), desk.rita).source
    act = desk.post(desk.rita, "confidential_people", source.key, people=[desk.rita.pk, desk.ada.pk])
    before, after = {"named": "Rita"}, {"named": "Ada, Rita"}
    return Deed(act, source.stream, NAMELESS, by=desk.rita, before=before, after=after)


@operation("claims.actions.confidential.look_at_confidential", Verb.CONFIDENTIAL_SEEN, WEB)
def look_at_confidential(desk, door):
    source = make_confidential(make_claim(desk.rita), desk.rita).source
    return Deed(desk.get(desk.rita, "confidential", source.key), source.stream, NAMELESS, by=desk.rita)
