"""A number as people type it, in one field: "more than 1,000", "1.000-1.500", "майже 3 000", "٣٠٠٠".

What can't be understood for certain is refused with what was understood: a guess would become evidence.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from apps.claims.quantities import FROM_ABOVE, FROM_BELOW, Qualifier, Quantity, number

LARGEST = Decimal(10) ** 15
# As many as the column of a figure has behind the point: further ones would be lost without a word.
MOST_PLACES = 6
LONGEST = 120
# The longest first: "not less than" is no "less than".
PHRASES: dict[Qualifier, str] = {
    Qualifier.AT_LEAST: "not less than|not fewer than|no less than|no fewer than|at least|at minimum|a minimum of|"
    "or more|mindestens|wenigstens|au moins|al menos|por lo menos|almeno|щонайменше|не менше ніж|не менше|не менее чем|"
    "не менее|≥|>=",
    Qualifier.AT_MOST: "not more than|no more than|at most|a maximum of|or less|or fewer|höchstens|maximal|au plus|"
    "como máximo|не більше ніж|не більше|не более чем|не более|≤|<=",
    Qualifier.LESS_THAN: "less than|fewer than|under|below|weniger als|unter|moins de|menos de|meno di|менше ніж|менше|"
    "менш як|менее чем|менее|<",
    Qualifier.MORE_THAN: "more than|over|above|in excess of|upwards of|mehr als|über|plus de|más de|più di|понад|"
    "більше ніж|більш як|більше|более чем|более|свыше|>",
    Qualifier.NEARLY: "nearly|almost|close to|just under|just below|not quite|fast|beinahe|knapp|près de|presque|casi|"
    "quasi|майже|почти",
    Qualifier.UP_TO: "up to|as many as|as much as|bis zu|jusqu'à|hasta|fino a|до",
    Qualifier.ABOUT: "about|around|roughly|approximately|approx.|approx|circa|ca.|ca|c.|some|an estimated|estimated|"
    "in the region of|etwa|rund|ungefähr|environ|autour de|unos|unas|alrededor de|circa|близько|приблизно|около|"
    "примерно|~|≈",
    Qualifier.EXACTLY: "exactly|precisely|just|genau|exactement|exactamente|рівно|ровно|=",
}
NAMES = {name: qualifier for qualifier, names in PHRASES.items() for name in names.split("|")}
AFTER = frozenset({"or more", "or less", "or fewer"})
TIMES = {
    **dict.fromkeys(("thousand", "thousands", "k", "tausend", "tsd", "mille", "mil", "тисяч", "тисячі", "тис", "тысяч",
                     "тысячи", "тыс"), Decimal(1_000)),
    **dict.fromkeys(("million", "millions", "m", "mn", "mio", "millionen", "millones", "мільйонів", "мільйони", "млн",
                     "миллионов", "миллиона"), Decimal(1_000_000)),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "milliarden", "milliards", "млрд"), Decimal(1_000_000_000)),
}  # fmt: skip
WORDS = {
    word: Decimal(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
}
VAGUE = frozenset({"dozens", "scores", "hundreds", "several", "many", "few", "some", "tens", "dutzende", "десятки"})
NUMERAL = re.compile(r"[+\-−]?\d(?:[\d.,'’٬٫·]|[ \u00a0\u2009\u202f](?=\d{3}(?!\d)))*(?<![.,])")
RANGE = re.compile(r"^(?:-|–|—|‐|−|\.\.\.?|…|to|till|until|and|or|bis|und|à|a|et|y|до|і|и|та)$")
OPENS_RANGE = ("between", "from", "zwischen", "von", "entre", "de", "між", "від", "от", "между")
SIGN = re.compile(r"[−–—‐]")


class Unclear(ValueError):
    """What was typed is no number that everybody would read alike. The message says what was understood."""


def parse(typed: str) -> Quantity:
    """The quantity that was typed. Raises Unclear."""
    text = _plain(typed)
    if not text:
        raise Unclear(_("Type a number, for example “more than 1,000” or “1,000-1,500”."))
    if len(text) > LONGEST:
        raise Unclear(_("That is too long for a number. What is counted goes into the measure."))
    numbers, rest = _numbers(text)
    qualifier, rest = _qualifier(rest)
    understood = _told(qualifier, numbers)
    left = _without_range(rest, len(numbers), understood)
    if not numbers:
        vague = next((word for word in left.split() if word in VAGUE), "")
        if vague or qualifier:
            said = _("“%(typed)s” has no number in it. Type the range that you take it for.")
            raise Unclear(said % {"typed": typed.strip()})
        raise Unclear(_("No number could be read in “%(typed)s”.") % {"typed": typed.strip()})
    if len(numbers) > 2:
        said = _("Understood %(many)d numbers: %(numbers)s. Type one, or a range.")
        raise Unclear(said % {"many": len(numbers), "numbers": ", ".join(map(number, numbers))})
    if left:
        said = _(
            "Understood “%(number)s”, but not “%(left)s”. What is counted goes into the measure, its day into the date."
        )
        raise Unclear(said % {"number": understood, "left": left})
    if any(abs(one) > LARGEST for one in numbers):
        raise Unclear(_("Understood “%(number)s”, which is more than this desk counts.") % {"number": understood})
    if any(one != round(one, MOST_PLACES) for one in numbers):
        said = _("Understood “%(number)s”, but this desk keeps no more than %(places)d digits after the point.")
        raise Unclear(said % {"number": understood, "places": MOST_PLACES})
    return _quantity(qualifier, numbers, understood)


def _quantity(qualifier: Qualifier | None, numbers: list[Decimal], understood: str) -> Quantity:
    low, high = numbers[0], numbers[-1]
    if len(numbers) == 2:
        if low >= high:
            said = _("Understood “%(number)s”, but a range goes from the smaller number to the larger.")
            raise Unclear(said % {"number": understood})
        if qualifier not in (None, Qualifier.EXACTLY, Qualifier.ABOUT):
            said = _("Understood “%(number)s”, but “%(qualifier)s” goes with one number, not with a range.")
            raise Unclear(said % {"number": understood, "qualifier": qualifier.label})
    if qualifier in FROM_BELOW:
        return Quantity(qualifier, low, None)
    if qualifier in FROM_ABOVE:
        return Quantity(qualifier, None, high)
    return Quantity(qualifier or Qualifier.EXACTLY, low, high)


def _plain(typed: str) -> str:
    """Digits of every script as 0 to 9, one kind of space and of sign."""
    folded = "".join(
        str(unicodedata.decimal(sign)) if unicodedata.decimal(sign, None) is not None else sign for sign in typed
    )
    folded = unicodedata.normalize("NFKC", folded.replace("\u202f", "\u00a0").replace("\u2009", "\u00a0"))
    return " ".join(SIGN.sub("-", folded).casefold().replace("#", "№").replace("“", "").replace("”", "").split())


def _numbers(text: str) -> tuple[list[Decimal], str]:
    """The numbers, and the text with a mark where each stood."""
    found: list[Decimal] = []
    rest: list[str] = []
    at = 0
    for match in NUMERAL.finditer(text):
        numeral, start = match.group(), match.start()
        if numeral[0] in "+-" and (start > 0 and (text[start - 1].isalnum() or text[:start].rstrip()[-1:].isdigit())):
            # The line between two numbers is no sign of the second.
            rest.append(f"{text[at:start]} {numeral[0]} ")
            numeral = numeral[1:]
        else:
            rest.append(text[at:start])
        found.append(_value(numeral))
        at = match.end()
        rest.append(" # ")
    rest.append(text[at:])
    return _multiplied(found, " ".join("".join(rest).split()))


def _multiplied(found: list[Decimal], rest: str) -> tuple[list[Decimal], str]:
    """ "3 thousand" and "2.5 m" in full, and "three" as 3."""
    numbers: list[Decimal] = []
    kept: list[str] = []
    waiting = iter(found)
    is_spelled = not found
    for word in rest.split():
        bare = word.strip(".") or word
        if word == "#":
            numbers.append(next(waiting))
            kept.append("#")
        elif bare in TIMES and kept and kept[-1] == "#":
            numbers[-1] *= TIMES[bare]
        elif is_spelled and bare in WORDS:
            numbers.append(WORDS[bare])
            kept.append("#")
        elif is_spelled and bare == "a" and not numbers and any(one in rest.split() for one in ("million", "thousand")):
            numbers.append(Decimal(1))
            kept.append("#")
        else:
            kept.append(word)
    # "2-3 million" and "3 to 5 thousand": what multiplies the second multiplies the first.
    factor = next((TIMES[word.strip(".")] for word in rest.split() if word.strip(".") in TIMES), None)
    if factor and len(numbers) == 2 and rest.split().count("#") == 2 and numbers[0] < factor <= numbers[1]:
        numbers[0] *= factor
    return numbers, " ".join(kept)


def _value(numeral: str) -> Decimal:
    """What the digits are worth, whichever signs a country puts between them."""
    sign = -1 if numeral.startswith("-") else 1
    digits = numeral.lstrip("+-").replace("٬", ",").replace("٫", ".").replace("’", "'").replace("·", ".")
    marks = [mark for mark in digits if mark in ".,' "]
    if not marks:
        return sign * _decimal(digits, numeral)
    last = marks[-1]
    whole, _mark, fraction = digits.rpartition(last)
    if len(set(marks)) > 1 and last in ".," and marks.count(last) == 1:
        if _is_grouped(whole, next(mark for mark in marks if mark != last)):
            return sign * _decimal(re.sub(r"[., ']", "", whole) + "." + fraction, numeral)
    elif len(set(marks)) == 1:
        if _is_grouped(digits, last) and not digits.startswith("0"):
            return sign * _decimal(digits.replace(last, ""), numeral)
        if last in ".," and len(marks) == 1:
            return sign * _decimal(f"{whole}.{fraction}", numeral)
    said = _("“%(numeral)s” can be read in more than one way. Type it without the signs between its digits.")
    raise Unclear(said % {"numeral": numeral})


def _is_grouped(digits: str, mark: str) -> bool:
    """Whether the sign stands where it parts thousands, or lakhs."""
    escaped = re.escape(mark)
    return bool(
        re.fullmatch(rf"\d{{1,3}}(?:{escaped}\d{{3}})+", digits)
        or re.fullmatch(rf"\d{{1,2}}(?:{escaped}\d{{2}})+{escaped}\d{{3}}", digits)
    )


def _decimal(digits: str, numeral: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation as error:
        raise Unclear(_("“%(numeral)s” is no number.") % {"numeral": numeral}) from error


def _qualifier(rest: str) -> tuple[Qualifier | None, str]:
    """How the number is hedged, and what is left of the words."""
    if match := re.search(r"# ?\+", rest):
        return Qualifier.AT_LEAST, rest.replace(match.group(), "#")
    for name in sorted(NAMES, key=len, reverse=True):
        is_word = name[-1].isalnum()
        pattern = rf"(?<!\w){re.escape(name)}(?!\w)" if is_word else re.escape(name)
        where = rf"# {pattern}" if name in AFTER else rf"{pattern}(?= ?#)"
        if name in ("до", "a") and re.search(rf"# {re.escape(name)} #", rest):
            continue
        if match := re.search(where, rest):
            kept = f"{rest[: match.start()]} {'#' if name in AFTER else ''} {rest[match.end() :]}"
            return NAMES[name], " ".join(kept.split())
    return None, rest


def _without_range(rest: str, many: int, understood: str) -> str:
    """What is left when numbers and the words of a range are taken away."""
    words = rest.split()
    if many == 2 and words and words[0] in OPENS_RANGE:
        words = words[1:]
    if many == 2 and words.count("#") == 2:
        first = words.index("#")
        second = words.index("#", first + 1)
        if second - first == 2 and RANGE.match(words[first + 1]):
            del words[first + 1]
        elif second - first == 1:
            said = _("Understood “%(number)s”, but not what stands between the two numbers. Type “to” for a range.")
            raise Unclear(said % {"number": understood})
    return " ".join(word for word in words if word != "#")


def _told(qualifier: Qualifier | None, numbers: list[Decimal]) -> str:
    said = " to ".join(number(one) for one in numbers[:2])
    return f"{qualifier.label} {said}" if qualifier and qualifier != Qualifier.EXACTLY else said
