"""The watch with real workers: one that is killed while it stores leaves nothing, and a change is found end to end."""

import io
import json
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.archive.models import Capture, Drift, Host, Look, Watch
from apps.archive.records import storage
from apps.archive.watching import looking
from apps.audit.context import Channel, entered_by
from apps.claims.actions import cite
from apps.claims.states import Stance
from tests.archive.servers import Route, site
from tests.archive.watched import FIRST, SECOND, STORY, THIRD, Watched, article
from tests.faults.looking import MOMENT
from tests.newsroom import make_claim, make_reporter
from tests.workers import ROOT, clock, environment, wait_for, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def damage():
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("archive_check", "--grace=0", "--json", stdout=out, stderr=io.StringIO())
    return [json.loads(line)["damage"] for line in out.getvalue().splitlines()[:-1]]


@pytest.mark.parametrize(("moment", "left"), [("before its name", ["part"]), ("after its name", [])])
def test_a_worker_killed_while_it_stores_a_looks_record_leaves_nothing(settings, moment, left):
    settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
    with site({"/story": Route(STORY)}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        watched = Watched(f"http://{where}/story", make_reporter())
        Watch.objects.update(next_look_at=timezone.now())
        command = [sys.executable, "-m", "tests.faults.looking", str(watched.page.pk)]
        env = {**environment(), MOMENT: moment}
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "here\n"
            process.kill()
            assert process.wait(10) == -signal.SIGKILL
        assert Look.objects.get().outcome == ""
        assert damage() == left

        past = timezone.now() - timedelta(seconds=1)
        Watch.objects.update(lease_until=past)
        Host.objects.update(look_until=past)
        with entered_by(Channel.WORKER):
            looking.run(watched.page.pk)
    assert list(Look.objects.order_by("pk").values_list("outcome", "code")) == [
        ("failed", "worker_lost"), ("unchanged", ""),
    ]  # fmt: skip
    assert damage() == []
    kept = {watched.watch.baseline.warc_digest, Look.objects.latest("pk").warc_digest}
    assert {storage.digest_of(file.name) for file in storage.archive().files()} == kept


def test_a_changed_page_is_found_by_clock_and_workers_alone(settings, tmp_path):
    quote = "It gave no further details about the men"
    rita = make_reporter()
    routes = {"/story": Route(STORY)}
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        cite(make_claim(rita), by=rita, url=f"http://{where}/story", stance=Stance.SUPPORTS, quote=quote)
        with worker(tmp_path), clock(tmp_path):
            wait_for(lambda: Watch.objects.get().baseline_id is not None, 40, "the first copy to be compared")
            routes["/story"] = Route(article(FIRST, "Both men were released on Friday.", THIRD))
            Watch.objects.update(next_look_at=timezone.now())
            wait_for(lambda: Drift.objects.count() == 2, 40, "the findings")
    assert sorted(Drift.objects.values_list("kind", flat=True)) == ["changed", "quote_gone"]
    assert Capture.objects.filter(by_watch=True, state="stored").count() == 1
    assert SECOND.startswith(quote)
