"""Whether the archive is well: each thing that can be the matter, from rows, beside the same archive without it."""

import json
import re
import shutil
import socket
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from apps.archive.health import signs, tallies
from apps.archive.health.judgement import counted, judge, lasting
from apps.archive.health.signs import look
from apps.archive.models import Attempt, Capture, Tallied, Watch, Worker
from apps.archive.tasks import capture_page, ring
from tests.archive.test_commands import command
from tests.newsroom import make_attempt, make_capture, make_extract, make_page

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def ago(minutes):
    return timezone.now() - minutes * MINUTE


def make_worker(*queues, seen=0.0, since=60.0, name="celery@desk"):
    served = list(queues or ("desk", "extract", "fetch", "render"))
    return Worker.objects.create(
        name=name,
        machine="desk",
        process=1,
        queues=served,
        version="VerifyDesk/0.1",
        since=ago(since),
        seen_at=ago(seen),
    )


def page(host="paper.example.com"):
    return make_page(f"https://{host}/{Capture.objects.count()}")


def queued(due=0.0, host="paper.example.com"):
    return make_capture(page(host), state=Capture.State.QUEUED, next_attempt_at=ago(due))


def fetching(taken, left):
    return make_capture(
        page(), state=Capture.State.FETCHING, lease_token=uuid4(), taken_at=ago(taken), lease_until=ago(-left)
    )


def attempt(code="http_403", minutes=1.0, host="paper.example.com"):
    made = make_attempt(make_capture(page(host), state=Capture.State.FAILED, code=code), code=code)
    Attempt.objects.filter(pk=made.pk).update(started_at=ago(minutes), ended_at=ago(minutes))


@pytest.fixture
def well():
    """A desk with a worker for everything, and a clock that came round just now."""
    make_worker()
    Tallied.objects.create(id=1, at=timezone.now())


def found():
    """What is found, by name and level."""
    return {(finding.what, finding.level.value) for finding in judge(look()).findings}


def sentence(what):
    return next(f"{one.sentence} {one.advice}" for one in judge(look()).findings if one.what == what)


def test_a_desk_with_workers_and_a_clock_is_well(well):
    judgement = judge(look())
    assert (judgement.findings, judgement.is_well, judgement.sentence) == ([], True, "The archive is well.")


class TestWorkThatWaits:
    def test_for_some_minutes_is_well(self, well):
        queued(due=4)
        assert found() == set()

    def test_and_that_nobody_takes_is_not(self, well):
        queued(due=12)
        queued(due=6)
        assert found() == {("fetch_stuck", "trouble")}
        assert sentence("fetch_stuck").startswith(
            "No worker has taken `fetch` work for 12 minutes: 2 pages wait to be fetched."
        )
        assert "alive and take nothing" in sentence("fetch_stuck")

    def test_is_late_only_since_somebody_last_took_some(self, well):
        queued(due=12)
        attempt(minutes=8)
        assert "for 8 minutes" in sentence("fetch_stuck")
        attempt(minutes=2)
        assert found() == set()

    def test_is_not_late_while_another_page_is_being_fetched(self, well):
        queued(due=12)
        fetching(taken=1, left=1)
        assert found() == set()

    def test_that_a_dead_worker_left_lying_waits_since_its_lease_ran_out(self, well):
        fetching(taken=20, left=-12)
        assert "No worker has taken `fetch` work for 12 minutes: 1 page waits" in sentence("fetch_stuck")

    def test_for_a_later_try_is_not_late(self, well):
        queued(due=-10)
        assert found() == set()
        assert look().queue("fetch").later == 1

    def test_that_is_taken_too_slowly_is_a_caution(self, well):
        queued(due=47)
        attempt(minutes=1)
        assert found() == {("fetch_behind", "caution")}
        assert "the oldest for 47 minutes" in sentence("fetch_behind")

    def test_without_a_worker_says_which_to_start(self, well):
        Worker.objects.update(queues=["desk", "extract"])
        queued(due=12)
        assert found() == {("fetch_stuck", "trouble")}
        assert "Is `worker` running?" in sentence("fetch_stuck")
        assert "--queues fetch" in sentence("fetch_stuck")


