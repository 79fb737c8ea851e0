"""Words found again in a text, with the very places where they stand there.

A passage is a text-quote selector (W3C Web Annotation Data Model, 4.2.4): the exact words, and a little before and
after. Typography is no change: spaces, line breaks, quotation marks, hyphens and dashes of every kind, soft hyphens,
ligatures and case are folded away, with a map back to the text as it is. Everything here takes bounded time.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property

from rapidfuzz import fuzz

CONTEXT = 64
LONGEST = 5_000
MOST_PLACES = 1_000
# Looking for words that were edited costs the product of both lengths.
LONGEST_TOUCHED, LONGEST_SEARCHED = 1_000, 200_000
ALIKE, LEAST_WORDS = 78.0, 3

QUOTES = (
    "'\"`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"
    "\u00ab\u00bb\u2039\u203a\u2032\u2033\u2034\uff02\uff07\u02bc\u02ee"
)
MARKS = frozenset(QUOTES)
DASHES = "\\-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
RUN = re.compile(rf"[\s{QUOTES}{DASHES}{UNSEEN}]+|[^\s{QUOTES}{DASHES}{UNSEEN}]+")
# Words with one space between them need no second look. Signs that are not composed yet are taken one by one.
STRETCH = re.compile(rf"[\s{QUOTES}{DASHES}{UNSEEN}]+|[^\W_]+(?: [^\W_]+)*|[^\s{QUOTES}{DASHES}{UNSEEN}\w]+_*|_+")
GAP = re.compile(rf"[\s{QUOTES}{DASHES}{UNSEEN}]")
DASH = re.compile(rf"[{DASHES}]")
SPACE = re.compile(r"\s")
REMOVED = dict.fromkeys(map(ord, UNSEEN))
# A word that a line's end cuts, or that one house writes with a hyphen and another without.
HYPHENATED = re.compile("[-\u2010\u2011](?:[^\\S\\n]*\\n\\s*)?")
OMITTED = re.compile(r"\s*(?:\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3}|…)\s*")
# Where words stand without spaces, a word's edge can't be told from its middle.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
WORD = re.compile(r"\w+(?:[.,'\u2019-]\w+)*|[^\w\s]")


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a text, from a place up to another."""

    start: int
    end: int


