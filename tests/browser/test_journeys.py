"""The ways through the desk that matter, each walked at a desk's width, on a phone, and by keys without JavaScript.

Each looks for what its pages are for, so that it fails when one of them breaks.
"""

from __future__ import annotations

import re
import zipfile
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.archive.models import Capture, Extract
from apps.audit.sealing.sealer import seal
from apps.claims.models import Claim, Decision, Policy, TextQuote
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
    make_figure,
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
    failed = request.session.testsfailed
    journey = Journey(request.node.originalname.removeprefix("test_"), request.param, somebody)
    yield journey
    if request.session.testsfailed == failed:
        journey.ends()


def stored(page):
    return page.locator('[data-capture-state="stored"]')


def drawn(what):
    """Something is there and takes room."""
    expect(what).to_be_visible()
    box = what.bounding_box()
    return box["width"] > 0 and box["height"] > 0


def test_a_reporter_pastes_an_address_and_it_is_kept(journey, settings, tmp_path):
    make_reporter()
    with site({"/story": Route(PAGE)}) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = journey.page("rita")
        page.goto(reverse("desk:queue"))
        expect(page.get_by_role("heading", name="No claims yet")).to_be_visible()
        journey.arrived(page, "queue")
        journey.press(page.get_by_role("link", name="New claim"))
        journey.write(page.get_by_label("The claim, in one sentence"), STATEMENT)
        journey.press(page.get_by_role("button", name="Open the claim"))
        expect(page.locator("h1")).to_have_text(STATEMENT)
        journey.write(page.get_by_label("Address of the page"), "javascript:alert(1)")
        journey.press(page.get_by_role("button", name="Cite", exact=True))
        expect(page.locator("#cite .errorlist")).to_be_visible()
        journey.was_refused(422)
        expect(page.get_by_label("Address of the page")).to_have_value("javascript:alert(1)")
        journey.write(page.get_by_label("Address of the page"), f"http://{where}/story")
        journey.press(page.get_by_role("button", name="Cite", exact=True))
        journey.awaits(stored(page), 30)
        journey.awaits(page.locator("#evidence .citation-title", has_text="Two captured"), 20)
        journey.awaits(page.locator("#timeline", has_text="The archive stored a copy of"), 20)
        journey.arrived(page, "claim")
    journey.press(page.get_by_role("link", name="Two captured", exact=True))
    text = page.get_by_role("article", name="Archived text")
    expect(text).to_contain_text("Both men are wounded and are being treated in Kyiv")
    journey.arrived(page, "source")
    journey.press(page.get_by_role("link", name="Queue", exact=True))
    expect(page.locator(".claims tbody tr")).to_have_count(1)
    expect(page.locator(".claims tbody tr")).to_contain_text(STATEMENT)


def test_a_worker_dies_in_the_middle_and_another_brings_the_page(journey, settings, tmp_path):
    claim = make_claim(make_reporter(), STATEMENT)
    short = {"ARCHIVE_LEASE_SECONDS": "4", "ARCHIVE_CAPTURE_SECONDS": "10"}
    with site({"/story": Route(PAGE, delay=2)}) as where, clock(tmp_path):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = journey.page("rita")
        page.goto(reverse("desk:claim", args=[claim.pk]))
        with worker(tmp_path, "first", **short) as first:
            journey.write(page.get_by_label("Address of the page"), f"http://{where}/story")
            journey.press(page.get_by_role("button", name="Cite", exact=True))
            wait_for(lambda: where.requests, 30, "the first worker to ask for the page")
            first.kill()
        journey.awaits(page.locator('[data-capture-state="fetching"]'), 20)
        with worker(tmp_path, "second", **short):
            journey.awaits(stored(page), 60)
            journey.awaits(page.locator("#evidence .citation-title", has_text="Two captured"), 20)
        expect(page.locator("#timeline")).to_contain_text("The archive stored a copy of")
        journey.arrived(page, "claim")
    capture = Capture.objects.get()
    assert capture.attempt == 2, "the second worker has begun anew"
    assert Extract.objects.get(capture=capture).title == "Two captured"


