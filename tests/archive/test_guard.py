"""The guard at the socket: the whole list of bad addresses, redirects and answers of name servers, and 0 connections.

The lists are those of the security research that the guard was built on (and longer). A test counts them, so that a
table that is thinned fails.
"""

import html
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture, politeness
from apps.archive.codes import Code, Robots
from apps.archive.models import Capture, Host
from apps.archive.web.addresses import Refused, parse, tls_context
from apps.archive.web.fetching import Fetched, FetchFailed, Limits, fetch
from tests.archive.servers import CERTIFICATE, HOSTILE, PAGE, Route, connections, hostile, redirect, site
from tests.archive.test_addresses import BAD, GOOD, answers
from tests.newsroom import make_reporter

QUICK = Limits(connect_seconds=1, first_byte_seconds=1, resource_seconds=2, capture_seconds=3)
NONE: frozenset[str] = frozenset()

# fmt: off
LISTED_HOSTS = ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0", "00.0.0.0", "127.000.000.001", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::]", "[2001:0:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[5f00::1]", "[3fff::1]", "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "100.64.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "198.18.0.1", "192.0.0.8", "192.88.99.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.1", "198.51.100.1", "192.0.2.1", "metadata.google.internal", "x.internal", "printer.local", "4294967296", "1e3", "-1", "127.0.0.1%00.evil.com", "redis", "db"]
LISTED_URLS = [
    "http://example.com\\@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http://1.1.1.1 &@127.0.0.1#@8.8.8.8/",
    "http://user@example.com/", "http://user:password@example.com/", "http://127.0.0.1#@example.com/",
    "http://127.0.0.1?@example.com/", "http://example.com:80@127.0.0.1/", "http://exam\rple.com/",
    "http://exam\nple.com/", "http://exam\tple.com/", "http:///h", "http:h", "//h", "http://[::1%25eth0]/",
    "http://example%2ecom/", "http://exam%0d%0aple.com/", "http://ⅼocalhost/", "http://xn--/", "http://xn--.com/",
    *[f"http://example.com:{port}/" for port in (0, 99999, 22, 25, 2375, 5432, 6379, 8500, 9200, 10250, 11211)],
    "http://exa\u2044mple.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/_x",
    "data:text/html,hello", "javascript:alert(1)", "http+unix://%2fvar%2frun%2fdocker.sock/info", "http://[v1.a]/",
    "http://" + "a" * 301 + ".com/", "http://" + "a." * 130 + "com/", "http://example.com/" + "a" * 9_000,
]
LISTED_GOOD = [
    "http://1.1.1.1/", "http://[2606:4700:4700::1111]/", "http://172.32.0.1/", "http://100.128.0.1/",
    "http://11.0.0.1/", "http://bücher.example/", "http://xn--bcher-kva.example/", "HTTPS://Example.COM/Path",
    "http://example.com./", "https://example.com:443/a",
]
# fmt: on

# Where a redirect leads, what comes of it, and how many connections there are in all: the first is always made.
REDIRECTS: dict[str, tuple[str, Code, int]] = {
    "to loopback": ("http://127.0.0.1/", Code.BLOCKED_ADDRESS, 1),
    "to a port of loopback": ("http://127.0.0.1:1/", Code.BLOCKED_ADDRESS, 1),
    "to loopback, with the scheme left out": ("//127.0.0.1/", Code.BLOCKED_ADDRESS, 1),
    "to loopback as IPv6 writes it": ("http://[::ffff:127.0.0.1]/", Code.BLOCKED_ADDRESS, 1),
    "to loopback as a number": ("http://2130706433/", Code.BAD_REDIRECT, 1),
    "to loopback by name": ("http://localhost/", Code.BLOCKED_ADDRESS, 1),
    "to the cloud's own facts": ("http://169.254.169.254/latest/meta-data/", Code.BLOCKED_ADDRESS, 1),
    "to a file": ("file:///etc/passwd", Code.SCHEME_NOT_ALLOWED, 1),
    "to a script": ("javascript:alert(1)", Code.SCHEME_NOT_ALLOWED, 1),
    "with a password": ("http://user:word@example.com/", Code.USERINFO_NOT_ALLOWED, 1),
    "to another port": ("http://example.com:22/", Code.PORT_NOT_ALLOWED, 1),
    "with a line break": ("/next\rX-Injected: yes", Code.BAD_REDIRECT, 1),
    "with a control character": ("/next\x01page", Code.BAD_REDIRECT, 1),
    "with a backslash": ("/\\127.0.0.1", Code.BAD_REDIRECT, 1),
    "to nowhere": ("", Code.BAD_REDIRECT, 1),
}
# The same for sites that are hostile in other ways than by the address; of a chain, from which step on.
REDIRECTING: dict[str, tuple[str, Code, int]] = {
    "redirect circle": ("/a", Code.REDIRECT_LOOP, 2),
    "redirect chain": ("/6", Code.TOO_MANY_REDIRECTS, 6),
    "redirect with 1 GB": ("/a", Code.REDIRECT_LOOP, 2),
}

