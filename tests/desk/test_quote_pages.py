"""Quotes on the desk: shown in the archived text, picked there, corrected; and never a way in for what a page says."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from apps.archive.models import Passage
from apps.audit.models import Entry
from apps.claims.actions import find_words, pick_passage
from apps.claims.models import Citation, Claim, TextQuote
from apps.claims.quotes import Picked
from apps.desk.quotes import cited_words, marks, paragraphs
from tests.newsroom import (
    make_capture,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_page,
    make_person,
    make_reporter,
    make_story,
)

pytestmark = pytest.mark.django_db
TEXT = 'Seoul.\n\nThe service "confirmed" that one wounded soldier was captured.\nIt said no more. It said no more.'


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def citation(ada):
    citation = make_citation(make_claim(ada), ada, url="https://paper.example.com/story")
    make_extract(citation.capture, TEXT)
    return citation


def picked(citation, ada, words, capture=None):
    return pick_passage(citation, by=ada, picked=Picked(capture or citation.capture, words))


def text(response):
    return unescape(" ".join(response.content.decode().split()))


def reader(client, capture):
    response = client.get(reverse("desk:capture", args=[capture.pk]))
    assert response.status_code == 200
    return text(response)


class TestInTheReader:
    def test_a_passage_has_a_place_to_go_to_and_a_way_to_its_claim(self, client, ada, citation):
        quote = picked(citation, ada, "one wounded soldier")
        page = reader(client, citation.capture)
        assert f'id="quote-{quote.pk}"' in page
        assert "<mark>one wounded soldier</mark>" in page
        assert f'href="#quote-{quote.pk}"' in page
        assert f"{reverse('desk:claim', args=[citation.claim_id])}#citation-{citation.pk}" in page

    def test_the_claim_leads_to_the_passage(self, client, ada, citation):
        quote = picked(citation, ada, "one wounded soldier")
        page = text(client.get(reverse("desk:claim", args=[citation.claim_id])))
        assert f"{reverse('desk:capture', args=[citation.capture_id])}#quote-{quote.pk}" in page
        assert "See these words in the copy" in page

    def test_it_is_found_again_in_a_later_copy_that_was_set_anew(self, client, ada, citation):
        picked(citation, ada, 'service "confirmed" that one wounded soldier')
        later = make_capture(citation.source.page)
        make_extract(later, "SEOUL.\nThe service «con\u00adfirmed» that  one\u00a0wounded soldier was taken.")
        assert "<mark>service «con\u00adfirmed» that one wounded soldier</mark>" in reader(client, later)

    def test_one_that_was_edited_there_says_how(self, client, ada, citation):
        picked(citation, ada, "confirmed that one wounded soldier was captured")
        later = make_capture(citation.source.page)
        make_extract(later, "The service confirmed that one wounded soldier was released.")
        page = reader(client, later)
        assert "Edited in this copy:" in page
        assert "“captured” is “released” now" in page
        assert '<mark class="is-edited">' in page

    def test_one_that_is_gone_is_listed_and_not_marked(self, client, ada, citation):
        picked(citation, ada, "one wounded soldier")
        later = make_capture(citation.source.page)
        make_extract(later, "Something else altogether is here now.")
        page = reader(client, later)
        assert "Not found in this copy." in page
        assert "<mark" not in page

    def test_passages_that_overlap_are_each_marked_whole(self, ada, citation):
        one, other = picked(citation, ada, "one wounded soldier"), picked(citation, ada, "wounded soldier was captured")
        found = marks(TEXT, cited_words(citation.source.page))
        parts = [part for line in paragraphs(TEXT, found) for part in line]
        assert "".join(part.text for part in parts if f"quote-{one.pk}" in {m.key for m in part.marks}) == one.exact
        assert "".join(part.text for part in parts if f"quote-{other.pk}" in {m.key for m in part.marks}) == other.exact
        begun = [mark.key for part in parts for mark in part.begins]
        ended = [mark.key for part in parts for mark in part.ends]
        assert sorted(begun) == sorted(ended) == sorted([f"quote-{one.pk}", f"quote-{other.pk}"])

    def test_one_over_two_paragraphs_is_marked_in_both(self, client, ada, citation):
        picked(citation, ada, "was captured. It said")
        page = reader(client, citation.capture)
        assert "<mark>was captured.</mark>" in page
        assert "<mark>It said</mark>" in page

    def test_the_parts_are_the_text_whatever_is_in_it(self, ada, citation):
        wild = "<script>alert(1)</script> one wounded soldier \u2028 & more\r\n\x0b<img src=x onerror=y>one wounded one"
        picked(citation, ada, "one wounded soldier")
        found = marks(wild, cited_words(citation.source.page))
        told = ["".join(part.text for part in line) for line in paragraphs(wild, found)]
        assert told == [line.rstrip("\r\n") for line in wild.splitlines() if line.strip()]

    def test_nothing_of_the_page_is_markup_in_the_desk(self, client, ada):
        hostile = 'He said <b onmouseover="alert(1)">one "wounded" soldier</b> & <script>alert(2)</script>.'
        citation = make_citation(make_claim(ada), ada, url="https://evil.example.com/")
        make_extract(citation.capture, hostile)
        picked(citation, ada, 'onmouseover="alert(1)">one "wounded" soldier</b> & <script>alert(2)</script>')
        for address in (
            reverse("desk:capture", args=[citation.capture_id]),
            reverse("desk:claim", args=[citation.claim_id]),
            reverse("desk:citation_edit", args=[citation.pk]),
        ):
            raw = client.get(address).content.decode()
            assert "<script>alert" not in raw
            assert '<b onmouseover="' not in raw
            assert "&lt;script&gt;alert(2)" in raw


class TestPicking:
    def send(self, client, capture, **typed):
        data = {"exact": "one wounded soldier", "where": "new", **typed}
        return client.post(reverse("desk:capture_cite", args=[capture.pk]), data, follow=True)

    def test_on_a_claim_where_the_page_is_cited(self, client, citation):
        response = self.send(client, citation.capture, where=str(citation.pk))
        citation.refresh_from_db()
        assert citation.quote == "one wounded soldier"
        assert "Cited on claim" in text(response)

    def test_on_another_claim_by_its_number(self, client, ada, citation):
        claim = make_claim(ada, "One soldier was captured.")
        typed = {"quoted": "NIS", "quoted_verb": "confirms", "first_hand": "on", "stance": "disputes"}
        self.send(client, citation.capture, claim=f"#{claim.pk}", **typed)
        made = claim.citations.get()
        assert (made.capture, made.quote, made.said_by) == (citation.capture, "one wounded soldier", "NIS confirms")
        assert (made.first_hand, made.stance) == (True, "disputes")

    def test_on_another_claim_by_its_words_and_of_several_by_choice(self, client, ada, citation):
        first, second = make_claim(ada, "A bridge was hit at dawn."), make_claim(ada, "A bridge was hit at dusk.")
        response = self.send(client, citation.capture, claim="bridge hit")
        assert response.status_code == 422
        assert "Several claims have these words" in text(response)
        assert "one wounded soldier" in text(response)
        self.send(client, citation.capture, claim="bridge hit", chosen=second.pk)
        assert (first.citations.count(), second.citations.count()) == (0, 1)
        self.send(client, citation.capture, claim="at dawn")
        assert first.citations.count() == 1

    @pytest.mark.parametrize(
        ("claim", "told"), [("", "Which claim?"), ("9999", "no claim 9999"), ("xyzzy", "No claim has all these words")]
    )
    def test_a_claim_that_is_not_there_is_asked_for_again(self, client, citation, claim, told):
        response = self.send(client, citation.capture, claim=claim)
        assert response.status_code == 422
        assert told in text(response)

    def test_words_that_are_not_in_the_copy_are_refused_and_kept_in_the_form(self, client, citation):
        response = self.send(
            client, citation.capture, where=str(citation.pk), exact="that one wounded soldier was released"
        )
        assert response.status_code == 409
        page = text(response)
        assert "These words are not in this copy." in page
        assert "Close to it, in paragraph 2" in page
        assert "that one wounded soldier was released</textarea>" in page

    def test_a_page_cited_there_already_is_refused(self, client, citation):
        response = self.send(client, citation.capture, claim=str(citation.claim_id))
        assert response.status_code == 409
        assert "cited on this claim already" in text(response)

    def test_a_copy_that_is_not_stored_has_no_words(self, client, ada):
        queued = make_capture(make_page("https://late.example.com/"), "queued")
        assert client.get(reverse("desk:capture_cite", args=[queued.pk])).status_code == 404


class TestCorrecting:
    def send(self, client, citation, **typed):
        form = client.get(reverse("desk:citation_edit", args=[citation.pk])).context["form"]
        data = {"expected_version": form["expected_version"].value()}
        for name in ("quote", "quoted", "quoted_verb", "first_hand", "note"):
            value = form[name].value()
            data[name] = data[f"initial-{name}"] = value if value not in (None, False) else ""
        return client.post(reverse("desk:citation_edit", args=[citation.pk]), data | typed)

    def test_pasted_words_that_are_in_the_copy_become_a_passage_of_it(self, client, citation):
        assert self.send(client, citation, quote="The service “confirmed”").status_code == 302
        assert citation.text_quotes.live().get().exact == 'The service "confirmed"'

    def test_words_that_are_not_are_told_where_they_may_be_and_kept_when_asked_to(self, client, citation):
        words = "that two wounded soldier was captured"
        response = self.send(client, citation, quote=words)
        assert response.status_code == 409
        page = text(response)
        assert "Close to it, in paragraph 2" in page
        assert "Keep these words as they are typed" in page
        assert words in page
        assert self.send(client, citation, quote=words, as_typed="on").status_code == 302
        assert "Not found in the copy." in text(client.get(reverse("desk:claim", args=[citation.claim_id])))
        assert Passage.objects.relied_on().get().exact == words

    def test_who_is_quoted_stands_on_the_row_and_in_the_timeline(self, client, citation):
        self.send(client, citation, quoted="NIS", quoted_verb="confirms", first_hand="on")
        page = text(client.get(reverse("desk:claim", args=[citation.claim_id])))
        assert "<b>NIS</b> confirms" in page
        assert "first-hand" in page
        assert "Ada edited the citation of" in page

    def test_a_verb_without_a_party_is_refused_beside_the_field(self, client, citation):
        response = self.send(client, citation, quoted_verb="confirms")
        assert response.status_code == 422
        assert "Say who does that" in text(response)

    def test_a_late_form_is_told_and_takes_nothing_back(self, client, ada, citation):
        picked(citation, ada, "one wounded soldier")
        response = client.post(
            reverse("desk:citation_edit", args=[citation.pk]),
            {"expected_version": 1, "quote": "", "initial-quote": "", "note": "Mine.", "initial-note": ""},
        )
        assert response.status_code == 409
        assert "Mine." in text(response)
        citation.refresh_from_db()
        assert citation.quote == "one wounded soldier"

    def test_a_reporter_edits_no_colleagues_citation(self, client, citation):
        client.force_login(make_reporter())
        assert client.get(reverse("desk:citation_edit", args=[citation.pk])).status_code == 403


def test_words_that_wait_for_their_copy_say_so(client, ada):
    citation = make_citation(make_claim(ada), ada, state="queued", quote="one wounded soldier")
    page = text(client.get(reverse("desk:claim", args=[citation.claim_id])))
    assert "Looked for when the copy has been read." in page


def test_the_page_asks_on_until_they_were_looked_for(client, ada):
    citation = make_citation(make_claim(ada), ada, quote="one wounded soldier")
    make_extract(citation.capture, TEXT)
    before = client.get(reverse("desk:claim", args=[citation.claim_id])).context
    assert before["is_moving"]
    find_words(citation)
    url = reverse("desk:claim_evidence", args=[citation.claim_id])
    page = text(
        client.get(url, {"shown": before["shown"], "shown_state": "unverified"}, headers={"HX-Request": "true"})
    )
    assert "See these words in the copy" in page
    assert "hx-get" not in page.split('id="poller"')[1].split(">")[0]


def test_citing_with_who_is_quoted_is_one_form(client, ada):
    claim = make_claim(ada)
    typed = {"url": "https://paper.example.com/x", "stance": "supports", "quoted": "NIS", "quoted_verb": "confirms"}
    response = client.post(reverse("desk:claim_cite", args=[claim.pk]), typed | {"first_hand": "on"})
    assert response.status_code == 302
    assert Citation.objects.get().said_by == "NIS confirms"
    assert Entry.objects.get(verb="source_cited").after["first_hand"] is True


def test_the_claim_page_asks_no_more_for_many_quotes_than_for_one(client, ada, django_assert_max_num_queries):
    claim = make_claim(ada)
    for number in range(12):
        citation = make_citation(claim, ada, quote="one wounded soldier", outlet=f"Outlet {number}")
        make_extract(citation.capture, TEXT)
        find_words(citation)
    with django_assert_max_num_queries(33):
        client.get(reverse("desk:claim", args=[claim.pk]))


class TestOnANewClaim:
    """A passage that no claim rests on yet: the claim and its citation are one."""

    @pytest.fixture
    def capture(self, ada):
        capture = make_capture(make_page("https://paper.example.com/other"))
        make_extract(capture, TEXT)
        return capture

    def cite(self, client, capture, words="one wounded soldier", **told):
        told = {"where": "open", "statement": "A soldier was captured.", **told}
        return client.post(reverse("desk:capture_cite", args=[capture.pk]), {"exact": words, **told})

    def test_it_is_opened_with_the_words_as_the_copy_has_them(self, client, ada, capture):
        story = make_story(ada)
        told = {"story": story.pk, "claimant": "NIS", "quoted": "NIS", "quoted_verb": "confirms", "stance": "context"}
        response = self.cite(client, capture, "The service “confirmed”", **told)
        citation = Citation.objects.get()
        claim = citation.claim
        assert (claim.statement, claim.story, claim.claimant.name) == ("A soldier was captured.", story, "NIS")
        assert (citation.quote, citation.capture, citation.said_by) == (
            'The service "confirmed"',
            capture,
            "NIS confirms",
        )
        assert citation.stance == "context"
        quote = citation.text_quotes.get()
        assert response.headers["Location"] == f"{reverse('desk:capture', args=[capture.pk])}#quote-{quote.pk}"

    def test_words_that_are_not_there_open_no_claim_and_nothing_typed_is_lost(self, client, ada, capture):
        response = self.cite(client, capture, "one wounded sailor was captured", claimant="NIS")
        assert response.status_code == 409
        assert "These words are not in this copy." in text(response)
        assert 'value="NIS"' in text(response)
        assert not Claim.objects.exists()

    def test_a_claim_needs_its_sentence(self, client, ada, capture):
        response = self.cite(client, capture, statement=" ")
        assert response.status_code == 422
        assert "Write the claim in one sentence." in text(response)

    def test_a_claim_that_is_nearly_the_same_is_asked_about_once(self, client, ada, capture):
        known = make_claim(ada, "A soldier was captured.")
        response = self.cite(client, capture)
        assert response.status_code == 409
        assert "The desk knows claims like this." in text(response)
        assert self.cite(client, capture, seen=known.pk).status_code == 302
        assert Claim.objects.count() == 2

    def test_the_same_form_sent_twice_opens_one(self, client, ada, capture):
        for _ in range(2):
            assert self.cite(client, capture, submission="0f0e0d0c-0b0a-4a0b-8c0d-0e0f0a0b0c0d").status_code == 302
        assert (Claim.objects.count(), Citation.objects.count(), TextQuote.objects.count()) == (1, 1, 1)

    @pytest.mark.parametrize(
        ("number", "words"), [("2", TEXT.splitlines()[2]), ("9", ""), ("0", ""), ("x", ""), ("²", "")]
    )
    def test_without_scripts_a_paragraph_is_taken_by_its_number(self, client, ada, capture, number, words):
        response = client.get(reverse("desk:capture_cite", args=[capture.pk]), {"paragraph": number})
        assert response.context["passage_form"]["exact"].value() == words

    def test_an_auditor_may_not(self, client, capture):
        client.force_login(make_person("aziz", "auditor"))
        assert self.cite(client, capture).status_code == 403
        assert not Claim.objects.exists()
