"""What a journey takes with it: its people's browsers at one width, and a picture of each place in both themes.

On a phone there are a phone's screen and a finger. A plain journey goes without a mouse and without JavaScript: what is
there to be pressed or filled in is walked to by Tab, and what comes later is seen by asking for the page again.

The pictures are kept in the folder that ARTEFACTS_DIR names, `artefacts/` of the checkout otherwise. A journey takes
away its earlier ones before it sets out, and says at its end that the new ones are there.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import by_keys

ROOT = Path(__file__).resolve().parents[2]
DESK: Any = {"width": 1280, "height": 900}
SIZES: dict[str, Any] = {"desk": DESK, "phone": {"width": 390, "height": 844}, "plain": DESK}
PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
THEMES = ("dark", "light")

# What stands out of the window on the right, when the page can be scrolled there.
TOO_WIDE = """width => document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > width).map(one => one.outerHTML.slice(0, 120))"""

# How light a picture is as a whole and in its darkest and lightest places, from 0 to 255, and how wide it is.
LIGHT = """async picture => {
  const bytes = Uint8Array.from(atob(picture), one => one.charCodeAt(0));
  const whole = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const drawing = new OffscreenCanvas(64, 64).getContext("2d");
  drawing.drawImage(whole, 0, 0, 64, 64);
  const {data} = drawing.getImageData(0, 0, 64, 64);
  const lights = Array.from({length: 4096}, (_, at) =>
    0.2126 * data[4 * at] + 0.7152 * data[4 * at + 1] + 0.0722 * data[4 * at + 2]);
  return {mean: lights.reduce((sum, one) => sum + one) / 4096, least: Math.min(...lights), most: Math.max(...lights),
    width: whole.width};
}"""


class Journey:
    """One way through the desk at one width."""

    def __init__(self, name: str, size: str, somebody: Callable[..., Any]) -> None:
        self.name, self.size, self.somebody = name, size, somebody
        self.folder = Path(os.environ.get("ARTEFACTS_DIR", ROOT / "artefacts")) / "journeys"
        self.folder.mkdir(parents=True, exist_ok=True)
        for earlier in self.folder.glob(f"{name}-*-{size}-*.png"):
            earlier.unlink()
        self.is_plain, self.is_phone = size == "plain", size == "phone"
        self.places: list[str] = []
        self.people: list[Any] = []

    def page(self, username: str) -> Page:
        """The page in a browser of somebody's, signed in; on a phone it is touched."""
        options: Any = PHONE if self.is_phone else {"java_script_enabled": not self.is_plain}
        person = self.somebody(username, viewport=SIZES[self.size], **options)
        self.people.append(person)
        page: Page = person.page
        return page

    def press(self, what: Locator) -> None:
        """Press a link, a button or a box: with the mouse, a finger, or by keys alone."""
        if self.is_plain:
            by_keys.press(what)
        elif self.is_phone:
            what.tap()
        else:
            what.click()

    def write(self, what: Locator, words: str) -> None:
        """Fill in a field."""
        if self.is_plain:
            by_keys.write(what, words)
            return
        self.press(what)
        what.fill(words)

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
        self.places.append(what)
        if self.is_plain:
            return
        width = SIZES[self.size]["width"]
        wide = page.evaluate(TOO_WIDE, width)
        assert wide == [], f"{what} is wider than {width} px: {wide}"
        assert any(self.says_the_same(page) for _ in range(4)), f"{what} says something else in another theme"
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            picture = page.screenshot(path=self.picture(len(self.places), theme), full_page=True, scale="css")
            self.shows_a_page(page.evaluate(LIGHT, base64.b64encode(picture).decode()), f"{what} in {theme}", theme)

    def picture(self, number: int, theme: str) -> Path:
        """Where the picture of a place is kept."""
        name = f"{self.name}-{number}-{self.places[number - 1]}-{self.size}-{theme}.png"
        return self.folder / name.replace(" ", "-")

    def shows_a_page(self, light: dict[str, float], what: str, theme: str) -> None:
        """A picture is as wide as the screen, has something on it, and is dark in dark and light in light."""
        assert light["width"] == SIZES[self.size]["width"], f"{what}: {light}"
        assert light["most"] - light["least"] > 60, f"{what}: nothing is on the picture: {light}"
        assert (light["mean"] < 96) is (theme == "dark"), f"{what}: the picture is of another theme: {light}"
        assert (light["mean"] > 160) is (theme == "light"), f"{what}: the picture is of another theme: {light}"

    def ends(self) -> None:
        """It has been somewhere, and of each place there is a picture in both themes, and none of an earlier time."""
        assert self.places, "the journey has been nowhere"
        places = [] if self.is_plain else range(1, len(self.places) + 1)
        wanted = sorted(self.picture(number, theme) for number in places for theme in THEMES)
        assert sorted(self.folder.glob(f"{self.name}-*-{self.size}-*.png")) == wanted

    def says_the_same(self, page: Page) -> bool:
        """Whether the words are the same in both themes. News may come between: whoever asks asks again."""
        told = []
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            told.append(page.locator("main").inner_text())
        return told[0] == told[1]
