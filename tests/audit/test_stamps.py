"""Time stamps of checkpoints: asked of an authority on loopback, kept beside them, and told apart from what is none."""

import subprocess

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit import triggers
from apps.audit.actions import record
from apps.audit.models import Checkpoint
from apps.audit.sealing import anchors
from apps.audit.sealing.sealer import seal
from apps.audit.sealing.stamps import NoStamp, stamp
from apps.audit.tasks import seal_what_waits
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify
from apps.audit.verifying.seals import is_stamp_of
from tests.archive.servers import Route, site
from tests.bundles.authority import make_authority

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return make_authority(tmp_path_factory.mktemp("authority"))


def write():
    record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)


def test_the_newest_checkpoint_is_stamped_and_openssl_agrees(settings, authority, tmp_path):
    write()
    with authority.served() as settings.AUDIT_TSA_URL:
        seal_what_waits()
    checkpoint = Checkpoint.objects.get()
    note, token = tmp_path / "note", tmp_path / "note.tsr"
    note.write_text(checkpoint.note)
    token.write_bytes(bytes(checkpoint.stamp))
    asked = ["openssl", "ts", "-verify", "-data", note, "-in", token, "-CAfile", authority.root]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=30)
    assert (said.returncode, "Verification: OK" in said.stdout) == (0, True), said
    assert anchors.content_of(anchors.name_of(checkpoint.size, "tsr")) == bytes(checkpoint.stamp)
    report = verify()
    assert (report.stamps, report.findings) == (1, [])


@pytest.mark.parametrize("becomes", ["another", "none"])
def test_a_stamp_that_is_not_the_one_laid_down_is_found(settings, authority, becomes):
    write()
    with authority.served() as settings.AUDIT_TSA_URL:
        seal_what_waits()
    checkpoint = Checkpoint.objects.get()
    other = authority.stamp(checkpoint.note.encode()) if becomes == "another" else None
    triggers.lift(connection)
    Checkpoint.objects.update(stamp=other)
    triggers.install(connection)
    (found,) = verify().findings
    assert (found.kind, found.where) == ("stamp_differs", anchors.name_of(checkpoint.size, "tsr"))


def test_a_stamp_that_could_not_be_laid_down_is_laid_down_before_the_next(settings, authority, monkeypatch):
    settings.AUDIT_TSA_SECONDS = 0
    lay_down = anchors._lay_down
    monkeypatch.setattr(anchors, "_lay_down", lambda name, content: name.endswith("note") and lay_down(name, content))
    with authority.served() as settings.AUDIT_TSA_URL:
        write()
        seal_what_waits()
        write()
        seal_what_waits()
        first = Checkpoint.objects.get(stamp__isnull=False)
        assert not anchors.anchors().exists(anchors.name_of(first.size, "tsr"))
        assert verify().findings == []
        monkeypatch.undo()
        seal_what_waits()
    assert anchors.content_of(anchors.name_of(first.size, "tsr")) == bytes(first.stamp)
    assert (verify().stamps, verify().findings) == (2, [])


def test_it_is_asked_no_more_often_than_the_setting_says(settings, authority):
    with authority.served() as settings.AUDIT_TSA_URL:
        for _ in range(2):
            write()
            seal_what_waits()
        assert Checkpoint.objects.filter(stamp__isnull=False).count() == 1
        settings.AUDIT_TSA_SECONDS = 0
        seal_what_waits()
    assert Checkpoint.objects.filter(stamp__isnull=False).count() == 2


ANSWERS = {
    "an error": Route("no", status=500),
    "a page": Route("<html>"),
    "nothing": Route(""),
    "another place": Route("", status=302, headers={"Location": "http://127.0.0.1:1/"}),
    "too much": Route("x" * 200_000),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_no_stamp_is_refused_and_sealing_goes_on(settings, caplog, answer):
    with site({"/": answer}) as where:
        settings.AUDIT_TSA_URL = f"http://{where}/"
        with pytest.raises(NoStamp):
            stamp(b"data")
        write()
        seal_what_waits()
    assert "gave no stamp" in caplog.text
    assert Checkpoint.objects.get().stamp is None
    assert Checkpoint.objects.get().anchored_at is not None


def test_a_stamp_of_something_else_is_refused(settings, authority):
    other = authority.stamp(b"other")
    assert is_stamp_of(other, b"other")
    assert not is_stamp_of(other, b"data")
    with site({"/": Route(other)}) as where:
        settings.AUDIT_TSA_URL = f"http://{where}/"
        with pytest.raises(NoStamp, match="something else"):
            stamp(b"data")


def test_an_authority_that_is_away_is_told_and_asked_again(settings, authority, caplog):
    settings.AUDIT_TSA_URL = "http://127.0.0.1:9/"
    write()
    seal()
    anchors.anchor()
    assert "gave no stamp" in caplog.text
    with authority.served() as settings.AUDIT_TSA_URL:
        anchors.anchor()
    assert Checkpoint.objects.get().stamped_at <= timezone.now()
