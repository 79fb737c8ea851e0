"""What ``./desk test`` ends with: nothing but the worst of what it started, and nothing of it is left."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DESK = Path(__file__).parents[1] / "desk"
# Stands where Python does: notes what it is asked for and ends as the test wants that part to.
PYTHON = """#!/bin/sh
case "$*" in
    "-c "*) exit 0 ;;
    "-m tests.tools") part=tools ;;
    *--sqlite*) part=sqlite ;;
    *) part=postgresql ;;
esac
echo "$part: $*" >>asked
echo "the lines of $part"
case " $FAILING " in *" $part "*) exit 3 ;; esac
"""


@pytest.fixture
def checkout(tmp_path):
    """A folder with the script alone, and something that it takes for its installed Python."""
    folder = tmp_path / "checkout"
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    shutil.copy(DESK, folder)
    for name in ("python", "uv"):
        (programs / name).write_text(PYTHON)
        (programs / name).chmod(0o755)
    (folder / ".venv" / "made-for").write_text(f"{folder}\n")
    for name in ("requirements-dev.txt", ".venv/installed-requirements-dev.txt"):
        (folder / name).write_text("")
    return folder


def desk_test(checkout, *arguments, failing=""):
    scratch = checkout.parent / "tmp"
    scratch.mkdir(exist_ok=True)
    done = subprocess.run(
        [checkout / "desk", "test", *arguments],
        env={**os.environ, "FAILING": failing, "TMPDIR": str(scratch)},
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert list(scratch.iterdir()) == []
    return done


def test_when_both_runs_pass_so_does_the_command(checkout):
    done = desk_test(checkout)
    assert done.returncode == 0, done.stderr
    assert "both runs passed" in done.stderr
    assert done.stdout.splitlines().count("the lines of sqlite") == 1
    asked = (checkout / "asked").read_text()
    assert sorted(line.partition(":")[0] for line in asked.splitlines()) == ["postgresql", "sqlite", "tools"]


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        ("postgresql", "FAILED  PostgreSQL"),
        ("sqlite", "FAILED  SQLite"),
        ("postgresql sqlite", "2 of 2 runs failed"),
        ("tools", "could not be made ready"),
    ],
)
def test_it_fails_with_any_of_its_parts_and_names_it(checkout, failing, said):
    done = desk_test(checkout, failing=failing)
    assert done.returncode == 1
    assert said in done.stderr
    assert "the lines of sqlite" in done.stdout


@pytest.mark.parametrize(("failing", "status"), [("", 0), ("postgresql", 3)])
def test_with_arguments_it_ends_as_pytest_does(checkout, failing, status):
    assert desk_test(checkout, "tests/test_gate.py", failing=failing).returncode == status
    assert "-m pytest tests/test_gate.py" in (checkout / "asked").read_text()
