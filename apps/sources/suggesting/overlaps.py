"""Which pages in the archive share words with a text: found by an index, then compared passage by passage.

Of all shingles a text has, those are kept whose number is small enough: the same ones wherever they stand, so that a
brief is found in the story that it was cut from, and a story in the brief. How small depends on the length alone.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import connection

from apps.archive.models import Capture, Page
from apps.sources.models import Fingerprint
from apps.sources.suggesting.passages import Common, compare
from apps.sources.suggesting.words import Words, words_of

MOST_KEPT = 128
MOST_COMPARED = 6
MOST_READ = 80_000
FEWEST_SHARED = 2
# What is looked at of a copy that was read.
EXTRACTED = [f"extract__{name}" for name in ("text", "credit_line", "byline", "published_at")]
# Texts that have this much of the shorter one in common tell one story.
RELATED = 0.3


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
    capture: Capture
    is_same_site: bool
    common: Common


def site_number(page: Page) -> int:
    """A number for a page's host; a document has none, and is by itself."""
    return zlib.crc32((page.url if page.is_document else page.host_id).encode())


def kept(words: Words) -> list[int]:
    """The shingles that the index keeps of a text: all of a brief's, some of a story's, a few hundred at most."""
    distinct = set(words.shingles)
    limit = 1 << 64
    while len(distinct) > MOST_KEPT and limit > 1 << 56:
        limit >>= 1
        distinct = {shingle for shingle in distinct if shingle < limit}
    return [shingle >> 1 for shingle in sorted(distinct)]


def enter(text: Text) -> int:
    """Put a text into the index, but for what too many pages have. By how many runs it is known."""
    shingles = kept(text.words)
    if not shingles:
        return 0
    # One statement, by the key alone; rows would cost ten times as much to make. All that is written in is numbers.
    values = ",".join(f"({shingle:d})" for shingle in shingles)
    table = Fingerprint._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH new(shingle) AS (VALUES {values}) "  # noqa: S608
            f"INSERT INTO {table} (shingle, page_id, capture_id, site) "
            f"SELECT shingle, {text.page_id:d}, {text.capture_id:d}, {text.site:d} FROM new "
            f"WHERE (SELECT COUNT(*) FROM {table} AS held WHERE held.shingle = new.shingle) "
            f"< {Fingerprint.MOST_PAGES:d} "
            "ON CONFLICT DO NOTHING"
        )
    return len(shingles)


def find(text: Text) -> list[Overlap]:
    """The copies of other pages that share most with this text, each compared with it."""
    likely = _likely(text)
    read_copies = Capture.objects.filter(pk__in=likely, extract__isnull=False).select_related("extract").order_by()
    captures = {capture.pk: capture for capture in read_copies.only("page", *EXTRACTED)}
    others: dict[int, Words] = {}
    read = 0
    for capture_id in likely:
        if capture_id in captures:
            others[capture_id] = words_of(captures[capture_id].extract.text)
            read += len(others[capture_id].text)
        if read > MOST_READ:
            break
    idle = _furniture(text.words, list(others.values()))
    return [
        Overlap(likely[capture_id][0], captures[capture_id], likely[capture_id][1], compare(text.words, other, idle))
        for capture_id, other in others.items()
    ]


def _likely(text: Text) -> dict[int, tuple[int, bool]]:
    """The copies worth comparing, the likeliest first: each with its page, and whether that is on the same site."""
    shingles = kept(text.words)
    rows = Fingerprint.objects.filter(shingle__in=shingles).order_by()
    holders: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for shingle, page_id, capture_id, site in rows.values_list("shingle", "page_id", "capture_id", "site"):
        if page_id != text.page_id:
            holders[shingle].append((page_id, capture_id, site))
    weights: defaultdict[int, float] = defaultdict(float)
    copies: defaultdict[int, Counter[int]] = defaultdict(Counter)
    sites = {}
    for held in holders.values():
        weight = 1 / len(held)
        for page_id, capture_id, site in held:
            weights[page_id] += weight
            copies[page_id][capture_id] += 1
            sites[page_id] = site
    shared = {page_id: counts.total() for page_id, counts in copies.items()}
    pages = [page_id for page_id in weights if shared[page_id] >= FEWEST_SHARED]
    pages.sort(key=lambda page_id: (-weights[page_id] * shared[page_id], page_id))
    return {
        copies[page_id].most_common(1)[0][0]: (page_id, sites[page_id] == text.site)
        for page_id in pages[:MOST_COMPARED]
    }


def _furniture(words: Words, others: list[Words]) -> set[int]:
    """The shingles that stand in several stories which have little else in common: no copy, whoever prints them.

    Copy that many print is told from it by this: those who print it share all of it.
    """
    if len(others) < 2:
        return set()
    ours = set(words.shingles)
    sets = [set(other.shingles) for other in others]
    leader = list(range(len(sets)))
    for one, first in enumerate(sets):
        for other in range(one):
            if leader[one] != leader[other]:
                second = sets[other]
                if len(first & second) >= RELATED * min(len(first), len(second)):
                    old, new = leader[one], leader[other]
                    leader = [new if group == old else group for group in leader]
    stories: defaultdict[int, set[int]] = defaultdict(set)
    related = set()
    for group, shingles in zip(leader, sets, strict=True):
        shared = ours & shingles
        if len(shared) >= RELATED * min(len(ours), len(shingles)):
            related.add(group)
        for shingle in shared:
            stories[shingle].add(group)
    quoted = {shingle for shingle, said in zip(words.shingles, words.quoted, strict=False) if said}
    # Of three stories that have nothing else in common no two are ours, however much of ours it is.
    found = {
        shingle
        for shingle, groups in stories.items()
        if len(groups) >= 3 or (len(groups) == 2 and not groups <= related)
    }
    return found - quoted
