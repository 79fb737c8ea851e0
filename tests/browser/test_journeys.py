"""The ways through the desk that matter, each walked at a desk's width, at a phone's, and by keys without JavaScript."""

from __future__ import annotations

import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.audit.sealing.sealer import seal
from apps.claims.models import Claim, Policy
from apps.sources.actions import suggest_attribution
from tests.archive.copies import copies_of_a_site
from tests.archive.servers import Route, site
from tests.browser.journeys import SIZES, Journey
from tests.bundles.made import Desk
from tests.newsroom import (
    corroborate,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_flag,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)
from tests.workers import clock, wait_for, worker

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]
STATEMENT = "Ukraine captured two North Korean soldiers in Kursk."
PAGE = """<html lang="en"><head><title>Two captured</title></head><body><article><h1>Two captured</h1>
<p>Two soldiers were captured in Kursk on Thursday, the service said in a statement to reporters.</p>
<p>Both men are wounded and are being treated in Kyiv, and both have said where they come from.</p></article></body></html>"""


@pytest.fixture(params=SIZES)
def journey(request, somebody):
    return Journey(request.node.originalname.removeprefix("test_"), request.param, somebody)


def stored(page):
    return page.locator('[data-capture-state="stored"]')


def test_a_reporter_pastes_an_address_and_it_is_kept(journey, settings, tmp_path):
    make_reporter()
    with site({"/story": Route(PAGE)}) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = journey.page("rita")
        page.goto(reverse("desk:queue"))
        journey.arrived(page, "queue")
        journey.press(page.get_by_role("link", name="New claim"))
        page.get_by_label("The claim, in one sentence").fill(STATEMENT)
        journey.press(page.get_by_role("button", name="Open the claim"))
        expect(page.locator("h1")).to_have_text(STATEMENT)
        page.get_by_label("Address of the page").fill("javascript:alert(1)")
        journey.press(page.get_by_role("button", name="Cite", exact=True))
        expect(page.locator("#cite .errorlist")).to_be_visible()
        journey.was_refused(422)
        expect(page.get_by_label("Address of the page")).to_have_value("javascript:alert(1)")
        page.get_by_label("Address of the page").fill(f"http://{where}/story")
        journey.press(page.get_by_role("button", name="Cite", exact=True))
        journey.awaits(stored(page), 30)
        journey.arrived(page, "claim")


def test_a_worker_dies_in_the_middle_and_another_brings_the_page(journey, settings, tmp_path):
    claim = make_claim(make_reporter(), STATEMENT)
    short = {"ARCHIVE_LEASE_SECONDS": "4", "ARCHIVE_CAPTURE_SECONDS": "10"}
    with site({"/story": Route(PAGE, delay=2)}) as where, clock(tmp_path):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = journey.page("rita")
        page.goto(reverse("desk:claim", args=[claim.pk]))
        with worker(tmp_path, "first", **short) as first:
            page.get_by_label("Address of the page").fill(f"http://{where}/story")
            journey.press(page.get_by_role("button", name="Cite", exact=True))
            wait_for(lambda: where.requests, 30, "the first worker to ask for the page")
            first.kill()
        journey.awaits(page.locator('[data-capture-state="fetching"]'), 20)
        with worker(tmp_path, "second", **short):
            journey.awaits(stored(page), 60)
        journey.arrived(page, "claim")


def test_one_editor_asks_and_another_signs(journey):
    ada, _ = make_editor(), make_editor("ben")
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    first, second = journey.page("ada"), journey.page("ben")
    first.goto(reverse("desk:claim", args=[claim.pk]))
    first.locator("#moves").get_by_label("Reason").first.fill("Two bodies know for themselves.")
    journey.press(first.get_by_role("button", name="Ask to mark corroborated"))
    expect(first.locator("#asked")).to_contain_text("Waits for another editor.")
    journey.arrived(first, "asked")
    second.goto(reverse("desk:queue") + "?sign_off=waiting")
    journey.press(second.get_by_role("link", name=STATEMENT))
    journey.press(second.get_by_role("button", name="Sign: corroborated"))
    expect(second.locator("#claim-header")).to_contain_text("Marked corroborated by Ben, as asked for by Ada")
    journey.arrived(second, "signed")
    first.reload()
    expect(first.locator("#claim-header")).to_contain_text("Corroborated")


