"""What documents say that are no pages: PDF, plain text, JSON. A PDF is read in a process of its own, within bounds."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from apps.archive.reading.extraction import (
    LONGEST_BYLINE,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SPACES,
    UNSEEN,
    Article,
    read_plain,
)

READER = Path(__file__).with_name("pdf_text.py")
MEMORY_BYTES = 300_000_000
WORK_SECONDS = 20
# By the clock: less than the lease of a reader, so that nobody else takes the copy meanwhile.
WALL_SECONDS = 40
OUTPUT_BYTES = 16_000_000
MOST_PAGES = 1_000
PROBLEMS = {
    "locked": "No text could be read: the PDF is locked with a password.",
    "broken": "No text could be read: the PDF is damaged.",
    "limit": "No text could be read: the PDF takes more memory or time to read than the desk gives one.",
    "pages": "No text could be read: the PDF has many more pages than the desk reads.",
    "none": "No text could be read: the PDF holds pictures only, as a scan does.",
}
# The same where some of the text was read all the same.
IN_PART = {
    "broken": "The text may not be whole: the PDF is damaged.",
    "limit": "The text is not whole: the rest of the PDF takes more memory or time to read than the desk gives one.",
    "long": "The text is not whole: the PDF is longer than the desk reads.",
    "skipped": "The text is not whole: some pages of the PDF could not be read.",
}
# Titles that a word processor gives to what nobody has named.
NO_TITLE = re.compile(
    r"\s*(?:untitled.{0,20}|microsoft \w+ - |.{0,200}\.(?:docx?|indd|pdf|qxp|tex|rtf|pptx?)\s*$)", re.IGNORECASE
)
JSON_SIGN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
DEEPEST_INDENT = 20
logger = logging.getLogger(__name__)


@dataclass
class _Told:
    """What the process that read a PDF has told of it."""

    info: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    end: str | None = None


def read_pdf(body: bytes) -> tuple[Article, str]:
    """The text of a PDF and what it says of itself, and a sentence where not all of it could be read. Never raises."""
    told = _in_another_process(body)
    end = "limit" if told.end is None else told.end
    read = read_plain("\n\n".join(text for text in told.texts if text.strip()))
    if read.text:
        problem = IN_PART.get(end, "")
    else:
        problem = PROBLEMS.get(end) or PROBLEMS["broken" if end == "skipped" else "none"]
    title = _line(told.info.get("title", ""), LONGEST_TITLE)
    return (
        replace(
            read,
            title=read.title if not title or NO_TITLE.match(title) else title,
            byline=_line(told.info.get("author", ""), LONGEST_BYLINE),
            published=_moment(told.info.get("created", "")),
        ),
        problem,
    )


def _line(text: str, longest: int) -> str:
    return SPACES.sub(" ", UNSEEN.sub("", text)).strip()[:longest].rstrip()


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if at.year >= 1990 and at <= datetime.now(UTC) + timedelta(days=1) else None


def read_json(text: str) -> Article:
    """JSON laid out so that people can read it: only the white space between its values is ours."""
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return replace(read_plain(text), title="")
    title = ""
    if isinstance(value, dict):
        named = (value.get(name) for name in ("headline", "title", "name"))
        title = next((_line(name, LONGEST_TITLE) for name in named if isinstance(name, str)), "")
    return replace(read_plain("".join(_laid_out(text))), title=title, credit_line="")


def _laid_out(text: str) -> Iterator[str]:
    """The same signs in the same order, a line for each value. Very deep nesting gets no more space."""
    depth = size = 0
    before = ""
    for found in JSON_SIGN.finditer(text):
        sign = found[0]
        closes = sign in ("}", "]")
        depth -= closes
        if before == "," or (before in ("{", "[")) != closes:
            yield "\n" + "  " * min(depth, DEEPEST_INDENT) if before != ":" and sign not in (",", ":") else ""
        yield ": " if sign == ":" else sign
        depth += sign in ("{", "[")
        before = sign
        size += len(sign)
        if size > LONGEST_TEXT:
            return


def _in_another_process(body: bytes) -> _Told:
    """Give the PDF to a process that can do no harm: no environment, its own limits, and an end by the clock."""
    limits = [MEMORY_BYTES, WORK_SECONDS, OUTPUT_BYTES, MOST_PAGES, LONGEST_TEXT]
    with tempfile.TemporaryFile() as pdf, tempfile.TemporaryFile() as told:
        pdf.write(body)
        pdf.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", str(READER), *map(str, limits)],
            stdin=pdf,
            stdout=told,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        try:
            status = process.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        if status:
            logger.warning("the reader of a PDF ended with %s", status)
        told.seek(0)
        return _gathered(told)


def _gathered(lines: IO[bytes]) -> _Told:
    told = _Told()
    for line in lines:
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            # It was stopped in the middle of a line.
            break
        if "text" in said:
            told.texts.append(said["text"])
        elif "end" in said:
            told.end = said["end"]
        else:
            told.info = said
    return told
