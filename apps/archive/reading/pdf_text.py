"""A program of its own that reads the text of one PDF: standard input to standard output, a JSON object a line.

It is started by documents.py, knows nothing of the desk, and sets its own limits before it looks at a single byte: a
library that reads every PDF there is can be made to take all memory and never to come back. What was read is written
page by page, so that a reader who is stopped in the middle has not worked in vain.
"""

import json
import logging
import resource
import sys
from typing import Any


def main() -> None:
    """Arguments: bytes of memory, seconds of work, bytes of output, most pages, most characters."""
    memory, seconds, output, most_pages, most_text = (int(value) for value in sys.argv[1:6])
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(kind, (limit, limit))
    logging.disable(logging.CRITICAL)
    try:
        problem = read(most_pages, most_text)
    except Exception as error:
        # The library raises whatever its own code stumbles over; the parent has a sentence for it.
        problem = "limit" if is_limit(error) else "broken"
    tell(end=problem)


def read(most_pages: int, most_text: int) -> str:
    """Tell what the PDF says of itself, then the text of each page. Returns what kept from telling all, if anything."""
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(sys.stdin.buffer)
    if reader.is_encrypted:
        try:
            if reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                return "locked"
        except (DependencyError, NotImplementedError):
            return "locked"
    tell(**said(reader))
    if declared(reader) > most_pages * 10:
        return "pages"
    pages = reader.pages
    told = 0
    problem = ""
    for number in range(min(len(pages), most_pages)):
        try:
            text = pages[number].extract_text()[: most_text - told]
        except MemoryError:
            raise
        except Exception as error:
            # One page that can't be read hides no other.
            problem = "limit" if is_limit(error) else "skipped"
            continue
        told += len(text)
        tell(text=text.encode("utf-8", "replace").decode())
        if told >= most_text:
            return "long"
    return "long" if len(pages) > most_pages else problem


def declared(reader: Any) -> int:
    """How many pages the PDF says it has. To find one page, the library looks at all of them first."""
    try:
        return int(reader.trailer["/Root"]["/Pages"]["/Count"])
    except (KeyError, TypeError, ValueError):
        return 0


def is_limit(error: BaseException) -> bool:
    """Whether one of the library's own limits, or ours, was reached."""
    return isinstance(error, MemoryError | RecursionError) or type(error).__name__ == "LimitReachedError"


def said(reader: Any) -> dict[str, str]:
    """Title, author and date, as far as the PDF says them and they can be read."""
    found = {}
    for name, read in (
        ("title", lambda info: info.title),
        ("author", lambda info: info.author),
        ("created", lambda info: info.creation_date and info.creation_date.isoformat()),
    ):
        try:
            found[name] = str(read(reader.metadata) or "")[:2_000].encode("utf-8", "replace").decode()
        except Exception:
            found[name] = ""
    return found


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