@dataclass(frozen=True)
class Selector:
    """Words as somebody picked them: exactly, and with a little before and after."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Folded:
    """A text as it compares, and where each of its signs stands in the text as it is."""

    text: str
    source: str
    starts: array[int]
    ends: array[int]

    def span(self, start: int, end: int) -> Span:
        """The stretch of the real text behind this stretch of the folded one."""
        return Span(self.starts[start], self.ends[end - 1])

    @cached_property
    def without_hyphens(self) -> Folded:
        """The same text with the hyphens inside its words folded away."""
        return fold(self.source, hyphens=False)


@dataclass(frozen=True)
class Touched:
    """Words that were edited a little: where they stand now, and what is otherwise."""

    span: Span
    text: str
    changes: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """How they were edited, as a person says it."""
        told = [
            f"“{was}” is “{now}” now" if was and now else f"“{was}” is gone" if was else f"“{now}” is new"
            for was, now in self.changes
        ]
        return "; ".join(told)

    @property
    def comparison(self) -> str:
        """The same of words that somebody typed, held against those that stand there."""
        told = [
            f"“{was}” reads “{now}” there"
            if was and now
            else f"“{was}” is not there"
            if was
            else f"“{now}” is there too"
            for was, now in self.changes
        ]
        return "; ".join(told)


def fold(text: str, *, hyphens: bool = True) -> Folded:
    """The text as it compares. Without ``hyphens``, those inside words are folded away too."""
    parts: list[str] = []
    starts, ends = array("i"), array("i")
    last = ""
    for run in (STRETCH if unicodedata.is_normalized("NFC", text) else RUN).finditer(text):
        words, at = run.group(), run.start()
        if GAP.match(words):
            following = text[run.end() : run.end() + 1]
            folded = _gap(words, last, following, hyphens)
            if folded:
                parts.append(folded)
                starts.append(at)
                ends.append(run.end())
                last = folded
            continue
        folded = words.casefold()
        if len(folded) == len(words) and unicodedata.is_normalized("NFKC", words):
            parts.append(folded)
            starts.extend(range(at, at + len(words)))
            ends.extend(range(at + 1, at + len(words) + 1))
        else:
            for start, end in _clusters(words):
                sign = unicodedata.normalize("NFKC", words[start:end]).casefold()
                parts.append(sign)
                starts.extend([at + start] * len(sign))
                ends.extend([at + end] * len(sign))
        last = parts[-1][-1:] or last
    return Folded("".join(parts), text, starts, ends)


def find(text: Folded, selector: Selector) -> Span | None:
    """Where these words stand. Of several places, what is before and after decides, then the first."""
    for hyphens in (True, False):
        haystack = text if hyphens else text.without_hyphens
        needle = fold(selector.exact[:LONGEST], hyphens=hyphens).text
        places = list(_places(haystack.text, needle))
        if places:
            before, after = fold(selector.prefix).text, fold(selector.suffix).text
            best = max(places, key=lambda at: (_context(haystack.text, at, len(needle), before, after), -at))
            return _with_marks(text.source, haystack.span(best, best + len(needle)), selector.exact.strip())
    return None


def find_all(text: Folded, words: str) -> list[Span]:
    """Where these words stand, part by part: "..." leaves something out. Empty when any part is not there, in order."""
    if whole := find(text, Selector(words)):
        return [whole]
    found: list[Span] = []
    at = 0
    for part in parted(words):
        span = next((one for one in _spans(text, part) if one.start >= at), None)
        if span is None:
            return []
        found.append(span)
        at = span.end
    return found


def holds(text: Folded, words: str) -> bool:
    """Whether these words stand in the text."""
    return bool(find_all(text, words))


def parted(words: str) -> list[str]:
    """The parts between what is left out."""
    return [part for part in OMITTED.split(words) if fold(part).text]


def selector_at(text: str, span: Span) -> Selector:
    """What finds this stretch of the text again."""
    before, after = text[max(0, span.start - CONTEXT) : span.start], text[span.end : span.end + CONTEXT]
    return Selector(text[span.start : span.end], before, after)


def whole_words(selector: Selector) -> Selector:
    """The same words, where a hand that slipped took the half of one: all of it, as far as the context has it."""
    exact, prefix, suffix = selector.exact, selector.prefix, selector.suffix
    while exact and suffix and _joined(exact[-1], suffix[0]):
        exact, suffix = exact + suffix[0], suffix[1:]
    while exact and prefix and _joined(prefix[-1], exact[0]):
        exact, prefix = prefix[-1] + exact, prefix[:-1]
    return Selector(exact, prefix, suffix)


def touched(text: Folded, selector: Selector) -> Touched | None:
    """Where these words stand almost, after a small edit; None when nothing there is like them."""
    needle, haystack = fold(selector.exact).text, text.text
    if len(needle.split()) < LEAST_WORDS or len(needle) > LONGEST_TOUCHED or len(needle) > len(haystack):
        return None
    start = 0
    if len(haystack) > LONGEST_SEARCHED:
        # A book: only around the place where what stood before or after still stands.
        around = [fold(context).text for context in (selector.prefix, selector.suffix)]
        start = next((at for context in around if context and (at := haystack.find(context)) >= 0), 0)
        start = max(0, start - LONGEST_SEARCHED // 2)
    searched = haystack[start : start + LONGEST_SEARCHED]
    found = fuzz.partial_ratio_alignment(needle, searched, score_cutoff=ALIKE)
    if found is None or found.dest_start == found.dest_end:
        return None
    first, last = _to_words(haystack, start + found.dest_start, start + found.dest_end)
    if fuzz.ratio(needle, haystack[first:last]) < ALIKE - 8:
        return None
    return _edited(text, selector.exact, text.span(first, last))


def _with_marks(text: str, span: Span, exact: str) -> Span:
    """The stretch with the quotation marks around it, where those who picked it took them too."""
    start, end = span.start, span.end
    if exact[:1] in MARKS and start and text[start - 1] in MARKS:
        start -= 1
    if exact[-1:] in MARKS and end < len(text) and text[end] in MARKS:
        end += 1
    return Span(start, end)


def _gap(gap: str, before: str, after: str, hyphens: bool) -> str:
    """What stands between two words, in one sign or none."""
    seen = gap.translate(REMOVED)
    if not seen:
        return ""
    if DASH.search(seen):
        if not before or not after:
            return "-" if not before and after.isdigit() and DASH.match(seen[-1]) else ""
        if not hyphens and before.isalpha() and after.isalpha() and HYPHENATED.fullmatch(seen):
            return ""
        return "-"
    if before and before in ",." and after.isdigit() and SPACE.search(seen):
        # "0, 0" is no "0,0": these are two numbers.
        return " "
    if not (before.isalnum() and after.isalnum()):
        return ""
    return " " if SPACE.search(seen) else "'"


def _clusters(words: str) -> Iterator[tuple[int, int]]:
    """Each sign with what is written onto it: together they may be one."""
    start = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or not _is_written_onto(words[at]):
            yield start, at
            start = at


def _is_written_onto(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or "\u1160" <= sign <= "\u11ff" or sign in "\uff9e\uff9f"


def _spans(text: Folded, words: str) -> Iterator[Span]:
    needle = fold(words).text
    for at in _places(text.text, needle):
        yield text.span(at, at + len(needle))


def _places(text: str, needle: str) -> Iterator[int]:
    """Where the folded words stand, as whole words: "1,000 men" is not in "11,000 men"."""
    at, number = text.find(needle) if needle else -1, 0
    while at >= 0 and number < MOST_PLACES:
        end = at + len(needle)
        if not (_cuts(text, at) or _cuts(text, end)):
            yield at
        number += 1
        at = text.find(needle, at + 1)


def _cuts(text: str, at: int) -> bool:
    """Whether this place is in the middle of a word or of a number."""
    if at <= 0 or at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if before in ",." and after.isdigit():
        return at > 1 and text[at - 2].isdigit()
    if before.isdigit() and after in ",.":
        return at + 1 < len(text) and text[at + 1].isdigit()
    return _joined(before, after)


def _joined(before: str, after: str) -> bool:
    return before.isalnum() and after.isalnum() and not (UNSPACED.match(before) or UNSPACED.match(after))


def _context(text: str, at: int, length: int, before: str, after: str) -> int:
    """How many signs around this place are those that stood around the words."""
    there_before, there_after = text[max(0, at - 2 * CONTEXT) : at], text[at + length : at + length + 2 * CONTEXT]
    return _common(there_before.rstrip(" -'")[::-1], before.rstrip(" -'")[::-1]) + _common(
        there_after.lstrip(" -'"), after.lstrip(" -'")
    )


def _common(one: str, other: str) -> int:
    number = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        number += 1
    return number


def _to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch, grown to whole words, and without the spaces at its ends."""
    while start < end and text[start] in " -'":
        start += 1
    while end > start and text[end - 1] in " -'":
        end -= 1
    while start > 0 and _cuts(text, start):
        start -= 1
    while end < len(text) and _cuts(text, end):
        end += 1
    return start, end


