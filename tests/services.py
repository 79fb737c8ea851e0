"""Run a command beside a PostgreSQL and a Redis of its own: ``python -m tests.services [--sqlite] -- COMMAND...``.

The servers stand in a new directory under /tmp, on a socket and a free loopback port. They stop when the command ends,
and the directory goes. pytest-django reads the settings before any conftest.py runs, so this can't be a fixture.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from verifydesk.broker import BrokerMissingError, server_program
from verifydesk.child import die_with_parent

UP_SECONDS = 30.0
POSTGRESQL_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    # Tables that are analysed while a test has them empty get plans for no rows when the next one fills them.
    "autovacuum": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    # Each worker of pytest may have fifty people at once in its test.
    "max_connections": "250",
    "timezone": "UTC",
}


class ServiceError(Exception):
    """A server that the tests need isn't there or doesn't start."""


def postgresql_programs() -> Path:
    """The directory of the newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise ServiceError("PostgreSQL is missing. Run: sudo apt-get install --no-install-recommends postgresql")
    return Path(on_path).resolve().parent


def become(user: pwd.struct_passwd | None, tie: Callable[[], None]) -> Callable[[], None]:
    """What a server's process runs first: become the user, then tie its life to ours (in that order: it unties)."""

    def change() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        tie()

    return change


@contextlib.contextmanager
def server(
    command: list[str], log: Path, up: Callable[[], bool], user: pwd.struct_passwd | None = None
) -> Iterator[None]:
    """A running server in a process group of its own, so that a Ctrl-C at the keyboard reaches the command only."""
    # SIGINT is what PostgreSQL calls a fast shutdown; Redis takes it like SIGTERM.
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=become(user, die_with_parent(os.getpid(), signal.SIGINT)),
        )
    try:
        deadline = time.monotonic() + UP_SECONDS
        while not up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServiceError(f"{command[0]} does not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def postgresql(directory: Path) -> Iterator[str]:
    """An own PostgreSQL cluster on a unix socket; yields its DATABASE_URL. As root it runs as `nobody`."""
    programs = postgresql_programs()
    home = directory / "postgresql"
    home.mkdir(mode=0o700)
    user = None
    if os.getuid() == 0:
        user = pwd.getpwnam("nobody")
        os.chown(home, user.pw_uid, user.pw_gid)
    data = home / "data"
    made = subprocess.run(
        [
            programs / "initdb", "--pgdata", data, "--username", "desk", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=become(user, die_with_parent(os.getpid())),
        check=False,
    )  # fmt: skip
    if made.returncode != 0:
        raise ServiceError(f"initdb failed:\n{made.stdout}{made.stderr}")
    command = [str(programs / "postgres"), "-D", str(data), "-k", str(home)]
    for name, value in POSTGRESQL_SETTINGS.items():
        command += ["-c", f"{name}={value}"]

    def up() -> bool:
        return subprocess.run([programs / "pg_isready", "-q", "-h", home, "-U", "desk"], check=False).returncode == 0

    with server(command, directory / "postgresql.log", up, user):
        subprocess.run([programs / "createdb", "-h", home, "-U", "desk", "desk"], check=True)
        yield f"postgresql://desk@{quote(str(home), safe='')}/desk"


@contextlib.contextmanager
def redis(directory: Path) -> Iterator[str]:
    """A Redis that keeps nothing, on a free loopback port; yields its REDIS_URL."""
    try:
        program = shutil.which("redis-server") or server_program()
    except BrokerMissingError as missing:
        raise ServiceError(str(missing)) from None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        program, "--bind", "127.0.0.1", "--port", str(port), "--dir", str(directory),
        "--save", "", "--appendonly", "no",
    ]  # fmt: skip

    def up() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    with server(command, directory / "redis.log", up):
        yield f"redis://127.0.0.1:{port}/0"


def run(command: list[str], *, sqlite: bool) -> int:
    """Start the servers, run the command with their addresses in its environment, and stop them; returns its status."""
    with contextlib.ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="verifydesk-tests-", dir="/tmp"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        # The cluster's owner may be another user, who has to pass through here.
        directory.chmod(0o711)
        var_dir = directory / "var"
        var_dir.mkdir(mode=0o700)
        environ = {
            **os.environ,
            "REDIS_URL": stack.enter_context(redis(directory)),
            "DATABASE_URL": f"sqlite:///{var_dir}/desk.sqlite3"
            if sqlite
            else stack.enter_context(postgresql(directory)),
            "VAR_DIR": str(var_dir),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DEBUG": "1",
        }
        process = subprocess.Popen(command, env=environ, preexec_fn=die_with_parent(os.getpid(), signal.SIGTERM))

        def pass_on(number: int, frame: FrameType | None) -> None:
            process.send_signal(number)

        # A Ctrl-C reaches the command from the keyboard; here it must only not end us before the command has ended.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, pass_on)
        status = process.wait()
        return status if status >= 0 else 128 - status


def leave(number: int, frame: FrameType | None) -> None:
    """End with a clean-up on a signal that comes before the command runs."""
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Read the command line and run."""
    if "--" not in arguments:
        arguments = [*arguments, "--"]
    options, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    if not command or set(options) - {"--sqlite"}:
        sys.stderr.write("usage: python -m tests.services [--sqlite] -- COMMAND...\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    try:
        return run(command, sqlite="--sqlite" in options)
    except ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
