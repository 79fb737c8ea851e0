"""A process that captures and reads pages as the command does, and weighs itself: ``python -m tests.archive.weighed``.

For each URL of the command line one line of JSON: what the command says, how long it took, and the most memory that the
process has had so far.
"""

import contextlib
import io
import json
import os
import re
import sys
import time
from pathlib import Path

import django


def memory() -> dict[str, int]:
    """The most that this program has had so far, and what it has now; without what its parent had, unlike getrusage."""
    known = dict(re.findall(r"^(\w+):\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE))
    return {"peak": int(known["VmHWM"]) * 1024, "held": int(known["VmRSS"]) * 1024}


def main(*urls: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    from django.core.management import call_command

    for url in urls:
        out = io.StringIO()
        started = time.monotonic()
        with contextlib.suppress(SystemExit):
            call_command("capture", url, "--json", stdout=out, stderr=io.StringIO())
        told = json.loads(out.getvalue())
        told["text"] = told.get("text", "")[:1_000]
        print(json.dumps({**told, "seconds": time.monotonic() - started, **memory()}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
