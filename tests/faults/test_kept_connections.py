"""A worker keeps its way to the database from one task to the next, and gets over its loss without losing an attempt."""

import os
import time
from pathlib import Path

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.conf import settings as desk
from django.db import connection

from apps.archive.actions import register_page, request_capture
from apps.archive.models import Capture
from apps.archive.tasks import capture_page, ring
from tests.archive.servers import Route, site
from tests.newsroom import make_reporter
from tests.workers import wait_for, worker
from verifydesk.celery import app

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
STORY = "<html><head><title>Two captured</title></head><body><article><p>Two soldiers were captured.</p></article></body></html>"
PAGES = {f"/{number}": Route(STORY) for number in range(6)}
# Longer than a task takes to end after its row says that it has.
QUIET_SECONDS = 0.5


def kept():
    """What others have open of the database while nothing is done: server processes, on SQLite processes of ours."""
    time.sleep(QUIET_SECONDS)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return {pid for (pid,) in cursor.fetchall()}
    name = os.path.realpath(connection.settings_dict["NAME"])
    return {
        process.name
        for process in Path("/proc").iterdir()
        if process.name.isdigit() and process.name != str(os.getpid()) and name in _opened(process)
    }


def _opened(process):
    try:
        return {os.path.realpath(one) for one in (process / "fd").iterdir()}
    except OSError:
        return set()


def cut(held):
    """As when the database's server is started anew; a file is never away."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.executemany("SELECT pg_terminate_backend(%s)", [[pid] for pid in held])


def test_it_is_kept_and_its_loss_costs_nothing(settings, tmp_path):
    rita = make_reporter()
    with site(PAGES) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])

        def stored(path):
            asked = request_capture(register_page(f"http://{where}{path}"), by=rita)
            ring(capture_page, asked.pk)
            wait_for(lambda: Capture.objects.filter(pk=asked.pk, read_at__isnull=False).exists(), 30, path)
            asked.refresh_from_db()
            return asked

        first, *others, last = PAGES
        stored(first)
        held = kept()
        assert held
        for path in others:
            stored(path)
        assert held & kept()
        cut(kept())
        assert (stored(last).state, stored(last).attempt) == (Capture.State.STORED, 1)


def test_celery_heeds_what_it_is_told():
    assert DjangoWorkerFixup(app).db_reuse_max == desk.CELERY_DB_REUSE_MAX
    assert desk.DATABASES["default"]["CONN_MAX_AGE"] > 0
