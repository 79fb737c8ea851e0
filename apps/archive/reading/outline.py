"""Where on a page its article stands: its blocks of text, and the element that holds the most of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.archive.reading.measures import LONG_TEXT, SHORTEST_HEADLINE
from apps.archive.reading.surroundings import surroundings, take_out
from apps.archive.reading.tags import INLINE, NO_TEXT
from apps.archive.reading.wording import is_lead, is_margin, is_no_lead

# Nobody writes figures in paragraphs: a cell with so many of them, or so many broken lines, is a column of the page.
LEAST_IN_A_COLUMN = 3
LEAST_LETTERS_IN_A_COLUMN = 400
OF_A_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
BOXES_OF_LINES = frozenset({"div", "font", "center"})
NO_CONTAINER = frozenset({"p", "li", "td", "blockquote"})
MOST_LINKED = 0.3
MOST_LINKED_IN_A_LINE = 0.5
MOST_OF_THE_TEXT = 0.5
ALL_LINKED = 0.9
LONGEST_TEASER = 300
LONGEST_LEAD = 700
FARTHEST_LEAD = 12
NEAR = 3
FAR = 5


@dataclass
class Block:
    """Text without a break in it: a paragraph, a heading, an item, or what stands between two of them."""

    text: str
    linked: float
    within: Any


@dataclass
class Outline:
    """A page's blocks, and the element that holds the most of its long ones."""

    elements: list[Any]
    blocks: list[Block]
    container: Any

    def __post_init__(self) -> None:
        self._within = set(self.container.iter())

    def holds(self, block: Block) -> bool:
        return block.within in self._within

    @property
    def lines(self) -> list[str]:
        return [block.text for block in self.blocks if block.linked < MOST_LINKED_IN_A_LINE and self.holds(block)]

    def inside(self) -> str:
        return " ".join(self.container.itertext())

    def lead(self) -> tuple[str, str]:
        """The headline, and the sentence or two that a page sets apart between it and the article; or empty ones."""
        top = next((at for at, block in enumerate(self.blocks) if _is_in(block.within, _is_a_headline, NEAR)), None)
        if top is None:
            return "", ""
        for block in self.blocks[top + 1 : top + FARTHEST_LEAD]:
            is_lead_of_it = _is_in(block.within, is_lead, NEAR) and not _is_in(block.within, is_no_lead, NEAR)
            if is_lead_of_it and block.linked < MOST_LINKED and LONG_TEXT <= len(block.text) <= LONGEST_LEAD:
                return self.blocks[top].text, block.text
            if self.holds(block) and not is_lead_of_it:
                break
        return "", ""

    def headlines(self) -> set[str]:
        """The blocks that are one link to somewhere, and long enough to be another article's headline."""
        return {
            block.text for block in self.blocks if block.linked > ALL_LINKED and len(block.text) >= SHORTEST_HEADLINE
        }

    def teasers(self) -> str:
        """What stands under such a headline, and in the margins that are named so."""
        pairs = zip(self.blocks, self.blocks[1:], strict=False)
        under = [
            after.text
            for block, after in pairs
            if block.linked > ALL_LINKED and len(block.text) >= SHORTEST_HEADLINE and len(after.text) <= LONGEST_TEASER
        ]
        beside = [block.text for block in self.blocks if not self.holds(block) and _is_in(block.within, is_margin, FAR)]
        return "\n".join(under + beside)


def _is_in(element: Any, is_so: Callable[[Any], bool], steps: int) -> bool:
    """Whether that is true of an element or of one of the nearest that it stands in."""
    for _ in range(steps):
        if element is None or element.tag in ("body", "main"):
            return False
        if is_so(element):
            return True
        element = element.getparent()
    return False


def _is_a_headline(element: Any) -> bool:
    return bool(element.tag == "h1")


