"""Whom a page names itself as knowing: "according to the NIS", "told AFP", "Yonhap reported"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from apps.sources.names import fold
from apps.sources.suggesting.agencies import Agencies, Known, others_in
from apps.sources.suggesting.sayings import (
    ACCORDING_TO,
    AGENCY,
    BEFORE_A_NAME,
    BESIDE_WORDS,
    CAVEAT,
    CAVEAT_BEFORE,
    CAVEAT_IN_THE_EAST,
    LISTENING,
    QUOTED,
    SPEAKING,
)
from apps.sources.suggesting.words import quotes_in

MOST_ORIGINS = 4
LEAD = 900
LONGEST_SENTENCE = 400
BESIDE = 220
READ = 8_000

_BODY = re.compile(
    r"\b(?:ministry|service|agency|office|command|staff|army|navy|police|forces?|department|institute|university|bank|"
    r"court|commission|council|authority|committee|organi[sz]ation|union|chiefs|directorate|cent(?:er|re)|bureau|"
    r"government|kremlin|pentagon|white house|administration|survey|observatory|prosecutor\w*|parliament|embassy|"
    r"minist\w+|préfecture|gendarmerie|polizei|bundes\w+|innen\w+|amt|policía|gobierno|instituto|servicio|"
    r"министерств\w*|служб\w*|штаб\w*|полици\w*|ведомств\w*|комитет\w*|правительств\w*|минобороны|мчс|сбу|гур|цру)\b",
    re.IGNORECASE,
)
_BODY_OF_EAST = re.compile(r"(?:원|부|청|군|본부|위원회|대통령실|省|庁|軍|府|局|院|部|委员会|委員会|警察|政府)$")
_ACRONYM = re.compile(r"(?:[A-Z]{2,6}|[А-ЯІЇЄҐ]{2,6})$")
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# What a sentence may begin with before a name.
_OPENINGS = (
    "the a an he she it they we i but and in on at as if when while this that these those his her their who what there"
    " mr mrs ms dr herr frau mme pm am"
)
_OPENS_A_SENTENCE = frozenset(_OPENINGS.split()) | {*_DAYS}
_NO_NAME = _OPENS_A_SENTENCE | {"us", "uk", "eu", "un", "usa", "ok", "tv"}
# Countries' bodies go by one name each, however the country is written.
_COUNTRIES = (
    (re.compile(r"^(?:U\.\s?S\.(?:\s?A\.)?|USA|United States)(?:['’]s?)?(?= )"), "US"),
    (re.compile(r"^(?:U\.\s?K\.|United Kingdom)(?:['’]s?)?(?= )"), "UK"),
    (re.compile(r"^(?:U\.\s?N\.|United Nations)(?:['’]s?)?(?= )"), "UN"),
    (re.compile(r"^(?:E\.\s?U\.|European Union)(?:['’]s?)?(?= )"), "EU"),
)
_OF_A_COUNTRY = re.compile(r"(U[SKN]|EU) ")
# "The same agency", "this paper": whoever that is has been named before.
_POINTS_BACK = re.compile(r"^(?:[同該该本当當弊]|이날|같은|해당)")
_SENTENCE_ENDS = re.compile(r"[.!?。！？…][\"”»’)]*\s|[。！？]|\n")
LONGEST_PARAGRAPH = 2_000
# "МЧС Игорь Лаптев": he speaks, for the ministry.
_OF_WHAT_BODY = re.compile(r"^(?!U[SKN]\b|EU\b)[A-ZА-ЯІЇЄҐ]{2,6}\s+(?=\S+\s+\S+)")
_SENTENCE_OVER = re.compile(r"[.!?…][\"”’»]*\s")
# A name in the sentence before is taken as if it stood so many characters farther away.
ANOTHER_SENTENCE = 40
_DEFINES = re.compile(r"\(([^()]{2,40})\)$")


@dataclass(frozen=True)
class Origin:
    """A party that a page names as knowing, or as having reported, and the sentence that says so."""

    name: str
    agency: Known | None
    is_body: bool
    sentence: str
    words: str


def origins_of(text: str, agencies: Agencies, is_known: Callable[[set[str]], dict[str, str]]) -> list[Origin]:
    """The parties named as origins, the most prominent first.

    ``is_known`` takes names and answers, by folded name, with those of the desk's parties, as the desk writes them.
    """
    text = text[:READ]
    others = others_in(text, agencies)
    found: dict[str, list[tuple[int, re.Match[str], str]]] = {}
    for at, match, name in _named(text, agencies):
        name = others.get(name, name)
        found.setdefault(fold(name), []).append((at, match, name))
    for folded in [*found]:
        # "The US Geological Survey" and "the USGS" are one.
        if (short := fold(in_short(found[folded][0][2]))) in found:
            found[short] = sorted(found[short] + found.pop(folded), key=lambda hit: (hit[2] != short.upper(), hit[0]))
    written = {name for hits in found.values() for _, _, name in hits}
    known = is_known(written | set(found)) if found else {}
    origins = []
    for folded, hits in found.items():
        agency = agencies.named(hits[0][2])
        if agency is not None or not _is_body(hits[0][2], others):
            # A body that can't confirm something may well say more; an agency or a paper only passes it on.
            hits = [hit for hit in hits if not _is_caveat(text, hit[1])]
            if not hits:
                continue
        at, match, name = hits[0]
        if agency is not None and name.islower():
            continue
        is_body = _is_body(name, others)
        if agency is None and folded not in known and not is_body:
            continue
        if at > LEAD and len(hits) < 2:
            continue
        name = agency.name if agency else known.get(folded, name)
        words = " ".join(match[0].split())[:200]
        origins.append((at, Origin(name, agency, is_body, sentence_around(text, *match.span()), words)))
    merged: dict[str, Origin] = {}
    for _, origin in sorted(origins, key=lambda hit: hit[0]):
        merged.setdefault(fold(origin.name), origin)
    return list(merged.values())[:MOST_ORIGINS]


def in_short(name: str) -> str:
    """What a body whose name begins with its country's goes by: "US Geological Survey" is the USGS; empty for others."""
    if not (country := _OF_A_COUNTRY.match(name)):
        return ""
    initials = [word[0] for word in name[country.end() :].split() if word[0].isupper()]
    return country[1] + "".join(initials) if len(initials) > 1 else ""


