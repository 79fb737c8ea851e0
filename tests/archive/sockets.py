"""Which sockets the drawing browsers hold, and where each leads, as the kernel tells it (proc_net_tcp(5))."""

import contextlib
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SOCKET = re.compile(r"socket:\[(\d+)\]")
PROXY = re.compile(rb"--proxy-server=http://127\.0\.0\.1:(\d+)\0")
DATAGRAMS = ("udp", "udp6", "raw", "raw6")


@dataclass
class Held:
    """What was seen so far: the ports of the browsers' proxies, and those of their sockets.

    `streams` are the remote ports of their connections; `datagrams` the local and the remote port of anything else.
    """

    proxies: set[int] = field(default_factory=set)
    streams: set[int] = field(default_factory=set)
    datagrams: set[tuple[int, int]] = field(default_factory=set)

    def look(self) -> None:
        """Look once at every process of the sessions that a browser of this process leads."""
        inodes, sessions = set(), browsers_of_ours()
        self.proxies |= set(sessions.values())
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if parent_and_session(folder)[1] in sessions:
                    inodes |= held_by(folder)
        for kind in ("tcp", "tcp6", *DATAGRAMS):
            for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                fields = line.split()
                if fields[9] in inodes:
                    local, remote = (int(address.rpartition(":")[2], 16) for address in fields[1:3])
                    if kind in DATAGRAMS:
                        self.datagrams.add((local, remote))
                    else:
                        self.streams.add(remote)


def parent_and_session(folder: Path) -> tuple[int, int]:
    """Of the process with this folder of /proc."""
    # After the name, which may hold anything: state, parent, group, session.
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), int(fields[3])


def browsers_of_ours() -> dict[int, int]:
    """The sessions of the browsers that draw for this process now, and the port of each one's proxy."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent, session = parent_and_session(folder)
            if parent == os.getpid() and (proxy := PROXY.search((folder / "cmdline").read_bytes())):
                found[session] = int(proxy[1])
    return found


def held_by(folder: Path) -> set[str]:
    """The inodes of the sockets that a process holds."""
    found = set()
    for handle in (folder / "fd").iterdir():
        with contextlib.suppress(OSError):
            if match := SOCKET.match(os.readlink(handle)):
                found.add(match[1])
    return found


@contextlib.contextmanager
def of_browsers() -> Iterator[Held]:
    """The sockets of the browsers that draw for this process, looked at all the while."""
    held, closing = Held(), threading.Event()

    def watch() -> None:
        while not closing.wait(0.005):
            held.look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield held
    finally:
        closing.set()
        watcher.join()