def test_one_editor_asks_and_another_signs(journey):
    ada, ben = make_editor(), make_editor("ben")
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    first, second = journey.page("ada"), journey.page("ben")
    first.goto(reverse("desk:claim", args=[claim.pk]))
    expect(first.locator("#assessment-corroborated .is-met").first).to_be_visible()
    journey.write(first.locator("#moves").get_by_label("Reason").first, "Two bodies know for themselves.")
    journey.press(first.get_by_role("button", name="Ask to mark corroborated"))
    expect(first.locator("#asked")).to_contain_text("Waits for another editor.")
    journey.arrived(first, "asked")
    second.goto(reverse("desk:queue") + "?sign_off=waiting")
    expect(second.locator(".asked-chip")).to_contain_text("Ada asks: corroborated")
    journey.press(second.get_by_role("link", name=STATEMENT))
    expect(second.locator("#asked")).to_contain_text("Two bodies know for themselves.")
    expect(second.locator("#asked")).to_contain_text("Nothing has changed since.")
    journey.press(second.get_by_role("button", name="Sign: corroborated"))
    expect(second.locator("#claim-header")).to_contain_text("Marked corroborated by Ben, as asked for by Ada")
    expect(second.locator("#timeline")).to_contain_text("Ada asked for “corroborated”")
    journey.arrived(second, "signed")
    first.reload()
    expect(first.locator("#claim-header")).to_contain_text("Corroborated")
    decision = Decision.objects.get()
    assert (decision.asked_by, decision.decided_by, decision.to_state) == (ada, ben, "corroborated")


def test_a_request_is_void_when_the_evidence_changes_under_it(journey):
    ada, ben = make_editor(), make_editor("ben")
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    page = journey.page("ben")
    asked = reverse("desk:claim", args=[claim.pk])
    ask_for = journey.page("ada")
    ask_for.goto(asked)
    journey.write(ask_for.locator("#moves").get_by_label("Reason").first, "Two bodies know.")
    journey.press(ask_for.get_by_role("button", name="Ask to mark corroborated"))
    expect(ask_for.locator("#asked")).to_be_visible()
    page.goto(asked)
    make_citation(Claim.objects.get(pk=claim.pk), ben, outlet="TASS", stance="disputes")
    journey.press(page.get_by_role("button", name="Sign: corroborated"))
    expect(page.locator("#moves [role=alert]")).to_contain_text("not what was asked about")
    expect(page.locator("#ended")).to_contain_text("Void: what Ada asked for")
    expect(page.locator("#ended .changes-since")).to_contain_text("TASS")
    journey.arrived(page, "void")
    journey.was_refused(409)
    assert Claim.objects.get(pk=claim.pk).state == "unverified"
    ask_for.goto(asked)
    expect(ask_for.locator("#ended")).to_contain_text("Void: what you asked for")
    expect(ask_for.locator("#evidence")).to_contain_text("TASS")


