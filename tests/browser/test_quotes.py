"""Selecting words in the archived text: with a pointer, with keys, on a phone; and what becomes of them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.claims.models import TextQuote
from tests.newsroom import make_citation, make_claim, make_editor, make_extract

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
TEXT = (
    "Seoul, 27 Dec.\nThe service “confirmed” that one wounded soldier was captured.\nIt said no more. It said no more."
)
SIZES = [{"width": 1280, "height": 900}, {"width": 390, "height": 844}]
SELECT = """([paragraph, start, end]) => {
  const node = [...document.querySelector(`#p${paragraph}`).childNodes].find(
    (one) => one.nodeType === Node.TEXT_NODE && one.textContent.length >= end);
  const range = document.createRange();
  range.setStart(node, start);
  range.setEnd(node, end);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


@pytest.fixture
def citation():
    ada = make_editor()
    citation = make_citation(make_claim(ada), ada, url="https://paper.example.com/story")
    make_extract(citation.capture, TEXT)
    return citation


def select(page, paragraph, words, nth=0):
    line = TEXT.splitlines()[paragraph - 1]
    start = line.index(words)
    for _ in range(nth):
        start = line.index(words, start + 1)
    page.evaluate(SELECT, [paragraph, start, start + len(words)])


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_selected_words_become_a_passage_that_claim_and_copy_lead_to(somebody, citation, size):
    page = somebody("ada", has_touch=size["width"] < 500).page
    page.set_viewport_size(size)
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    button = page.locator(".picker button")
    expect(button).to_be_hidden()
    select(page, 3, "It said no more", nth=1)
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    button.tap() if size["width"] < 500 else button.click()
    expect(page.get_by_label("Exact words")).to_have_value("It said no more")
    expect(page.get_by_role("radio", name=f"on claim {citation.claim_id}")).to_be_focused()
    page.get_by_label("Exact words").press("Control+Enter")
    quote_mark = page.locator("mark", has_text="It said no more")
    expect(quote_mark).to_be_visible()
    quote = TextQuote.objects.get()
    assert quote.prefix.endswith("It said no more. ")
    assert page.url.endswith(f"#quote-{quote.pk}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator(".rests").get_by_role("link", name=f"claim {citation.claim_id}").click()
    page.get_by_role("link", name="See these words in the copy").click()
    page.wait_for_url(f"**#quote-{quote.pk}")
    expect(quote_mark).to_be_in_viewport()


def test_a_pointer_drawn_over_words_shows_the_button_and_a_click_elsewhere_takes_it_away(somebody, citation):
    page = somebody("ada").page
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    box = page.locator("#p2").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 14)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 14, steps=5)
    page.mouse.up()
    expect(page.locator(".picker button")).to_be_visible()
    page.locator("h1").first.click()
    expect(page.locator(".picker button")).to_be_hidden()


def test_with_keys_alone_a_paragraph_is_picked_by_its_number(somebody, citation):
    page = somebody("ada").page
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    page.get_by_role("link", name="Paragraph 2").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".picker button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Exact words")).to_have_value(TEXT.splitlines()[1])
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**#quote-*")
    assert TextQuote.objects.get().exact == TEXT.splitlines()[1].rstrip(".") + "."


def test_over_two_paragraphs_the_numbers_between_are_no_words(somebody, citation):
    page = somebody("ada").page
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    page.get_by_role("link", name="Paragraph 2").click()
    page.get_by_role("link", name="Paragraph 3").click(modifiers=["Shift"])
    page.locator(".picker button").click()
    expect(page.get_by_label("Exact words")).to_have_value("\n".join(TEXT.splitlines()[1:]))
    page.get_by_role("button", name="Cite this passage").click()
    page.wait_for_url("**#quote-*")
    expect(page.locator("mark")).to_have_count(2)


def test_without_javascript_words_are_pasted(somebody, citation):
    page = somebody("ada", java_script_enabled=False).page
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    expect(page.locator(".picker")).to_be_hidden()
    page.get_by_text("Cite a passage of this copy").click()
    page.get_by_label("Exact words").fill('The service "confirmed"')
    page.get_by_role("button", name="Cite this passage").click()
    expect(page.locator("mark")).to_have_text("The service “confirmed”")
