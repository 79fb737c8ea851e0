"""What somebody has told their system: less motion, colours of their own, more contrast, a dark page.

Each is looked at by computed style, with what it asks for and without; and again with its block cut out of the sheet,
where the same look has to fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.seen import COLOURS, apart, computed, contrast, ratio, without
from tests.newsroom import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Each rule that moves something, the element that it is for, and how long it moves there.
MOVING = """() => {
  const found = [];
  const walk = (rules, media) => {
    for (const rule of rules) {
      if (rule.cssRules && !rule.selectorText) walk(rule.cssRules, media + (rule.conditionText ?? ""));
      const style = rule.style;
      if (!rule.selectorText || !style || media.includes("reduced-motion")) continue;
      if (!style.animationName && !style.transitionDuration) continue;
      const [, selector, pseudo] = /^(.*?)(::[\\w-]+)?$/.exec(rule.selectorText);
      const element = document.querySelector(selector);
      const now = element && getComputedStyle(element, pseudo ?? null);
      const seconds = (list) => list.split(", ").map((one) => parseFloat(one) * (one.endsWith("ms") ? 0.001 : 1));
      const names = now ? now.animationName.split(", ") : [];
      const lasts = now ? seconds(now.animationDuration).filter((_, at) => names[at] !== "none") : [];
      found.push([rule.selectorText, Boolean(now), Math.max(0, ...lasts, ...(now ? seconds(now.transitionDuration) : []))]);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules, "");
  return found;
}"""
BRIEF = 0.05


@pytest.fixture
def page(somebody: Any) -> Page:
    make_person("sofia", "standards_editor", "administrator")
    found: Page = somebody("sofia", color_scheme="light").page
    found.goto(f"{reverse('desk:style')}?waiting")
    return found


def needs(page: Page, media: str, look: Callable[[Page], None]) -> None:
    """It looks so; and with the block for this medium cut out of the sheet it does not."""
    look(page)
    with without(page, media), pytest.raises(AssertionError):
        look(page)
    look(page)


def test_whoever_wants_less_motion_sees_none(page: Page) -> None:
    def is_still(page: Page) -> None:
        # The place of what is told, where a message of success leaves by itself.
        page.evaluate(
            "document.getElementById('notices').innerHTML = '<div class=\"notice notice-success\">Done.</div>'"
        )
        page.emulate_media(reduced_motion="no-preference")
        moving = page.evaluate(MOVING)
        page.emulate_media(reduced_motion="reduce")
        still = page.evaluate(MOVING)
        page.emulate_media(reduced_motion="no-preference")
        assert len(moving) >= 2
        assert [selector for selector, is_shown, _ in moving if not is_shown] == [], (
            "the style page shows none of these"
        )
        assert [selector for selector, _, seconds in moving if seconds <= BRIEF] == [], "these don't move at all"
        assert [selector for selector, _, seconds in still if seconds > BRIEF] == [], "these move all the same"

    needs(page, "prefers-reduced-motion: reduce", is_still)


def test_in_colours_of_ones_own_what_a_colour_alone_told_is_told_otherwise(page: Page) -> None:
    chosen, other = ".field-radioselect label:has(:checked)", ".field-radioselect label:not(:has(:checked))"

    def told(page: Page) -> dict[str, bool]:
        def differ(one: str, another: str, name: str) -> bool:
            return computed(page, one, name) != computed(page, another, name)

        in_use, resting = (f"form:{place}-child .field-radioselect label" for place in ("first", "last"))
        here, elsewhere = ".tabs a[aria-current]", ".tabs a:not([aria-current])"
        return {
            "the choice that is made": apart(page, chosen, other) >= 3,
            "the choice's words": contrast(page, chosen) >= 4.5,
            "a choice that is out of use": differ(resting, in_use, "color"),
            "a button that is out of use": differ(".button:disabled", ".button:not(:disabled)", "color")
            and computed(page, ".button:disabled", "opacity") == ["1"],
            "the tab where one is": contrast(page, here, "border-top-color") >= 3
            and contrast(page, elsewhere, "border-top-color") == 1,
            "the name that is chosen": apart(page, *(f".mentions [aria-selected={so}]" for so in ("true", "false")))
            >= 3,
            "where a state begins and ends": computed(page, ".badge", "border-top-style") == ["solid"],
            "what is overdue": computed(page, ".overdue", "border-top-style") == ["solid"],
        }

    plain = told(page)
    page.emulate_media(forced_colors="active")
    forced = told(page)
    assert forced == dict.fromkeys(forced, True)
    # In the desk's own colours a wash or a paler word tells these.
    by_colour = {what for what, is_so in plain.items() if not is_so}
    assert by_colour == {
        "the choice that is made",
        "a button that is out of use",
        "the name that is chosen",
        "where a state begins and ends",
        "what is overdue",
    }
    with without(page, "forced-colors: active"):
        lost = {what for what, is_so in told(page).items() if not is_so}
    assert lost == set(forced) - {"the choice's words"}


def test_in_colours_of_ones_own_every_state_has_words(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    silent = page.evaluate(
        "() => [...document.querySelectorAll('main :is(.badge, .chip, .tally, .notice, .asked-chip, .narrowing, .unread)')]"
        ".filter((one) => !one.innerText.trim()).map((one) => one.outerHTML)"
    )
    assert silent == []
    wrong = page.evaluate(
        "() => [...document.querySelectorAll('[aria-invalid=true]')]"
        ".filter((one) => !one.closest('.field').querySelector('.errorlist')).map((one) => one.outerHTML)"
    )
    assert wrong == []


INK = {
    "what stands under something": (".under", "color"),
    "what is hardly worth saying": (".faint", "color"),
    "help": (".help", "color"),
    "the edge of a part": (".panel", "border-top-color"),
    "the edge of a field": (".field input", "border-top-color"),
    "the line between rows": (".list td", "border-bottom-color"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_wants_more_contrast_has_it(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)

    def is_higher(page: Page) -> None:
        page.emulate_media(contrast="no-preference")
        before = {what: contrast(page, *where) for what, where in INK.items()}
        tokens = _tokens(page)
        page.emulate_media(contrast="more")
        after = {what: contrast(page, *where) for what, where in INK.items()}
        changed = {name for name, value in _tokens(page).items() if value != tokens[name]}
        page.emulate_media(contrast="no-preference")
        assert changed == {"--ink-2", "--ink-3", "--rule", "--edge"}
        assert [what for what in INK if after[what] <= before[what]] == []
        assert [what for what in INK if after[what] < 7] == []

    needs(page, "prefers-contrast: more", is_higher)


def test_a_dark_page_has_a_colour_of_its_own_for_each_token_and_is_as_readable(page: Page) -> None:
    def is_dark(page: Page) -> None:
        page.emulate_media(color_scheme="light")
        light, bright = _tokens(page), _ground(page)
        page.emulate_media(color_scheme="dark")
        dark, dim = _tokens(page), _ground(page)
        readable = {what: contrast(page, *where) for what, where in INK.items() if where[1] == "color"}
        page.emulate_media(color_scheme="light")
        assert [name for name, colour in light.items() if dark[name] == colour] == []
        assert ratio(bright, dim) > 10
        assert [what for what, found in readable.items() if found < 4.5] == []

    needs(page, "prefers-color-scheme: dark", is_dark)


def _tokens(page: Page) -> dict[str, str]:
    """The colours of the sheet, by their names, as they are now."""
    found: dict[str, str] = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.swatches code')]"
        ".filter((code) => code.parentElement.querySelector('.swatch'))"
        ".map((code) => [`--${code.textContent}`,"
        " getComputedStyle(code.parentElement.querySelector('.swatch')).backgroundColor]))"
    )
    assert len(found) > 20
    return found


def _ground(page: Page) -> list[int]:
    page.evaluate(COLOURS)
    return page.evaluate("ground(document.body)")
