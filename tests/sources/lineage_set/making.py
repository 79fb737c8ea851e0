"""What desks do to copy, and what two desks have in common without copying: sets are made of it, the same each time."""

from __future__ import annotations

import random
import re
from typing import Any

from tests.sources.lineage_set.english import EVENTS, FURNITURE, PHRASES
from tests.sources.lineage_set.other_languages import EVENTS as OTHER_LANGUAGES

SPELLINGS = [
    ("armoured", "armored"),
    ("defence", "defense"),
    ("percent", "per cent"),
    ("kilometres", "kilometers"),
    ("tonnes", "tons"),
    ("authorised", "authorized"),
    ("metres", "meters"),
    ("recognised", "recognized"),
    ("litres", "liters"),
    ("centre", "center"),
    ("labour", "labor"),
    ("licences", "licenses"),
]
NUMBERS = [
    ("three", "3"),
    ("seven", "7"),
    ("nine", "9"),
    ("twelve", "12"),
    ("11,000", "11 000"),
    ("two", "2"),
    ("six", "6"),
    ("sixty-seven", "67"),
    ("fifteen", "15"),
    ("eleven", "11"),
    ("million", "mn"),
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
# What a desk adds of its own: no two desks add the same.
INSERTS = [
    "{Readers|Subscribers|Listeners|Members} {may|might well|will surely} remember {our|the} {series|reports|column|podcast} "
    "on {harbours|schools|hospitals|dams|rail} from {Leeds|Bergen|Galway|Ghent|Turin}, which {won|earned|brought} {us|its author} "
    "{a prize|much mail|two lawsuits|a rebuke} and {ended|closed|finished} with {a question|a list|a map|an appeal} nobody "
    "{answered|followed up|took seriously|wanted to see} {at the time|back then|in all those months}.",
    "{Our reporter|A colleague|One of us|The {bureau|desk} chief} {drove|walked|cycled|hitchhiked} {through the night|past {empty|shuttered} "
    "shops|along {flooded|frozen|dusty} lanes} and {met|found|spoke with} {a baker|two nuns|some {pupils|retired} sailors|a {vet|plumber}} who "
    "{offered|poured|shared} {tea|soup|plum brandy|cold coffee} and {wanted|asked|begged} to {know|hear|be told} what {others|the city|everyone} "
    "{made of it|had heard|were saying|believed}.",
    "For {businesses|hoteliers|farmers|shipping agents} in {Ulm|Porto|Cork|Gdansk|Malmo} the {news|matter|episode} comes {early|late|at a bad moment}, "
    "{explained|thinks|feels} {Gisela|Tomas|Aoife|Renate|Pawel} {Brandt|Silva|Nolan|Kuhn|Wrona} of the {chamber|guild|cooperative|growers' club}, who "
    "{fears|expects|predicts} {cancellations|higher premiums|a lean spring|unsold stock} and {hopes|prays|bets} that {ministers|insurers|buyers} "
    "{stay calm|keep their word|look elsewhere|pay in time}.",
    "{Travellers|Students|Pensioners|Anglers} {ought to|should|had better} {ring|write to|consult} {their airline|the embassy|a travel agent|the hotline} "
    "{before|well before|ahead of} {leaving|packing|booking}, {advises|suggests|urges} {consular clerk|guide|blogger|skipper} "
    "{Oda|Milan|Chiara|Joris} {Lind|Horak|Ferri|Maes}, and {carry|keep|hide} {copies|photographs|a list} of {papers|tickets|medicines} "
    "{in a dry bag|at home|with a friend|on two phones}.",
]
HEADLINES = ["What we know so far", "Live: the latest", "Shock and grief", "Officials scramble for answers", "In brief"]
CREDITS = ["AFP", "Reuters", "AP", "dpa", "Yonhap", "EFE"]


def spun(template: str, dice: random.Random) -> str:
    """One of the many sentences that a template stands for."""
    while found := re.search(r"\{([^{}]*)\}", template):
        template = template[: found.start()] + dice.choice(found[1].split("|")) + template[found.end() :]
    return template


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
        text = re.sub(
            rf"\b{re.escape(word)}\b", lambda found, i=instead: i if dice.random() < share else found[0], text
        )
    return text


def edited(event: dict[str, Any], how: str, dice: random.Random, style: str = "curly") -> str:
    """Agency copy as some desk prints it."""
    paragraphs = list(event["agency"])
    quote = event["quote"]
    if "cut" in how:
        paragraphs = paragraphs[: max(4, round(len(paragraphs) * dice.choice((0.4, 0.5, 0.65))))]
    if "lead" in how:
        paragraphs[0] = spun(dice.choice(INSERTS), dice)
    if "insert" in how:
        for extra in dice.sample(INSERTS, 2):
            paragraphs.insert(dice.randrange(1, len(paragraphs) + 1), spun(extra, dice))
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
        text += "\n" + dice.choice(FURNITURE)
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
            copies.append(
                add(f"daily{count}", edited(event, how, dice, styles_here[count % len(styles_here)]), 8, credit)
            )
        rivals = [add("rival", "\n".join(event["rival"]), 7)]
        if language == "en":
            own = [*event["rival"][:2], *dice.sample(PHRASES, 2), *event["rival"][2:], FURNITURE[number % 2]]
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
