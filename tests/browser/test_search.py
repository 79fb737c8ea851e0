"""Search, quick add and a new claim from a passage, as people meet them."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.claims.models import Claim, TextQuote
from apps.search.catching_up import catch_up
from tests.archive.servers import Route, site
from tests.browser.test_quotes import SIZES, TEXT, select
from tests.newsroom import PASSWORD, make_capture, make_citation, make_claim, make_editor, make_extract, make_source

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
URL = "https://paper.example.com/story"


@pytest.fixture
def capture():
    make_editor()
    capture = make_capture(make_source(URL, title="Seoul confirms").page)
    make_extract(capture, TEXT, title="Seoul confirms")
    catch_up()
    return capture


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_words_typed_in_the_masthead_lead_to_the_very_place_in_the_copy(somebody, capture, size):
    page = somebody("ada").page
    page.set_viewport_size(size)
    page.goto("/claims/")
    page.locator("#search").fill("wounded soldier")
    page.locator("#search").press("Enter")
    page.wait_for_url("**/search/?q=*")
    expect(page.get_by_role("link", name="Archived text 1")).to_have_attribute("aria-current", "true")
    expect(page.locator(".hit mark")).to_have_text(["wounded", "soldier"])
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # While one types the results follow, and the address with them.
    page.locator("#search").fill("nightjar")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.locator("#search").fill("wounded")
    page.locator(".hit h2 a").click()
    page.wait_for_url(f"**{reverse('desk:capture', args=[capture.pk])}*")
    expect(page.locator("#p2")).to_be_in_viewport()


def test_search_works_without_javascript(somebody, capture):
    page = somebody("ada", java_script_enabled=False).page
    page.goto("/search/?q=wounded")
    page.locator("#search").fill("soldier -nightjar")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit mark")).to_have_text("soldier")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_what_is_pasted_is_understood_and_added(somebody, capture, size, scripts):
    ben = make_editor("ben")
    known = make_citation(make_claim(ben, "One was captured."), ben, url="https://b.example.com/2")
    page = somebody("ada", java_script_enabled=scripts).page
    page.set_viewport_size(size)
    page.goto("/claims/")
    page.get_by_role("link", name="Add", exact=True).click()
    page.get_by_label("Addresses, words, or both").fill(
        "Two soldiers were captured.\nhttps://a.example.com/1\nhttps://b.example.com/2\nhttp://10.0.0.1/"
    )
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("The claim, in one sentence")).to_have_value("Two soldiers were captured.")
    expect(page.get_by_text("private or reserved")).to_be_visible()
    expect(page.get_by_role("link", name=f"claim {known.claim_id}: One was captured.").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.get_by_role("radio", name="another claim", exact=True).check()
    expect(page.get_by_label("The claim, in one sentence")).to_be_hidden()
    page.get_by_role("radio", name="a new claim", exact=True).check()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/claims/*/")
    assert Claim.objects.latest("pk").citations.count() == 2


def test_the_bookmark_brings_page_and_selection_over_the_sign_in(somebody, capture, live_server):
    """The bookmark is run as a browser runs it: on a page of another site, which knows nothing of the desk."""
    page = somebody("ada").page
    page.goto("/add/bookmarklet/")
    bookmark = page.locator("#bookmarklet").get_attribute("href")
    stranger = somebody()
    elsewhere = stranger.page
    story = Route(f"<title>Elsewhere</title><link rel=icon href=data:><p>{'北 “two” were captured. ' * 200}</p>")
    with site({"/story?a=1&b=2": story}) as where:
        elsewhere.goto(f"http://{where}/story?a=1&b=2")
        elsewhere.evaluate("getSelection().selectAllChildren(document.querySelector('p'))")
        with elsewhere.expect_popup() as opened:
            elsewhere.evaluate(bookmark.removeprefix("javascript:"))
    desk = opened.value
    desk.wait_for_url("**/sign-in/**")
    desk.get_by_label("User name").fill("ada")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    desk.wait_for_url("**/add/?url=*")
    words = desk.get_by_label("The claim, in one sentence").input_value()
    assert words.startswith("北 “two” were captured. 北 “two”")
    assert "\ufffd" not in words
    expect(desk.get_by_label("Addresses, words, or both")).to_have_value(re.compile(r"/story\?a=1&b=2\n\n北"))


@pytest.mark.parametrize("how", ["pointer", "keys", "no scripts"])
def test_a_passage_becomes_a_new_claim(somebody, capture, how):
    page = somebody("ada", java_script_enabled=how != "no scripts").page
    address = reverse("desk:capture", args=[capture.pk])
    page.goto(address)
    if how == "pointer":
        select(page, 2, "one wounded soldier was captured")
        page.locator(".picker button").click()
    elif how == "keys":
        page.get_by_role("link", name="Paragraph 2").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
    else:
        page.goto(f"{address}cite/")
        page.get_by_label("Take the words of paragraph").fill("2")
        page.get_by_role("button", name="Take them").click()
    expect(page.get_by_role("radio", name="on a new claim")).to_be_checked()
    if how == "keys":
        page.keyboard.press("Tab")
        expect(page.get_by_label("The new claim, in one sentence")).to_be_focused()
    page.get_by_label("The new claim, in one sentence").fill("A soldier was captured.")
    if how == "no scripts":
        page.get_by_role("button", name="Cite this passage").click()
    else:
        page.keyboard.press("Control+Enter")
    expect(page.locator("mark").first).to_be_visible()
    quote = TextQuote.objects.get()
    assert quote.exact in TEXT
    assert quote.citation.claim.statement == "A soldier was captured."
    assert quote.citation.capture == capture
