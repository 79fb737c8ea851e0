"""Two people on one claim: who is there, what is new, and never a lost word."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.claims.actions import edit_claim, record_caveat
from apps.claims.models import Caveat
from tests.newsroom import corroborate, make_claim, make_editor, make_reporter, make_two_lines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A poll comes every four seconds; a busy machine takes its time to answer.
SOON = 25_000


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def claim(ada, rita):
    claim = make_claim(rita)
    make_two_lines(claim, rita)
    return claim


@pytest.fixture
def both(somebody, claim, ada, rita):
    """Ada's page and Rita's, on one claim."""
    people = somebody("ada"), somebody("rita")
    for person in people:
        person.page.goto(reverse("desk:claim", args=[claim.pk]))
    yield [person.page for person in people]
    for person in people:
        # What a late form and an ended session are answered with.
        person.troubles = [told for told in person.troubles if "409" not in told and "401" not in told]


class TestTwoPeople:
    def test_see_each_other_and_no_longer_when_one_has_gone(self, both):
        ada, rita = both
        expect(ada.locator("#live")).to_contain_text("Rita is looking at this claim too", timeout=SOON)
        expect(rita.locator("#live")).to_contain_text("Ada is looking at this claim too", timeout=SOON)
        rita.goto("/claims/")
        expect(ada.locator("#live")).not_to_contain_text("Rita", timeout=45_000)

    def test_what_one_does_the_other_sees_within_seconds(self, both, claim):
        ada, rita = both
        rita.locator("#id_text").fill("Who has the video?")
        rita.get_by_role("button", name="Comment", exact=True).click()
        expect(rita.locator("#comment-list")).to_contain_text("Who has the video?")
        expect(ada.locator("#comment-list")).to_contain_text("Who has the video?", timeout=SOON)
        reason = ada.locator("#id_corroborated_reason")
        reason.fill("Two bodies know.")
        ada.get_by_role("button", name="Ask to mark corroborated").click()
        expect(rita.locator("#moves")).to_contain_text("Ada", timeout=SOON)
        expect(rita.locator("#live-news")).to_contain_text("Ada asked for", timeout=SOON)
        expect(rita.locator("#timeline")).to_contain_text("Ada asked for", timeout=SOON)

    def test_what_one_types_stays_as_it_is_however_much_the_other_does(self, both, claim, rita):
        page, _ = both
        typed = {"#id_corroborated_reason": "Two bodies kn", "#id_text": "I wond", "#id_url": "https://a.exa"}
        for field, words in typed.items():
            page.locator(field).press_sequentially(words)
        corroborate(claim, make_editor("ben"))
        claim.refresh_from_db()
        record_caveat(claim, by=rita, kind=Caveat.Kind.OTHER, text="No picture was shown.")
        expect(page.locator("#claim-header")).to_contain_text("Corroborated", timeout=SOON)
        expect(page.locator("#caveats")).to_contain_text("No picture was shown.", timeout=SOON)
        expect(page.locator("#moves .held-back")).to_be_visible()
        for field, words in typed.items():
            expect(page.locator(field)).to_have_value(words)
        expect(page.locator("#id_url")).to_be_focused()
        page.keyboard.type("mple.com/")
        expect(page.locator("#id_url")).to_have_value("https://a.example.com/")

    def test_what_one_has_opened_to_read_stays_open(self, both, claim, rita):
        page, _ = both
        judge = page.locator("#evidence details.judge").first
        judge.locator("summary").click()
        record_caveat(claim, by=rita, kind=Caveat.Kind.OTHER, text="No picture was shown.")
        expect(page.locator("#caveats")).to_contain_text("No picture was shown.", timeout=SOON)
        expect(judge).to_have_attribute("open", "")

    def test_a_form_that_was_kept_back_is_told_what_happened_when_it_is_sent(self, both, claim):
        page, _ = both
        page.locator("#id_corroborated_reason").fill("Two bodies know.")
        claim.refresh_from_db()
        edit_claim(claim, by=make_editor("ben"), expected_version=claim.version, claimant="NIS")
        expect(page.locator("#claim-header")).to_contain_text("NIS", timeout=SOON)
        page.get_by_role("button", name="Ask to mark corroborated").click()
        expect(page.locator("#moves")).to_contain_text("Changed meanwhile")
        expect(page.locator("#id_corroborated_reason")).to_have_value("Two bodies know.")


class TestNamesAreOffered:
    def test_while_somebody_types_and_taken_by_keys(self, both, claim):
        page, _ = both
        field = page.locator("#id_text")
        field.press_sequentially("Ask @b")
        expect(page.get_by_role("listbox", name="Colleagues").get_by_role("option")).to_have_count(0)
        field.press("Backspace")
        offered = page.get_by_role("listbox", name="Colleagues").get_by_role("option")
        expect(offered.first).to_have_attribute("aria-selected", "true")
        field.press_sequentially("ri")
        expect(offered).to_have_text(["Rita @rita"])
        field.press("Enter")
        expect(field).to_have_value("Ask @rita ")
        expect(offered).to_have_count(0)
        field.press_sequentially("now, or write to a@ri")
        expect(offered).to_have_count(0)
        field.press("Enter")
        expect(field).to_have_value("Ask @rita now, or write to a@ri\n")

    def test_and_by_a_touch_or_not_at_all(self, both, claim):
        page, _ = both
        field = page.locator("#id_text")
        below = page.get_by_role("button", name="Comment", exact=True)
        place = below.bounding_box()["y"] - field.bounding_box()["y"]
        field.press_sequentially("@ri")
        offered = page.get_by_role("listbox", name="Colleagues").get_by_role("option")
        expect(offered).to_be_visible()
        assert below.bounding_box()["y"] - field.bounding_box()["y"] == place, "what stands below has moved"
        offered.click()
        expect(field).to_have_value("@rita ")
        expect(field).to_be_focused()
        field.press_sequentially("@ri")
        field.press("Escape")
        expect(offered).to_have_count(0)
        expect(field).to_have_value("@rita @ri")
