"""The browser's way out: what a stranger, a hostile page or a hostile site can make the proxy do, which is nothing."""

import base64
import contextlib
import re
import socket
import time

import pytest

from apps.archive.codes import Code
from apps.archive.web.exchanges import Limits
from apps.archive.web.proxy import GuardedProxy
from tests.archive.servers import Route, chunked, connections, hostile, redirect, served, site
from tests.archive.test_addresses import BAD, answers

QUICK = Limits(connect_seconds=1, first_byte_seconds=2, resource_seconds=3, total_bytes=1_000_000)


@contextlib.contextmanager
def proxy(*allowed, seconds=20.0, **options):
    options = {"limits": QUICK, "allow": frozenset(map(str, allowed)), **options}
    with GuardedProxy(ends=time.monotonic() + seconds, **options) as running:
        yield running


def say(running, request, *, password=None):
    """What the proxy answers to this head, read to its end."""
    secret = base64.b64encode(f"drawing:{password or running.password}".encode()).decode()
    head = request.replace("\n", "\r\n")
    host, port = running.address.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}\r\nProxy-Authorization: Basic {secret}\r\n\r\n".encode())
        return everything(connection)


def everything(connection):
    answer = b""
    with contextlib.suppress(OSError):
        while piece := connection.recv(65_536):
            answer += piece
    return answer


def get(where, path="/"):
    return f"GET http://{where}{path} HTTP/1.1\nHost: {where}"


