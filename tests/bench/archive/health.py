"""What it costs to look at the archive's health beside a million captures, and to count them.

``python -m tests.services -- python -m tests.bench.archive.health --rows 1000000`` (``--sqlite`` before the ``--``).
Fills the database that it is given: a year of captures at 2,000 hosts, an attempt each, one in eight of them failed.
"""

import argparse
import os
import random
import statistics
import sys
import time
from datetime import timedelta
from itertools import islice
from uuid import uuid4

HOSTS, PAGES, DAYS = 2_000, 50_000, 400
CODES = ["http_403", "http_404", "dns_timeout", "first_byte_timeout", "bot_wall", "http_5xx"]
ROUNDS = 5


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=200_000)
    rows = arguments.parse_args().rows
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # or every statement is kept
    call_command("migrate", verbosity=0)
    started = time.monotonic()
    fill(rows)
    say(f"{rows:,} captures filled in, {time.monotonic() - started:.0f} s")
    measure()


def fill(rows: int) -> None:
    from django.utils import timezone

    from apps.archive.models import Attempt, Capture, Host, Page, Worker

    chance, now = random.Random(7), timezone.now()  # noqa: S311
    hosts = [Host(name=f"paper{number}.example.com") for number in range(HOSTS)]
    Host.objects.bulk_create(hosts)
    pages = Page.objects.bulk_create(
        [Page(url=f"https://{hosts[n % HOSTS].name}/{n}", host=hosts[n % HOSTS]) for n in range(PAGES)],
        batch_size=5_000,
    )

    def captures():
        for number in range(rows):
            at = now - timedelta(days=DAYS) * (1 - number / rows)
            failed = chance.random() < 0.05
            yield Capture(
                page_id=pages[number % PAGES].pk,
                state=Capture.State.FAILED if failed else Capture.State.STORED,
                code=chance.choice(CODES) if failed else "",
                attempt=1,
                last_attempt=4,
                requested_at=at,
                taken_at=at,
                settled_at=at,
                read_at=None if failed or number > rows - 50 else at,
                body_digest="" if failed else "b" * 64,
                warc_digest="" if failed else f"{number:064x}",
                warc_bytes=None if failed else chance.randint(5_000, 400_000),
            )

    made = captures()
    while batch := list(islice(made, 5_000)):
        Capture.objects.bulk_create(batch)
        Attempt.objects.bulk_create(
            Attempt(capture=one, number=1, started_at=one.taken_at, ended_at=one.settled_at, code=code)
            for one in batch
            for code in [one.code or (chance.choice(CODES) if chance.random() < 0.08 else "")]
        )
    Capture.objects.bulk_create(
        Capture(
            page_id=pages[number].pk,
            state=Capture.State.QUEUED,
            last_attempt=4,
            next_attempt_at=now + timedelta(seconds=number - 300),
        )
        for number in range(500)
    )
    Capture.objects.bulk_create(
        Capture(
            page_id=pages[number].pk,
            state=Capture.State.FETCHING,
            attempt=1,
            last_attempt=4,
            taken_at=now,
            lease_token=uuid4(),
            lease_until=now + timedelta(seconds=600),
        )
        for number in range(1_000, 1_030)
    )
    Worker.objects.create(name="celery@bench", machine="bench", process=1, queues=["desk", "extract", "fetch"])


def measure() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from apps.archive.health import tallies
    from apps.archive.models import Tally
    from tests.newsroom import make_person

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    started = time.monotonic()
    while not tallies.count():
        pass
    say(f"counted from nothing: {time.monotonic() - started:.1f} s, {Tally.objects.count():,} tallies")
    say(f"counted again: {median(tallies.count):.0f} ms")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(make_person("mia", "administrator"))
    health = reverse("desk:archive_health")
    looks = {
        "24 hours": (health, {}),
        "7 days": (f"{health}?period=week", {}),
        "30 days": (f"{health}?period=month", {}),
        "one host, 30 days": (f"{health}?period=month&host=paper7.example.com", {}),
        "one reason, 30 days": (f"{health}?period=month&code=http_403", {}),
        "the poller": (f"{health}?shown=", {"HX-Request": "true"}),
    }
    for name, (address, headers) in looks.items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address, headers=headers).status_code == 200
        questions = list(asked)
        took = median(lambda address=address, headers=headers: client.get(address, headers=headers))
        slowest = max(questions, key=lambda query: float(query["time"]))
        say(f"{name}: {took:.0f} ms, {len(questions)} questions")
        say(f"    the slowest, {slowest['time']} s: {slowest['sql'][slowest['sql'].find('WHERE') :][:300]}")


def median(work) -> float:
    """The median of some rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        work()
        times.append((time.monotonic() - started) * 1000)
    return statistics.median(times)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
