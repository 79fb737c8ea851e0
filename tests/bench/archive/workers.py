"""What a page costs real Celery workers, and how that grows: with workers, with what is stored, with slow sites.

``python -m tests.services [--sqlite] -- python -m tests.bench.archive.workers [--pages 300] [--rounds 5]``

The first table: 1, 2 and 4 worker processes of two threads, one page after the other; then one worker again on a desk
that holds 10,000 copies already. Their CPU is that of the whole task: broker, lease, fetch, record, settle, the next
bell; text is read by others. The second: one worker of 32 threads against sites that take half a second to answer,
for three times as many pages. Everything goes to loopback, is bounded in number, and ends by itself. Compare the
ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.archive.processes import Peak, cpu_seconds, wait_until
from tests.bench.archive.site import sites

HOSTS = 16
# So many times the pages for the slow sites: what counts is what a worker keeps up, not how it begins and ends.
SLOW_PAGES = 3
STORED = 10_000
LONGEST_SECONDS = 300
COMMAND = [sys.executable, "-m", "celery", "--quiet", "--app", "verifydesk", "worker", "--loglevel", "INFO"]
OPTIONS = ["--queues", "fetch", "--pool", "threads", "--without-gossip", "--without-mingle", "--without-heartbeat"]


def emptied() -> None:
    """No row, and no message."""
    import redis
    from django.conf import settings
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushdb()


def waiting(urls: list[str]) -> list[int]:
    """The numbers of captures that wait for these pages; nobody has been rung for."""
    import redis
    from django.conf import settings

    from apps.archive.actions import register_page, request_capture

    numbers = [request_capture(register_page(url), by=None).pk for url in urls]
    redis.Redis.from_url(settings.CELERY_BROKER_URL).flushdb()
    return numbers


def hold(number: int) -> None:
    """Let the desk hold so many copies, each of a page of its own, as like each other as rows can be."""
    from apps.archive.models import Attempt, Capture, Contents, Host, Page

    first = Capture.objects.stored().earliest("pk")
    known = {field.attname: getattr(first, field.attname) for field in Capture._meta.fields if field.attname != "id"}
    contents = Contents.objects.get(capture=first)
    hosts = Host.objects.bulk_create([Host(name=f"{place}.example.org") for place in range(number // 10)])
    pages = [Page(url=f"https://{hosts[at // 10]}/{at}", host=hosts[at // 10]) for at in range(number)]
    pages = Page.objects.bulk_create(pages, batch_size=500)
    copies = [Capture(**{**known, "page_id": page.pk}) for page in pages]
    for copy in Capture.objects.bulk_create(copies, batch_size=500):
        Contents(capture=copy, cdxj=contents.cdxj).save(force_insert=True)
        Attempt(capture=copy, number=1, ended_at=copy.settled_at).save(force_insert=True)


@contextlib.contextmanager
def workers(number: int, threads: int) -> Iterator[list[int]]:
    """So many workers that fetch, each a process of its own; their process numbers, once they listen."""
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as ended:
        logs = [Path(place) / f"{at}.log" for at in range(number)]
        running = []
        for at, log in enumerate(logs):
            command = [*COMMAND, *OPTIONS, "--concurrency", str(threads), "-n", f"{at}@bench"]
            out = ended.enter_context(log.open("wb"))
            running.append(subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT))
            ended.callback(running[-1].wait)
            ended.callback(running[-1].terminate)
        wait_until(lambda: all("ready." in log.read_text() for log in logs), 60)
        yield [process.pid for process in running]


def measured(captures: list[int], number: int, threads: int) -> dict[str, float]:
    """Ring for all of them at once, and wait until they are stored."""
    from apps.archive.models import Capture
    from apps.archive.tasks import capture_page, ring

    left = Capture.objects.filter(pk__in=captures[-200:], state__in=Capture.IN_FLIGHT)
    with workers(number, threads) as running, Peak(running[0]) as peak:
        clock, cpu = time.perf_counter(), sum(map(cpu_seconds, running))
        for capture in captures:
            ring(capture_page, capture)
        wait_until(lambda: not left.exists(), LONGEST_SECONDS)
        took, used = time.perf_counter() - clock, sum(map(cpu_seconds, running)) - cpu
    stored = Capture.objects.stored().filter(pk__in=captures).count()
    if stored < len(captures):
        raise SystemExit(f"{stored} of {len(captures)} were stored")
    return {
        "pages_per_second": len(captures) / took,
        "cpu_ms_per_page": 1000 * used / len(captures),
        "peak_mb_of_one": peak.most_mb,
    }


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in rounds), 1) for name in rounds[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with (
        sites(asked.pages, hosts=HOSTS) as quick,
        sites(asked.pages, hosts=HOSTS, seconds=0.5) as slow,
        tempfile.TemporaryDirectory() as place,
    ):
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "b" * 64, "ALLOWED_HOSTS": "desk", "VAR_DIR": place}
        os.environ |= {"ARCHIVE_ALLOW": ",".join([*quick, *slow]), "ARCHIVE_ROBOTS": "ignore"}
        os.environ |= {"ARCHIVE_HOST_PAUSE_SECONDS": "0", "ARCHIVE_HOST_AT_ONCE": "1000", "ARCHIVE_REQUISITES": "0"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "verifydesk.settings"
        compare(asked, quick, slow)


def compare(asked: argparse.Namespace, quick: list[str], slow: list[str]) -> None:
    """The rounds and their medians."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests import conftest  # noqa: F401  (lets the trail be emptied between rounds)

    call_command("migrate", verbosity=0)
    told: dict[str, Any] = {"database": connection.vendor, "pages": asked.pages, "rounds": asked.rounds}
    addresses = [f"http://{quick[at % HOSTS]}/{at}" for at in range(asked.pages)]
    rounds: dict[str, list[dict[str, float]]] = {}
    for _ in range(asked.rounds):
        for number in (1, 2, 4):
            emptied()
            rounds.setdefault(f"{number} workers", []).append(measured(waiting(addresses), number, 2))
    hold(STORED)
    for at in range(asked.rounds):
        fresh = [f"{address}?round={at}" for address in addresses]
        rounds.setdefault(f"1 worker, {STORED} stored", []).append(measured(waiting(fresh), 1, 2))
    for _ in range(asked.rounds):
        emptied()
        late = [f"http://{slow[at % HOSTS]}/{at % asked.pages}?time={at}" for at in range(asked.pages * SLOW_PAGES)]
        rounds.setdefault("32 threads, sites of 0.5 s", []).append(measured(waiting(late), 1, 32))
    told |= {name: medians(taken) for name, taken in rounds.items()}
    print(json.dumps(told, indent=1))  # noqa: T201


if __name__ == "__main__":
    main()
