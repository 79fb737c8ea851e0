"""The site that the benchmarks copy: articles of about the size that news pages have, with what belongs to them.

Each page has styles, scripts and pictures, some of its own and some that it shares with the others. It runs in a
process of its own on loopback, so that its work is not counted as anybody's, and ends with the one that started it.
"""

from __future__ import annotations

import contextlib
import http.server
import multiprocessing
import random
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

PAGE_BYTES = 57_000
STYLES, SCRIPTS, SHARED_PICTURES, OWN_PICTURES = 2, 3, 5, 2


def prose(seed: int) -> Iterator[str]:
    """Sentences without end that pack about as badly as those of people: few words are frequent, many are rare."""
    chance = random.Random(seed)  # noqa: S311  (the same in every run)
    letters = "etaoinshrdlucmfwypvbgk"
    known = random.Random(0)  # noqa: S311
    words = ["".join(known.choices(letters, range(22, 0, -1), k=known.randint(2, 10))) for _ in range(4_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    while True:
        yield " ".join(chance.choices(words, weights, k=60)).capitalize() + "."


def script(seed: int, size: int) -> bytes:
    """A script or a style of this size, as varied as such files are."""
    chance, written, lines, length = random.Random(seed), prose(seed), [], 0  # noqa: S311
    while length < size:
        words = next(written).strip(".").lower().split()
        lines.append(f".{words[0]}-{words[1]}{{{words[2]}:{chance.randint(0, 999)}px;{words[3]}:#{words[4]}}}\n")
        length += len(lines[-1])
    return "".join(lines).encode()


def page(number: int, size: int, *, requisites: bool) -> bytes:
    """An article of about `size` bytes, unlike every other."""
    head, named = "", ""
    if requisites:
        head = "".join(f'<link rel="stylesheet" href="/style/{n}.css">' for n in range(STYLES))
        head += "".join(f'<script src="/script/{n}.js"></script>' for n in range(SCRIPTS))
        head += '<link rel="icon" href="data:,">'
        pictures = [f"/shared/{(number + n) % 20}.jpg" for n in range(SHARED_PICTURES)]
        pictures += [f"/own/{number}-{n}.jpg" for n in range(OWN_PICTURES)]
        named = "".join(f'<img src="{name}" alt="">' for name in pictures)
    paragraphs, length = [], 0
    written = prose(number)
    while length < size:
        paragraphs.append(f'<p class="article__paragraph">{next(written)}</p>\n')
        length += len(paragraphs[-1])
    body = f"{named}{''.join(paragraphs)}"
    return f"<html><head><title>Story {number}</title>{head}</head><body>{body}</body></html>".encode()


def serve(tell: Connection, pages: int, size: int, requisites: bool, seconds: float, hosts: int) -> None:
    """A site with that many pages, each answered after `seconds`, at so many addresses, until its process is ended."""
    made = [page(number, size, requisites=requisites) for number in range(pages)]
    styles = [script(n, 25_000 + 10_000 * n) for n in range(STYLES)]
    scripts = [script(10 + n, 40_000 + 40_000 * n) for n in range(SCRIPTS)]
    noise = random.Random(1).randbytes(400_000)  # noqa: S311  (pictures that don't pack, the same in every run)

    def asset(path: str) -> tuple[bytes, str]:
        kind, _, name = path.strip("/").partition("/")
        start = sum(map(ord, name)) * 97 % 100_000
        if kind == "style":
            return styles[int(name.partition(".")[0])], "text/css"
        if kind == "script":
            return scripts[int(name.partition(".")[0])], "text/javascript"
        if kind in ("shared", "own"):
            return noise[start : start + 10_000 + start // 2], "image/jpeg"
        return b"", "text/plain"

    class Site(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = self.path.partition("?")[0].strip("/")
            found = (made[int(number)], "text/html; charset=utf-8") if number.isdigit() else asset(self.path)
            if seconds:
                time.sleep(seconds)
            self.send_response(200 if found[0] else 404)
            self.send_header("Content-Type", found[1])
            self.send_header("Content-Length", str(len(found[0])))
            self.end_headers()
            self.wfile.write(found[0])
            self.wfile.flush()

        def log_message(self, *spoken: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Site)
    port = server.server_address[1]
    for number in range(2, hosts + 1):
        threading.Thread(target=Server((f"127.0.0.{number}", port), Site).serve_forever, daemon=True).start()
    tell.send([f"127.0.0.{number}:{port}" for number in range(1, hosts + 1)])
    server.serve_forever()


@contextlib.contextmanager
def site(pages: int, *, requisites: bool = False) -> Iterator[str]:
    """The "address:port" of a running site."""
    with sites(pages, hosts=1, requisites=requisites) as running:
        yield running[0]


@contextlib.contextmanager
def sites(
    pages: int, *, hosts: int, size: int = PAGE_BYTES, requisites: bool = False, seconds: float = 0
) -> Iterator[list[str]]:
    """One running site at so many addresses of loopback, each "address:port": to the desk, so many hosts."""
    hear, tell = multiprocessing.Pipe()
    arguments = (tell, pages, size, requisites, seconds, hosts)
    process = multiprocessing.get_context("spawn").Process(target=serve, args=arguments, daemon=True)
    process.start()
    try:
        if not hear.poll(30):
            raise SystemExit("The benchmark's site did not start.")
        yield hear.recv()
    finally:
        process.terminate()
        process.join()
