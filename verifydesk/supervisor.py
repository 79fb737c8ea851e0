"""`./desk run`: the broker, the web server, the worker and beat in the foreground, under one process without Django.

It has one thread on purpose: PR_SET_PDEATHSIG follows the thread that started a child, and signals, output and restarts
then need no locks. What it starts dies with it, however it dies.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from types import FrameType

from verifydesk import broker
from verifydesk.child import Child, describe
from verifydesk.gate import VARIABLE, Gate
from verifydesk.place import Place, RefusedError

GRACE_SECONDS = 10.0
SAME_WISH_SECONDS = 1.0
DEATHS_ALLOWED, DEATHS_WINDOW = 5, 60.0
READY_SECONDS = 90.0
QUEUE_THREADS = 8
# Valkey's advice to change a kernel setting is for servers that hold gigabytes; this one holds some integers.
UNNEEDED_ADVICE = "WARNING Memory overcommit must be enabled!"


class StopAskedError(Exception):
    """A signal asked the desk to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class DeskFailedError(Exception):
    """The desk can't go on; the text says why."""


class Service:
    """A child that is started again when it dies, until it has died too often."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.deaths: deque[float] = deque(maxlen=DEATHS_ALLOWED)
        self.start_at: float | None = None

    def died(self, now: float) -> float:
        """Count a death; returns the seconds to wait, or raises DeskFailedError."""
        self.deaths.append(now)
        recent = [death for death in self.deaths if now - death <= DEATHS_WINDOW]
        if len(recent) >= DEATHS_ALLOWED:
            raise DeskFailedError(
                f"{self.child.name} died {DEATHS_ALLOWED} times within a minute. Its last lines were:"
            )
        return 0.5 * 2.0 ** (len(recent) - 1)


class Supervisor:
    """Starts the desk's processes in order, shows their output as one stream, restarts and stops them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.selector = selectors.DefaultSelector()
        self.services: dict[str, Service] = {}
        self.gate = Gate()
        self.signals: list[int] = []
        self.unheard = False
        self.waker, self.waked = socket.socketpair()
        for end in (self.waker, self.waked):
            end.setblocking(False)
        self.selector.register(self.waked, selectors.EVENT_READ, self.drain_waker)

    # Output and signals

    def say(self, text: str, name: str = "desk") -> None:
        """Write one line of the common stream."""
        if self.unheard:
            return
        try:
            os.write(sys.stdout.fileno(), f"{name:<6} | {text}\n".encode())
        except OSError:
            # Whoever watched is gone: stop as for a hang-up rather than run on unseen.
            self.unheard = True
            self.signals.append(signal.SIGHUP)

    def listen_to_signals(self) -> None:
        """Turn the signals that end the desk, and the death of a child, into wake-ups of the loop."""

        def remember(number: int, frame: FrameType | None) -> None:
            self.signals.append(number)

        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, remember)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

    def drain_waker(self) -> None:
        """Empty the pipe that signals write to."""
        with contextlib.suppress(BlockingIOError):
            self.waked.recv(4096)

    def show(self, child: Child) -> None:
        """Pass on what a child has written."""
        lines, ended = child.read()
        for line in lines:
            if UNNEEDED_ADVICE not in line:
                self.say(line, child.name)
        if ended:
            self.selector.unregister(child.output)

    # The loop

    def start(self, child: Child) -> None:
        """Start a child and follow its output."""
        self.selector.register(child.start(self.place.child_environ()), selectors.EVENT_READ, lambda: self.show(child))

    def serve(self, child: Child) -> None:
        """Start a child that has to keep running."""
        self.services[child.name] = Service(child)
        self.start(child)

    def bury(self, child: Child) -> int:
        """Show a dead child's last words and collect its exit status."""
        with contextlib.suppress(KeyError):
            self.selector.get_key(child.output)
            self.show(child)
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.output)
        return child.reap()

    def turn(self, seconds: float) -> None:
        """Wait for something to happen, at most so long, and see to it. Raises StopAskedError."""
        for key, _ in self.selector.select(seconds):
            key.data()
        if self.signals:
            raise StopAskedError(self.signals.pop(0))

    def mind(self, seconds: float) -> None:
        """One turn, then restart what has died. Raises StopAskedError, or DeskFailedError for what dies too often."""
        waits = [service.start_at - time.monotonic() for service in self.services.values() if service.start_at]
        self.turn(max(0.0, min([seconds, *waits])))
        now = time.monotonic()
        for service in self.services.values():
            child = service.child
            if child.died():
                status = self.bury(child)
                try:
                    wait = service.died(now)
                except DeskFailedError as failure:
                    raise DeskFailedError("\n".join([str(failure), *child.last_lines])) from None
                self.say(f"{child.name} died ({describe(status)}); it starts again in {wait:g} s")
                service.start_at = now + wait
            elif service.start_at is not None and service.start_at <= now:
                service.start_at = None
                self.start(child)

    def wait_until(self, ready: Callable[[], bool], what: Callable[[], str]) -> None:
        """Mind the desk until something is ready; raises DeskFailedError when that takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        while not ready():
            if time.monotonic() > deadline:
                raise DeskFailedError(f"{what()} was not ready after {READY_SECONDS:g} seconds.")
            self.mind(0.02)

    def run_to_end(self, child: Child) -> None:
        """Run a child that has an end, minding the others; raises DeskFailedError when it fails."""
        self.start(child)
        try:
            while not child.died():
                self.mind(0.5)
        finally:
            status = self.bury(child)
        if status != 0:
            raise DeskFailedError(f"{child.name} failed ({describe(status)}); the desk was not started.")

    # The desk

    def bring_up(self) -> None:
        """Start everything in order and say when the desk is open."""
        place = self.place
        if place.own_broker:
            broker.make_directories(place.var_dir)
            self.serve(Child("broker", broker.server_command(place.var_dir), cwd=place.checkout))
        if place.demo:
            wire = self.python("wire", "verifydesk.demo.wire_site", "--port", str(place.wire_port))
            self.serve(wire)
            self.wait_until(
                lambda: any("listening" in line for line in wire.last_lines), lambda: "The demo's wire site"
            )
        if place.own_broker:
            self.wait_until(lambda: broker.answers(place.var_dir), lambda: "The broker")
        self.say("preparing the database")
        self.serve(self.web())
        self.run_to_end(self.python("setup", "verifydesk.prepare", *(["--demo"] if place.demo else [])))
        self.gate.open()
        self.serve(
            self.celery("verifydesk", "worker", "--pool", "threads", "--concurrency", str(QUEUE_THREADS),
                        "--without-gossip", "--without-mingle", "--without-heartbeat")
        )  # fmt: skip
        probe = Probe(place, self.selector)
        self.wait_until(probe.succeeded, lambda: f"{place.address}/healthz (last answer: {probe.said})")
        schedule = str(place.var_dir / "beat-schedule")
        self.serve(self.celery("verifydesk.clock", "beat", "--schedule", schedule, "--pidfile="))
        for line in banner(place):
            self.say(line)

    def python(self, name: str, module: str, *arguments: str, sockets: tuple[int, ...] = ()) -> Child:
        """A child that runs a Python module. Not the scripts in .venv/bin: those break when the checkout moves."""
        return Child(name, [sys.executable, "-m", module, *arguments], cwd=self.place.checkout, sockets=sockets)

    def celery(self, app: str, name: str, *arguments: str) -> Child:
        """One of Celery's programs."""
        return self.python(name, "celery", "--quiet", "--app", app, name, "--loglevel", "WARNING", *arguments)

    def web(self) -> Child:
        """The web server, on the socket that we hold: it is ours before anything starts and through every restart."""
        number = self.place.listener.fileno()
        memory = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
        return self.python(
            "web", "gunicorn", "--bind", f"fd://{number}", "--workers", "1", "--worker-class", "gthread",
            "--threads", "4", "--graceful-timeout", "8", "--log-level", "warning", "--no-control-socket",
            *memory, "--env", f"{VARIABLE}={self.gate.entrance}", "verifydesk.wsgi",
            sockets=(number, self.gate.entrance),
        )  # fmt: skip

    def stop(self) -> None:
        """Stop all in order within the grace, then kill what is still there; a second signal ends the grace."""
        self.signals.clear()
        self.gate.shut()
        began = time.monotonic()
        deadline = began + GRACE_SECONDS
        for stage in (("web", "beat"), ("worker",), ("wire",), ("broker",)):
            children = [self.services[name].child for name in stage if name in self.services]
            for child in children:
                child.send(signal.SIGTERM)
            # Even when others used up the grace, each gets a second: the broker writes its log in that time.
            until = max(deadline, time.monotonic() + 1.0)
            while any(child.alive for child in children):
                try:
                    self.turn(0.1)
                except StopAskedError:
                    # timeout(1) and some shells signal the process and then its group: that is one wish, not two.
                    if time.monotonic() - began > SAME_WISH_SECONDS:
                        deadline = until = time.monotonic()
                for child in children:
                    if child.died():
                        self.bury(child)
                    elif child.alive and time.monotonic() >= until:
                        self.say(f"{child.name} did not stop in time and is killed")
                        self.bury(child)

    def kill(self) -> None:
        """Kill whatever is still there; needs neither output nor order."""
        for service in self.services.values():
            if service.child.alive:
                service.child.reap()

    def run(self) -> int:
        """Run the desk until a signal or a failure ends it; returns the exit status."""
        self.listen_to_signals()
        status = 1
        try:
            try:
                self.bring_up()
                while True:
                    self.mind(60.0)
            except StopAskedError as stopped:
                self.say(f"{signal.Signals(stopped.number).name}: stopping")
                status = 130 if stopped.number == signal.SIGINT else 0
            except (DeskFailedError, broker.BrokerMissingError, PermissionError) as failure:
                for line in str(failure).splitlines():
                    self.say(line)
            self.stop()
            if self.place.own_broker:
                broker.remove_short_directory(self.place.var_dir)
            self.say("stopped")
        finally:
            self.kill()
        return status


