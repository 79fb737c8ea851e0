"""What differs between two texts, by paragraphs and then by words, in bounded time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz.distance import Indel

# A comparison takes time and memory in proportion to the product of both lengths. Above this it is not made.
MOST_CELLS = 25_000_000
# In all, for the words of one comparison.
MOST_WORD_CELLS = 100_000_000
# Paragraphs of one place that are looked at in pairs.
MOST_PAIRS = 10_000
# Two paragraphs that share less than this are two paragraphs, and not one that was changed.
ALIKE = 0.4
CONTEXT = 1
# A word with the space after it; in scripts without spaces, a sign.
WORD = re.compile(
    r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]\s*"
    r"|[^\s\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+\s*"
)
SPACES = re.compile(r"\s+")


class Kind(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Run:
    """Words that share one fate."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Row:
    """A paragraph as it stood and as it stands; one of the sides is empty where there is no such paragraph."""

    kind: Kind
    before: list[Run]
    after: list[Run]


@dataclass(frozen=True)
class Stretch:
    """Paragraphs that follow each other. An unchanged stretch can be folded: only its edges are near a change."""

    kind: Kind
    rows: list[Row]
    folded: bool = False


@dataclass
class Difference:
    """Two texts side by side. `by_words` is False where they are too long to be compared closer than by paragraphs."""

    rows: list[Row] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    words: int = 0
    by_words: bool = True

    @property
    def is_empty(self) -> bool:
        return not self.added and not self.removed

    @property
    def share(self) -> float:
        """How much of both texts together is not in the other, in per cent."""
        return 100 * (self.added + self.removed) / self.words if self.words else 0.0

    @property
    def stretches(self) -> list[Stretch]:
        """The rows in stretches: what changed, and around it what did not, folded where nobody needs it."""
        found: list[Stretch] = []
        at = 0
        while at < len(self.rows):
            same = self.rows[at].kind == Kind.SAME
            end = at
            while end < len(self.rows) and (self.rows[end].kind == Kind.SAME) == same:
                end += 1
            rows = self.rows[at:end]
            found += _folded(rows, first=at == 0, last=end == len(self.rows)) if same else [Stretch(Kind.CHANGED, rows)]
            at = end
        return found


def compare(before: str, after: str) -> Difference:
    """Two texts, a paragraph a line."""
    old, new = _paragraphs(before), _paragraphs(after)
    difference = Difference(words=sum(len(words(text)) for text in (*old, *new)))
    budget = _Budget()
    for kind, of_old, of_new in _steps(old, new, budget):
        if kind == Kind.SAME:
            difference.rows += [Row(Kind.SAME, [Run(Kind.SAME, text)], [Run(Kind.SAME, text)]) for text in old[of_old]]
        else:
            difference.rows += _changed(old[of_old], new[of_new], budget)
    difference.by_words = budget.kept
    for row in difference.rows:
        difference.removed += sum(len(words(run.text)) for run in row.before if run.kind == Kind.REMOVED)
        difference.added += sum(len(words(run.text)) for run in row.after if run.kind == Kind.ADDED)
    return difference


def words(text: str) -> list[str]:
    """The words of a text, each with the space after it."""
    return WORD.findall(text)


class _Budget:
    """How much comparing of words may still be done."""

    def __init__(self) -> None:
        self.left = MOST_WORD_CELLS
        self.kept = True

    def allows(self, old: list[list[str]], new: list[list[str]]) -> bool:
        cells = sum(map(len, old)) * sum(map(len, new))
        if cells > min(MOST_CELLS, self.left) or len(old) * len(new) > MOST_PAIRS:
            self.kept = False
            return False
        self.left -= cells
        return True


def _paragraphs(text: str) -> list[str]:
    lines = (SPACES.sub(" ", line).strip() for line in text.splitlines())
    return [line for line in lines if line]


