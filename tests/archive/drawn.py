"""Where the browsers of one test live, and what is left of them there: others draw at the same time."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def place_of_its_own() -> Iterator[str]:
    """A folder for the folders of browsers. Whom they run as has to come in."""
    with tempfile.TemporaryDirectory(prefix="drawn-") as place:
        Path(place).chmod(0o711)
        yield place


def named_in(command: bytes, place: str) -> set[bytes]:
    """The folders of browsers in this place that a command line names."""
    return set(re.findall(re.escape(place.encode()) + rb"/(drawing-[^/]+)/", command))


def in_use(place: str) -> set[bytes]:
    """Those that a process still names."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found |= named_in(path.read_bytes(), place)
    return found


def left_over(place: str) -> set[bytes]:
    """Those that are in use, or still there."""
    return in_use(place) | {path.name.encode() for path in Path(place).glob("drawing-*")}
