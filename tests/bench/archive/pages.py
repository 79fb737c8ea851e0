"""What one archived page costs, beside wget, on the same pages in the same run.

``python -m tests.services [--sqlite] -- python -m tests.bench.archive.pages [--pages 200] [--rounds 5]``

Prints medians: pages a second, CPU milliseconds a page, and our peak memory. Nothing here is a test: compare the
ratios, not the seconds. Everything goes to a site on loopback that runs in a process of its own, and ends by itself.
"""

from __future__ import annotations

import argparse
import http.server
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

WORDS = ["Two", "soldiers", "were", "captured", "in", "Kursk", "on", "Thursday", "the", "service", "said"]


def page(number: int, size: int) -> bytes:
    """An article of about `size` bytes, unlike every other."""
    paragraphs = []
    while sum(map(len, paragraphs)) < size:
        turn = (number * 7 + len(paragraphs) * 3) % len(WORDS)
        paragraphs.append(f"<p>{number}.{len(paragraphs)} {' '.join(WORDS[turn:] + WORDS[:turn])}.</p>\n")
    return f"<html><head><title>Story {number}</title></head><body>{''.join(paragraphs)}</body></html>".encode()


def serve(tell: Connection, pages: int, size: int) -> None:
    """A site with that many pages, until its process is ended."""
    made = [page(number, size) for number in range(pages)]

    class Site(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = self.path.strip("/")
            body = made[int(number)] if number.isdigit() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *spoken: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    tell.send(server.server_address[1])
    server.serve_forever()


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measured(work: Callable[[], None], who: int) -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    clock, cpu = time.perf_counter(), spent(who)
    work()
    return time.perf_counter() - clock, spent(who) - cpu


def ours(urls: list[str]) -> None:
    """Ask for every page and capture it, as the worker does: lease, fetch, record, settle. Text is read elsewhere."""
    from apps.archive.actions import register_page, request_capture
    from apps.archive.capturing import capture
    from apps.audit.context import Channel, entered_by

    for url in urls:
        asked = request_capture(register_page(url), by=None)
        with entered_by(Channel.WORKER):
            if not capture.run(asked.pk):
                raise SystemExit(f"{url} was not stored")


def wget(urls: list[str]) -> None:
    """One wget for all of them, into one compressed WARC."""
    with tempfile.TemporaryDirectory() as place:
        listed = Path(place) / "urls.txt"
        listed.write_text("\n".join(urls))
        command = ["wget", "--quiet", "--directory-prefix", place, f"--warc-file={place}/pages", "-i", str(listed)]
        subprocess.run(command, check=True)


def forget() -> None:
    """Each round copies the same pages for the first time."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bytes", type=int, default=57_000)
    asked = parser.parse_args()
    if shutil.which("wget") is None:
        raise SystemExit("wget is missing: apt-get install wget")

    hear, tell = multiprocessing.Pipe()
    site = multiprocessing.get_context("spawn").Process(
        target=serve, args=(tell, asked.pages, asked.bytes), daemon=True
    )
    site.start()
    where = f"127.0.0.1:{hear.recv()}"
    urls = [f"http://{where}/{number}" for number in range(asked.pages)]

    place = tempfile.mkdtemp()
    os.environ |= {"DEBUG": "1", "VAR_DIR": place, "ARCHIVE_ALLOW": where, "ARCHIVE_ROBOTS": "ignore"}
    os.environ["ARCHIVE_REQUISITES"] = "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "verifydesk.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests import conftest  # noqa: F401  (lets the trail be emptied between rounds)

    call_command("migrate", verbosity=0)
    rounds: dict[str, list[tuple[float, float]]] = {"ours": [], "wget": []}
    for _ in range(asked.rounds):
        forget()
        rounds["wget"].append(measured(lambda: wget(urls), resource.RUSAGE_CHILDREN))
        rounds["ours"].append(measured(lambda: ours(urls), resource.RUSAGE_SELF))
    told = {
        name: {
            "pages_per_second": round(asked.pages / statistics.median(clock for clock, _ in taken), 1),
            "cpu_ms_per_page": round(1000 * statistics.median(cpu for _, cpu in taken) / asked.pages, 2),
        }
        for name, taken in rounds.items()
    }
    told["ours"]["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"database": connection.vendor, "pages": asked.pages, "rounds": asked.rounds, **told}, indent=1))  # noqa: T201
    site.terminate()
    shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
