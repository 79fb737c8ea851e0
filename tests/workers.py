"""Real processes beside a test: Celery workers and a clock on the test's database, and a Redis that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from verifydesk.child import die_with_parent

ROOT = Path(__file__).resolve().parent.parent


def wait_for(true: Callable[[], bool], seconds: float = 30, what: str = "it") -> None:
    """Wait until something is true, and fail with its name when it doesn't become so in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def database_url() -> str:
    """The address of the test database, for a process of its own."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    host = quote(facts["HOST"], safe="")
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    return f"postgres://{facts['USER']}:{facts['PASSWORD']}@{host}{port}/{facts['NAME']}"


def environment(**values: str) -> dict[str, str]:
    """What a process of the desk needs to work on the test's rows with the test's settings."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "ARCHIVE_ALLOW": ",".join(sorted(settings.ARCHIVE_ALLOW)),
        "ARCHIVE_DIR": str(settings.STORAGES["archive"]["OPTIONS"]["location"]),
        "ARCHIVE_ROBOTS": settings.ARCHIVE_ROBOTS,
        "ARCHIVE_REQUISITES": str(settings.ARCHIVE_REQUISITES),
        "ARCHIVE_SWEEP_SECONDS": "0.5",
        "ARCHIVE_RETRY_SECONDS": "0.5",
        **values,
    }


class Running:
    """A process that the test started, with what it has said so far."""

    def __init__(self, arguments: list[str], log: Path, env: dict[str, str]) -> None:
        self.log = log
        self._out = log.open("ab")
        self.process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=env,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),
        )

    def said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to end; insist after ten seconds."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self._out.close()


@contextmanager
def worker(tmp_path: Path, name: str = "worker", *, queues: str = "", **values: str) -> Iterator[Running]:
    """A standalone worker, as ``celery -A verifydesk worker`` starts it; for every queue, or for these."""
    command = [sys.executable, "-m", "celery", "-A", "verifydesk", "worker", "--concurrency", "2", "-n", f"{name}@test"]
    command += ["--queues", queues] if queues else []
    # What Django checks at each start takes as long as the rest of it; test_checks and test_supervisor have that.
    env = environment(CELERY_SKIP_CHECKS="1", **values)
    running = Running([*command, "--loglevel", "INFO"], tmp_path / f"{name}.log", env)
    try:
        wait_for(lambda: running.said("ready."), 60, f"{name} to be ready: {running.log.read_text()[-2000:]}")
        yield running
    finally:
        running.stop()


@contextmanager
def clock(tmp_path: Path, **values: str) -> Iterator[Running]:
    """Celery's beat, sweeping twice a second."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "verifydesk.clock",
        "beat",
        "--schedule",
        str(tmp_path / "schedule"),
    ]
    running = Running([*command, "--pidfile=", "--loglevel", "INFO"], tmp_path / "beat.log", environment(**values))
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def redis(tmp_path: Path, port: int) -> Iterator[Running]:
    """A Redis of the test's own, without persistence: what it holds dies with it."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    running = Running([*command, "--dir", str(tmp_path)], tmp_path / f"redis-{port}.log", dict(os.environ))
    try:
        wait_for(lambda: _listens(port), 10, "Redis")
        yield running
    finally:
        running.stop()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
