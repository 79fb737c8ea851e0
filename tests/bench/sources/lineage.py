"""How fast a claim with very many citations is grouped: ``python -m tests.bench.sources.lineage --citations 2000``.

Makes a desk of its own (``DATABASE_URL`` for another database than SQLite) with one claim whose citations print the
copy of forty pages and agencies, by confirmed attributions, suggestions and credit lines, and groups them.
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--citations", type=int, default=2_000)
    arguments.add_argument("--rounds", type=int, default=15)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "desk", "VAR_DIR": folder}
        os.environ |= {"DJANGO_SETTINGS_MODULE": "verifydesk.settings"}
        measure(asked.citations, asked.rounds)


def make(number: int):
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from apps.archive.models import Capture, Host, Page
    from apps.claims.models import Citation, Claim
    from apps.sources.models import Attribution, Party, Source

    ada = get_user_model().objects.create_user("ada", name="Ada")
    claim = Claim.objects.create(statement="Two soldiers were captured.", opened_by=ada)
    host = Host.objects.create(name="news.example.com")
    pages = Page.objects.bulk_create(Page(url=f"https://news.example.com/{one}", host=host) for one in range(number))
    outlets = Party.objects.bulk_create(Party(name=f"Outlet {one}", kind="outlet") for one in range(number // 2))
    agencies = Party.objects.bulk_create(Party(name=f"Agency {one}", kind="agency") for one in range(20))
    knows = Party.objects.bulk_create(Party(name=f"Ministry {one}", kind="body") for one in range(10))
    sources = Source.objects.bulk_create(
        Source(page=page, outlet=outlets[one % len(outlets)], credit_line=f"Agency {one % 20}" if one % 4 == 0 else "")
        for one, page in enumerate(pages)
    )
    captures = Capture.objects.bulk_create(
        Capture(
            page=page,
            state="stored",
            attempt=1,
            last_attempt=4,
            settled_at=timezone.now(),
            body_digest=f"{one:064x}",
            warc_digest=f"{one:064x}",
        )
        for one, page in enumerate(pages)
    )
    Citation.objects.bulk_create(
        Citation(claim=claim, source=source, capture=capture, stance="supports", cited_by=ada)
        for source, capture in zip(sources, captures, strict=True)
    )
    answer = {"decided_by": ada, "decided_at": timezone.now(), "reason": "It says so."}
    edges = []
    for one, source in enumerate(sources):
        to = {"to_party": agencies[one % 20]} if one % 2 else {"to_source": sources[one % 20]}
        if one >= 20 and one % 4:
            state = {"state": "suggested"} if one % 3 else {"state": "confirmed", **answer}
            edges.append(Attribution(of_source=source, relation="republishes", found_by="text_overlap", **to, **state))
        if one % 5 == 0:
            edges.append(
                Attribution(
                    of_source=source,
                    relation="quotes",
                    to_party=knows[one % 10],
                    state="confirmed",
                    found_by="editor",
                    **answer,
                )
            )
    Attribution.objects.bulk_create(edges)
    return claim, len(edges)


def measure(number: int, rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.claims.lines import lines_of

    call_command("migrate", verbosity=0)
    claim, edges = make(number)
    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    times, telling = [], []
    # As the web process does it when it has loaded.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        citations = list(claim.citations.live().with_evidence())
        start = time.process_time()
        found = lines_of(citations)
        times.append(time.process_time() - start)
        start = time.process_time()
        said = sum(len(line.why) + len(line.cautions) for lines in found.by_stance.values() for line in lines)
        telling.append(time.process_time() - start)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        lines_of(citations)
    lines = sum(len(lines) for lines in found.by_stance.values())
    say(f"{number} citations, {edges} attributions, {connection.vendor}: {lines} lines, {said} sentences")
    say(f"lines_of: {told(times)}; {len(asked)} queries")
    say(f"sentences: {told(telling)}")


def told(seconds: list[float]) -> str:
    least, median = min(seconds) * 1000, statistics.median(seconds) * 1000
    return f"least {least:.0f} ms, median {median:.0f} ms of CPU"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
