"""Whom a page names itself as knowing: "according to the NIS", "told AFP", "Yonhap reported"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apps.sources.names import fold
from apps.sources.suggesting.agencies import Agencies, Known, others_in

MOST_ORIGINS = 4
LEAD = 900
LONGEST_SENTENCE = 400
BESIDE = 220
READ = 8_000

_WORD = r"\b[^\W\d_a-zà-öø-ÿа-яёіїєґ](?:[.'’&-]?\w){0,30}"
_LINK = r"(?:of|for|the|and|de|des|du|la|le|del|der|für|di|al|van|von)"
_NAME = rf"{_WORD}(?:\s+(?:{_LINK}\s+){{0,2}}{_WORD}){{0,6}}"
_ROLE = r"(?:(?:South|North|a|the|its|les?|la|l['’]|der|die|das|dem|den|el|los|las|state|local|national|federal|country['’]s)\s+)*"
_BARE_ROLE = r"(?:news agency\s+|agency\s+|Nachrichtenagentur\s+|агентств\w*\s+|agencia\s+|l['’]agence\s+|agence\s+)?"
_BRACKETED = r"(?:\s*\([^()\n]{2,40}\))?"

_SAYS = (
    r"(?:said|says|reported|reports|announced|announces|confirmed|confirms|stated|disclosed|told|claimed|quoted|estimates|"
    r"estimated|added|wrote|warned)"
)
# The name stands where the pattern's group is.
_PATTERNS = [
    re.compile(
        rf"\b(?:[Aa]ccording to|[Cc]iting|[Qq]uoted by|[Rr]eported by|[Ii]nformation from)\s+{_ROLE}{_BARE_ROLE}({_NAME}{_BRACKETED})"
    ),
    re.compile(
        rf"({_NAME}{_BRACKETED})(?:\s+(?:news agency|spokes\w+|officials?|has|have|had|also|later)){{0,2}}\s+{_SAYS}\b"
    ),
    re.compile(rf"\b(?:told|tells|interview with|statement to)\s+{_ROLE}{_BARE_ROLE}({_NAME})"),
    re.compile(
        rf"\b(?:said|announced|reported|confirmed)\s+(?:the\s+)?({_NAME}{_BRACKETED})(?=[,.;]|\s+(?:on|in|late)\b)"
    ),
    re.compile(
        rf"\b(?:[Ss]elon|[Dd]['’]après|[Ll]aut|[Ss]egún|[Ss]econdo|[Nn]ach Angaben (?:von|der|des|vom)|[Cc]itant)\s+{_ROLE}{_BARE_ROLE}({_NAME}{_BRACKETED})"
    ),
    re.compile(
        rf"(?:déclaré|indiqué|confié|affirmé|precisato|dichiarato)\s+(?:à|a|al|alla|all['’])\s*(?:l['’])?{_BARE_ROLE}({_NAME})"
    ),
    re.compile(rf"(?:dijo|declaró|informó|confirmó)\s+(?:a|el|la)\s+{_BARE_ROLE}({_NAME})"),
    re.compile(rf"(?:sagte|teilte|berichtete|meldete|bestätigte)\s+(?:der|die|das|dem)?\s*{_BARE_ROLE}({_NAME})"),
    re.compile(
        rf"(?:[Пп]о данным|[Пп]о сведениям|[Пп]о информации|[Сс]о ссылкой на|[Сс]ообщает|[Сс]ообщил[аио]?|[Пп]ередает|[Зз]аявил[аио]? (?:в )?)\s+{_BARE_ROLE}({_NAME})"
    ),
    re.compile(r"([가-힣A-Za-z]{2,14}?)(?:\([^()]{2,24}\))?(?:이|가|은|는)?\s*(?:에 따르면|에 의하면)"),
    re.compile(
        r"([가-힣A-Za-z]{2,14}?)(?:\([^()]{2,24}\))?(?:은|는|이|가) [^.\n]{0,120}?(?:밝혔다|발표했다|보도했다|확인했다|전했다)"
    ),
    re.compile(r"([一-鿿ァ-ヶーA-Za-z]{2,16}?)(?:（[^（）]{2,24}）)?(?:によると|によれば)"),
    re.compile(
        r"([一-鿿ァ-ヶーA-Za-z]{2,16}?)(?:（[^（）]{2,24}）)?は[^。\n]{0,120}?(?:発表した|明らかにした|報じた|伝えた|確認した)"
    ),
    re.compile(r"[据據]([一-鿿A-Za-z]{2,14}?)(?:[报報]道|消息|通[报報]|表示|[称稱]|，)"),
]
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
_NOT_A_NAME = frozenset(
    [
        "the",
        "a",
        "an",
        "he",
        "she",
        "it",
        "they",
        "we",
        "i",
        "but",
        "and",
        "in",
        "on",
        "at",
        "as",
        "if",
        "when",
        "while",
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "their",
        "who",
        "what",
        "there",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "us",
        "uk",
        "eu",
        "un",
        "usa",
        "ok",
        "tv",
        "pm",
        "am",
    ]
)
# "The same agency", "this paper": whoever that is has been named before.
_POINTS_BACK = re.compile(r"^(?:[同該该本当當弊]|이날|같은|해당)")
_SENTENCE_ENDS = re.compile(r"[.!?。！？…][\"”»’)]*\s|[。！？]|\n")
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
    for at, match, name in _named(text):
        name = others.get(name, name)
        found.setdefault(fold(name), []).append((at, match, name))
    written = {name for hits in found.values() for _, _, name in hits}
    known = is_known(written | set(found)) if found else {}
    origins = []
    for folded, hits in found.items():
        at, match, name = hits[0]
        agency = agencies.named(name)
        if agency is not None and name.islower():
            continue
        is_abbreviated = bool(_ACRONYM.fullmatch(name)) or name in others.values()
        is_body = is_abbreviated or bool(_BODY.search(name) or _BODY_OF_EAST.search(name))
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


def speaker_beside(text: str, start: int, end: int) -> str:
    """Who is said to have said what stands there, if a name stands beside it; empty if none does."""
    # Whoever is named in another paragraph has said something else.
    opening = max(text.rfind("\n", 0, start) + 1, start - BESIDE)
    closing = text.find("\n", end)
    around = text[opening : min(closing if closing >= 0 else len(text), end + BESIDE)]
    middle = start - opening
    best: tuple[int, str] | None = None
    for pattern in _PATTERNS:
        for found in pattern.finditer(around):
            name = _cleaned(found[1])
            far = min(abs(found.start() - middle), abs(found.start() - (middle + end - start)))
            if name and (best is None or far < best[0]):
                best = far, name
    return best[1] if best else ""


def _named(text: str) -> Iterator[tuple[int, re.Match[str], str]]:
    hits = []
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            if name := _cleaned(found[1]):
                hits.append((found.start(), found, name))
    return iter(sorted(hits, key=lambda hit: hit[0]))


def _cleaned(written: str) -> str:
    """The name alone: "the National Intelligence Service (NIS)" is the NIS."""
    written = " ".join(written.split())
    if defined := _DEFINES.search(written):
        short = defined[1].strip()
        written = short if _ACRONYM.fullmatch(short) else written[: defined.start()].strip()
    words = written.split()
    while words and fold(words[0]) in _NOT_A_NAME:
        words.pop(0)
    name = re.sub(r"['’]s$", "", " ".join(words)).strip(" .,'’-")
    is_name = len(name) > 1 and fold(name) not in _NOT_A_NAME and not _POINTS_BACK.match(name)
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
