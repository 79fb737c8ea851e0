"""What stands around an article on its page: readers' comments, advertisements, pointers to other pages."""

import re
from typing import Any

from apps.archive.reading.measures import Size, measured
from apps.archive.reading.tags import PARTS
from apps.archive.reading.wording import CALL, LABEL, NO_ARTICLE, POINTER, named

MOST_OF_A_PAGE = 0.5
LONGEST_POINTER = 300
MOST_IN_A_POINTER = 12
SHORTEST_HEADLINE = 20
ALL_LINKED = 0.9
LEAST_PARAGRAPHS = 5
MOST_HEADLINES = 0.4
# A headline ends so only where it is a sentence of the article.
FULL_STOP = re.compile(r"[.\u3002\u0964\u06d4][\"'\u2019\u201d\u00bb)\]]*$")


def surroundings(elements: list[Any]) -> list[Any]:
    """The elements to take out of a page, none of them within another. In linear time."""
    sizes = measured(elements)
    needed = _needed(elements)
    most = MOST_OF_A_PAGE * sizes[elements[0]].letters
    headlines = _headlines(elements, sizes)
    out: list[Any] = []
    gone: set[Any] = set()
    for element in elements:
        size = sizes[element]
        if element.getparent() in gone:
            gone.add(element)
        elif (
            size.letters
            and element.tag in PARTS
            and element not in needed
            and (
                element in headlines
                or _is_named_so(element, small=size.letters < most)
                or _is_beside_the_point(element, size)
            )
        ):
            gone.add(element)
            out.append(element)
    return out


def take_out(element: Any) -> None:
    """Removes an element, and leaves what follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        text = (parent.text if before is None else before.tail) or ""
        gap = "" if text[-1:].isspace() or element.tail[:1].isspace() else " "
        if before is None:
            parent.text = text + gap + element.tail
        else:
            before.tail = text + gap + element.tail
    parent.remove(element)


def _needed(elements: list[Any]) -> set[Any]:
    """The headline, what is marked as the article, and all that they stand in."""
    needed: set[Any] = set()
    for element in elements:
        if element.tag == "h1" or element.get("itemprop") == "articleBody":
            step = element
            while step is not None and step not in needed:
                needed.add(step)
                step = step.getparent()
    return needed


def _is_named_so(element: Any, *, small: bool) -> bool:
    if small and not NO_ARTICLE.isdisjoint(f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()):
        return True
    names = named(element)
    return "comments" in names and "about comments" not in names


def _is_beside_the_point(element: Any, size: Size) -> bool:
    """Whether a short part of the page, with a link in it, speaks of something else than the article does."""
    if not size.linked or size.letters >= LONGEST_POINTER or size.elements > MOST_IN_A_POINTER:
        return False
    text = " ".join("".join(element.itertext()).split())
    return CALL.match(text) is not None or (2 * size.linked > size.letters and _points_elsewhere(element, text, size))


def _points_elsewhere(element: Any, text: str, size: Size) -> bool:
    """Whether it begins as pointers do and has a colon, or is a label and the one link that ends it."""
    if POINTER.match(text):
        return True
    if size.links != 1:
        return False
    link = " ".join("".join(next(element.iter("a")).itertext()).split())
    label = text.removesuffix(link)
    return len(link) >= SHORTEST_HEADLINE and LABEL.fullmatch(label) is not None


def _headlines(elements: list[Any], sizes: dict[Any, Size]) -> set[Any]:
    """Paragraphs that are one link, and not a sentence, where most that stand beside them are not so."""
    paragraphs: dict[Any, list[Any]] = {}
    for element in elements:
        if element.tag == "p":
            paragraphs.setdefault(element.getparent(), []).append(element)
    found: set[Any] = set()
    for group in paragraphs.values():
        linked = [
            one for one in group if sizes[one].links == 1 and sizes[one].linked >= ALL_LINKED * sizes[one].letters
        ]
        if linked and len(group) >= LEAST_PARAGRAPHS and len(linked) <= MOST_HEADLINES * len(group):
            found.update(one for one in linked if _is_a_headline(one, sizes[one]))
    return found


def _is_a_headline(element: Any, size: Size) -> bool:
    return (
        SHORTEST_HEADLINE <= size.letters < LONGEST_POINTER
        and FULL_STOP.search("".join(element.itertext()).rstrip()) is None
    )
