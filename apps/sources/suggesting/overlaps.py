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
from apps.sources.models import Attribution, Fingerprint
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.passages import Common, compare
from apps.sources.suggesting.words import Words, words_of

MOST_KEPT = 128
MOST_COMPARED = 6
# Of pages that the desk takes for one another's copy, so many: what matters may be the page that isn't theirs.
MOST_OF_ONE_COPY = 3
MOST_WEIGHED = 24
MOST_READ = 80_000
FEWEST_SHARED = 2
# What is looked at of a copy that was read.
EXTRACTED = [f"extract__{name}" for name in ("text", "credit_line", "byline", "published_at")]
# Texts that have this much of the shorter one in common tell one story.
RELATED = 0.3
# Or this much of the shorter one's other words, or of runs that nobody else has (measured: decision 34).
RELATED_APART = 0.2


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
    return {copies[page_id].most_common(1)[0][0]: (page_id, sites[page_id] == text.site) for page_id in _varied(pages)}


def _varied(pages: list[int]) -> list[int]:
    """The first of these pages, but few of those whose sources are linked as copy."""
    if len(pages) <= MOST_COMPARED:
        return pages
    weighed = pages[:MOST_WEIGHED]
    edges = Attribution.objects.live().filter(relation__in=Attribution.CARRIES_COPY, of_source__page__in=weighed)
    carried = Carried()
    for one, other in edges.filter(to_source__page__isnull=False).values_list("of_source__page", "to_source__page"):
        carried.add(one, other)
    group_of = {page_id: number for number, group in enumerate(carried.groups(weighed)) for page_id in group}
    taken: Counter[int] = Counter()
    found = []
    for page_id in weighed:
        if taken[group_of[page_id]] < MOST_OF_ONE_COPY:
            taken[group_of[page_id]] += 1
            found.append(page_id)
    return found[:MOST_COMPARED]


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
            if leader[one] != leader[other] and _is_one_story(others[one], first, others[other], sets[other]):
                old, new = leader[one], leader[other]
                leader = [new if group == old else group for group in leader]
    stories: defaultdict[int, set[int]] = defaultdict(set)
    related = set()
    for group, shingles, other_words in zip(leader, sets, others, strict=True):
        if group not in related and _is_one_story(words, ours, other_words, shingles):
            related.add(group)
        for shingle in ours & shingles:
            stories[shingle].add(group)
    # Copies that keep different parts of ours have little in common but with us.
    alone = Counter(next(iter(groups)) for groups in stories.values() if len(groups) == 1)
    fewest: defaultdict[int, int] = defaultdict(lambda: len(ours))
    for group, shingles in zip(leader, sets, strict=True):
        fewest[group] = min(fewest[group], len(shingles))
    of_ours = {group for group, count in alone.items() if count >= RELATED_APART * fewest[group]}
    for groups in stories.values():
        if len(both := groups & of_ours) > 1:
            groups -= both - {min(both)}
    quoted = {shingle for shingle, said in zip(words.shingles, words.quoted, strict=False) if said}
    # Of three stories that have nothing else in common no two are ours, however much of ours it is.
    found = {
        shingle
        for shingle, groups in stories.items()
        if len(groups) >= 3 or (len(groups) == 2 and not groups <= related)
    }
    return found - quoted


def _is_one_story(one: Words, ours: set[int], other: Words, theirs: set[int]) -> bool:
    """Whether two texts tell of one matter: by the runs that they share, or by their other words."""
    shared = ours & theirs
    if len(shared) >= RELATED * min(len(ours), len(theirs)):
        return True
    rest, others_rest = _outside(one, shared), _outside(other, shared)
    smaller = min(len(rest), len(others_rest))
    return bool(smaller) and len(rest & others_rest) >= RELATED_APART * smaller


def _outside(words: Words, shared: set[int]) -> set[str]:
    """The words that stand in no shared run."""
    inside = bytearray(len(words))
    run = words.script.run
    for at, shingle in enumerate(words.shingles):
        if shingle in shared:
            inside[at : at + run] = b"\1" * run
    return {word for word, is_shared in zip(words.words, inside, strict=True) if not is_shared}
