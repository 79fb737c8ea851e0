"""Notices come out of the trail: of each line once, to whom it concerns, and to nobody of their own doing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from apps.accounts.actions import change_person
from apps.audit.models import Entry, Leaf
from apps.audit.sealing.sealer import seal
from apps.audit.tasks import seal_what_waits
from apps.claims.actions import assign, cite, open_claim, refuse_move, reopen
from apps.claims.states import Stance, State
from apps.teamwork import tasks
from apps.teamwork.actions import edit_comment, post_comment, set_preference, unwatch, watch
from apps.teamwork.codes import Pace, Scope
from apps.teamwork.models import Notice, Position, Watcher
from apps.teamwork.telling import is_late, tell
from tests.newsroom import (
    ask,
    corroborate,
    make_citation,
    make_claim,
    make_confidential,
    make_flag,
    make_person,
    make_two_lines,
)
from tests.workers import ROOT, environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_person("rita", "reporter")


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def ben():
    return make_person("ben", "editor")


@pytest.fixture
def claim(rita):
    return make_claim(rita)


def told(person=None):
    """Everything that was told by now: who, and as what."""
    seal()
    while tell():
        pass
    rows = Notice.objects.order_by("pk") if person is None else person.notices.order_by("pk")
    return [(one.person.username, one.kind) if person is None else one.kind for one in rows]


class TestWhoIsTold:
    def test_of_a_claim_that_is_given_to_them(self, claim, rita, ada):
        assign(claim, by=ada, expected_version=1, assignee=rita)
        assert told() == [("rita", "assigned")]

    def test_of_a_claim_that_was_opened_for_them(self, rita, ada):
        open_claim("Two were captured.", by=ada, assignee=rita)
        assert told() == [("rita", "assigned")]
        assert set(Watcher.objects.values_list("person__username", flat=True)) == {"rita", "ada"}

    def test_nobody_of_what_they_did_themselves(self, claim, rita):
        assign(claim, by=rita, expected_version=1, assignee=rita)
        post_comment(claim, "Mine, @rita.", by=rita)
        assert told() == []

    def test_of_a_claim_that_is_no_longer_theirs_they_are_told_nothing(self, claim, rita, ada, ben):
        given = assign(claim, by=ada, expected_version=1, assignee=rita)
        assign(given, by=ada, expected_version=2, assignee=ben)
        assert told() == [("ben", "assigned")]

    def test_every_editor_but_the_one_who_asks_of_what_awaits_a_signature(self, claim, rita, ada, ben):
        make_two_lines(claim, rita)
        ask(claim, State.CORROBORATED, ada)
        assert ("ben", "sign") in told()
        assert "sign" not in told(ada) + told(rita)

    def test_who_asked_of_the_answer(self, claim, rita, ada, ben):
        make_two_lines(claim, rita)
        asked = ask(claim, State.CORROBORATED, ada)
        refuse_move(asked, by=ben, reason="Not yet.", expected_version=claim.version + 1)
        assert "answered" in told(ada)

    def test_who_watches_of_the_verdict_of_a_dispute_and_of_a_flag(self, claim, rita, ada, ben):
        make_two_lines(claim, rita)
        corroborate(claim, ada)
        claim.refresh_from_db()
        make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
        cite(claim, by=ada, url="https://tass.example.com/", stance=Stance.DISPUTES)
        make_flag(claim)
        assert {"verdict", "disputed", "flagged"} <= set(told(rita))
        claim.refresh_from_db()
        reopen(claim, by=ada, reason="No.", expected_version=claim.version)
        assert told(rita).count("verdict") == 2

    def test_of_comments_those_who_watch_and_by_name_those_who_are_called(self, claim, rita, ada, ben):
        watch(claim, by=ben)
        post_comment(claim, "Seen it, @ada?", by=rita)
        assert sorted(told()) == [("ada", "mentioned"), ("ben", "commented")]
        post_comment(claim, "Yes.", by=ada)
        assert sorted(told()[2:]) == [("ben", "commented"), ("rita", "commented")]

    def test_an_edited_comment_calls_only_whom_it_did_not_call_before(self, claim, rita, ada, ben):
        comment = post_comment(claim, "@ada", by=rita)
        edit_comment(comment, "@ada @ben", by=rita, expected_version=1)
        assert sorted(told()) == [("ada", "mentioned"), ("ben", "mentioned")]
        comment.refresh_from_db()
        edit_comment(comment, "@ada @ben!", by=rita, expected_version=2)
        assert len(told()) == 2

    def test_who_stopped_watching_only_by_name(self, claim, rita, ada):
        unwatch(claim, by=rita)
        post_comment(claim, "One.", by=ada)
        post_comment(claim, "Two, @rita.", by=ada)
        assert told() == [("rita", "mentioned")]

    def test_of_nothing_from_before_they_watched(self, claim, rita, ada, ben):
        post_comment(claim, "Early.", by=rita)
        watch(claim, by=ben)
        assert told(ben) == []

    def test_who_wants_only_their_own_matters(self, claim, rita, ada):
        set_preference(by=rita, scope=Scope.OWN, pace=Pace.NEVER, hour=8, time_zone="")
        post_comment(claim, "One.", by=ada)
        post_comment(claim, "Two, @rita.", by=ada)
        assert told(rita) == ["mentioned"]

    def test_nobody_who_has_left_or_may_not_read_the_desk(self, claim, rita, ada):
        mia = make_person("mia", "administrator")
        watch(claim, by=ada)
        change_person(ada, by=mia, is_active=False)
        ben = make_person("ben", "editor")
        watch(claim, by=ben)
        ben.roles.clear()
        post_comment(claim, "One, @ada @ben.", by=rita)
        assert told() == []

    def test_nobody_of_a_confidential_source(self, claim, rita, ada):
        watch(claim, by=ada)
        make_confidential(claim, rita)
        assert Entry.every_line.filter(stream__startswith="confidential:").exists()
        assert told() == []


class TestEachLineOnce:
    def test_however_often_it_is_asked(self, claim, rita, ada):
        assign(claim, by=ada, expected_version=1, assignee=rita)
        assert told() == told() == [("rita", "assigned")]
        Position.objects.update(next_leaf=0)
        assert told() == [("rita", "assigned")]

    def test_many_lines_in_many_steps(self, claim, rita, ada):
        for number in range(7):
            post_comment(claim, f"{number}", by=ada)
        seal()
        assert [tell(at_once=3) for _ in range(4)] == [True, True, False, False]
        assert rita.notices.count() == 7
        assert Position.objects.get().next_leaf == Leaf.objects.count()

    def test_the_queries_do_not_grow_with_the_lines(self, claim, rita, ada, django_assert_max_num_queries):
        for number in range(2):
            post_comment(claim, f"{number} @rita", by=ada)
        seal()
        with django_assert_max_num_queries(60) as few:
            tell()
        for number in range(30):
            post_comment(make_claim(rita), f"{number} @rita", by=ada)
        seal()
        with django_assert_max_num_queries(len(few)):
            tell()
        assert rita.notices.count() == 32


class TestWhenNothingIsSealed:
    """No key: entries wait for their seal, and people must not wait with them."""

    @pytest.fixture
    def unsealed(self, settings, tmp_path):
        settings.AUDIT_KEYS_DIR = tmp_path / "no" / "keys"
        settings.AUDIT_KEYS_DIR.parent.mkdir()
        settings.AUDIT_KEYS_DIR.mkdir()
        (settings.AUDIT_KEYS_DIR / "signing.pem").write_text("This is no key.")

    def test_what_waits_too_long_is_told_ahead_of_its_seal_and_once(self, unsealed, settings, claim, rita, ada, caplog):
        assign(claim, by=ada, expected_version=1, assignee=rita)
        seal_what_waits()
        assert not Leaf.objects.exists()
        tasks.tell_what_happened()
        assert not Notice.objects.exists()
        with time_machine.travel(timezone.now() + timedelta(minutes=2)):
            assert is_late()
            tasks.tell_what_happened()
            assert [one.kind for one in rita.notices.all()] == ["assigned"]
            assert "told of ahead of their seal" in caplog.text
            tasks.tell_what_happened()
            assert not is_late()
        (settings.AUDIT_KEYS_DIR / "signing.pem").unlink()
        assert told() == [("rita", "assigned")]
        assert Position.objects.get().next_leaf == Leaf.objects.count()


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from apps.teamwork import tasks

def deadly(execute, sql, params, many, context):
    found = execute(sql, params, many, context)
    if sys.argv[1] in sql:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

with connection.execute_wrapper(deadly):
    tasks.tell_what_happened()
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", ['INTO "teamwork_notice"', 'UPDATE "teamwork_position"'])
def test_who_is_killed_in_the_middle_has_told_nothing_and_the_next_tells_all_of_it_once(after):
    rita, ada = make_person("rita", "reporter"), make_person("ada", "editor")
    claim = make_claim(rita)
    for number in range(5):
        post_comment(claim, f"{number} @rita", by=ada)
    seal()
    env = environment(DJANGO_SETTINGS_MODULE="verifydesk.settings", AUDIT_KEYS_DIR=os.environ.get("TMPDIR", "/tmp"))
    connection.close()
    ended = subprocess.run([sys.executable, "-c", KILLED, after], cwd=ROOT, env=env, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not Notice.objects.exists()
    assert not Position.objects.exclude(next_leaf=0).exists()
    assert told(rita) == ["mentioned"] * 5
