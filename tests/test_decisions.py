"""The decisions say what is true of the lock files, and keep to one shape."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
STACK = (ROOT / "docs/decisions/0001-stack.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))

RUNTIME = PROJECT["dependencies"]
OPTIONAL = PROJECT["optional-dependencies"]
DEVELOPMENT = sorted({*OPTIONAL["full"], *OPTIONAL["dev"]})


def name_of(requirement: str) -> str:
    """The package that a requirement asks for, without extras and bounds."""
    return re.match(r"[A-Za-z0-9._-]+", requirement).group(0).lower()


def locked(lock_file: str) -> dict[str, str]:
    """The version of each package in a lock file."""
    text = (ROOT / lock_file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def described() -> dict[str, list[str]]:
    """The cells of the stack's table after the name, by package."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", STACK, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in rows}


@pytest.mark.parametrize("requirement", [*RUNTIME, *DEVELOPMENT])
def test_the_stack_names_every_direct_dependency_with_its_locked_version(requirement: str) -> None:
    name = name_of(requirement)

    assert name in described(), f"{name} has no line in 0001-stack.md"
    assert described()[name][0] == locked("requirements-dev.txt")[name]


@pytest.mark.parametrize("requirement", RUNTIME)
def test_both_lock_files_agree_on_what_a_desk_runs(requirement: str) -> None:
    name = name_of(requirement)

    assert locked("requirements.txt")[name] == locked("requirements-dev.txt")[name]


def test_the_stack_names_nothing_that_is_no_longer_a_direct_dependency() -> None:
    assert set(described()) == {name_of(requirement) for requirement in [*RUNTIME, *DEVELOPMENT]}


@pytest.mark.parametrize("name", described())
def test_every_line_of_the_stack_gives_date_licence_reason_and_what_was_refused(name: str) -> None:
    _, released, licence, reason, refused = described()[name]

    assert re.fullmatch(r"\d{4}-\d\d-\d\d( †)?|not found", released)
    assert licence
    assert reason
    assert refused


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.name)
def test_a_decision_is_short_and_says_context_decision_consequences_and_what_it_stands_on(decision: Path) -> None:
    text = decision.read_text(encoding="utf-8")

    number = int(decision.name[:4])
    assert text.startswith(f"# {number}. ")
    assert [heading for heading in re.findall(r"^## (\w+)", text, re.MULTILINE) if heading != "Stands"] == [
        "Context",
        "Decision",
        "Consequences",
    ]
    assert re.search(r"\bstands on\b", text, re.IGNORECASE)
    assert len([line for line in text.splitlines() if not line.startswith("|")]) < 60


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(decision.name[:4]) for decision in DECISIONS] == list(range(1, len(DECISIONS) + 1))