def _edited(text: Folded, before: str, span: Span) -> Touched | None:
    """What is otherwise in this stretch, word by word. What it has too many at its ends is none of it."""
    source = text.source
    start, end = _widened(source, span)
    was, now = list(WORD.finditer(before)), list(WORD.finditer(source, start, end))
    folded_was, folded_now = [_same(word) for word in was], [_same(word) for word in now]
    matcher = SequenceMatcher(None, folded_was, folded_now, autojunk=False)
    steps = [_Step(*step) for step in matcher.get_opcodes()]
    while steps and steps[0].tag == "insert":
        steps.pop(0)
    while steps and steps[-1].tag == "insert":
        steps.pop()
    if not steps:
        return None
    # Of what stands in the place of the first and the last words, no more than their number belongs to them.
    steps[0] = replace(steps[0], c=max(steps[0].c, steps[0].d - steps[0].many))
    if len(steps) > 1:
        steps[-1] = replace(steps[-1], d=min(steps[-1].d, steps[-1].c + steps[-1].many))
    first, last = steps[0].c, steps[-1].d
    changes = tuple(
        (_said(before, was[step.a : step.b]), _said(source, now[step.c : step.d]))
        for step in steps
        if step.tag != "equal"
    )
    if first >= last or not changes:
        return None
    stretch = Span(now[first].start(), now[last - 1].end())
    return Touched(stretch, source[stretch.start : stretch.end], changes)


@dataclass(frozen=True)
class _Step:
    """What became of some words: those from a to b are those from c to d now."""

    tag: str
    a: int
    b: int
    c: int
    d: int

    @property
    def many(self) -> int:
        return self.b - self.a


def _widened(text: str, span: Span) -> tuple[int, int]:
    """The stretch with two words more on either side: a word that was put in another's place may stand there."""
    before = list(WORD.finditer(text, max(0, span.start - CONTEXT), span.start))[-2:]
    after = list(WORD.finditer(text, span.end, span.end + CONTEXT))[:2]
    return (before[0].start() if before else span.start), (after[-1].end() if after else span.end)


def _same(word: re.Match[str]) -> str:
    return fold(word.group()).text or "'"


def _said(text: str, words: list[re.Match[str]]) -> str:
    return text[words[0].start() : words[-1].end()] if words else ""
