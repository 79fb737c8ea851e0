"""What stands around an article on its page: readers' comments, advertisements, pointers to other pages."""

import re
from dataclasses import dataclass
from typing import Any

# Wholly these words, so that "section--with-ads" and "cookie-monster" stay.
NO_ARTICLE = frozenset(
    {
        "ad",
        "ads",
        "advert",
        "advertisement",
        "advertising",
        "ad-slot",
        "ad-container",
        "adsbygoogle",
        "sponsored",
        "cookie-banner",
        "cookie-consent",
        "cookie-notice",
    }
)
MOST_OF_A_PAGE = 0.5
COMMENT = re.compile(
    r"(?:^| )(?:comments?|comment ?(?:list|text)s?|commentaires?|comentarios?|kommentare|disqus)(?: |$)"
)
# "no-comments" or "comments-open" on an article's own wrapper.
ABOUT_COMMENTS = re.compile(
    r"(?:^| )(?:(?:no|has|with|open|closed|status|show|hide|allow) comments?"
    r"|comments? (?:open|opened|closed|enabled|disabled|status|off|on))(?: |$)"
)
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z]+")
LONGEST_NAMES = 400
POINTER = re.compile(
    r"\W*(?:read (?:more|also|next)|see also|also read|also see|related(?: \w+)?|more (?:from|on)\b[^:]{0,40}|watch"
    r"|lesen sie auch|mehr zum thema|(?:à|a) lire aussi|lire aussi|lee también|lea también|leia também|leia mais"
    r"|leggi anche|lees ook|czytaj też|czytaj także|читайте также)\s*:",
    re.IGNORECASE,
)
LONGEST_POINTER = 300
MOST_IN_A_POINTER = 12
PARTS = frozenset(
    {
        "article",
        "aside",
        "blockquote",
        "details",
        "div",
        "dl",
        "figure",
        "footer",
        "form",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "li",
        "ol",
        "p",
        "section",
        "span",
        "table",
        "ul",
    }
)
INLINE = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    }
)
NO_TEXT = frozenset(
    {
        "aside",
        "button",
        "figcaption",
        "figure",
        "footer",
        "form",
        "head",
        "iframe",
        "nav",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
    }
)
# Nobody writes figures in paragraphs: a cell with so many of them, or so many broken lines, is a column of the page.
LEAST_IN_A_COLUMN = 3
LEAST_LETTERS_IN_A_COLUMN = 400
OF_A_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr", "td", "th"})
NO_CONTAINER = frozenset({"p", "li", "td", "blockquote"})
LONG_BLOCK = 50
MOST_LINKED = 0.3
MOST_LINKED_IN_A_LINE = 0.5
MOST_OF_THE_TEXT = 0.5
ALL_LINKED = 0.9
SHORTEST_HEADLINE = 20
LONGEST_TEASER = 300


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

    @property
    def lines(self) -> list[str]:
        within = set(self.container.iter())
        return [block.text for block in self.blocks if block.linked < MOST_LINKED_IN_A_LINE and block.within in within]

    def inside(self) -> str:
        return " ".join(self.container.itertext())

    def headlines(self) -> set[str]:
        """The blocks that are one link to somewhere, and long enough to be another article's headline."""
        return {
            block.text for block in self.blocks if block.linked > ALL_LINKED and len(block.text) >= SHORTEST_HEADLINE
        }

    def teasers(self) -> str:
        """What stands under such a headline."""
        pairs = zip(self.blocks, self.blocks[1:], strict=False)
        return "\n".join(
            after.text
            for block, after in pairs
            if block.linked > ALL_LINKED and len(block.text) >= SHORTEST_HEADLINE and len(after.text) <= LONGEST_TEASER
        )


def set_apart(tree: Any) -> Outline:
    """Takes out of a page what is known not to be its article, and finds where the article stands. In linear time."""
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    _unfold_columns(elements)
    for element in _foreign(elements):
        _take_out(element)
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
        if table in unfolded and element.tag in OF_A_TABLE:
            element.tag = "div"


def _foreign(elements: list[Any]) -> list[Any]:
    """The elements to take out, none of them within another."""
    letters: dict[Any, int] = {}
    linked: dict[Any, int] = {}
    sizes: dict[Any, int] = {}
    for element in reversed(elements):
        letters[element] = letters.get(element, 0) + len((element.text or "").strip())
        if element.tag == "a":
            linked[element] = letters[element]
        sizes[element] = sizes.get(element, 0) + 1
        if (parent := element.getparent()) is not None:
            letters[parent] = letters.get(parent, 0) + letters[element] + len((element.tail or "").strip())
            linked[parent] = linked.get(parent, 0) + linked.get(element, 0)
            sizes[parent] = sizes.get(parent, 0) + sizes[element]
    needed: set[Any] = set()
    for element in elements:
        if element.tag == "h1" or element.get("itemprop") == "articleBody":
            step = element
            while step is not None and step not in needed:
                needed.add(step)
                step = step.getparent()
    out: list[Any] = []
    gone: set[Any] = set()
    for element in elements:
        if element.getparent() in gone:
            gone.add(element)
        elif (
            element.tag in PARTS
            and element not in needed
            and letters[element]
            and (
                _is_named_so(element, small=letters[element] < MOST_OF_A_PAGE * letters[elements[0]])
                or (
                    letters[element] < LONGEST_POINTER
                    and sizes[element] <= MOST_IN_A_POINTER
                    and 2 * linked.get(element, 0) > letters[element]
                    and POINTER.match("".join(element.itertext()))
                )
            )
        ):
            gone.add(element)
            out.append(element)
    return out


def _is_named_so(element: Any, *, small: bool) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:LONGEST_NAMES]
    if len(names) == 1:
        return False
    if small and not NO_ARTICLE.isdisjoint(names.lower().split()):
        return True
    if "omment" not in names and "omentario" not in names and "isqus" not in names:
        return False
    words = " ".join(WORDS.split(names)).lower()
    return COMMENT.search(words) is not None and ABOUT_COMMENTS.search(words) is None


def _take_out(element: Any) -> None:
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
        if len(block.text) >= LONG_BLOCK and block.linked < MOST_LINKED:
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
