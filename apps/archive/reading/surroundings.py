"""What stands around an article on its page: readers' comments, advertisements, pointers to other pages."""

import re
from typing import Any

from apps.archive.reading.measures import LONG_TEXT, SHORTEST_HEADLINE, Size, measured
from apps.archive.reading.neighbours import neighbours
from apps.archive.reading.tags import CAPTION_TAGS, NEVER_READ, NO_TEXT, PARTS
from apps.archive.reading.wording import CALL, LABEL, POINTER, is_caption, is_comments, named

MOST_OF_A_PAGE = 0.5
LONGEST_POINTER = 300
MOST_IN_A_POINTER = 12
LONGEST_CAPTION = 600
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
    beside = _headlines(elements, sizes) | _captions(elements, sizes, most) | neighbours(elements, sizes, needed)
    out: list[Any] = []
    gone: set[Any] = set()
    for element in elements:
        size = sizes[element]
        if element.getparent() in gone or element.tag in NEVER_READ:
            gone.add(element)
        elif (
            size.letters
            and element not in needed
            and (element in beside or (element.tag in PARTS and _is_something_else(element, size, most)))
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


def _is_something_else(element: Any, size: Size, most: float) -> bool:
    names = named(element)
    if names and (is_comments(element) or (size.letters < most and "advertisement" in names)):
        return True
    return _is_beside_the_point(element, size)


def _captions(elements: list[Any], sizes: dict[Any, Size], most: float) -> set[Any]:
    """What is named a caption, unless captions are what the page is about: they say more than all the rest does."""
    longest = min(LONGEST_CAPTION, most)
    found = {
        element
        for element in elements
        if element.tag in CAPTION_TAGS and sizes[element].letters <= longest and is_caption(element)
    }
    aside: set[Any] = set()
    under = written = 0
    for element in elements if found else ():
        size = sizes[element]
        if element.getparent() in aside or element.tag in NO_TEXT or (element.tag in PARTS and is_comments(element)):
            aside.add(element)
        elif element in found:
            aside.add(element)
            under += size.letters
        elif size.own >= LONG_TEXT and element.tag != "a":
            written += size.own
    return found if under <= written else set()


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
