"""A process that captures and reads pages as the command does, and weighs itself: ``python -m tests.archive.weighed``.

For each URL of the command line one line of JSON: what the command says, how long it took, and the most memory that the
process has had so far. ``--at-once`` takes all of them at once, each in a thread of its own.
"""

import contextlib
import io
import json
import os
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django

AT_ONCE = "--at-once"


def memory() -> dict[str, int]:
    """The most that this program has had so far, and what it has now; without what its parent had, unlike getrusage."""
    known = dict(re.findall(r"^(\w+):\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE))
    return {"peak": int(known["VmHWM"]) * 1024, "held": int(known["VmRSS"]) * 1024}


def captured(url: str) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    out = io.StringIO()
    started = time.monotonic()
    with contextlib.suppress(SystemExit):
        call_command("capture", url, "--json", stdout=out, stderr=io.StringIO())
    told = json.loads(out.getvalue())
    told["text"] = told.get("text", "")[:1_000]
    connection.close()
    return {**told, "seconds": time.monotonic() - started, **memory()}


def main(*given: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    urls = [url for url in given if url != AT_ONCE]
    with ThreadPoolExecutor(len(urls) if AT_ONCE in given else 1) as threads:
        for told in threads.map(captured, urls):
            print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
