"""The demo newsroom shows what the seed case is there to show; its archive really fetched the wire site."""

import io
import json
import stat
import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims import policy
from apps.claims.evidence import gather
from apps.claims.models import Claim
from apps.claims.states import Stage, State
from verifydesk.demo import wire_site

pytestmark = pytest.mark.django_db


@pytest.fixture
def wire(settings) -> Iterator[str]:
    with wire_site.WireServer(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings.ARCHIVE_ALLOW = frozenset([server.origin.removeprefix("http://")])
        yield server.origin
        server.shutdown()
        thread.join()


@pytest.fixture
def loaded(wire, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    call_command("load_demo", wire=wire, stdout=io.StringIO())
    return tmp_path


def claim(words) -> Claim:
    return Claim.objects.get(statement__contains=words)


def test_two_captured_is_corroborated_on_two_lines_with_afps_caveat_as_context(loaded):
    two = claim("two North Korean soldiers")
    assert (two.state, two.stage) == (State.CORROBORATED, Stage.SETTLED)
    assert two.decisions.get().met[0] == (
        "Two independent lines support the claim: Security Service of Ukraine and Yonhap."
    )


def test_one_captured_has_links_enough_and_lines_too_few(loaded):
    one = claim("one wounded")
    assert (one.state, one.stage) == (State.UNVERIFIED, Stage.IN_REVIEW)
    assessment = policy.assess(State.CORROBORATED, gather(one))
    assert not assessment.allowed
    assert assessment.missing[0].startswith("One more independent line")
    assert any("The AFP and the Straits Times pages are one line" in sentence for sentence in assessment.noted)


def test_the_casualty_figures_are_disputed(loaded):
    assert claim("Nearly 3,000").state == State.DISPUTED


def test_every_page_was_fetched_read_and_recorded(loaded):
    assert Capture.objects.count() == 9
    assert not Capture.objects.exclude(state="stored", extract__isnull=False, warc_bytes__gt=0).exists()
    assert Entry.objects.filter(verb="capture_stored", actor_kind="worker").count() == 9


def test_the_sign_ins_are_written_for_their_owner_alone_and_work(loaded, client):
    path = loaded / "demo-sign-ins.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = json.loads(path.read_text())
    for person in told["people"]:
        response = client.post("/sign-in/", {"username": person["username"], "password": told["password"]})
        assert response.status_code == 302
        client.logout()


def test_a_used_database_is_left_alone(loaded, wire):
    before = Entry.objects.count()
    call_command("load_demo", wire=wire, stdout=io.StringIO())
    assert Entry.objects.count() == before


def test_a_real_newsroom_never_gets_demo_people(settings, wire):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("load_demo", wire=wire)
    assert not User.objects.exists()