def _is_body(name: str, others: dict[str, str]) -> bool:
    is_abbreviated = bool(_ACRONYM.fullmatch(name)) or name in others.values()
    return is_abbreviated or bool(_BODY.search(name) or _BODY_OF_EAST.search(name))


def _is_caveat(text: str, match: re.Match[str]) -> bool:
    """Whether what is said there is that the one who says it could not verify something."""
    if CAVEAT_IN_THE_EAST.search(match[0]):
        return True
    if match.re is ACCORDING_TO:
        return False
    if CAVEAT_BEFORE.search(text, max(0, match.start() - BESIDE), match.start()):
        return True
    sentence = _SENTENCE_ENDS.search(text, match.end())
    closing = min(sentence.start() + 1 if sentence else len(text), match.end() + LONGEST_SENTENCE)
    return bool(CAVEAT.match(text, match.end(), closing) or CAVEAT_IN_THE_EAST.search(text, match.end(), closing))


def speaker_beside(text: str, start: int, end: int, agencies: Agencies) -> str:
    """Who is said to have said what stands there, if a name stands beside it; empty if none does.

    Whoever was told it has not said it, nor has the agency to which somebody spoke.
    """
    # Whoever is named in another paragraph has said something else.
    opening = max(text.rfind("\n", 0, start) + 1, start - LONGEST_PARAGRAPH)
    closing = text.find("\n", end)
    closing = min(closing if closing >= 0 else len(text), end + BESIDE)
    spoken = _without_what_is_quoted(text[opening:closing], start - opening, end - opening)
    nearest = max(0, start - opening - BESIDE)
    spoken, begins, ends = spoken[nearest:], start - opening - nearest, end - opening - nearest
    for _, first, last in list(agencies.named_in(spoken, in_a_credit=True)):
        spoken = spoken[:first] + AGENCY * (last - first) + spoken[last:]
    best: tuple[int, str] | None = None
    for pattern in BESIDE_WORDS:
        for found in pattern.finditer(spoken):
            far = max(0, found.start() - ends, begins - found.end())
            if found.end() <= begins and _SENTENCE_OVER.match(spoken, found.end(), begins):
                far += ANOTHER_SENTENCE
            name = _OF_WHAT_BODY.sub("", _cleaned(_name_in(found)))
            if name and AGENCY not in name and (best is None or far < best[0]):
                best = far, name
    return _in_full(best[1], text) if best else ""


