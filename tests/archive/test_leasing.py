"""How a worker takes a capture off the queue, loses it to another, and what is left of each attempt."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing.leasing import TOLD_EVERY_SECONDS, LeaseLostError, give_back, lease
from apps.archive.codes import Code
from apps.archive.models import Attempt, Capture, record_name
from apps.archive.records import storage
from apps.audit.models import Entry
from tests.newsroom import make_capture, make_person, make_reporter

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_reporter()


def verbs(asked):
    return [entry.verb for entry in reversed(Entry.objects.in_streams([asked.page.stream]))]


def run_out():
    """The lease of every capture under way runs out."""
    Capture.objects.filter(state="fetching").update(lease_until=timezone.now() - timedelta(seconds=1))


def stored_by(leased, data=b"a record"):
    """What a worker does before it settles: the row knows the digest, then the store has the bytes."""
    with storage.draft() as draft:
        draft.write(data)
        leased.announce(draft.digest, draft.size)
        draft.keep(record_name(draft.digest))
        leased.is_stored = True
    return record_name(draft.digest)


class TestLeasing:
    @pytest.fixture
    def asked(self, rita):
        return request_capture(register_page("https://example.org/story"), by=rita)

    def test_one_of_two_workers_gets_it(self, asked):
        assert lease(asked.pk).capture.attempt == 1
        assert lease(asked.pk) is None

    def test_it_is_not_taken_before_its_time(self, asked):
        Capture.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=30))
        assert lease(asked.pk) is None

    @pytest.mark.parametrize("state", ["queued", "fetching", "failed"])
    @pytest.mark.parametrize("seconds", [-1, 0, 1])
    def test_a_row_is_due_exactly_when_the_sweep_finds_it(self, asked, state, seconds):
        now = timezone.now()
        then = now + timedelta(seconds=seconds)
        held = {"lease_until": then, "lease_token": uuid.uuid4()} if state == "fetching" else {}
        ended = {"settled_at": now, "code": Code.HTTP_404} if state == "failed" else {}
        Capture.objects.update(state=state, next_attempt_at=then, **held, **ended)
        assert Capture.objects.get(pk=asked.pk).is_due(now) is Capture.objects.due(now).filter(pk=asked.pk).exists()

    def test_taking_and_settling_read_no_column_later(self, asked, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            leased = lease(asked.pk)
        with django_assert_max_num_queries(6):
            give_back(leased, Code.HTTP_404, "")

    def test_a_worker_that_comes_back_too_late_changes_nothing(self, asked):
        late = lease(asked.pk)
        Capture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        holder = lease(asked.pk)
        assert (holder.capture.attempt, late.token == holder.token) == (2, False)
        give_back(late, Code.HTTP_404, "")
        give_back(late, Code.HTTP_5XX, "")
        asked.refresh_from_db()
        assert (asked.state, asked.lease_token) == (Capture.State.FETCHING, holder.token)
        give_back(holder, Code.HTTP_404, "")
        asked.refresh_from_db()
        assert asked.state == Capture.State.FAILED
        assert verbs(asked) == ["capture_requested", "capture_postponed", "capture_failed"]
        assert [attempt.code for attempt in asked.attempts.all()] == [Code.WORKER_LOST, Code.HTTP_404]

    def test_how_far_it_is_stands_in_the_row_while_it_runs_and_not_after(self, asked):
        leased = lease(asked.pk)
        leased.told_at -= TOLD_EVERY_SECONDS
        leased.progress(70_000)
        asked.refresh_from_db()
        assert (asked.phase, asked.progress_bytes) == ("page", 70_000)
        give_back(leased, Code.HTTP_404, "")
        asked.refresh_from_db()
        assert asked.phase == ""

    def test_it_is_told_once_a_second_and_not_more_often(self, asked, django_assert_num_queries):
        leased = lease(asked.pk)
        with django_assert_num_queries(0):
            leased.progress(70_000)

    def test_storing_is_told_of_what_is_large_or_took_long_and_costs_a_small_page_nothing(
        self, asked, django_assert_num_queries
    ):
        leased = lease(asked.pk)
        with django_assert_num_queries(0):
            leased.storing(50_000)
        leased.told_at -= TOLD_EVERY_SECONDS
        with django_assert_num_queries(1):
            leased.storing(50_000)
        with django_assert_num_queries(1):
            leased.storing(50_000)
        asked.refresh_from_db()
        assert (asked.phase, asked.progress_bytes) == ("storing", 50_000)

    def test_a_worker_that_was_overtaken_stops_fetching(self, asked):
        late = lease(asked.pk)
        Capture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert lease(asked.pk)
        late.told_at -= TOLD_EVERY_SECONDS
        with pytest.raises(LeaseLostError):
            late.progress(70_000)

    def test_a_page_that_kills_its_workers_is_given_up_with_a_reason(self, asked, settings):
        for _ in range(asked.last_attempt):
            assert lease(asked.pk)
            Capture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert lease(asked.pk) is None
        asked.refresh_from_db()
        assert (asked.state, asked.code) == (Capture.State.FAILED, Code.WORKER_LOST)
        assert Attempt.objects.count() == asked.last_attempt

    def test_the_database_refuses_what_is_no_evidence(self, asked):
        with pytest.raises(IntegrityError), transaction.atomic():
            Capture.objects.filter(pk=asked.pk).update(state="stored", settled_at=timezone.now())
        with pytest.raises(IntegrityError), transaction.atomic():
            Capture.objects.filter(pk=asked.pk).update(state="failed")
        with pytest.raises(IntegrityError), transaction.atomic():
            Capture.objects.filter(pk=asked.pk).update(lease_token=uuid.uuid4())
        with pytest.raises(IntegrityError), transaction.atomic():
            make_capture(asked.page, Capture.State.QUEUED)

    @pytest.mark.django_db(transaction=True)
    def test_of_many_who_ask_at_once_all_share_one_copy(self):
        people = [make_person(f"reporter{number}", "reporter") for number in range(8)]
        page = register_page("https://example.org/story")
        start, found = threading.Barrier(len(people)), []

        def ask(person):
            try:
                start.wait(10)
                found.append(request_capture(page, by=person).pk)
            finally:
                connection.close()

        threads = [threading.Thread(target=ask, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(found) == len(people)
        assert len(set(found)) == Capture.objects.count() == 1


@pytest.mark.usefixtures("store")
class TestWhatALostWorkerLeaves:
    @pytest.fixture
    def asked(self, rita):
        return request_capture(register_page("https://example.org/story"), by=rita)

    def test_a_record_that_nobody_settled_is_cleared_away_by_whoever_takes_over(self, asked):
        place = stored_by(lease(asked.pk))
        assert storage.archive().exists(place)
        run_out()
        assert lease(asked.pk)
        assert not storage.archive().exists(place)
        assert (asked.attempts.get().code, asked.attempts.get().warc_digest) == (Code.WORKER_LOST, "")

    def test_also_when_it_was_the_last_attempt(self, asked):
        Capture.objects.update(last_attempt=1)
        place = stored_by(lease(asked.pk))
        run_out()
        assert lease(asked.pk) is None
        assert not storage.archive().exists(place)

    def test_what_could_not_be_cleared_away_at_first_is_the_next_time(self, asked):
        place = stored_by(lease(asked.pk))
        run_out()
        later = lease(asked.pk)
        with storage.draft() as draft:
            draft.write(b"a record")
            draft.keep(place)
        asked.attempts.update(warc_digest=draft.digest)
        run_out()
        assert lease(asked.pk).capture.attempt == later.capture.attempt + 1
        assert not storage.archive().exists(place)

    def test_a_worker_that_was_overtaken_before_it_stored_stores_nothing(self, asked):
        late = lease(asked.pk)
        run_out()
        assert lease(asked.pk)
        with pytest.raises(LeaseLostError):
            stored_by(late)

    def test_a_worker_that_was_overtaken_while_it_stored_takes_its_record_away(self, asked):
        late = lease(asked.pk)
        place = stored_by(late)
        run_out()
        holder = lease(asked.pk)
        with storage.draft() as draft:
            draft.write(b"a record")
            draft.keep(place)
        give_back(late, Code.HTTP_404, "")
        assert not storage.archive().exists(place)
        asked.refresh_from_db()
        assert asked.lease_token == holder.token

    def test_what_a_site_answered_instead_stays_with_the_attempt(self, asked):
        leased = lease(asked.pk)
        place = stored_by(leased, b"a refusal")
        give_back(leased, Code.HTTP_403, "The server answered 403", 403)
        attempt = asked.attempts.get()
        assert (attempt.code, attempt.http_status, attempt.warc_bytes) == (Code.HTTP_403, 403, 9)
        assert record_name(attempt.warc_digest) == place
        assert storage.archive().exists(place)

    def test_an_attempt_whose_storing_failed_names_no_record(self, asked):
        leased = lease(asked.pk)
        leased.announce("0" * 64, 12)
        give_back(leased, Code.STORAGE_FAILED, "OSError")
        assert (asked.attempts.get().code, asked.attempts.get().warc_digest) == (Code.STORAGE_FAILED, "")


@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_at_once_one_gets_it():
    asked = request_capture(register_page("https://example.org/story"), by=make_reporter())
    start, taken = threading.Barrier(8), []

    def take():
        try:
            start.wait(10)
            taken.append(lease(asked.pk))
        finally:
            connection.close()

    workers = [threading.Thread(target=take) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert [leased is not None for leased in taken].count(True) == 1
    asked.refresh_from_db()
    assert (len(taken), asked.attempt) == (8, 1)
