"""Rules of the house that can be run. Each says what would go wrong without it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from apps.audit.tasks import verify_for
from verifydesk.celery import app

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted([*ROOT.glob("apps/**/*.py"), *ROOT.glob("verifydesk/**/*.py")])
CODE = [path for path in SOURCES if "migrations" not in path.parts]
ACTIONS = [path for path in CODE if path.stem == "actions" or path.parent.name == "actions"]
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
# What a browser reads without our headers: the page for when nothing else works, and what is printed and never sent.
NEVER_SERVED = {"500.html", "dossier_print.html", "printed_foot.html"}
# A reader who doubts the desk is given one file to read and to run: decision 25.
ONE_FILE_BY_DESIGN = {"apps/bundles/verify.py": 1_100}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text()))


def test_there_is_something_to_look_at():
    assert len(CODE) > 40
    assert len(TEMPLATES) > 10


def test_no_test_is_left_out_or_let_fail():
    """What can't be tried on one database or machine is tried there in another way, or the case is not made."""
    mark = re.compile(r"\b(pytest\.(skip|xfail|importorskip)|mark\.(skip|xfail))")
    assert [name(path) for path in sorted((ROOT / "tests").rglob("*.py")) if mark.search(path.read_text())] == []


def test_a_state_is_assigned_only_by_its_owner():
    """A verdict set anywhere else would escape the policy and the trail."""
    found = {
        name(path)
        for path in CODE
        for node in nodes(path)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in {"state", "stage"}
    }
    assert found == {
        "apps/archive/actions/captures.py",
        "apps/claims/actions/bulk.py",
        "apps/claims/actions/citations.py",
        "apps/claims/actions/claims.py",
        "apps/claims/actions/decisions.py",
        "apps/claims/actions/moves.py",
        "apps/claims/actions/quotes.py",
        "apps/claims/actions/spreading.py",
        "apps/sources/actions/attributions.py",
    }


# Where lines of the trail are written: the actions, and the workshops behind them.
WRITERS = re.compile(
    r"apps/(\w+/actions(/\w+)?|accounts/(denials|models|saved|trail)|audit/\w+(/\w+)?|bundles/exporting"
    r"|archive/(capturing|reading|watching)/\w+)\.py"
)
TRAIL = {"apps.audit.actions", "apps.audit.versioned", "apps.audit.statements"}
# What others may ask of these modules: what a late form is told, what a row with versions is made of, and a question
# that is written once, which changes nothing.
OTHERS_MAY = {"ChangedMeanwhile", "Select", "Versioned"}


def test_no_door_writes_to_the_trail_past_an_action():
    """The table of operations (tests/audit/test_complete.py) knows actions: what a door writes is not in it."""
    found = []
    for path in CODE:
        if WRITERS.fullmatch(name(path)):
            continue
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and node.module in TRAIL:
                found += [f"{name(path)}: {alias.name}" for alias in node.names if alias.name not in OTHERS_MAY]
            elif isinstance(node, ast.ImportFrom) and node.module == "apps.audit":
                whole = [f"apps.audit.{alias.name}" for alias in node.names]
                found += [f"{name(path)}: {one}" for one in whole if one in TRAIL]
    assert found == []


def test_a_state_is_updated_in_bulk_only_where_a_worker_takes_work():
    found = {
        name(path)
        for path in CODE
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "bulk_update"}
        and any(keyword.arg in {"state", "stage"} for keyword in node.keywords)
    }
    assert found == {"apps/archive/capturing/leasing.py", "apps/audit/verifying/asking.py"}


def test_migrations_import_no_code_of_ours():
    """Code changes, migrations must not: an import would run tomorrow's rules on yesterday's rows."""
    for path in ROOT.glob("apps/*/migrations/*.py"):
        for line in path.read_text().splitlines():
            if re.match(r"\s*(from|import) (apps|verifydesk)", line):
                # What a field of ours needs to be written down at all: its validators and choices.
                assert re.match(r"import apps\.\w+\.models$", line.strip()), f"{name(path)}: {line}"


def test_one_function_rings_the_bells():
    """A publish anywhere else could run inside a transaction, or give the user a 500 when Redis is away."""
    found = {
        name(path)
        for path in CODE
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async", "send_task", "delay_on_commit"}
    }
    assert found == {"apps/archive/tasks.py"}


def test_time_limits_nest():
    """capture deadline < soft limit < hard limit < lease < visibility: else work is cut, stolen or done twice."""
    steps = [
        settings.ARCHIVE_RESOURCE_SECONDS,
        settings.ARCHIVE_CAPTURE_SECONDS,
        settings.CELERY_TASK_SOFT_TIME_LIMIT,
        settings.CELERY_TASK_TIME_LIMIT,
        settings.ARCHIVE_LEASE_SECONDS,
        settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"],
    ]
    assert steps == sorted(set(steps))


def test_a_verification_has_time_of_its_own_and_is_begun_once():
    """It reads millions of lines: far longer than a capture, and than a broker waits for a late acknowledgement."""
    task = app.tasks[verify_for.name]
    assert settings.CELERY_TASK_TIME_LIMIT < 1800 < settings.AUDIT_VERIFY_SECONDS
    assert settings.AUDIT_VERIFY_SECONDS == task.soft_time_limit < task.time_limit
    assert task.acks_late is False


def test_every_public_action_says_what_it_means_and_who_does_it():
    silent = [
        f"{name(path)}: {node.name}"
        for path in ACTIONS
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_files_stay_short_enough_to_read():
    lines = {name(path): len(path.read_text().splitlines()) for path in CODE}
    assert {file: long for file, long in lines.items() if long > ONE_FILE_BY_DESIGN.get(file, 400)} == {}


def test_templates_trust_no_text_and_carry_no_inline_script_or_style():
    trusting = re.compile(r"\|\s*safe\b|autoescape off|mark_safe")
    inline = re.compile(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|<style")
    texts = {path: path.read_text() for path in TEMPLATES}
    assert [name(path) for path, text in texts.items() if trusting.search(text)] == []
    assert [name(path) for path, text in texts.items() if path.name not in NEVER_SERVED and inline.search(text)] == []


def test_every_setting_of_the_environment_is_documented():
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "verifydesk/settings.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/guide/settings.md").read_text(), re.MULTILINE))
    assert read <= documented
    assert {"PORT", "HOST", "DEMO", "WIRE_PORT"} <= documented


def test_text_is_trusted_in_one_place_only_for_the_desks_own_drawings():
    assert [name(path) for path in CODE if "mark_safe" in path.read_text()] == ["apps/desk/templatetags/desk.py"]