class TestPagesToBeDrawn:
    def wanted(self, due=0.0):
        make_capture(page(), state=Capture.State.QUEUED, next_attempt_at=ago(due), wants_browser=True)

    def test_wait_in_a_queue_of_their_own(self, well):
        self.wanted()
        assert (look().queue("render").waiting, look().queue("fetch").waiting) == (1, 0)

    def test_that_nobody_draws_are_not_well(self, well):
        self.wanted(due=12)
        assert "No worker has taken `render` work for 12 minutes: 1 page waits to be drawn" in sentence("render_stuck")

    def test_that_are_drawn_one_after_the_other_are_only_behind(self, well):
        self.wanted(due=40)
        make_capture(page(), wants_browser=True, taken_at=ago(2), settled_at=ago(1))
        assert found() == {("render_behind", "caution")}

    def test_want_a_worker_only_when_there_are_any(self, well):
        Worker.objects.update(queues=["desk", "extract", "fetch"])
        assert found() == set()
        self.wanted()
        assert found() == {("queue_unserved", "trouble")}


class TestPagesToBeLookedAt:
    def watch(self, due):
        seen = make_capture(page())
        return Watch.objects.create(page=seen.page, next_look_at=ago(due), baseline=seen, compared=seen)

    def test_that_nobody_looks_at_are_not_well(self, well):
        self.watch(due=12)
        assert "No worker has taken `look` work for 12 minutes: 1 cited page waits" in sentence("look_stuck")
        assert "--queues fetch" not in sentence("look_stuck"), "there is a worker for it"

    def test_wait_for_later_until_they_are_due(self, well):
        self.watch(due=-12)
        assert found() == set()
        assert look().queue("look").later == 1

    def test_are_nobodys_concern_while_the_watch_is_turned_off(self, well, settings):
        settings.ARCHIVE_WATCH = False
        self.watch(due=12)
        assert found() == set()


class TestCopiesToBeRead:
    def test_that_nobody_reads_are_not_well(self, well):
        make_capture(page(), read_at=None, settled_at=ago(12))
        assert found() == {("extract_stuck", "trouble")}
        assert "12 minutes: 1 copy waits to be read" in sentence("extract_stuck")

    def test_are_well_while_somebody_reads(self, well):
        make_extract(make_capture(page()))
        make_capture(page(), read_at=None, settled_at=ago(12))
        assert found() == set()

    def test_that_are_being_read_do_not_wait(self, well):
        make_capture(page(), read_at=None, settled_at=ago(12), read_lease_until=ago(-1))
        assert found() == set()
        assert look().queue("extract").under_way == 1


class TestWorkers:
    def test_none_is_trouble_even_when_nothing_waits(self, well):
        Worker.objects.all().delete()
        assert found() == {("no_worker", "trouble")}

    def test_none_for_one_queue_is_trouble(self, well):
        Worker.objects.update(queues=["desk", "fetch"])
        assert found() == {("queue_unserved", "trouble")}
        assert "the queue `extract`" in sentence("queue_unserved")

    def test_that_fell_silent_are_told_with_what_they_served(self, well, settings):
        make_worker("fetch", seen=5, name="celery@second")
        assert found() == {("worker_silent", "caution")}
        assert "no sign of life for 5 minutes. It served fetch." in sentence("worker_silent")

    def test_are_alive_for_four_signs_of_life(self, well, settings):
        settings.ARCHIVE_HEARTBEAT_SECONDS = 15
        Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=55))
        assert found() == set()
        Worker.objects.update(seen_at=timezone.now() - timedelta(seconds=65))
        assert found() == {("no_worker", "trouble"), ("worker_silent", "caution")}