Answer = Callable[..., list[tuple[Any, ...]]]


def alias(host: str, port: int, **_options: object) -> list[tuple[Any, ...]]:
    """A public name that is another name for a machine inside."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "db.internal", ("10.1.2.3", port))]


# What a name server answers, and what comes of it. None of it is connected to.
DNS: dict[str, tuple[Answer, Code]] = {
    "a private address": (answers("10.0.0.5")[0], Code.BLOCKED_ADDRESS),
    "a public and a private one": (answers("8.8.8.8", "127.0.0.1")[0], Code.BLOCKED_ADDRESS),
    "a private and a public one": (answers("127.0.0.1", "8.8.8.8")[0], Code.BLOCKED_ADDRESS),
    "the cloud's own facts in IPv6": (answers("fd00:ec2::254")[0], Code.BLOCKED_ADDRESS),
    "a private address inside an IPv6 one": (answers("::ffff:10.0.0.1")[0], Code.BLOCKED_ADDRESS),
    "a public and a link's own": (answers("2606:4700:4700::1111", "fe80::1%eth0")[0], Code.BLOCKED_ADDRESS),
    "loopback behind a translation": (answers("64:ff9b::7f00:1")[0], Code.BLOCKED_ADDRESS),
    "an alias of a machine inside": (alias, Code.BLOCKED_ADDRESS),
    "nothing": (answers()[0], Code.DNS_NOT_FOUND),
}


def failure(url: str, *, allow: frozenset[str] = NONE, lookup: Answer = socket.getaddrinfo) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        fetch(url, limits=QUICK, allow=allow, user_agent="test", lookup=lookup).close()
    failed.value.close()
    return failed.value


def test_no_list_has_become_shorter() -> None:
    assert {f"http://{host}/" for host in LISTED_HOSTS} | set(LISTED_URLS) <= set(BAD)
    assert set(LISTED_GOOD) <= set(GOOD)
    assert len(set(BAD)) >= 124
    assert len(set(GOOD)) >= 15
    # Two more redirects, from HTTPS to HTTP and to a relative address, are followed: below.
    assert len(REDIRECTS) + len(REDIRECTING) + 2 >= 11
    # Two more answers, one that changes and one that does not come, are below.
    assert len(DNS) + 2 >= 6
    assert len(HOSTILE) >= 20


@pytest.mark.parametrize("url", BAD)
def test_a_bad_address_is_connected_to_by_nobody(url: str) -> None:
    with connections() as seen, pytest.raises(FetchFailed) as failed:
        fetch(url, limits=Limits(), allow=NONE, user_agent="test")
    assert failed.value.code
    assert seen == []


@pytest.mark.parametrize("url", GOOD)
def test_a_good_address_is_connected_to_where_its_name_leads_and_nowhere_else(url: str) -> None:
    address = parse(url)
    lookup, asked = answers("8.8.4.4")
    with connections() as seen:
        assert failure(url, lookup=lookup).code == Code.CONNECT_REFUSED  # the test lets nothing off loopback
    assert [connected[:2] for connected in seen] == [(address.host if address.literal else "8.8.4.4", address.port)]
    assert asked == ([] if address.literal else [f"{address.host}."])


@pytest.mark.parametrize("name", REDIRECTS)
def test_a_redirect_to_a_bad_address_connects_to_nothing_more(name: str) -> None:
    location, code, connects = REDIRECTS[name]
    with site({"/a": redirect(location, body=b"moved")}) as wire, connections() as seen:
        failed = failure(f"http://{wire}/a", allow=frozenset({str(wire)}))
    assert (failed.code, failed.http_status) == (code, 302)
    assert [f"{ip}:{port}" for ip, port in seen] == [wire] * connects
    assert failed.exchanges[0].body_bytes == len(b"moved")


@pytest.mark.parametrize("name", REDIRECTING)
def test_a_site_that_redirects_without_end_is_left_in_time(name: str) -> None:
    path, code, connects = REDIRECTING[name]
    with hostile(name) as wire, connections() as seen:
        failed = failure(f"http://{wire}{path}", allow=frozenset({str(wire)}))
    assert failed.code == code
    assert [f"{ip}:{port}" for ip, port in seen] == [wire] * connects


def test_a_relative_redirect_stays_at_its_site() -> None:
    with site({"/a/b": redirect("../c?d"), "/c?d": Route(PAGE)}) as wire, connections() as seen:
        fetched = fetch(f"http://{wire}/a/b", limits=QUICK, allow=frozenset({str(wire)}), user_agent="test")
        fetched.close()
    assert fetched.final.url == f"http://{wire}/c?d"
    assert [f"{ip}:{port}" for ip, port in seen] == [wire] * 2


def test_a_redirect_from_https_to_http_goes_through_the_guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trusted.pem").write_text(CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    tls_context.cache_clear()
    routes: dict[str, Route] = {"/inside": redirect("http://127.0.0.1/")}

    def get(path: str) -> Fetched:
        return fetch(f"https://{wire}{path}", limits=QUICK, allow=frozenset({wire, plain}), user_agent="test")

    try:
        with site({"/b": Route(PAGE)}) as plain, site(routes, tls=True) as wire, connections() as seen:
            routes["/a"] = redirect(f"http://{plain}/b")
            get("/a").close()
            with pytest.raises(FetchFailed) as failed:
                get("/inside")
    finally:
        tls_context.cache_clear()
    assert failed.value.code == Code.BLOCKED_ADDRESS
    assert [f"{ip}:{port}" for ip, port in seen] == [wire, plain, wire]


@pytest.mark.parametrize("name", DNS)
def test_an_answer_with_a_bad_address_in_it_is_connected_to_by_nobody(name: str) -> None:
    lookup, code = DNS[name]
    with connections() as seen:
        failed = failure("http://news.example/", lookup=lookup)
    assert failed.code == code
    assert seen == []
    for internal in ("10.", "127.", "::ffff", "fd00", "fe80", "64:ff9b", "db.internal"):
        assert internal not in failed.detail, "how the house is numbered is nobody's business"


def test_a_connection_that_ends_elsewhere_than_at_the_vetted_address_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    with site({"/a": Route(PAGE)}) as vetted, site({"/a": Route(PAGE)}) as inside:
        elsewhere = ("127.0.0.1", int(inside.rpartition(":")[2]))

        class Diverted(socket.socket):
            def connect(self, _address: Any, /) -> None:
                super().connect(elsewhere)

        monkeypatch.setattr(socket, "socket", Diverted)
        failed = failure(f"http://{vetted}/a", allow=frozenset({str(vetted)}))
        monkeypatch.undo()
        assert (failed.code, "somewhere else" in failed.detail) == (Code.BLOCKED_ADDRESS, True)
        assert vetted.requests == inside.requests == []
        fetch(f"http://{vetted}/a", limits=QUICK, allow=frozenset({str(vetted)}), user_agent="test").close()
        assert len(vetted.requests) == 1


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_its_first_answer() -> None:
    replies = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"])
    asked: list[str] = []

    def lookup(host: str, port: int, **_options: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(replies), port))]

    with connections() as seen:
        assert failure("http://rebind.example/", lookup=lookup).code == Code.CONNECT_REFUSED
    assert (asked, seen) == (["rebind.example."], [("8.8.8.8", 80)])


def test_a_name_server_that_does_not_answer_is_given_up_in_time() -> None:
    released = threading.Event()

    def lookup(*_question: object, **_options: object) -> list[tuple[Any, ...]]:
        released.wait(30)
        return answers("127.0.0.1")[0]("late.example", 80)

    started = time.monotonic()
    with connections() as seen:
        assert failure("http://late.example/", lookup=lookup).code == Code.DNS_TIMEOUT
        assert time.monotonic() - started < QUICK.capture_seconds
        released.set()
        time.sleep(0.2)
    assert seen == []


def test_looking_up_and_trying_all_addresses_share_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    class Nowhere(socket.socket):
        def connect(self, _address: Any, /) -> None:
            given.append(self.gettimeout() or 0)
            raise TimeoutError

    def lookup(host: str, port: int, **options: object) -> list[tuple[Any, ...]]:
        time.sleep(QUICK.connect_seconds / 2)
        return answers("8.8.8.8", "8.8.4.4", "1.1.1.1")[0](host, port, **options)

    monkeypatch.setattr(socket, "socket", Nowhere)
    assert failure("http://news.example/", lookup=lookup).code == Code.CONNECT_TIMEOUT
    assert len(given) == 3
    assert given[0] * 3 <= QUICK.connect_seconds / 2


def test_a_connection_is_secured_in_what_is_left_of_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    class Slow(socket.socket):
        def connect(self, address: Any, /) -> None:
            super().connect(address)
            time.sleep(QUICK.connect_seconds / 2)

        def settimeout(self, value: float | None, /) -> None:
            given.append(value or 0)
            super().settimeout(value)

    with hostile("silence") as wire:
        monkeypatch.setattr(socket, "socket", Slow)
        failed = failure(f"https://{wire}/", allow=frozenset({str(wire)}))
        monkeypatch.undo()
    assert failed.code == Code.CONNECT_TIMEOUT
    assert given[-1] <= QUICK.connect_seconds / 2


def still_bad(url: str, base: str) -> bool:
    """Whether the address is bad also as a page names it: there, line breaks go, NULs are replaced, some are relative."""
    try:
        parse(urldefrag(urljoin(base, url.replace("\0", "\ufffd").strip())).url)
    except (Refused, ValueError):
        return True
    return False


@pytest.mark.django_db
class TestWhatBelongsToAPage:
    """What a page names and what robots.txt leads to go through the same door as the page."""

    def test_no_picture_style_or_script_leads_to_a_bad_address(self, settings: Any) -> None:
        settings.ARCHIVE_REQUISITES = 1_000
        written = [url for url in BAD if url.startswith("http") and "\ud800" not in url]
        bad = [url for url in written if still_bad(url, "http://wire.example/story")]
        assert len(bad) >= 124
        tags = [f'<img src="{html.escape(url)}">' for url in bad[::3]]
        tags += [f'<link rel=stylesheet href="{html.escape(url)}">' for url in bad[1::3]]
        tags += [f'<script src="{html.escape(url)}"></script>' for url in bad[2::3]]
        style = "@import 'http://10.0.0.1/';" + "".join(
            f"a{{background:url({host})}}" for host in ("http://127.0.0.1/", "http://[::1]/", "http://2130706433/")
        )
        page = f"<link rel=icon href=/icon><link rel=stylesheet href=/own.css>{''.join(tags)}<p>Words.</p>"
        routes = {
            "/story": Route(page),
            "/icon": redirect("http://169.254.169.254/latest/meta-data/"),
            "/own.css": Route(style, headers={"Content-Type": "text/css"}),
        }
        with site(routes) as wire, connections() as seen:
            settings.ARCHIVE_ALLOW = frozenset({str(wire)})
            asked = request_capture(register_page(f"http://{wire}/story"), by=make_reporter())
            assert capture.run(asked.pk)
        asked.refresh_from_db()
        assert asked.state == Capture.State.STORED
        assert {f"{connected[0]}:{connected[1]}" for connected in seen} == {wire}
        assert asked.requisites == 1, "its own style"
        assert asked.requisites_missing >= 100

    @pytest.mark.parametrize("location", [where for where, _, _ in REDIRECTS.values() if where])
    def test_no_robots_txt_leads_to_a_bad_address(self, settings: Any, location: str) -> None:
        with site({"/robots.txt": redirect(location)}) as wire, connections() as seen:
            settings.ARCHIVE_ALLOW = frozenset({str(wire)})
            host = Host.objects.create(name=str(wire))
            assert politeness.robots(host, f"http://{wire}/story") == Robots.UNKNOWN
        assert [f"{ip}:{port}" for ip, port in seen] == [wire]
