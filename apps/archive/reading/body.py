"""Which of a page's text is the article: several readings of it, the one that most agree on, without its margins."""

import logging
import re
from typing import Any

from apps.archive.reading.frame import HEAD_LINES
from apps.archive.reading.outline import Outline, set_apart

# Two readings that share this much of their words are one reading. Below it, two more are made, and the majority wins.
AGREED = 0.8
RECOGNISED = 0.5
MOST_ELEMENTS_COMPARED = 10_000
# A container that holds less of the article than this is not the article's, and says nothing about what lies outside.
LEAST_HELD = 0.6
# Outside the article's container a line as long as this is taken for a sentence, and kept: better one too many.
SENTENCE = 80
SHINGLE = 4
LONGEST_COMPARED = 500_000
SHORT_SENTENCE = 5
ENDS_A_SENTENCE = re.compile(r"[.!?:;\u2026\u3002\uff01\uff1f][\"'\u2019\u201d\u00bb)\]]*\s*$")
LIST_MARK = re.compile(r"^\s*-\s+")
LONGEST_HEADING = 60
WORD = re.compile(r"\w+")

logger = logging.getLogger(__name__)


def article_text(html: str, said: str = "") -> str:
    """The article's own lines. `said` is the article as the page's data has it: it decides where readings differ."""
    # Loaded when a page is read: most processes of the desk never read one, and it takes a tenth of a start.
    from trafilatura import load_html

    tree = load_html(html) if html.strip() else None
    if tree is None:
        return ""
    outline = set_apart(tree)
    own = "\n".join(outline.lines)
    readings = [_read(tree, fast=True), own]
    if _alike(_Words(readings[0]), _Words(own)) >= AGREED or len(outline.elements) > MOST_ELEMENTS_COMPARED:
        text = readings[0] or own
    else:
        text = _chosen([*readings, _read(tree), _read(tree, strict=True)], said)
    return _with_its_lead(_without_margins(text, outline), outline)


def forget() -> None:
    """Let go of the lines that the extractor remembers: a thousand of them, however long."""
    from trafilatura.utils import line_processing, trim

    line_processing.cache_clear()
    trim.cache_clear()


def _read(tree: Any, *, fast: bool = False, strict: bool = False) -> str:
    from trafilatura import extract

    try:
        text = extract(tree, fast=fast, favor_precision=strict, include_comments=False, include_tables=True)
    except Exception:
        # A library that meets every page on the web meets one it can't read. The archived record is whole all the same.
        logger.warning("no article text: the extractor failed", exc_info=True)
        return ""
    return text or ""


class _Words:
    """A text as it compares: every run of four words in it, and the shorter ones where short lines are looked for."""

    def __init__(self, text: str, *, shortest: int = SHINGLE) -> None:
        words = WORD.findall(text[:LONGEST_COMPARED])
        self.runs = {run for length in range(shortest, SHINGLE + 1) for run in _runs(words, length)}
        if 0 < len(words) < SHINGLE:
            self.runs.add(tuple(words))

    def have(self, line: str) -> bool:
        """Whether at least half of a line is here."""
        words = WORD.findall(line)
        runs = _runs(words, min(SHINGLE, len(words)))
        return 2 * sum(run in self.runs for run in runs) >= len(runs)


def _runs(words: list[str], length: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(length)), strict=False))


def _alike(one: _Words, other: _Words) -> float:
    both = len(one.runs) + len(other.runs)
    return 2 * len(one.runs & other.runs) / both if both else 1.0


def _chosen(readings: list[str], said: str) -> str:
    """The reading that is most like what was said, or else most like the others; of equals, the first."""
    words = [_Words(reading) for reading in readings]
    told = _Words(said)
    likeness = [_alike(one, told) for one in words]
    if not said or max(likeness) < RECOGNISED:
        likeness = [sum(_alike(one, other) for other in words) if one.runs else -1.0 for one in words]
    return readings[likeness.index(max(likeness))]


def _without_margins(text: str, outline: Outline) -> str:
    """Without what stands outside the element that holds the article, sentences excepted, and pointers at its end."""
    around = outline.inside()
    if max(len(text), len(around)) > LONGEST_COMPARED:
        return text
    inside, teasers = _Words(around, shortest=1), _Words(outline.teasers(), shortest=1)
    lines = [(line, inside.have(line)) for line in text.split("\n")]
    if sum(len(line) for line, held in lines if held) < LEAST_HELD * len(text):
        return text
    kept = [line for line, held in lines if held or (_is_sentence(line) and not teasers.have(line))]
    return "\n".join(_without_pointers(kept, outline))


def _with_its_lead(text: str, outline: Outline) -> str:
    """With what stands between headline and article, where the reading has it not."""
    headline, lead = outline.lead()
    if not text or not lead or lead in text or len(text) > LONGEST_COMPARED or _Words(text, shortest=1).have(lead):
        return text
    lines = text.split("\n")
    below = next((number for number, line in enumerate(lines[:HEAD_LINES], 1) if line == headline), 0)
    return "\n".join([*lines[:below], lead, *lines[below:]])


def _is_sentence(line: str) -> bool:
    return len(line) >= SENTENCE or (ENDS_A_SENTENCE.search(line) is not None and len(line.split()) >= SHORT_SENTENCE)


def _without_pointers(lines: list[str], outline: Outline) -> list[str]:
    """Without headlines of other articles at the end, and without a last line that announces what is not there."""
    headlines = outline.headlines()
    end = len(lines)
    while end and LIST_MARK.sub("", lines[end - 1]).strip() in headlines:
        end -= 1
    last = lines[end - 1].strip() if end else ""
    if len(last) < LONGEST_HEADING and (last.endswith(":") or (end < len(lines) and not ENDS_A_SENTENCE.search(last))):
        end -= 1
    return lines[: max(end, 0)] or lines
