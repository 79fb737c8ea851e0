"""Taking copies away at a browser: a button, a file; or a page that says why there is none."""

from __future__ import annotations

import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.archive.models import Capture
from tests.archive.copies import copies_of_a_site
from tests.newsroom import make_citation, make_claim, make_reporter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "https://news.example.org/" + "a-very-long-path-without-any-break" * 12


def test_the_buttons_give_the_files(somebody, settings):
    rita = make_reporter()
    claim = make_claim(rita)
    citation = make_citation(claim, rita)
    with copies_of_a_site(settings) as copies:
        citation.capture = copies.page()
        citation.source.page = citation.capture.page
    citation.source.save(update_fields=["page"])
    citation.save(update_fields=["capture"])
    page = somebody("rita").page
    for path, button, name in (
        (reverse("desk:claim", args=[claim.pk]), "Download all stored copies (WACZ)", f"claim-{claim.pk}.wacz"),
        (
            reverse("desk:source", args=[citation.source_id]),
            "Download to replay (WACZ)",
            f"capture-{citation.capture_id}.wacz",
        ),
    ):
        page.goto(path)
        with page.expect_download() as handed_out:
            page.get_by_role("link", name=button).click()
        assert handed_out.value.suggested_filename == name
        assert zipfile.is_zipfile(handed_out.value.path())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_refusal_fits_a_phone_and_leads_back(somebody, scheme):
    rita = make_reporter()
    claim = make_claim(rita)
    make_citation(claim, rita, url=LONG, state=Capture.State.STORED)
    person = somebody("rita", color_scheme=scheme)
    page = person.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("desk:claim", args=[claim.pk]))
    page.get_by_role("link", name="Download all stored copies (WACZ)").click()
    expect(page.locator("main")).to_contain_text("There is no record")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("h1").count() == page.locator("main").count() == 1
    page.get_by_role("link", name="Back", exact=True).click()
    page.wait_for_url(f"**{reverse('desk:claim', args=[claim.pk])}")
    # The browser notes the status 409 of the refusal, and nothing else may have gone wrong.
    assert all("409" in trouble for trouble in person.troubles)
    person.troubles.clear()
