"""Every operation that changes the world leaves exactly one line that is right, by every door that it has."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from apps.audit.models import Entry
from tests.audit.complete import TABLE
from tests.audit.complete.rows import COMMAND, HTMX, TASK, Desk, hold, last_line, newer_than

pytestmark = pytest.mark.django_db
CASES = [pytest.param(row, door, id=f"{row.name}-{door}") for row in TABLE for door in row.doors]
ONCE = [pytest.param(row, row.doors[0], id=row.name) for row in TABLE if row.doors[0] not in {TASK}]


@pytest.mark.parametrize(("row", "door"), CASES)
def test_it_leaves_one_line_that_is_right(settings, row, door):
    settings.TRUSTED_PROXY_COUNT = 1 if door == HTMX else 0
    with Desk(door) as desk:
        hold(row, door, row.make(desk, door))


@pytest.mark.parametrize(("row", "door"), ONCE)
def test_when_it_fails_after_its_line_was_written_neither_is_left(row, door):
    """The database goes away with the statement that writes the line: the change must not stay without it."""
    with Desk(door, fails=True) as desk:
        deed, last = row.make(desk, door), last_line()
        before = everything()
        with connection.execute_wrapper(gone_at(row.verb)):
            if door == COMMAND:
                with pytest.raises(OperationalError):
                    deed.act()
            else:
                deed.act()
        left = [entry.verb for entry in newer_than(last)]
        assert row.verb not in left
        assert {name for name, rows in everything().items() if rows != before[name]} == set() or left


def gone_at(verb):
    """Runs what it is given, and fails once the line with this verb has been written."""

    def wrapper(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql.startswith('INSERT INTO "audit_entry"') and verb in str(params):
            raise OperationalError("the database has gone away")
        return found

    return wrapper


def everything():
    """Every row of ours, by table."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
        for model in config.get_models(include_auto_created=True)
    }
