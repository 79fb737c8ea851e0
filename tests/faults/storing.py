"""A process that stores one record and stops at a chosen moment, to be killed: ``python -m tests.faults.storing``.

It says "here" when it has come to the moment, and waits for its end.
"""

import hashlib
import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
from django.core.files.base import File

RECORD = bytes(range(256)) * 4_000
DIGEST = hashlib.sha256(RECORD).hexdigest()


class Slow(File):
    """Content that comes to a stop in its middle, and at its end before anybody has synced it."""

    def __init__(self, file: Any, stop: Callable[[str], None]) -> None:
        super().__init__(file)
        self.stop = stop

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for number, chunk in enumerate(super().chunks(chunk_size)):
            if number == 3:
                self.stop("in the part")
            yield chunk
        self.stop("before it is synced")


def main(folder: str, moment: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    from apps.archive.models import record_name
    from apps.archive.records.storage import EvidenceStorage

    def stop(here: str) -> None:
        if here == moment:
            sys.stdout.write("here\n")
            sys.stdout.flush()
            time.sleep(120)

    class Stopping(EvidenceStorage):
        """The desk's own store, with a stop before and after each of its steps."""

        def _begin(self, path: Path) -> tuple[int, Path]:
            stop("before the part")
            return super()._begin(path)

        def _write(self, handle: int, content: Any) -> None:
            super()._write(handle, Slow(content.file, stop))

        def _finish(self, part: Path, path: Path) -> None:
            stop("before its name")
            super()._finish(part, path)
            stop("after its name")

    Stopping(location=folder).save(record_name(DIGEST), File(io.BytesIO(RECORD)))


if __name__ == "__main__":
    main(*sys.argv[1:])
