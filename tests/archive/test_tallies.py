"""What is counted of captures: each once, whenever it commits, however often it is counted, and again from nothing."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.archive.actions import retry_capture
from apps.archive.health import tallies
from apps.archive.models import Capture, Look, Tallied, Tally
from tests.newsroom import make_attempt, make_capture, make_page, make_reporter

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stored(host="paper.example.com", at=NOON, size=1000, **fields):
    page = make_page(f"https://{host}/{Capture.objects.count()}")
    return make_capture(page, settled_at=at, warc_bytes=size, **fields)


def failed(code="http_403", host="paper.example.com", at=NOON, **fields):
    page = make_page(f"https://{host}/{Capture.objects.count()}")
    capture = make_capture(page, state=Capture.State.FAILED, code=code, settled_at=at)
    attempt = make_attempt(capture, code=code, **fields)
    type(attempt).objects.filter(pk=attempt.pk).update(ended_at=at)
    return capture


def told(**which):
    """What the tallies say: when, where, what came of it, how often, how many bytes."""
    rows = Tally.objects.filter(**which).order_by("start", "host", "outcome", "code", "method")
    return [(row.start, row.host, row.outcome, row.code, row.method, row.count, row.records, row.bytes) for row in rows]


class TestWhatIsCounted:
    def test_copies_by_hour_and_day_by_host_and_all_together(self):
        stored(size=1000)
        stored(size=500)
        stored(host="wire.example.com", at=NOON + HOUR, size=7, method=Capture.Method.UPLOADED)
        stored(state=Capture.State.PARTIAL, size=1)
        assert tallies.count(NOON + HOUR)
        noon, one, day = NOON.replace(minute=0), NOON.replace(hour=13, minute=0), NOON.replace(hour=0, minute=0)
        assert told(span="hour") == [
            (noon, "", "partial", "", "fetched", 1, 1, 1),
            (noon, "", "stored", "", "fetched", 2, 2, 1500),
            (noon, "paper.example.com", "partial", "", "fetched", 1, 1, 1),
            (noon, "paper.example.com", "stored", "", "fetched", 2, 2, 1500),
            (one, "", "stored", "", "uploaded", 1, 1, 7),
            (one, "wire.example.com", "stored", "", "uploaded", 1, 1, 7),
        ]
        assert told(span="day", host="") == [
            (day, "", "partial", "", "fetched", 1, 1, 1),
            (day, "", "stored", "", "fetched", 2, 2, 1500),
            (day, "", "stored", "", "uploaded", 1, 1, 7),
        ]

    def test_failed_attempts_by_code_with_what_was_kept_of_them(self):
        failed("http_403", warc_digest="a" * 64, warc_bytes=20)
        failed("http_403")
        failed("dns_timeout")
        tallies.count(NOON)
        noon = NOON.replace(minute=0)
        assert told(span="hour", host="") == [
            (noon, "", "failed", "dns_timeout", "", 1, 0, 0),
            (noon, "", "failed", "http_403", "", 2, 1, 20),
        ]

    def test_looks_with_their_records(self):
        page = make_page("https://paper.example.com/watched")
        Look.objects.create(page=page, at=NOON, outcome="unchanged", warc_digest="b" * 64, warc_bytes=30)
        Look.objects.create(page=page, at=NOON, outcome="unchanged")
        tallies.count(NOON)
        assert [row[2:] for row in told(span="day", host="")] == [("looked", "", "", 2, 1, 30)]

    def test_what_is_on_its_way_is_not(self):
        make_capture(make_page("https://a.example.com/"), state=Capture.State.QUEUED)
        tallies.count(NOON)
        assert told() == []


class TestCountingAgain:
    def test_doubles_nothing(self):
        stored()
        failed()
        tallies.count(NOON)
        once = told()
        tallies.count(NOON)
        tallies.count(NOON + HOUR)
        assert told() == once

    def test_finds_a_row_that_was_committed_late(self):
        stored()
        tallies.count(NOON)
        stored(at=NOON - timedelta(minutes=20))
        tallies.count(NOON + 2 * HOUR)
        assert [row[5] for row in told(span="day", host="")] == [2]

    def test_after_a_break_of_days_leaves_no_hour_out(self):
        for hours in range(0, 100, 7):
            stored(at=NOON + hours * HOUR)
        tallies.count(NOON + HOUR)
        tallies.count(NOON + 100 * HOUR)
        assert sum(row[5] for row in told(span="day", host="")) == 15
        assert sum(row[5] for row in told(span="hour", host="paper.example.com")) == 15

    def test_from_nothing_makes_the_same_tallies_from_the_rows(self):
        for days in range(5):
            stored(at=NOON + timedelta(days=days))
            failed(at=NOON + timedelta(days=days, hours=3))
            tallies.count(NOON + timedelta(days=days, hours=4))
        kept = told()
        tallies.forget()
        assert told() == []
        tallies.count(NOON + timedelta(days=4, hours=4))
        assert told() == kept

    def test_a_failure_that_is_tried_again_has_happened_all_the_same(self):
        capture = failed()
        tallies.count(NOON)
        kept = told()
        retry_capture(capture, by=make_reporter())
        tallies.forget()
        tallies.count(NOON + HOUR)
        assert told() == kept

    def test_hours_are_kept_for_some_days_and_days_for_ever(self):
        stored()
        tallies.count(NOON)
        tallies.count(NOON + timedelta(days=9))
        assert told(span="hour") == []
        assert [row[5] for row in told(span="day", host="")] == [1]

    def test_a_day_whose_hours_are_gone_is_not_taken_back(self):
        stored()
        tallies.count(NOON)
        for days in range(20):
            tallies.count(NOON + timedelta(days=days))
        assert [row[5] for row in told(span="day", host="")] == [1]

    def test_an_old_archive_is_counted_a_piece_at_a_time(self):
        for days in range(6):
            stored(at=NOON + timedelta(days=days))
        counts = 1
        while not tallies.count(NOON + timedelta(days=6), busy_seconds=0):
            counts += 1
        assert counts > 3
        assert [row[5] for row in told(span="day", host="")] == [1] * 6


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_counters_and_settlers_that_meet_lose_and_double_nothing(self):
        """Six threads settle copies while three count; a last count then says what the rows say."""
        pages = [make_page(f"https://paper{number % 3}.example.com/{number}") for number in range(60)]
        troubles = []

        def in_thread(work):
            def run():
                try:
                    work()
                except Exception as error:
                    troubles.append(error)
                finally:
                    connection.close()

            return threading.Thread(target=run)

        def settle(number):
            for page in pages[number::6]:
                with transaction.atomic():
                    make_capture(page, warc_bytes=10, settled_at=timezone.now())

        def count():
            for _ in range(6):
                tallies.count()

        threads = [in_thread(lambda number=number: settle(number)) for number in range(6)]
        threads += [in_thread(count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []
        tallies.count()
        assert Tallied.objects.count() == 1
        for span in Tally.Span:
            rows = Tally.objects.of_all_hosts(span)
            assert (sum(row.count for row in rows), sum(row.bytes for row in rows)) == (60, 600)
            assert sum(row.count for row in Tally.objects.of_each_host(span)) == 60

    def test_a_copy_settled_before_a_count_and_committed_after_it_is_counted_by_the_next(self):
        """SQLite has one writer at a time: there the count itself waits for the late one."""
        has_one_writer = connection.vendor == "sqlite"
        page, settled, counted = make_page("https://paper.example.com/late"), threading.Event(), threading.Event()

        def late():
            with transaction.atomic():
                make_capture(page, warc_bytes=10, settled_at=timezone.now())
                settled.set()
                counted.wait(1 if has_one_writer else 10)
            connection.close()

        thread = threading.Thread(target=late)
        thread.start()
        assert settled.wait(10)
        tallies.count()
        assert has_one_writer or told() == []
        counted.set()
        thread.join()
        tallies.count()
        assert [row[5] for row in told(span="day", host="")] == [1]