class Probe:
    """Asks the desk whether it is open, without ever blocking the loop."""

    def __init__(self, place: Place, selector: selectors.BaseSelector) -> None:
        self.place = place
        self.selector = selector
        self.connection: socket.socket | None = None
        self.answer = b""
        self.again_at = 0.0

    def succeeded(self) -> bool:
        """Whether /healthz has answered 200; asks when no question is open."""
        if self.answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.0 200 ")):
            return True
        if self.connection is None and time.monotonic() >= self.again_at:
            self.ask()
        return False

    @property
    def said(self) -> str:
        """The status line of the last answer."""
        return self.answer.split(b"\r\n")[0].decode(errors="replace") or "none"

    def ask(self) -> None:
        """Send the question; the answer comes when the web server is up."""
        # The listener is ours and open, so this connects at once.
        self.connection = socket.create_connection(self.place.listener.getsockname()[:2], timeout=1.0)
        headers = f"Host: {self.place.host_header}\r\nX-Forwarded-Proto: https\r\nConnection: close"
        self.connection.sendall(f"GET /healthz HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        self.connection.setblocking(False)
        self.selector.register(self.connection, selectors.EVENT_READ, self.hear)

    def hear(self) -> None:
        """Read the first bytes of the answer, which hold the status."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        self.selector.unregister(connection)
        with contextlib.suppress(OSError):
            self.answer = connection.recv(4096)
        connection.close()
        self.again_at = time.monotonic() + 0.25


def banner(place: Place) -> list[str]:
    """What the person at the keyboard needs to know once the desk is open."""
    lines = ["", f"VerifyDesk is open: {place.address}", ""]
    sign_ins = place.var_dir / "demo-sign-ins.json"
    if place.demo and sign_ins.is_file():
        told = json.loads(sign_ins.read_text())
        people = told["people"]
        lines.append(f"Sign in as one of these; the password is: {told['password']}")
        name_width = max(len(person["name"]) for person in people)
        role_width = max(len(person["role"]) for person in people)
        for person in people:
            lines.append(f"  {person['name']:<{name_width}}  {person['role']:<{role_width}}  {person['username']}")
        lines.extend(["", f"Pages to cite on a claim: http://127.0.0.1:{place.wire_port}/"])
    if os.getuid() == 0:
        lines.append("It runs as root, which is well for a trial; a newsroom gives the desk a user of its own.")
    return [*lines, f"Data: {place.var_dir}", "Ctrl-C stops everything.", ""]


def main() -> int:
    """Take the desk's place, refusing clearly when that can't be, and run."""
    try:
        place = Place.take(os.environ)
    except RefusedError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return Supervisor(place).run()


if __name__ == "__main__":
    sys.exit(main())
