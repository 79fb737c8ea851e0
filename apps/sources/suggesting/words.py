"""A text as words that compare: folded, counted off, each knowing where it stands and whether somebody is quoted."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property, lru_cache

# What is read of a text: a live blog may be endless, and the time for it is not.
LONGEST = 60_000

_HAN_AND_KANA = "\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_UNSPACED = _HAN_AND_KANA + _SOUTH_EAST
_HAS_HAN = re.compile(f"[{_HAN_AND_KANA}]")
_HAS_SOUTH_EAST = re.compile(f"[{_SOUTH_EAST}]")
_SPACED_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_ANY_WORD = re.compile(rf"[{_UNSPACED}]|\d+(?:[.,]\d+)*|[^\W\d_{_UNSPACED}]+(?:['’ʼ][^\W\d_{_UNSPACED}]+)*")

# Somebody's words, in the marks of many languages; one that isn't closed runs to the end of its paragraph.
_QUOTED = re.compile(
    r"“[^“”\n]*(?:”|$)|„[^„“”\n]*(?:[“”]|$)|«[^«»\n]*(?:»|$)|「[^「」\n]*(?:」|$)|『[^『』\n]*(?:』|$)"
    r'|"[^"\n]*(?:"|$)|(?<!\w)‘[^‘\n]{12,}?’(?!\w)|(?<!\w)\'[^\'\n][^\n]{10,}?[,.?!…]\'(?!\w)|(?<!\w)\'\'[^\n]+?\'\'',
    re.MULTILINE,
)

_POSSESSIVE = re.compile(r"['’ʼ](?:s|S)?$")
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{3})is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})our(s|ed|ing|ite|ites|able|ly|er|ers|hood|hoods)?$"), r"or\1"),
    (re.compile(r"(?<=[a-z]{2})(t|b)re(s|d)?$"), r"\1er\2"),
    (re.compile(r"(?<=[a-z]{3})ence$"), "ense"),
    (re.compile(r"(?<=[a-z]{3})ogue$"), "og"),
    (re.compile(r"(?<=[a-z]{2}[aeiou])ll(ed|ing|er|ers)$"), r"l\1"),
    (re.compile(r"amme$"), "am"),
)
_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SAME = {
    **{word: str(number) for number, word in enumerate(_NUMBERS)},
    **{month: month[:3] for month in _MONTHS},
    **{f"{day}day": day[:3] for day in ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"]},
    "sept": "sep",
    "grey": "gray",
    "tonnes": "tons",
    "thousands": "thousand",
}
# What house styles add, drop and swap most. Words of three letters and less go too, in scripts that have small letters.
_IDLE_WORDS = """
    that this with from have been were which their they them will would into also than then when while said says
    saying told percent cent about over after upon there these those what whom whose
    dans pour avec plus cette sont elle mais leur leurs comme aussi après selon
    para como pero este esta estos estas sobre entre tras según dijo
    sich nicht eine einer einem einen eines dass wird auch nach über haben sind wurde
    этом также было были того который которые которая после чтобы этого
"""
_IDLE = frozenset(_IDLE_WORDS.split())


@lru_cache(maxsize=65_536)
def _fold(word: str) -> str:
    """A word as it compares, across house styles; empty for one that says nothing."""
    folded = unicodedata.normalize("NFKC", word)
    if folded[0].isdigit():
        return re.sub(r"[.,]", "", folded)
    if (len(folded) > 1 and folded[-2:-1] in "'’ʼ") or folded[-1] in "'’ʼ":
        folded = _POSSESSIVE.sub("", folded)
    is_short = len(folded) <= 3
    if is_short and folded.isupper() and len(folded) > 1:
        return folded.casefold()
    folded = folded.casefold()
    if (known := _SAME.get(folded)) is not None:
        return known
    if (is_short and folded != folded.upper()) or folded in _IDLE:
        return ""
    if folded.isascii() and len(folded) > 5:
        for written, instead in _SPELLINGS:
            folded, changed = written.subn(instead, folded)
            if changed:
                break
    return folded


@dataclass(frozen=True)
class Script:
    """How a text is counted off: how many words make a shingle, and how many stand for one word of English."""

    run: int
    unit: float


SPACED = Script(run=3, unit=1.0)
HAN = Script(run=6, unit=2.0)
SOUTH_EAST = Script(run=12, unit=4.0)

_ODD = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_64 = (1 << 64) - 1


@lru_cache(maxsize=65_536)
def _number(word: str) -> int:
    """A number for a word that is the same in every process."""
    value = 0xCBF29CE484222325
    for byte in word.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * 0x100000001B3) & _64
    return value


def quotes_in(text: str) -> list[tuple[int, int]]:
    """Where somebody's words begin and end in a text, with their marks."""
    return [found.span() for found in _QUOTED.finditer(text)]


class Words:
    """The words of one text that say something, in order."""

    def __init__(self, text: str) -> None:
        self.text = text[:LONGEST]
        has_han = _HAS_HAN.search(self.text)
        has_south_east = _HAS_SOUTH_EAST.search(self.text)
        pattern = _ANY_WORD if has_han or has_south_east else _SPACED_WORD
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        for found in pattern.finditer(self.text):
            if folded := _fold(found[0]):
                self.words.append(folded)
                self.starts.append(found.start())
                self.ends.append(found.end())
        self.script = self._script() if has_han or has_south_east else SPACED

    def __len__(self) -> int:
        return len(self.words)

    def _script(self) -> Script:
        half = len(self.words) / 2
        if sum(bool(_HAS_HAN.match(word)) for word in self.words) > half:
            return HAN
        return SOUTH_EAST if sum(bool(_HAS_SOUTH_EAST.match(word)) for word in self.words) > half else SPACED

    @cached_property
    def shingles(self) -> list[int]:
        """A number for each run of words, by where the run begins."""
        numbers = list(map(_number, self.words))
        if self.script.run == 3:
            one, two, three = _ODD
            return [
                ((a * one) ^ (b * two + 1) ^ (c * three + 7)) * one & _64
                for a, b, c in zip(numbers, numbers[1:], numbers[2:], strict=False)
            ]
        found, run = [], self.script.run
        for start in range(len(numbers) - run + 1):
            value = 1
            for number in numbers[start : start + run]:
                value = ((value ^ number) * _ODD[0] + 1) & _64
            found.append(value * _ODD[1] & _64)
        return found

    def shingles_between(self, start: int, end: int) -> list[int]:
        """The numbers of the runs that stand between these two places of the text."""
        last = bisect_left(self.starts, end) - self.script.run
        return self.shingles[bisect_left(self.starts, start) : max(0, last + 1)]

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where each run of words begins, by its number."""
        found: dict[int, list[int]] = {}
        for at, shingle in enumerate(self.shingles):
            found.setdefault(shingle, []).append(at)
        return found

    @cached_property
    def quoted(self) -> bytearray:
        """One for each word that stands in somebody's mouth."""
        flags = bytearray(len(self.words))
        at, count = 0, len(self.words)
        for start, end in self.quotes:
            while at < count and self.starts[at] < start:
                at += 1
            while at < count and self.starts[at] < end:
                flags[at] = 1
                at += 1
        return flags

    @cached_property
    def quotes(self) -> list[tuple[int, int]]:
        """Where quotations begin and end in the text."""
        return quotes_in(self.text)


@lru_cache(maxsize=32)
def words_of(text: str) -> Words:
    """The words of a text that may be asked for again soon: what one prints today, others print within the hour."""
    return Words(text)
