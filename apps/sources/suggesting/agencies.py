"""Whose copy a page says it is: agencies named in its credit line, byline, dateline or at its end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from apps.sources.models import Agency
from apps.sources.names import fold
from apps.sources.suggesting.abbreviations import (
    LONGEST_SHORT,
    introduced_for,
    introduced_right_before,
    is_of_the_press,
)

HEAD = 400
TAIL = 900
HEAD_LINES = 3
TAIL_LINES = 6
LONGEST_LINE = 120
LONGEST_BEFORE = 50

_WORD = re.compile(r"\w+")
# A name in one of these scripts ends where another letter begins: 연합뉴스는, 新华社北京.
_JOINED = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BRACKETS = re.compile(r"[(\[【（〔［]([^()\[\]【】（）〔〕［］\n]{2,90})[)\]】）〕］]")
_SHORT_IN_BRACKETS = re.compile(r"[(\[（［]\s*([^\W\d_]{2,6})\s*[)\]）］]")
# A sentence goes on behind its bracket; a dateline's or a credit's ends something.
_SENTENCE_GOES_ON = re.compile(r",?\s+(?=[^\W\d_])")
_PICTURE = re.compile(
    r"\b(?:photos?|pictures?|images?|file|video|graphic|illustration|getty|foto|bild|imagen|фото|видео)\b|사진|写真|图片|圖",
    re.IGNORECASE,
)
_TO_A_DASH = re.compile(r"[^\n!?]{3,70}?\s?[-–—]{1,2}\s")
_ENDS_A_DATELINE = re.compile(r"\s*(?:[.:)]|,\s*\d|[-–—]|$|\n)|[^\n，。、\w]{0,2}[\u4e00-\u9fff\d]{0,14}?[电電]")
_SAYS_WHOSE = re.compile(
    r"contributed to (?:this|the)|all rights reserved|copyright|©|\(c\)"
    r"|this (?:story|article|report) (?:was|is|has been|first)"
    r"|with (?:\w+ ){0,3}?(?:files|inputs?|reporting|reports|material|information|agenc\w+)"
    r"|\bfrom (?:a )?wire|syndicated"
    r"|\bavec\b|\bmit (?:material|informationen|agentur)|con información|con datos|по материалам|по сообщени|источник"
    r"|제공|기사제공|出典|配信|来源|來源|供稿",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"\b(?:sources?|credits?|via|with|by|from|and|the|inputs?|agency|agencies|news|staff|quelle|fuente|fonte|avec|mit|con|by|"
    r"источник|и|с|et|und|y|e|photo by|writers?|reporters?|in|for|bureau|wire|service|correspondent|edited|report|"
    r"reports|"
    r"online|desk|web|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|january|february|march|april|june|july|august|"
    r"september|october|november|december)\b",
    re.IGNORECASE,
)
# Who writes so was there for the agency, or prints who was.
_TOLD = re.compile(
    r"(?:\b(?:told|tells|telling|interview with|correspondents? (?:of|for))"
    r"|\b(?:journalist|reporter|photographer|team)s? (?:of|for|from|with)"
    r"|\b(?:journalistes?|correspondante?s?) de|\b(?:à|de) l['’]|\b(?:periodista|corresponsal)(?:es)? de|\bdijo a"
    r"|\ball['’]|\bsagten?(?: der)?|\bагентству|\bкорреспондент\w*)\s*(?:the\s+)?(?:(?:news )?agency\s+)?$",
    re.IGNORECASE,
)
_SAW = re.compile(
    r"(?:['’]s)?\s+(?:journalist|reporter|correspondent|photographer|team|crew)"
    r"|[- ](?:Reporter|Korrespondent|Journalist|Fotograf)"
)
_SIGN_OFF = re.compile(
    r"\((?:Additional )?[Rr]eporting by [^()\n]{3,300}?;? ?(?:[Ww]riting|[Ee]diting) by [^()\n]{3,120}\)?"
)
_SIGNED_SO = "reuters"


@dataclass(frozen=True)
class Known:
    """An agency on the desk's list."""

    party_id: int
    name: str
    names: frozenset[str]
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Credit:
    """An agency that a page names as whose copy it is, where, and in which words."""

    agency: Known
    in_byline: bool
    words: str


