"""A hostile page made harmless to parse: its depth, tags and attributes bounded, its JSON-LD set aside."""

import re
from dataclasses import dataclass, field

from apps.archive.web.decoding import LONGEST_TEXT

# Both parsers take quadratic time, or all the memory, on markup that no newsroom ever published: a million open
# elements, or one with half a million attributes. A large live blog has 20,000 tags and is 60 elements deep.
MOST_TAGS = 50_000
MOST_OPEN = 180
MOST_FORMATTING = 30
LONGEST_TAG = 2_048
MOST_ATTRIBUTES = 64
MOST_DATA_BLOCKS = 30
LONGEST_DATA_BLOCK = 1_000_000
TAG = re.compile(r"<(?:(?P<close>/?)(?P<name>[A-Za-z][^\s/>]{0,60})|(?P<comment>!--)|[!?/])")
DROPPED = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template")}
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
FORMATTING = frozenset({"a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"})
CLOSED_BY_THE_NEXT = (
    frozenset({"li"}),
    frozenset({"p"}),
    frozenset({"td", "th"}),
    frozenset({"tr"}),
    frozenset({"dt", "dd"}),
    frozenset({"option"}),
)


@dataclass
class Markup:
    """Markup that can be parsed in bounded time, and the JSON-LD blocks that stood in it."""

    html: str = ""
    data: list[str] = field(default_factory=list)


def tame(html_text: str) -> Markup:
    """Bounds depth, tags and attributes. Scripts, styles and comments go: markup could hide in them from the count."""
    source = html_text[:LONGEST_TEXT].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    kept: list[str] = []
    data: list[str] = []
    nesting = _Nesting()
    at = tags = 0
    while (found := TAG.search(source, at)) and tags < MOST_TAGS:
        kept.append(source[at : found.start()])
        name = (found["name"] or "").lower()
        end = source.find("-->" if found["comment"] else ">", found.start() + 1)
        if end < 0:
            return Markup("".join(kept), data)
        at = end + (3 if found["comment"] else 1)
        if not name:
            continue
        tags += 1
        tag = source[found.start() : at]
        if name in DROPPED:
            if not found["close"]:
                closed = DROPPED[name].search(source, at)
                if closed is None:
                    return Markup("".join(kept), data)
                block = source[at : closed.start()]
                if "ld+json" in tag.lower() and len(data) < MOST_DATA_BLOCKS and len(block) <= LONGEST_DATA_BLOCK:
                    data.append(block)
                at = closed.start()
            continue
        if nesting.admits(name, closing=bool(found["close"])):
            kept.append(tag if _is_plain(tag) else f"<{found['close']}{name}>")
    if tags < MOST_TAGS:
        kept.append(source[at:])
    return Markup("".join(kept), data)


def _is_plain(tag: str) -> bool:
    """Whether a tag is no longer, and has no more attributes, than anybody writes."""
    return len(tag) <= LONGEST_TAG and len(tag.split(None, MOST_ATTRIBUTES + 1)) <= MOST_ATTRIBUTES


class _Nesting:
    """Which elements are open, about as a browser would have it, and no deeper than we allow."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.formatting = 0

    def admits(self, name: str, *, closing: bool) -> bool:
        if name in VOID:
            return True
        if closing:
            if name in FORMATTING and self.formatting:
                self.formatting -= 1
            if name in self.open:
                while self.open.pop() != name:
                    continue
            return True
        for group in CLOSED_BY_THE_NEXT:
            if name in group and self.open and self.open[-1] in group:
                self.open.pop()
        if len(self.open) >= MOST_OPEN or (name in FORMATTING and self.formatting >= MOST_FORMATTING):
            return False
        self.formatting += name in FORMATTING
        self.open.append(name)
        return True
