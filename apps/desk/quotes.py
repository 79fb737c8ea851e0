"""The words that claims rest on, in an archived text: where they stand, which were edited, which are gone.

Archived text is hostile. It is cut into parts by their places and every part is escaped by the template: nothing of it
is ever put together as markup.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.archive.models import Capture, Page
from apps.archive.passages import Folded, Selector, Span, Touched, find_all, fold
from apps.claims.models import Citation
from apps.claims.quotes import sought, text_of

MOST = 50


@dataclass(frozen=True)
class Mark:
    """Words that a citation rests on, in one text. ``spans`` is empty where they are gone."""

    key: str
    number: int
    citation: Citation
    words: str
    spans: tuple[Span, ...]
    edited: str = ""

    @property
    def is_gone(self) -> bool:
        return not self.spans


@dataclass(frozen=True)
class Part:
    """A piece of a paragraph, and the marks that it belongs to, begins and ends."""

    text: str
    marks: tuple[Mark, ...] = ()
    begins: tuple[Mark, ...] = ()
    ends: tuple[Mark, ...] = ()

    @property
    def is_edited(self) -> bool:
        return any(mark.edited for mark in self.marks)


def cited_words(page: Page) -> list[Citation]:
    """The live citations of this page that rest on exact words."""
    live = Citation.objects.live().filter(source__page=page).exclude(quote="").with_evidence()
    return list(live.select_related("claim", "quoted", "capture__page", "source__page", "source__outlet")[:MOST])


def marks(text: str, citations: Iterable[Citation]) -> list[Mark]:
    """Each passage of these citations in this text, found, edited or gone, in the order of the citations."""
    folded = fold(text)
    found: list[Mark] = []
    for citation in citations:
        for key, selector in _selectors(citation):
            spans, edited = _sought(folded, selector, is_typed=key.startswith("words"))
            found.append(Mark(key, len(found) + 1, citation, selector.exact, spans, edited))
    return found


def paragraphs(text: str, found: Sequence[Mark]) -> list[list[Part]]:
    """The text in numbered paragraphs, each cut where a mark begins or ends."""
    told: list[list[Part]] = []
    at = 0
    for line in text.splitlines(keepends=True):
        words = line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        if line.strip():
            told.append(_parts(text, at, at + len(words), found))
        at += len(line)
    return told


def paragraph(capture: Capture, number: str) -> str:
    """The words of a paragraph of a copy, by the number that the reader shows; empty when there is none."""
    if not (number.isascii() and number.isdigit()):
        return ""
    told = [line.strip() for line in text_of(capture).splitlines() if line.strip()]
    at = int(number[:9])
    return told[at - 1] if 0 < at <= len(told) else ""


def _parts(text: str, start: int, end: int, found: Sequence[Mark]) -> list[Part]:
    here = [(mark, span) for mark in found for span in mark.spans if span.start < end and span.end > start]
    cuts = sorted({start, end, *(max(start, span.start) for _, span in here), *(min(end, s.end) for _, s in here)})
    return [
        Part(
            text[first:last],
            tuple(mark for mark, span in here if span.start <= first and last <= span.end),
            tuple(mark for mark, span in here if span.start == first and span == mark.spans[0]),
            tuple(mark for mark, span in here if span.end == last and span == mark.spans[-1]),
        )
        for first, last in itertools.pairwise(cuts)
    ]


def _selectors(citation: Citation) -> list[tuple[str, Selector]]:
    if citation.passages:
        return [(f"quote-{one.pk}", one.selector) for one in citation.passages]
    return [(f"words-{citation.pk}", Selector(citation.quote))]


def _sought(folded: Folded, selector: Selector, *, is_typed: bool) -> tuple[tuple[Span, ...], str]:
    if is_typed and (spans := find_all(folded, selector.exact)):
        return tuple(spans), ""
    found = sought(folded, selector)
    if isinstance(found, Touched):
        return (found.span,), found.sentence
    return ((found,), "") if found else ((), "")
