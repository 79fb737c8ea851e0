"""What it costs to tell of many lines, and to ask what is new on a claim that fifty people look at.

``python -m tests.services -- python -m tests.bench.teamwork.telling`` (``--sqlite`` before the ``--``).
Fills the database that it is given: claims that everybody watches, and comments on them.
"""

import argparse
import os
import statistics
import sys
import time

ASKED = 300


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=50)
    arguments.add_argument("--comments", type=int, default=2_000)
    asked = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False  # or every statement is kept
    call_command("migrate", verbosity=0)
    from apps.claims.actions import open_claim
    from apps.teamwork.actions import post_comment
    from apps.teamwork.models import Watcher
    from tests.newsroom import make_person

    people = [make_person(f"somebody{number}", "editor") for number in range(asked.people)]
    claim = open_claim("Two were captured.", by=people[0])
    Watcher.objects.bulk_create([Watcher(claim=claim, person=one) for one in people[1:]])
    for number in range(asked.comments):
        post_comment(claim, f"{number}, @somebody{number % asked.people}", by=people[number % 7])
    tell_of_all()
    ask(claim, people)


def tell_of_all() -> None:
    from apps.audit.sealing.sealer import seal
    from apps.teamwork.models import Notice
    from apps.teamwork.telling import tell

    while (sealed := seal()) and sealed.is_more:
        pass
    started = time.monotonic()
    while tell():
        pass
    took, made = time.monotonic() - started, Notice.objects.count()
    say(f"{made:,} notices made in {took:.1f} s: {made / took:,.0f} a second")


def ask(claim, people) -> None:
    from django.test import Client
    from django.urls import reverse

    from apps.teamwork.models import Presence

    client = Client(headers={"host": "127.0.0.1", "hx-request": "true"})
    client.force_login(people[0])
    path = reverse("desk:claim_live", args=[claim.pk])
    client.get(path)
    Presence.objects.bulk_create([Presence(claim=claim, person=one) for one in people[1:]])
    shown = client.get(path).content.decode().split("/live/?live=")[1].split('"')[0]
    times = []
    for _ in range(ASKED):
        started = time.perf_counter()
        answer = client.get(path, {"live": shown})
        times.append((time.perf_counter() - started) * 1_000)
        assert answer.status_code == 204, answer.status_code
    late = sorted(times)[int(ASKED * 0.95)]
    say(f"nothing new: {statistics.median(times):.1f} ms at the median, {late:.1f} ms at 95 %")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
