"""Every page at a phone's, a desk's and a wall's width, in both themes; by keyboard; and without a jump."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import User
from tests.archive.servers import Route, site
from tests.browser.everything import NO_PAGES, answering, everything
from tests.browser.judging import AXE, COLOURS, NARROW, WITHOUT_COLOURS, is_dark, judged, too_wide, with_marks
from tests.newsroom import PASSWORD, make_claim, make_reporter
from tests.workers import worker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
# So that several may look at once.
PARTS = 2
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift'}); }"""


@pytest.fixture
def paths():
    """The address of every page there is."""
    return ["/sign-in/", *(path for found in everything().values() for path in found)]


def test_every_page_is_looked_at(client):
    """A view that answers GET is a page of `everything`, or said to be none."""
    looked_at = everything()
    client.force_login(User.objects.get(username="sofia"))
    assert answering(client) - NO_PAGES - {"sign_in"} == set(looked_at)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_fits_its_window_has_a_heading_and_gives_axe_nothing_to_find_in_either_theme(somebody, paths, part):
    """Every rule of axe-core on every page; what an element looks like in both themes, and how large it is on a phone,
    where it is built as none before it."""
    page = somebody("sofia", color_scheme="light", bypass_csp=True).page
    page.add_init_script(AXE)
    found, known = [], set()
    for path in paths[part::PARTS]:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 844})
        assert with_marks(page, path, known).status == 200, path
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path
        assert not is_dark(page), path
        is_new = page.locator("[data-new]").count() > 0
        found += [*too_wide(page, path, 1280), *judged(page, path, "light", WITHOUT_COLOURS)]
        found += judged(page, path, "light", COLOURS, "[data-new]") if is_new else []
        page.emulate_media(color_scheme="dark")
        assert is_dark(page), path
        found += judged(page, path, "dark", COLOURS, "[data-new]") if is_new else []
        if path == reverse("desk:style"):
            # Where everything that has a colour stands, in every state.
            page.emulate_media(contrast="more")
            found += judged(page, path, "dark, more contrast", COLOURS)
            page.emulate_media(color_scheme="light")
            found += judged(page, path, "light, more contrast", COLOURS)
            page.emulate_media(contrast="no-preference")
        found += too_wide(page, path, 1920)
        found += too_wide(page, path, 390)
        found += judged(page, path, "narrow", NARROW, "[data-new]") if is_new else []
    assert len(known) > 500
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_when_a_copy_arrives(somebody, settings, tmp_path, width):
    story = "<html><head><title>Two captured</title></head><body><article><p>Two were captured in Kursk.</p></article></body></html>"
    claim = make_claim(make_reporter())
    with site({"/story": Route(story, delay=2.5)}) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = somebody("rita").page
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(reverse("desk:claim", args=[claim.pk]))
        page.get_by_label("Address of the page").fill(f"http://{where}/story")
        page.get_by_role("button", name="Cite", exact=True).click()
        expect(page.locator('[data-capture-state="queued"], [data-capture-state="fetching"]')).to_be_visible()
        page.wait_for_timeout(600)
        page.evaluate(SHIFTS)
        expect(page.locator('[data-capture-state="stored"]')).to_be_visible(timeout=20_000)
        expect(page.locator("#evidence")).to_contain_text("Two captured", timeout=20_000)
        page.wait_for_timeout(600)
        assert page.evaluate("window.shifted") < 0.05


def test_the_main_job_is_done_by_keyboard_alone(somebody):
    rita = make_reporter()
    make_claim(rita, "The one claim.")
    page = somebody().page
    page.goto("/sign-in/")
    keys = page.keyboard
    reach(page, "id_username")
    keys.type("rita")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(lambda address: address.endswith(reverse("desk:home")) and "sign-in" not in address)
    keys.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main", "the first stop is the link past the navigation"
    reach_words(page, "The one claim.")
    keys.press("Enter")
    page.wait_for_url("**/claims/*/")
    reach(page, "id_url")
    keys.type("https://news.example.org/story")
    keys.press("Enter")
    expect(page.locator('[data-capture-state="queued"]')).to_be_visible()


def reach(page, name):
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"#{name} can't be reached by Tab")


def reach_words(page, words):
    for _ in range(60):
        if words in page.evaluate("document.activeElement.textContent"):
            visible = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert visible != "none", "the focus can't be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{words}” can't be reached by Tab")
