"""Connections that stay open between two requests of one capture, and when they don't."""

import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from apps.archive.web.connections import Connections
from apps.archive.web.exchanges import Limits
from apps.archive.web.fetching import fetch
from tests.archive.servers import chunked, connections

QUICK = Limits(connect_seconds=1, first_byte_seconds=1, resource_seconds=2, capture_seconds=3)


def answer(body=b"a picture", *headers, version=b"1.1"):
    lines = [b"HTTP/%b 200 OK" % version, b"Content-Type: image/png", *headers]
    if not any(header.lower().startswith((b"content-length", b"transfer-encoding")) for header in headers):
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join([*lines, b"", b""]) + body


@contextmanager
def patient(answers, closes_after=1_000):
    """A server that answers one request after another on each connection, until it closes without a word.

    Where an answer is None it takes the request and hangs up.
    """
    waiting = list(answers)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        ending = threading.Event()

        def attend(connection):
            with suppress(OSError), connection:
                connection.settimeout(5)
                for _ in range(closes_after):
                    request = b""
                    while b"\r\n\r\n" not in request:
                        piece = connection.recv(65_536)
                        if not piece:
                            return
                        request += piece
                    if (said := waiting.pop(0)) is None:
                        return
                    connection.sendall(said)

        def listen():
            while not ending.is_set():
                with suppress(TimeoutError):
                    threading.Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

        doorman = threading.Thread(target=listen)
        doorman.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ending.set()
            doorman.join()


def two_of(where, kept):
    """Two pictures of one site, one after the other: their bodies, and how many connections were made."""
    bodies = []
    with connections() as made:
        for name in ("1.png", "2.png"):
            asked = fetch(
                f"http://{where}/{name}", limits=QUICK, allow=frozenset([where]), user_agent="test", connections=kept
            )
            with asked as fetched:
                bodies.append(fetched.final.body.read())
        return bodies, len(made)


@pytest.mark.parametrize(
    "first",
    [answer(), answer(chunked(b"a picture"), b"Transfer-Encoding: chunked")],
    ids=["announced", "in chunks"],
)
def test_a_second_request_to_the_same_site_takes_the_same_connection(first):
    with patient([first, answer(b"another")]) as where, Connections() as kept:
        assert two_of(where, kept) == ([b"a picture", b"another"], 1)


@pytest.mark.parametrize(
    "first",
    [
        answer(b"a picture", b"Connection: close"),
        answer(b"a picture", version=b"1.0"),
        answer() + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        answer(b"9\r\na picture\r\n0\r\n", b"Transfer-Encoding: chunked"),
        answer(b"9\r\na picture\r\n0\r\nX: y\r\n\r\n", b"Transfer-Encoding: chunked"),
        answer(b"9\r\na picture\r\n0\r\n\r\n", b"Transfer-Encoding: chunked", b"Content-Length: 9"),
    ],
    ids=["said so", "old", "more than asked", "end missing", "fields after the body", "two framings"],
)
def test_a_connection_that_may_hold_anything_else_is_not_used_again(first):
    with patient([first, answer(b"another")]) as where, Connections() as kept:
        assert two_of(where, kept) == ([b"a picture", b"another"], 2)


def test_one_that_the_server_has_closed_meanwhile_is_replaced():
    with patient([answer(), answer(b"another")], closes_after=1) as where, Connections() as kept:
        assert two_of(where, kept) == ([b"a picture", b"another"], 2)


def test_one_that_the_server_closes_on_the_second_request_is_replaced():
    with patient([answer(), None, answer(b"another")]) as where, Connections() as kept:
        assert two_of(where, kept) == ([b"a picture", b"another"], 2)


def test_another_site_never_gets_it():
    with patient([answer()]) as one, patient([answer(b"another")]) as other, Connections() as kept:
        for where in (one, other):
            with (
                connections() as made,
                fetch(f"http://{where}/", limits=QUICK, allow=frozenset([where]), user_agent="test", connections=kept),
            ):
                assert made == [("127.0.0.1", int(where.rpartition(":")[2]))]


def test_none_is_kept_where_nobody_asked_for_it():
    with patient([answer(), answer(b"another")]) as where:
        assert two_of(where, None) == ([b"a picture", b"another"], 2)
