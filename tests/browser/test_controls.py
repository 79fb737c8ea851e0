"""What buttons, links and fields do under the pointer, pressed, and with the focus: by computed style."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.seen import COLOURS, ratio
from tests.desk.stylesheet import DESK, rules
from tests.newsroom import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOK = """(element) => {
  const style = getComputedStyle(element);
  return ["color", "background-color", "border-top-color", "border-bottom-color", "box-shadow", "outline-style",
    "text-decoration-line", "text-decoration-color", "opacity"].map((name) => style.getPropertyValue(name));
}"""
# Everything that takes the focus, with its ring: how wide, in which colour, on which ground. Where a choice is drawn by
# its label, the label has the ring.
RINGS = """() => [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")]
  .filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }))
  .map((one) => {
    one.focus({ preventScroll: true });
    const drawn = one.matches("[type=radio]") ? one.closest("label") : one;
    const style = getComputedStyle(drawn);
    const width = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    return [one.outerHTML.slice(0, 120), one === document.activeElement, width, numbers(style.outlineColor),
      ground(drawn.parentElement)];
  })"""
POINTED_AT = [
    "main p a",
    "main a.statement",
    ".tabs a:not([aria-current])",
    ".places a:not([aria-current])",
    ".brand",
    ".narrowing a",
    ".saved-views a:not([aria-current])",
    ".field-radioselect label:not(:has(:disabled, :checked))",
    ".list tbody tr",
]


def buttons() -> list[str]:
    return sorted({name for rule in rules(DESK.read_text()) for name in rule.classes if name.startswith("button")})


@pytest.fixture
def page(somebody: Any) -> Page:
    make_person("sofia", "standards_editor", "administrator")
    found: Page = somebody("sofia", color_scheme="light").page
    found.goto(reverse("desk:style"))
    return found


def changes(page: Page, selector: str, act: Callable[[], None]) -> bool:
    """Whether an act changes what an element looks like. The pointer comes from a corner where nothing is."""
    element = page.locator(selector).first
    page.mouse.move(0, 0)
    element.scroll_into_view_if_needed()
    before = element.evaluate(LOOK)
    act()
    return bool(element.evaluate(LOOK) != before)


def test_whatever_can_be_pointed_at_shows_that_it_is(page: Page) -> None:
    kinds = [f"main .acts > {tag}.{name}:not([disabled])" for name in buttons() for tag in ("button", "a")]
    pointed = [*kinds, *POINTED_AT]
    assert [one for one in pointed if not changes(page, one, page.locator(one).first.hover)] == []
    # What sits in the cell of a table or at the edge of a message says by the pointer's shape that it can be pressed.
    shaped = ("main .dismiss", "main summary", ".cell-tick label", ".mentions li", "main .button")
    assert {one: _cursor(page, one) for one in shaped} == dict.fromkeys(shaped, "pointer")
    resting = ("main .button[disabled]", "main .field input[disabled]", ".field-radioselect label:has(:disabled)")
    assert [_cursor(page, one) for one in resting] == ["progress", "not-allowed", "not-allowed"]


def _cursor(page: Page, selector: str) -> Any:
    return page.locator(selector).first.evaluate("(element) => getComputedStyle(element).cursor")


def test_a_button_shows_that_it_is_pressed(page: Page) -> None:
    for name in buttons():
        button = f"main .acts > button.{name}:not([disabled])"
        page.locator(button).first.hover()
        hovered = page.locator(button).first.evaluate(LOOK)
        page.mouse.down()
        pressed = page.locator(button).first.evaluate(LOOK)
        page.mouse.up()
        assert pressed != hovered, button


@pytest.mark.parametrize(
    "media", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"contrast": "more"}, {"forced_colors": "active"}]
)
def test_whatever_has_the_focus_has_a_ring_that_can_be_seen(page: Page, media: Any) -> None:
    """At least 2 px wide, and at least 3 : 1 against what it stands on: WCAG 2.2, 1.4.11 and 2.4.13."""
    page.emulate_media(**media)
    page.evaluate(COLOURS)
    # Whoever uses the keyboard sees rings; whoever clicks sees them in fields alone.
    page.keyboard.press("Tab")
    found = page.evaluate(RINGS)
    assert len(found) > 150
    assert [what for what, has_focus, *_ in found if not has_focus] == []
    assert [what for what, _, width, *_ in found if width < 2] == []
    assert [what for what, _, _, ring, ground in found if ratio(ring[:3], ground) < 3] == []


def test_a_field_with_the_focus_differs_from_one_without(page: Page) -> None:
    kinds = ("input[type=text]", "input[type=url]", "input[type=number]", "select", "textarea", "input[type=checkbox]")
    page.keyboard.press("Tab")
    for kind in kinds:
        field = f"form[aria-label='As it comes'] {kind}"
        assert changes(page, field, page.locator(field).first.focus), kind
        expect(page.locator(field).first).to_be_focused()
    label = page.locator("form[aria-label='As it comes'] .field-radioselect label").first
    before = label.evaluate(LOOK)
    label.locator("input").focus()
    assert label.evaluate(LOOK) != before


def test_the_way_past_the_navigation_is_seen_when_it_is_reached(page: Page) -> None:
    away = page.locator(".skip").bounding_box()
    page.keyboard.press("Tab")
    here = page.locator(".skip").bounding_box()
    assert away
    assert here
    assert away["y"] + away["height"] <= 0 <= here["y"]
