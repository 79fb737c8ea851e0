"""A worker is killed while it stores: nothing half lies under a record's name, and what is left is told and removed."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from apps.archive.models import record_name
from apps.archive.records.objects import ObjectStorage
from apps.archive.records.storage import EvidenceStorage, discard
from tests.archive.object_store import line_to, running
from tests.archive.stores import Files, Objects
from tests.faults.storing import DIGEST, RECORD
from tests.workers import ROOT, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db]
NAME = record_name(DIGEST)
# What is left when the process dies, and what the check says of it.
MOMENTS = {
    "before the part": ("nothing", []),
    "in the part": ("a part", ["part"]),
    "before it is synced": ("a part", ["part"]),
    "before its name": ("a part", ["part"]),
    "after its name": ("the record", ["orphan"]),
}


@pytest.fixture
def folder(settings, tmp_path):
    files = Files(tmp_path / "store")
    settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": files.backend, "OPTIONS": files.options}}
    return files


@contextmanager
def storing(folder, moment):
    """A process that stores and has come to this moment; it is ended as a power cut would end it."""
    command = [sys.executable, "-m", "tests.faults.storing", str(folder.folder), moment]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "here\n"
            yield
        finally:
            process.kill()
            assert process.wait(10) == -signal.SIGKILL


def damage():
    """The kinds that the check finds, without any grace."""
    out = io.StringIO()
    with suppress(SystemExit):
        call_command("archive_check", "--grace=0", "--json", stdout=out, stderr=io.StringIO())
    return [json.loads(line)["damage"] for line in out.getvalue().splitlines()[:-1]]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_killed_in_the_store_leaves_nothing_half_under_a_records_name(folder, moment):
    with storing(folder, moment):
        pass
    left, found = MOMENTS[moment]
    names = folder.names()
    if left == "nothing":
        assert names == []
    elif left == "a part":
        (part,) = names
        assert part.startswith(f"{NAME.rpartition('/')[0]}/.part-{DIGEST}-")
    else:
        assert names == [NAME]
        assert folder.get(NAME) == RECORD
    assert damage() == found
    discard(DIGEST)
    assert folder.names() == []
    assert damage() == []


def test_whoever_takes_over_stores_the_same_beside_the_part_of_the_dead(folder):
    with storing(folder, "in the part"):
        pass
    EvidenceStorage(location=folder.folder).save(NAME, ContentFile(RECORD))
    assert folder.get(NAME) == RECORD
    assert len(folder.names()) == 2
    discard(DIGEST)
    assert folder.names() == []


@pytest.mark.parametrize("moment", ["in the part", "before its name", "after its name"])
def test_two_who_store_the_same_at_once_leave_it_whole(folder, moment):
    with storing(folder, moment):
        EvidenceStorage(location=folder.folder).save(NAME, ContentFile(RECORD))
    assert folder.get(NAME) == RECORD


def test_a_worker_killed_while_it_uploads_leaves_nothing_in_the_bucket(settings):
    with running() as address, line_to(address, pause=0.05) as line:
        bucket = Objects(address)
        settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": bucket.backend, "OPTIONS": bucket.options}}
        bucket.make()
        code = (
            "import django; django.setup()\n"
            "from django.core.files.base import ContentFile\n"
            "from apps.archive.records.objects import ObjectStorage\n"
            "from tests.faults.storing import RECORD\n"
            f"store = ObjectStorage(**{ {**bucket.options, 'endpoint_url': line.address}!r})\n"
            f"store.save({NAME!r}, ContentFile(RECORD))\n"
        )
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "verifydesk.settings"}
        with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env) as process:
            wait_for(lambda: line.passed > 200_000, 30, "the upload to be under way")
            process.kill()
        time.sleep(0.5)
        assert line.passed < len(RECORD)
        assert bucket.names() == []
        assert damage() == []
        ObjectStorage(**bucket.options).save(NAME, ContentFile(RECORD))
        assert bucket.names() == [NAME]
