"""What a journey takes with it: its people's browsers at one width, and a picture of each place in both themes.

The pictures are kept in the folder that ARTEFACTS_DIR names, `artefacts/` of the checkout otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}

# What stands out of the window on the right, when the page can be scrolled there.
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width).map(one => one.outerHTML.slice(0, 120))"""


class Journey:
    """One way through the desk at one width."""

    def __init__(self, name: str, size: str, somebody: Callable[..., Any]) -> None:
        self.name, self.size, self.somebody = name, size, somebody
        self.folder = Path(os.environ.get("ARTEFACTS_DIR", ROOT / "artefacts")) / "journeys"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.number = 0
        self.people: list[Any] = []

    def page(self, username: str) -> Page:
        """The page in a browser of somebody's, signed in; on a phone it is touched."""
        person = self.somebody(username, has_touch=self.size == "phone")
        self.people.append(person)
        page: Page = person.page
        page.set_viewport_size(SIZES[self.size])
        return page

    def was_refused(self, status: int) -> None:
        """The desk has answered somebody with this status, as it should: the browser's word of it is no trouble."""
        told = f"status of {status}"
        assert any(told in trouble for person in self.people for trouble in person.troubles)
        for person in self.people:
            person.troubles = [trouble for trouble in person.troubles if told not in trouble]

    def arrived(self, page: Page, what: str) -> None:
        """A place of the journey: it fits its window, has one heading, and says the same in both themes."""
        self.number += 1
        width = SIZES[self.size]["width"]
        wide = page.evaluate(TOO_WIDE, width)
        assert wide == [], f"{what} is wider than {width} px: {wide}"
        assert page.locator("h1").count() == 1, f"{what} has not one heading"
        words = page.locator("main").inner_text()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            name = f"{self.name}-{self.number}-{what}-{self.size}-{theme}.png"
            page.screenshot(path=self.folder / name.replace(" ", "-"), full_page=True)
        assert page.locator("main").inner_text() == words, f"{what} says something else in another theme"
