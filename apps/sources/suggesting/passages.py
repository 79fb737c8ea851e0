"""What two texts have in common, passage by passage: in the reporter's words, or in those of somebody quoted."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from apps.sources.suggesting.spoken import spoken_alike
from apps.sources.suggesting.words import Words

# Words that a passage may lose, gain or change on the way before it is two passages.
GAP = 6
SHORTEST = 6
SHORTEST_QUOTED = 4
DENSEST_GAPS = 0.5
SAME_WORDS_AT_MOST = 6
# So much of what stands between its first word and its last is shared where something is of one piece.
OF_ONE_PIECE = 0.8
LONGEST_SHOWN = 400
MOST_SHOWN = 5

# Line-ups, results and tables are as everybody has them: marks and numbers stand as thick in them as in no prose.
LISTED = 0.45
_SETS_APART = re.compile(r"[,;:()]|\d+(?:[.,]\d+)*")
_WRITTEN = re.compile(r"[^\W\d_]+")
# Words are counted otherwise in these, and marks stand thicker in their prose.
_EASTERN = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_SENTENCES_MEET = re.compile(r"[.!?…][\"”’»“)]*\s+\S|[。！？]")


@dataclass
class Passage:
    """Words from ``here`` of one text beside words from ``there`` of the other, and which of them are the same."""

    here: int
    there: int
    last_here: int
    last_there: int
    pairs: dict[int, int] = field(default_factory=dict)

    @property
    def is_dense(self) -> bool:
        return len(self.pairs) >= DENSEST_GAPS * (max(self.pairs) - min(self.pairs) + 1)


@dataclass(frozen=True)
class Common:
    """What two texts share. Counts are in words of English that say something, whatever the script."""

    copied: float
    quoted: float
    containment: float
    similarity: float
    passages: list[Passage]
    here: Words
    there: Words

    def opens_within(self, share: float) -> bool:
        """Whether some passage begins within this share of either text."""
        return any(
            min(passage.pairs) <= share * len(self.here) or min(passage.pairs.values()) <= share * len(self.there)
            for passage in self.passages
        )

    def opens_with_sentences(self, share: float) -> bool:
        """Whether either text has, within this share of it, a passage of two sentences or more."""
        return any(
            (min(passage.pairs) <= share * len(self.here) or min(passage.pairs.values()) <= share * len(self.there))
            and all(_SENTENCES_MEET.search(text) for text in self._texts(passage))
            for passage in self.passages
        )

    @property
    def is_one_paragraph(self) -> bool:
        """Whether all is one passage, within one paragraph of either text."""
        return len(self.passages) == 1 and not all("\n" in text for text in self._texts(self.passages[0]))

    def is_one_block_at_the_end(self, share: float) -> bool:
        """Whether all is of one piece, in one order, with which both texts end, but for this share of each."""
        pairs = sorted(pair for passage in self.passages for pair in passage.pairs.items())
        here, there = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        return (
            there == sorted(there)
            and all(len(pairs) >= OF_ONE_PIECE * (places[-1] - places[0] + 1) for places in (here, there))
            and here[-1] >= (1 - share) * len(self.here)
            and there[-1] >= (1 - share) * len(self.there)
        )

    def _texts(self, passage: Passage) -> tuple[str, str]:
        """What the passage is in the first text, and in the second."""
        return _text_between(self.here, passage.pairs.keys()), _text_between(self.there, passage.pairs.values())

    def shown(self) -> list[dict[str, str]]:
        """The longest passages side by side, in the order of the first text."""
        return self._beside([passage.pairs for passage in self.passages])

    def shown_quotations(self) -> list[dict[str, str]]:
        """The like, of what is somebody's words in one text at least."""
        return self._beside(self._quotations())

    def quotation(self) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Where the longest shared quotation stands in the first text and in the second, in characters."""
        chosen = max(self._quotations(), key=len, default=None)
        if chosen is None:
            return None
        here, there = (min(chosen), max(chosen)), (min(chosen.values()), max(chosen.values()))
        return (
            (self.here.starts[here[0]], self.here.ends[here[1]]),
            (self.there.starts[there[0]], self.there.ends[there[1]]),
        )

    @cached_property
    def word_for_word(self) -> dict[int, int]:
        """The longest run of words that both put in somebody's mouth, whatever either says between two of its parts."""
        return spoken_alike(self.here, self.there)

    @property
    def spoken(self) -> float:
        """Of how many words that say something it is."""
        return len(self.word_for_word) / self.here.script.unit

    def _quotations(self) -> list[dict[int, int]]:
        if self.word_for_word and self.quoted <= self.spoken:
            return [self.word_for_word]
        here, there = self.here.quoted, self.there.quoted
        found = []
        for passage in self.passages:
            pairs = {a: b for a, b in passage.pairs.items() if here[a] or there[b]}
            if len(pairs) >= SHORTEST_QUOTED * self.here.script.unit:
                found.append(pairs)
        return found

    def _beside(self, found: list[dict[int, int]]) -> list[dict[str, str]]:
        longest = sorted(found, key=lambda pairs: -len(pairs))[:MOST_SHOWN]
        return [
            {"here": _excerpt(self.here, pairs.keys()), "there": _excerpt(self.there, pairs.values())}
            for pairs in sorted(longest, key=min)
        ]


