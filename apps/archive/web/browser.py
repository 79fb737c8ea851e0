"""A browser for one page: a process group of its own, through our proxy alone, watched, and killed when it is done.

It is asked over a pipe, so that there is no port that anybody else could speak to, in the DevTools protocol
(https://chromedevtools.github.io/devtools-protocol/). What it says is as little to be trusted as the page it draws.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
STARTER = Path(__file__).with_name("browser_program.py")
FOLDER = "drawing-"
FOLDER_SECONDS = 3_600
PIECE = 1_048_576
LOOK_UP_SECONDS = 0.2
WEIGHED_EVERY_SECONDS = 1.0
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
# Every one of the first block closes a way around the proxy; none of them may be left out.
THROUGH_THE_PROXY = (
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--dns-prefetch-disable",
    # Given once, so the quiet ones stand here too. The last would call to all neighbours for a page (RFC 6762).
    "--disable-features=IsolateOrigins,site-per-process,MediaRouter,OptimizationHints,Translate"
    ",SpareRendererForSitePerProcess,WebRtcHideLocalIpsWithMdns",
)
QUIETLY = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-notifications",
    "--disable-site-isolation-trials",
    # What a page loads only when somebody scrolls to it belongs to the drawing too.
    "--blink-settings=lazyLoadEnabled=false",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--remote-debugging-pipe",
)

Event = dict[str, Any]


class BrowserMissing(Exception):
    """There is no browser on this machine, or it does not start."""


class BrowserFailed(Exception):
    """The browser is there and could not draw the page; the text says why in a sentence."""


@dataclass(frozen=True)
class Bounds:
    """What a browser may take: memory of all its processes together, one message of it, and until when (monotonic)."""

    memory_bytes: int
    message_bytes: int
    ends: float


def find_browser(path: str = "") -> str:
    """The browser's program: the one at `path`, or the first that is installed. Raises BrowserMissing."""
    found = shutil.which(path) if path else next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not found:
        raise BrowserMissing(f"{path or PROGRAMS[0]} is not there.")
    return found