class Agencies:
    """The desk's list, ready to be looked for: by the first word of a name, or by the name where words are joined."""

    def __init__(self, rows: list[Agency]) -> None:
        self.by_name: dict[str, Known] = {}
        self._own: dict[str, set[int]] = {}
        self._by_host: dict[str, list[Known]] = {}
        joined: list[str] = []
        names_by_first: dict[str, list[tuple[str, bool]]] = {}
        self.abbreviations = frozenset(
            name.upper()
            for row in rows
            for name in (row.party.name, *row.spellings, *row.short_names)
            if len(name) <= LONGEST_SHORT and name.isalpha()
        )
        for row in rows:
            names = {row.party.name, *row.spellings, *row.short_names}
            known = Known(row.party_id, row.party.name, frozenset(map(fold, names)), tuple(row.hosts))
            for own in known.names:
                self._own.setdefault(own, set()).add(known.party_id)
            for host in known.hosts:
                self._by_host.setdefault(host, []).append(known)
            for name in names:
                self.by_name.setdefault(fold(name), known)
                if _JOINED.search(name):
                    joined.append(name)
                elif first := _WORD.search(name):
                    names_by_first.setdefault(first[0].casefold(), []).append((name, name in row.short_names))
        self._joined = re.compile("|".join(map(re.escape, sorted(joined, key=len, reverse=True)))) if joined else None
        self._spaced = {
            first: [
                (_spelled(name, exactly=is_short), is_short) for name, is_short in sorted(named, key=_longest_first)
            ]
            for first, named in names_by_first.items()
        }

    def named_in(self, text: str, *, in_a_credit: bool) -> Iterator[tuple[Known, int, int]]:
        """Each agency that is named, and where. Short names count only in a credit, in just their letters."""
        last = 0
        for word in _WORD.finditer(text):
            for pattern, is_short in self._spaced.get(word[0].casefold(), ()):
                if is_short and not in_a_credit:
                    continue
                if word.start() >= last and (found := pattern.match(text, word.start())):
                    last = found.end()
                    yield self.by_name[fold(found[0])], found.start(), found.end()
                    break
        if self._joined and _JOINED.search(text):
            for found in self._joined.finditer(text):
                yield self.by_name[fold(found[0])], found.start(), found.end()

    def whose(self, host: str, outlet: str) -> frozenset[int]:
        """The agencies whose own page one at this host is, of this outlet, by the numbers of their parties."""
        named: set[int] = self._own.get(fold(outlet), set())
        return frozenset(named.union(known.party_id for known in self.at(host)))

    def at(self, host: str) -> list[Known]:
        """The agencies that publish themselves at this host."""
        parts = host.split(".")
        places = [".".join(parts[start:]) for start in range(len(parts))]
        return [known for place in places for known in self._by_host.get(place, ())]

    def named(self, name: str) -> Known | None:
        return self.by_name.get(fold(name))


def _spelled(name: str, *, exactly: bool) -> re.Pattern[str]:
    # From its first word on: what stands before that, like an opening mark, is no part of what is looked for.
    first = _WORD.search(name)
    written = re.escape(name[first.start() if first else 0 :]).replace("'", "['’]")
    return re.compile(rf"{written}(?!\w)", re.NOFLAG if exactly else re.IGNORECASE)


def _longest_first(named: tuple[str, bool]) -> int:
    return -len(named[0])


def listed() -> Agencies:
    """The desk's list as it stands now; read anew only when a row of it has changed."""
    return _listed(Agency.objects.as_it_stands())


@lru_cache(maxsize=1)
def _listed(_stand: tuple[Any, ...]) -> Agencies:
    return Agencies(list(Agency.objects.with_parties()))


def credits_of(text: str, credit_line: str, byline: str, agencies: Agencies) -> list[Credit]:
    """Every agency that the page names as whose copy it is, each once, the credit line first."""
    found: dict[int, Credit] = {}
    for words, in_byline in _places(text, credit_line, byline, agencies):
        for known, _, _ in agencies.named_in(words, in_a_credit=True):
            found.setdefault(known.party_id, Credit(known, in_byline, " ".join(words.split())[:200]))
    return list(found.values())


def others_in(text: str, agencies: Agencies) -> dict[str, str]:
    """The abbreviations of agencies by which this text means somebody else, as it says itself; and whom."""
    return introduced_for(text, agencies.abbreviations, frozenset(agencies.by_name))


