"""What a recorded change costs, beside what others would record: ``python -m tests.services [--sqlite] -- python -m
tests.bench.audit.moves [--changes 300] [--rounds 5] [--peers]``.

One row of 500 is locked and changed in a transaction of its own: without a trail, with a plain inserted row, with ours
(a hashed line, a chain, a place in the queue for the seal), and with ``--peers`` by django-auditlog and
django-simple-history, which are installed for the run alone. Then eight writers at once on rows of their own; then
10,000 claims moved in one go. Prints the least of the rounds and ratios. Everything is on a desk of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

PEERS = ["django-auditlog>=3.4,<3.5", "django-simple-history>=3.13,<3.14"]
ROWS, WRITERS, BULK = 500, 8, 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--bulk", type=int, default=BULK)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "desk", "VAR_DIR": folder}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.bench.audit.settings"}
        if asked.peers:
            place = Path(folder) / "peers"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place)]
            subprocess.run([*pip, *PEERS, "python-dateutil", "six"], check=True)
            sys.path.append(str(place))
            os.environ["BENCH_PEERS"] = "1"
        measure(asked)


def measure(asked: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0, run_syncdb=True)
    load = os.getloadavg()[0]
    say(f"{connection.vendor}, {asked.changes} changes a round, least of {asked.rounds} rounds, load {load:.1f}")
    ways = make_ways(asked.peers)
    least = {
        name: min(one_after_the_other(way, asked.changes) for _ in range(asked.rounds)) for name, way in ways.items()
    }
    for name, seconds in least.items():
        each, ratio = seconds * 1000 / asked.changes, seconds / least["lock and save"]
        say(f"  {name:22} {each:7.2f} ms a change  x{ratio:.2f} of lock and save")
    say(f"{WRITERS} writers at once, {asked.changes} changes in all")
    rates = {}
    for name in ("plain insert", "ours"):
        rates[name] = asked.changes / min(at_once(ways[name], asked.changes) for _ in range(asked.rounds))
        ratio = rates[name] / rates["plain insert"]
        say(f"  {name:22} {rates[name]:7.0f} changes a second  x{ratio:.2f} of a plain insert")
    say(f"{asked.bulk} claims moved in one go: {in_bulk(asked.bulk):.1f} s")


def make_ways(peers: bool) -> dict[str, Callable[[int, int], None]]:
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from apps.audit.models import Entry
    from apps.audit.verbs import Verb
    from apps.audit.versioned import lock, write
    from apps.claims.models import Story
    from tests.bench.audit.models import Audited, Flat, Historic, Plain

    ada = get_user_model().objects.create_user("ada", name="Ada")
    stories = Story.objects.bulk_create(Story(title=f"Story {one}", opened_by=ada) for one in range(ROWS))
    kinds = {
        kind: kind._default_manager.bulk_create(kind(title=f"Row {one}") for one in range(ROWS))
        for kind in (Plain, Audited, Historic)
    }

    def change(kind: type, row: int, text: str):
        found = kind._default_manager.select_for_update().get(pk=kinds[kind][row % ROWS].pk)
        found.summary = text
        found.save(update_fields=["summary"])
        return found

    def plain(row: int, number: int) -> None:
        with transaction.atomic():
            change(Plain, row, f"{number}")

    def flat(row: int, number: int) -> None:
        with transaction.atomic():
            found = change(Plain, row, f"{number}")
            Flat.objects.create(
                verb="edited", actor=ada, target=found.title, before={"summary": ""}, after={"summary": f"{number}"}
            )

    def ours(row: int, number: int) -> None:
        with transaction.atomic():
            found = lock(stories[row % ROWS])
            before, found.summary = {"summary": found.summary}, f"{number}"
            told = {"target": found.title, "before": before, "after": {"summary": found.summary}}
            write(found, Verb.STORY_EDITED, by=ada, fields=["summary"], **told)

    def audited(row: int, number: int) -> None:
        with transaction.atomic():
            change(Audited, row, f"{number}")

    def historic(row: int, number: int) -> None:
        with transaction.atomic():
            change(Historic, row, f"{number}")

    for way in (plain, flat, ours):
        way(0, -1)
    if Entry.objects.count() != 1:
        raise SystemExit("ours recorded nothing")
    ways = {"lock and save": plain, "plain insert": flat, "ours": ours}
    return {**ways, "django-auditlog": audited, "django-simple-history": historic} if peers else ways


def one_after_the_other(way: Callable[[int, int], None], changes: int) -> float:
    start = time.perf_counter()
    for number in range(changes):
        way(number * 7, number)
    return time.perf_counter() - start


def at_once(way: Callable[[int, int], None], changes: int) -> float:
    from django.db import connections

    def work(writer: int) -> None:
        try:
            for number in range(changes // WRITERS):
                way(writer * 61 + number % 50, number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(WRITERS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def in_bulk(number: int) -> float:
    from django.contrib.auth import get_user_model

    from apps.accounts.models import Role
    from apps.audit.models import Entry
    from apps.claims.actions import stage_many
    from apps.claims.models import Claim
    from apps.claims.states import Stage

    ada = get_user_model().objects.get(username="ada")
    ada.roles.set([Role.objects.get(slug="editor")])
    ada = get_user_model().objects.get(username="ada")
    claims = Claim.objects.bulk_create(Claim(statement=f"Claim {one}.", opened_by=ada) for one in range(number))
    before = Entry.objects.count()
    start = time.perf_counter()
    moved = stage_many(dict.fromkeys(claim.pk for claim in claims), by=ada, stage=Stage.IN_REVIEW).changed
    took = time.perf_counter() - start
    if len(moved) != number or Entry.objects.count() != before + number:
        raise SystemExit(f"{len(moved)} of {number} claims moved")
    return took


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
