"""Single keys: what each does, that they rest while somebody types, and that they can be turned off."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.desk.keys import KEYS
from tests.newsroom import make_claim, make_reporter

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(somebody):
    rita = make_reporter()
    for words in ("The first claim.", "The second claim.", "The third claim."):
        make_claim(rita, words)
    page = somebody("rita").page
    page.goto(reverse("desk:queue"))
    return page


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


@pytest.mark.parametrize(("keys", "view"), [(keys, view) for keys, _, view in KEYS if view])
def test_what_leads_somewhere_leads_there(page, keys, view):
    for key in keys.split():
        page.keyboard.press(key)
    page.wait_for_url(re.compile(re.escape(reverse(f"desk:{view}")) + "$"))


def test_rows_are_walked_and_opened(page):
    for key, words in (("j", "third"), ("j", "second"), ("k", "third"), ("k", "third"), ("j", "second")):
        page.keyboard.press(key)
        assert focused(page) == f"The {words} claim."
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("The second claim.")
    page.wait_for_load_state()  # Its scripts come after its words.
    page.keyboard.press("c")
    assert page.evaluate("document.activeElement.id") == "id_url"


def test_they_rest_while_somebody_types(page):
    page.keyboard.press("/")
    page.keyboard.type("gqn?j")
    assert page.evaluate("document.activeElement.value") == "gqn?j"
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+j")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"


def test_the_sheet_opens_closes_and_turns_them_off(page):
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    page.keyboard.press("j")
    assert focused(page) != "The third claim.", "the page behind the sheet rests"
    sheet.get_by_label("Single keys").uncheck()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("j")
    assert focused(page) != "The third claim."
    page.reload()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.get_by_role("link", name="keyboard").click()
    expect(sheet).to_be_visible()
    sheet.get_by_label("Single keys").check()
    sheet.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert focused(page) == "The third claim."


def test_without_a_script_the_sheet_is_a_page(somebody):
    make_reporter()
    page = somebody("rita", java_script_enabled=False).page
    page.goto(reverse("desk:queue"))
    page.get_by_role("link", name="keyboard").click()
    expect(page.get_by_role("heading", name="Keyboard", level=1)).to_be_visible()
    page.get_by_role("link", name="Stories").last.click()
    page.wait_for_url("**/stories/")
