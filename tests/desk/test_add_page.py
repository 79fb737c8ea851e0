"""Quick add: what was pasted is understood before anything is written, and goes where somebody says, all or nothing."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from apps.archive.models import Capture, Page
from apps.audit.models import Entry
from apps.claims.models import Citation, Claim
from apps.desk.pasted import read
from apps.sources.models import Source
from tests.newsroom import PASSWORD, make_citation, make_claim, make_editor, make_person, make_reporter, make_story

pytestmark = pytest.mark.django_db
ADD = "/add/"
ONE, TWO, THREE = "https://a.example.com/1", "https://b.example.com/2", "https://c.example.com/3"
STATEMENT = "Two North Korean soldiers were captured."


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


def text(response):
    return unescape(" ".join(response.content.decode().split()))


def look(client, pasted, **told):
    return client.post(ADD, {"pasted": pasted, "act": "look", **told})


def add(client, pasted, urls=(), **told):
    ticked = {f"page-{number}": url for number, url in enumerate(urls, 1)}
    shown = [one.url for one in read(pasted).good]
    return client.post(ADD, {"pasted": pasted, "act": "add", "where": "new", "shown": shown, **ticked, **told})


def ticks(response):
    """The addresses whose boxes are ticked on the page, and those whose boxes are not."""
    boxes = LexborHTMLParser(response.content.decode()).css("input[name^=page-]")
    found = {True: [], False: []}
    for box in boxes:
        found["checked" in box.attributes].append(box.attributes["value"])
    return found[True], found[False]


def form_of(response):
    """What the form of quick add sends as it stands on the page."""
    page = LexborHTMLParser(response.content.decode())
    boxes = page.css(".add-form input[name^=page-][checked]")
    shown = [one.attributes["value"] for one in page.css(".add-form input[name=shown]")]
    return {"shown": shown, **{box.attributes["name"]: box.attributes["value"] for box in boxes}}


class TestReading:
    @pytest.mark.parametrize(
        ("typed", "urls", "words"),
        [
            (ONE, [ONE], ""),
            (f"{ONE}\n{TWO}\r\n", [ONE, TWO], ""),
            (f"See {ONE}, and ({TWO}).", [ONE, TWO], "See , and ()."),
            (f"“{ONE}”", [ONE], "“”"),
            ("https://en.example.org/wiki/Kursk_(city)", ["https://en.example.org/wiki/Kursk_(city)"], ""),
            (f"{ONE} {ONE}#top HTTPS://A.example.com/1", [ONE], ""),
            ("<a href='https://a.example.com/1'>Two</a>", [ONE], "<a href=' '>Two</a>"),
            ("Two were captured.\nNo address at all: 3.5/5, U.S.A. and so on", [], None),
            ("https://пример.example.com/ё", ["https://xn--e1afmkfd.example.com/%D1%91"], ""),
            ("\0\0", [], ""),
        ],
    )
    def test_addresses_are_found_wherever_they_stand(self, typed, urls, words):
        pasted = read(typed)
        assert [one.url for one in pasted.addresses] == urls
        if words is not None:
            assert pasted.words.replace(" ", "") == words.replace(" ", "")

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("ftp://a.example.com/1", "begins with ftp:"),
            ("http://127.0.0.1/admin", "private or reserved"),
            ("http://user:pass@a.example.com/", "@ before the site"),
            ("http://a.example.com:8080/", "port 8080"),
            ("www.example.com", "must begin with http"),
            ("news.example.com/kursk", "must begin with http"),
            ("https://", None),
            ("javascript://a.example.com/%0aalert(1)", "begins with javascript:"),
        ],
    )
    def test_what_the_guard_refuses_is_said_where_it_stands(self, client, rita, typed, why):
        page = text(look(client, f"{typed}\n{ONE}"))
        assert f'value="{ONE}" checked' in page
        if why:
            assert typed in page
            assert why in page

    def test_fifty_go_at_once_and_the_others_are_counted(self, client, rita):
        page = look(client, "\n".join(f"https://n{number}.example.com/" for number in range(63)))
        assert page.content.decode().count('name="page-') == 50
        assert "13 more are left out" in text(page)

    def test_it_costs_as_many_queries_for_fifty_as_for_one(self, client, rita):
        def asked(number):
            pasted = "\n".join(f"https://n{one}.example.com/" for one in range(number))
            with CaptureQueriesContext(connection) as queries:
                look(client, pasted)
            return len(queries)

        for number in range(20):
            make_citation(make_claim(rita, f"Claim {number}."), rita, url=f"https://n{number}.example.com/")
        assert asked(50) == asked(1)

    @pytest.mark.parametrize("typed", ["://" * 30_000, "a." * 40_000, "www." * 20_000, "https://" + "(" * 90_000 + ")"])
    def test_pasted_garbage_takes_no_time(self, client, rita, typed):
        assert look(client, typed).status_code == 200

    def test_too_much_is_said_and_kept(self, client, rita):
        response = look(client, "Words " * 20_000)
        assert response.status_code == 422
        assert "Words Words" in text(response)


class TestLooking:
    def test_nothing_is_written(self, client, rita):
        before = Entry.objects.count()
        assert look(client, f"{STATEMENT} {ONE}").status_code == 200
        assert client.get(ADD, {"url": TWO, "text": STATEMENT}).status_code == 200
        assert (Page.objects.count(), Claim.objects.count(), Entry.objects.count()) == (0, 0, before)

    def test_a_page_that_the_desk_has_is_said_with_its_copy_and_its_claims(self, client, rita):
        citation = make_citation(make_claim(rita, "One was captured."), rita, url=ONE)
        page = text(look(client, ONE))
        assert "The desk has this page." in page
        assert reverse("desk:capture", args=[citation.capture_id]) in page
        assert f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{citation.pk}" in page
        assert f'name="where" value="{citation.claim_id}"' in page

    @pytest.mark.parametrize(
        "written",
        ["http://a.example.com/1", f"{ONE}/", f"{ONE}?utm_source=x", "https://www.a.example.com/1?fbclid=abc"],
    )
    def test_the_same_page_written_otherwise_is_said_too(self, client, rita, written):
        make_citation(make_claim(rita, "One was captured."), rita, url=ONE)
        page = text(look(client, written))
        assert "Perhaps the same page." in page
        assert "claim" in page

    def test_claims_that_say_nearly_the_same_are_said(self, client, rita):
        claim = make_claim(rita, STATEMENT)
        page = text(look(client, f"Two North Korean soldiers were captured {ONE}"))
        assert "The desk knows claims like this." in page
        assert f'name="where" value="{claim.pk}"' in page

    def test_the_words_become_the_claim_and_what_was_typed_there_stays(self, client, rita):
        first = look(client, f"{STATEMENT}\n{ONE}")
        assert first.context["form"]["statement"].value() == STATEMENT
        again = look(client, f"Other words.\n{ONE}", statement="As I say it.", suggested=STATEMENT, where="other")
        assert again.context["form"]["statement"].value() == "As I say it."
        assert again.context["form"]["where"].value() == "other"
        third = look(client, "Other words.", statement=STATEMENT, suggested=STATEMENT)
        assert third.context["form"]["statement"].value() == "Other words."

    def test_what_was_left_out_stays_out_and_what_is_new_comes_ticked(self, client, rita):
        first = look(client, f"{ONE} {TWO}")
        assert ticks(first) == ([ONE, TWO], [])
        form = form_of(first)
        del form["page-1"]
        again = look(client, f"{THREE} {ONE} {TWO}", **form)
        assert ticks(again) == ([THREE, TWO], [ONE])
        refused = client.post(ADD, {"pasted": f"{ONE} {TWO} {THREE}", "act": "add", "where": "other", **form_of(again)})
        assert refused.status_code == 422
        assert ticks(refused) == ([TWO, THREE], [ONE])

    def test_nothing_is_no_addition(self, client, rita):
        assert client.get(ADD).status_code == 200
        response = look(client, " \n")
        assert response.status_code == 422
        assert "Paste an address or some words." in text(response)


class TestAdding:
    def test_a_new_claim_with_its_sources(self, client, rita):
        story = make_story(rita)
        told = {"statement": STATEMENT, "claimant": "NIS", "story": story.pk, "stance": "disputes"}
        response = add(client, f"{ONE} {TWO}", [ONE, TWO], **told)
        claim = Claim.objects.get()
        assert response.headers["Location"] == reverse("desk:claim", args=[claim.pk])
        assert (claim.statement, claim.claimant.name, claim.story) == (STATEMENT, "NIS", story)
        assert {(one.source.page.url, one.stance) for one in claim.citations.all()} == {
            (ONE, "disputes"),
            (TWO, "disputes"),
        }
        assert Capture.objects.in_flight().count() == 2
        assert "The claim is open. 2 pages cited" in text(client.get(response.headers["Location"]))

    def test_words_alone_open_a_claim(self, client, rita):
        assert add(client, STATEMENT, statement=STATEMENT).status_code == 302
        assert Claim.objects.get().citations.count() == 0

    def test_only_the_ticked_addresses_that_were_pasted_are_cited(self, client, rita):
        add(client, f"{ONE} {TWO}", ["", TWO], **{"page-3": "https://evil.example.com/"}, statement=STATEMENT)
        assert [one.page.url for one in Source.objects.all()] == [TWO]

    def test_a_text_that_was_changed_since_the_look_changes_no_tick(self, client, rita):
        form = form_of(look(client, f"{ONE} {TWO}")) | {"statement": STATEMENT, "where": "new", "act": "add"}
        del form["page-1"]
        client.post(ADD, {**form, "pasted": f"{THREE}\n{ONE}\n{TWO}"})
        assert [one.page.url for one in Source.objects.all()] == [TWO]

    def test_on_a_claim_of_the_desk_what_stands_there_stays(self, client, rita):
        claim = make_claim(rita)
        make_citation(claim, rita, url=ONE)
        response = add(client, f"{ONE} {TWO}", [ONE, TWO], where=claim.pk)
        assert response.status_code == 302
        assert {one.source.page.url for one in claim.citations.live()} == {ONE, TWO}
        assert "1 page cited; the archive is fetching. 1 stood there already." in text(
            client.get(response.headers["Location"])
        )

    def test_on_another_claim_by_its_words_or_its_number(self, client, rita):
        one, two = make_claim(rita, "One was captured."), make_claim(rita, "Two were captured.")
        many = add(client, ONE, [ONE], where="other", other="captured")
        assert many.status_code == 422
        assert "Several claims have these words" in text(many)
        assert add(client, ONE, [ONE], where="other", other="captured", chosen=two.pk).status_code == 302
        assert add(client, TWO, [TWO], where="other", other=f"#{one.pk}").status_code == 302
        assert [claim.citations.count() for claim in (one, two)] == [1, 1]

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"where": "new"}, "Write the claim in one sentence."),
            ({"where": "other"}, "Which claim?"),
            ({"where": "other", "other": "999"}, "There is no claim 999."),
            ({"where": "other", "other": "nightjar"}, "No claim has all these words."),
            ({"where": "999"}, "Select a valid choice"),
            ({"where": "new", "statement": "x" * 501}, "at most 500 characters"),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_typed_is_lost(self, client, rita, told, why):
        response = add(client, f"{ONE} {TWO}", ["", TWO], claimant="NIS", **told)
        assert response.status_code == 422
        page = text(response)
        assert why in page
        assert 'value="NIS"' in page
        assert f'value="{TWO}" checked' in page
        assert f'value="{ONE}" checked' not in page
        assert not Citation.objects.exists()

    def test_a_claim_needs_an_address_to_be_cited(self, client, rita):
        claim = make_claim(rita)
        assert "Tick at least one address" in text(add(client, "Words.", where=claim.pk))

    def test_a_claim_that_is_nearly_the_same_is_asked_about_once(self, client, rita):
        known = make_claim(rita, STATEMENT)
        response = add(client, ONE, [ONE], statement=STATEMENT)
        assert response.status_code == 409
        assert "The desk knows claims like this." in text(response)
        assert not Citation.objects.exists()
        assert add(client, ONE, [ONE], statement=STATEMENT, seen=known.pk).status_code == 302
        assert Claim.objects.count() == 2

    def test_the_same_form_sent_twice_opens_one_claim(self, client, rita):
        told = {"statement": STATEMENT, "submission": "0f0e0d0c-0b0a-4a0b-8c0d-0e0f0a0b0c0d"}
        first, second = (add(client, ONE, [ONE], **told) for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert (Claim.objects.count(), Citation.objects.count()) == (1, 1)

    def test_an_auditor_may_not(self, client):
        client.force_login(make_person("aziz", "auditor"))
        assert client.get(ADD).status_code == 403
        assert add(client, ONE, [ONE], statement=STATEMENT).status_code == 403
        assert "quick-add" not in client.get(reverse("desk:queue")).content.decode()


class TestTheBookmark:
    def test_what_it_brings_survives_signing_in(self, client):
        make_editor("ada")
        brought = f"{ADD}?url={quote(ONE, safe='')}&title=Story&text={quote('Two “men” & more? #1', safe='')}"
        to_sign_in = client.get(brought).headers["Location"]
        carried = parse_qs(urlsplit(to_sign_in).query)["next"][0]
        assert carried == brought
        told = {"username": "ada", "password": PASSWORD, "next": carried}
        response = client.post(reverse("desk:sign_in"), told, follow=True)
        assert response.context["form"]["pasted"].value() == f"{ONE}\n\nTwo “men” & more? #1"
        assert response.context["form"]["statement"].value() == "Two “men” & more? #1"

    def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(self, client):
        make_editor("ada")
        response = add(
            client, f"{ONE} {TWO}", ["", TWO], statement="As I say it.", suggested="", where="other", other="7"
        )
        assert response.status_code == 401
        page = response.content.decode()
        packed = unescape(re.search(r'name="carried" value="([^"]*)"', page).group(1))
        told = {"username": "ada", "password": PASSWORD, "next": ADD, "carried": packed}
        page = client.post(reverse("desk:sign_in"), told, follow=True)
        assert ticks(page) == ([TWO], [ONE])
        form = page.context["form"]
        assert form["pasted"].value() == f"{ONE} {TWO}"
        assert (form["statement"].value(), form["other"].value(), form["where"].value()) == (
            "As I say it.",
            "7",
            "other",
        )

    def test_the_title_stands_in_where_nothing_was_selected(self, client, rita):
        response = client.get(ADD, {"url": ONE, "title": "Two captured, Seoul says"})
        assert response.context["form"]["statement"].value() == "Two captured, Seoul says"

    def test_the_page_gives_a_bookmark_of_this_desk(self, client, rita):
        page = unescape(client.get("/add/bookmarklet/").content.decode())
        assert "javascript:(()=>{" in page
        assert '"http://testserver/add/"' in page
