"""`./desk run` starts everything, survives the loss of any part, and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.processes.supervised import CHECKOUT, SupervisedDesk, descendants, environment, supervised_desk, wait_until
from tests.workers import database_url
from verifydesk.broker import answers

pytestmark = pytest.mark.processes
# Bounds and no measurements: .ci/drive.py measures how long a start takes. A busy machine is slow, not wrong.
OPEN_SECONDS = 180.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupervisedDesk]:
    with supervised_desk(tmp_path_factory.mktemp("desk"), is_new=True) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        yield desk


def run_second(var_dir: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verifydesk.supervisor"],
        cwd=CHECKOUT,
        env=environment(var_dir, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def var_dir_of(desk: SupervisedDesk) -> Path:
    return Path(next(line for line in desk.lines if "Data: " in line).partition("Data: ")[2])


def test_the_desk_answers_when_it_says_that_it_is_open(desk: SupervisedDesk) -> None:
    assert desk.status_of("/healthz") == 200


def test_nobody_else_may_enter_the_broker(desk: SupervisedDesk) -> None:
    broker = var_dir_of(desk) / "broker"

    assert broker.stat().st_mode & 0o777 == 0o700
    assert (broker / "redis.sock").stat().st_mode & 0o777 == 0o700


def test_what_it_writes_is_its_owners_alone(desk: SupervisedDesk) -> None:
    var_dir = var_dir_of(desk)
    written = [path for path in var_dir.rglob("*") if path.is_file() and not path.is_symlink()]
    assert var_dir / "desk.sqlite3" in written
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_requests_that_stop_half_way_do_not_stop_the_desk(desk: SupervisedDesk) -> None:
    address = urlsplit(desk.address)
    with contextlib.ExitStack() as stack:
        for _ in range(6):
            half = stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=5))
            half.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX")
        assert wait_until(lambda: desk.status_of("/healthz") == 200, 30)


def test_a_second_desk_on_the_same_data_is_refused(desk: SupervisedDesk) -> None:
    second = run_second(var_dir_of(desk))

    assert second.returncode == 1
    assert "A desk already runs on the data in" in second.stderr
    assert desk.address in second.stderr
    assert second.stdout == ""


def test_a_desk_on_a_busy_port_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = run_second(tmp_path, PORT=str(port))

    assert refused.returncode == 1
    assert f"Port {port} on 127.0.0.1 can't be used" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "broker").exists()


@pytest.mark.parametrize("port", ["eight thousand", "-1", "70000", "80 80"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    refused = run_second(tmp_path, PORT=port)

    assert refused.returncode == 1
    assert refused.stderr == f"PORT={port} is not a port number.\n"


def test_a_desk_in_debug_mode_does_not_serve_other_machines(tmp_path: Path) -> None:
    refused = run_second(tmp_path, HOST="0.0.0.0")

    assert refused.returncode == 1
    assert "serves this machine alone" in refused.stderr


@pytest.mark.parametrize(
    ("name", "words"),
    [("broker", "redis.sock"), ("worker", "verifydesk worker"), ("beat", "verifydesk.clock beat"), ("web", "gunicorn")],
)
def test_a_part_that_is_killed_starts_again(desk: SupervisedDesk, name: str, words: str) -> None:
    killed = desk.child(words)

    os.kill(killed.number, signal.SIGKILL)

    assert desk.says(f"{name} died (signal SIGKILL); it starts again")
    assert wait_until(lambda: any(words in command(p.number) for p in descendants(desk.process.pid) if p != killed))
    assert wait_until(lambda: desk.status_of("/healthz") == 200)
    assert not killed.alive()


def test_what_is_queued_survives_the_death_of_the_broker(desk: SupervisedDesk) -> None:
    socket_path = var_dir_of(desk) / "broker" / "redis.sock"
    with redis.Redis(unix_socket_path=str(socket_path), db=1) as queue:
        queue.rpush("queue", *range(100))
    deaths = desk.output.count("broker died")

    os.kill(desk.child("redis.sock").number, signal.SIGKILL)

    assert wait_until(lambda: desk.output.count("broker died") > deaths)
    assert wait_until(lambda: answers(var_dir_of(desk)))
    with redis.Redis(unix_socket_path=str(socket_path), db=1) as queue:
        assert queue.llen("queue") == 100


def command(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def assert_it_stops(desk: SupervisedDesk, number: signal.Signals, status: int, *, least: int = 5) -> None:
    """A signal stops every process. Each of the three is tried on a desk that another test had to start anyway."""
    processes = descendants(desk.process.pid)
    assert len(processes) >= least

    desk.process.send_signal(number)

    assert desk.ended() == status
    assert not [process for process in processes if process.alive()]
    assert "is killed" not in desk.output
    assert desk.output.endswith("stopped")


def test_a_signal_that_comes_twice_at_once_leaves_the_grace(tmp_path: Path) -> None:
    with supervised_desk(tmp_path) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output

        desk.process.send_signal(signal.SIGTERM)
        assert desk.says("stopping")
        desk.process.send_signal(signal.SIGTERM)

        assert desk.ended() == 0
        assert "is killed" not in desk.output


def test_a_signal_stops_a_desk_that_is_not_open_yet(tmp_path: Path) -> None:
    with supervised_desk(tmp_path) as desk:
        assert desk.says("preparing the database")
        processes = descendants(desk.process.pid)

        desk.process.send_signal(signal.SIGTERM)

        assert desk.ended() == 0
        assert not [process for process in processes if process.alive()]


def test_nothing_outlives_a_supervisor_that_is_killed_and_it_starts_again_until_it_hangs_up(tmp_path: Path) -> None:
    with supervised_desk(tmp_path) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        processes = descendants(desk.process.pid)
        assert len(processes) >= 5

        desk.process.kill()

        assert wait_until(lambda: not any(process.alive() for process in processes), 5.0)

    with supervised_desk(tmp_path) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        assert desk.status_of("/healthz") == 200
        assert_it_stops(desk, signal.SIGHUP, 0)


def test_a_desk_whose_data_can_not_be_prepared_says_so_and_stops(tmp_path: Path) -> None:
    with supervised_desk(tmp_path, DATABASE_URL="sqlite:////proc/no/such/place.sqlite3") as desk:
        assert desk.ended(OPEN_SECONDS) == 1
        assert "setup failed (exit status 1); the desk was not started." in desk.output


def test_a_part_that_dies_again_and_again_ends_the_desk(tmp_path: Path) -> None:
    with supervised_desk(tmp_path) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        for death in range(1, 6):
            assert wait_until(
                lambda: "verifydesk.clock beat" in " ".join(command(p.number) for p in descendants(desk.process.pid))
            )
            processes = descendants(desk.process.pid)
            os.kill(desk.child("verifydesk.clock beat").number, signal.SIGKILL)
            assert wait_until(lambda count=death: desk.output.count("beat died") >= count)

        assert desk.ended() == 1
        assert "beat died 5 times within a minute" in desk.output
        assert not [process for process in processes if process.alive()]


@pytest.mark.django_db(transaction=True)
def test_a_desk_on_the_newsrooms_own_servers_starts_no_broker_and_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    servers = {"DATABASE_URL": database_url(), "REDIS_URL": os.environ["REDIS_URL"]}

    with supervised_desk(tmp_path, **servers) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        assert desk.status_of("/healthz") == 200
        assert not (tmp_path / "broker").exists()
        assert not (tmp_path / "desk.sqlite3").exists()
        assert_it_stops(desk, signal.SIGTERM, 0, least=4)


def test_a_data_directory_with_a_long_path_has_its_socket_elsewhere_until_it_is_interrupted(tmp_path: Path) -> None:
    var_dir = tmp_path / ("a directory with a long name " * 4).strip()

    with supervised_desk(var_dir) as desk:
        assert desk.says("Ctrl-C stops everything", OPEN_SECONDS), desk.output
        assert not (var_dir / "broker" / "redis.sock").exists()
        assert (var_dir / "broker" / "appendonlydir").is_dir()
        assert_it_stops(desk, signal.SIGINT, 130)
