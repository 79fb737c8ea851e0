"""What somebody types outlives a cut line, a closed page and an ended session, with what is chosen and ticked beside it."""

from __future__ import annotations

import time

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import SavedView
from apps.claims.actions import edit_figure
from apps.claims.models import Claim
from apps.teamwork.models import Comment
from tests.newsroom import PASSWORD, make_citation, make_claim, make_editor, make_figure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


@pytest.fixture
def page(somebody, claim, ada):
    """The claim's page, at which Ada sits."""
    person = somebody("ada")
    person.page.goto(reverse("desk:claim", args=[claim.pk]))
    yield person.page
    # What an ended session is answered with, and what the browser says of a line that is cut.
    expected = ("401", "ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest")
    person.troubles = [told for told in person.troubles if not any(one in told for one in expected)]


HOLD = """() => { window.sent = 0; addEventListener("submit", event => {
  window.sent += Number(!event.defaultPrevented); event.preventDefault();
}); }"""


def becomes_so(page, expression):
    """Wait until a script finds this true. (Playwright's own waiting needs a page that lets strings be run.)"""
    until = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < until, expression
        page.wait_for_timeout(50)


def is_kept(page, path=""):
    """Wait until the browser has written down what was typed."""
    becomes_so(page, f"Object.keys(localStorage).some(key => key.startsWith('draft:') && key.endsWith('{path}'))")


def test_a_page_that_was_closed(page, claim):
    page.locator("#id_text").fill("Seen it, and so has @ada.")
    is_kept(page)
    page.reload()
    expect(page.locator("#id_text")).to_have_value("")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#id_text")).to_have_value("Seen it, and so has @ada.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comment-list")).to_contain_text("Seen it, and so has @ada.")
    page.reload()
    expect(page.locator(".draft")).to_have_count(0)


def test_a_session_that_ended(page, claim):
    page.goto(reverse("desk:claim_caveat", args=[claim.pk]))
    page.locator("#id_text").fill("No picture was shown.")
    page.locator("#id_kind").select_option("other")
    Session.objects.all().delete()
    with page.expect_response(lambda answer: answer.status == 401):
        page.get_by_role("button", name="Record it").click()
    expect(page.locator("body")).to_contain_text("What you typed is kept")
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#id_text")).to_have_value("No picture was shown.")
    expect(page.locator(".draft")).to_have_count(0)
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("#caveats")).to_contain_text("No picture was shown.")
    page.goto(reverse("desk:claim_caveat", args=[claim.pk]))
    expect(page.locator("#id_text")).to_have_value("")
    expect(page.locator(".draft")).to_have_count(0)


def test_an_ended_session_under_a_comment(page, claim):
    page.locator("#id_text").fill("Who has the video?")
    Session.objects.all().delete()
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#id_text")).to_have_value("Who has the video?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comment-list")).to_contain_text("Who has the video?")
    assert Comment.objects.count() == 1


def test_signing_out_leaves_no_words_behind(page, claim):
    page.locator("#id_text").fill("For nobody else.")
    page.wait_for_timeout(400)
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_confidential_words_are_never_kept(page, claim):
    page.goto(reverse("desk:claim_confide", args=[claim.pk]))
    page.locator("textarea").first.fill("Nightjar said so.")
    page.wait_for_timeout(400)
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_line_that_is_cut_under_a_part_of_the_page(page, claim):
    """The page says that the desk did not answer, and takes it back; the words stand and are sent again."""
    page.locator("#id_text").fill("Seen it twice.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Comment", exact=True).click()
    said = page.get_by_role("alert").filter(has_text="The desk did not answer.")
    expect(said).to_be_visible()
    expect(page.locator("#id_text")).to_have_value("Seen it twice.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comment-list")).to_contain_text("Seen it twice.")
    expect(said).to_have_count(0)
    assert Comment.objects.get().text == "Seen it twice."


def test_a_line_that_is_cut_under_a_page_of_its_own(page, claim):
    """The browser shows its own page then. The way back leads to the words."""
    address = reverse("desk:claim_caveat", args=[claim.pk])
    page.goto(address)
    page.locator("#id_text").fill("No picture was shown.")
    page.locator("#id_kind").select_option("other")
    page.context.set_offline(True)
    page.get_by_role("button", name="Record it").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(address)
    expect(page.locator("#id_text")).to_have_value("")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#id_text")).to_have_value("No picture was shown.")
    expect(page.locator("#id_kind")).to_have_value("other")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("#caveats")).to_contain_text("No picture was shown.")


def test_a_closed_page_with_a_day_a_choice_and_a_tick_but_no_long_text(page, claim, ada):
    cited = make_citation(claim, ada)
    figure = make_figure(claim, ada, "300", "NIS")
    address = reverse("desk:figure_edit", args=[figure.pk])
    page.goto(address)
    page.locator("#id_as_of_first").fill("2025-01-11")
    page.locator("#id_citation").select_option(str(cited.pk))
    is_kept(page)
    page.reload()
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#id_as_of_first")).to_have_value("2025-01-11")
    expect(page.locator("#id_citation")).to_have_value(str(cited.pk))

    page.goto(f"{reverse('desk:queue')}?stage=open")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name", exact=True).fill("Open ones")
    page.get_by_label("For everybody").check()
    is_kept(page, "/views/queue/save/")
    page.reload()
    page.get_by_text("Save this view").click()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Open ones")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator(".saved-views")).to_contain_text("Open ones")
    assert SavedView.objects.get().is_shared


