"""Drive `./desk run` in a clone over HTTP, as somebody would who has just cloned it: standard library only.

``python .ci/drive.py CLONE`` starts it cold, signs in, cites a page, sees it stored, stops it, starts it again, and
checks the times, the memory and that no process is left.
"""

import http.cookiejar
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Self

COLD_SECONDS, WARM_SECONDS, MEGABYTES = 90.0, 5.0, 400.0
STORED_SECONDS = 60.0
SETTINGS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "VAR_DIR", "HOST", "DEMO", "WIRE_PORT", "ARCHIVE_ALLOW")


class StepError(Exception):
    """Something was not as it has to be."""


class NobodyAnswersError(StepError):
    """Nothing listens there, or not yet."""


class Report:
    """Counts what was looked at."""

    def __init__(self) -> None:
        self.passed = self.failed = 0

    def note(self, sentence: str, *, true: bool, measured: str = "") -> None:
        """Write one line and count it; raises StepError when the sentence isn't true."""
        sys.stdout.write(f"drive: {'ok    ' if true else 'FAILED'}  {sentence}{measured and f': {measured}'}\n")
        sys.stdout.flush()
        if not true:
            self.failed += 1
            raise StepError(sentence)
        self.passed += 1


class Captures(HTMLParser):
    """The capture rows of a claim's page: each row's state and everything written in it."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str]] = []
        self.open: list[tuple[str, str | None, list[str]]] = []

    @classmethod
    def on(cls, page: str) -> Self:
        """Read a page."""
        parser = cls()
        parser.feed(page)
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for _, _, texts in self.open:
            texts.extend(value for value in values.values() if value)
        if tag not in self.VOID:
            self.open.append((tag, values.get("data-capture-state"), [value for value in values.values() if value]))

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _, _ in self.open):
            name, state, texts = self.open.pop()
            if state is not None:
                self.rows.append((state, " ".join(texts)))
            if name == tag:
                return

    def states_of(self, address: str) -> list[str]:
        """The states of the rows in which this address is written."""
        return [state for state, text in self.rows if address in text]


class Browser:
    """A session with cookies, following redirects."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies)
        )

    def get(self, path: str) -> str:
        """A page's text; raises StepError when it isn't there."""
        return self.send(urllib.request.Request(self.origin + path))  # noqa: S310 (the origin is ours)

    def post(self, path: str, page: str, **fields: str) -> str:
        """Send a form as the page it stands on would."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise StepError(f"the page with the form for {path} has no CSRF token")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        headers = {"Referer": self.origin + path}
        return self.send(urllib.request.Request(self.origin + path, data, headers))  # noqa: S310 (the origin is ours)

    def send(self, request: urllib.request.Request) -> str:
        """The text that answers a request."""
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            body = error.read().decode(errors="replace")
            raise StepError(f"{request.get_method()} {request.full_url}: HTTP {error.code}\n{body[:2000]}") from None
        except OSError as error:
            raise NobodyAnswersError(f"{request.get_method()} {request.full_url}: {error}") from None


class Desk:
    """`./desk run` in the clone, its port, and its processes."""

    def __init__(self, clone: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{port}"
        self.started = time.monotonic()
        environ = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self.process = subprocess.Popen(
            [str(clone / "desk"), "run"], cwd="/", env={**environ, "PORT": str(port)}, start_new_session=True
        )

    def wait_until_open(self, seconds: float) -> float:
        """Seconds from the command to the first HTTP 200 of the sign-in page."""
        browser = Browser(self.origin)
        while time.monotonic() - self.started < seconds + 60:
            if self.process.poll() is not None:
                raise StepError(f"./desk run ended by itself with exit status {self.process.returncode}")
            try:
                browser.get("/sign-in/")
            except NobodyAnswersError:
                time.sleep(0.05)
                continue
            return time.monotonic() - self.started
        raise StepError(f"./desk run did not answer within {seconds + 60:g} s")

    def processes(self) -> dict[int, str]:
        """Every process below and including ours, with its start, which tells it from a later one of its number."""
        parents: dict[int, tuple[int, str]] = {}
        for path in Path("/proc").iterdir():
            if path.name.isdigit() and (fields := stat_of(int(path.name))):
                parents[int(path.name)] = (int(fields[1]), fields[19])
        family = {self.process.pid}
        while more := {number for number, (parent, _) in parents.items() if parent in family} - family:
            family |= more
        return {number: parents[number][1] for number in family if number in parents}

    def megabytes(self) -> float:
        """The resident memory of all processes, added up; what they share counts as often as it is shared."""
        pages = sum(int(Path(f"/proc/{number}/statm").read_text().split()[1]) for number in self.processes())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000

    def stop(self) -> tuple[int, list[int]]:
        """Send SIGTERM; returns the exit status and the processes that are still there."""
        family = self.processes()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(30)
        return status, [number for number, start in family.items() if (stat := stat_of(number)) and stat[19] == start]


def stat_of(number: int) -> list[str]:
    """The fields of /proc/N/stat after the name, or nothing when the process is gone or a zombie."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [] if fields[0] in "ZX" else fields


