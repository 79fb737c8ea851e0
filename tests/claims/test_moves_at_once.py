"""Fifty editors on one claim, each with a thread and a connection: nothing is decided twice, nothing is lost."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, Decision, MoveRequest
from apps.claims.refusals import AlreadyAsked, Answered, Refusal
from apps.claims.states import State
from tests.newsroom import ask, make_claim, make_editor, make_person, make_two_lines

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editors():
    """Fifty where rows are locked; SQLite lets one write at a time, and the others wait their turn."""
    return [make_editor(f"editor{number}") for number in range(50 if connection.vendor == "postgresql" else 12)]


@pytest.fixture
def claim(editors):
    claim = make_claim(editors[0])
    make_two_lines(claim, editors[0])
    return claim


def at_once(editors: list[Any], work: Callable[[Any], str]) -> Counter[str]:
    """What became of the work of each, all begun in the same moment."""
    start, outcomes, lock = threading.Barrier(len(editors)), Counter[str](), threading.Lock()

    def run(editor: Any) -> None:
        try:
            start.wait(60)
            try:
                outcome = work(editor)
            except (Refusal, ChangedMeanwhile) as refused:
                outcome = type(refused).__name__
            except Exception as error:
                outcome = f"broke: {error!r}"
            with lock:
                outcomes[outcome] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(editor,)) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


def check_trail(claim: Claim) -> None:
    """Decisions are a chain from unverified to where the claim is, and the trail counts every change once."""
    claim.refresh_from_db()
    decisions = list(claim.decisions.order_by("claim_version"))
    states = [State.UNVERIFIED, *(one.to_state for one in decisions)]
    assert [one.from_state for one in decisions] == states[:-1]
    assert claim.state == states[-1]
    seqs = Entry.objects.filter(stream=claim.stream).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, claim.version + 1))
    told = Entry.objects.filter(stream=claim.stream, after__has_key="decision").order_by("seq")
    assert [entry.after["decision"] for entry in told] == [one.pk for one in decisions]


def test_of_many_who_ask_at_once_one_asks_and_the_others_hear_who(claim, editors):
    def asking(editor: Any) -> str:
        version = claim.version
        actions.request_move(claim, State.CORROBORATED, by=editor, reason="So.", expected_version=version)
        return "asked"

    assert at_once(editors, asking) == {"asked": 1, ChangedMeanwhile.__name__: len(editors) - 1}
    assert MoveRequest.objects.count() == 1
    check_trail(claim)


def test_of_many_who_sign_at_once_one_signs(claim, editors):
    request = ask(claim, State.CORROBORATED, make_editor("asker"))
    version = Claim.objects.get(pk=claim.pk).version

    def signing(editor: Any) -> str:
        actions.sign_off(request, by=editor, expected_version=version)
        return "signed"

    assert at_once(editors, signing) == {"signed": 1, ChangedMeanwhile.__name__: len(editors) - 1}
    assert Decision.objects.count() == 1
    check_trail(claim)


def test_whatever_many_do_at_once_every_decision_that_was_made_is_there_once(claim, editors):
    sofia = make_person("sofia", "standards_editor")
    made: list[int] = []

    def working(editor: Any) -> str:
        chance = random.Random(editor.pk)  # noqa: S311
        for _ in range(6):
            try:
                made.append(one_step(chance, editor))
            except (ChangedMeanwhile, AlreadyAsked, Answered, Refusal):
                continue
        return "done"

    def one_step(chance: random.Random, editor: Any) -> int:
        row = Claim.objects.get(pk=claim.pk)
        waiting = row.move_requests.open().first()
        version = row.version
        if row.state != State.UNVERIFIED:
            return actions.reopen(row, by=editor, reason="Doubts.", expected_version=version).pk
        if waiting and chance.random() < 0.7:
            return actions.sign_off(waiting, by=editor, expected_version=version).pk
        if waiting and chance.random() < 0.5:
            actions.refuse_move(waiting, by=editor, reason="No.", expected_version=version)
        elif chance.random() < 0.1:
            done = actions.override(row, State.CORROBORATED, by=sofia, reason="I know.", expected_version=version)
            return done.pk
        else:
            actions.request_move(row, State.CORROBORATED, by=editor, reason="So.", expected_version=version)
        raise Answered("Nothing was decided.")

    assert at_once(editors, working) == {"done": len(editors)}
    assert sorted(made) == sorted(Decision.objects.values_list("pk", flat=True))
    assert len(made) >= 2
    check_trail(claim)
