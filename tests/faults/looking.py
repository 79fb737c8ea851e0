"""A process that looks at one page and stops at a chosen moment, to be killed: ``python -m tests.faults.looking``.

It says "here" when it has come to the moment, and waits for its end.
"""

import os
import sys
import time
from pathlib import Path

import django

MOMENT = "STOP_AT"


def stop(here: str) -> None:
    if os.environ.get(MOMENT) == here:
        sys.stdout.write("here\n")
        sys.stdout.flush()
        time.sleep(120)


def main(page_id: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    from django.conf import settings

    from apps.archive.records.storage import EvidenceStorage
    from apps.archive.watching import looking
    from apps.audit.context import Channel, entered_by

    class Stopping(EvidenceStorage):
        """The desk's own store, with a stop before and after a record has its name."""

        def _finish(self, part: Path, path: Path) -> None:
            stop("before its name")
            super()._finish(part, path)
            stop("after its name")

    sys.modules["tests.faults.looking"].Stopping = Stopping  # type: ignore[attr-defined]
    settings.STORAGES["archive"]["BACKEND"] = "tests.faults.looking.Stopping"
    with entered_by(Channel.WORKER):
        looking.run(page_id)


if __name__ == "__main__":
    sys.modules["tests.faults.looking"] = sys.modules["__main__"]
    main(int(sys.argv[1]))
