"""How long a long trail takes to verify and to read: ``python -m tests.services [--sqlite] -- python -m
tests.bench.audit.reading [--entries 100000] [--rounds 5] [--copies 0] [--without-verifying]``.

Fills a desk of its own with so many lines as the desk writes them, sealed; verifies them all; then asks for the page of
the trail with every filter, alone and in pairs, at its start and in the middle, and prints the median and the 95th of a
hundred for each. ``--copies 49`` puts so many copies of every line beside it after verifying, a moment later each and
without a number in its stream: millions, in less time. Seconds here are of this machine: compare runs on one.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

AT_ONCE = 5_000
STATEMENT = "Two North Korean soldiers were captured in Kursk."
VERBS = [
    "claim_staged",
    "claim_edited",
    "source_cited",
    "capture_stored",
    "text_read",
    "signed_in",
    "claim_flagged",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--copies", type=int, default=0)
    parser.add_argument("--without-verifying", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "testserver", "VAR_DIR": folder}
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "verifydesk.settings",
            "SECURE_SSL_REDIRECT": "0",
            "SECURE_COOKIES": "0",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        people, story = fill(asked.entries)
        if not asked.without_verifying:
            verify_all()
        multiply(asked.copies)
        read_pages(people, story, asked.rounds)
        export_all(people[0])


def fill(entries: int) -> tuple[list[Any], Any]:
    """Lines of claims in chains, of machinery without, some of people, spread over two years."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.utils import timezone

    from apps.accounts.models import Role
    from apps.audit.bodies import seal as seal_body
    from apps.audit.models import Entry
    from apps.audit.sealing.sealer import seal
    from apps.claims.actions import open_story
    from apps.claims.models import Claim

    people = [get_user_model().objects.create_user(f"p{one}", name=f"Person {one}") for one in range(50)]
    people[0].roles.set([Role.objects.get(slug="auditor")])
    people[1].roles.set([Role.objects.get(slug="editor")])
    story = open_story("A story", by=people[1])
    number = max(20, entries // 40)
    Claim.objects.bulk_create(
        (
            Claim(statement=STATEMENT, opened_by=people[0], story=story if one % 100 == 0 else None)
            for one in range(number)
        ),
        batch_size=AT_ONCE,
    )
    claims = list(Claim.objects.order_by("pk").values_list("pk", flat=True))
    heads: dict[int, tuple[int, str | None]] = {}
    begin, step = timezone.now() - timedelta(days=730), timedelta(days=730) / entries
    start = time.perf_counter()
    for first in range(0, entries, AT_ONCE):
        lines = []
        for one in range(first, min(first + AT_ONCE, entries)):
            verb = VERBS[one % len(VERBS)]
            claim = claims[one * 7 % number] if verb.startswith(("claim", "source")) else None
            seq, head = heads.get(claim, (0, None)) if claim else (None, None)
            actor = people[one % 50] if one % 3 else None
            kind = "person" if actor else "worker"
            line = Entry(
                at=begin + step * one,
                verb=verb if one % 1_000 else "denied",
                actor=actor,
                actor_kind=kind,
                actor_label=str(actor) if actor else "The archive",
                channel="web" if actor else "worker",
                request_id=f"{one:032x}",
                address="192.0.2.7" if actor else None,
                stream=f"claim:{claim}" if claim else f"page:{one % number}",
                seq=seq + 1 if claim else None,
                target_label=STATEMENT,
                before={"stage": "inbox"},
                after={"stage": "in_review", "statement": STATEMENT, "number": one},
                reason="Two bodies that know for themselves say so." if one % 5 == 0 else "",
            )
            seal_body(line, head)
            if claim:
                heads[claim] = (seq + 1, line.hash)
            lines.append(line)
        Entry.objects.bulk_create(lines)
        while sealed := seal():
            if not sealed.is_more:
                break
    fit_rows(heads)
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")
    else:
        connection.cursor().execute("ANALYZE")
    took, load = time.perf_counter() - start, os.getloadavg()[0]
    say(f"{connection.vendor}: {entries} lines made in {took:.0f} s, load {load:.1f}")
    return people, story


def fit_rows(heads: dict[int, tuple[int, str | None]]) -> None:
    """The claims end where their lines end: in one step here, so the guard is lifted for it."""
    from django.db import connection

    from apps.audit import triggers

    triggers.lift(connection)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE claims_claim SET version = %s, head = %s, stage = 'in_review' WHERE id = %s",
            [[seq, head, claim] for claim, (seq, head) in heads.items()],
        )
        cursor.execute("DELETE FROM claims_claim WHERE head = ''")
    triggers.install(connection)