def test_a_dispute_is_answered(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    dispute = make_citation(claim, ada, outlet="TASS", stance="disputes")
    page = journey.page("ada")
    page.goto(reverse("desk:claim", args=[claim.pk]))
    expect(page.locator("#evidence")).to_contain_text("Unanswered.")
    expect(page.locator("#assessment-corroborated")).to_have_attribute("data-allowed", "no")
    journey.press(page.get_by_role("link", name="Answer it"))
    expect(page.locator("main")).to_contain_text("TASS")
    journey.write(page.get_by_label("Your answer"), "It names no place and no unit.")
    journey.press(page.get_by_role("button", name="Answer", exact=True))
    expect(page.locator("#evidence .dispute-answer")).to_contain_text("It names no place and no unit.")
    expect(page.locator("#evidence")).not_to_contain_text("Unanswered.")
    expect(page.locator("#assessment-corroborated")).to_have_attribute("data-allowed", "yes")
    journey.arrived(page, "answered")
    dispute.refresh_from_db()
    assert (dispute.answer, dispute.answered_by) == ("It names no place and no unit.", ada)


def test_words_are_picked_out_of_the_copy(journey):
    ada = make_editor()
    citation = make_citation(make_claim(ada, STATEMENT), ada)
    make_extract(citation.capture, "Seoul, 27 Dec.\nOne wounded soldier was captured.\nIt said no more.")
    page = journey.page("ada")
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    if journey.is_plain:
        journey.press(page.locator("summary", has_text="Cite a passage of this copy"))
        journey.write(page.get_by_label("Exact words"), "One wounded soldier was captured.")
    else:
        page.evaluate("getSelection().selectAllChildren(document.querySelector('#p2'))")
        journey.press(page.get_by_role("button", name="Cite this passage"))
        expect(page.get_by_label("Exact words")).to_have_value("One wounded soldier was captured.")
    journey.press(page.get_by_role("radio", name=f"on claim {citation.claim_id}"))
    if journey.size == "desk":
        page.get_by_label("Exact words").press("Control+Enter")
    else:
        journey.press(page.locator("#cite-passage").get_by_role("button"))
    expect(page.locator("mark", has_text="One wounded soldier was captured.")).to_be_visible()
    journey.arrived(page, "passage")
    assert TextQuote.objects.get().exact == "One wounded soldier was captured."
    journey.press(page.locator(".rests").get_by_role("link", name=f"claim {citation.claim_id}"))
    expect(page.locator("#evidence .quote")).to_have_text("One wounded soldier was captured.")
    journey.press(page.get_by_role("link", name="See these words in the copy"))
    expect(page.locator("mark")).to_be_in_viewport()


def test_a_suggestion_is_judged_and_lines_become_one(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    afp, paper = (make_citation(claim, ada, outlet=name) for name in ("AFP", "The Paper"))
    grounds = {"words": "(AFP)"}
    suggested = suggest_attribution(paper.source, "republishes", afp.source, found_by="credit_line", grounds=grounds)
    page = journey.page("ada")
    page.goto(reverse("desk:suggestions"))
    expect(page.locator(".suggestion")).to_contain_text("It says: “(AFP)”")
    journey.arrived(page, "suggestions")
    journey.write(page.get_by_label("Reason"), "It carries the agency's credit line.")
    journey.press(page.get_by_role("button", name="Confirm"))
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    suggested.refresh_from_db()
    assert (suggested.state, suggested.decided_by) == ("confirmed", ada)
    page.goto(reverse("desk:claim", args=[claim.pk]))
    expect(page.locator("#assessment-corroborated")).to_contain_text(
        "One more independent line that supports the claim, apart from AFP"
    )
    expect(page.locator("#stance-supports")).to_contain_text("1 line, 2 citations")
    assert drawn(page.locator(".origin-graph"))
    expect(page.locator(".origin-graph .box")).to_have_count(3)
    journey.press(page.locator(".origins summary"))
    expect(page.locator("#origins-twin > li")).to_have_count(1)
    expect(page.locator("#origins-twin")).to_contain_text("The Paper")
    journey.arrived(page, "one line")


def test_the_standards_editor_changes_the_rule_and_a_verdict_is_asked_again(journey):
    sofia = make_person("sofia", "standards_editor")
    claim = make_claim(sofia, STATEMENT)
    make_two_lines(claim, sofia)
    corroborate(claim, sofia)
    page = journey.page("sofia")
    page.goto(reverse("desk:policy"))
    expect(page.locator(".rule-sentences li").first).to_be_visible()
    journey.press(page.get_by_role("link", name="Change the rule"))
    journey.write(page.get_by_label("Independent lines that support a claim"), "3")
    journey.write(page.get_by_label("Why the rule changes"), "Two were not enough in May.")
    journey.press(page.get_by_role("button", name="Change the rule"))
    expect(page.locator(".rule-versions > li").first).to_contain_text("Two were not enough in May.")
    expect(page.locator(".rule-now")).to_contain_text("version 2")
    journey.arrived(page, "rule")
    assert Policy.objects.current().minimum_lines == 3
    page.goto(reverse("desk:queue"))
    expect(page.locator(".cell-evidence")).to_contain_text("2 of 3 lines")
    journey.arrived(page, "queue")
    journey.press(page.get_by_role("link", name=STATEMENT))
    expect(page.locator(".standing-lost")).to_contain_text("One more independent line")
    journey.arrived(page, "claim")
    journey.write(page.locator("#card-unverified").get_by_label("Reason"), "A third line is looked for.")
    journey.press(page.locator("#move-unverified-submit"))
    expect(page.locator("#claim-header .badge")).to_have_text("Unverified")
    expect(page.locator("#assessment-corroborated")).to_have_attribute("data-allowed", "no")


def test_what_changed_under_a_claim_is_looked_into_and_cleared(journey):
    ada = make_editor()
    claim = make_claim(ada, STATEMENT)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    flag = make_flag(claim, "A quarter of the cited page's text has changed.")
    page = journey.page("ada")
    page.goto(reverse("desk:queue") + "?flagged=yes")
    expect(page.locator(".chip-flags")).to_contain_text("1")
    journey.press(page.get_by_role("link", name="Review", exact=True))
    expect(page.locator(".flag")).to_contain_text("A quarter of the cited page's text has changed.")
    journey.arrived(page, "flags")
    journey.press(page.get_by_role("link", name=STATEMENT))
    journey.press(page.locator("#flags").get_by_role("link", name="Clear"))
    expect(page.locator("main")).to_contain_text("quarter of the cited page", ignore_case=True)
    journey.write(page.get_by_label("Reason"), " ")
    journey.press(page.get_by_role("button", name="Clear"))
    expect(page.locator(".errorlist")).to_be_visible()
    journey.was_refused(422)
    expect(page.locator("main")).to_contain_text("quarter of the cited page", ignore_case=True)
    journey.write(page.get_by_label("Reason"), "Only its menu is another.")
    journey.press(page.get_by_role("button", name="Clear"))
    expect(page.locator("main")).to_contain_text("Only its menu is another.")
    journey.arrived(page, "cleared")
    flag.refresh_from_db()
    assert (flag.cleared_by, flag.cleared_because) == (ada, "Only its menu is another.")
    page.goto(reverse("desk:flags"))
    expect(page.get_by_role("heading", name="No flags")).to_be_visible()


def test_a_site_refuses_and_somebody_uploads_the_page(journey, settings, tmp_path):
    rita = make_reporter()
    citation = make_citation(
        make_claim(rita, STATEMENT), rita, state="failed", code="http_403", url="https://paper.example.com/story"
    )
    page = journey.page("rita")
    page.goto(reverse("desk:needs_a_person"))
    expect(page.locator(".waiting li")).to_contain_text("403")
    journey.arrived(page, "needs a person")
    journey.press(page.get_by_role("link", name="Upload a copy"))
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "story.html", "mimeType": "text/html", "buffer": PAGE.encode()}
    )
    journey.write(page.get_by_label("Where the file comes from"), "Saved in my browser, signed in as a reader.")
    journey.press(page.get_by_role("button", name="Upload", exact=True))
    expect(page.locator("main")).to_contain_text("Uploaded by hand")
    expect(page.locator("main")).to_contain_text("Saved in my browser, signed in as a reader.")
    journey.arrived(page, "uploaded")
    upload = Capture.objects.latest("pk")
    assert (upload.page, upload.state, upload.requested_by) == (citation.source.page, "stored", rita)
    page.goto(reverse("desk:needs_a_person"))
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()


