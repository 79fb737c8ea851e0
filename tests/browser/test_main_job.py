"""The main job, as people do it: two browsers, a worker process, Redis and a site on loopback."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route as PlaywrightRoute
from playwright.sync_api import expect

from apps.claims.models import Claim, Decision
from tests.archive.servers import Route, site
from tests.newsroom import make_claim, make_editor, make_reporter
from tests.workers import wait_for, worker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]


def story(headline: str, outlet: str, credit: str) -> str:
    return f"""<html lang="en"><head><title>{headline}</title><meta property="og:site_name" content="{outlet}">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{headline}", "creditText": "{credit}"}}</script>
</head><body><nav>Home World</nav><article><h1>{headline}</h1><p>Two soldiers were captured in Kursk on Thursday, it was
said in a statement to reporters on Sunday morning.</p><p>Both men are wounded and are being treated.</p></article></body></html>"""


@pytest.fixture
def two_outlets():
    routes = {
        "/sbu": Route(story("Two prisoners of war", "Security Service of Ukraine", "SBU"), delay=1.5),
        "/yonhap": Route(story("NIS confirms two captured", "Yonhap", "Yonhap"), delay=1.5),
        "/gone": Route("Gone.", status=410),
    }
    with site(routes) as where:
        yield where


def test_two_pages_are_cited_stored_and_the_claim_corroborated_without_a_reload(
    somebody, settings, tmp_path, two_outlets
):
    settings.ARCHIVE_ALLOW = frozenset([str(two_outlets)])
    rita, ada, ben = make_reporter(), make_editor(), make_editor("ben")
    claim = make_claim(rita, "Ukraine captured two North Korean soldiers in Kursk.")
    with worker(tmp_path):
        reporter = somebody().sign_in("rita")
        page = reporter.page
        page.get_by_role("link", name="Ukraine captured two North Korean soldiers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(claim.statement)
        reporter.stays()

        editor = somebody().sign_in("ada")
        editor.page.goto(f"/claims/{claim.pk}/")
        expect(editor.page.locator("#assessment-corroborated")).to_contain_text(
            "Two independent lines that support the claim."
        )
        # Words that are typed before the evidence changes: their form stays as it is, and is told so when it is sent.
        editor.page.locator("#moves").get_by_label("Reason").first.fill(
            "The SBU shows the men and the NIS confirms it."
        )

        for path in ("/sbu", "/yonhap"):
            page.get_by_label("Address of the page").fill(f"http://{two_outlets}{path}")
            if path == "/sbu":
                page.locator("#cite summary").click()
                page.locator("#cite").get_by_label("First-hand").check()
            page.get_by_role("button", name="Cite", exact=True).click()
            expect(page.get_by_label("Address of the page")).to_have_value("")
        rows = page.locator("[data-capture-state]")
        expect(rows).to_have_count(2)
        expect(page.locator('[data-capture-state="queued"], [data-capture-state="fetching"]').first).to_be_visible()
        expect(page.locator('[data-capture-state="stored"]')).to_have_count(2, timeout=30_000)
        expect(rows.first).to_contain_text("Security Service of Ukraine", timeout=20_000)
        expect(rows.last).to_contain_text("Credit line: Yonhap", timeout=20_000)
        expect(page.locator("#poller")).not_to_have_attribute("hx-trigger", re.compile("."), timeout=20_000)
        expect(page.locator("#timeline")).to_contain_text("The archive stored a copy of")
        expect(page.locator("#assessment-corroborated")).to_contain_text("Two independent lines support the claim")
        assert reporter.has_stayed()

    page = editor.page
    editor.stays()
    expect(page.locator("#evidence")).to_contain_text("Security Service of Ukraine")
    page.get_by_role("button", name="Ask to mark corroborated").click()
    expect(page.locator("#moves")).to_contain_text("Rita cited", timeout=10_000)
    expect(page.locator("#moves").get_by_label("Reason").first).to_have_value(
        "The SBU shows the men and the NIS confirms it."
    )
    page.get_by_role("button", name="Ask to mark corroborated").click()
    expect(page.locator("#asked")).to_contain_text("Waits for another editor.")
    expect(page.locator("#timeline")).to_contain_text("Ada asked for “corroborated”: a second editor has to sign")
    expect(page.locator("#timeline")).to_contain_text("The SBU shows the men and the NIS confirms it.")
    assert editor.has_stayed()

    second = somebody().sign_in("ben").page
    second.get_by_role("link", name="Waits for your signature").click()
    second.get_by_role("link", name="Ukraine captured two North Korean soldiers").click()
    expect(second.locator("#asked")).to_contain_text("Nothing has changed since.")
    second.get_by_role("button", name="Sign: corroborated").click()
    expect(second.locator("#claim-header")).to_contain_text("Marked corroborated by Ben, as asked for by Ada")

    claim, decision = Claim.objects.get(), Decision.objects.get()
    assert (claim.state, decision.asked_by, decision.decided_by) == ("corroborated", ada, ben)
    page.goto(f"/trail/?claim={claim.pk}&verb=claim_corroborated")
    expect(page.locator("#results")).to_contain_text("Ben marked the claim corroborated")
    editor.troubles = [trouble for trouble in editor.troubles if "409" not in trouble]


def test_a_page_that_is_gone_is_told_on_its_row_and_tried_again_by_hand(somebody, settings, tmp_path, two_outlets):
    settings.ARCHIVE_ALLOW = frozenset([str(two_outlets)])
    claim = make_claim(make_reporter())
    with worker(tmp_path):
        page = somebody("rita").page
        page.goto(f"/claims/{claim.pk}/")
        page.get_by_label("Address of the page").fill(f"http://{two_outlets}/gone")
        page.get_by_role("button", name="Cite", exact=True).click()
        row = page.locator('[data-capture-state="failed"]')
        expect(row).to_contain_text("The page is gone: the server answered 410.", timeout=20_000)
        asked = len(two_outlets.requests)
        row.get_by_role("button", name="Try again").click()
        wait_for(lambda: len(two_outlets.requests) > asked, 20, "a second request")
        expect(row).to_contain_text("2 attempts", timeout=20_000)


def test_a_bad_address_is_told_beside_the_field_and_nothing_typed_is_lost(somebody):
    claim = make_claim(make_reporter())
    person = somebody("rita")
    page = person.page
    page.goto(f"/claims/{claim.pk}/")
    page.get_by_label("Address of the page").fill("file:///etc/passwd")
    page.get_by_text("Exact words, who says them, and a note").click()
    page.get_by_label("Note for colleagues").fill("See line 3.")
    page.get_by_role("button", name="Cite", exact=True).click()
    expect(page.locator("#cite")).to_contain_text("Only addresses that begin with http:// or https://")
    expect(page.get_by_label("Address of the page")).to_have_value("file:///etc/passwd")
    expect(page.get_by_label("Note for colleagues")).to_have_value("See line 3.")
    person.troubles = [trouble for trouble in person.troubles if "422" not in trouble]


def test_the_next_address_typed_while_the_first_is_on_its_way_stays(somebody):
    claim = make_claim(make_reporter())
    page = somebody("rita").page
    page.goto(f"/claims/{claim.pk}/")
    address, cite = page.get_by_label("Address of the page"), page.get_by_role("button", name="Cite", exact=True)
    held: list[PlaywrightRoute] = []
    page.route("**/cite/", lambda route: held.append(route))
    address.fill("https://a.example.com/1")
    with page.expect_request("**/cite/"):
        cite.click()
    address.fill("https://a.example.com/2")
    held.pop().continue_()
    expect(page.locator("#evidence")).to_contain_text("a.example.com/1")
    expect(address).to_have_value("https://a.example.com/2")


def test_a_session_that_ends_in_the_middle_keeps_what_was_typed(somebody):
    claim = make_claim(make_reporter())
    person = somebody("rita")
    page = person.page
    page.goto(f"/claims/{claim.pk}/")
    page.get_by_label("Address of the page").fill("https://news.example.org/a")
    person.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Cite", exact=True).click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.get_by_label("User name").fill("rita")
    page.get_by_label("Password").fill("a desk of one's own")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Address of the page")).to_have_value("https://news.example.org/a")
    person.troubles = [trouble for trouble in person.troubles if "401" not in trouble]


def test_the_main_job_works_without_javascript(somebody, settings, tmp_path, two_outlets):
    settings.ARCHIVE_ALLOW = frozenset([str(two_outlets)])
    rita = make_reporter()
    make_editor()
    make_editor("ben")
    claim = make_claim(rita)
    with worker(tmp_path):
        page = somebody(java_script_enabled=False).sign_in("rita").page
        for path in ("/sbu", "/yonhap"):
            page.goto(f"/claims/{claim.pk}/")
            page.get_by_label("Address of the page").fill(f"http://{two_outlets}{path}")
            page.locator("#cite summary").click()
            page.locator("#cite").get_by_label("First-hand").check()
            page.get_by_role("button", name="Cite", exact=True).click()
        wait_for(lambda: claim.citations.filter(source__outlet__isnull=False).count() == 2, 30, "both to be read")
    page = somebody(java_script_enabled=False).sign_in("ada").page
    page.goto(f"/claims/{claim.pk}/")
    page.locator("#moves").get_by_label("Reason").first.fill("Two bodies know.")
    page.get_by_role("button", name="Ask to mark corroborated").click()
    expect(page.locator("#asked")).to_contain_text("Waits for another editor.")
    page = somebody(java_script_enabled=False).sign_in("ben").page
    page.goto(f"/claims/{claim.pk}/")
    page.get_by_role("button", name="Sign: corroborated").click()
    expect(page.locator("#claim-header")).to_contain_text("Corroborated")
