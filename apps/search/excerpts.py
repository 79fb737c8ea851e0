"""Where the words stand in a text, and the stretch of it that shows most of them.

A text is cut into parts by places and nothing of it is ever put together as markup: whoever shows it escapes each part.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from apps.search.words import Query, Term, Word, words

# Longer texts are looked through so far, and shown from their beginning when the words stand further on.
LOOKED_THROUGH = 300_000
LENGTH = 300
BEFORE = 80
MOST_MARKS = 400


@dataclass(frozen=True)
class Part:
    """A piece of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a text. ``start``: where it begins there; ``hit``: where the first word that it marks stands."""

    parts: tuple[Part, ...]
    start: int = 0
    hit: int | None = None
    goes_on: bool = False

    @property
    def is_hit(self) -> bool:
        return self.hit is not None

    @property
    def first_hit(self) -> str:
        """The first words that it marks, as the text has them."""
        return next((part.text for part in self.parts if part.is_hit), "")

    @property
    def around_hit(self) -> tuple[str, str]:
        """What stands before and behind them in their own line, as far as it is shown."""
        first = next((at for at, part in enumerate(self.parts) if part.is_hit), len(self.parts))
        before = "".join(part.text for part in self.parts[:first])
        behind = "".join(part.text for part in self.parts[first + 1 :])
        return before[before.rfind("\n") + 1 :], behind.partition("\n")[0]


def marked(text: str, query: Query) -> Excerpt:
    """All of a short text, with what was looked for marked."""
    return _cut(text, 0, len(text), _spans(text, query))


def excerpt(text: str, query: Query) -> Excerpt:
    """The stretch of a text that has most of what was looked for, the first of several."""
    looked = text[:LOOKED_THROUGH]
    spans = _spans(looked, query)
    if not spans:
        end = _edge(text, LENGTH)
        return Excerpt((Part(text[:end].strip()),), goes_on=end < len(text))
    best, most = spans[0], 0
    for at, one in enumerate(spans):
        here = {term for _, end, term in spans[at : at + LENGTH] if end <= one[0] + LENGTH}
        if len(here) > most:
            best, most = one, len(here)
    start = max(0, best[0] - BEFORE)
    if start:
        start = looked.find(" ", start, best[0]) + 1 or start
    # A stretch begins with its own paragraph.
    start = max(start, looked.rfind("\n", 0, best[0]) + 1)
    end = _edge(text, max(start + LENGTH, best[1]))
    return _cut(text, start, len(text[:end].rstrip()), spans)


def _edge(text: str, end: int) -> int:
    """The end of a stretch, at a space where one is near."""
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", max(0, end - 40), end)
    return space if space > 0 else end


def _cut(text: str, start: int, end: int, spans: list[tuple[int, int, Term]]) -> Excerpt:
    parts: list[Part] = []
    at, hit = start, None
    for first, last, _ in spans:
        if last <= at or first >= end:
            continue
        first, last = max(first, at), min(last, end)
        if hit is None:
            hit = first
        parts += [Part(text[at:first])] if first > at else []
        if parts and parts[-1].is_hit:
            parts[-1] = Part(parts[-1].text + text[first:last], is_hit=True)
        else:
            parts.append(Part(text[first:last], is_hit=True))
        at = last
    if at < end:
        parts.append(Part(text[at:end]))
    return Excerpt(tuple(parts), start, hit, end < len(text))


def _spans(text: str, query: Query) -> list[tuple[int, int, Term]]:
    """Where what was looked for stands, in the order of the text."""
    firsts = {term.words[0] for term in query.wanted}
    beginnings = tuple(term.words[0] for term in query.wanted if len(term.words) == 1 and term.is_beginning)
    longest = max((len(term.words) for term in query.wanted), default=1)
    found: list[tuple[int, int, Term]] = []
    following: list[Word] = []
    every = words(text)
    while len(found) < MOST_MARKS:
        following += itertools.islice(every, longest - len(following))
        if not following:
            break
        one = following[0]
        if one.folded in firsts or (beginnings and one.folded.startswith(beginnings)):
            for term in query.wanted:
                if last := _stands(term, following):
                    found.append((one.start, last.end, term))
        following.pop(0)
    return found


def _stands(term: Term, following: list[Word]) -> Word | None:
    """The last word of a term that begins with these words."""
    if len(following) < len(term.words):
        return None
    here = following[: len(term.words)]
    *firsts, last = term.words
    if [word.folded for word in here[:-1]] != firsts:
        return None
    end = here[-1]
    return end if end.folded == last or (term.is_beginning and end.folded.startswith(last)) else None
