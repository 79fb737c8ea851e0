"""A process that captures and reads pages as the command does, and weighs itself: ``python -m tests.archive.weighed``.

For each URL of the command line one line of JSON: what the command says, how long it took, and the most memory that the
process has had so far. ``--at-once`` takes all of them at once, each in a thread of its own, as a worker's threads do.
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

    out = io.StringIO()
    started = time.monotonic()
    with contextlib.suppress(SystemExit):
        call_command("capture", url, "--json", stdout=out, stderr=io.StringIO())
    told = json.loads(out.getvalue())
    told["text"] = told.get("text", "")[:1_000]
    return {**told, "seconds": time.monotonic() - started, **memory()}


def worked(url: str) -> dict[str, Any]:
    from django.db import connection

    from apps.archive.actions import register_page, request_capture
    from apps.archive.capturing import capture
    from apps.archive.models import Capture
    from apps.archive.reading import reader
    from apps.audit.context import Channel, entered_by

    started = time.monotonic()
    with entered_by(Channel.WORKER):
        asked = request_capture(register_page(url), by=None)
        capture.run(asked.pk)
        reader.run(asked.pk)
    told = Capture.objects.values("state", "code", "requisites", "robots").get(pk=asked.pk)
    connection.close()
    return {"url": url, **told, "seconds": time.monotonic() - started, **memory()}


def main(*given: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    urls = [url for url in given if url != AT_ONCE]
    at_once = AT_ONCE in given
    with ThreadPoolExecutor(len(urls) if at_once else 1) as threads:
        for told in threads.map(worked if at_once else captured, urls):
            print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
