"""What the first page, the queue, the board and a story cost beside a million claims, with their lines counted.

``python -m tests.services -- python -m tests.bench.claims.queue --claims 1000000`` (``--sqlite`` before the ``--``).
Fills the database that it is given. The newest hundred claims have citations, some print others' copy; every
thousandth has a request that waits, or is overdue, every five-hundredth a flag. Ada has settled a twentieth of all.
"""

import argparse
import os
import statistics
import sys
import time
from datetime import timedelta

ROUNDS = 9
CITED = 100


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=200_000)
    arguments.add_argument("--citations", type=int, default=8, help="of each of the newest claims")
    asked = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
    call_command("migrate", verbosity=0)
    started = time.monotonic()
    ada = fill(asked.claims, asked.citations)
    say(f"{asked.claims:,} claims filled in, {time.monotonic() - started:.0f} s")
    measure(ada)


def fill(number: int, citations: int):
    from django.db import connection
    from django.utils import timezone

    from apps.accounts.models import Role, User
    from apps.archive.models import Capture, Host, Page
    from apps.audit import triggers
    from apps.claims.models import Cause, Citation, Claim, Flag, MoveRequest, Policy, Story
    from apps.sources.models import Attribution, Party, Source

    # Rows that no line tells of: the guard would have none of them, and here they are only read.
    triggers.lift(connection)
    now = timezone.now()
    ada, ben = (User.objects.create_user(name, "x", name=name) for name in ("ada", "ben"))
    ada.roles.add(Role.objects.get(slug="editor"))
    ben.roles.add(Role.objects.get(slug="reporter"))
    story = Story.objects.create(title="A running matter", opened_by=ada)
    for start in range(0, number, 5_000):
        Claim.objects.bulk_create(
            Claim(
                statement=f"Claim {one}.",
                opened_by=ada,
                changed_at=now - timedelta(seconds=number - one),
                state="corroborated" if one % 5 == 0 else "unverified",
                stage="settled" if one % 5 == 0 else "inbox",
                verified_at=now if one % 5 == 0 else None,
                assignee=ada if one % 20 == 0 or one % 5_000 == 1 else ben if one % 5_000 == 2 else None,
                due=now - timedelta(days=one % 900) if one % 5 == 0 or one % 1_000 == 1 else None,
                story=story if one % 500 == 0 else None,
            )
            for one in range(start, min(start + 5_000, number))
        )
    rule = Policy.objects.current()
    MoveRequest.objects.bulk_create(
        MoveRequest(
            claim_id=pk, from_state="unverified", to_state="disputed", reason="So.", asked_by=ben,
            claim_version=1, policy=rule, evidence_digest="0" * 64,
            evidence={"statement": "", "policy": 1, "citations": [], "attributions": [], "lines": [], "rulings": []},
        )
        for pk in Claim.objects.filter(state="unverified").order_by("-pk").values_list("pk", flat=True)[::1000]
    )  # fmt: skip
    cause = Cause.objects.create(key="bench", kind="drift", sentence="The page has changed.")
    Flag.objects.bulk_create(Flag(claim_id=pk, cause=cause) for pk in Claim.objects.values_list("pk", flat=True)[::500])
    host = Host.objects.create(name="news.example.com")
    outlets = Party.objects.bulk_create(Party(name=f"Outlet {one}", kind="outlet") for one in range(60))
    total = CITED * citations
    pages = Page.objects.bulk_create(Page(url=f"https://news.example.com/{one}", host=host) for one in range(total))
    sources = Source.objects.bulk_create(
        Source(page=page, outlet=outlets[one % 60], credit_line="AFP" if one % 3 == 0 else "")
        for one, page in enumerate(pages)
    )
    held = {"state": "stored", "attempt": 1, "last_attempt": 4, "settled_at": now, "read_at": now}
    captures = Capture.objects.bulk_create(
        Capture(page=page, **held, body_digest=f"{one:064x}", warc_digest=f"{one:064x}")
        for one, page in enumerate(pages)
    )
    newest = list(Claim.objects.order_by("-changed_at")[:CITED])
    Citation.objects.bulk_create(
        Citation(claim=newest[one // citations], source=source, capture=captures[one], stance="supports", cited_by=ada)
        for one, source in enumerate(sources)
    )
    Attribution.objects.bulk_create(
        Attribution(
            of_source=source, relation="quotes", to_party=outlets[0], state="suggested", found_by="stated_origin"
        )
        for source in sources[1::3]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return ada


def measure(ada) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import User
    from apps.claims.models import Claim, Story
    from apps.desk.badges import notes

    client = Client()
    client.force_login(User.objects.get(username="ben"))
    ask(client, "/", "a reporter's ")
    client.force_login(ada)
    ask(client, "/", "an editor's ")
    for query in ("", "?sign_off=waiting", "?sign_off=mine", "?state=corroborated"):
        ask(client, f"/claims/{query}")
    for query in ("view=board", "flagged=drift", f"assignee={ada.pk}&stage=open", "due=overdue"):
        ask(client, f"/claims/?{query}")
    ask(client, f"/stories/{Story.objects.get().pk}/")
    times = []
    for _ in range(ROUNDS):
        rows = list(Claim.objects.for_queue().order_by("-changed_at", "-id")[:50])
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            notes(rows)
        times.append(time.perf_counter() - started)
    say(f"of that the badges of fifty claims: {statistics.median(times) * 1000:.0f} ms, {len(queries)} queries")


def ask(client, address: str, whose: str = "") -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        times.append(time.perf_counter() - started)
        assert response.status_code == 200
    slowest = max(queries.captured_queries, key=lambda one: float(one["time"]))
    told = f"{statistics.median(times) * 1000:.0f} ms, {len(queries)} queries, the slowest {slowest['time']} s"
    say(f"{whose}{address}: {told}")
    if float(slowest["time"]) > 0.1:
        say(f"    {slowest['sql'][:600]}")


def say(sentence: str) -> None:
    sys.stdout.write(f"queue: {sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
