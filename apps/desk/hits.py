"""What a page shows of what was found: the row, its words with marks, and where the words stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from apps.archive.models import Capture
from apps.archive.passages import Span
from apps.claims.models import Claim
from apps.claims.quotes import paragraph_of
from apps.search.excerpts import Excerpt, excerpt
from apps.search.models import Kind
from apps.search.words import Query
from apps.sources.models import Source


@dataclass(frozen=True)
class Hit:
    """One thing that was found. ``rest``: the stretch of an archived text that has most of the words."""

    row: Any
    address: str
    title: str
    rest: Excerpt | None = None


def hits(kind: Kind, subjects: Sequence[int], query: Query) -> list[Hit]:
    """These of a kind, in this order, in as many queries however many they are."""
    known = {one.row.pk: one for one in SHOWN[kind](subjects, query)}
    return [known[subject] for subject in subjects if subject in known]


def _claims(subjects: Sequence[int], query: Query) -> list[Hit]:
    return [
        Hit(one, reverse("desk:claim", args=[one.pk]), one.statement)
        for one in Claim.objects.filter(pk__in=subjects).for_queue()
    ]


def _sources(subjects: Sequence[int], query: Query) -> list[Hit]:
    found = Source.objects.filter(pk__in=subjects).select_related("outlet", "page__host")
    return [Hit(one, reverse("desk:source", args=[one.pk]), str(one)) for one in found]


def _texts(subjects: Sequence[int], query: Query) -> list[Hit]:
    found = Capture.objects.filter(pk__in=subjects).select_related("page__source__outlet", "extract")
    return [_text(one, query) for one in found]


def _text(capture: Capture, query: Query) -> Hit:
    text = capture.extract.text
    rest = excerpt(text, query)
    address = reverse("desk:capture", args=[capture.pk])
    if rest.hit is not None:
        paragraph = paragraph_of(text, Span(rest.hit, rest.hit + 1))
        address = f"{address}#p{paragraph}:~:text={_directive(rest)}"
    return Hit(capture, address, capture.extract.title or capture.page.url, rest)


SHOWN: dict[Kind, Callable[[Sequence[int], Query], list[Hit]]] = {
    Kind.CLAIM: _claims,
    Kind.SOURCE: _sources,
    Kind.TEXT: _texts,
}


def _directive(found: Excerpt) -> str:
    """Words that the browser goes to and marks: with what stands around them, since titles have them too.

    Scroll to text fragment (WICG): ``prefix-,start,-suffix``, each percent-encoded, a hyphen of its own too.
    """
    before, behind = (side.split() for side in found.around_hit)
    # The word that begins a paragraph stands right behind its number.
    told = [f"{_encoded(' '.join(before[-6:]))}-"] if len(before) > 6 else []
    told.append(_encoded(found.first_hit))
    # The last word may be cut; what follows the words at once may be a sign, which is no word's beginning.
    told += [f"-{_encoded(' '.join(behind[:3]))}"] if len(behind) > 3 and behind[0].isalnum() else []
    return ",".join(told)


def _encoded(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")
