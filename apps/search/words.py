"""Words as they compare, whatever the language, and what somebody who searches has asked for.

The same on every database: text is cut and folded here, and the databases keep what comes out. Case, accents, vowel
points and the forms of signs and digits make no difference. No word is cut to a stem: the desk reads many languages.
Where words stand without spaces (Chinese, Japanese, Thai and their neighbours) each two signs that stand together are
a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_WORD = 64
LONGEST_QUERY = 500
MOST_TERMS = 12
# Shorter words mean themselves alone: what begins like "at" would be half of everything.
SHORTEST_BEGINNING = 3

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
# What is written onto the sign before it belongs to that sign's word.
MARKS = "".join(sign for sign in map(chr, range(0x300, 0x10000)) if unicodedata.category(sign)[0] == "M")
_RUN = re.compile(rf"[{UNSPACED}]+|[^\W_{UNSPACED}]+(?:[{MARKS}\u0640\u200c\u200d]+[^\W_{UNSPACED}]*)*")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_PART = re.compile(r'(-?)"([^"]*)"?|(\S+)')
_OPENING = str.maketrans(dict.fromkeys("“”„«»\uff02", '"'))


@dataclass(frozen=True)
class Word:
    """A word of a text as it compares, and where it stands there."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """Words that stand together. ``is_beginning``: the last may go on. ``is_excluded``: they must not be there."""

    words: tuple[str, ...]
    is_beginning: bool = False
    is_excluded: bool = False


@dataclass(frozen=True)
class Query:
    """What somebody asks for: all of these terms and none of those that are excluded."""

    terms: tuple[Term, ...]
    is_cut: bool = False

    @property
    def wanted(self) -> list[Term]:
        return [term for term in self.terms if not term.is_excluded]

    @property
    def excluded(self) -> list[Term]:
        return [term for term in self.terms if term.is_excluded]

    def __bool__(self) -> bool:
        return bool(self.wanted)


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """A word as it compares; empty when nothing of it does."""
    if word.isascii():
        return word.lower()[:LONGEST_WORD]
    plain = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(_digit(sign) for sign in plain if _counts(sign))
    return unicodedata.normalize("NFC", kept.casefold())[:LONGEST_WORD]


def _counts(sign: str) -> bool:
    category = unicodedata.category(sign)
    return sign != "\u0640" and (category[0] in "LN" or (category[0] == "M" and not unicodedata.combining(sign)))


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def words(text: str) -> Iterator[Word]:
    """The words of a text, in their order."""
    for run in _RUN.finditer(text):
        if _IS_UNSPACED.match(run.group()):
            for start in range(run.start(), run.end()):
                end = min(start + 2, run.end())
                if folded := fold(text[start:end]):
                    yield Word(folded, start, end)
        elif folded := fold(run.group()):
            yield Word(folded, run.start(), run.end())


def folded(text: str) -> list[str]:
    """The words of a text as they compare: what `words` says, without the places."""
    found: list[str] = []
    for run in _RUN.findall(text):
        if not run.isascii() and _IS_UNSPACED.match(run):
            found += filter(None, (fold(run[at : at + 2]) for at in range(len(run))))
        elif word := fold(run):
            found.append(word)
    return found


def asked(typed: str) -> Query:
    """What these words ask for: "words in quotation marks" stand together, -without, begin*. Nothing is an error."""
    cut = typed[:LONGEST_QUERY]
    terms: list[Term] = []
    for minus, together, word in _PART.findall(cut.translate(_OPENING)):
        term = _term(together, minus=minus, is_exact=True) if not word else _of_word(word)
        if term and term not in terms:
            terms.append(term)
    return Query(tuple(terms[:MOST_TERMS]), is_cut=len(typed) > LONGEST_QUERY or len(terms) > MOST_TERMS)


def _of_word(word: str) -> Term | None:
    minus = "-" if word.startswith("-") else ""
    return _term(word, minus=minus, is_exact=False)


def _term(text: str, *, minus: str, is_exact: bool) -> Term | None:
    found = list(words(text))
    if not found:
        return None
    last = found[-1]
    is_single = last.end - last.start == 1 and _IS_UNSPACED.match(text[last.start])
    if is_single and len(found) > 1 and found[-2].end == last.end:
        # The last sign of a run stands in the pair before it.
        found.pop()
        is_beginning = False
    elif is_single:
        is_beginning = True
    else:
        is_asked = text.rstrip().endswith("*") and len(last.folded) > 1
        is_long = len(last.folded) >= SHORTEST_BEGINNING and not last.folded.isdigit()
        is_beginning = is_asked or (is_long and not is_exact)
    return Term(tuple(word.folded for word in found), is_beginning, bool(minus))


def places(term: Term, found: Sequence[str]) -> Iterator[int]:
    """Where in these words a term begins."""
    first, *others = term.words
    length = len(term.words)
    is_one = not others
    for at, word in enumerate(found):
        if is_one and term.is_beginning:
            if word.startswith(first):
                yield at
        elif word == first:
            here = found[at : at + length]
            if len(here) < length or list(here[:-1]) != list(term.words[:-1]):
                continue
            if here[-1] == term.words[-1] or (term.is_beginning and here[-1].startswith(term.words[-1])):
                yield at


def fits(query: Query, found: Sequence[str]) -> bool:
    """Whether a text with these words is one that was asked for."""
    has = [next(places(term, found), None) is not None for term in query.terms]
    return all(there != term.is_excluded for there, term in zip(has, query.terms, strict=True))
