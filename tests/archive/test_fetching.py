"""The guarded fetch against real servers on loopback: what arrives, what is refused, and that it always ends."""

import gzip
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from apps.archive.codes import RETRYABLE, Code
from apps.archive.web.addresses import tls_context
from apps.archive.web.fetching import Fetched, FetchFailed, Limits, fetch
from tests.archive.servers import CERTIFICATE, PAGE, Route, chunked, full_house, hostile, redirect, site

QUICK = Limits(
    connect_seconds=1, first_byte_seconds=0.6, resource_seconds=1.2, capture_seconds=2.5, page_bytes=3_000_000
)
# The machine is shared: a deadline of a second may be noticed a little later.
SLACK = 1.5
AGENT = "desk test/1"


def get(where: str, path: str = "/a", *, also: str = "", scheme: str = "http", limits: Limits = QUICK) -> Fetched:
    allow = frozenset({str(where), str(also)})
    return fetch(f"{scheme}://{where}{path}", limits=limits, allow=allow, user_agent=AGENT)


def failure(where: str, path: str = "/a", *, also: str = "", scheme: str = "http") -> FetchFailed:
    started = time.monotonic()
    with pytest.raises(FetchFailed) as failed:
        get(where, path, also=also, scheme=scheme).close()
    assert time.monotonic() - started < QUICK.capture_seconds + SLACK
    failed.value.close()
    return failed.value


# What arrives


def test_a_page_arrives_with_everything_that_went_over_the_wire() -> None:
    with site({"/a?b=c": Route(PAGE, headers={"X-Name": "Jos\u00e9"})}) as wire, get(wire, "/a?b=c#part") as fetched:
        page = fetched.final
        assert (page.status, page.reason, page.body.read(), page.body_bytes) == (200, "OK", PAGE, len(PAGE))
        assert fetched.requested_url == page.url == f"http://{wire}/a?b=c"
        assert (f"{page.ip}:{page.port}", page.tls, fetched.redirects, page.truncated) == (wire, "", [], "")
        assert page.request == wire.requests[0]
        assert page.response_head.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html")
        assert page.response_head.endswith(b"\r\n\r\n")
        assert page.header("content-type") == "text/html; charset=utf-8"
        assert page.header("X-Name") == "Jos\u00e9"
        now = datetime.now(UTC)
        assert now - timedelta(seconds=5) < page.started_at <= page.ended_at <= now


