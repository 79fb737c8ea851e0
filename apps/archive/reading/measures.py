"""How much text each element of a page holds."""

from dataclasses import dataclass
from typing import Any

SHORTEST_HEADLINE = 20
LONG_TEXT = 50


@dataclass(slots=True)
class Size:
    """What an element holds with all that is in it, in letters and elements.

    `own` are the letters that stand in it and in nothing within it, `after` those that follow it in what it stands in.
    """

    letters: int = 0
    linked: int = 0
    links: int = 0
    own: int = 0
    after: int = 0
    elements: int = 1


def measured(elements: list[Any]) -> dict[Any, Size]:
    """The size of every element; they come in the order of the page, its root first."""
    sizes = {element: Size() for element in elements}
    for element in reversed(elements):
        size = sizes[element]
        written = len((element.text or "").strip())
        size.own += written
        size.letters += written
        if element.tag == "a":
            size.linked = size.letters
            size.links += 1
        if (around := sizes.get(element.getparent())) is not None:
            after = len((element.tail or "").strip())
            around.own += after
            size.after = around.letters + after
            around.letters += size.letters + after
            around.linked += size.linked
            around.links += size.links
            around.elements += size.elements
    return sizes
