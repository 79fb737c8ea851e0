"""Which pages in the archive share words with a text: found by an index, then compared passage by passage.

Of all shingles a text has, those are kept whose number is small enough: the same ones wherever they stand, so that a
brief is found in the story that it was cut from, and a story in the brief. How small depends on the length alone.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass

from apps.archive.models import Capture, Page
from apps.sources.models import Fingerprint
from apps.sources.suggesting.passages import Common, compare
from apps.sources.suggesting.words import Words

MOST_KEPT = 128
MOST_COMPARED = 12
MOST_READ = 160_000
FEWEST_SHARED = 2
# A run of words on this many other pages of one site, or of pages that share little else with ours, is furniture.
FURNITURE_OF_A_SITE = 2
FURNITURE_OF_THE_WORLD = 3
RELATED = 0.2


@dataclass(frozen=True)
class Text:
    """A text that is looked up: whose page, which copy, and its words."""

    page_id: int
    capture_id: int
    site: int
    words: Words


@dataclass(frozen=True)
class Overlap:
    """Another page's copy, and what it has in common with the text that was looked up."""

    page_id: int
    capture_id: int
    common: Common


def site_number(page: Page) -> int:
    """A number for a page's host."""
    return zlib.crc32(str(page.host_id).encode())


def kept(words: Words) -> list[int]:
    """The shingles that the index keeps of a text: all of a brief's, fewer of a story's, never more than a few hundred."""
    distinct = set(words.shingles)
    limit = 1 << 64
    while len(distinct) > MOST_KEPT and limit > 1 << 56:
        limit >>= 1
        distinct = {shingle for shingle in distinct if shingle < limit}
    return [shingle >> 1 for shingle in sorted(distinct)]


def enter(text: Text) -> int:
    """Put a text into the index, but for what stands on so many pages that it tells nothing. The number entered."""
    shingles = kept(text.words)
    held = Fingerprint.objects.filter(shingle__in=shingles).values_list("shingle", "page_id").order_by()
    pages: Counter[int] = Counter()
    ours = set()
    for shingle, page_id in held:
        pages[shingle] += 1
        if page_id == text.page_id:
            ours.add(shingle)
    new = [shingle for shingle in shingles if shingle not in ours and pages[shingle] < Fingerprint.MOST_PAGES]
    Fingerprint.objects.bulk_create(
        [
            Fingerprint(shingle=shingle, page_id=text.page_id, capture_id=text.capture_id, site=text.site)
            for shingle in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


def find(text: Text) -> list[Overlap]:
    """The copies of other pages that share most with this text, each compared with it."""
    shingles = kept(text.words)
    holders = _holders(text, shingles)
    furniture = _furniture(text, shingles, holders)
    weights: defaultdict[int, float] = defaultdict(float)
    shared: Counter[int] = Counter()
    copies: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for shingle, held in holders.items():
        if shingle in furniture:
            continue
        for page_id, capture_id, _ in held:
            weights[page_id] += 1 / len(held)
            shared[page_id] += 1
            copies[page_id][capture_id] += 1
    likely = [page_id for page_id in weights if shared[page_id] >= FEWEST_SHARED]
    likely.sort(key=lambda page_id: (-weights[page_id] * shared[page_id], page_id))
    chosen = {copies[page_id].most_common(1)[0][0]: page_id for page_id in likely[:MOST_COMPARED]}
    texts = dict(Capture.objects.filter(pk__in=chosen).values_list("pk", "extract__text"))
    idle = {shingle for shingle in text.words.shingles if shingle >> 1 in furniture}
    found, read = [], 0
    for capture_id, page_id in chosen.items():
        other = Words(texts.get(capture_id) or "")
        read += len(other.text)
        if read > MOST_READ and found:
            break
        found.append(Overlap(page_id, capture_id, compare(text.words, other, idle)))
    return found


def _holders(text: Text, shingles: list[int]) -> dict[int, list[tuple[int, int, int]]]:
    """Who else has each of these: page, copy and site."""
    holders: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    rows = Fingerprint.objects.filter(shingle__in=shingles).order_by()
    for shingle, page_id, capture_id, site in rows.values_list("shingle", "page_id", "capture_id", "site"):
        if page_id != text.page_id:
            holders[shingle].append((page_id, capture_id, site))
    return holders


def _furniture(text: Text, shingles: list[int], holders: dict[int, list[tuple[int, int, int]]]) -> set[int]:
    """The shingles that recur on a site or on pages that have little else in common: no copy, whoever prints them."""
    shared: Counter[int] = Counter(page_id for held in holders.values() for page_id, _, _ in held)
    related = {page_id for page_id, count in shared.items() if count >= RELATED * len(shingles)}
    found = set()
    for shingle, held in holders.items():
        sites = Counter(site for _, _, site in held)
        own = sites.pop(text.site, 0)
        strangers = sum(page_id not in related for page_id, _, _ in held)
        if (
            own >= FURNITURE_OF_A_SITE
            or max(sites.values(), default=0) > FURNITURE_OF_A_SITE
            or strangers >= FURNITURE_OF_THE_WORLD
        ):
            found.add(shingle)
    return found
