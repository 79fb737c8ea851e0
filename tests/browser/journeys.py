"""What a journey takes with it: its people's browsers at one width, and a picture of each place in both themes.

A plain journey goes without a mouse and without JavaScript: what is there to be pressed is reached and pressed by keys,
and what comes later is seen by asking for the page again.

The pictures are kept in the folder that ARTEFACTS_DIR names, `artefacts/` of the checkout otherwise.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
DESK: Any = {"width": 1280, "height": 900}
SIZES: dict[str, Any] = {"desk": DESK, "phone": {"width": 390, "height": 844}, "plain": DESK}

# What stands out of the window on the right, when the page can be scrolled there.
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width).map(one => one.outerHTML.slice(0, 120))"""


class Journey:
    """One way through the desk at one width."""

    def __init__(self, name: str, size: str, somebody: Callable[..., Any]) -> None:
        self.name, self.size, self.somebody = name, size, somebody
        self.folder = Path(os.environ.get("ARTEFACTS_DIR", ROOT / "artefacts")) / "journeys"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.is_plain = size == "plain"
        self.number = 0
        self.people: list[Any] = []

    def page(self, username: str) -> Page:
        """The page in a browser of somebody's, signed in; on a phone it is touched."""
        person = self.somebody(username, has_touch=self.size == "phone", java_script_enabled=not self.is_plain)
        self.people.append(person)
        page: Page = person.page
        page.set_viewport_size(SIZES[self.size])
        return page

    def press(self, what: Locator) -> None:
        """Press a link, a button or a box: with the mouse, or by keys alone."""
        if not self.is_plain:
            what.click()
            return
        expect(what).to_be_visible()
        what.focus()
        expect(what).to_be_focused()
        what.press("Space" if what.get_attribute("type") in {"radio", "checkbox"} else "Enter")

    def awaits(self, what: Locator, seconds: float) -> None:
        """What comes by itself when the page is alive, and otherwise when it is asked for again."""
        if not self.is_plain:
            expect(what).to_be_visible(timeout=seconds * 1000)
            return
        until = time.monotonic() + seconds
        while not what.is_visible():
            assert time.monotonic() < until, f"{what} did not come"
            time.sleep(0.5)
            what.page.reload()

    def was_refused(self, status: int) -> None:
        """The desk has answered somebody with this status, as it should: the browser's word of it is no trouble."""
        told = f"status of {status}"
        assert any(told in trouble for person in self.people for trouble in person.troubles)
        for person in self.people:
            person.troubles = [trouble for trouble in person.troubles if told not in trouble]

    def arrived(self, page: Page, what: str) -> None:
        """A place of the journey: it fits its window, has one heading, and says the same in both themes."""
        assert page.locator("h1").count() == 1, f"{what} has not one heading"
        if self.is_plain:
            return
        self.number += 1
        width = SIZES[self.size]["width"]
        wide = page.evaluate(TOO_WIDE, width)
        assert wide == [], f"{what} is wider than {width} px: {wide}"
        assert any(self.says_the_same(page) for _ in range(4)), f"{what} says something else in another theme"
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            name = f"{self.name}-{self.number}-{what}-{self.size}-{theme}.png"
            page.screenshot(path=self.folder / name.replace(" ", "-"), full_page=True)

    def says_the_same(self, page: Page) -> bool:
        """Whether the words are the same in both themes. News may come between: whoever asks asks again."""
        told = []
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            told.append(page.locator("main").inner_text())
        return told[0] == told[1]