def told_in(text: str, agencies: Agencies, others: Collection[str] = ()) -> frozenset[int]:
    """The agencies, by the numbers of their parties, to which somebody speaks in a text, or whose people were there.

    ``others`` are abbreviations that mean somebody else in this text.
    """
    return frozenset(
        known.party_id
        for known, start, end in agencies.named_in(text, in_a_credit=True)
        if text[start:end] not in others
        if _TOLD.search(text[max(0, start - LONGEST_BEFORE) : start]) or _SAW.match(text, end)
    )


def _places(text: str, credit_line: str, byline: str, agencies: Agencies) -> Iterator[tuple[str, bool]]:
    """The words on a page that may say whose copy it is, and whether they are a byline or a dateline."""
    if credit_line and not _PICTURE.search(credit_line):
        yield credit_line, False
    if byline:
        yield byline, True
    head = text[:HEAD]
    for found in _BRACKETS.finditer(head):
        if (
            not _PICTURE.search(head[max(0, found.start() - 20) : found.end()])
            and not _stands_in_a_sentence(text, found.end())
            and not _introduces(found[0], head[: found.start()], agencies)
            and _is_credit(found[1], agencies)
        ):
            yield found[0], True
    if opening := _opening(head, agencies):
        yield opening, True
    lines = [line.strip() for line in text[:HEAD].split("\n")[:HEAD_LINES] if line.strip()]
    tail = text[-TAIL:] if len(text) > HEAD else ""
    last = [line.strip() for line in (tail or text).split("\n")[-TAIL_LINES:] if line.strip()]
    for line in [*lines, *last]:
        if (
            len(line) <= LONGEST_LINE
            and not _PICTURE.search(line)
            and _is_credit(line, agencies)
            and not any(_introduces(found[0], line[: found.start()], agencies) for found in _BRACKETS.finditer(line))
        ):
            yield line, False
    for line in last:
        if _SAYS_WHOSE.search(line) and not _PICTURE.search(line):
            for sentence in re.split(r"(?<=[.!?。])\s+", line):
                if _SAYS_WHOSE.search(sentence) and len(sentence) <= 300:
                    yield sentence, False
        for found in _BRACKETS.finditer(line):
            if (
                found.end() >= len(line) - 3
                and not _PICTURE.search(found[1])
                and not _introduces(found[0], line[: found.start()], agencies)
                and _is_credit(found[1], agencies)
            ):
                yield found[0], False
    if (signed := _SIGN_OFF.search(tail or text)) and _SIGNED_SO in agencies.by_name:
        yield f"Reuters: {signed[0][:150]}", False


def _opening(head: str, agencies: Agencies) -> str:
    """A dateline: what stands before the first dash, or at the very start, or right after the dash, names an agency."""
    dash = _TO_A_DASH.match(head)
    if dash and _is_dateline(before := dash[0].strip(" -–—"), agencies):
        return before
    for start in {0, dash.end() if dash else 0}:
        after = head[start : start + 40]
        for _, begins, end in agencies.named_in(after, in_a_credit=True):
            if begins > 1:
                continue
            if found := _ENDS_A_DATELINE.match(after, end):
                return f"{head[:start]}{after[: found.end()]}".strip()
    return ""


def _stands_in_a_sentence(text: str, end: int) -> bool:
    """Whether what ends here is in the midst of a sentence, which goes on in small letters."""
    found = _SENTENCE_GOES_ON.match(text, end)
    return found is not None and text[found.end()].islower()


def _introduces(bracket: str, before: str, agencies: Agencies) -> bool:
    """Whether a bracket is the abbreviation of the name before it, and that name no agency's."""
    short = _SHORT_IN_BRACKETS.fullmatch(bracket)
    if not short:
        return False
    name = introduced_right_before(f"{before}{bracket}", len(before) + 1, short[1])
    return bool(name) and not is_of_the_press(name) and agencies.named(name) is None


def _is_dateline(words: str, agencies: Agencies) -> bool:
    return any(
        (end == len(words) or start == 0) and len(words) - (end - start) <= 40
        for _, start, end in agencies.named_in(words, in_a_credit=True)
    )


def _is_credit(words: str, agencies: Agencies) -> bool:
    """Whether words are names of agencies, and next to nothing else."""
    rest, hits = words, 0
    for _, start, end in sorted(agencies.named_in(words, in_a_credit=True), key=lambda hit: -hit[1]):
        rest, hits = rest[:start] + " " + rest[end:], hits + 1
    if not hits:
        return False
    left = re.findall(r"[^\W\d_]+", _LABELS.sub(" ", rest))
    return len(left) <= 3 and not any(word.islower() and len(word) > 3 for word in left)
