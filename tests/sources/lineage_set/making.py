"""What desks do to copy, and what two desks have in common without copying: sets are made of it, the same each time."""

from __future__ import annotations

import random
import re
from typing import Any

from tests.sources.lineage_set.english import EVENTS, FURNITURE, PHRASES
from tests.sources.lineage_set.other_languages import EVENTS as OTHER_LANGUAGES

SPELLINGS = [
    ("armoured", "armored"), ("defence", "defense"), ("percent", "per cent"), ("kilometres", "kilometers"),
    ("tonnes", "tons"), ("authorised", "authorized"), ("metres", "meters"), ("recognised", "recognized"),
    ("litres", "liters"), ("centre", "center"), ("labour", "labor"), ("licences", "licenses"),
]
NUMBERS = [
    ("three", "3"), ("seven", "7"), ("nine", "9"), ("twelve", "12"), ("11,000", "11 000"), ("two", "2"), ("six", "6"),
    ("sixty-seven", "67"), ("fifteen", "15"), ("eleven", "11"), ("million", "mn"),
]
SWAPS = [
    ("said", "stated"), ("killed", "left dead"), ("about", "around"), ("roughly", "some"), ("officials", "authorities"),
    ("struck", "hit"), ("injured", "hurt"), ("announced", "declared"), ("shutting", "closing"), ("surprise", "sudden"),
    ("heavy", "severe"), ("promised", "pledged"), ("most", "the majority"), ("people", "persons"), ("began", "started"),
    ("examined", "checked"), ("according to", "as per"), ("appeared", "seemed"), ("sharply", "markedly"),
    ("raised", "lifted"), ("jailed", "imprisoned"), ("found", "discovered"), ("large", "big"), ("arrested", "detained"),
    ("building", "structure"), ("blaze", "fire"), ("company", "firm"), ("recovered", "retrieved"), ("show", "reveal"),
    ("government", "administration"), ("worked", "laboured"), ("year", "twelvemonth"), ("first", "initial"),
    ("near", "close to"), ("including", "among them"), ("while", "as"), ("after", "following"), ("could", "might"),
]  # fmt: skip
INSERTS = [
    "Readers of this newspaper will remember our series on the subject, which won a prize from the regional press club and led to two questions in parliament that were never answered in full.",
    "Our own reporter drove through the night to reach the place and found most shops shuttered, a few people talking in doorways and a smell of wet ash over everything.",
    "For local companies the news comes at an awkward time, said Gisela Brandt of the chamber of commerce, who had hoped for a calm start into the season and now fears cancellations.",
    "Travellers should check with their airline, says the consular desk, and carry copies of all documents until the situation has become clearer in the coming days.",
]
HEADLINES = ["What we know so far", "Live: the latest", "Shock and grief", "Officials scramble for answers", "In brief"]
CREDITS = ["AFP", "Reuters", "AP", "dpa", "Yonhap", "EFE"]


def quote_in(style: str, quote: tuple[str, str]) -> str:
    """The spokesman's words as this house prints them."""
    speaker, words = quote
    first, _, rest = words.partition(". ") if ". " in words else words.partition("。")
    if style == "cjk":
        return f"{speaker}：「{words}」"
    if style == "ja":
        return f"「{words}」と{speaker}氏は述べた。"
    if style == "split" and rest:
        return f"“{first},” said {speaker}. “{rest}”"
    marks = {"straight": '""', "guillemets": "«»", "low": "„“"}.get(style, "“”")
    return f"{marks[0]}{words}{marks[1]} said {speaker}, who speaks for the authorities on the matter."


def text_of(paragraphs: list[str], quote: tuple[str, str] | None, style: str = "curly") -> str:
    """The paragraphs, with the quotation where it belongs or without it."""
    if quote is None:
        return "\n".join(part for part in paragraphs if part != "{QUOTE}")
    parts = paragraphs if "{QUOTE}" in paragraphs else [*paragraphs[:3], "{QUOTE}", *paragraphs[3:]]
    return "\n".join(quote_in(style, quote) if part == "{QUOTE}" else part for part in parts)


def swapped(text: str, pairs: list[tuple[str, str]], share: float, dice: random.Random) -> str:
    """Some words instead of others, each place decided for itself."""
    for word, instead in pairs:
        text = re.sub(rf"\b{re.escape(word)}\b", lambda found, i=instead: i if dice.random() < share else found[0], text)
    return text


