"""A desk under its real supervisor, as `./desk run` starts it, for the tests that hurt it."""

import contextlib
import fcntl
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# What tests.services sets for the other tests; this desk is to find its own database and broker.
OF_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "SECRET_KEY", "DEBUG", "PORT", "HOST", "DEMO", "WIRE_PORT")


@dataclass(frozen=True)
class Process:
    """A process by its number and its start, so that a number used again is not mistaken for it."""

    number: int
    started: str

    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        state = read_stat(self.number)
        return state is not None and state["started"] == self.started and state["state"] not in "ZX"


def read_stat(number: int) -> dict[str, str] | None:
    """State, parent and start of a process, or None when there is none."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return {"state": fields[0], "parent": fields[1], "started": fields[19]}


def descendants(root: int) -> list[Process]:
    """Every process below this one."""
    stats = {int(path.name): read_stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found, parents = [], {root}
    while parents:
        children = {number for number, stat in stats.items() if stat is not None and int(stat["parent"]) in parents}
        found += [Process(number, stat["started"]) for number in children if (stat := stats[number]) is not None]
        parents = children
    return found


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class SupervisedDesk:
    """The supervisor's process, its output so far, and its address."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "verifydesk.supervisor"],
            cwd=CHECKOUT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Collect the output until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        """What the desk has written so far."""
        return "\n".join(self.lines)

    def says(self, text: str, seconds: float = 60.0) -> bool:
        """Whether the desk writes this in time."""
        return (
            wait_until(lambda: text in self.output or self.process.poll() is not None, seconds) and text in self.output
        )

    @property
    def address(self) -> str:
        """The address in the banner."""
        found = re.search(r"VerifyDesk is open: (\S+)", self.output)
        assert found is not None, self.output
        return found[1]

    def status_of(self, path: str) -> int:
        """The HTTP status of a page, or 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def child(self, words: str) -> Process:
        """The supervisor's child whose command line holds these words."""
        for process in descendants(self.process.pid):
            stat = read_stat(process.number)
            command = Path(f"/proc/{process.number}/cmdline").read_text().replace("\0", " ")
            if stat is not None and int(stat["parent"]) == self.process.pid and words in command:
                return process
        raise AssertionError(f"no child has {words!r} in its command line:\n{self.output}")

    def ended(self, seconds: float = 60.0) -> int:
        """The supervisor's exit status."""
        status = self.process.wait(seconds)
        self.reader.join(5)
        return status


def environment(var_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a desk of its own: this one's, without what the test run set up for itself."""
    environ = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
    return {**environ, "VAR_DIR": str(var_dir), "PORT": "0", "DEMO": "0", **settings}


@functools.cache
def prepared_database() -> Path:
    """The database of a desk that has started once, by whichever worker needs it first: to make it is half a start."""
    var_dir = Path(os.environ["VAR_DIR"]) / "prepared"
    var_dir.mkdir(mode=0o700, exist_ok=True)
    with (var_dir / "is-made").open("a+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        if not mark.seek(0, os.SEEK_END):
            command = [sys.executable, "-m", "verifydesk.prepare"]
            subprocess.run(command, cwd=CHECKOUT, env=environment(var_dir, DEBUG="1"), check=True)
            mark.write("yes")
    return var_dir / "desk.sqlite3"


@contextlib.contextmanager
def supervised_desk(var_dir: Path, *, is_new: bool = False, **settings: str) -> Iterator[SupervisedDesk]:
    """A desk that runs, and whose processes are gone afterwards; one that `is_new` prepares its database itself."""
    if not is_new and "DATABASE_URL" not in settings and not (var_dir / "desk.sqlite3").exists():
        var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(prepared_database(), var_dir)
    desk = SupervisedDesk(environment(var_dir, **settings))
    try:
        yield desk
    finally:
        if desk.process.poll() is None:
            desk.process.send_signal(signal.SIGTERM)
            try:
                desk.process.wait(60)
            except subprocess.TimeoutExpired:
                desk.process.kill()
