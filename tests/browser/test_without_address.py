"""Citing a document and an interview: on a phone, by keyboard, without JavaScript, and read by a person afterwards."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.archive.reading import reader
from apps.claims.models import Citation
from apps.sources.tasks import learn
from tests.archive import sounds, uploads
from tests.newsroom import make_claim, make_reporter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 390, "height": 844}
SIZES = [{"width": 1280, "height": 900}, PHONE]


@pytest.fixture
def claim():
    return make_claim(make_reporter(), "Ukraine captured two North Korean soldiers.")


def fits(page, size):
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def read():
    citation = Citation.objects.latest("pk")
    reader.run(citation.capture_id)
    learn(citation.capture_id)
    return citation


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
def test_a_pdf_is_cited_and_its_words_are_picked(somebody, claim, size):
    page = somebody("rita").page
    page.set_viewport_size(size)
    page.goto(reverse("desk:claim", args=[claim.pk]))
    fits(page, size)
    page.get_by_role("link", name="a document or a picture").click()
    expect(page.get_by_label("Who made it")).to_be_visible()
    fits(page, size)
    page.get_by_label("Title").fill("Order No. 4")
    page.get_by_label("Who made it").fill("Ministry of Defence")
    page.get_by_label("Who provided it").fill("The press office")
    page.get_by_label("Where it comes from").fill("Mailed to the desk.")
    pdf = {"name": "order.pdf", "mimeType": "application/pdf", "buffer": uploads.pdf("Two soldiers were captured.")}
    page.locator("#id_file").set_input_files(pdf)
    page.get_by_role("button", name="Cite", exact=True).click()
    page.wait_for_url("**#citation-*")
    expect(page.locator(".citation")).to_contain_text("Ministry of Defence · Document")
    fits(page, size)
    citation = read()
    page.goto(reverse("desk:source", args=[citation.source_id]))
    expect(page.locator(".reader")).to_contain_text("Two soldiers were captured.")
    expect(page.get_by_text(f"No web address. SHA-256 {citation.source.page.digest}")).to_be_visible()
    fits(page, size)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the document").click()
    assert download.value.suggested_filename == f"capture-{citation.capture_id}.pdf"
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    page.get_by_text("Cite a passage of this copy").click()
    page.get_by_label("Exact words").fill("were captured")
    page.get_by_role("button", name="Cite this passage").click()
    expect(page.locator("mark")).to_have_text("were captured")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without"])
def test_an_interview_on_a_phone(somebody, claim, javascript):
    page = somebody("rita", java_script_enabled=javascript, color_scheme="dark").page
    page.set_viewport_size(PHONE)
    page.goto(reverse("desk:claim", args=[claim.pk]))
    page.get_by_role("link", name="what somebody told the desk").click()
    expect(page.get_by_label("With whom")).to_be_visible()
    if javascript:
        fits(page, PHONE)
    expect(page.get_by_role("link", name="confidential source")).to_have_attribute(
        "href", reverse("desk:claim_confide", args=[claim.pk])
    )
    page.get_by_label("With whom").fill("an unnamed official")
    page.get_by_label("They have no name here").check()
    page.get_by_role("radio", name="in person").check()
    page.get_by_label("Notes, or a transcript").fill("Two of them. I saw both.")
    recording = {"name": "talk.mp3", "mimeType": "audio/mpeg", "buffer": sounds.mp3()}
    page.locator("#id_recording").set_input_files(recording)
    page.get_by_label("First-hand").check()
    page.get_by_role("button", name="Cite", exact=True).click()
    page.wait_for_url("**#citation-*")
    expect(page.locator(".citation")).to_contain_text("an unnamed official · Interview")
    expect(page.locator(".citation")).to_contain_text("first-hand")
    citation = read()
    page.goto(reverse("desk:source", args=[citation.source_id]))
    expect(page.locator(".reader")).to_contain_text("I saw both.")
    if javascript:
        fits(page, PHONE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the recording").click()
    assert download.value.suggested_filename == f"capture-{citation.capture_id}.mp3"


def test_with_keys_alone_what_won_t_do_comes_back_as_it_was_typed(somebody, claim):
    rita = somebody("rita")
    page = rita.page
    page.goto(reverse("desk:claim_cite_document", args=[claim.pk]))
    page.get_by_label("Title").focus()
    page.keyboard.type("Order No. 4")
    page.get_by_label("Where it comes from").focus()
    page.keyboard.type("Mailed.")
    text = {"name": "a.html", "mimeType": "text/html", "buffer": uploads.PAGE}
    page.locator("#id_file").set_input_files(text)
    page.get_by_role("button", name="Cite", exact=True).focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        page.keyboard.press("Enter")
    expect(page.locator("#id_file_error")).to_contain_text("This file is a page of the web.")
    expect(page.get_by_label("Title")).to_have_value("Order No. 4")
    expect(page.get_by_label("Where it comes from")).to_have_value("Mailed.")
    # Chromium says in its console that a form was refused; nothing else may stand there.
    assert [trouble for trouble in rita.troubles if "422 (Unprocessable Entity)" not in trouble] == []
    rita.troubles.clear()