def test_the_request_carries_who_we_are_and_nothing_that_identifies_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/a": Route(PAGE, headers={"Set-Cookie": "who=you"}), "/b": redirect("/a")}) as wire:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
        get(wire).close()
        get(wire, "/b").close()
        lines = wire.requests[0].decode().split("\r\n")
        assert lines[:3] == ["GET /a HTTP/1.1", f"Host: {wire}", f"User-Agent: {AGENT}"]
        names = {line.partition(":")[0].lower() for line in lines[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert wire.requests[2] == wire.requests[0], "a cookie is never sent back"


def test_a_user_agent_can_not_smuggle_a_header() -> None:
    with site({"/a": Route(PAGE)}) as wire:
        allow = frozenset({str(wire)})
        fetch(f"http://{wire}/a", limits=QUICK, allow=allow, user_agent="desk\r\nCookie: a=b").close()
        assert b"\r\nCookie" not in wire.requests[0]


def test_a_packed_body_is_kept_as_it_came() -> None:
    packed = gzip.compress(PAGE)
    with site({"/a": Route(packed, headers={"Content-Encoding": "gzip"})}) as wire, get(wire) as fetched:
        assert fetched.final.body.read() == packed


def test_chunks_are_put_together() -> None:
    headers = {"Transfer-Encoding": "chunked"}
    with site({"/a": Route(chunked(PAGE * 100), headers=headers)}) as wire, get(wire) as fetched:
        assert fetched.final.body.read() == PAGE * 100


def test_a_large_page_goes_to_a_file_and_not_to_memory() -> None:
    with site({"/a": Route(b"x" * 2_500_000)}) as wire, get(wire) as fetched:
        assert fetched.final.body_bytes == 2_500_000
        assert fetched.final.body.fileno() > 0


def test_closing_lets_go_of_every_body() -> None:
    with site({"/a": redirect("/b"), "/b": Route(PAGE)}) as wire:
        fetched = get(wire)
        fetched.close()
        assert all(exchange.body.closed for exchange in fetched.exchanges)


def test_progress_is_told_while_a_slow_page_arrives() -> None:
    told: list[int] = []
    limits = Limits(first_byte_seconds=5, resource_seconds=2.5)
    with hostile("body that drips") as wire, pytest.raises(FetchFailed):
        fetch(f"http://{wire}/", limits=limits, allow=frozenset({str(wire)}), user_agent=AGENT, on_progress=told.append)
    assert len(told) >= 2
    assert told == sorted(told)


def test_whoever_follows_the_progress_can_end_the_fetch() -> None:
    class LeaseLost(Exception):
        pass

    def stop(_received: int) -> None:
        raise LeaseLost

    with hostile("silence") as wire, pytest.raises(LeaseLost):
        fetch(f"http://{wire}/", limits=Limits(), allow=frozenset({str(wire)}), user_agent=AGENT, on_progress=stop)


# What a server answers instead of a page


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, Code.HTTP_401),
        (403, Code.HTTP_403),
        (404, Code.HTTP_404),
        (410, Code.HTTP_410),
        (418, Code.HTTP_4XX),
        (429, Code.HTTP_429),
        (451, Code.HTTP_4XX),
        (500, Code.HTTP_5XX),
        (503, Code.HTTP_5XX),
        (304, Code.BAD_RESPONSE),
        (204, Code.EMPTY),
    ],
)
def test_a_status_that_is_no_page_is_named(status: int, code: Code) -> None:
    body = b"" if status in (204, 304) else b"<p>why</p>"
    with site({"/a": Route(body, status=status)}) as wire:
        failed = failure(wire)
    assert (failed.code, failed.http_status, len(failed.exchanges)) == (code, status, 1)
    assert str(status) in failed.detail


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("120", 120, 120), ("in an hour", 3_000, 3_700), ("0", 0, 0)],
    ids=["seconds", "moment", "none"],
)
def test_a_site_that_asks_for_patience_says_for_how_long(value: str, least: float, most: float) -> None:
    value = value if value.isdigit() else format_datetime(datetime.now(UTC) + timedelta(hours=1))
    with site({"/a": Route("slow down", status=429, headers={"Retry-After": value})}) as wire:
        retry_after = failure(wire).retry_after
    assert retry_after is not None
    assert least <= retry_after <= most


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "Thu, 99 Foo 2026 00:00:00 GMT", "9" * 400])
def test_a_retry_after_that_makes_no_sense_is_none(value: str) -> None:
    with site({"/a": Route("slow down", status=503, headers={"Retry-After": value})}) as wire:
        assert failure(wire).retry_after is None


def test_a_port_where_nobody_listens_is_refused() -> None:
    with site({}) as wire:
        pass
    assert failure(wire).code == Code.CONNECT_REFUSED


# Hostile servers. Each must end in time, with the code that fits.


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("body that drips", Code.DEADLINE_EXCEEDED),
        ("chunks that drip", Code.DEADLINE_EXCEEDED),
        ("headers that drip", Code.DEADLINE_EXCEEDED),
        ("header without end", Code.TOO_MANY_HEADERS),
        ("headers without end", Code.TOO_MANY_HEADERS),
        ("huge header", Code.TOO_MANY_HEADERS),
        ("1000 headers", Code.TOO_MANY_HEADERS),
        ("100 continue for ever", Code.TOO_MANY_HEADERS),
        ("cut body", Code.INCOMPLETE_BODY),
        ("cut chunks", Code.INCOMPLETE_BODY),
        ("cut head", Code.INCOMPLETE_BODY),
        ("reset in the body", Code.INCOMPLETE_BODY),
        ("reset at once", Code.CONNECT_FAILED),
        ("hang-up", Code.CONNECT_FAILED),
        ("silence", Code.FIRST_BYTE_TIMEOUT),
        ("two lengths", Code.BAD_RESPONSE),
        ("length that is no number", Code.BAD_RESPONSE),
        ("chunk size that is no number", Code.BAD_RESPONSE),
        ("chunk lines without end", Code.BAD_RESPONSE),
        ("unknown transfer", Code.BAD_RESPONSE),
        ("no HTTP", Code.BAD_RESPONSE),
        ("chunk size of a terabyte", Code.TOO_LARGE),
        ("10 GB announced", Code.TOO_LARGE),
        ("10 GB", Code.TOO_LARGE),
        ("10 GB in chunks", Code.TOO_LARGE),
        ("no body", Code.EMPTY),
    ],
)
def test_a_hostile_server_is_survived_in_time(name: str, code: Code) -> None:
    with hostile(name) as wire:
        assert failure(wire).code == code


def test_a_server_that_takes_no_connection_is_given_up() -> None:
    with full_house() as wire:
        assert failure(wire).code == Code.CONNECT_TIMEOUT


def test_a_server_that_never_greets_is_given_up() -> None:
    with hostile("silence") as wire:
        assert failure(wire, scheme="https").code == Code.CONNECT_TIMEOUT


