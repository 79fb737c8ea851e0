"""Due times: before, at, and after, each told once to those it concerns."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import User
from apps.claims.actions import assign, change_stage, edit_claim, settle_reply
from apps.claims.states import Stage
from apps.teamwork.actions import unwatch, watch
from apps.teamwork.models import Notice, Reminder
from apps.teamwork.reminding import remind
from tests.newsroom import make_claim, make_person, make_reply_request

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def rita():
    return make_person("rita", "reporter")


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def claim(rita, ada):
    claim = make_claim(rita, due=NOW)
    return assign(claim, by=ada, expected_version=1, assignee=rita)


def told():
    return [(one.person.username, one.kind, one.reminder.step) for one in Notice.objects.order_by("pk")]


def test_before_when_it_comes_and_after_it_each_once(claim, rita, ada):
    for minutes in (-121, -119, -60, 0, 30, 59, 61, 300):
        remind(NOW + timedelta(minutes=minutes))
    assert told() == [
        ("rita", "due", "soon"),
        ("rita", "due", "now"),
        ("rita", "late", "late"),
        ("ada", "late", "late"),
    ]
    assert remind(NOW + timedelta(days=3)) == 0


def test_who_watches_is_told_before_when_nobody_has_it_and_everybody_when_it_is_due(rita, ada):
    claim = make_claim(rita, due=NOW)
    watch(claim, by=ada)
    watch(claim, by=rita)
    unwatch(claim, by=rita)
    remind(NOW - timedelta(minutes=5))
    remind(NOW)
    assert told() == [("ada", "due", "soon"), ("ada", "due", "now")]


class TestWhoHasLeft:
    """A step is told once: where those whom it is for are gone, somebody else has to hear of it."""

    @staticmethod
    def leave(*people):
        for person in people:
            person.is_active = False
            person.save(update_fields=["is_active"])

    @pytest.mark.parametrize("minutes", [-5, 0])
    def test_who_watches_is_told_of_a_claim_of_somebody_who_is_gone(self, claim, rita, ada, minutes):
        finn = make_person("finn", "reporter")
        watch(claim, by=finn)
        self.leave(rita)
        assert remind(NOW + timedelta(minutes=minutes)) == 1
        assert [name for name, _, _ in told()] == ["finn"]

    @pytest.mark.parametrize("minutes", [-5, 0])
    def test_editors_are_told_where_nobody_is_left(self, claim, rita, ada, minutes):
        finn = make_person("finn", "reporter")
        watch(claim, by=finn)
        self.leave(rita, finn)
        assert remind(NOW + timedelta(minutes=minutes)) == 1
        assert [name for name, _, _ in told()] == ["ada"]

    def test_of_an_answer_who_has_the_claim_then_who_watches_it_then_editors(self, rita, ada):
        finn, wim = make_person("finn", "reporter"), make_person("wim", "reporter")
        claim = assign(make_claim(rita), by=ada, expected_version=1, assignee=rita)
        watch(claim, by=wim)
        for party, gone in (("Kyiv", finn), ("Moscow", rita), ("Seoul", wim)):
            reply = make_reply_request(claim, make_person(f"asker-of-{party}", "reporter"), party=party, due=LATER)
            self.leave(reply.asked_by)
            if party != "Kyiv":
                self.leave(gone)
            assert remind(LATER - timedelta(minutes=5)) == 1
        assert told() == [("rita", "due", "soon"), ("wim", "due", "soon"), ("ada", "due", "soon")]


def test_who_is_on_the_desk_is_asked_once_however_much_is_due(claim, rita, ada):
    def asked(now):
        with CaptureQueriesContext(connection) as queries:
            number = remind(now)
        people = [one["sql"] for one in queries if User._meta.db_table in one["sql"].partition(" FROM ")[2][:40]]
        return number, len(people), len(queries)

    number, few, once = asked(NOW)
    assert number == 1
    for count in range(20):
        make_claim(rita, f"Claim {count}.", due=LATER, assignee=rita)
    number, people, queries = asked(LATER)
    # And the first, which is late by then.
    assert (number, people) == (21, few)
    assert queries <= once + 20 * 12


def test_nothing_due_asks_for_nobody(rita, django_assert_max_num_queries):
    make_claim(rita, due=LATER)
    with django_assert_max_num_queries(6):
        assert remind(NOW) == 0


def test_a_desk_that_stood_still_tells_only_the_step_that_it_is_time_for(claim):
    remind(NOW + timedelta(hours=5))
    assert {step for _, _, step in told()} == {"late"}


class TestAwaitedAnswers:
    def test_who_asked_is_told_before_and_who_has_the_claim_when_it_is_due_and_editors_after_it(self, rita, ada):
        finn = make_person("finn", "reporter")
        claim = assign(make_claim(rita), by=ada, expected_version=1, assignee=rita)
        reply = make_reply_request(claim, finn, party="Kyiv", due=LATER)
        for minutes in (-121, -119, -60, 0, 30, 61, 300):
            remind(LATER + timedelta(minutes=minutes))
        assert sorted(told()) == sorted(
            [
                ("finn", "due", "soon"),
                ("finn", "due", "now"),
                ("rita", "due", "now"),
                ("finn", "late", "late"),
                ("rita", "late", "late"),
                ("ada", "late", "late"),
            ]
        )
        notice = Notice.objects.told().latest("pk")
        assert (notice.sentence, notice.place) == ("The answer of Kyiv is overdue.", f"#reply-{reply.pk}")
        assert notice.reminder.reply == reply

    def test_one_that_came_is_awaited_no_more(self, rita):
        reply = make_reply_request(make_claim(rita), rita, due=LATER)
        settle_reply(reply, by=rita, outcome="declined", answer="", outcome_at=timezone.now())
        assert remind(LATER + timedelta(hours=5)) == 0

    def test_each_of_two_with_one_time_and_the_claim_itself_are_told_of(self, rita):
        claim = make_claim(rita, due=LATER)
        watch(claim, by=rita)
        for party in ("Kyiv", "Moscow"):
            make_reply_request(claim, rita, party=party, due=LATER)
        assert remind(LATER) == 3
        assert remind(LATER) == 0
        sentences = sorted(one.sentence for one in Notice.objects.told())
        assert sentences == [
            "The answer of Kyiv is due now.", "The answer of Moscow is due now.", "The claim is due now.",
        ]  # fmt: skip


def test_a_claim_that_is_settled_is_reminded_of_no_more(claim, ada):
    change_stage(claim, by=ada, expected_version=claim.version, stage=Stage.SETTLED)
    assert remind(NOW + timedelta(hours=5)) == 0


def test_a_new_due_time_is_reminded_of_anew(claim, rita):
    remind(NOW)
    edit_claim(claim, by=rita, expected_version=claim.version, due=NOW + timedelta(days=1))
    remind(NOW + timedelta(minutes=1))
    remind(NOW + timedelta(days=1))
    assert [step for _, _, step in told()] == ["now", "now"]


def test_spans_are_settings(settings, claim):
    settings.REMIND_BEFORE_MINUTES, settings.ESCALATE_AFTER_MINUTES = 5, 5
    assert remind(NOW - timedelta(minutes=6)) == 0
    assert remind(NOW - timedelta(minutes=4)) == 1
    remind(NOW + timedelta(minutes=6))
    assert [step for _, _, step in told()] == ["soon", "late", "late"]


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_tell_it_once():
    rita = make_person("rita", "reporter")
    make_claim(rita, due=NOW, assignee=rita)
    start, found = Barrier(4), []

    def round_of_the_clock():
        start.wait()
        found.append(remind(NOW))
        connection.close()

    threads = [Thread(target=round_of_the_clock) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 1]
    assert (Reminder.objects.count(), Notice.objects.count()) == (1, 1)
