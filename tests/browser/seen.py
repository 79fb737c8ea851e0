"""What a page looks like, by computed style: colours and how they contrast, and a sheet with a part taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from tests.desk.stylesheet import DESK

# A colour as r, g, b and a; and what stands behind an element, through all that can be seen through.
COLOURS = """
window.numbers = (colour) => {
  const drawn = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  drawn.fillStyle = colour;
  drawn.fillRect(0, 0, 1, 1);
  return [...drawn.getImageData(0, 0, 1, 1).data];
};
window.ground = (element) => {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    layers.push(numbers(getComputedStyle(one).backgroundColor));
    if (layers.at(-1)[3] === 255) break;
  }
  return layers.reduceRight((below, [r, g, b, a]) => [r, g, b].map((part, at) => (part * a + below[at] * (255 - a)) / 255),
    numbers("Canvas"));
};
"""


def computed(page: Page, selector: str, *names: str, pseudo: str = "") -> list[str]:
    """The values of these properties for the first element that the selector finds."""
    return page.evaluate(
        "([selector, names, pseudo]) => { const found = document.querySelector(selector);"
        " if (!found) throw new Error(`nothing is ${selector}`);"
        " const style = getComputedStyle(found, pseudo || null);"
        " return names.map((name) => style.getPropertyValue(name)); }",
        [selector, list(names), pseudo],
    )


def ratio(one: list[float], other: list[float]) -> float:
    """How two colours contrast, as WCAG 2.2 counts it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [part / 255 for part in colour[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(page: Page, selector: str, name: str = "color") -> float:
    """How a colour of this element contrasts with what it stands on."""
    page.evaluate(COLOURS)
    (*colour, alpha), below = page.evaluate(
        "([selector, name]) => { const found = document.querySelector(selector);"
        " return [numbers(getComputedStyle(found).getPropertyValue(name)), ground(found)]; }",
        [selector, name],
    )
    seen = [(part * alpha + under * (255 - alpha)) / 255 for part, under in zip(colour, below, strict=True)]
    return ratio(seen, below)


def apart(page: Page, one: str, other: str) -> float:
    """How the grounds of two elements contrast with each other."""
    page.evaluate(COLOURS)
    grounds = page.evaluate("(them) => them.map((one) => ground(document.querySelector(one)))", [one, other])
    return ratio(*grounds)


def cut(css: str, media: str) -> str:
    """The sheet without its blocks for this medium."""
    start = css.find(f"@media ({media})")
    assert start >= 0, f"nothing is for {media}"
    while start >= 0:
        depth, end = 1, css.index("{", start) + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        css = css[:start] + css[end:]
        start = css.find(f"@media ({media})")
    return css


@contextmanager
def without(page: Page, media: str) -> Iterator[None]:
    """While it lasts the desk's sheet comes without its blocks for this medium."""
    address: Any = re.compile(r"/desk/desk[.\w]*\.css")
    page.route(address, lambda route: route.fulfill(body=cut(DESK.read_text(), media), content_type="text/css"))
    page.reload()
    yield
    page.unroute(address)
    page.reload()
