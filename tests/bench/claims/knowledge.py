"""What it costs to warn of similar claims beside very many, and to carry one drift to 10,000 claims.

``python -m tests.services -- python -m tests.bench.claims.knowledge --claims 200000`` (``--sqlite`` before the ``--``).
Fills the database that it is given: statements of ten to sixteen words, drawn unevenly from a newsroom's vocabulary.
"""

import argparse
import os
import random
import statistics
import sys
import time
from hashlib import md5
from itertools import islice

ASKED = 200
# As many words as a newsroom uses, and as unevenly: the hundred commonest make up half of what is said.
WORDS = [
    md5(str(n).encode()).hexdigest().translate(str.maketrans("0123456789", "ghijklmnop"))[:7] for n in range(30_000)
]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--claims", type=int, default=200_000)
    arguments.add_argument("--resting", type=int, default=10_000)
    asked = arguments.parse_args()
    claims = asked.claims
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # or every statement is kept
    call_command("migrate", verbosity=0)
    ada = person()
    started = time.monotonic()
    said = fill(claims, ada)
    say(f"{claims:,} claims filled in, {time.monotonic() - started:.0f} s")
    look_for(said)
    carry_news(ada, asked.resting)


def person():
    from apps.accounts.models import User

    return User.objects.create_user("bench", "bench", name="Bench")


def fill(number: int, ada) -> list[str]:
    from django.db import connection

    from apps.claims.models import Claim, ClaimTerm
    from apps.claims.similar import terms

    chance = random.Random(7)  # noqa: S311
    said = []
    made = (Claim(statement=sentence(chance), opened_by=ada) for _ in range(number))
    while batch := list(islice(made, 5_000)):
        rows = Claim.objects.bulk_create(batch, batch_size=1_000)
        said += [claim.statement for claim in rows[:10]]
        found = [(term, claim.pk) for claim in rows for term in terms(claim.statement)]
        if connection.vendor == "postgresql":
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY claims_claimterm (term, claim_id) FROM STDIN") as copy,
            ):
                for row in found:
                    copy.write_row(row)
        else:
            ClaimTerm.objects.bulk_create([ClaimTerm(term=a, claim_id=b) for a, b in found], batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return said


def sentence(chance: random.Random) -> str:
    words = [WORDS[int(len(WORDS) ** chance.random()) - 1] for _ in range(chance.randint(9, 14))]
    return " ".join([*words, str(chance.randint(1, 3000))]).capitalize() + "."


def look_for(said: list[str]) -> None:
    from apps.claims.similar import similar

    chance = random.Random(8)  # noqa: S311
    took, found = [], 0
    for told in chance.sample(said, min(ASKED, len(said))):
        words = told.rstrip(".").split()
        words.pop(chance.randrange(1, len(words)))
        edited = " ".join([*words[1:], words[0]]).upper()
        began = time.perf_counter()
        answer = similar(edited)
        took.append((time.perf_counter() - began) * 1000)
        found += any(one.claim.statement == told for one in answer)
    took.sort()
    say(
        f"similar: median {statistics.median(took):.1f} ms, 95 % {took[int(len(took) * 0.95)]:.1f} ms, "
        f"found {found} of {len(took)} with a word left out, the first one last, in capitals"
    )


def carry_news(ada, resting: int) -> None:
    from django.utils import timezone

    from apps.archive.models import Capture, Drift, Host, Page
    from apps.claims.actions import flag_for_drift
    from apps.claims.actions.spreading import carry
    from apps.claims.models import Citation, Claim, Flag
    from apps.claims.states import Stage, Stance
    from apps.sources.models import Source

    page = Page.objects.create(url="https://a.example.com/", host=Host.objects.create(name="a.example.com"))
    source = Source.objects.create(page=page)
    old, new = (
        Capture.objects.create(
            page=page, state="failed", code="http_403", attempt=1, last_attempt=1, settled_at=timezone.now()
        )
        for _ in range(2)
    )
    claims = Claim.objects.bulk_create(
        [Claim(statement=f"Resting {n}", opened_by=ada, stage=Stage.SETTLED) for n in range(resting)], batch_size=1_000
    )
    Citation.objects.bulk_create(
        [Citation(claim=one, source=source, capture=old, stance=Stance.SUPPORTS, cited_by=ada) for one in claims],
        batch_size=1_000,
    )
    drift = Drift.objects.create(page=page, kind="changed", before=old, after=new, share=0.2)
    began, worked = time.perf_counter(), time.process_time()
    cause = flag_for_drift(drift.pk)
    taken_up = time.perf_counter() - began
    longest = 0.0
    done = False
    while not done:
        batch = time.perf_counter()
        done = carry(cause, batches=1)
        longest = max(longest, time.perf_counter() - batch)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    say(
        f"carry: taken up in {taken_up * 1000:.1f} ms, {Flag.objects.count():,} claims flagged in {took:.1f} s, "
        f"{took / resting * 1000:.2f} ms each (CPU {worked / resting * 1000:.2f}), "
        f"longest transaction {longest * 1000:.0f} ms"
    )


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
