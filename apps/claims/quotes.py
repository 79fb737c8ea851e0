"""The words that citations rest on, looked for in stored copies."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.archive.models import Capture, Extract
from apps.archive.passages import (
    Folded,
    Selector,
    Span,
    Touched,
    find,
    find_all,
    fold,
    selector_at,
    touched,
    whole_words,
)


@dataclass(frozen=True)
class Picked:
    """Words that somebody picked in a stored copy, with what stands before and after them there."""

    capture: Capture
    exact: str
    prefix: str = ""
    suffix: str = ""


def text_of(capture: Capture) -> str:
    """The text that was read from a copy; empty when there is none."""
    return Extract.objects.filter(capture=capture).values_list("text", flat=True).first() or ""


def picked_in(picked: Picked) -> Selector | None:
    """The words as the copy has them, and with its own context. None when they are not there."""
    text = text_of(picked.capture)
    words = whole_words(Selector(picked.exact, picked.prefix, picked.suffix))
    span = find(fold(text), words)
    return selector_at(text, span) if span else None


def typed_in(capture: Capture, words: str) -> list[Selector]:
    """The passages of a copy that somebody's typed words are, where "..." leaves something out. Empty for none."""
    text = text_of(capture)
    return [selector_at(text, span) for span in find_all(fold(text), words)]


def nearest(capture: Capture, words: str) -> str:
    """Where words that are not in a copy may have come from, in a sentence; empty when nothing there is like them."""
    text = text_of(capture)
    edited = touched(fold(text), Selector(words))
    if edited is None:
        return ""
    return _("Close to it, in paragraph %(number)d: “%(words)s” (%(comparison)s).") % {
        "number": paragraph_of(text, edited.span),
        "words": edited.text,
        "comparison": edited.comparison,
    }


def paragraph_of(text: str, span: Span) -> int:
    """The number of the paragraph that a stretch begins in, as the reader counts them."""
    return (
        len([line for line in text[: span.start].splitlines(keepends=True) if line.strip() and line[-1:] == "\n"]) + 1
    )


def sought(text: Folded, selector: Selector) -> Span | Touched | None:
    """Where a passage stands in another copy; where it was edited, how; None when it is gone."""
    return find(text, selector) or touched(text, selector)