def test_what_nobody_touched_is_not_put_back_over_what_somebody_else_has_changed(page, claim, ada):
    figure = make_figure(claim, ada, "300", "NIS")
    address = reverse("desk:figure_edit", args=[figure.pk])
    page.goto(address)
    page.locator("#id_as_of_first").fill("2025-01-11")
    is_kept(page)
    edit_figure(figure, by=ada, expected_version=Claim.objects.get().version, party="Kyiv")
    page.goto(address)
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#id_as_of_first")).to_have_value("2025-01-11")
    expect(page.locator("#id_party")).to_have_value("Kyiv")


class TestOffered:
    """What is offered stays, whatever somebody does before answering."""

    LONG = "No picture was shown, and nobody has asked for one. " * 8

    @pytest.fixture
    def caveat(self, page, claim):
        """The form, with words of an earlier visit offered."""
        page.goto(reverse("desk:claim_caveat", args=[claim.pk]))
        page.locator("#id_text").fill(self.LONG)
        is_kept(page, "/caveat/")
        page.goto(reverse("desk:claim_caveat", args=[claim.pk]))
        expect(page.locator(".draft")).to_be_visible()
        return page

    @pytest.mark.parametrize("begins", ["with a choice", "with a letter"])
    def test_when_somebody_begins_anew_and_closes_the_page(self, caveat, begins):
        if begins == "with a choice":
            caveat.locator("#id_kind").select_option("other")
        else:
            caveat.locator("#id_text").press_sequentially("N")
        caveat.wait_for_timeout(400)
        caveat.reload()
        caveat.get_by_role("button", name="Put it back").click()
        expect(caveat.locator("#id_text")).to_have_value(self.LONG)

    def test_when_something_else_was_sent(self, caveat, claim):
        caveat.locator("#id_kind").select_option("other")
        caveat.locator("#id_text").fill("Something else.")
        caveat.get_by_role("button", name="Record it").click()
        expect(caveat.locator("#caveats")).to_contain_text("Something else.")
        caveat.goto(reverse("desk:claim_caveat", args=[claim.pk]))
        caveat.get_by_role("button", name="Put it back").click()
        expect(caveat.locator("#id_text")).to_have_value(self.LONG)

    def test_until_somebody_forgets_it(self, caveat):
        caveat.get_by_role("button", name="Forget it").click()
        caveat.reload()
        expect(caveat.locator(".draft")).to_have_count(0)


def test_a_name_that_is_typed_stays_when_the_list_around_it_is_narrowed(page, claim):
    page.goto(f"{reverse('desk:queue')}?stage=open")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name", exact=True).fill("Open ones")
    page.get_by_label("Words").fill("soldiers")
    expect(page.locator(".narrowings")).to_contain_text("soldiers")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Open ones")
    expect(page.get_by_label("Name", exact=True)).to_be_visible()


def test_two_forms_that_are_typed_into_at_once_are_both_kept(page, claim):
    page.locator("#id_text").fill("For colleagues.")
    page.locator("#id_url").fill("https://news.example.org/a")
    is_kept(page, "/comment/")
    is_kept(page, "/cite/")


class TestWaiting:
    """What takes longer than a moment is seen to be on its way, and said to be."""

    def test_a_list_that_is_narrowed(self, page, claim):
        page.goto(reverse("desk:queue"))
        results = page.locator("#results")
        expect(results).not_to_have_attribute("aria-busy", "true")
        waiting = []
        page.route("**/claims/?text=*", lambda route: waiting.append(route))
        page.get_by_label("Words").fill("soldiers")
        expect(results).to_have_attribute("aria-busy", "true")
        becomes_so(page, "getComputedStyle(document.body, '::after').opacity === '1'")
        waiting.pop().continue_()
        expect(page.locator("#results .narrowing")).to_contain_text("soldiers")
        expect(results).not_to_have_attribute("aria-busy", "true")
        assert page.evaluate("getComputedStyle(document.body, '::after').content") == "none"

    def test_a_form_that_was_sent_and_is_sent_once(self, page, claim):
        page.goto(reverse("desk:claim_caveat", args=[claim.pk]))
        page.locator("#id_text").fill("No picture was shown.")
        # Stays on its way: the browser goes nowhere, as with a desk that takes its time.
        page.evaluate(HOLD)
        for _ in range(3):
            page.get_by_role("button", name="Record it").click()
        expect(page.locator("form[aria-busy=true] #id_text")).to_be_visible()
        assert page.evaluate("window.sent") == 1

    def test_what_is_cut_off_waits_no_longer(self, page, claim):
        page.locator("#id_text").fill("Seen it twice.")
        page.context.set_offline(True)
        page.get_by_role("button", name="Comment", exact=True).click()
        expect(page.get_by_role("alert").filter(has_text="The desk did not answer.")).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.context.set_offline(False)
