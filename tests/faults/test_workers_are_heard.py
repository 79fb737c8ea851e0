"""Real workers give signs of life, are missed when they are killed, and are not when they end as they should."""

import signal

import pytest

from apps.archive import tasks
from apps.archive.health.judgement import judge
from apps.archive.health.signs import look
from apps.archive.models import Tallied, Worker
from tests.workers import free_port, redis, wait_for, worker

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
QUICK = {"ARCHIVE_HEARTBEAT_SECONDS": "0.5"}


@pytest.fixture(autouse=True)
def _heard_twice_a_second(settings):
    settings.ARCHIVE_HEARTBEAT_SECONDS = 0.5


def found():
    return {finding.what for finding in judge(look()).findings}


def test_a_worker_is_alive_until_it_is_killed_and_then_it_is_missed(tmp_path):
    assert "no_worker" in found()
    with worker(tmp_path, **QUICK) as running:
        wait_for(Worker.objects.exists, 20, "the worker's sign of life")
        row = Worker.objects.get()
        assert (row.name, row.process, row.queues) == (
            "worker@test",
            running.process.pid,
            ["desk", "extract", "fetch", "render"],
        )
        assert found() == set()
        wait_for(lambda: Worker.objects.get().seen_at > row.seen_at, 10, "a second sign of life")
        running.kill()
        wait_for(lambda: found() == {"no_worker", "worker_silent"}, 10, "the worker to be missed")


def test_a_worker_that_ends_as_it_should_is_not_missed(tmp_path):
    with worker(tmp_path, **QUICK) as running:
        wait_for(Worker.objects.exists, 20, "the worker's sign of life")
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(20)
    assert not Worker.objects.exists()


def test_a_row_that_was_cleared_away_while_the_worker_lives_comes_back(tmp_path):
    with worker(tmp_path, **QUICK):
        wait_for(Worker.objects.exists, 20, "the worker's sign of life")
        Worker.objects.all().delete()
        wait_for(Worker.objects.exists, 10, "the row to come back")


def test_workers_go_on_being_heard_while_the_broker_is_away(tmp_path, settings):
    port = free_port()
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
    with redis(tmp_path, port) as broker, worker(tmp_path, REDIS_URL=settings.CELERY_BROKER_URL, **QUICK):
        wait_for(Worker.objects.exists, 20, "the worker's sign of life")
        assert look().is_broker_there
        broker.kill()
        assert found() == {"broker_away"}
        before = Worker.objects.get().seen_at
        wait_for(lambda: Worker.objects.get().seen_at > before, 10, "another sign of life")
        assert found() == {"broker_away"}


def test_a_worker_counts_when_the_clock_rings(tmp_path):
    with worker(tmp_path, **QUICK):
        tasks.ring(tasks.count)
        wait_for(Tallied.objects.exists, 20, "the count")
