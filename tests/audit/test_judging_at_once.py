"""Several processes that judge lines at once find what one finds, and count what it counts."""

import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool

import pytest
from django.db import connection, transaction

from apps.audit import triggers
from apps.audit.actions import record
from apps.audit.models import Entry
from apps.audit.sealing import anchors
from apps.audit.sealing.sealer import seal
from apps.audit.verbs import Verb
from apps.audit.verifying import judges
from apps.audit.verifying.checking import verify

pytestmark = pytest.mark.django_db(transaction=True)
LINES = 60


@pytest.fixture
def trail(monkeypatch):
    """Sixty lines, fifty of them sealed, judged seven at a time."""
    monkeypatch.setattr(judges, "AT_ONCE", 7)
    for number in range(LINES):
        with transaction.atomic():
            record(Verb.SIGNED_IN, stream=f"person:{number}", target="Ada", by=None)
        if number == 49:
            seal()


def test_they_find_nothing_in_a_trail_that_is_intact_and_say_how_far_they_are(trail):
    told = []
    report = verify(lambda *far: told.append(far), processes=3)

    assert (report.entries, report.waiting, report.findings) == (LINES, LINES - 50, [])
    assert told == sorted(told)
    assert told[-1] == (LINES, LINES)
    assert len(told) > LINES // 7


def test_they_find_what_one_finds(trail):
    ids = list(Entry.objects.order_by("id").values_list("id", flat=True))
    triggers.lift(connection)
    try:
        Entry.every_line.filter(pk__in=[ids[0], ids[33], ids[-1]]).update(verb="denied")
        Entry.every_line.filter(pk=ids[20]).update(after="no object")
        one, three = verify(processes=1), verify(processes=3)
    finally:
        triggers.install(connection)

    found = [finding for finding in one.findings if finding.kind != "guard_missing"]
    assert [finding.where.partition(" (")[2] for finding in found] == [f"entry {ids[at]})" for at in (0, 20, 33, 59)]
    assert three == one


def test_what_ends_one_of_them_ends_the_verification(trail, monkeypatch):
    def break_down(first, last):
        raise RuntimeError("no more")

    monkeypatch.setattr(judges, "judge_all", lambda *given: break_down(*given[1:]))
    with pytest.raises(RuntimeError, match="no more"):
        verify(processes=2)


def test_one_of_them_that_is_killed_ends_the_verification(trail, monkeypatch):
    monkeypatch.setattr(judges, "judge_all", lambda *given: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(BrokenProcessPool):
        verify(processes=2)


def test_a_line_that_goes_away_meanwhile_is_missed(trail, monkeypatch):
    honest = judges.judge_all
    monkeypatch.setattr(judges, "judge_all", lambda sql, first, last: honest(sql, first + 1, last))
    report = verify()

    assert [finding.kind for finding in report.findings] == ["entry_missing"]
    assert report.findings[0].where == "9 lines"


def test_what_is_lawfully_erased_while_others_judge_is_no_alarm(trail, monkeypatch):
    """One who judges may see a line that was erased after the moment as of which the others read."""
    honest = judges.judge_all
    ahead = Entry.every_line.earliest("id").pk

    def later(sql, first, last):
        report = honest(sql, first, last)
        if first <= ahead <= last:
            report.lacking[ahead] = (1, frozenset(["target"]))
        return report

    monkeypatch.setattr(judges, "judge_all", later)
    assert verify().findings == []


def test_what_is_sealed_and_laid_down_meanwhile_is_no_alarm(trail):
    def write_on():
        with transaction.atomic():
            record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)
        seal()
        anchors.anchor()
        connection.close()

    others = []

    def meanwhile(*far):
        if not others:
            others.append(threading.Thread(target=write_on))
            others[0].start()
            others[0].join()

    report = verify(meanwhile)
    assert others
    assert report.findings == []
    assert verify().findings == []
    assert verify().size == LINES + 1
