"""The demo newsroom shows what the seed case is there to show; its archive really fetched the wire site."""

import io
import json
import stat
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.urls import reverse

from apps.accounts.models import User
from apps.archive.models import Capture
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from apps.claims import policy
from apps.claims.actions import request_move, rule_apart
from apps.claims.evidence import gather
from apps.claims.models import Cause, Claim
from apps.claims.refusals import NotEnoughEvidence
from apps.claims.states import Stage, Stance, State
from apps.claims.tasks import carry_on, hear
from apps.sources.models import Party
from verifydesk.demo import wire_site

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def wire() -> Iterator[str]:
    with wire_site.WireServer(0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.origin
        server.shutdown()
        thread.join()


def test_a_real_newsroom_never_gets_demo_people(settings, wire):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("load_demo", wire=wire)
    assert not User.objects.exists()


@pytest.fixture(scope="module")
def loaded_once(wire, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Any]]:
    """The newsroom in a transaction around the tests' own: what one of them does is undone before the next."""
    folder = tmp_path_factory.mktemp("newsroom")
    archive = {"BACKEND": "apps.archive.records.storage.EvidenceStorage", "OPTIONS": {"location": folder / "archive"}}
    values = {
        "DEBUG": True,
        "VAR_DIR": folder,
        "ARCHIVE_ALLOW": frozenset([wire.removeprefix("http://")]),
        "STORAGES": {**django_settings.STORAGES, "archive": archive},
    }
    quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"], "ARCHIVE_REQUISITES": 0}
    around = transaction.atomic()
    around._from_testcase = True  # as Django's own around a test: what must not be in a transaction may be in this one
    with django_db_blocker.unblock(), around:
        with override_settings(**values, **quick, ARCHIVE_ROBOTS="ignore"):
            call_command("load_demo", wire=wire, stdout=io.StringIO())
        yield values
        transaction.set_rollback(True)


@pytest.fixture
def loaded(loaded_once, settings):
    for name, value in loaded_once.items():
        setattr(settings, name, value)
    return settings.VAR_DIR


def claim(words) -> Claim:
    return Claim.objects.get(statement__contains=words)


def lines(of) -> dict[str, set[str]]:
    """The lines that support a claim: who belongs to each, by the name of its origin."""
    return {line.name: {one.source.label for one in line.members} for line in gather(of).lines.counted(Stance.SUPPORTS)}


def page_of(client, of) -> str:
    client.force_login(User.objects.get(username="ada"))
    return client.get(reverse("desk:claim", args=[of.pk])).content.decode()


class TestTwoCaptured:
    """It supersedes one captured, and has two lines however many outlets print it."""

    def test_it_has_two_lines_however_many_outlets_print_it(self, loaded):
        printed = {"AFP", "The Straits Times", "The News International"}
        assert lines(claim("two North Korean soldiers")) == {
            "Security Service of Ukraine": {"Security Service of Ukraine", *printed},
            "NIS": {"Yonhap News Agency", *printed},
        }

    def test_it_is_corroborated_first_hand_and_signed_by_a_second_editor(self, loaded):
        two = claim("two North Korean soldiers")
        decision = two.decisions.get()
        assert (two.state, two.stage) == (State.CORROBORATED, Stage.SETTLED)
        assert decision.asked_by != decision.decided_by
        assert two.flags.cleared().exists()
        assert decision.met[:2] == [
            "Two independent lines support the claim: Security Service of Ukraine and NIS.",
            "First-hand: Security Service of Ukraine.",
        ]

    def test_what_its_editor_entered_is_no_news_to_anybody_any_more(self, loaded):
        with entered_by(Channel.WORKER):
            hear()
            for cause in Cause.objects.to_carry():
                carry_on(cause.pk)
        assert not claim("two North Korean soldiers").flags.open().exists()

    def test_its_limits_and_who_was_silent_are_on_record(self, loaded, client):
        two = claim("two North Korean soldiers")
        assert {caveat.kind for caveat in two.caveats.all()} == {"not_verified", "no_evidence_shown"}
        shown = page_of(client, two)
        assert "Neither Moscow nor Pyongyang has answered" in shown
        assert "Could not independently verify" in shown or "could not independently verify" in shown

    def test_it_supersedes_one_captured_and_both_pages_say_so(self, loaded, client):
        one, two = claim("one wounded"), claim("two North Korean soldiers")
        assert "supersedes" in page_of(client, two)
        assert "is superseded by" in page_of(client, one)


