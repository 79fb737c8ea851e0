"""The exact words that citations rest on, found again in a text: whatever its spaces and quotation marks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 2_000
ALIKE = {
    mark: f"[{marks}]" for marks in ("'\u2018\u2019\u201a\u201b", '"\u201c\u201d\u201e\u00ab\u00bb') for mark in marks
}


@dataclass(frozen=True)
class Part:
    """A piece of a paragraph, and whether a claim rests on it."""

    text: str
    cited: bool


def pattern(quote: str) -> re.Pattern[str] | None:
    """What finds the quote; None for one that is empty or far too long."""
    words = ["".join(ALIKE.get(sign) or re.escape(sign) for sign in word) for word in quote[:LONGEST].split()]
    return re.compile(r"\s+".join(words), re.IGNORECASE) if words and len(quote) <= LONGEST else None


def holds(text: str, quote: str) -> bool:
    """Whether the words are in the text."""
    found = pattern(quote)
    return found is not None and found.search(text) is not None


def marked(paragraph: str, quotes: Iterable[str]) -> list[Part]:
    """The paragraph in parts. Where quotes overlap, what the first one found begins with counts."""
    spans = sorted(_spans(paragraph, quotes))
    parts: list[Part] = []
    at = 0
    for start, end in spans:
        if end <= at:
            continue
        start = max(start, at)
        parts += [Part(paragraph[at:start], False)] if at < start else []
        parts.append(Part(paragraph[start:end], True))
        at = end
    return [*parts, Part(paragraph[at:], False)] if at < len(paragraph) else parts


def _spans(paragraph: str, quotes: Iterable[str]) -> Iterator[tuple[int, int]]:
    for quote in quotes:
        if found := pattern(quote):
            yield from (match.span() for match in found.finditer(paragraph))
