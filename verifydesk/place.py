"""Where one desk runs: its checkout, its data, its port, and the lock that keeps a second desk away from them."""

import contextlib
import fcntl
import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

# What the settings read as true; the supervisor must agree with them and imports no Django.
TRUE_WORDS = frozenset({"t", "true", "on", "y", "yes", "1"})
# Celery warns root in seven lines; the supervisor's banner says it in one.
QUIET_AS_ROOT = "ignore:You're running the worker with superuser privileges"
LOOPBACK = "127.0.0.1"
FIRST_WIRE_PORT, LAST_WIRE_PORT = 8010, 8099
BACKLOG = 128
STALLED_SECONDS = 8


class RefusedError(Exception):
    """The desk can't start here; the text is a sentence for the person who started it."""


class Place:
    """The data directory, locked, and the listening socket, bound, of one desk."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self.checkout = Path(__file__).resolve().parent.parent
        self.var_dir = Path(environ.get("VAR_DIR") or self.checkout / "var").resolve()
        self.host = environ.get("HOST") or LOOPBACK
        self.port = read_port(environ, "PORT", 8000)
        self.debug = environ.get("DEBUG", "1").strip().lower() in TRUE_WORDS
        self.demo = self.debug and environ.get("DEMO", "1") != "0"
        self.own_broker = not environ.get("REDIS_URL") and not environ.get("REDIS_URL_FILE")
        self.wire_port = 0
        self.listener: socket.socket
        self.lock: IO[str]

    @classmethod
    def take(cls, environ: Mapping[str, str]) -> Self:
        """Lock the data, bind the ports; raises RefusedError before anything was started."""
        place = cls(environ)
        if place.debug and not place.host.startswith("127.") and place.host not in ("localhost", "::1"):
            raise RefusedError(
                f"With DEBUG on, the desk serves this machine alone: HOST={place.host} is refused. "
                "Set DEBUG=0 and SECRET_KEY for a desk that others can reach."
            )
        os.umask(0o077)
        place.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.take_lock()
        place.listener = place.bind()
        if place.demo:
            place.wire_port = place.choose_wire_port()
        place.lock.truncate(0)
        place.lock.write(f"process {os.getpid()}, {place.address}")
        place.lock.flush()
        return place

    @property
    def address(self) -> str:
        """The desk's address for a browser on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def host_header(self) -> str:
        """A Host header that the desk's ALLOWED_HOSTS lets through."""
        allowed = self.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
        return allowed if allowed not in ("", "*") else LOOPBACK

    def take_lock(self) -> None:
        """Lock the data directory for as long as this process lives; raises RefusedError when another desk has it."""
        self.lock = (self.var_dir / "desk.lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            owner = self.lock.read() or "still starting"
            raise RefusedError(
                f"A desk already runs on the data in {self.var_dir} ({owner}). "
                "Stop it first, or set VAR_DIR and PORT for a second one."
            ) from None

    def bind(self) -> socket.socket:
        """The socket that the web server will answer on; raises RefusedError when the port can't be had."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
            listener.listen(BACKLOG)
            # Connections inherit it: one that stops in the middle of a request frees its thread after a while.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", STALLED_SECONDS, 0))
        except OSError as error:
            raise RefusedError(
                f"Port {self.port} on {self.host} can't be used ({error.strerror}). "
                f"Set another one: PORT={self.port + 1} ./desk run"
            ) from None
        self.port = listener.getsockname()[1]
        return listener

    def choose_wire_port(self) -> int:
        """The port of the demo's wire site: WIRE_PORT, else last time's, so that captured addresses stay true."""
        if self.environ.get("WIRE_PORT"):
            port = read_port(self.environ, "WIRE_PORT", FIRST_WIRE_PORT)
            if not is_free(port):
                raise RefusedError(
                    f"Port {port} on {LOOPBACK} is in use. Set another WIRE_PORT for the demo's wire site."
                )
            return port
        memory = self.var_dir / "wire-port"
        remembered = 0
        with contextlib.suppress(OSError, ValueError):
            remembered = int(memory.read_text())
        for port in [remembered, *range(FIRST_WIRE_PORT, LAST_WIRE_PORT + 1)]:
            if port and is_free(port):
                memory.write_text(f"{port}\n")
                return port
        raise RefusedError("No port is free for the demo's wire site. Set WIRE_PORT, or DEMO=0 to run without it.")

    def child_environ(self) -> dict[str, str]:
        """The environment of every process of this desk."""
        environ = {
            **self.environ,
            "DEBUG": self.environ.get("DEBUG", "1"),
            "VAR_DIR": str(self.var_dir),
            "DJANGO_SETTINGS_MODULE": "verifydesk.settings",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": ",".join(filter(None, [self.environ.get("PYTHONWARNINGS"), QUIET_AS_ROOT])),
            # glibc gives every thread an arena of its own otherwise, and keeps what was freed in it.
            "MALLOC_ARENA_MAX": "2",
        }
        if self.demo:
            allowed = [pair for pair in self.environ.get("ARCHIVE_ALLOW", "").split(",") if pair.strip()]
            environ["ARCHIVE_ALLOW"] = ",".join([*allowed, f"{LOOPBACK}:{self.wire_port}"])
            environ["WIRE_PORT"] = str(self.wire_port)
        return environ


def read_port(environ: Mapping[str, str], name: str, default: int) -> int:
    """A port number from the environment; raises RefusedError when it is none."""
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise RefusedError(f"{name}={text} is not a port number.")
    return int(text)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