def test_a_request_is_void_when_the_evidence_changes_under_it(journey):
    ada, ben = make_editor(), make_editor("ben")
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    page = journey.page("ben")
    asked = reverse("desk:claim", args=[claim.pk])
    ask_for = journey.page("ada")
    ask_for.goto(asked)
    ask_for.locator("#moves").get_by_label("Reason").first.fill("Two bodies know.")
    journey.press(ask_for.get_by_role("button", name="Ask to mark corroborated"))
    expect(ask_for.locator("#asked")).to_be_visible()
    page.goto(asked)
    make_citation(Claim.objects.get(pk=claim.pk), ben, outlet="TASS", stance="disputes")
    journey.press(page.get_by_role("button", name="Sign: corroborated"))
    expect(page.locator("main")).to_contain_text("TASS")
    journey.arrived(page, "void")
    journey.was_refused(409)
    assert Claim.objects.get(pk=claim.pk).state == "unverified"


def test_a_dispute_is_answered(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    make_citation(claim, ada, outlet="TASS", stance="disputes")
    page = journey.page("ada")
    page.goto(reverse("desk:claim", args=[claim.pk]))
    expect(page.locator("#evidence")).to_contain_text("Unanswered.")
    journey.press(page.get_by_role("link", name="Answer it"))
    page.get_by_label("Your answer").fill("It names no place and no unit.")
    journey.press(page.get_by_role("button", name="Answer", exact=True))
    expect(page.locator("#evidence")).to_contain_text("It names no place and no unit.")
    journey.arrived(page, "answered")


def test_words_are_picked_out_of_the_copy(journey):
    ada = make_editor()
    citation = make_citation(make_claim(ada, STATEMENT), ada)
    make_extract(citation.capture, "Seoul, 27 Dec.\nOne wounded soldier was captured.\nIt said no more.")
    page = journey.page("ada")
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    if journey.is_plain:
        journey.press(page.locator("summary", has_text="Cite a passage of this copy"))
        page.get_by_label("Exact words").fill("One wounded soldier was captured.")
    else:
        page.evaluate("getSelection().selectAllChildren(document.querySelector('#p2'))")
        journey.press(page.get_by_role("button", name="Cite this passage"))
        expect(page.get_by_label("Exact words")).to_have_value("One wounded soldier was captured.")
    journey.press(page.get_by_role("radio", name=f"on claim {citation.claim_id}"))
    if journey.is_plain:
        journey.press(page.locator("#cite-passage").get_by_role("button"))
    else:
        page.get_by_label("Exact words").press("Control+Enter")
    expect(page.locator("mark", has_text="One wounded soldier was captured.")).to_be_visible()
    journey.arrived(page, "passage")


def test_a_suggestion_is_judged_and_lines_become_one(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    afp, paper = (make_citation(claim, ada, outlet=name) for name in ("AFP", "The Paper"))
    grounds = {"words": "(AFP)"}
    suggest_attribution(paper.source, "republishes", afp.source, found_by="credit_line", grounds=grounds)
    page = journey.page("ada")
    page.goto(reverse("desk:suggestions"))
    journey.arrived(page, "suggestions")
    page.get_by_label("Reason").fill("It carries the agency's credit line.")
    journey.press(page.get_by_role("button", name="Confirm"))
    expect(page.locator("main")).to_contain_text("Nothing")
    page.goto(reverse("desk:claim", args=[claim.pk]))
    expect(page.locator("#assessment-corroborated")).to_contain_text(
        "One more independent line that supports the claim, apart from AFP"
    )
    journey.arrived(page, "one line")


def test_the_standards_editor_changes_the_rule_and_a_verdict_is_asked_again(journey):
    sofia = make_person("sofia", "standards_editor")
    claim = make_claim(sofia, STATEMENT)
    make_two_lines(claim, sofia)
    page = journey.page("sofia")
    page.goto(reverse("desk:policy_edit"))
    page.get_by_label("Independent lines that support a claim").fill("3")
    page.get_by_label("Why the rule changes").fill("Two were not enough in May.")
    journey.press(page.get_by_role("button", name="Change the rule"))
    expect(page.locator("main")).to_contain_text("Two were not enough in May.")
    journey.arrived(page, "rule")
    assert Policy.objects.current().minimum_lines == 3
    page.goto(reverse("desk:queue"))
    expect(page.locator("main")).to_contain_text("2 of 3 lines")
    journey.arrived(page, "queue")


def test_what_changed_under_a_claim_is_looked_into_and_cleared(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    make_flag(claim, "A quarter of the cited page's text has changed.")
    page = journey.page("ada")
    page.goto(reverse("desk:queue") + "?flags=flagged")
    page.goto(reverse("desk:flags"))
    journey.arrived(page, "flags")
    journey.press(page.get_by_role("link", name=STATEMENT))
    journey.press(page.locator("#flags").get_by_role("link", name="Clear"))
    journey.press(page.get_by_role("button", name="Clear"))
    expect(page.locator("main")).to_contain_text("quarter of the cited page", ignore_case=True)
    page.get_by_label("Reason").fill("Only its menu is another.")
    journey.press(page.get_by_role("button", name="Clear"))
    expect(page.locator("main")).to_contain_text("Only its menu is another.")
    journey.arrived(page, "cleared")


def test_a_site_refuses_and_somebody_uploads_the_page(journey, settings, tmp_path):
    rita = make_reporter()
    claim = make_claim(rita, STATEMENT)
    make_citation(claim, rita, state="failed", code="http_403", url="https://paper.example.com/story")
    page = journey.page("rita")
    page.goto(reverse("desk:needs_a_person"))
    journey.arrived(page, "needs a person")
    journey.press(page.get_by_role("link", name="Upload a copy"))
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "story.html", "mimeType": "text/html", "buffer": PAGE.encode()}
    )
    page.get_by_label("Where the file comes from").fill("Saved in my browser, signed in as a reader.")
    journey.press(page.get_by_role("button", name="Upload", exact=True))
    expect(page.locator("main")).to_contain_text("Uploaded by hand")
    journey.arrived(page, "uploaded")


def test_an_auditor_follows_a_citation_to_its_proof_and_takes_the_bundle(journey, settings):
    make_person("aziz", "auditor")
    with copies_of_a_site(settings) as copies:
        desk = Desk(copies)
        claim = desk.claim(STATEMENT)
        desk.cite(claim)
    seal()
    page = journey.page("aziz")
    page.goto(reverse("desk:trail") + f"?claim={claim.pk}&verb=source_cited")
    journey.arrived(page, "trail")
    journey.press(page.locator(".entry-when a").first)
    expect(page.get_by_role("link", name="Proof", exact=True)).to_be_visible()
    journey.arrived(page, "entry")
    page.goto(reverse("desk:claim", args=[claim.pk]))
    journey.press(page.get_by_role("link", name="Verify this history"))
    expect(page.locator("main")).to_contain_text("Intact")
    journey.arrived(page, "verified")
    page.go_back()
    with page.expect_download() as taken:
        journey.press(page.get_by_role("button", name="Export as a bundle"))
    assert zipfile.is_zipfile(taken.value.path())


def test_a_story_is_read_with_its_claims(journey):
    ada = make_editor()
    story = make_story(ada)
    for words in (STATEMENT, "One of them died."):
        claim = make_claim(ada, words, story=story)
        make_two_lines(claim, ada)
    corroborate(claim, ada)
    page = journey.page("ada")
    page.goto(reverse("desk:stories"))
    journey.press(page.get_by_role("link", name=story.title))
    expect(page.locator("main")).to_contain_text("One of them died.")
    expect(page.locator("main")).to_contain_text(STATEMENT)
    journey.arrived(page, "story")