def test_an_auditor_follows_a_citation_to_its_proof_and_takes_the_bundle(journey, settings):
    make_person("aziz", "auditor")
    with copies_of_a_site(settings) as copies:
        desk = Desk(copies)
        claim = desk.claim(STATEMENT)
        desk.cite(claim)
    seal()
    page = journey.page("aziz")
    page.goto(reverse("desk:trail") + f"?claim={claim.pk}&verb=source_cited")
    expect(page.locator("#results .entry")).to_have_count(1)
    expect(page.locator("#results .entry-sentence")).to_contain_text("cited")
    journey.arrived(page, "trail")
    journey.press(page.locator(".entry-when a").first)
    proof = page.get_by_role("link", name="Proof", exact=True)
    expect(page.locator(".digest").first).to_have_text(re.compile("^[0-9a-f]{64}$"))
    journey.arrived(page, "entry")
    with page.expect_download() as taken:
        journey.press(proof)
    assert taken.value.path().read_text().startswith("c2sp.org/tlog-proof@v1\n")
    page.goto(reverse("desk:claim", args=[claim.pk]))
    journey.press(page.get_by_role("link", name="Verify this history"))
    expect(page.locator("main")).to_contain_text("Intact")
    expect(page.locator("main")).to_contain_text("Checked against")
    journey.arrived(page, "verified")
    page.go_back()
    with page.expect_download() as taken:
        journey.press(page.get_by_role("button", name="Export as a bundle"))
    with zipfile.ZipFile(taken.value.path()) as bundle:
        assert bundle.testzip() is None
        assert any(STATEMENT in bundle.read(name).decode(errors="replace") for name in bundle.namelist())


def test_a_story_is_read_with_its_claims(journey):
    ada = make_editor()
    story = make_story(ada)
    for words in (STATEMENT, "One of them died."):
        claim = make_claim(ada, words, story=story)
        make_two_lines(claim, ada)
    for said, day in (("nearly 3,000", date(2024, 12, 23)), ("more than 1,000", date(2024, 12, 26))):
        make_figure(claim, ada, said, day=day)
    corroborate(claim, ada)
    page = journey.page("ada")
    page.goto(reverse("desk:stories"))
    journey.press(page.get_by_role("link", name=story.title))
    rows = page.locator(".claims tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="One of them died.")).to_contain_text("Corroborated")
    expect(rows.filter(has_text=STATEMENT)).to_contain_text("Unverified")
    assert drawn(page.locator(".state-bar"))
    expect(page.locator(".state-bar rect")).to_have_count(2)
    assert drawn(page.locator(".figure-chart svg"))
    for number in range(2):
        assert drawn(page.locator(".figure-chart circle").nth(number))
    expect(page.locator(".figure-chart .legend")).to_contain_text("Kyiv")
    events = page.get_by_role("region", name="Timeline of the matter").locator("li")
    expect(events).to_have_count(3)
    expect(events.filter(has_text="Vera marked it corroborated")).to_contain_text("One of them died.")
    journey.press(page.locator("#figures summary"))
    expect(page.locator("#figures tbody tr")).to_have_count(2)
    expect(page.locator("#figures tbody")).to_contain_text("nearly 3,000")
    expect(page.locator("#figures tbody")).to_contain_text("more than 1,000")
    journey.arrived(page, "story")
    journey.press(page.get_by_role("link", name="One of them died.").first)
    expect(page.locator("#figures .figure-list > li")).to_have_count(2)
