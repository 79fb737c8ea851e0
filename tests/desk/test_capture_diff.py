"""Two copies of one page beside each other: chosen by a form, compared by words, with what claims rest on."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from apps.archive.models import Capture
from tests.newsroom import make_capture, make_citation, make_claim, make_extract, make_page, make_reporter, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


@pytest.fixture
def citation(rita):
    return make_citation(make_claim(rita), rita, quote="two soldiers were captured")


def second(citation, text="", **fields):
    capture = make_capture(citation.source.page)
    if text:
        make_extract(capture, text, **fields)
    return capture


def compared(client, before, after):
    return client.get(reverse("desk:capture_diff", args=[before.pk, after.pk]))


def test_words_are_marked_by_element_by_sign_and_aloud(client, citation):
    make_extract(citation.capture, "Seoul says two soldiers were captured.", title="Two captured", byline="Ann")
    after = second(citation, "Seoul says three soldiers were captured.", title="Three captured", byline="Ann")
    page = compared(client, citation.capture, after).content.decode()
    assert '<del><span class="visually-hidden">removed: </span>two ' in page
    assert '<ins><span class="visually-hidden">added: </span>three ' in page
    assert "1 word added, 1 removed: 16.7 % of the text" in page
    assert "Two captured" in page
    assert "Headline" in page
    assert "Byline" not in page
    assert "Only in the earlier copy: edited since. “two” is “three” now." in page


def test_a_quote_that_is_still_there_is_said_to_be(client, citation):
    make_extract(citation.capture, "It says two soldiers were captured.")
    after = second(citation, "It says  Two soldiers were\ncaptured.".replace("\n", " ") + "\nMore.")
    assert "In both copies." in compared(client, citation.capture, after).content.decode()


def test_texts_that_are_the_same_are_said_to_be(client, citation):
    make_extract(citation.capture, "One.\nTwo.")
    assert "The text is the same" in compared(client, citation.capture, second(citation, "One.\nTwo.")).content.decode()


def test_what_a_page_says_is_never_markup(client, citation):
    make_extract(citation.capture, "<script>alert(1)</script> a b c d", title="<b>x</b>")
    after = second(citation, "<script>alert(2)</script> a b c d", title="<i>y</i>")
    page = compared(client, citation.capture, after).content.decode()
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_without_a_text_on_both_sides_there_is_nothing_to_compare(client, citation):
    assert "There is no text to compare" in compared(client, citation.capture, second(citation)).content.decode()


def test_copies_of_different_pages_or_that_are_not_stored_or_the_same_are_no_pair(client, citation):
    other = make_capture(make_page("https://other.example.com/"))
    failed = make_capture(citation.source.page, state=Capture.State.FAILED, code="http_404")
    for after in (other, failed, citation.capture):
        assert compared(client, citation.capture, after).status_code == 404


def test_giant_texts_are_cut_to_what_a_browser_can_show(client, citation):
    make_extract(citation.capture, "\n".join(f"a{number}" for number in range(9_000)))
    after = second(citation, "\n".join(f"b{number}" for number in range(9_000)))
    answer = compared(client, citation.capture, after)
    assert sum(len(stretch.rows) for stretch in answer.context["stretches"]) == 2_000
    page = answer.content.decode()
    assert "far longer than a page can be" in page
    assert "too long to compare every word" in page


class TestChoosing:
    def test_the_sources_page_offers_two_copies_and_leads_to_both_the_earlier_first(self, client, citation):
        after = second(citation)
        page = client.get(reverse("desk:source", args=[citation.source_id])).content.decode()
        address = reverse("desk:page_compare", args=[citation.source.page_id])
        assert address in page
        answer = client.get(address, {"before": after.pk, "after": citation.capture_id})
        assert answer.headers["Location"] == reverse("desk:capture_diff", args=[citation.capture_id, after.pk])

    def test_with_one_stored_copy_there_is_nothing_to_choose(self, client, citation):
        make_capture(citation.source.page, state=Capture.State.FAILED, code="http_404")
        page = client.get(reverse("desk:source", args=[citation.source_id])).content.decode()
        assert reverse("desk:page_compare", args=[citation.source.page_id]) not in page

    @pytest.mark.parametrize(
        "asked", [{}, {"before": "1"}, {"before": "x", "after": "²"}, {"before": "9" * 40, "after": "0"}]
    )
    def test_what_is_no_pair_leads_back_with_a_sentence(self, client, citation, asked):
        answer = client.get(reverse("desk:page_compare", args=[citation.source.page_id]), asked)
        assert answer.headers["Location"] == reverse("desk:source", args=[citation.source_id])
        assert "two different copies" in unescape(str(next(iter(get_messages(answer.wsgi_request)))))

    def test_copies_of_another_page_are_not_taken(self, client, citation):
        other = make_capture(make_source("https://other.example.com/").page)
        address = reverse("desk:page_compare", args=[citation.source.page_id])
        answer = client.get(address, {"before": other.pk, "after": citation.capture_id})
        assert answer.headers["Location"] == reverse("desk:source", args=[citation.source_id])