def set_apart(tree: Any) -> Outline:
    """Takes out of a page what is known not to be its article, and finds where the article stands. In linear time."""
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    _unfold_columns(elements)
    for element in surroundings(elements):
        take_out(element)
    blocks = _blocks(tree)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    return Outline(elements, blocks, _container(tree, elements, blocks))


def _unfold_columns(elements: list[Any]) -> None:
    """Makes boxes of tables that only say what stands beside what, as pages were built once: they hold no figures."""
    breaks: dict[Any, int] = {}
    letters: dict[Any, int] = {}
    columns: list[Any] = []
    for element in reversed(elements):
        broken = breaks.get(element, 0) + (element.tag in ("p", "br"))
        written = letters.get(element, 0) + len((element.text or "").strip())
        if (parent := element.getparent()) is not None:
            breaks[parent] = breaks.get(parent, 0) + broken
            letters[parent] = letters.get(parent, 0) + written + len((element.tail or "").strip())
        if element.tag in ("td", "th") and broken >= LEAST_IN_A_COLUMN and written >= LEAST_LETTERS_IN_A_COLUMN:
            columns.append(element)
    table_of: dict[Any, Any] = {}
    for element in elements if columns else ():
        table_of[element] = element if element.tag == "table" else table_of.get(element.getparent())
    unfolded = {table_of[column] for column in columns} - {None}
    for element, table in table_of.items():
        if table not in unfolded:
            continue
        if element.tag in OF_A_TABLE:
            element.tag = "div"
        if element.tag in BOXES_OF_LINES and _is_broken_lines(element):
            element.tag = "p"


def _is_broken_lines(element: Any) -> bool:
    """Whether its paragraphs are told apart by nothing but breaks."""
    tags = [child.tag for child in element if isinstance(child.tag, str)]
    return tags.count("br") >= LEAST_IN_A_COLUMN and all(tag == "br" or tag in INLINE for tag in tags)


def _blocks(tree: Any) -> list[Block]:
    blocks: list[Block] = []
    pieces: list[str] = []
    linked = 0
    links = 0
    # A loop, not a recursion: how deep it goes is for the page to say. An element comes twice, to be entered and left.
    waiting: list[tuple[Any, bool]] = [(tree, False)]

    def close(within: Any) -> None:
        nonlocal linked
        text = " ".join("".join(pieces).split())
        if text:
            blocks.append(Block(text, linked / len(text), within))
        pieces.clear()
        linked = 0

    def add(text: str | None) -> None:
        nonlocal linked
        if text:
            pieces.append(text)
            linked += len(text) if links else 0

    while waiting:
        element, leaving = waiting.pop()
        tag = element.tag
        if leaving:
            links -= tag == "a"
            if tag not in INLINE:
                close(element)
            add(element.tail if element is not tree else None)
        elif not isinstance(tag, str) or tag in NO_TEXT:
            add(element.tail)
        elif tag == "br":
            close(element.getparent())
            add(element.tail)
        else:
            if tag not in INLINE:
                close(element.getparent())
            links += tag == "a"
            add(element.text)
            waiting.append((element, True))
            waiting += [(child, False) for child in reversed(element)]
    return blocks


def _container(tree: Any, elements: list[Any], blocks: list[Block]) -> Any:
    """The smallest element that holds most of the page's long blocks: step by step, the child with most of them."""
    held: dict[Any, int] = {}
    for block in blocks:
        if len(block.text) >= LONG_TEXT and block.linked < MOST_LINKED:
            held[block.within] = held.get(block.within, 0) + len(block.text)
    for element in reversed(elements):
        parent = element.getparent()
        if element in held and parent is not None:
            held[parent] = held.get(parent, 0) + held[element]
    at = tree
    while held.get(at):
        inner = max(at, key=lambda child: held.get(child, 0), default=None)
        if inner is None or held.get(inner, 0) < MOST_OF_THE_TEXT * held[at] or inner.tag in NO_CONTAINER:
            break
        at = inner
    return at
