"""Whoever writes a claim, a source, a party's name or a text also notes that search has to read it: no code can forget.

Lifted while SQLite migrates, which rebuilds tables, and put back after every migrate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Trigger:
    """Rows of ``table`` that are new, or whose ``columns`` change, make these subjects stale."""

    table: str
    columns: tuple[str, ...]
    stale: tuple[str, ...]
    on_insert: bool = True


TRIGGERS = [
    Trigger("claims_claim", ("statement", "claimant_id"), ("SELECT 'claim', NEW.id",)),
    Trigger("sources_source", ("title", "byline", "credit_line", "outlet_id"), ("SELECT 'source', NEW.id",)),
    Trigger("archive_extract", ("title", "text"), ("SELECT 'text', NEW.capture_id",)),
    Trigger(
        "sources_party",
        ("name",),
        (
            "SELECT 'claim', id FROM claims_claim WHERE claimant_id = NEW.id",
            "SELECT 'source', id FROM sources_source WHERE outlet_id = NEW.id",
        ),
        on_insert=False,
    ),
]


def statements(vendor: str) -> list[str]:
    """What puts the triggers in place; harmless where they stand."""
    return [statement for trigger in TRIGGERS for statement in _written(trigger, vendor)]


def _written(trigger: Trigger, vendor: str) -> list[str]:
    table, columns = trigger.table, ", ".join(trigger.columns)
    notes = "".join(f" INSERT INTO search_stale (kind, subject) {select};" for select in trigger.stale)
    changed = " OR ".join(f"OLD.{one} IS {_UNLIKE[vendor]} NEW.{one}" for one in trigger.columns)
    events = {f"{table}_changed_for_search": f"AFTER UPDATE OF {columns} ON {table} FOR EACH ROW WHEN ({changed})"}
    if trigger.on_insert:
        events[f"{table}_new_for_search"] = f"AFTER INSERT ON {table} FOR EACH ROW"
    if vendor == "sqlite":
        return [f"CREATE TRIGGER IF NOT EXISTS {name} {when} BEGIN{notes} END" for name, when in events.items()]
    function = f"{table}_noted_for_search"
    body = f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
    return [
        f"{body} $body$ BEGIN{notes} RETURN NULL; END $body$",
        *(f"CREATE OR REPLACE TRIGGER {name} {when} EXECUTE FUNCTION {function}()" for name, when in events.items()),
    ]


_UNLIKE = {"sqlite": "NOT", "postgresql": "DISTINCT FROM"}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    if standing(connection) != NAMES:
        with connection.cursor() as cursor:
            for statement in statements(connection.vendor):
                cursor.execute(statement)


NAMES = {f"{trigger.table}_changed_for_search" for trigger in TRIGGERS} | {
    f"{trigger.table}_new_for_search" for trigger in TRIGGERS if trigger.on_insert
}
_STANDING = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_for_search'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%_for_search'",
}


def standing(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the triggers that are in place."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for migrations that rebuild tables or take search's own away."""
    there = standing(connection)
    with connection.cursor() as cursor:
        for trigger in TRIGGERS:
            for name in there & {f"{trigger.table}_changed_for_search", f"{trigger.table}_new_for_search"}:
                cursor.execute(f"DROP TRIGGER {name}{'' if connection.vendor == 'sqlite' else f' ON {trigger.table}'}")


def lift_before_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A pre_migrate receiver: SQLite can't rebuild a table that a trigger reads."""
    if sender.name == "apps.search" and connections[using].vendor == "sqlite":
        lift(connections[using])


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A post_migrate receiver: whatever the migrations rebuilt, what is written is noted again."""
    connection = connections[using]
    if sender.name == "apps.search" and "search_stale" in connection.introspection.table_names():
        install(connection)
