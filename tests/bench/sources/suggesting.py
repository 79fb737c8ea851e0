"""What it costs to go through one capture with so many stored: CPU of the worker, and time with the database's.

``python -m tests.services [--sqlite] -- python -m tests.bench.sources.suggesting [--stored 3000] [--strangers 97000]``

Invented texts of 200 to 600 words, drawn like words are drawn in life: a few all the time, most hardly ever. One page in
five carries its site's furniture, one in ten is a part of another with words changed. ``--strangers`` adds pages of
which there is nothing but as many fingerprints, each of its own: what makes the index as large as it will be.
Measured are new pages: nobody's copy, copy of a stored one, and furniture around as much of their own.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import statistics
import time
from itertools import accumulate, islice

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
os.environ.setdefault("DEBUG", "1")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from apps.archive.models import Capture, Extract, Host, Page  # noqa: E402
from apps.audit.context import Channel, entered_by  # noqa: E402
from apps.sources.actions import suggest_from_capture  # noqa: E402
from apps.sources.models import Fingerprint, Sifting, Source  # noqa: E402
from apps.sources.suggesting.overlaps import kept, site_number  # noqa: E402
from apps.sources.suggesting.words import Words  # noqa: E402

HOSTS = 15
PRINTS = 92
AT_ONCE = 250
dice = random.Random(18)  # noqa: S311
LETTERS = "etaoinshrdlcumwfgypbvk"
VOCABULARY = ["".join(dice.choices(LETTERS, k=dice.choice((2, 3, 3, 4, 5, 6, 7, 8, 9)))) for _ in range(40_000)]
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(VOCABULARY))))


def sentences(words: int) -> str:
    drawn = dice.choices(VOCABULARY, cum_weights=WEIGHTS, k=words)
    lines = []
    at = iter(drawn)
    while line := list(islice(at, dice.randrange(25, 60))):
        lines.append(" ".join(line).capitalize() + ".")
    return "\n".join(lines)


FURNITURE = [sentences(60) for _ in range(HOSTS)]


def printed(text: str) -> str:
    """A part of it, with one word in eight another."""
    words = text.split(" ")
    start = dice.randrange(0, len(words) // 3)
    taken = words[start : start + len(words) // 2]
    return " ".join(dice.choice(VOCABULARY) if dice.random() < 0.125 else word for word in taken) + "\n" + sentences(80)


def texts(recent: list[str], number: int) -> str:
    text = printed(dice.choice(recent)) if recent and number % 10 == 0 else sentences(dice.randrange(200, 600))
    recent.append(text)
    del recent[:-500]
    return text + "\n" + FURNITURE[number % HOSTS] if number % 5 == 0 else text


def store(first: int, count: int, recent: list[str], hosts: list[Host]) -> None:
    made = [texts(recent, number) for number in range(first, first + count)]
    now = timezone.now()
    pages = Page.objects.bulk_create(
        Page(url=f"https://{hosts[number % HOSTS].name}/{number}", host=hosts[number % HOSTS])
        for number in range(first, first + count)
    )
    facts = {"state": "stored", "attempt": 1, "last_attempt": 1, "settled_at": now, "read_at": now}
    captures = Capture.objects.bulk_create(
        Capture(page=page, body_digest="0" * 64, warc_digest=hashlib.sha256(page.url.encode()).hexdigest(), **facts)
        for page in pages
    )
    pairs = list(zip(captures, made, strict=True))
    Extract.objects.bulk_create(Extract(capture=capture, text=text, text_digest="0" * 64) for capture, text in pairs)
    Source.objects.bulk_create(
        Source(page=page, learned_from=capture, title="x") for page, capture in zip(pages, captures, strict=True)
    )
    Sifting.objects.bulk_create(Sifting(capture=capture, sifted_at=now, fingerprints=1) for capture in captures)
    rows = [
        f"({shingle},{capture.page_id},{capture.pk},{site_number(capture.page)})"
        for capture, text in pairs
        for shingle in kept(Words(text))
    ]
    table = Fingerprint._meta.db_table
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 5_000):
            cursor.execute(
                f"WITH new(shingle, page_id, capture_id, site) AS (VALUES {','.join(rows[start : start + 5_000])}) "
                f"INSERT INTO {table} (shingle, page_id, capture_id, site) SELECT shingle, page_id, capture_id, site "
                f"FROM new WHERE (SELECT COUNT(*) FROM {table} AS held WHERE held.shingle = new.shingle) < "
                f"{Fingerprint.MOST_PAGES} ON CONFLICT DO NOTHING"
            )


def arrive(text: str, host: Host, number: int) -> Capture:
    page = Page.objects.create(url=f"https://{host.name}/new/{number}/{time.monotonic_ns()}", host=host)
    now = timezone.now()
    facts = {"state": "stored", "attempt": 1, "last_attempt": 1, "settled_at": now, "read_at": now}
    digest = hashlib.sha256(page.url.encode()).hexdigest()
    capture = Capture.objects.create(page=page, body_digest=digest, warc_digest=digest, **facts)
    Extract.objects.create(capture=capture, text=text, text_digest=digest)
    Source.objects.create(page=page, learned_from=capture, title="x")
    Sifting.objects.create(capture=capture)
    return Capture.objects.select_related("page", "extract").get(pk=capture.pk)


def measure(recent: list[str], hosts: list[Host], count: int) -> dict[str, list[tuple[float, float]]]:
    kinds = {
        "nobody's copy": lambda: sentences(dice.randrange(200, 600)),
        "copy of a stored one": lambda: printed(dice.choice(recent)),
        "mostly furniture": lambda: sentences(60) + "\n" + dice.choice(FURNITURE),
    }
    times: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for number in range(count):
        for kind, make in kinds.items():
            capture = arrive(make(), dice.choice(hosts), number)
            cpu, wall = time.process_time(), time.perf_counter()
            suggest_from_capture(capture)
            times[kind].append(((time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3))
    return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stored", type=int, nargs="+", default=[0, 3_000])
    parser.add_argument("--strangers", type=int, nargs="+", default=[7_000, 97_000])
    parser.add_argument("--measured", type=int, default=40)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    hosts = Host.objects.bulk_create(Host(name=f"site{number}.example") for number in range(HOSTS))
    recent: list[str] = []
    stored = strangers = 0
    for goal in sorted(asked.stored):
        while stored < goal:
            with transaction.atomic():
                store(stored, min(AT_ONCE, goal - stored), recent, hosts)
            stored += min(AT_ONCE, goal - stored)
        recent = recent or [sentences(500)]
        tell(stored, recent, hosts, asked.measured)
    for goal in sorted(asked.strangers):
        add_strangers(strangers, goal)
        strangers = goal
        tell(stored + strangers, recent, hosts, asked.measured)
    print(Fingerprint.objects.filter(shingle__in=kept(Words(recent[-1]))).order_by().explain()[:400])  # noqa: T201


def add_strangers(first: int, last: int) -> None:
    table = Fingerprint._meta.db_table
    low, high = first * PRINTS, last * PRINTS - 1
    # In the order of the key, for the filling's sake; each page's own are spread over all of it.
    step, pages = (1 << 62) // (high - low + 1), last - first
    columns = f"10000000 + {first} + n % {pages}, 10000000 + {first} + n % {pages}, n % 400"
    if connection.vendor == "postgresql":
        shingle, run = (
            f"(n - {low}) * {step} + (random() * {step // 2})::bigint",
            f"generate_series({low}, {high}) AS n",
        )
    else:
        shingle = f"(n - {low}) * {step} + abs(random() % {step // 2})"
        run = f"(WITH RECURSIVE run(n) AS (SELECT {low} UNION ALL SELECT n + 1 FROM run WHERE n < {high}) SELECT n FROM run)"
    drawn = f"SELECT {shingle}, {columns} FROM {run} WHERE true"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} (shingle, page_id, capture_id, site) {drawn} ON CONFLICT DO NOTHING")


def tell(stored: int, recent: list[str], hosts: list[Host], count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    lines = [f"{connection.vendor}, {stored} stored, {Fingerprint.objects.count()} fingerprints"]
    with entered_by(Channel.WORKER):
        measure(recent, hosts, 3)
        for kind, times in measure(recent, hosts, count).items():
            cpu, wall = ([pair[side] for pair in times] for side in (0, 1))
            most = sorted(cpu)[int(len(cpu) * 0.95)]
            lines.append(
                f"  {kind}: CPU {statistics.mean(cpu):.1f} ms on average, {statistics.median(cpu):.1f} median, {most:.1f} at "
                f"the 95th percentile; with the database {statistics.mean(wall):.1f} ms"
            )
    print("\n".join(lines), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
