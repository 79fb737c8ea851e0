"""Every operation that changes the world leaves exactly one line that is right, by every door that it has."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from apps.audit.verbs import Verb
from apps.audit.verifying.lines import BY_ID, judge_all
from tests.audit.complete import TABLE
from tests.audit.complete.rows import CHANNELS, HTMX, Desk, hold, last_line, newer_than
from tests.audit.complete.walking import Walk, missing, sources

pytestmark = pytest.mark.django_db


def case(row, door):
    marks = [pytest.mark.django_db(transaction=True)] if row.commits else []
    return pytest.param(row, door, id=f"{row.name}-{door}", marks=marks)


@pytest.mark.parametrize(("row", "door"), [case(row, door) for row in TABLE for door in row.doors])
def test_it_leaves_one_line_that_is_right(settings, row, door):
    settings.TRUSTED_PROXY_COUNT = 1 if door == HTMX else 0
    with Desk(door) as desk:
        hold(door, row.verb, row.make(desk, door))
        # Read back, every line says what was hashed.
        assert [str(found) for found in judge_all(BY_ID, 0, 2**60).findings] == []


class TestTogether:
    """The line and the change are one: the database goes away with the statement that writes the line."""

    @pytest.mark.parametrize(("row", "door"), [case(row, row.doors[0]) for row in TABLE])
    def test_when_it_fails_after_its_line_was_written_neither_is_left(self, row, door):
        with Desk(door, fails=True) as desk:
            deed, last, before = row.make(desk, door), last_line(), everything()
            gone = []
            with connection.execute_wrapper(gone_at(row.verb, gone)), suppress(OperationalError, SystemExit):
                deed.act()
            assert gone, "the line was never written"
            assert row.verb not in {entry.verb for entry in newer_than(last)}
            left = {name for name, rows in everything().items() if rows != before[name]}
            assert left == STAYS.get(row.name, set())


def gone_at(verb, gone):
    """Runs what it is given, and fails once the line with this verb has been written."""

    def wrapper(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        # Many lines at once come to PostgreSQL a list for each column.
        written = [value for one in params or () for value in (one if isinstance(one, list | tuple) else [one])]
        if sql.startswith('INSERT INTO "audit_entry"') and verb.value in written:
            gone.append(verb)
            raise OperationalError("the database has gone away")
        return found

    return wrapper


# What was done in a transaction of its own before stays.
LEASED = {"archive.Attempt", "archive.Capture"}
LOOKED = {"archive.Host", "archive.Watch"}
STAYS = {
    # A new measure is registered, with its line, before the figure that needs it.
    "add_figure": {"audit.Entry", "audit.Pending", "claims.Measure"},
    # What waits is sealed before it is proved.
    "export_a_bundle": {"audit.Checkpoint", "audit.Leaf", "audit.Log", "audit.Pending"},
    # Whose turn it is: a lease that runs out, so that somebody else takes the work over.
    "store_a_copy": LEASED,
    "postpone_a_copy": LEASED,
    "fail_to_copy": LEASED,
    "fail_to_draw": LEASED,
    "read_a_copy": {"archive.Capture"},
    "find_a_page_back": LOOKED,
    "ask_for_a_copy_of_what_changed": LOOKED,
    "copy_at_the_machine": LEASED | {"audit.Entry", "audit.Pending"},
    # A text's fingerprints are the same whenever they are taken.
    "suggest_from_a_copy": {"sources.Fingerprint"},
    # That somebody asked, and that it could not be carried out.
    "verify_the_trail": {"audit.Log", "audit.Verification"},
}


def everything():
    """Every row of ours, by table."""
    models = [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
        for model in config.get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        return {model._meta.label: rows_of(cursor, model._meta) for model in models}


def rows_of(cursor, about):
    # Asked for plainly: this is done five hundred times, and Django takes ten times as long to write it.
    key = ", ".join(f'"{field.column}"' for field in about.pk_fields)
    cursor.execute(f'SELECT * FROM "{about.db_table}" ORDER BY {key}')
    return cursor.fetchall()


ROWS = defaultdict(set)
for one in TABLE:
    ROWS[one.action] |= {CHANNELS[door] for door in one.doors}
# What the source does and no row is about, and why.
ELSEWHERE = {
    ("apps.accounts.denials.record_denial", "web"): "test_denied.py tries every address.",
    ("apps.accounts.denials.record_denial", "admin"): "test_denied.py tries every form of the panel.",
}
READING = "What somebody has read is their own matter."
# Doors that somebody comes to and that leave no line.
QUIET = {
    "apps.accounts.saved.filters_of": "It reads.",
    "apps.accounts.saved.views_of": "It reads.",
    "apps.accounts.trail.ask_to_verify": "The worker's line says what came of it, on behalf of who asked.",
    "apps.archive.actions.captures.register_page": "An address alone; what is done with it has its own line.",
    "apps.bundles.dossiers.dossier_of": "It reads; handing it out has its line.",
    "apps.claims.actions.confidential.proof": "It reads; the look at the source has its line.",
    "apps.claims.actions.confidential.who_looked": "It reads; the look at the source has its line.",
    "apps.claims.actions.flags.flag_for_damage": "News: each claim that it reaches has a line.",
    "apps.teamwork.actions.notices.mark_all_seen": READING,
    "apps.teamwork.actions.notices.mark_claim_seen": READING,
    "apps.teamwork.actions.notices.mark_seen": READING,
    "apps.teamwork.actions.notices.send_again": "What is told is on record already; this is its way there.",
    "apps.teamwork.actions.watching.be_here": "Having a page open changes nothing of the desk's.",
    "apps.claims.actions.flags.flag_for_drift": "News: the finding has a line, and each claim that it reaches.",
}


class TestTheTable:
    def test_it_has_forty_operations_and_more(self):
        assert len(ROWS) >= 40

    def test_every_operation_stands_in_it_with_every_door_that_it_has(self):
        assert missing(sources(), ROWS) - ELSEWHERE.keys() == set()
        assert Walk(sources()).quiet() == QUIET.keys()

    def test_every_row_is_about_something_that_writes(self):
        walk = Walk(sources())
        known = walk.writing() | walk.operations().keys()
        assert {row.action for row in TABLE} - known == set()

    def test_every_verb_is_brought_about_by_a_row(self):
        assert set(Verb) - {row.verb for row in TABLE} == {Verb.DENIED}, "test_denied.py is about refusals"

    @pytest.mark.parametrize("entrance", ["desk.views", "api", "sources.admin", "archive.management.commands", "tasks"])
    def test_it_fails_for_an_action_that_nobody_put_into_it(self, entrance):
        module = f"apps.{entrance}.made_up"
        made_up = {"apps.claims.actions.made_up": MADE_UP, module: "from apps.claims.actions import made_up\n" + USE}
        found = {name for name, _ in missing({**sources(), **made_up}, ROWS) - ELSEWHERE.keys()}
        assert found == {"apps.claims.actions.made_up.burn"}

    def test_it_fails_for_a_task_and_for_a_command_that_write_by_themselves(self):
        task = {"apps.claims.tasks": sources()["apps.claims.tasks"] + TASK}
        command = {"apps.claims.management.commands.burn": COMMAND}
        found = {name for name, _ in missing({**sources(), **task, **command}, ROWS) - ELSEWHERE.keys()}
        assert found == {"apps.claims.tasks.burn", "apps.claims.management.commands.burn"}

    def test_it_fails_for_a_new_door_of_an_old_action(self):
        use = "from apps.claims.actions import reopen\n\ndef again(request):\n    return reopen"
        found = missing({**sources(), "apps.api.claims": use}, ROWS) - ELSEWHERE.keys()
        assert found == {("apps.claims.actions.decisions.reopen", "api")}


MADE_UP = """
from apps.audit import versioned

def burn(claim, *, by):
    _burn(claim, by)

def _burn(claim, by):
    versioned.write(claim, "burnt", by=by, fields=[], target="")
"""
USE = "from functools import partial\n\ndef burn(request):\n    return partial(made_up.burn, by=request.user)\n"
TASK = """
from apps.audit.actions import record

@shared_task(name="claims.burn")
def burn(pk):
    record("burnt", stream="", target="", by=None)
"""
COMMAND = """
from apps.audit.actions import record

class Command:
    def handle(self):
        self.burn()

    def burn(self):
        record("burnt", stream="", target="", by=None)
"""