def compare(here: Words, there: Words, idle: Collection[int] = ()) -> Common:
    """Find the passages that both texts have. Lists, and shingles in ``idle``, are everybody's: they don't count."""
    found = [] if here.script != there.script else _passages(here, there, idle)
    passages = [passage for passage in found if not _is_list(_text_between(here, passage.pairs.keys()))]
    pairs: dict[int, int] = {}
    for passage in reversed(passages):
        # A word that stands in two passages is the first one's.
        pairs.update(passage.pairs)
    said, says = here.quoted, there.quoted
    quoted = sum(1 for a, b in pairs.items() if said[a] or says[b]) if here.quotes or there.quotes else 0
    copied = len(pairs) - quoted
    own, other = len(here) - sum(here.quoted), len(there) - sum(there.quoted)
    smaller = max(1, min(own, other))
    unit = here.script.unit
    return Common(
        copied=copied / unit,
        quoted=quoted / unit,
        containment=min(1.0, copied / smaller),
        similarity=min(1.0, copied / max(1, own + other - copied)),
        passages=passages,
        here=here,
        there=there,
    )


def _passages(here: Words, there: Words, idle: Collection[int]) -> list[Passage]:
    run = here.script.run
    gap = int(GAP * here.script.unit) + run
    places = there.places
    found: list[Passage] = []
    for at, shingle in enumerate(here.shingles):
        options = places.get(shingle)
        if options is None or shingle in idle:
            continue
        if len(options) > SAME_WORDS_AT_MOST:
            options = options[:SAME_WORDS_AT_MOST]
        if found and (last := found[-1]).last_here == at - 1 and last.last_there + 1 in options:
            # Word by word, as most copy goes: no step is smaller.
            last.last_here, last.last_there = at, last.last_there + 1
            last.pairs[at + run - 1] = last.last_there + run - 1
            continue
        passage, place = _continued(found[-4:], at, options, gap)
        if passage is None:
            passage = Passage(at, place, at, place)
            found.append(passage)
        passage.last_here, passage.last_there = at, place
        passage.pairs.update(zip(range(at, at + run), range(place, place + run), strict=True))
    shortest = SHORTEST * here.script.unit
    return [passage for passage in found if len(passage.pairs) >= shortest and passage.is_dense]


def _continued(recent: list[Passage], at: int, options: list[int], gap: int) -> tuple[Passage | None, int]:
    """The passage that goes on here, with the smallest step; and the place of these words in the other text."""
    best: tuple[int, Passage, int] | None = None
    for passage in reversed(recent):
        if at - passage.last_here > gap:
            continue
        for place in options:
            step = place - passage.last_there
            if 0 < step <= gap and (best is None or step < best[0]):
                best = step, passage, place
    return (best[1], best[2]) if best else (None, options[0])


def _is_list(text: str) -> bool:
    if _EASTERN.search(text):
        return False
    return len(_SETS_APART.findall(text)) >= LISTED * len(_WRITTEN.findall(text))


def _excerpt(words: Words, places: Collection[int]) -> str:
    shown = " ".join(_text_between(words, places).split())
    return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 1].rstrip() + "…"


def _text_between(words: Words, places: Collection[int]) -> str:
    return words.text[words.starts[min(places)] : words.ends[max(places)]]
