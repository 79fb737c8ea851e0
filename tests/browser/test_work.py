"""The work of the desk in a browser: what to do now, the queue narrowed and changed at once, the board, the dossier."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.claims.models import Claim
from tests.newsroom import corroborate, make_claim, make_editor, make_flag, make_reporter, make_story, make_two_lines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = pytest.mark.parametrize("width", [390, 1280])


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def story(ada):
    story = make_story(ada)
    claim = make_claim(ada, "Two were captured.", story=story)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    make_flag(claim)
    make_claim(ada, "The papers were false.", story=story, due=timezone.now() - timedelta(hours=1))
    make_claim(ada, "More are coming.", story=story)
    return story


def at(somebody, width, username="ada", **options):
    page = somebody(username, **options).page
    page.set_viewport_size({"width": width, "height": 844})
    return page


def is_wide(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


@WIDTHS
def test_the_first_page_leads_to_the_queue_that_shows_the_same(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:home"))
    overdue = page.get_by_role("region", name="Overdue")
    expect(overdue).to_contain_text("The papers were false.")
    assert not is_wide(page)
    page.get_by_role("link", name="Flagged", exact=True).click()
    expect(page.locator(".narrowings")).to_contain_text("Flags: Flagged")
    expect(page.locator(".cell-claim")).to_have_count(1)
    expect(page.locator(".cell-claim")).to_contain_text("Two were captured.")


@WIDTHS
def test_a_chip_takes_its_filter_away_and_the_others_stay(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:queue") + "?stage=open&text=papers")
    expect(page.locator(".cell-claim")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Words: papers").click()
    expect(page.locator(".cell-claim")).to_have_count(2)
    assert page.url.endswith("?stage=open")
    assert page.locator("#id_stage").input_value() == "open"


@WIDTHS
def test_what_is_typed_into_the_bar_stands_in_the_address_and_leads_back(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:queue"))
    page.get_by_label("Words").press_sequentially("papers")
    expect(page.locator(".cell-claim")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/claims/\?text=papers$"))
    page.locator(".cell-claim a.statement").click()
    page.wait_for_url("**/claims/*/")
    page.go_back()
    expect(page.get_by_label("Words")).to_have_value("papers")
    expect(page.locator(".cell-claim")).to_have_count(1)
    shared = at(somebody, width)
    shared.goto(page.url)
    expect(shared.locator(".narrowings")).to_contain_text("Words: papers")
    expect(shared.locator(".cell-claim")).to_have_count(1)


@WIDTHS
def test_the_board_has_three_columns_that_fit_and_cards_that_lead_to_their_claims(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:queue"))
    page.get_by_role("link", name="As a board").click()
    for name, number in (("Unverified", 2), ("Corroborated", 1), ("Disputed", 0)):
        expect(page.get_by_role("region", name=name).locator("article")).to_have_count(number)
    assert not is_wide(page)
    tops = {round(page.get_by_role("region", name=name).bounding_box()["y"]) for name in ("Unverified", "Disputed")}
    assert len(tops) == (1 if width == 1280 else 2)
    page.get_by_label("Words").fill("papers")
    expect(page.locator(".board article")).to_have_count(1)
    page.get_by_role("link", name="The papers were false.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The papers were false.")


@WIDTHS
def test_claims_are_ticked_by_keyboard_seen_before_they_change_and_changed_once(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:queue") + "?stage=inbox")
    page.get_by_label("Tick claim").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.locator(".cell-claim a.statement").last.focus()
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("1 ticked")
    page.get_by_role("link", name="Tick all on this page").click()
    expect(page.locator("[data-ticked]")).to_have_text("2 ticked")
    assert page.url.endswith("?stage=inbox"), "it took no journey"
    page.get_by_label("Stage for the ticked claims").select_option("in_review")
    page.get_by_role("button", name="Set stage…").click()
    expect(page.get_by_role("region", name="These change")).to_contain_text("The papers were false.")
    assert not is_wide(page)
    assert Claim.objects.filter(stage="inbox").count() == 2
    page.get_by_role("checkbox", name="More are coming.").uncheck()
    page.get_by_role("button", name="Set stage: in review").click()
    expect(page.locator(".notices")).to_contain_text("1 claim changed: in review.")
    assert list(Claim.objects.filter(stage="inbox").values_list("statement", flat=True)) == ["More are coming."]


def test_all_of_it_works_without_a_script(somebody, story, ada):
    rita = make_reporter()
    page = at(somebody, 1280, java_script_enabled=False)
    page.goto(reverse("desk:queue") + "?stage=inbox")
    page.get_by_role("link", name="Tick all on this page").click()
    expect(page.get_by_role("checkbox", name="Tick claim")).to_have_count(2)
    page.get_by_label("Give the ticked claims to").select_option(str(rita.pk))
    page.get_by_role("button", name="Assign…").click()
    page.get_by_role("button", name="Give to Rita").click()
    expect(page.locator(".notices")).to_contain_text("2 claims changed: Rita.")
    page.goto(reverse("desk:queue") + "?assignee=none")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Free")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("navigation", name="Saved views").get_by_role("link", name="Free")).to_be_visible()
    assert Claim.objects.filter(assignee=rita).count() == 2


def test_a_reporter_takes_what_nobody_has(somebody, story, ada):
    rita = make_reporter()
    page = at(somebody, 390, "rita")
    page.goto(reverse("desk:home"))
    page.get_by_role("link", name="Inbox, nobody's yet").click()
    page.get_by_label("Tick claim").first.check()
    page.get_by_role("button", name="Take…").click()
    page.get_by_role("button", name="Give to Rita").click()
    expect(page.locator(".notices")).to_contain_text("1 claim changed: Rita.")
    assert Claim.objects.filter(assignee=rita).count() == 1


@WIDTHS
def test_a_story_shows_its_timeline_and_hands_out_its_dossier(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:story", args=[story.pk]))
    expect(page.get_by_role("region", name="Timeline of the matter").locator("li")).to_have_count(4)
    page.get_by_role("link", name="Dossier").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(story.title)
    expect(page.locator(".dossier-claim")).to_have_count(3)
    assert not is_wide(page)
    with page.expect_download() as told:
        page.get_by_role("link", name="PDF").click()
    assert told.value.suggested_filename.startswith(f"dossier-{story.pk}-")
    page.emulate_media(media="print")
    expect(page.locator(".masthead nav")).to_be_hidden()
    expect(page.locator(".dossier-claim").first).to_be_visible()


@WIDTHS
def test_claims_like_the_one_that_is_being_typed_are_shown_while_it_is_typed(somebody, story, width):
    page = at(somebody, width)
    page.goto(reverse("desk:claim_open"))
    alike = page.locator("#alike")
    page.locator("#id_statement").press_sequentially("Two men were captured")
    expect(alike.get_by_role("link", name="Two were captured.")).to_be_visible()
    expect(alike).to_have_attribute("role", "status")
    assert not is_wide(page)
    page.locator("#id_statement").fill("Rain fell on Seoul for a week.")
    expect(alike.get_by_role("link")).to_have_count(0)