class TestPassword:
    @pytest.mark.parametrize("password", ["", "x", "drawing"])
    def test_who_does_not_know_it_gets_nothing(self, password):
        with site({"/": Route("Found")}) as where, proxy(where) as running:
            for request in (get(where), f"CONNECT {where} HTTP/1.1"):
                answer = say(running, request, password=password or " ")
                assert answer.startswith(b"HTTP/1.1 407 ")
                assert b"Proxy-Authenticate: Basic" in answer
            assert where.requests == []
            assert running.asked == 0

    def test_none_is_asked_for_one_and_each_drawing_has_its_own(self):
        with proxy() as running, proxy() as other, socket.create_connection(running.address.split(":")) as connection:
            connection.sendall(b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n")
            assert everything(connection).startswith(b"HTTP/1.1 407 ")
            assert running.password != other.password
            assert len(running.password) >= 32


class TestGuard:
    @pytest.mark.parametrize("url", BAD)
    def test_what_the_guard_refuses_is_not_gone_to(self, url):
        """Each address of the guard's own list, asked for plainly, and its site asked for as a tunnel."""
        with proxy() as running, connections() as seen:
            asked = url.strip().encode("utf-8", "replace").decode()
            said = [say(running, f"GET {asked} HTTP/1.1\nHost: x")]
            if authority := re.match(r"\w+://([^/?#]+)", asked):
                said.append(say(running, f"CONNECT {authority[1]} HTTP/1.1\nHost: x"))
            said.append(say(running, f"CONNECT {asked} HTTP/1.1\nHost: x"))
        ours = {("127.0.0.1", int(running.address.partition(":")[2]))}
        assert set(seen) <= ours, url
        assert all(answer == b"" or answer.startswith(b"HTTP/1.1 403 ") for answer in said)

    @pytest.mark.parametrize("records", [["127.0.0.1"], ["::1"], ["93.184.216.34", "10.0.0.1"], ["169.254.169.254"]])
    def test_a_name_that_leads_inside_is_not_gone_to(self, records):
        with proxy(lookup=answers(*records)[0]) as running, connections() as seen:
            for request in (get("inside.example.com"), "CONNECT inside.example.com:443 HTTP/1.1"):
                assert say(running, request).startswith(b"HTTP/1.1 403 ")
        assert {code for _, code in running.refused} == {Code.BLOCKED_ADDRESS}
        assert {seen_port for _, seen_port in seen} == {int(running.address.partition(":")[2])}

    @pytest.mark.parametrize("port", [22, 25, 6379, 8080])
    def test_a_tunnel_leads_to_no_other_port(self, port):
        with proxy(lookup=answers("93.184.216.34")[0]) as running, connections() as seen:
            assert say(running, f"CONNECT example.com:{port} HTTP/1.1").startswith(b"HTTP/1.1 403 ")
        assert [code for _, code in running.refused] == [Code.PORT_NOT_ALLOWED]
        assert len(seen) == 1

    def test_what_is_secured_is_not_asked_for_in_the_clear(self):
        with proxy(lookup=answers("93.184.216.34")[0]) as running, connections() as seen:
            assert say(running, "GET https://example.com/ HTTP/1.1").startswith(b"HTTP/1.1 403 ")
        assert len(seen) == 1

    @pytest.mark.parametrize(
        "line", ["GET / HTTP/1.1", "GET http://x/ HTTP/1.0", "get http://x/ HTTP/1.1", "", "CONNECT"]
    )
    def test_what_is_no_request_to_a_proxy_is_not_answered(self, line):
        with proxy() as running:
            assert say(running, line)[:13] in {b"", b"HTTP/1.1 403 "}


class TestPassingOn:
    def test_a_site_that_is_let_through_sees_a_plain_request(self):
        with site({"/a?b=1": Route("Found", headers={"Set-Cookie": "a=b", "Keep-Alive": "timeout=5"})}) as where:
            with proxy(where) as running:
                hop = "Connection: keep-alive, X-Hop\nX-Hop: 1\nUpgrade: websocket\nTE: trailers\nX-Kept: 1"
                answer = say(running, f"{get(where, '/a?b=1')}\n{hop}")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert (body, head.split(b"\r\n")[0]) == (b"Found", b"HTTP/1.1 200 OK")
            assert b"Set-Cookie: a=b" in head
            assert b"Keep-Alive" not in head
            assert head.endswith(b"Connection: close")
            request = where.requests[0].decode()
        assert request.startswith(f"GET /a?b=1 HTTP/1.1\r\nHost: {where}\r\n")
        assert "X-Kept: 1" in request
        for word in ("Proxy-Authorization", "X-Hop", "Upgrade", "TE:", "keep-alive"):
            assert word not in request
        assert running.received > len(b"Found")

    def test_the_host_is_the_one_that_was_vetted_whatever_the_head_says(self):
        with site({"/": Route("Found")}) as where, proxy(where) as running:
            say(running, f"GET http://{where}/ HTTP/1.1\nHost: inside.example.com")
            assert b"inside" not in where.requests[0]

    def test_a_second_request_on_the_same_connection_goes_nowhere(self):
        with site({"/": Route("Found"), "/two": Route("Second")}) as where, proxy(where) as running:
            host, port = running.address.split(":")
            secret = base64.b64encode(f"drawing:{running.password}".encode()).decode()
            one = f"{get(where)}\nProxy-Authorization: Basic {secret}\n\n".replace("\n", "\r\n")
            two = one.replace(f"{where}/", f"{where}/two")
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall((one + two).encode())
                assert b"Second" not in everything(connection)
            assert len(where.requests) == 1

    def test_a_body_is_passed_on_as_far_as_it_was_announced(self):
        got = []

        def take(visitor):
            body = visitor.request.partition(b"\r\n\r\n")[2]
            while len(body) < 5:
                body += visitor.connection.recv(100)
            got.append(body)
            visitor.send(b"HTTP/1.1 204 No Content\r\n\r\n")

        with served(take) as where, proxy(where) as running:
            host, port = running.address.split(":")
            secret = base64.b64encode(f"drawing:{running.password}".encode()).decode()
            head = f"POST http://{where}/ HTTP/1.1\nContent-Length: 5\nProxy-Authorization: Basic {secret}\n\n"
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(head.replace("\n", "\r\n").encode() + b"helloGET / HTTP/1.1")
                assert everything(connection).startswith(b"HTTP/1.1 204 ")
        assert got == [b"hello"]

    @pytest.mark.parametrize(
        "field", ["Transfer-Encoding: chunked", "Content-Length: 1\nContent-Length: 2", "Content-Length: -1"]
    )
    def test_a_body_of_doubtful_length_is_not_passed_on(self, field):
        with site({"/": Route("Found")}) as where, proxy(where) as running:
            assert say(running, f"POST http://{where}/ HTTP/1.1\n{field}").startswith(b"HTTP/1.1 403 ")
            assert where.requests == []

    def test_chunks_and_redirects_come_as_they_were_sent_and_are_not_followed(self):
        routes = {
            "/chunks": Route(chunked(b"Found" * 1_000), headers={"Transfer-Encoding": "chunked"}),
            "/away": redirect("http://127.0.0.1:1/"),
        }
        with site(routes) as where, proxy(where) as running, connections() as seen:
            assert say(running, get(where, "/chunks")).endswith(chunked(b"Found" * 1_000))
            assert b"Location: http://127.0.0.1:1/" in say(running, get(where, "/away"))
        assert ("127.0.0.1", 1) not in seen

    def test_a_site_can_not_turn_an_answer_into_a_tunnel(self):
        with (
            served(lambda visitor: visitor.send(b"HTTP/1.1 101 Switching\r\n\r\nhello")) as where,
            proxy(where) as running,
        ):
            assert say(running, get(where)).startswith(b"HTTP/1.1 403 ")

    @pytest.mark.parametrize("request_line", ["GET http://{}/ HTTP/1.1", "CONNECT {} HTTP/1.1"])
    def test_a_host_that_asked_to_wait_is_not_gone_to(self, request_line):
        with site({"/": Route("Found")}) as where:
            with proxy(where, left_alone=frozenset(["127.0.0.1"])) as running:
                assert say(running, f"{request_line.format(where)}\nHost: {where}").startswith(b"HTTP/1.1 403 ")
                assert [code for _, code in running.refused] == [Code.ASKED_TO_WAIT]
            assert where.requests == []


class TestBudget:
    def test_bytes(self):
        limits = Limits(total_bytes=200_000, first_byte_seconds=2, resource_seconds=3)
        with hostile("10 GB") as where, proxy(where, limits=limits) as running:
            assert len(say(running, get(where))) < 500_000
            assert running.spent
            assert say(running, get(where)) == b""

    def test_bytes_sent(self):
        with hostile("silence") as where, proxy(where) as running:
            host, port = running.address.split(":")
            secret = base64.b64encode(f"drawing:{running.password}".encode()).decode()
            head = f"CONNECT {where} HTTP/1.1\r\nProxy-Authorization: Basic {secret}\r\n\r\n"
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(head.encode())
                assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
                with contextlib.suppress(OSError):
                    for _ in range(100):
                        connection.sendall(b"x" * 100_000)
            assert running.sent <= 2_200_000

    def test_requests(self):
        limits = Limits(requisites=1, first_byte_seconds=2)
        with site({"/": Route("Found")}) as where, proxy(where, limits=limits) as running:
            answers = [say(running, get(where))[:12] for _ in range(60)]
        assert (answers.count(b"HTTP/1.1 200"), answers.count(b"HTTP/1.1 403")) == (52, 8)

    @pytest.mark.parametrize("name", ["silence", "headers that drip", "body that drips", "100 continue for ever"])
    def test_time(self, name):
        with hostile(name) as where, proxy(where, seconds=1.5) as running:
            began = time.monotonic()
            say(running, get(where))
            assert time.monotonic() - began < 5

    @pytest.mark.parametrize("name", ["header without end", "huge header", "no HTTP", "hang-up"])
    def test_an_answer_that_is_none_is_not_passed_on(self, name):
        with hostile(name) as where, proxy(where) as running:
            assert say(running, get(where)) in {
                b"",
                b"HTTP/1.1 403 Not from here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            }

    def test_it_ends_with_its_drawing_whoever_still_talks(self):
        with hostile("body that drips") as where:
            with proxy(where) as running:
                host, port = running.address.split(":")
                secret = base64.b64encode(f"drawing:{running.password}".encode()).decode()
                connection = socket.create_connection((host, int(port)), timeout=10)
                connection.sendall(
                    f"{get(where)}\nProxy-Authorization: Basic {secret}\n\n".replace("\n", "\r\n").encode()
                )
                assert connection.recv(10)
            with connection:
                everything(connection)
            with pytest.raises(OSError, match="refused"):
                socket.create_connection((host, int(port)), timeout=1)