class TestTheClock:
    def test_that_has_not_come_round_is_trouble(self, well):
        Tallied.objects.update(at=ago(12))
        assert found() == {("clock_stopped", "trouble")}
        assert "for 12 minutes" in sentence("clock_stopped")

    def test_of_a_desk_that_has_just_started_has_some_minutes(self, well):
        Tallied.objects.all().delete()
        Worker.objects.update(since=ago(1))
        assert found() == set()
        Worker.objects.update(since=ago(4))
        assert found() == {("clock_stopped", "trouble")}

    def test_is_not_blamed_when_nobody_can_hear_it(self, well):
        Tallied.objects.update(at=ago(12))
        Worker.objects.update(queues=["fetch", "extract"])
        assert found() == {("queue_unserved", "trouble")}


class TestTheStore:
    def test_without_room_is_trouble(self, well, settings):
        settings.ARCHIVE_FREE_BYTES = 2**60
        assert found() == {("store_full", "trouble")}

    def test_that_fills_up_within_days_is_a_caution(self, well, settings, tmp_path):
        free = shutil.disk_usage(tmp_path).free
        make_capture(page(), warc_bytes=free // 2)
        settings.ARCHIVE_FREE_BYTES = free // 2
        tallies.count()
        assert found() == {("store_filling", "caution")}
        assert re.search(
            "At the pace of the last 7 days the archive's disk is full in [5-7] days", sentence("store_filling")
        )

    @pytest.mark.parametrize("code", ["storage_full", "storage_failed"])
    def test_that_took_no_record_in_the_last_hour_is_trouble(self, well, code):
        attempt(code, minutes=70)
        assert found() == set()
        attempt(code, minutes=50)
        assert found() == {("store_failing", "trouble")}

    def test_says_how_much_it_holds(self, well):
        make_capture(page(), warc_bytes=1_000)
        make_capture(page(), warc_bytes=2_000)
        tallies.count()
        assert (look().store.records, look().store.bytes) == (2, 3_000)

    def test_in_a_bucket_has_no_room_to_tell(self, well, store):
        seen = look().store
        assert (seen.room is None) == seen.is_bucket == (type(store).__name__ == "Objects")


class TestTheLastHour:
    def test_a_fault_of_our_own_is_a_caution_and_many_are_trouble(self, well):
        attempt("internal")
        assert found() == {("own_faults", "caution")}
        for _ in range(4):
            attempt("worker_lost")
        assert found() == {("own_faults", "trouble")}

    def test_many_hosts_that_can_not_be_reached_are_a_network_that_is_away(self, well):
        for number in range(4):
            attempt("dns_timeout", host=f"paper{number}.example.com")
        assert found() == set()
        attempt("connect_timeout", host="paper5.example.com")
        assert found() == {("network_away", "trouble")}
        for _ in range(5):
            make_capture(page())
        assert found() == set()

    def test_what_sites_refuse_is_nothing_that_an_operator_could_mend(self, well):
        for number in range(9):
            attempt("http_403", host=f"paper{number}.example.com")
        assert found() == set()


def test_what_waits_for_a_person_is_counted_among_the_latest_that_were_given_up(well, monkeypatch):
    for number in range(4):
        old = make_capture(page(), state=Capture.State.FAILED, code="http_403")
        if number % 2:
            make_capture(old.page)
    assert (look().needs_a_person, look().needs_more) == (2, False)
    monkeypatch.setattr(signs, "ASKED_ABOUT", 2)
    assert (look().needs_a_person, look().needs_more) == (1, True)


class TestTheBroker:
    def test_that_is_away_is_told_and_the_rest_is_told_all_the_same(self, well, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        queued(due=12)
        assert found() == {("broker_away", "trouble"), ("fetch_stuck", "trouble")}
        assert "The broker comes first" in sentence("fetch_stuck")
        assert look().queue("fetch").messages is None

    def test_that_takes_connections_and_says_nothing_costs_about_a_second(self, well, settings):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
            started = time.monotonic()
            assert not look().is_broker_there
            assert time.monotonic() - started < 3
        assert threading.active_count() < 50

    def test_says_how_many_messages_wait(self, well):
        before = look().queue("fetch").messages
        ring(capture_page, 0)
        assert look().queue("fetch").messages == before + 1


class TestTheCommand:
    def test_says_so_and_ends_with_0_when_all_is_well(self, well):
        said, status = command("archive_health")
        assert status == 0
        assert said.startswith("The archive is well.\n")
        assert "fetch: 0 waiting; 0 under way, 0 later; 1 worker" in said

    def test_says_what_is_the_matter_and_ends_with_1(self, well):
        queued(due=12)
        said, status = command("archive_health")
        assert status == 1
        assert said.startswith("The archive is not well: 1 thing needs somebody.\n  No worker has taken `fetch` work")

    def test_a_caution_alone_ends_with_0(self, well):
        attempt("internal")
        said, status = command("archive_health")
        assert status == 0
        assert said.startswith("The archive is well, with 1 thing to keep an eye on.")

    def test_tells_a_script_everything_it_saw(self, well):
        queued(due=12)
        attempt("dns_timeout", minutes=30)
        said, status = command("archive_health", "--json")
        told = json.loads(said)
        assert (status, told["well"], told["broker"], told["needs_a_person"]) == (1, False, True, 1)
        assert [finding["what"] for finding in told["findings"]] == ["fetch_stuck"]
        assert told["queues"]["fetch"]["waiting"] == 1
        assert 719 <= told["queues"]["fetch"]["oldest_seconds"] <= 730
        assert told["last_hour"]["failed"] == {"dns_timeout": 1}
        assert [worker["alive"] for worker in told["workers"]] == [True]

    def test_counts_anew_when_asked(self, well):
        make_capture(page(), warc_bytes=5)
        said, _ = command("archive_health", "--recount", "--json")
        assert json.loads(said)["store"]["bytes"] == 5


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 seconds"),
        (1, "1 second"),
        (90, "90 seconds"),
        (720, "12 minutes"),
        (7_200, "2 hours"),
        (200_000, "2 days"),
    ],
)
def test_a_time_is_told_in_the_unit_that_says_enough(seconds, words):
    assert lasting(timedelta(seconds=seconds)) == words