def test_what_is_sent_beyond_the_announced_length_is_left_and_noted() -> None:
    with hostile("longer than announced") as wire, get(wire) as fetched:
        assert fetched.final.body.read() == PAGE
        assert len(fetched.final.notes) == 1


def test_length_and_chunked_together_are_read_as_chunked_and_noted() -> None:
    with hostile("length and chunked") as wire, get(wire) as fetched:
        assert fetched.final.body.read() == PAGE
        assert len(fetched.final.notes) == 1


def test_what_may_pass_by_itself_is_tried_again_and_what_will_not_is_not() -> None:
    assert {Code.CONNECT_REFUSED, Code.FIRST_BYTE_TIMEOUT, Code.INCOMPLETE_BODY, Code.HTTP_5XX} <= RETRYABLE
    assert not {Code.TOO_LARGE, Code.HTTP_404, Code.HTTP_410, Code.TLS_INVALID, Code.REDIRECT_LOOP} & RETRYABLE


# Redirects


def test_redirects_are_followed_by_hand_and_each_is_kept() -> None:
    with hostile("redirect chain") as wire, get(wire, "/5") as fetched:
        assert [exchange.url for exchange in fetched.exchanges] == [
            f"http://{wire}/{step}" for step in (5, 4, 3, 2, 1, 0)
        ]
        assert [exchange.status for exchange in fetched.redirects] == [301] * 5
        assert fetched.final.body.read() == PAGE
        assert fetched.requested_url == f"http://{wire}/5"


def test_one_redirect_more_than_allowed_is_too_many() -> None:
    with hostile("redirect chain") as wire:
        failed = failure(wire, "/6")
    assert (failed.code, len(failed.exchanges)) == (Code.TOO_MANY_REDIRECTS, 6)


def test_a_circle_is_noticed_at_its_first_round() -> None:
    with hostile("redirect circle") as wire:
        failed = failure(wire)
        assert (failed.code, len(wire.requests)) == (Code.REDIRECT_LOOP, 2)


def test_a_redirect_with_a_gigabyte_behind_it_is_followed_and_not_read() -> None:
    with hostile("redirect with 1 GB") as wire:
        failed = failure(wire)
    assert failed.code == Code.REDIRECT_LOOP
    assert [(hop.truncated, hop.body_bytes <= 65_536) for hop in failed.exchanges] == [("length", True)] * 2


@pytest.mark.parametrize("headers", [{}, {"Location": ""}, {"Location": ["/b", "/c"]}])
def test_a_redirect_must_say_one_address(headers: dict[str, str | list[str]]) -> None:
    with site({"/a": Route(status=302, headers=headers), "/b": Route(PAGE), "/c": Route(PAGE)}) as wire:
        assert failure(wire).code == Code.BAD_REDIRECT


def test_the_time_for_a_capture_covers_all_its_redirects() -> None:
    routes = {f"/{step}": Route(status=302, headers={"Location": f"/{step + 1}"}, delay=0.55) for step in range(9)}
    limits = Limits(capture_seconds=1.2, redirects=20)
    started = time.monotonic()
    with site(routes) as wire, pytest.raises(FetchFailed) as failed:
        get(wire, "/0", limits=limits)
    assert failed.value.code == Code.DEADLINE_EXCEEDED
    assert time.monotonic() - started < 1.2 + SLACK


# TLS


@pytest.fixture
def _the_certificate_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "trusted.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


@pytest.mark.usefixtures("_the_certificate_is_trusted")
def test_a_page_arrives_over_tls() -> None:
    with site({"/a": Route(PAGE)}, tls=True) as wire, get(wire, scheme="https") as fetched:
        assert (fetched.final.body.read(), fetched.final.tls) == (PAGE, "TLSv1.3")


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    tls_context.cache_clear()
    with site({"/a": Route(PAGE)}, tls=True) as wire:
        failed = failure(wire, scheme="https")
        assert (failed.code, wire.requests) == (Code.TLS_INVALID, [])


@pytest.mark.usefixtures("_the_certificate_is_trusted")
def test_a_redirect_from_https_to_http_is_followed_and_shows_in_the_record() -> None:
    routes: dict[str, Route] = {}
    with site({"/b": Route(PAGE)}) as plain, site(routes, tls=True) as wire:
        routes["/a"] = redirect(f"http://{plain}/b")
        fetched = get(wire, also=plain, scheme="https")
    assert [exchange.tls for exchange in fetched.exchanges] == ["TLSv1.3", ""]
    assert fetched.final.url == f"http://{plain}/b"
    fetched.close()
