"""What a process and all its descendants have cost, read from /proc."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def tree(root: int) -> list[int]:
    """The process and its descendants that are alive."""
    parents = {int(path.name): stat[1] for path in Path("/proc").glob("[0-9]*") if (stat := _stat(int(path.name)))}
    found, fresh = [root], {root}
    while fresh := {pid for pid, parent in parents.items() if int(parent) in fresh}:
        found += fresh
    return found


def cpu_seconds(root: int) -> float:
    """User and system seconds of the tree, children that have ended and been waited for included."""
    used = [stat for pid in tree(root) if (stat := _stat(pid))]
    return sum(int(stat[field]) for stat in used for field in (11, 12, 13, 14)) / TICKS


def memory_mb(pid: int) -> float:
    """Proportional set size of one process: pages that several share are counted in parts."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


class Peak:
    """The most memory that processes have had while this ran, watched from a process of its own.

    That of `root` and all below it; with ``new_alone`` only that of processes which begin meanwhile.
    """

    def __init__(self, root: int, *, new_alone: bool = False) -> None:
        self.root, self.new_alone = root, new_alone
        self.most_mb = 0.0

    def __enter__(self) -> Self:
        spawned = multiprocessing.get_context("spawn")
        self._hear, tell = spawned.Pipe()
        left_out = tree(self.root) if self.new_alone else []
        self._watcher = spawned.Process(target=_watch, args=(self.root, left_out, tell), daemon=True)
        self._watcher.start()
        self._hear.recv()
        return self

    def __exit__(self, *raised: object) -> None:
        self._hear.send("end")
        self.most_mb = self._hear.recv()
        self._watcher.join()


def _watch(root: int, left_out: list[int], told: Connection) -> None:
    left_out += tree(os.getpid())
    told.send("ready")
    most = 0.0
    while not told.poll(0.1):
        most = max(most, sum(memory_mb(pid) for pid in tree(root) if pid not in left_out))
    told.send(most)


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition, and give up with an error."""
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise SystemExit("The benchmark waited too long.")
        time.sleep(0.02)
