"""Abbreviations that a text introduces itself: "the Australian Federal Police (AFP)" is no news agency.

Whoever it is introduced for is who it means, wherever it stands in that text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from apps.sources.names import fold

# So far before the bracket the name may begin.
LONGEST_NAME = 120
# Two letters are anybody's initials: such names count only where the abbreviation stands right beside them.
SHORTEST_APART = 3

LONGEST_SHORT = 6

_SHORT = re.compile(rf"(?<![\w.&/-])[^\W\d_a-zà-öø-ÿа-яёіїєґ]{{2,{LONGEST_SHORT}}}(?![\w&/])")
_BESIDE_A_NAME = re.compile(r"(?:[(\[（［]\s*|,?\s+(?:or|known as|called)\s+)(?:the\s+|['\"“‘])?$")
_NAME_FOLLOWS = re.compile(r"['’\"”]?(?:\s*[(（]\s*(?:the\s+)?|,\s+(?:or\s+)?(?:the|le|la|l['’]|die|der|das|el|il)\s*)")
_PART = re.compile(r"[^\W\d_]+")
_LINK_WORDS = "a al an and da de del der des di die do du e el et for für in la le of on the und van von y и"
_LINKS = frozenset(_LINK_WORDS.split())
_OF_THE_PRESS = re.compile(r"press|news|nachricht|notici|notizi|telegra|информаци|новост", re.IGNORECASE)


def introduced_right_before(text: str, at: int, short: str) -> str:
    """The name whose initials the abbreviation at this place is, when it stands right before it; else empty."""
    opening = max(text.rfind("\n", 0, at) + 1, at - LONGEST_NAME)
    if not (beside := _BESIDE_A_NAME.search(text, opening, at)):
        return ""
    before = text[opening : beside.start()]
    parts = list(_PART.finditer(before))[::-1]
    for skipped in (_LINKS, frozenset[str]()):
        wanted = short.casefold()
        for part in parts:
            word = part[0].casefold()
            if word[0] == wanted[-1] and word not in skipped:
                wanted = wanted[:-1]
                if not wanted:
                    name = before[part.start() :].strip(" ,'\"“”‘’")
                    # All in capitals it is the place of a dateline: "ADDU PORT (AP) -".
                    return "" if name.isupper() else name
            elif word not in _LINKS:
                break
    return ""


def introduced_for(text: str, shorts: frozenset[str], own: frozenset[str]) -> dict[str, str]:
    """Those of the abbreviations that this text uses for somebody else, and for whom.

    ``own`` are names that the abbreviations stand for by themselves: a text that has one of these beside it means that.
    """
    found: dict[str, str] = {}
    settled: set[str] = set()
    apart: set[str] = set()
    for match in _SHORT.finditer(text):
        short = match[0]
        if short in settled or short not in shorts:
            continue
        name = introduced_right_before(text, match.start(), short)
        if not name and (follows := _NAME_FOLLOWS.match(text, match.end())):
            spelled = _in_full(short).match(text, follows.end())
            name = spelled[0] if spelled else ""
        # However often it stands there, the whole text is searched for its name once.
        if not name and short not in apart and len(short) >= SHORTEST_APART:
            apart.add(short)
            spelled = _in_full(short).search(text)
            name = spelled[0] if spelled and _is_written_as_a_body(short, text) else ""
        if name := " ".join(name.split()):
            settled.add(short)
            if fold(name) not in own and not is_of_the_press(name):
                found[short] = name
    return found


def is_of_the_press(name: str) -> bool:
    """Whether it is a news agency's name by its words, though the list may not have it."""
    return bool(_OF_THE_PRESS.search(name))


def _is_written_as_a_body(short: str, text: str) -> bool:
    """Whether it is "the AFP" and never "told AFP": an agency's own copy has the forces in full and itself in short."""
    return bool(re.search(rf"\b[Tt]he {short}\b(?!\s+(?:news|correspondent|reporter|journalist))", text)) and not (
        re.search(rf"\btold {short}\b|\b{short} (?:journalist|reporter|correspondent|photographer)", text)
    )


@lru_cache(maxsize=256)
def _in_full(short: str) -> re.Pattern[str]:
    """A name in capitals that is made up of words with these initials and of nothing else."""
    links = "|".join(sorted(_LINKS))
    words = rf"(?:[\s-]+(?:{links})){{0,3}}[\s-]+".join(rf"{re.escape(letter)}[^\W\d_]+" for letter in short)
    capital = r"[^\W\d_a-zà-öø-ÿа-яёіїєґ]"
    return re.compile(rf"(?<![\w-]){words}(?![\w-])(?!\s+{capital})")