def test_numbers_are_told_with_their_word():
    told = [counted(number, "page", "pages") for number in (0, 1, 1204, 10_001)]
    assert told == ["0 pages", "1 page", "1,204 pages", "more than 10,000 pages"]


def test_no_question_goes_through_all_captures_or_attempts(well):
    """Each is one that an index answers. PostgreSQL would rather read a small table whole: it is asked not to."""
    queued(due=12)
    make_capture(page(), read_at=None)
    attempt()
    asked = []

    def note(execute, question, values, many, context):
        asked.append((question, values))
        return execute(question, values, many, context)

    with connection.execute_wrapper(note):
        look()
        tallies.count()
        list(Capture.objects.due(timezone.now()).in_fair_turns(2))
        list(Capture.objects.unread(timezone.now()).order_by("pk")[:1])
    # The newest row by its number, without a condition, is the first that is met.
    questions = [(one, values) for one, values in asked if one.startswith("SELECT") and " WHERE " in one]
    assert len(questions) > 15
    explain, is_whole = "EXPLAIN QUERY PLAN", r"SCAN (archive_(capture|attempt|look)|[A-Z]0)\b(?! USING)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            explain, is_whole = "EXPLAIN", r"Seq Scan on archive_(capture|attempt|look)\b"
        for question, values in questions:
            cursor.execute(f"{explain} {question}", values)
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert not re.search(is_whole, plan), f"{question}\n{plan}"
