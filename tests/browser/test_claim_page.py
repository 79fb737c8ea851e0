"""What only a browser can say of the claim page: focus, what is typed elsewhere on it, notices, a form sent twice."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.archive.models import Capture
from apps.claims.states import Stage, State
from tests.newsroom import ask, decide, make_citation, make_claim, make_editor, make_reporter, make_two_lines

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    return claim


@pytest.fixture
def person(somebody, claim):
    person = somebody("ada")
    person.page.goto(reverse("desk:claim", args=[claim.pk]))
    return person


@pytest.fixture
def page(person):
    return person.page


def reason(page, state):
    return page.locator(f"#id_{state}_reason")


def test_after_a_request_a_signature_and_a_reopening_the_focus_is_at_the_verdict(page, claim):
    reason(page, "corroborated").fill("Two bodies know.")
    page.get_by_role("button", name="Ask to mark corroborated").click()
    expect(page.locator("#asked")).to_contain_text("You ask: corroborated")
    expect(page.locator("#moves-heading")).to_be_focused()
    page.get_by_role("button", name="Withdraw the request").click()
    expect(page.locator("#asked")).to_have_count(0)
    ask(claim, State.CORROBORATED, make_editor("ben"))
    page.reload()
    page.get_by_role("button", name="Sign: corroborated").click()
    expect(page.locator("#claim-header")).to_contain_text("Marked corroborated by Ada, as asked for by Ben")
    expect(page.locator("#moves-heading")).to_be_focused()
    reason(page, "unverified").fill("One of them took it back.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#claim-header")).to_contain_text("Reopened by Ada")
    expect(page.locator("#moves-heading")).to_be_focused()


def test_a_refused_move_leaves_the_reason_typed_for_the_other(person, page):
    reason(page, "corroborated").fill("Two bodies know.")
    reason(page, "disputed").fill("I think it is wrong.")
    page.get_by_role("button", name="Mark disputed").click()
    expect(page.locator("#card-disputed")).to_contain_text("The claim stays unverified.")
    expect(reason(page, "disputed")).to_have_value("I think it is wrong.")
    expect(reason(page, "corroborated")).to_have_value("Two bodies know.")
    person.troubles = [trouble for trouble in person.troubles if "409" not in trouble]


def test_a_page_left_open_while_another_decided_shows_the_new_moves_and_keeps_what_is_typed(page, claim):
    reason(page, "corroborated").fill("My own reason.")
    reason(page, "disputed").fill("Or is it wrong?")
    decide(claim, State.CORROBORATED, make_editor("vera"), signed_by=make_editor("ben"))
    page.get_by_label("Address of the page").fill("https://news.example.org/story")
    page.get_by_role("button", name="Cite", exact=True).click()
    expect(page.locator("#moves")).to_contain_text("Reopen: unverified again")
    expect(page.locator("#notices")).to_contain_text("Ben decided meanwhile: the claim is corroborated now.")
    expect(reason(page, "disputed")).to_have_value("Or is it wrong?")
    expect(page.get_by_label("What you typed, to copy")).to_have_value("My own reason.")


def test_a_notice_floats_and_moves_nothing(page):
    page.evaluate(
        """() => { window.tops = new Set(); const look = () => {
          tops.add(document.querySelector('.claim-grid').getBoundingClientRect().top + scrollY);
          requestAnimationFrame(look);
        }; look(); }"""
    )
    page.get_by_label("Assigned to").select_option("Ada")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("Assigned to Ada.")
    page.wait_for_timeout(300)
    assert page.evaluate("window.tops.size") == 1


def test_a_session_that_ended_elsewhere_is_told_at_the_filter_and_stays_told(page):
    page.goto(reverse("desk:queue"))
    Session.objects.all().delete()
    page.get_by_label("Words").fill("captured")
    expect(page.locator("#alerts")).to_contain_text("You were signed out.")
    page.wait_for_timeout(300)
    expect(page.locator("#alerts")).to_contain_text("You were signed out.")


def test_a_form_that_is_on_its_way_is_not_sent_again(page):
    page.goto(reverse("desk:claim_open"))
    page.evaluate(
        """() => { window.stopped = []; addEventListener('submit', event => {
          stopped.push(event.defaultPrevented); event.preventDefault();
        }); }"""
    )
    page.get_by_label("The claim, in one sentence").fill("A bridge was hit.")
    page.get_by_role("button", name="Open the claim").dblclick()
    page.keyboard.press("Control+Enter")
    assert page.evaluate("window.stopped") == [False, True, True]
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.get_by_role("button", name="Open the claim").click()
    assert page.evaluate("window.stopped") == [False, True, True, False]


def test_a_fragments_form_is_sent_once_too(page, claim):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    page.get_by_label("Address of the page").fill("https://news.example.org/story")
    page.evaluate(
        "() => { const form = document.querySelector('#cite form'); form.requestSubmit(); form.requestSubmit(); }"
    )
    expect(page.locator('[data-capture-state="queued"]')).to_have_count(1)
    page.wait_for_timeout(300)
    assert len(asked) == 1
    assert claim.citations.count() == 3


def test_without_javascript_no_button_is_shown_that_does_nothing(somebody, claim):
    page = somebody("ada", java_script_enabled=False).page
    page.goto(reverse("desk:claim", args=[claim.pk]))
    page.get_by_label("Stage").select_option(Stage.IN_REVIEW)
    page.get_by_role("button", name="Set stage").click()
    expect(page.locator(".notices")).to_contain_text("The stage is in review now.")
    expect(page.locator(".dismiss")).to_be_hidden()


def test_news_on_its_way_to_a_poller_that_a_form_replaced_is_passed_over(somebody):
    """The new poller brings it; the old one would have nowhere to put it, and the console would be full of that."""
    rita = make_reporter()
    claim = make_claim(rita)
    waiting = make_citation(claim, rita, state=Capture.State.QUEUED)
    person = somebody("rita")
    page, held = person.page, []
    page.route("**/evidence/**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/evidence/**"):
        page.goto(reverse("desk:claim", args=[claim.pk]))
    page.get_by_label("Address of the page").fill("https://news.example.org/a")
    page.get_by_role("button", name="Cite", exact=True).click()
    expect(page.locator('[data-capture-state="queued"]')).to_have_count(2)
    gone = {"state": Capture.State.FAILED, "code": "http_410", "attempt": 1, "settled_at": timezone.now()}
    Capture.objects.filter(pk=waiting.capture_id).update(**gone)
    with page.expect_response("**/evidence/**"):
        held[0].continue_()
    expect(page.locator('[data-capture-state="failed"]')).to_be_visible()
