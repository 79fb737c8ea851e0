"""Workers, Redis and web processes are killed in the middle; what was asked for is stored all the same, and once."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from redis import Redis

from apps.archive import tasks
from apps.archive.actions import register_page, request_capture
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims.models import Citation
from tests import workers
from tests.archive.servers import Route, site
from tests.newsroom import make_claim, make_reporter
from tests.workers import ROOT, clock, environment, free_port, redis, wait_for, worker

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
STORY = "<html><head><title>Two captured</title></head><body><article><p>Two soldiers were captured.</p></article></body></html>"


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def own_redis(tmp_path):
    """The address of a Redis that this test may kill; nothing listens there yet."""
    port = free_port()
    return port, f"redis://127.0.0.1:{port}/0"


def ask(settings, where, rita, path="/story"):
    settings.ARCHIVE_ALLOW = frozenset([str(where)])
    return request_capture(register_page(f"http://{where}{path}"), by=rita)


def cite_in_a_web_process(claim, *urls_and_options, **values):
    command = [sys.executable, "-m", "tests.faults.citing", str(claim.pk), *urls_and_options]
    return subprocess.run(command, cwd=ROOT, env=environment(**values), timeout=60, check=False).returncode


def all_stored():
    return not Capture.objects.exclude(state="stored", read_at__isnull=False).exists()


def assert_stored_once(asked):
    asked.refresh_from_db()
    assert asked.state == Capture.State.STORED
    stored = [entry for entry in Entry.objects.in_streams([asked.page.stream]) if entry.verb == "capture_stored"]
    assert len(stored) == 1


def test_a_standalone_worker_fetches_reads_and_tells_the_sources(settings, tmp_path, rita):
    claim = make_claim(rita)
    with site({"/story": Route(STORY)}) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        assert cite_in_a_web_process(claim, f"http://{where}/story") == 0
        wait_for(all_stored, 20, "the page to be stored and read")
        citation = Citation.objects.get()
        wait_for(lambda: Citation.objects.get().source.outlet is not None, 10, "the source to learn")
    assert Citation.objects.get().source.title == "Two captured"
    assert_stored_once(citation.capture)


def test_a_worker_killed_in_the_middle_of_a_page_is_taken_over(settings, tmp_path, rita):
    with site({"/story": Route(STORY, delay=2)}) as where:
        asked = ask(settings, where, rita)
        short = {"ARCHIVE_LEASE_SECONDS": "4", "ARCHIVE_CAPTURE_SECONDS": "10"}
        with clock(tmp_path):
            with worker(tmp_path, "first", **short) as first:
                wait_for(lambda: where.requests, 20, "the first worker to ask for the page")
                first.kill()
            asked.refresh_from_db()
            assert asked.state == Capture.State.FETCHING
            with worker(tmp_path, "second", **short):
                wait_for(all_stored, 40, "the second worker to take over")
    assert_stored_once(asked)
    assert asked.attempt == 2


def test_redis_is_away_when_a_page_is_cited_and_comes_back_empty(settings, tmp_path, rita, own_redis):
    port, url = own_redis
    claim = make_claim(rita)
    with site({"/story": Route(STORY)}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        assert cite_in_a_web_process(claim, f"http://{where}/story", REDIS_URL=url) == 0
        assert Capture.objects.get().state == Capture.State.QUEUED
        with redis(tmp_path, port), clock(tmp_path, REDIS_URL=url), worker(tmp_path, REDIS_URL=url):
            wait_for(all_stored, 30, "the sweeper to ring")
    assert_stored_once(Capture.objects.get())


def test_redis_is_killed_with_work_in_it_while_a_worker_fetches(settings, tmp_path, rita, own_redis):
    port, url = own_redis
    claim = make_claim(rita)
    pages = {f"/{number}": Route(STORY, delay=0.5) for number in range(6)}
    with site(pages) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        with redis(tmp_path, port) as first, clock(tmp_path, REDIS_URL=url), worker(tmp_path, REDIS_URL=url) as running:
            urls = [f"http://{where}{path}" for path in pages]
            assert cite_in_a_web_process(claim, *urls, REDIS_URL=url) == 0
            first.kill()
            with redis(tmp_path, port):
                wait_for(all_stored, 60, "every page to be stored")
                assert running.process.poll() is None
    assert Capture.objects.count() == len(pages)
    for asked in Capture.objects.all():
        assert_stored_once(asked)


def test_a_web_process_dies_between_the_commit_and_the_bell(settings, tmp_path, rita):
    """Bells of the tests before may still lie in the broker: none of them is to be taken for this one's."""
    Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    claim = make_claim(rita)
    with site({"/story": Route(STORY)}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        with worker(tmp_path) as running:
            assert cite_in_a_web_process(claim, f"http://{where}/story", "--die-after-commit") == 9
            assert Capture.objects.get().state == Capture.State.QUEUED
            assert not running.said("archive.capture_page[")
            with clock(tmp_path):
                wait_for(all_stored, 20, "the sweeper to ring")
    assert_stored_once(Capture.objects.get())


def test_the_same_bell_rung_thrice_stores_once(settings, tmp_path, rita):
    with site({"/story": Route(STORY, delay=0.3)}) as where:
        asked = ask(settings, where, rita)
        for _ in range(3):
            tasks.ring(tasks.capture_page, asked.pk)
        with worker(tmp_path):
            wait_for(all_stored, 20, "the page to be stored")
        assert len(where.requests) == 1
    assert_stored_once(asked)


def test_these_tests_ran_on_the_database_that_the_processes_used():
    assert connection.settings_dict["NAME"] in workers.database_url()
    assert os.environ["REDIS_URL"].startswith("redis://127.0.0.1:")
