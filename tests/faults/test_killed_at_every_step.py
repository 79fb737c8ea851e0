"""Workers are killed before every step that they take, one after the other: whoever takes over ends with the same."""

import hashlib
import io
import json
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture
from apps.archive.models import Arrival, Attempt, Capture, Extract, Host, Look, Watch, record_name
from apps.archive.reading import reader
from apps.archive.receiving import arriving
from apps.archive.records import storage
from apps.archive.watching import looking
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from tests.archive.servers import Route, site
from tests.archive.watched import STORY, Watched
from tests.newsroom import make_page, make_reporter
from tests.workers import ROOT, environment

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
MOST_STEPS = 60


@pytest.fixture
def where(settings):
    """A site with as many pages as there may be steps."""
    settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
    with site({f"/{number}": Route(STORY) for number in range(MOST_STEPS)}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield where


@pytest.fixture
def rita():
    return make_reporter()


@contextmanager
def dying(job):
    """Asks for the job on a row to be done and to die before a step; says whether there was one."""
    command = [sys.executable, "-m", "tests.faults.dying", job]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:

        def died(row, step):
            process.stdin.write(f"{row} {step}\n")
            answer = process.stdout.readline()
            assert answer, "the job failed"
            assert int(answer) in (0, signal.SIGKILL)
            return bool(int(answer))

        yield died
        process.stdin.close()


def killed_at_each_step(job, row_of, take_over):
    """How many steps the job has; before each of them it was killed, and then taken over."""
    step = 1
    with dying(job) as died:
        while died(row := row_of(step), step):
            with entered_by(Channel.WORKER):
                take_over(row)
            step += 1
            assert step < MOST_STEPS
    return step - 1


def assert_nothing_is_left(*digests):
    """The store holds these records and no other file, and the check finds nothing, without any grace."""
    assert {storage.digest_of(file.name) for file in storage.archive().files()} == set(digests)
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("archive_check", "--grace=0", "--json", stdout=out, stderr=io.StringIO())
    assert [json.loads(line)["damage"] for line in out.getvalue().splitlines()[:-1]] == []


def past():
    return timezone.now() - timedelta(seconds=1)


def test_a_capture(where, rita):
    def asked_for(step):
        return request_capture(register_page(f"http://{where}/{step}"), by=rita).pk

    def take_over(number):
        Capture.objects.filter(pk=number, state="fetching").update(lease_until=past())
        if not Capture.objects.stored().filter(pk=number).exists():
            assert capture.run(number)

    steps = killed_at_each_step("capture", asked_for, take_over)
    assert steps >= 8
    assert Capture.objects.stored().count() == Capture.objects.count() == steps + 1
    verbs = [entry.verb for entry in Entry.objects.all()]
    assert verbs.count("capture_stored") == steps + 1
    # Who died before the row was taken, or after it was settled, took no attempt of anybody's.
    lost = Attempt.objects.filter(code="worker_lost")
    assert 4 <= lost.count() == verbs.count("capture_postponed") < steps
    assert not lost.exclude(warc_digest="").exists()
    assert_nothing_is_left(*Capture.objects.values_list("warc_digest", flat=True))


def test_a_look(where, rita):
    def watched(step):
        page = Watched(f"http://{where}/{step}", rita).page
        Watch.objects.filter(page=page).update(next_look_at=past())
        return page.pk

    def take_over(page_id):
        Watch.objects.filter(page=page_id, lease_token__isnull=False).update(lease_until=past())
        Host.objects.update(look_until=past())
        if not Look.objects.filter(page=page_id).exclude(outcome__in=["", "failed"]).exists():
            looking.run(page_id)

    steps = killed_at_each_step("look", watched, take_over)
    assert steps >= 8
    assert Look.objects.filter(outcome="unchanged").count() == Watch.objects.count() == steps + 1
    assert not Look.objects.filter(outcome="").exists()
    looks = Look.objects.exclude(warc_digest="").values_list("warc_digest", flat=True)
    assert_nothing_is_left(*looks, *Capture.objects.values_list("warc_digest", flat=True))


def long_ago():
    """When nobody who held something then can come back any more."""
    return past() - timedelta(seconds=settings.ARCHIVE_LEASE_SECONDS)


def test_an_upload(rita):
    """Whoever was bringing it sees that it failed; what they left is removed when nobody can come back any more."""

    def to_bring(step):
        return make_page(f"https://paper.example.com/{step}").pk

    def clear_away(_):
        Arrival.objects.update(at=long_ago())
        for number in arriving.abandoned():
            arriving.clear_away(number)

    steps = killed_at_each_step("upload", to_bring, clear_away)
    assert steps >= 8
    assert 1 <= Capture.objects.stored().count() == Capture.objects.count() < steps
    assert [entry.verb for entry in Entry.objects.all()] == ["capture_uploaded"] * Capture.objects.count()
    assert not Arrival.objects.exists()
    assert_nothing_is_left(*Capture.objects.values_list("warc_digest", flat=True))


def test_the_removal_of_what_was_brought_in_vain():
    def left(step):
        data = f"A record that no row came to know, {step}.".encode()
        digest = hashlib.sha256(data).hexdigest()
        storage.archive().save(record_name(digest), ContentFile(data))
        return Arrival.objects.create(warc_digest=digest, at=long_ago()).pk

    def take_over(number):
        Arrival.objects.exclude(let_go_at=None).update(let_go_at=long_ago())
        arriving.clear_away(number)

    assert killed_at_each_step("clear away", left, take_over) >= 4
    assert not Arrival.objects.exists()
    assert_nothing_is_left()


def test_a_reading(where, rita):
    def stored(step):
        asked = request_capture(register_page(f"http://{where}/{step}"), by=rita)
        with entered_by(Channel.WORKER):
            assert capture.run(asked.pk)
        return asked.pk

    def take_over(number):
        Capture.objects.filter(pk=number, read_at__isnull=True).update(read_lease_until=past())
        reader.run(number)

    steps = killed_at_each_step("read", stored, take_over)
    assert steps >= 5
    assert Extract.objects.count() == steps + 1
    assert not Capture.objects.filter(read_at__isnull=True).exists()
    assert [entry.verb for entry in Entry.objects.all()].count("text_read") == steps + 1
