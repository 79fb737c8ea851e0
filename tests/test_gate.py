"""The web server loads the desk while its data is prepared; who comes sooner waits, or hears that it is stopped."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from verifydesk import wsgi
from verifydesk.gate import VARIABLE, Gate
from verifydesk.wsgi import Loaded


def the_desk(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [b"the desk"]


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setenv(VARIABLE, str(gate.entrance))
    monkeypatch.setattr(wsgi, "get_wsgi_application", lambda: the_desk)
    return gate


def ask(loaded: Loaded, heard: list[str]) -> threading.Thread:
    def hear(status: str, headers: list[tuple[str, str]]) -> None:
        heard.append(status)

    asking = threading.Thread(target=loaded, args=({}, hear), daemon=True)
    asking.start()
    return asking


def test_requests_wait_until_the_gate_is_opened_and_then_all_are_answered(gate: Gate) -> None:
    loaded, heard = Loaded(), []
    early = [ask(loaded, heard) for _ in range(3)]
    early[0].join(0.3)
    assert loaded.handler is None
    assert heard == []

    gate.open()

    for asking in [*early, ask(loaded, heard)]:
        asking.join(30)
    assert heard == ["200 OK"] * 4


def test_who_waits_at_a_gate_that_is_shut_for_good_is_told_so(gate: Gate) -> None:
    loaded, heard = Loaded(), []
    early = [ask(loaded, heard) for _ in range(3)]

    gate.shut()

    for asking in [*early, ask(loaded, heard)]:
        asking.join(30)
    assert heard == ["503 Service Unavailable"] * 4


def test_a_gate_that_is_open_is_never_shut(gate: Gate) -> None:
    gate.open()
    gate.shut()

    heard: list[str] = []
    ask(Loaded(), heard).join(30)
    assert heard == ["200 OK"]
