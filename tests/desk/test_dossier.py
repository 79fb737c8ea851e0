"""A story's dossier: what is in it, what never is, who may have it, and the PDF."""

import io
import time
from hashlib import sha256

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from apps.accounts.trail import erase_words
from apps.archive.models import Capture
from apps.archive.web.browser import Bounds, find_browser
from apps.archive.web.drawing import Bounded, draw
from apps.archive.web.exchanges import Limits
from apps.archive.web.printing import print_html
from apps.audit.models import Entry
from apps.bundles import dossiers
from apps.claims.actions import withdraw_citation
from apps.claims.states import State
from apps.desk import printing
from tests.archive.canaries import canaries
from tests.archive.servers import Route, site
from tests.newsroom import (
    ask,
    corroborate,
    make_citation,
    make_claim,
    make_confidential,
    make_editor,
    make_figure,
    make_knowledge,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def story(ada):
    """Three claims: one decided on, one with something of everything, one with nothing."""
    story = make_story(ada, "Troops in Kursk")
    decided = make_claim(ada, "Two were captured.", story=story, claimant="SBU")
    make_two_lines(decided, ada)
    corroborate(decided, ada)
    rich = make_claim(ada, "Thousands fell.", story=story)
    make_citation(
        rich, ada, outlet="Yonhap", stance="disputes", quote="more than 1,000", state="failed", code="http_403"
    )
    make_knowledge(rich, ada)
    make_figure(rich, ada)
    make_claim(ada, "More are coming.", story=story)
    make_claim(ada, "Of another matter.")
    return story


def dossier(client, story, name="story_dossier"):
    return client.get(reverse(f"desk:{name}", args=[story.pk]))


def words_of(response):
    return " ".join(response.content.decode().split())


class TestThePage:
    def test_it_counts_the_lines_that_the_rule_counts_and_says_why_others_do_not(self, client, ada, story):
        decided = story.claims.get(statement="Two were captured.")
        make_citation(decided, ada, outlet="Lenta", state="failed", code="http_410")
        found = words_of(dossier(client, story))
        assert "Supports: 2 lines; 1 line does not count</h3>" in found
        assert (
            "Lenta does not count: its page could not be archived. The page is gone: the server answered 410." in found
        )
        assert "Disputes: 0 lines; 1 line does not count</h3>" in found

    def test_a_figure_that_was_withdrawn_with_its_citation_is_marked(self, client, ada, story):
        rich = story.claims.get(statement="Thousands fell.")
        cited = make_citation(rich, ada, outlet="TASS")
        make_figure(rich, ada, "100", "Moscow", citation=cited)
        withdraw_citation(cited, by=ada, reason="It says nothing of it.")
        assert '<td dir="auto">100 (withdrawn with its citation)</td>' in words_of(dossier(client, story))

    def test_every_claim_is_in_it_by_state_with_why_it_stands_there(self, client, story):
        found = words_of(dossier(client, story))
        order = ["Two were captured.", "Thousands fell.", "More are coming."]
        places = [found.index(f'class="statement" dir="auto">{statement}') for statement in order]
        assert places == sorted(places)
        assert "Of another matter." not in found
        assert "1 corroborated" in found
        assert "2 unverified" in found
        assert "Marked corroborated by" in found
        assert "under version 1 of the rule" in found
        assert "Supports: 2 lines" in found

    def test_each_source_has_its_copy_with_time_and_digests_or_why_there_is_none(self, client, story):
        found = words_of(dossier(client, story))
        for capture in Capture.objects.stored().filter(page__source__citations__claim__story=story):
            assert f"content SHA-256 {capture.body_digest}<br>record SHA-256 {capture.warc_digest}" in found
        assert found.count("Copy stored <time") == 2
        assert found.count("No stored copy.") == 1
        assert "more than 1,000" in found

    def test_caveats_replies_uses_figures_and_what_is_open_are_in_it(self, client, story):
        found = words_of(dossier(client, story))
        assert "AFP: could not independently verify." in found
        assert "Moscow has been asked and has not answered yet." in found
        assert "Two captured in Kursk" in found
        assert "<b>is part of</b>" in found
        assert "What the rule asks for" in found
        assert '<h2 id="dossier-figures">Figures</h2>' in found
        questions = found.split("Open questions")[1]
        assert "To be corroborated it lacks: Two independent lines that support the claim." in questions
        assert "The page has changed." in questions
        assert "Moscow was asked and has not answered: Was a soldier captured?" in questions
        assert "“Two captured in Kursk” needs correction." in questions
        assert "There is no stored copy of" in questions

    def test_a_request_that_waits_is_an_open_question(self, client, ada, story):
        claim = make_claim(ada, "Two lines know.", story=story)
        make_two_lines(claim, ada)
        ask(claim, State.CORROBORATED, ada)
        assert "Ada asks to mark it corroborated; nobody has signed yet." in words_of(dossier(client, story))

    def test_nothing_confidential_is_in_it_not_even_for_who_is_named(self, client, ada, story):
        make_confidential(story.claims.first(), ada, "Nightjar")
        assert "Nightjar" not in words_of(dossier(client, story))

    def test_words_that_were_erased_from_the_trail_are_gone_from_it(self, client, ada, story):
        claim = story.claims.get(statement="Two were captured.")
        reason = claim.decisions.first().reason
        assert reason in words_of(dossier(client, story))
        line = Entry.objects.get(stream=claim.stream, seq=claim.decisions.first().claim_version)
        erase_words(line, ["reason"], by=make_person("sofia", "standards_editor"), reason="The law.")
        assert f'<blockquote class="reason" dir="auto">{reason}' not in words_of(dossier(client, story))

    def test_what_is_typed_stays_text(self, client, ada):
        story = make_story(ada, "<img src=x>")
        make_claim(ada, "<script>alert(1)</script>", story=story)
        found = words_of(dossier(client, story))
        assert "<script>alert" not in found
        assert "<img" not in found

    def test_an_empty_story_has_one_too(self, client, ada):
        assert "No claims belong to this story yet." in words_of(dossier(client, make_story(ada, "Empty")))

    def test_what_there_is_no_room_for_is_counted(self, client, ada, story, monkeypatch):
        monkeypatch.setattr(dossiers, "MOST_CLAIMS", 2)
        assert "1 claim of this story is not in here" in words_of(dossier(client, story))
        monkeypatch.setattr(dossiers, "MOST_CITATIONS", 0)
        assert len(dossiers.dossier_of(story).claims) == 1

    def test_the_number_of_queries_does_not_grow_with_the_claims(self, client, ada, story):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                dossier(client, story)
            return len(queries)

        few = asked()
        for number in range(4):
            claim = make_claim(ada, f"Claim {number}.", story=story)
            make_two_lines(claim, ada)
            corroborate(claim, ada)
            rich = make_claim(ada, f"Rich {number}.", story=story)
            make_knowledge(rich, ada)
            make_figure(rich, ada)
        assert asked() == few


class TestWhoMayHaveIt:
    def test_it_is_on_record(self, client, story):
        dossier(client, story)
        entry = Entry.objects.latest("pk")
        assert (entry.verb, entry.stream, entry.target_label) == ("dossier_exported", story.stream, "Troops in Kursk")
        assert entry.sentence == "Ada exported the story's dossier as a page, with 3 claims"

    def test_a_reporter_may_not_and_is_not_offered_it(self, story):
        client = Client()
        client.force_login(make_reporter())
        assert dossier(client, story).status_code == 403
        assert dossier(client, story, "story_dossier_pdf").status_code == 403
        assert 'id="dossier"' not in words_of(client.get(reverse("desk:story", args=[story.pk])))
        assert not Entry.objects.filter(verb="dossier_exported").exists()

    def test_a_story_that_is_not_there_is_not_found(self, client, ada):
        assert client.get(reverse("desk:story_dossier", args=[999])).status_code == 404


class TestWithoutAPdf:
    def test_without_a_browser_it_says_so_and_leads_to_the_page(self, client, story, settings):
        settings.ARCHIVE_BROWSER = "/nowhere/chromium"
        response = dossier(client, story, "story_dossier_pdf")
        assert response.status_code == 503
        found = words_of(response)
        assert "There is no browser on the desk's machine, which would make the PDF." in found.replace("&#x27;", "'")
        assert reverse("desk:story_dossier", args=[story.pk]) in found
        assert not Entry.objects.filter(verb="dossier_exported").exists()

    def test_while_another_is_made_nobody_waits(self, client, story):
        with printing._TURN:
            response = dossier(client, story, "story_dossier_pdf")
        assert response.status_code == 503
        assert "Another PDF is being made at this moment." in words_of(response)

    def test_the_style_sheet_can_stand_in_a_page(self):
        assert "<" not in printing.style_sheet()


# A page that asks for all it can; in a browser that lets it, each of these goes out.
GREEDY = """<!doctype html><title>t</title><link rel=stylesheet href="http://BIRD/a.css">
<meta http-equiv=refresh content="60;url=http://BIRD/refresh"><link rel=preconnect href="http://BIRD/">
<style>@import "http://BIRD/b.css"; @font-face { font-family: f; src: url(http://BIRD/f.woff) }
body { background: url(http://BIRD/c.png); font-family: f }</style>
<img src="http://BIRD/d.png"><iframe src="http://BIRD/e"></iframe><object data="http://BIRD/o"></object>
<video src="http://BIRD/v" autoplay></video><p id=p>As it was sent.</p>
<script>document.getElementById("p").textContent = "Changed"; fetch("http://BIRD/g")</script>
<script src="http://BIRD/h.js"></script>"""


@pytest.mark.browser
class TestThePdf:
    def test_it_says_what_the_page_says_and_the_trail_has_its_digest(self, client, story):
        response = dossier(client, story, "story_dossier_pdf")
        assert response.status_code == 200, words_of(response)
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Content-Disposition"].startswith(f'attachment; filename="dossier-{story.pk}-')
        text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages).split())
        for words in ("Troops in Kursk", "Two were captured.", "More are coming.", "Moscow", "1 of "):
            assert words in text
        entry = Entry.objects.latest("pk")
        assert entry.after == {"format": "PDF", "claims": 3, "sha256": sha256(response.content).hexdigest()}

    @pytest.mark.parametrize(
        ("program", "seconds", "said"),
        [
            ("/bin/true", 20, "There is no browser on the desk's machine"),
            ("", 0, "The browser did not make the PDF. The page was not drawn in the time allowed."),
        ],
    )
    def test_a_browser_that_fails_is_told_and_the_next_one_has_its_turn(
        self, client, story, settings, monkeypatch, program, seconds, said
    ):
        settings.ARCHIVE_BROWSER = program
        monkeypatch.setattr(printing, "SECONDS", seconds)
        for _ in range(2):
            response = dossier(client, story, "story_dossier_pdf")
            assert response.status_code == 503
            assert said in words_of(response).replace("&#x27;", "'")

    def test_a_page_to_print_fetches_nothing_and_runs_nothing(self):
        with canaries() as birds:
            self.look_at(GREEDY.replace("BIRD", birds.v4), birds.v4)
            assert len(birds.ways()) >= 8, "a browser that lets it reaches most of them"
            birds.seen.clear()
            made = print_html(
                GREEDY.replace("BIRD", birds.v4),
                program=find_browser(),
                sandbox=True,
                bounds=Bounds(memory_bytes=2_000_000_000, message_bytes=30_000_000, ends=time.monotonic() + 60),
                most=20_000_000,
                foot="<img src='http://BIRD/foot.png'>".replace("BIRD", birds.v4),
            )
            assert "As it was sent." in PdfReader(io.BytesIO(made)).pages[0].extract_text()
            assert birds.seen == []

    @staticmethod
    def look_at(html, bird):
        """The same page in a browser that fetches what it asks for."""
        with site({"/": Route(html)}) as where:
            draw(
                f"http://{where}/",
                program=find_browser(),
                sandbox=True,
                user_agent="Tester/1",
                limits=Limits(connect_seconds=2, first_byte_seconds=5, resource_seconds=10),
                bounded=Bounded(seconds=30, memory_bytes=2_000_000_000, drawn_bytes=20_000_000, height=4_000),
                allow=frozenset([str(where), bird]),
                ends=time.monotonic() + 60,
            )