class Browser:
    """A running browser and the pipe to it. `on_wait` is called a few times a second; what it raises ends it."""

    def __init__(
        self,
        program: str,
        *,
        proxy: str,
        user_agent: str,
        sandbox: bool,
        bounds: Bounds,
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        self.bounds, self.on_wait = bounds, on_wait
        self.on_event: Callable[[Event], None] = lambda event: None
        self.most_bytes = 0
        self._weighed_at = time.monotonic()
        self._asked = 0
        self._answers: dict[int, Event] = {}
        self._unread = bytearray()
        self._searched = 0
        self._command = [
            program,
            *THROUGH_THE_PROXY,
            *QUIETLY,
            f"--proxy-server=http://{proxy}",
            f"--user-agent={user_agent}",
            *([] if sandbox else ["--no-sandbox"]),
        ]

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as unless_started:
            _clear_away()
            self._home = Path(tempfile.mkdtemp(prefix=FOLDER))
            unless_started.callback(shutil.rmtree, self._home, ignore_errors=True)
            user, group = self._who()
            if user >= 0:
                os.chown(self._home, user, group)
            theirs_in, self._orders = os.pipe()
            unless_started.callback(os.close, self._orders)
            self._replies, theirs_out = os.pipe()
            unless_started.callback(os.close, self._replies)
            try:
                self._process = subprocess.Popen(
                    [
                        *(sys.executable, "-I", "-S", str(STARTER), str(self.bounds.memory_bytes)),
                        *(str(number) for number in (user, group, theirs_in, theirs_out)),
                        *(*self._command, f"--user-data-dir={self._home}/profile", "about:blank"),
                    ],
                    cwd="/",
                    env={"HOME": str(self._home), "TMPDIR": str(self._home), "PATH": os.defpath, "LANG": "C.UTF-8"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs_in, theirs_out),
                    start_new_session=True,
                )
            finally:
                os.close(theirs_in)
                os.close(theirs_out)
            os.set_blocking(self._replies, False)
            os.set_blocking(self._orders, False)
            unless_started.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        # A group, because a renderer that hangs does not end with its browser.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._orders)
        os.close(self._replies)
        shutil.rmtree(self._home, ignore_errors=True)

    @staticmethod
    def _who() -> tuple[int, int]:
        """Whom the browser's process belongs to: never root. Another number than -1 is another user than ours."""
        if os.geteuid() != 0:
            return -1, -1
        nobody = pwd.getpwnam("nobody")
        return nobody.pw_uid, nobody.pw_gid

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Ask and wait for the answer. Raises BrowserFailed; BrowserMissing when it never said anything."""
        number = self.tell(method, session, **parameters)
        while number not in self._answers:
            self.wait(LOOK_UP_SECONDS)
        answer = self._answers.pop(number)
        if "error" in answer:
            raise BrowserFailed(f"The browser refused {method}: {str(answer['error'].get('message'))[:200]}")
        return dict(answer.get("result") or {})

    def tell(self, method: str, session: str = "", **parameters: Any) -> int:
        """Ask without waiting; returns the number that the answer will have."""
        self._asked += 1
        asked = {
            "id": self._asked,
            "method": method,
            "params": parameters,
            **({"sessionId": session} if session else {}),
        }
        data = json.dumps(asked).encode() + b"\0"
        while data:
            try:
                data = data[os.write(self._orders, data) :]
            except BlockingIOError:
                self._tick()
                select.select([], [self._orders], [], LOOK_UP_SECONDS)
            except OSError as error:
                raise self._gone() from error
        return self._asked

    def wait(self, seconds: float) -> None:
        """Take in what the browser says, for so long and a fifth of a second at most. Raises BrowserFailed.

        A page that hangs says nothing: all the same it is weighed, and whoever waits for it is told.
        """
        self._tick()
        if not self._take_message():
            left = min(seconds, LOOK_UP_SECONDS, self.bounds.ends - time.monotonic())
            select.select([self._replies], [], [], max(left, 0))
            with contextlib.suppress(BlockingIOError):
                piece = os.read(self._replies, PIECE)
                if not piece:
                    raise self._gone()
                self._unread += piece
                if len(self._unread) > self.bounds.message_bytes:
                    raise BrowserFailed("What the browser drew is larger than the desk keeps.")
            self._take_message()

    def _take_message(self) -> bool:
        end = self._unread.find(b"\0", self._searched)
        if end < 0:
            self._searched = len(self._unread)
            return False
        message = json.loads(self._unread[:end])
        del self._unread[: end + 1]
        self._searched = 0
        if "id" in message:
            self._answers[message["id"]] = message
        else:
            self.on_event(message)
        return True

    def _tick(self) -> None:
        now = time.monotonic()
        if now >= self.bounds.ends:
            raise BrowserFailed("The page was not drawn in the time allowed.")
        if now - self._weighed_at >= WEIGHED_EVERY_SECONDS:
            self._weighed_at = now
            self.most_bytes = max(self.most_bytes, weight(self._process.pid))
            if self.most_bytes > self.bounds.memory_bytes:
                raise BrowserFailed("The page needed more memory than a drawing may take.")
        self.on_wait()

    def _gone(self) -> Exception:
        if self._searched or self._answers or self._asked > 1:
            return BrowserFailed("The browser ended before the page was drawn.")
        return BrowserMissing("The browser did not start.")


def _clear_away() -> None:
    """Remove the folders of browsers whose worker was killed before it could: no drawing takes so long."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > FOLDER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def weight(session: int) -> int:
    """Bytes of memory that the processes of a session hold and share with no file."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # After the name, which may hold anything: state, parent, group, session.
            if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == session:
                _, resident, shared, *_ = (int(pages) for pages in (folder / "statm").read_text().split())
                found += (resident - shared) * PAGE_SIZE
    return found