def wait_for(found: Callable[[], bool], seconds: float) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def sign_in(browser: Browser, clone: Path) -> str:
    """Sign the demo's reporter in; returns the page that follows."""
    told = json.loads((clone / "var" / "demo-sign-ins.json").read_text())
    reporter = next(person for person in told["people"] if person["role"] == "reporter")
    return browser.post("/sign-in/", browser.get("/sign-in/"), username=reporter["username"], password=told["password"])


def drive(clone: Path, report: Report) -> None:
    """The whole tour; raises StepError at the first thing that isn't as it has to be."""
    desk = Desk(clone)
    try:
        seconds = desk.wait_until_open(COLD_SECONDS)
        report.note("the cold start takes less than 90 s", true=seconds < COLD_SECONDS, measured=f"{seconds:.1f} s")
        browser = Browser(desk.origin)
        wait_for(lambda: (clone / "var" / "demo-sign-ins.json").is_file(), 10)
        sign_in(browser, clone)
        queue = browser.get("/claims/")
        report.note("the reporter signs in and sees the queue", true="/sign-out/" in queue or "Sign out" in queue)
        claim = re.search(r'href="(/claims/\d+/)', queue)
        report.note("the queue lists the demo's claims", true=claim is not None)
        path = claim[1] if claim else ""
        wire = f"http://127.0.0.1:{int((clone / 'var' / 'wire-port').read_text())}"
        story = re.search(r'href="(/\w+/\d{4}/[^"]+)"', Browser(wire).get("/"))
        address = f"{wire}{story[1] if story else '/'}?edition=late"
        after = browser.post(
            f"{path}cite/", browser.get(path), url=address, stance="supports", quote="", note="Cited by the driver."
        )
        report.note("the cited page is on the claim's page", true=address in after or address in browser.get(path))

        def stored() -> bool:
            return "stored" in Captures.on(browser.get(path)).states_of(address)

        since = time.monotonic()
        report.note(
            "the cited page is stored",
            true=wait_for(stored, STORED_SECONDS),
            measured=f"{time.monotonic() - since:.1f} s",
        )
        memory = desk.megabytes()
        report.note(
            "all processes need less than 400 MB", true=memory < MEGABYTES, measured=f"{memory:.0f} MB resident"
        )
        status, left = desk.stop()
        report.note("SIGTERM stops it with exit status 0", true=status == 0, measured=str(status))
        report.note("no process is left", true=not left, measured=str(left or "none"))

        desk = Desk(clone)
        seconds = desk.wait_until_open(WARM_SECONDS)
        report.note("the second start takes less than 5 s", true=seconds < WARM_SECONDS, measured=f"{seconds:.1f} s")
        browser = Browser(desk.origin)
        sign_in(browser, clone)
        report.note("the stored page is still there", true=stored_on(browser, path, address))
        status, left = desk.stop()
        report.note("it stops again and leaves no process", true=status == 0 and not left)
    finally:
        if desk.process.poll() is None:
            desk.stop()


def stored_on(browser: Browser, path: str, address: str) -> bool:
    """Whether a claim's page shows the address as stored."""
    return "stored" in Captures.on(browser.get(path)).states_of(address)


def main() -> int:
    """Drive the desk in the clone that the command line names."""
    report = Report()
    try:
        drive(Path(sys.argv[1]).resolve(), report)
    except StepError as failure:
        report.failed = max(report.failed, 1)
        sys.stdout.write(f"drive: {failure}\n")
    sys.stdout.write(f"drive: {report.passed} passed, {report.failed} failed\n")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