def _in_full(name: str, text: str) -> str:
    """The name as the text gives it first: who is "Quist" in the end was "Ada Quist" in the beginning."""
    if " " in name or _ACRONYM.fullmatch(name):
        return name
    for found in re.finditer(rf"(?<=\s){re.escape(name)}(?!\w)", text[:READ]):
        before = BEFORE_A_NAME.search(text, max(0, found.start() - BESIDE // 4), found.start())
        if before and (fuller := _cleaned(f"{before[0]}{name}")).endswith(f" {name}"):
            return fuller
    return name


def fullest(names: Iterable[str]) -> str:
    """Of names that may be one person's the one that says most, but for what they are: empty when there are none."""
    names = list(names)
    longest = max(names, key=lambda name: len(name.split()), default="")
    without_title = [name for name in names if " " in name and longest.endswith(f" {name}")]
    return min(without_title, key=len, default=longest)


def stands_in(name: str, text: str) -> bool:
    """Whether somebody's surname stands in a text; never for nobody's."""
    return bool(name) and bool(re.search(rf"(?<!\w){re.escape(name.split()[-1])}(?!\w)", text))


def is_one_person(one: str, other: str) -> bool:
    """Whether two names may be one person's: "Judge Ada Quist" and "Ada Quist" or "Quist", not "Bo Quist"."""
    ours, theirs = ({*fold(name).split()} for name in (one, other))
    return ours <= theirs or theirs <= ours


def _without_what_is_quoted(text: str, start: int, end: int) -> str:
    """A text of the same length without what stands in marks, or without these words if they don't: the marks stay."""
    quotes = quotes_in(text)
    if not any(first < end and start < last for first, last in quotes):
        quotes.append((start - 1, end + 1))
    for first, last in quotes:
        first, last = max(0, first + 1), min(len(text), last - 1)
        text = text[:first] + QUOTED * (last - first) + text[last:]
    return text


def _name_in(match: re.Match[str]) -> str:
    return next((name for name in match.groups() if name), "")


def _named(text: str, agencies: Agencies) -> Iterator[tuple[int, re.Match[str], str]]:
    hits = []
    for pattern in SPEAKING:
        for found in pattern.finditer(text):
            if name := _cleaned(_name_in(found)):
                hits.append((found.start(), found, name))
    for pattern in LISTENING:
        for found in pattern.finditer(text):
            if name := _cleaned(_listener(_name_in(found), agencies)):
                hits.append((found.start(), found, name))
    return iter(sorted(hits, key=lambda hit: hit[0]))


def _listener(written: str, agencies: Agencies) -> str:
    """Whom somebody told: of "AFP Samia Haddad" the agency alone, since she is who said it."""
    first = next(agencies.named_in(written, in_a_credit=True), None)
    return written[: first[2]] if first and first[1] == 0 else written


def _cleaned(written: str) -> str:
    """The name alone: "the National Intelligence Service (NIS)" is the NIS."""
    written = " ".join(written.split())
    if defined := _DEFINES.search(written):
        short = defined[1].strip()
        written = short if _ACRONYM.fullmatch(short) else written[: defined.start()].strip()
    words = written.split()
    while words and fold(words[0]) in _OPENS_A_SENTENCE:
        words.pop(0)
    while words and fold(words[-1]) in _DAYS:
        words.pop()
    name = re.sub(r"['’]s$", "", " ".join(words)).strip(" ,'’-")
    for country, short in _COUNTRIES:
        name = country.sub(short, name)
    name = name.rstrip(".")
    is_name = len(name) > 1 and fold(name) not in _NO_NAME and not _POINTS_BACK.match(name)
    return name if is_name else ""


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence in which these characters stand."""
    opening = 0
    for stop in _SENTENCE_ENDS.finditer(text, max(0, start - LONGEST_SENTENCE), start):
        opening = stop.end()
    closing = _SENTENCE_ENDS.search(text, end)
    last = closing.start() + 1 if closing else len(text)
    opening = max(opening, start - LONGEST_SENTENCE)
    return " ".join(text[opening:last].split())[:LONGEST_SENTENCE]
