"""What stands above and below an article's own lines: its headline and date, who wrote it, whose it is."""

import re

from apps.archive.reading.wording import RIGHT

HEAD_LINES = 4
LONGEST_LABEL = 40
LABEL = re.compile(r"(?:published|updated|posted|last updated|photo|share|listen)\W*", re.IGNORECASE)
FRAME_WORDS = re.compile(r"^(?:by|credit|source|photo credit)\b[\s:]*")
# A date with its time and nothing else, in any language that writes day, month and year beside one another.
DATE = re.compile(
    r"\W*(?:(?:published|updated|posted)\W+)?(?:on\s+)?(?:[^\W\d_]{3,14},?\s+)?"
    r"(?:[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d"
    r"|\d{1,2}(?:st|nd|rd|th)?\.?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?(?:19|20)\d\d"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d\d){1,2}"
    r"|\d{4}[\u5e74\ub144]\s*\d{1,2}[\u6708\uc6d4]\s*\d{1,2}[\u65e5\uc77c])"
    r"(?:[\W\d]|(?<![^\W\d_])(?:at|um|alle|ore|uhr|h|am|pm|[ap]\.m|[a-z]{2,4}t)\b|[\u6642\u65f6\uc2dc\u5206\ubd84])*",
    re.IGNORECASE,
)
SHORT_LINE = 60
LONG_LINE = 80
ITEM = re.compile(r"- .*[^.!?\u2026\u3002\u201d\"]")
LONGEST_LAST = 500
YEARS = re.compile(r"\b(?:19|20)\d\d\b")
WORD = re.compile(r"\w")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
SPACES = re.compile(r"\s+")


def without_frame(text: str, title: str, byline: str, credit_line: str, site_name: str) -> str:
    """The article's own text: without the lines around it that repeat its headline, section, byline or credit line."""
    lines = text.split("\n")
    said = {_folded(value) for value in (title, byline, credit_line) if value}
    top = next((number for number, line in enumerate(lines[:HEAD_LINES]) if _folded(line) == _folded(title)), None)
    if title and top is not None and all(len(line) <= LONGEST_LABEL for line in lines[:top]):
        lines = lines[top + 1 :]
    is_text = any(len(line) >= LONG_LINE for line in lines)
    start, end = 0, len(lines)
    while start < end and (_folded(lines[start]) in said or _is_above(lines[start].strip(), is_text)):
        start += 1
    while start < end and _is_below(lines[end - 1], said, site_name):
        end -= 1
    return "\n".join(lines[start:end])


def _is_above(line: str, is_text: bool) -> bool:
    """Whether it is no line of the article: a label, a date or, where a text follows, an item that is no sentence."""
    if not line or LABEL.fullmatch(line):
        return True
    return is_text and len(line) <= SHORT_LINE and bool(DATE.fullmatch(line) or ITEM.fullmatch(line))


def _is_below(line: str, said: set[str], site_name: str) -> bool:
    """Whether it says what was said, or an address, or that rights are reserved by nobody but the site."""
    if len(line) > LONGEST_LAST:
        return False
    if _folded(ADDRESS.sub("", line)) in {*said, ""}:
        return True
    return RIGHT.search(line) is not None and not WORD.search(
        YEARS.sub("", RIGHT.sub("", line)).casefold().replace(site_name.casefold(), "")
    )


def _folded(line: str) -> str:
    """A line as it compares: without "By", "Credit:", case and punctuation around it."""
    return FRAME_WORDS.sub("", SPACES.sub(" ", line).strip(" -\u2013\u2014|\u00b7").casefold()).strip(" .:,;()[]“”\"'")