def _steps(old: list[str], new: list[str], budget: _Budget) -> Iterator[tuple[Kind, slice, slice]]:
    """Stretches of paragraphs that are the same, and between them those that aren't, in order."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if start:
        yield Kind.SAME, slice(0, start), slice(0, start)
    inner_old, inner_new = old[start : len(old) - tail], new[start : len(new) - tail]
    if len(inner_old) * len(inner_new) <= MOST_CELLS:
        steps = _closely(inner_old, inner_new)
    else:
        budget.kept = False
        steps = _by_anchors(inner_old, inner_new)
    for kind, a, b, c, d in steps:
        yield kind, slice(start + a, start + b), slice(start + c, start + d)
    if tail:
        yield Kind.SAME, slice(len(old) - tail, len(old)), slice(len(new) - tail, len(new))


Step = tuple[Kind, int, int, int, int]


def _closely(old: Sequence[str], new: Sequence[str]) -> Iterator[Step]:
    """The longest sequence that both have. Neighbouring removals and additions are one step."""
    a = c = 0
    for code in [*Indel.opcodes(old, new), None]:
        if code is None or code.tag == "equal":
            until_old, until_new = (code.src_start, code.dest_start) if code else (len(old), len(new))
            if a < until_old or c < until_new:
                yield Kind.CHANGED, a, until_old, c, until_new
            if code:
                yield Kind.SAME, code.src_start, code.src_end, code.dest_start, code.dest_end
                a, c = code.src_end, code.dest_end


def _by_anchors(old: list[str], new: list[str]) -> Iterator[Step]:
    """Nearly linear: only paragraphs that each text has once hold the two together, the most that keep their order."""
    count_old, count_new = Counter(old), Counter(new)
    place = {text: at for at, text in enumerate(new) if count_new[text] == 1}
    pairs = [(at, place[text]) for at, text in enumerate(old) if count_old[text] == 1 and text in place]
    a = c = 0
    for at, to in _rising(pairs):
        if at < a or to < c:
            continue
        if a < at or c < to:
            yield Kind.CHANGED, a, at, c, to
        a, c = at, to
        while a < len(old) and c < len(new) and old[a] == new[c]:
            a, c = a + 1, c + 1
        yield Kind.SAME, at, a, to, c
    if a < len(old) or c < len(new):
        yield Kind.CHANGED, a, len(old), c, len(new)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs in which the second number rises too."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_, value) in enumerate(pairs):
        length = bisect_left(ends, value)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [value]
        at[length : length + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = at[-1] if at else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _changed(old: list[str], new: list[str], budget: _Budget) -> list[Row]:
    """Paragraphs of one place: those that are alike beside each other, with the words that differ."""
    old_words, new_words = [_keys(text) for text in old], [_keys(text) for text in new]
    if not old or not new or not budget.allows(old_words, new_words):
        return [*map(_removed, old), *map(_added, new)]
    rows: list[Row] = []
    a = c = 0
    for at, to in _pairs(old_words, new_words):
        rows += [*map(_removed, old[a:at]), *map(_added, new[c:to]), _word_by_word(old[at], new[to])]
        a, c = at + 1, to + 1
    return [*rows, *map(_removed, old[a:]), *map(_added, new[c:])]


def _pairs(old: list[list[str]], new: list[list[str]]) -> list[tuple[int, int]]:
    """Which paragraphs became which: in order, and alike as much as can be in all."""
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_alike(one, other) for other in new] for one in old]
    for a in range(len(old) - 1, -1, -1):
        for c in range(len(new) - 1, -1, -1):
            best[a][c] = max(best[a + 1][c], best[a][c + 1], best[a + 1][c + 1] + alike[a][c])
    found, a, c = [], 0, 0
    while a < len(old) and c < len(new):
        if alike[a][c] and best[a][c] == best[a + 1][c + 1] + alike[a][c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        elif best[a][c] == best[a + 1][c]:
            a += 1
        else:
            c += 1
    return found


def _alike(one: list[str], other: list[str]) -> float:
    return Indel.normalized_similarity(one, other, score_cutoff=ALIKE)


def _keys(text: str) -> list[str]:
    return [word.rstrip() for word in words(text)]


def _word_by_word(old: str, new: str) -> Row:
    before, after = words(old), words(new)
    left: list[Run] = []
    right: list[Run] = []
    for kind, a, b, c, d in _closely(_keys(old), _keys(new)):
        if kind == Kind.SAME:
            left.append(Run(kind, "".join(before[a:b])))
            right.append(Run(kind, "".join(after[c:d])))
            continue
        if a < b:
            left.append(Run(Kind.REMOVED, "".join(before[a:b])))
        if c < d:
            right.append(Run(Kind.ADDED, "".join(after[c:d])))
    return Row(Kind.CHANGED, left, right)


def _removed(text: str) -> Row:
    return Row(Kind.REMOVED, [Run(Kind.REMOVED, text)], [])


def _added(text: str) -> Row:
    return Row(Kind.ADDED, [], [Run(Kind.ADDED, text)])


def _folded(rows: list[Row], *, first: bool, last: bool) -> list[Stretch]:
    """An unchanged stretch: a paragraph beside each change, and the rest folded away when that saves anything."""
    start = 0 if first else CONTEXT
    end = len(rows) - (0 if last else CONTEXT)
    if end - start < 2 or (first and last):
        return [Stretch(Kind.SAME, rows)]
    parts = [(rows[:start], False), (rows[start:end], True), (rows[end:], False)]
    return [Stretch(Kind.SAME, part, folded) for part, folded in parts if part]