def edited(event: dict[str, Any], how: str, dice: random.Random, style: str = "curly") -> str:
    """Agency copy as some desk prints it."""
    paragraphs = list(event["agency"])
    quote = event["quote"]
    if "cut" in how:
        paragraphs = paragraphs[: max(4, round(len(paragraphs) * dice.choice((0.4, 0.5, 0.65))))]
    if "lead" in how:
        paragraphs[0] = dice.choice(INSERTS)
    if "insert" in how:
        for extra in dice.sample(INSERTS, 2):
            paragraphs.insert(dice.randrange(1, len(paragraphs) + 1), extra)
    if "drop" in how:
        for _ in range(2):
            paragraphs.pop(dice.randrange(1, len(paragraphs)))
    if "shuffle" in how:
        middle = paragraphs[2:]
        dice.shuffle(middle)
        paragraphs = paragraphs[:2] + middle
    text = text_of(paragraphs, None if "unquoted" in how else quote, style)
    if "house" in how:
        text = swapped(swapped(swapped(text, SPELLINGS, 1, dice), NUMBERS, 0.8, dice), SWAPS, 0.5, dice)
    if "swap" in how:
        text = swapped(text, SWAPS, 0.9, dice)
    if "merge" in how:
        text = text.replace("\n", " ")
    if "furniture" in how:
        text += "\n" + FURNITURE[0]
    return text


EDITS = [
    "as it is", "cut", "insert", "house", "cut house", "insert house", "drop", "drop swap", "lead house", "shuffle house",
    "cut insert", "merge house", "furniture house", "unquoted house", "lead cut", "cut swap furniture",
]  # fmt: skip


def make_set(seed: int = 4) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Documents and pairs: copies of agency copy, rival reports of the same events, and the same words quoted by both."""
    dice = random.Random(seed)  # noqa: S311
    documents: list[dict[str, Any]] = []
    pairs: list[dict[str, str]] = []
    events = [("en", event) for event in EVENTS] + list(OTHER_LANGUAGES.items())
    for number, (language, event) in enumerate(events):
        styles = {"ja": ["ja"], "zh": ["cjk"], "de": ["low", "guillemets"], "ru": ["guillemets"], "fr": ["guillemets"]}
        styles_here = styles.get(language, ["curly", "straight", "split"])
        day = f"2025-03-{number + 1:02}"

        def add(name: str, text: str, hour: int, credit: str = "", *, of: int = number, on: str = day) -> str:
            key = f"e{of}-{name}"
            documents.append(
                {
                    "id": key,
                    "url": f"https://{name.rstrip('0123456789-')}{len(documents) % 41}.example/{key}",
                    "title": dice.choice(HEADLINES),
                    "text": text,
                    "credit": credit,
                    "published": f"{on}T{hour:02}:15:00Z",
                }
            )
            return key

        edits = EDITS if language == "en" else [how for how in EDITS if "swap" not in how]
        copies = [add("wire", text_of(event["agency"], event["quote"], styles_here[0]), 6)]
        for count, how in enumerate(edits):
            credit = CREDITS[number % len(CREDITS)] if count % 4 == 3 else ""
            copies.append(add(f"daily{count}", edited(event, how, dice, styles_here[count % len(styles_here)]), 8, credit))
        rivals = [add("rival", "\n".join(event["rival"]), 7)]
        if language == "en":
            own = [*event["rival"][:2], *dice.sample(PHRASES, 2), *event["rival"][2:], FURNITURE[0], FURNITURE[1]]
            rivals.append(add("weekly", "\n".join(own[dice.randrange(1, 2) :]), 9))
        quoting = [add("quoting", text_of(event["rival"], event["quote"], styles_here[-1]), 10)]
        pairs += [{"a": copies[0], "b": copy, "relation": "copy"} for copy in copies[1:]]
        for _ in range(12):
            a, b = dice.sample(copies[1:], 2)
            pairs.append({"a": a, "b": b, "relation": "copy"})
        pairs += [{"a": copy, "b": rivals[0], "relation": "independent"} for copy in copies]
        pairs += [{"a": copy, "b": rivals[-1], "relation": "independent"} for copy in copies]
        if language == "en":
            pairs.append({"a": rivals[0], "b": rivals[1], "relation": "copy"})
        with_quote = [copy for copy, how in zip(copies[1:], edits, strict=True) if how in ("as it is", "insert")]
        pairs += [{"a": copy, "b": quoting[0], "relation": "same-party"} for copy in [copies[0], *with_quote]]
    return documents, pairs
