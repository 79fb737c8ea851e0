"""One process that the supervisor starts: in a group of its own, read line by line, and never outliving its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
LINE_BYTES = 65_536
REMEMBERED_LINES = 20


def die_with_parent(parent: int, number: signal.Signals = signal.SIGKILL) -> Callable[[], None]:
    """What a new process runs first, so that the kernel kills it when the thread that started it is gone (on Linux)."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def tie() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)
        # The parent may have died between the fork and the line above.
        if os.getppid() != parent:
            os._exit(1)

    return tie


class Child:
    """A process and its output; it can be started again after its death."""

    def __init__(self, name: str, command: Sequence[str], *, cwd: Path, sockets: Sequence[int] = ()) -> None:
        self.name = name
        self.command = list(command)
        self.cwd = cwd
        self.sockets = tuple(sockets)
        self.process: subprocess.Popen[bytes] | None = None
        self.last_lines: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self.unfinished = b""

    def start(self, environ: Mapping[str, str]) -> int:
        """Start the process; returns the file descriptor of its output."""
        self.unfinished = b""
        self.last_lines.clear()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.sockets,
            process_group=0,
            # Safe here: the supervisor has one thread, so no lock can be held at the fork.
            preexec_fn=die_with_parent(os.getpid()),
        )
        output = self.output
        os.set_blocking(output, False)
        return output

    @property
    def output(self) -> int:
        """The file descriptor of the output of a started process."""
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.stdout.fileno()

    @property
    def alive(self) -> bool:
        """Whether the process was started and is not reaped yet."""
        return self.process is not None

    def read(self) -> tuple[list[str], bool]:
        """The lines written since the last call, and whether the output is at its end."""
        try:
            data = os.read(self.output, LINE_BYTES)
        except BlockingIOError:
            return [], False
        *lines, self.unfinished = (self.unfinished + data).split(b"\n")
        if len(self.unfinished) > LINE_BYTES or (not data and self.unfinished):
            lines, self.unfinished = [*lines, self.unfinished], b""
        texts = [line.decode(errors="replace").rstrip() for line in lines]
        self.last_lines.extend(text for text in texts if text)
        return texts, not data

    def died(self) -> bool:
        """Whether the process has ended; it stays a zombie, so that its group's number can't be used by others."""
        if self.process is None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to its group."""
        if self.process is not None:
            os.kill(self.process.pid, number)

    def reap(self) -> int:
        """Kill what is left of the group and collect the exit status (negative: the signal that ended it)."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        status = self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return status


def describe(status: int) -> str:
    """An exit status in words."""
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
