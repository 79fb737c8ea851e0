"""Other texts beside an article: teasers in a row, and what readers said under a name that articles have too."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from apps.archive.reading.measures import LONG_TEXT, SHORTEST_HEADLINE, Size
from apps.archive.reading.tags import INLINE, NO_TEXT
from apps.archive.reading.wording import is_comments, is_lead, named

BOXES = frozenset({"article", "div", "li", "section"})
LEAST_ALIKE = 3
LEAST_CROWD = 5
LONGEST_CARD = 600
# What may stand above the headline of a card: its section, a time.
LONGEST_KICKER = 30
# A headline fills the box that it has of its own but for this much: a mark, a time.
MOST_BESIDE = 1.1
LEAST_OF_AN_ARTICLE = 250
MOST_OF_THE_TEXT = 0.5


def neighbours(elements: list[Any], sizes: dict[Any, Size], needed: set[Any]) -> set[Any]:
    """What to take out: cards and crowds that are not in the headline's home. Without a headline, nothing."""
    boxes = [
        element for element in elements if element.tag in BOXES and element not in needed and sizes[element].letters
    ]
    found = _cards(elements, boxes, sizes) | _crowds(boxes)
    if not found:
        return found
    home = _home(elements, sizes, found)
    return found - set(home.iter()) if home is not None else set()


def _cards(elements: list[Any], boxes: list[Any], sizes: dict[Any, Size]) -> set[Any]:
    """Boxes beside one another, alike in tag and class, each of which begins with a headline that leads elsewhere."""
    heads = _heads(elements, sizes)
    alike: dict[tuple[Any, str, str], list[Any]] = {}
    for box in boxes:
        if sizes[box].letters <= LONGEST_CARD and box in heads and heads[box].is_of(box, sizes):
            first = (box.get("class") or "").split(None, 1)
            alike.setdefault((box.getparent(), box.tag, first[0] if first else ""), []).append(box)
    return {card for cards in alike.values() if len(cards) >= LEAST_ALIKE for card in cards}


@dataclass(slots=True)
class Head:
    """The first headline within an element: how many letters come before it, and the box that it has of its own."""

    before: int
    alone: Any

    def is_of(self, card: Any, sizes: dict[Any, Size]) -> bool:
        return (
            self.before <= LONGEST_KICKER
            and self.alone is not None
            and sizes[self.alone].elements < sizes[card].elements
        )


def _heads(elements: list[Any], sizes: dict[Any, Size]) -> dict[Any, Head]:
    """By the small elements that hold one. A headline is a long link to elsewhere, not to a place on the page."""
    heads: dict[Any, Head] = {}
    # From the last to the first: what comes earlier on the page takes the place of what came after it.
    for element in reversed(elements):
        size = sizes[element]
        if element.tag == "a" and size.letters >= SHORTEST_HEADLINE and "#" not in (element.get("href") or "#"):
            heads[element] = Head(0, _alone(element, sizes))
        around = sizes.get(element.getparent())
        if around is not None and around.letters <= LONGEST_CARD and (head := heads.get(element)) is not None:
            heads[element.getparent()] = Head(head.before + around.letters - size.letters - size.after, head.alone)
    return heads


def _alone(link: Any, sizes: dict[Any, Size]) -> Any:
    """The innermost box that holds a link and next to nothing else, or what a break or a box follows."""
    most = MOST_BESIDE * sizes[link].letters
    step = link
    while (around := step.getparent()) is not None and sizes[around].letters <= most:
        if around.tag not in INLINE:
            return around
        step = around
    after = step.getnext()
    follows = after is not None and after.tag not in INLINE and not (step.tail or "").strip()
    return step if follows else None


def _crowds(boxes: list[Any]) -> set[Any]:
    """What is named as comments are at times: three or more beside one another, or one that holds a crowd."""
    held: Counter[Any] = Counter()
    beside: dict[Any, list[Any]] = {}
    for box in boxes:
        around = box.getparent()
        held[around.getparent() if around is not None and around.tag in ("ol", "ul") else around] += 1
        if "sometimes comments" in named(box):
            beside.setdefault(around, []).append(box)
    return {box for group in beside.values() for box in group if len(group) >= LEAST_ALIKE or held[box] >= LEAST_CROWD}


def _home(elements: list[Any], sizes: dict[Any, Size], others: set[Any]) -> Any:
    """The smallest element that holds each headline and most sentences that are not others', or a standfirst's."""
    aside: set[Any] = set()
    leads: set[Any] = set()
    written: Counter[Any] = Counter()
    headlines: Counter[Any] = Counter()
    for element in elements:
        around = element.getparent()
        if element.tag in NO_TEXT or element in others or around in aside or is_comments(element):
            aside.add(element)
            continue
        if around in leads or is_lead(element):
            leads.add(element)
        elif sizes[element].own >= LONG_TEXT and element.tag != "a":
            written[element] += sizes[element].own
        if element.tag == "h1":
            headlines[element] += 1
    for element in reversed(elements):
        if (around := element.getparent()) is not None:
            written[around] += written[element]
            headlines[around] += headlines[element]
    top = elements[0]
    least = max(LEAST_OF_AN_ARTICLE, MOST_OF_THE_TEXT * written[top])
    step = next((element for element in elements if element.tag == "h1" and element not in aside), None)
    while step is not None and (written[step] < least or headlines[step] < headlines[top]):
        step = step.getparent()
    return step