class TestOneCaptured:
    """NIS, which has it from an unnamed ally, and an anonymous source: not two lines until an editor says so."""

    def test_three_links_are_one_line(self, loaded):
        one = claim("one wounded")
        assert (one.state, one.stage) == (State.UNVERIFIED, Stage.IN_REVIEW)
        assert lines(one) == {"NIS and an intelligence source": {"AFP", "The Straits Times", "UrduPoint"}}

    def test_the_rule_says_what_is_missing_and_names_the_sources(self, loaded, client):
        one = claim("one wounded")
        assessment = policy.assess(State.CORROBORATED, gather(one))
        assert assessment.missing[0].startswith("One more independent line that supports the claim, apart from NIS")
        assert any("The AFP, the Straits Times and the UrduPoint pages are one line" in one for one in assessment.noted)
        shown = page_of(client, one)
        assert "One more independent line that supports the claim" in shown
        assert "NIS has it from somebody without a name: an ally&#x27;s agency." in shown

    def test_nothing_moves_it_to_corroborated_as_it_is(self, loaded):
        one, ada = claim("one wounded"), User.objects.get(username="ada")
        with entered_by(Channel.WEB), pytest.raises(NotEnoughEvidence):
            request_move(one, State.CORROBORATED, by=ada, reason="AFP has it.", expected_version=one.version)

    def test_an_editor_may_rule_with_a_reason_that_the_two_stand_apart(self, loaded):
        one, ada = claim("one wounded"), User.objects.get(username="ada")
        nis, source = (Party.objects.get(name=name) for name in ("NIS", "An intelligence source"))
        with entered_by(Channel.WEB):
            rule_apart(one, nis, source, by=ada, reason="He is of another service.", expected_version=one.version)
        assert set(lines(claim("one wounded"))) == {"NIS", "An intelligence source"}


class TestCasualties:
    """The figures of Kyiv and Seoul are one measure that disagrees."""

    def test_they_are_disputed_and_the_sentence_names_both(self, loaded):
        casualties = claim("Nearly 3,000")
        assert casualties.state == State.DISPUTED
        met = " ".join(casualties.decisions.get().met)
        assert "Kyiv's nearly 3,000 and Seoul's more than 1,000 killed or wounded (both 23 December 2024)" in met

    def test_the_storys_page_shows_them_over_time_and_as_a_table(self, loaded, client):
        client.force_login(User.objects.get(username="ada"))
        shown = client.get(reverse("desk:story", args=[claim("Nearly 3,000").story_id])).content.decode()
        assert "killed or wounded" in shown
        assert "nearly 3,000" in shown
        assert "more than 1,000" in shown
        assert "<svg" in shown
        assert "<table" in shown

    def test_what_the_joint_chiefs_handed_out_and_said_is_their_one_line(self, loaded):
        casualties = claim("Nearly 3,000")
        kinds = {one.source.kind: one.source.label for one in casualties.citations.select_related("source__outlet")}
        chiefs = "Joint Chiefs of Staff of the Republic of Korea"
        assert (kinds["document"], kinds["interview"]) == (chiefs, chiefs)
        found = gather(casualties).lines.counted(Stance.DISPUTES)
        [line] = [line for line in found if any(one.source.kind == "document" for one in line.members)]
        assert {one.source.noun for one in line.members} >= {"page", "document"}
        assert all(one.passages for one in line.members if one.source.kind == "document")


def test_every_page_was_fetched_read_and_recorded(loaded):
    assert Capture.objects.exclude(method="uploaded").count() == 11
    assert not Capture.objects.exclude(state="stored", extract__isnull=False, warc_bytes__gt=0).exists()
    assert Entry.objects.filter(verb="capture_stored", actor_kind="worker").count() == 11


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
