"""Flags, links, replies, caveats, uses and corrections as people meet them: on the claim's page and in their lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.claims import actions
from apps.claims.models import Caveat, Claim, ClaimLink, Correction, Flag, ReplyRequest, Use
from apps.claims.states import Stage, State
from apps.desk.views import flags as flag_views
from tests.newsroom import (
    corroborate,
    decide,
    make_claim,
    make_editor,
    make_flag,
    make_knowledge,
    make_reply_request,
    make_reporter,
    make_story,
    make_two_lines,
    make_use,
)

pytestmark = pytest.mark.django_db
STATEMENT = "Two North Korean soldiers were captured in Kursk."


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


def page(client, name, *args, **query):
    response = client.get(reverse(f"desk:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


class TestFlags:
    def test_a_flag_stands_on_the_claim_in_the_queue_and_in_the_list_until_it_is_cleared(self, client, ada):
        claim = make_claim(ada, STATEMENT)
        quiet = make_claim(ada, "Nothing has happened here.")
        flag = make_flag(claim, "The quote is gone from Yonhap.")
        for shown in (page(client, "claim", claim.pk), page(client, "flags")):
            assert "The quote is gone from Yonhap." in shown
        flagged = page(client, "queue", flagged="yes")
        assert STATEMENT in flagged
        assert quiet.statement not in flagged
        response = client.post(reverse("desk:flag_clear", args=[flag.pk]), {"reason": ""})
        assert response.status_code == 422
        response = client.post(reverse("desk:flag_clear", args=[flag.pk]), {"reason": "It is there."})
        assert response.headers["Location"] == reverse("desk:claim", args=[claim.pk])
        assert "No flags" in page(client, "flags")
        assert "It is there." in page(client, "claim", claim.pk)
        assert "It is there." in page(client, "flags", standing="cleared")
        assert STATEMENT not in page(client, "queue", flagged="yes")

    def test_a_dispute_that_is_cited_with_htmx_shows_its_flag_at_once(self, client, ada):
        claim = make_claim(ada)
        actions.change_stage(claim, by=ada, expected_version=1, stage=Stage.SETTLED)
        response = client.post(
            reverse("desk:claim_cite", args=[claim.pk]),
            {"url": "https://news.example.org/denial", "stance": "disputes"},
            headers={"HX-Request": "true"},
        )
        body = response.content.decode()
        assert 'id="claim-flags" hx-swap-oob="true"' in body
        assert "was cited as disputing the claim" in body

    def test_two_who_clear_one_flag_the_second_is_told_and_keeps_what_was_typed(self, client, ada):
        flag = make_flag(make_claim(ada))
        actions.clear_flag(flag, by=make_editor("ben"), reason="Seen.")
        response = client.post(reverse("desk:flag_clear", args=[flag.pk]), {"reason": "I looked at it too."})
        assert response.status_code == 409
        assert "Ben has cleared this flag already" in response.content.decode()
        assert "I looked at it too." in response.content.decode()

    def test_the_list_is_paged_narrowed_and_costs_the_same_however_long_it_is(self, client, ada, monkeypatch):
        monkeypatch.setattr(flag_views, "PAGE", 5)
        story = make_story(ada)
        flags = [make_flag(make_claim(ada, f"Claim {n}.", story=story), f"It changed {n}.") for n in range(3)]
        with CaptureQueriesContext(connection) as few:
            page(client, "flags")
        flags += [make_flag(make_claim(ada, f"Claim {n}.", story=story), f"It changed {n}.") for n in range(3, 12)]
        with CaptureQueriesContext(connection) as many:
            first = page(client, "flags")
        assert len(many) == len(few)
        assert "It changed 11." in first
        assert "It changed 6." not in first
        assert "It changed 6." in page(client, "flags", after=flags[7].pk)
        assert "Nothing matches" in page(client, "flags", kind="quote_gone")
        assert "It changed 11." in page(client, "flags", kind="drift", story=story.pk)
        assert "left out" in page(client, "flags", kind="nonsense")

    def test_htmx_gets_the_rows_alone(self, client, ada):
        make_flag(make_claim(ada))
        response = client.get(reverse("desk:flags"), headers={"HX-Request": "true"})
        assert b"<html" not in response.content
        assert b'id="results"' in response.content


class TestLinks:
    def test_a_link_reads_from_both_ends_and_on_the_story(self, client, ada):
        story = make_story(ada)
        one = make_claim(ada, "One was captured.", story=story)
        two = make_claim(ada, "Two were captured.", story=story)
        address = reverse("desk:claim_link", args=[two.pk])
        response = client.post(address, {"kind": "supersedes", "other": f"claim {one.pk}"})
        assert response.status_code == 302
        assert "This claim supersedes" in page(client, "claim", two.pk)
        assert "This claim is superseded by" in page(client, "claim", one.pk)
        assert "<b>supersedes</b>" in page(client, "story", story.pk)
        link = ClaimLink.objects.get()
        client.post(reverse("desk:link_withdraw", args=[link.pk]), {"reason": "Not the same men."})
        assert "Not the same men." in page(client, "claim", one.pk)
        assert "<b>supersedes</b>" not in page(client, "story", story.pk)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"other": "999999999999999999"}, "no claim with this number"),
            ({"other": "none"}, "no claim with"),
            ({}, "Give"),
        ],
    )
    def test_a_number_that_is_none_is_told(self, client, ada, typed, said):
        address = reverse("desk:claim_link", args=[make_claim(ada).pk])
        response = client.post(address, {"kind": "part_of", **typed})
        assert response.status_code == 422
        assert said in response.content.decode()

    def test_a_circle_comes_back_as_it_was_typed(self, client, ada):
        one, two = make_claim(ada, "One."), make_claim(ada, "Two.")
        actions.link_claims(one, ClaimLink.Kind.SUPERSEDES, two, by=ada)
        address = reverse("desk:claim_link", args=[two.pk])
        response = client.post(address, {"kind": "supersedes", "other": one.pk, "note": "I think."})
        assert response.status_code == 409
        assert "circle" in response.content.decode()
        assert "I think." in response.content.decode()


class TestSimilar:
    def open(self, client, statement=STATEMENT, **more):
        return client.post(reverse("desk:claim_open"), {"statement": statement, **more})

    def test_while_it_is_typed_htmx_is_shown_what_is_like_it(self, client, ada):
        claim = make_claim(ada, STATEMENT)
        address = reverse("desk:claim_similar")
        response = client.get(
            address, {"statement": "One North Korean soldier captured in Kursk"}, headers={"HX-Request": "true"}
        )
        body = response.content.decode()
        assert STATEMENT in body
        assert f'name="seen" value="{claim.pk}"' in body
        assert "<html" not in body
        assert STATEMENT not in client.get(address, {"statement": "The weather"}).content.decode()

    def test_without_javascript_it_is_asked_once_and_can_be_opened_anyway(self, client, ada):
        claim = make_claim(ada, STATEMENT)
        response = self.open(client, STATEMENT.upper(), claimant="NIS")
        body = response.content.decode()
        assert response.status_code == 409
        assert "Open it anyway" in body
        assert 'value="NIS"' in body
        assert Claim.objects.count() == 1
        assert self.open(client, STATEMENT.upper(), seen=claim.pk).status_code == 302
        assert Claim.objects.count() == 2

    def test_what_is_only_similar_stops_nobody_and_neither_does_a_form_sent_twice(self, client, ada):
        make_claim(ada, "Four North Korean generals were seen in Moscow on Sunday.")
        form = "6f1f3c0e-7c39-4a7d-9c43-1a2b3c4d5e6f"
        first, again = self.open(client, submission=form), self.open(client, submission=form)
        assert (first.status_code, again.status_code) == (302, 302)
        assert first.headers["Location"] == again.headers["Location"]


class TestReplies:
    def test_asked_overdue_and_settled(self, client, ada):
        claim = make_claim(ada)
        asked = timezone.now() - timedelta(days=2)
        typed = {"party": "Moscow", "question": "Is he yours?", "channel": "email"}
        typed |= {"asked_at": f"{asked:%Y-%m-%dT%H:%M}", "due": f"{asked + timedelta(days=1):%Y-%m-%dT%H:%M}"}
        assert client.post(reverse("desk:claim_ask", args=[claim.pk]), typed).status_code == 302
        make_reply_request(claim, ada, "Pyongyang")
        due = page(client, "replies_due")
        assert "Moscow" in due
        assert "Pyongyang" not in due
        assert "Pyongyang" in page(client, "replies_due", which="waiting")
        for request in ReplyRequest.objects.all():
            address = reverse("desk:reply_settle", args=[request.pk])
            assert client.post(address, {"outcome": "answered"}).status_code == 409
            assert client.post(address, {"outcome": "no_answer"}).status_code == 302
        assert "Neither Moscow nor Pyongyang has answered." in page(client, "claim", claim.pk)
        assert "Nothing is overdue" in page(client, "replies_due")

    def test_an_answer_that_is_due_before_it_was_asked_for_is_refused(self, client, ada):
        typed = {"party": "Moscow", "question": "Is he yours?", "channel": "email", "due": "2024-12-27T10:00"}
        address = reverse("desk:claim_ask", args=[make_claim(ada).pk])
        response = client.post(address, typed)
        assert (response.status_code, list(response.context["form"].errors)) == (409, ["due"])
        response = client.post(address, typed | {"asked_at": "2099-01-01T10:00", "due": "2099-01-02T10:00"})
        assert (response.status_code, list(response.context["form"].errors)) == (409, ["asked_at"])

    def test_what_came_of_it_is_corrected_with_a_reason_and_shown_with_what_it_was(self, client, ada):
        claim = make_claim(ada)
        address = reverse("desk:reply_settle", args=[make_reply_request(claim, ada).pk])
        response = client.post(address, {"outcome": "no_answer", "answer": "Yes."})
        assert (response.status_code, list(response.context["form"].errors)) == (409, ["answer"])
        client.post(address, {"outcome": "answered", "answer": "He is with us."})
        form = client.get(address).context["form"]
        typed = {name: form[name].value() for name in ("outcome", "answer")}
        assert typed == {"outcome": "answered", "answer": "He is with us."}
        now = f"{timezone.now():%Y-%m-%dT%H:%M}"
        typed |= {"outcome": "no_answer", "answer": "", "outcome_at": now}
        assert client.post(address, typed | {"reason": ""}).status_code == 422
        assert client.post(address, typed | {"reason": "That was Kyiv."}).status_code == 302
        shown = page(client, "claim", claim.pk)
        assert "Moscow has not answered." in shown
        assert "Noted before: answered" in shown
        assert "<del>He is with us.</del>" in shown
        assert "That was Kyiv." in shown
        client.force_login(make_reporter())
        assert client.get(address).status_code == 403
        assert address not in page(client, "claim", claim.pk)

    def test_whoever_is_late_reads_what_was_noted_and_takes_nothing_back(self, client, ada):
        """Rita, who asked, and Ben have the empty form open while Ada notes; then two correct one thing at once."""
        rita, ben = make_reporter(), make_editor("ben")
        address = reverse("desk:reply_settle", args=[make_reply_request(make_claim(rita), rita).pk])

        def opened():
            form = client.get(address).context["form"]
            return {name: form[name].value() or "" for name in form.fields}

        shown = opened()
        assert client.post(address, shown | {"outcome": "no_answer"}).status_code == 302
        for person, may in ((rita, False), (ben, True)):
            client.force_login(person)
            late = client.post(address, shown | {"outcome": "answered", "answer": "We asked for nothing."})
            assert late.status_code == 409
            said = late.content.decode()
            assert "Changed meanwhile." in said
            assert "noted what came of asking Moscow: no answer" in said
            assert "We asked for nothing." in said
            assert ("reason" in late.context["form"].fields) is may
        now = f"{timezone.now():%Y-%m-%dT%H:%M}"
        again = shown | {"expected_version": late.context["form"]["expected_version"].value(), "outcome_at": now}
        again |= {"outcome": "answered", "answer": "We asked for nothing."}
        client.force_login(rita)
        refused = client.post(address, again)
        assert refused.status_code == 409
        assert "Ada has noted already: no answer. To correct that, say why." in refused.content.decode()
        client.force_login(ben)
        first = opened()
        assert client.post(address, again | {"reason": "They called back."}).status_code == 302
        client.force_login(ada)
        second = client.post(address, first | {"outcome_at": now, "reason": "It was earlier."})
        assert second.status_code == 409
        assert "Ben corrected what was noted of asking Moscow: answered" in second.content.decode()

    def test_what_else_happens_on_the_claim_is_no_matter(self, client, ada):
        claim = make_claim(ada)
        address = reverse("desk:reply_settle", args=[make_reply_request(claim, ada).pk])
        shown = client.get(address).context["form"]["expected_version"].value()
        actions.record_caveat(claim, by=ada, kind="not_verified")
        assert client.post(address, {"outcome": "no_answer", "expected_version": shown}).status_code == 302

    def test_the_list_goes_on_soonest_first(self, client, ada, monkeypatch):
        monkeypatch.setattr("apps.desk.views.replies.PAGE", 2)
        claim, now = make_claim(ada), timezone.now()
        for days in (3, 9, 6):
            make_reply_request(
                claim, ada, f"Party {days}", asked_at=now - timedelta(days=10), due=now - timedelta(days=days)
            )
        first = page(client, "replies_due")
        assert first.index("Party 9") < first.index("Party 6")
        assert "Party 3" not in first
        further = first.partition('href="?after=')[2].partition('"')[0]
        second = client.get(f"{reverse('desk:replies_due')}?after={further}")
        assert "Party 3" in second.content.decode()
        assert "Party 9" not in second.content.decode()
        assert "Party 9" in page(client, "replies_due", after="nonsense")


class TestCaveatsAndUses:
    def test_a_caveat_is_recorded_shown_and_withdrawn(self, client, ada):
        claim = make_claim(ada)
        address = reverse("desk:claim_caveat", args=[claim.pk])
        assert client.post(address, {"kind": "other"}).status_code == 409
        client.post(address, {"kind": "not_verified", "party": "AFP", "text": "Their nationality."})
        assert "AFP: could not independently verify. Their nationality." in page(client, "claim", claim.pk)
        caveat = Caveat.objects.get()
        client.post(reverse("desk:caveat_withdraw", args=[caveat.pk]), {"reason": "DNA was compared."})
        assert "DNA was compared." in page(client, "claim", claim.pk)

    def test_a_use_is_noted_and_needs_correction_until_somebody_says_what_was_done(self, client, ada):
        claim = make_claim(ada)
        address = reverse("desk:claim_use", args=[claim.pk])
        typed = {"headline": "Two captured", "url": "https://paper.example.com/a", "published_at": "2025-01-12T10:00"}
        assert client.post(address, typed | {"url": "javascript:alert(1)"}).status_code == 422
        assert client.post(address, typed).status_code == 302
        assert client.post(address, typed).status_code == 409
        use = Use.objects.get()
        Correction.objects.create(use=use, cause=make_flag(claim, "It is unverified now.").cause)
        assert "Two captured" in page(client, "corrections")
        assert "Needs correction" in page(client, "claim", claim.pk)
        settle = reverse("desk:correction_settle", args=[Correction.objects.get().pk])
        assert client.post(settle, {"done": "corrected"}).status_code == 422
        assert client.post(settle, {"done": "corrected", "note": "A correction stands below."}).status_code == 302
        assert "Nothing needs correction" in page(client, "corrections")
        assert "A correction stands below." in page(client, "corrections", standing="all")
        client.post(reverse("desk:use_withdraw", args=[use.pk]), {"reason": "Another claim."})
        assert "No published story relies on it" in page(client, "claim", claim.pk)


def test_a_story_that_relied_on_a_fallen_claim_is_listed_when_it_is_noted(client, ada):
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    decide(claim, State.UNVERIFIED, ada)
    typed = {"headline": "Two captured", "url": "https://paper.example.com/a", "published_at": "2099-01-12T10:00"}
    said = page(client, "claim", claim.pk) if client.post(reverse("desk:claim_use", args=[claim.pk]), typed) else ""
    why = "was corroborated and is unverified now. The story was published after that."
    assert "Noted, and listed as needing correction." in said
    assert said.count(why) == 2
    assert why in page(client, "corrections")


def test_a_reporter_sees_it_all_and_is_offered_what_she_may(client, ada):
    claim = make_claim(ada)
    make_knowledge(claim, ada)
    client.force_login(make_reporter())
    shown = page(client, "claim", claim.pk)
    for words in ("The page has changed.", "has as a part", "could not independently verify", "Two captured in Kursk"):
        assert words in shown
    assert reverse("desk:flag_clear", args=[Flag.objects.get().pk]) not in shown
    assert 'id="link"' in shown


def test_what_the_page_costs_does_not_grow_with_what_is_known(client, ada):
    claim = make_claim(ada)
    make_knowledge(claim, ada)
    with CaptureQueriesContext(connection) as few:
        page(client, "claim", claim.pk)
    for number in range(4):
        make_flag(claim, f"Changed {number}.")
        make_use(claim, ada, f"Story {number}")
        make_reply_request(claim, ada, f"Party {number}")
        actions.record_caveat(claim, by=ada, kind=Caveat.Kind.NOT_VERIFIED, party=f"Outlet {number}")
        actions.link_claims(make_claim(ada, f"Part {number}."), ClaimLink.Kind.PART_OF, claim, by=ada)
    with CaptureQueriesContext(connection) as many:
        page(client, "claim", claim.pk)
    assert len(many) == len(few)
    claim.refresh_from_db()
    assert claim.stage == Stage.INBOX
