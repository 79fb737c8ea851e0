"""What is otherwise between two texts.

Typography is no change: spaces, line breaks, quotation marks and hyphens of every kind count as one. Nor is a line that
only tells the time. Everything here takes bounded time, however long the texts are.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from rapidfuzz.distance import Indel

# Word by word costs the product of both lengths (a 64th of it): about half a second at most.
MOST_PAIRS = 5_000_000_000
MOST_CHARACTERS = 2_000_000
MOSTLY = 0.5
# Quotation marks of every kind, apostrophes and primes; hyphens and dashes; what takes no room at all.
ONE_SIGN = str.maketrans(
    {
        **dict.fromkeys(
            '\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a`\u00b4\u2032\u2033"', "'"
        ),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
WORD = re.compile(r"\w+(?:['-]\w+)*|[^\w\s'-]")
# A short line made of nothing else says when the page was shown, or how often: no sentence is.
OF_TIME = frozenset(
    re.findall(
        r"\w+",
        "a ago am an apr april at aug august bst cest cet comment comments d day days dec december edt "
        "eest eet est feb february first fri friday gmt h hour hours hr hrs jan january jul july jun june "
        "just last like likes m mar march may min mins minute minutes modified mon monday month months "
        "msk nd nov november now oct october on pdt pm posted pst published rd reactions read reads s sat "
        "saturday sec second seconds secs sep sept september share shares st sun sunday t th thu thur "
        "thurs thursday today tue tues tuesday update updated utc view views w wed wednesday week weeks "
        "year years yesterday z",
    )
)
TOKEN = re.compile(r"[^\W\d_]+|\d+")
# A figure that stands alone in its line may be the very one that is cited: a line of time says that it is one.
SAYS_WHEN = re.compile(
    r"\d:\d\d|\d{4}-\d\d?-\d|\d[/.]\d\d?[/.]\d|\b(?:now|today|yesterday|ago|am|pm|updated?|modified|published|posted"
    r"|comments?|views?|shares?|likes?|read|reads|reactions?|jan\w*|feb\w*|mar|march|apr\w*|may|june?|july?|aug\w*|sept?\w*"
    r"|oct\w*|nov\w*|dec\w*)\b"
)
LONGEST_TIME = 80


def plain(text: str) -> str:
    """The text as it compares: one kind of quotation mark, of hyphen and of space, in lower case."""
    folded = unicodedata.normalize("NFKC", text).translate(ONE_SIGN).replace("…", "...")
    return " ".join(folded.casefold().split())


def difference(before: str, after: str) -> float:
    """How much of the two texts is not in the other, in order: 0 for the same words, 1 for none in common."""
    if before == after:
        return 0.0
    if max(len(before), len(after)) > MOST_CHARACTERS:
        return _by_lines(before.splitlines(), after.splitlines())
    words, other_words = _words(before), _words(after)
    if words == other_words:
        return 0.0
    if len(words) * len(other_words) > MOST_PAIRS:
        return _by_lines(before.splitlines(), after.splitlines())
    return _shown(Indel.normalized_distance(words, other_words))


def _words(text: str) -> list[str]:
    """Words and signs: a comma that has gone is a change, where a line breaks is none."""
    return [word for line in _lines(text.splitlines()) for word in WORD.findall(line)]


def _lines(lines: list[str]) -> list[str]:
    folded = [plain(line) for line in lines]
    return [line for line in folded if line and not _only_tells_the_time(line)]


def _only_tells_the_time(line: str) -> bool:
    if len(line) > LONGEST_TIME or not SAYS_WHEN.search(line):
        return False
    return all(token.isdigit() or token in OF_TIME for token in TOKEN.findall(line))


def _by_lines(lines: list[str], others: list[str]) -> float:
    """For giants: whole lines that the other lacks, wherever they stand, by their length."""
    one, other = Counter(lines), Counter(others)
    gone, come = Counter(_lines([*(one - other).elements()])), Counter(_lines([*(other - one).elements()]))
    odd = sum(len(line) * count for line, count in ((gone - come) + (come - gone)).items())
    return _shown(odd / max(sum(map(len, lines)) + sum(map(len, others)), 1)) if odd else 0.0


def _shown(share: float) -> float:
    """What was found to be otherwise is never shown as nothing, nor as more than all."""
    return min(max(share, 0.000_001), 1.0)
