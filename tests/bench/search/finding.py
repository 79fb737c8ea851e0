"""What a search takes beside a million claims and a hundred thousand archived texts, the evil ones too.

``python -m tests.services -- python -m tests.bench.search.finding --claims 1000000 --texts 100000`` (``--sqlite``
before the ``--``). Fills the database that it is given. Words come as often as Zipf says they do in a language.
"""

import argparse
import hashlib
import os
import random
import statistics
import sys
import time
from itertools import accumulate

ROUNDS = 5
VOCABULARY = 50_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=1_000_000)
    arguments.add_argument("--texts", type=int, default=100_000)
    arguments.add_argument("--words", type=int, default=400, help="of a text")
    asked = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["testserver"]
    call_command("migrate", verbosity=0)
    ada = timed("filled in", lambda: fill(asked.claims, asked.texts, asked.words))
    read_all()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    sizes()
    measure(ada)


def fill(claims: int, texts: int, length: int):
    from django.utils import timezone

    from apps.accounts.models import Role, User
    from apps.archive.models import Capture, Extract, Host, Page
    from apps.claims.models import Claim, Story
    from apps.search.models import Stale

    chance = random.Random(27)  # noqa: S311
    vocabulary = [f"w{number:x}" for number in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
    now = timezone.now()
    ada = User.objects.create_user("ada", "x", name="Ada")
    ada.roles.add(Role.objects.get(slug="editor"))
    stories = Story.objects.bulk_create(Story(title=f"Story {number}", opened_by=ada) for number in range(500))
    for start in range(0, claims, 10_000):
        Claim.objects.bulk_create(
            Claim(
                statement=" ".join(
                    [("even", "odd")[one % 2], *chance.choices(vocabulary, cum_weights=weights, k=12), f"number{one}"]
                ),
                story=stories[one % 500],
                opened_by=ada,
                changed_at=now,
            )
            for one in range(start, min(start + 10_000, claims))
        )
    Host.objects.create(name="news.example.com")
    for start in range(0, texts, 2_000):
        numbers = range(start, min(start + 2_000, texts))
        pages = Page.objects.bulk_create(
            Page(url=f"https://news.example.com/{one}", host_id="news.example.com") for one in numbers
        )
        digests = [hashlib.sha256(str(one).encode()).hexdigest() for one in numbers]
        captures = Capture.objects.bulk_create(
            Capture(
                page=page,
                state="stored",
                last_attempt=4,
                attempt=1,
                settled_at=now,
                read_at=now,
                body_digest=digest,
                warc_digest=digest,
            )
            for page, digest in zip(pages, digests, strict=True)
        )
        Extract.objects.bulk_create(
            Extract(
                capture=capture,
                title=" ".join(chance.choices(vocabulary, cum_weights=weights, k=8)),
                text=f"{('even', 'odd')[capture.pk % 2]} "
                + " ".join(chance.choices(vocabulary, cum_weights=weights, k=length)),
                text_digest=digest,
            )
            for capture, digest in zip(captures, digests, strict=True)
        )
    Stale.objects.all().delete()
    return ada


def read_all() -> None:
    from apps.search.catching_up import rebuild
    from apps.search.models import Kind

    for kind in Kind:
        started = time.monotonic()
        told = [done for done, _ in rebuild(kind)]
        spent = time.monotonic() - started
        if told:
            number = told[-1]
            say(f"{kind.label}: {number:,} read in {spent:.0f} s, {number / spent:,.0f} a second")


def sizes() -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
                " AND relname IN ('search_claimwords', 'search_textwords', 'claims_claim', 'archive_extract')"
            )
            say("  ".join(f"{name} {size}" for name, size in cursor.fetchall()))


QUERIES = {
    "a rare word": "number4711",
    "two words": "w40 w80",
    "a name of three words": '"w5 w9 w14"',
    "the commonest word": "w0*",
    "the commonest five": "w0 w1 w2 w3 w4",
    "two that never meet": "even odd",
    "all but": "even -w0 -w1 -w2",
    "one beginning of all": "w*",
    "twelve beginnings": " ".join(f"w{number:x}*" for number in range(1, 13)),
    "the commonest phrase": '"w0 w0 w0"',
    "nothing": "nightjar",
}


def measure(ada) -> None:
    from django.test import Client
    from django.urls import reverse

    from apps.claims.models import Claim
    from apps.search.finding import find
    from apps.search.index import TookTooLong
    from apps.search.models import Kind
    from apps.search.words import asked

    def attempt(kind, query, narrowed=None):
        try:
            return f"{find(kind, asked(query), narrowed).total:,}"
        except TookTooLong:
            return "ended"

    for kind in (Kind.CLAIM, Kind.TEXT):
        for name, query in QUERIES.items():
            spent, found = clocked(lambda kind=kind, query=query: attempt(kind, query))
            say(f"{kind.label:14} {name:24} {spent} ms  found {found}")
    story = Claim.objects.filter(story=7)
    for name in ("a rare word", "the commonest word", "two that never meet", "one beginning of all"):
        spent, found = clocked(lambda name=name: attempt(Kind.CLAIM, QUERIES[name], story))
        say(f"of one story   {name:24} {spent} ms  found {found}")
    client = Client()
    client.force_login(ada)
    for name in ("two words", "the commonest word", "nothing"):
        for kind in ("claim", "text"):
            told = {"q": QUERIES[name], "in": kind}
            spent, _ = clocked(lambda told=told: client.get(reverse("desk:search"), told))
            say(f"the page, {kind:5} {name:23} {spent} ms")


def clocked(do):
    found, spent = do(), []
    for _ in range(ROUNDS):
        started = time.monotonic()
        found = do()
        spent.append((time.monotonic() - started) * 1000)
    return f"{statistics.median(spent):7.1f}", found


def timed(what: str, do):
    started = time.monotonic()
    found = do()
    say(f"{what}, {time.monotonic() - started:.0f} s")
    return found


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