def multiply(copies: int) -> None:
    """So many copies of each line in the table that the pages read; nobody verifies them."""
    from django.db import connection

    from apps.audit import triggers
    from apps.audit.models import Entry

    if not copies:
        return
    start, number = time.perf_counter(), Entry.every_line.count()
    triggers.lift(connection)
    names = [field.column for field in Entry._meta.concrete_fields if field.column not in {"id", "at", "seq"}]
    columns = ", ".join(f'"{name}"' for name in names)
    later = "at + %s * interval '1 second'" if connection.vendor == "postgresql" else "datetime(at, %s || ' seconds')"
    with connection.cursor() as cursor:
        for copy in range(1, copies + 1):
            cursor.execute(
                f"INSERT INTO audit_entry (at, seq, {columns}) SELECT {later}, NULL, {columns} FROM audit_entry "
                "WHERE id <= (SELECT min(id) FROM audit_entry) + %s",
                [copy * 7, number - 1],
            )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    say(f"{Entry.every_line.count()} lines with copies, {time.perf_counter() - start:.0f} s")


def verify_all() -> None:
    from apps.audit.verifying.checking import verify

    start, cpu = time.perf_counter(), time.process_time()
    report = verify(processes=os.cpu_count() or 1)
    kinds = {finding.kind for finding in report.findings} - {"row_without_lines"}
    if kinds or report.entries != report.size:
        raise SystemExit(f"the trail was to be intact: {kinds} {report.findings[:3]}")
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    each = used / report.entries * 1e6
    say(f"verified {report.entries} lines in {seconds:.1f} s ({used:.1f} s of CPU, {each:.0f} us a line)")


def read_pages(people: list[Any], story: Any, rounds: int) -> None:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    client = Client()
    client.force_login(people[0])
    day = timezone.localdate() - timedelta(days=365)
    alone = {
        "nothing": {},
        "person": {"actor": people[7].pk},
        "verb": {"verb": "claim_staged"},
        "claim": {"claim": 40},
        "story": {"story": story.pk},
        "channel": {"channel": "worker"},
        "an empty channel": {"channel": "api"},
        "denied": {"denied": "yes"},
        "from": {"first": day},
        "to": {"last": day},
        "a day": {"first": day, "last": day},
        "further on": {"after": f"{(timezone.now() - timedelta(days=365)).isoformat()}_9"},
    }
    pairs = {
        f"{one} and {other}": {**alone[one], **alone[other]}
        for place, one in enumerate(alone)
        for other in list(alone)[place + 1 :]
        if one != "nothing" and not alone[one].keys() & alone[other].keys()
    }
    every = []
    for name, query in {**alone, **pairs}.items():
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            response = client.get(reverse("desk:trail"), query)
            times.append(time.perf_counter() - start)
            if response.status_code != 200:
                raise SystemExit(f"{name}: {response.status_code}")
        every += times[1:] or times
        say(f"  {name:32} median {statistics.median(times) * 1000:7.0f} ms  most {max(times) * 1000:7.0f} ms")
    every.sort()
    middle, late = statistics.median(every) * 1000, every[int(len(every) * 0.95)] * 1000
    say(f"all filters: median {middle:.0f} ms, 95th {late:.0f} ms")


def export_all(auditor: Any) -> None:
    """The whole trail as CSV and as JSON Lines, a line at a time, and how much the process grew by it."""
    from django.test import Client
    from django.urls import reverse

    client = Client()
    client.force_login(auditor)
    for kind in ("csv", "jsonl"):
        before, start, lines = memory(), time.perf_counter(), 0
        for piece in client.get(reverse("desk:trail_export", args=[kind])).streaming_content:
            lines += piece.count(b"\n")
        took, grown = time.perf_counter() - start, memory() - before
        say(f"exported {lines} lines of {kind} in {took:.1f} s; the most memory grew by {grown} MB")


def memory() -> int:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
