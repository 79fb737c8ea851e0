"""What colleagues say to each other about a claim."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse

from apps.audit.models import Entry
from apps.audit.verifying.checking import verify_stream
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.refusals import Refusal
from apps.teamwork.actions import NotYours, edit_comment, post_comment, unwatch, withdraw_comment
from apps.teamwork.mentions import called, names
from apps.teamwork.models import Comment, Watcher
from tests.newsroom import make_claim, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_person("rita", "reporter")


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def claim(rita):
    return make_claim(rita)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ada, have you seen it?", ["ada"]),
        ("Ask @ada. And @ben!", ["ada", "ben"]),
        ("@ada @ada", ["ada"]),
        ("(@j.doe-smith+1)", ["j.doe-smith+1"]),
        ("ada@example.org wrote", []),
        ("@", []),
        ("https://example.org/@ada", []),
        ("@@ada", []),
        ("@김철수에게", ["김철수에게"]),
    ],
)
def test_names_are_found_where_people_write_them(text, found):
    assert names(text) == found


def test_a_name_calls_somebody_who_is_on_the_desk_and_may_read_it(ada):
    make_person("nobody")
    gone = make_person("gone", "editor")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert called("@ADA @nobody @gone @bob") == ([ada], ["nobody", "gone", "bob"])


class TestSaying:
    def test_it_stands_under_the_claim_and_leaves_its_version_alone(self, client, claim, rita, ada):
        client.force_login(rita)
        response = client.post(reverse("desk:claim_comment", args=[claim.pk]), {"text": "Seen, @ada?"}, follow=True)
        page = response.content.decode()
        assert 'Seen, <b class="called">@ada</b>?' in page
        assert "Ada will be told." in page
        version = claim.version
        claim.refresh_from_db()
        assert claim.version == version
        (comment,) = claim.comments.all()
        assert [one.person for one in comment.mentions.all()] == [ada]

    @pytest.mark.parametrize("text", ["Ask @rita-anna.", "x@rita.example wrote it.", "https://example.org/@rita"])
    def test_who_is_to_be_told_is_called_unless_the_text_calls_them_itself(self, client, claim, rita, ada, text):
        client.force_login(ada)
        address = reverse("desk:claim_comment", args=[claim.pk])
        client.post(address, {"text": text, "call": "rita"})
        client.post(address, {"text": "Ask @Rita.", "call": "@rita"})
        told, said = claim.comments.order_by("pk")
        assert (told.text, said.text) == (f"@rita {text}", "Ask @Rita.")
        assert [one.person for one in told.mentions.all()] == [rita]

    def test_a_comment_that_its_call_makes_too_long_comes_back_whole(self, client, claim, rita, ada):
        client.force_login(ada)
        text = f"{'Long. ' * 832}The end."
        response = client.post(reverse("desk:claim_comment", args=[claim.pk]), {"text": text, "call": "rita"})
        form = response.context["comment_form"]
        assert response.status_code == 422
        assert form.errors == {
            "text": ["With “@rita” before it this is 6 too long. Shorten it, or tell nobody by name."]
        }
        assert (form["text"].value(), form["call"].value()) == (text, "rita")
        assert not claim.comments.exists()

    def test_the_same_form_sent_twice_is_one_comment(self, claim, rita):
        form = uuid4()
        one, other = (post_comment(claim, "Once.", by=rita, submission=form) for _ in range(2))
        assert one == other
        assert Comment.objects.count() == 1

    def test_nothing_said_is_refused_and_what_is_typed_comes_back(self, client, claim, rita):
        client.force_login(rita)
        response = client.post(reverse("desk:claim_comment", args=[claim.pk]), {"text": "  ", "call": "ada"})
        assert response.status_code == 422
        assert "Write something first." in response.content.decode()
        assert 'value="ada"' in response.content.decode()
        assert not Comment.objects.exists()

    def test_somebody_may_be_called_by_a_field_of_its_own(self, client, claim, rita, ada):
        client.force_login(rita)
        client.post(reverse("desk:claim_comment", args=[claim.pk]), {"text": "Look.", "call": "ada"})
        assert Comment.objects.get().text == "@ada Look."

    def test_a_name_that_nobody_has_is_said(self, client, claim, rita):
        client.force_login(rita)
        data = {"text": "@bob, look."}
        page = client.post(reverse("desk:claim_comment", args=[claim.pk]), data, follow=True).content.decode()
        assert "Nobody on the desk is called @bob" in page

    def test_text_is_only_text(self, client, claim, rita):
        said = '<script>alert(1)</script> "@x"><img> javascript:alert(1) https://a.example/?q=@rita&b=<b>'
        post_comment(claim, said, by=rita)
        client.force_login(rita)
        page = client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
        assert "<script>alert" not in page
        assert "<img>" not in page
        assert 'href="javascript' not in page
        assert '<a href="https://a.example/?q=" rel="nofollow">' in page

    def test_htmx_gets_the_list_and_an_empty_form(self, client, claim, rita):
        client.force_login(rita)
        answer = client.post(
            reverse("desk:claim_comment", args=[claim.pk]), {"text": "Seen."}, headers={"HX-Request": "true"}
        )
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Seen." in page
        assert page.count("<textarea") == 1
        token = page.split("/live/?live=")[1].split('"')[0]
        live = reverse("desk:claim_live", args=[claim.pk])
        assert client.get(live, {"live": token}, headers={"HX-Request": "true"}).status_code == 204
        assert "<html" not in page


class TestSayingOtherwise:
    def test_what_it_said_before_stays_in_the_trail(self, claim, rita):
        comment = edit_comment(post_comment(claim, "One.", by=rita), "Two.", by=rita, expected_version=1)
        assert (comment.text, comment.version, bool(comment.edited_at)) == ("Two.", 2, True)
        told = Entry.objects.filter(stream=comment.stream).order_by("seq")
        assert [(one.seq, one.before.get("text"), one.after["text"]) for one in told] == [
            (1, None, "One."),
            (2, "One.", "Two."),
        ]

    def test_only_its_author_may(self, client, claim, rita, ada):
        comment = post_comment(claim, "One.", by=rita)
        with pytest.raises(NotYours):
            edit_comment(comment, "Two.", by=ada, expected_version=1)
        with pytest.raises(NotYours):
            withdraw_comment(comment, by=ada, expected_version=1)
        client.force_login(ada)
        assert client.post(reverse("desk:comment_edit", args=[comment.pk]), {"text": "Two."}).status_code == 403
        comment.refresh_from_db()
        assert comment.text == "One."

    def test_from_two_windows_the_later_form_is_told_what_happened(self, client, claim, rita):
        comment = edit_comment(post_comment(claim, "One.", by=rita), "Two.", by=rita, expected_version=1)
        with pytest.raises(ChangedMeanwhile):
            edit_comment(comment, "Three.", by=rita, expected_version=1)
        client.force_login(rita)
        data = {"text": "Three.", "expected_version": 1}
        response = client.post(reverse("desk:comment_edit", args=[comment.pk]), data)
        assert response.status_code == 409
        assert "Three." in response.content.decode()

    def test_withdrawn_it_is_shown_to_nobody_and_stays_on_record(self, client, claim, rita):
        comment = post_comment(claim, "A word too many.", by=rita)
        client.force_login(rita)
        data = {"expected_version": 1}
        page = client.post(reverse("desk:comment_withdraw", args=[comment.pk]), data, follow=True).content.decode()
        assert "A word too many." not in page
        assert "Withdrawn" in page
        assert Entry.objects.get(stream=comment.stream, seq=1).after["text"] == "A word too many."
        with pytest.raises(Refusal):
            withdraw_comment(comment, by=rita, expected_version=2)

    def test_the_trail_holds_each_comment_to_its_lines(self, claim, rita):
        comment = edit_comment(post_comment(claim, "One.", by=rita), "Two.", by=rita, expected_version=1)
        assert not verify_stream(comment.stream).findings


class TestWatching:
    def test_whoever_comments_watches(self, claim, ada):
        post_comment(claim, "Seen.", by=ada)
        assert Watcher.objects.filter(claim=claim, person=ada, is_on=True).exists()

    def test_what_is_switched_off_stays_off(self, client, claim, ada):
        client.force_login(ada)
        client.post(reverse("desk:claim_watch", args=[claim.pk]))
        page = client.post(reverse("desk:claim_watch", args=[claim.pk]), {"end": "1"}, follow=True).content.decode()
        assert "Watch this claim" in page
        post_comment(claim, "Seen.", by=ada)
        assert not Watcher.objects.get(claim=claim, person=ada).is_on
        unwatch(claim, by=ada)
        assert Entry.objects.filter(verb="claim_unwatched").count() == 1
