"""What makes a page one that anybody can use: what axe finds on it, and whether it fits its window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
from lxml import html
from playwright.sync_api import Page, Response, Route

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
RUN = """([part, options]) =>
  axe.run(part === "html" ? document : {include: [[part]]}, {...options, resultTypes: ["violations"]})"""
WITHOUT_COLOURS = {"rules": {"color-contrast": {"enabled": False}}}
COLOURS = {"runOnly": ["color-contrast"]}
NARROW = {"runOnly": ["target-size", "scrollable-region-focusable"]}
# What of an element can make it look or be read otherwise.
SIGNIFICANT = {"class", "role", "type", "open", "disabled", "readonly", "aria-invalid", "aria-current", "tabindex"}


def judge(page: Page, what: str, part: str = "html") -> list[str]:
    """All that is found in a part of the page as it stands: every rule in light, colours in dark too; on a phone, its own.

    The window is afterwards as wide as it was.
    """
    before = page.viewport_size
    page.emulate_media(color_scheme="light")
    found = judged(page, what, "light", {}, part)
    page.emulate_media(color_scheme="dark")
    assert is_dark(page), what
    found += judged(page, what, "dark", COLOURS, part)
    found += too_wide(page, what, 390)
    found += judged(page, what, "narrow", NARROW, part)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before or {"width": 1280, "height": 844})
    return found


def too_wide(page: Page, path: str, width: int) -> list[str]:
    """Make the window so wide; what is said of a page that would have to be scrolled sideways."""
    page.set_viewport_size({"width": width, "height": 844})
    taken = page.evaluate("document.documentElement.scrollWidth")
    return [f"{path} takes {taken} px of {width}"] if taken > width else []


def is_dark(page: Page) -> bool:
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return sum(int(part) for part in background.strip("rgba()").split(",")[:3]) < 384


def judged(page: Page, path: str, where: str, options: dict[str, Any], part: str = "html") -> list[str]:
    """What axe finds, a line for each element. A page that it could not judge at all is a finding too."""
    told = page.evaluate(RUN, [part, options])
    assert told["testEngine"]["name"] == "axe-core"
    return [
        f"{path} ({where}): {violation['id']}: {' '.join(map(str, node['target']))}: {node['html'][:160]}"
        for violation in told["violations"]
        for node in violation["nodes"]
    ]


def signs(text: str) -> frozenset[int]:
    """How a page is built: each element with its classes and states and what it stands in, whatever is said in it.

    What is shut away, in a closed part or a dialogue, is no sign of it. On a page all of whose signs have been judged
    on others, there is nothing new to find.
    """
    return frozenset(sign for sign, _ in _signs(html.document_fromstring(text), 0))


def _signs(element: Any, above: int) -> Iterator[tuple[int, Any]]:
    if not isinstance(element.tag, str) or element.tag in {"head", "script", "template"}:
        return
    told = sorted((name, value) for name, value in element.attrib.items() if name in SIGNIFICANT)
    here = hash((above, element.tag, *told, *sorted(name for name in element.attrib if name.startswith("aria-"))))
    yield here, element
    is_shut = element.tag in {"details", "dialog"} and "open" not in element.attrib
    for inside in element:
        if not is_shut or inside.tag == "summary":
            yield from _signs(inside, here)


def with_all_opened(text: str) -> str:
    """The page with every part open that somebody can open to read on."""
    return re.sub(r"<details(?![^>]*\sopen\b)", "<details open", text)


def marked(text: str, known: set[int]) -> str:
    """The page, with the first of each sign that is not known marked as new; nothing where all are known.

    What has been marked is known from then on.
    """
    tree, is_new = html.document_fromstring(text), False
    for here, element in list(_signs(tree, 0)):
        if here not in known:
            known.add(here)
            element.set("data-new", "")
            is_new = True
    return str(html.tostring(tree, encoding="unicode", doctype="<!doctype html>")) if is_new else ""


def with_marks(page: Page, path: str, known: set[int]) -> Response | None:
    """Go to a page of the desk, whose answer is marked on its way to the browser."""

    def mark(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=marked(answer.text(), known) or answer.text())

    page.route(f"**{path}", mark)
    response = page.goto(path)
    page.unroute(f"**{path}")
    return response


def most_new(pages: dict[str, str], known: set[int]) -> Iterator[str]:
    """The names of the pages, those first that have the most signs that are not known by then."""
    left = {name: signs(text) for name, text in pages.items()}
    while left:
        name = max(left, key=lambda one: len(left[one] - known))
        del left[name]
        yield name
