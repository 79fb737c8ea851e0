"""What the database itself refuses: to change or take away a line, and to change a row that no line tells of.

SQLite drops a table's triggers when a migration rebuilds the table, and can't rebuild one that another table's triggers
read. So they are taken away before a migrate and put back after it, and a system check says when one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import UniqueConstraint

from apps.audit.models.entries import ERASED
from apps.audit.versioned import Versioned

ENTRY = "audit_entry"
APPEND_ONLY = "the audit trail is append-only: entries are never changed or deleted"
NO_ENTRY = "a row changes only with the entry that tells of it: use the actions"

# What may change in a line, once another line tells that it was erased, and what is left then.
ERASABLE = {
    "actor_label": f"'{ERASED}'",
    "target_label": f"'{ERASED}'",
    "behalf_label": "''",
    "reason": "''",
    "address": "NULL",
}
KEPT = [
    "id",
    "at",
    "verb",
    "actor_id",
    "actor_kind",
    "behalf_id",
    "channel",
    "request_id",
    "stream",
    "seq",
    "body",
    "hash",
]
# Columns of a checkpoint that are written when it was laid down elsewhere; a stamp is written once.
ANCHORING = ["anchored_at", "stamp", "stamped_at"]
# By what a row of the trail could be pushed out: INSERT OR REPLACE, on SQLite, takes it away and asks no trigger.
KEYS = {
    ENTRY: ["id = NEW.id", "(stream = NEW.stream AND seq = NEW.seq)"],
    "audit_pending": ["entry_id = NEW.entry_id"],
    "audit_leaf": ['"index" = NEW."index"', "entry_id = NEW.entry_id"],
    "audit_node": ["id = NEW.id", '(level = NEW.level AND "index" = NEW."index")'],
    "audit_checkpoint": ["id = NEW.id", "size = NEW.size"],
    "audit_log": ["id = NEW.id"],
}


@dataclass(frozen=True)
class Trigger:
    """One trigger: its name, table, event and the condition on which it refuses, or what it does."""

    name: str
    table: str
    event: str
    when: str
    says: str = APPEND_ONLY
    does: str = ""
    for_each: str = "ROW"


def all_triggers(vendor: str) -> list[Trigger]:
    """Every trigger of this kind of database."""
    found = [
        Trigger("audit_entry_keeps_no_update", ENTRY, "BEFORE UPDATE", f"NOT ({_is_erasing(vendor)})"),
        Trigger(
            "audit_entry_waits_for_its_seal",
            ENTRY,
            "AFTER INSERT",
            "",
            does="INSERT INTO audit_pending (entry_id) VALUES (NEW.id);",
        ),
        Trigger("audit_pending_keeps_no_update", "audit_pending", "BEFORE UPDATE", "1 = 1"),
        Trigger(
            "audit_pending_keeps_no_delete",
            "audit_pending",
            "BEFORE DELETE",
            "NOT EXISTS (SELECT 1 FROM audit_leaf WHERE entry_id = OLD.entry_id)",
            says="an entry waits until it is sealed",
        ),
        Trigger(
            "audit_checkpoint_keeps_no_update",
            "audit_checkpoint",
            "BEFORE UPDATE",
            " OR ".join(_differs(vendor, name) for name in ["id", "size", "root", "note", "at"])
            + " OR OLD.stamp IS NOT NULL",
        ),
        Trigger("audit_log_keeps_its_name", "audit_log", "BEFORE UPDATE", _differs(vendor, "origin")),
    ]
    found += [
        Trigger(f"{table}_keeps_no_update", table, "BEFORE UPDATE", "1 = 1") for table in ("audit_leaf", "audit_node")
    ]
    kept = [ENTRY, "audit_leaf", "audit_node", "audit_checkpoint", "audit_log"]
    found += [Trigger(f"{table}_keeps_no_delete", table, "BEFORE DELETE", "1 = 1") for table in kept]
    if vendor == "postgresql":
        found += [
            Trigger(f"{table}_keeps_no_truncate", table, "BEFORE TRUNCATE", "", for_each="STATEMENT")
            for table in [*kept, "audit_pending"]
        ]
    else:
        found += _against_replacing(KEYS, APPEND_ONLY)
    for model in _versioned():
        found += _of_rows(model, vendor)
    return found


def _against_replacing(keys: dict[str, list[str]], says: str) -> Iterator[Trigger]:
    """Nothing is put in the place of a row that is there."""
    for table, same in keys.items():
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {' OR '.join(same)})"  # noqa: S608
        yield Trigger(f"{table}_keeps_no_replace", table, "BEFORE INSERT", there, says=says)


def _versioned() -> Iterator[type[Versioned]]:
    for model in apps.get_models():
        if issubclass(model, Versioned):
            yield model


def _differs(vendor: str, column: str, one: str = "NEW", other: str = "OLD") -> str:
    return f"{one}.{column} {'IS NOT' if vendor == 'sqlite' else 'IS DISTINCT FROM'} {other}.{column}"


def _is_erasing(vendor: str) -> str:
    """The condition on which an update of a line is one that erases, and that a line tells of."""
    tests = [f"NOT ({_differs(vendor, name)})" for name in KEPT]
    tests.append("NEW.erasures = OLD.erasures + 1")
    for name, left in ERASABLE.items():
        gone = f"NEW.{name} IS NULL" if left == "NULL" else f"NEW.{name} = {left}"
        tests.append(f"({gone} OR NOT ({_differs(vendor, name)}))")
    each, same, text = (
        ("json_each", "IS", "value") if vendor == "sqlite" else ("jsonb_each", "IS NOT DISTINCT FROM", "value #>> '{}'")
    )
    for name in ("before", "after"):
        tests.append(
            f"NOT EXISTS (SELECT 1 FROM {each}(NEW.{name}) became LEFT JOIN {each}(OLD.{name}) was"  # noqa: S608
            f" ON was.key = became.key WHERE became.{text} IS NULL AND was.{text} IS NOT NULL"
            f" OR became.{text} <> '{ERASED}' AND NOT (became.value {same} was.value))"
        )
    number = "CAST(OLD.id AS TEXT)"
    tests.append(
        f"EXISTS (SELECT 1 FROM {ENTRY} erasing WHERE erasing.stream = 'entry:' || {number}"  # noqa: S608
        " AND erasing.seq = NEW.erasures AND erasing.verb = 'entry_erased')"
    )
    return " AND ".join(tests)


def _of_rows(model: type[Versioned], vendor: str) -> list[Trigger]:
    """A version, a head and what the trail tells of a row change with a line of that number and hash, or not at all."""
    table, key = model._meta.db_table, f"'{model.ONE_STREAM}'" if model.ONE_STREAM else "CAST({row}.id AS TEXT)"
    stream = f"'{model._meta.model_name}:' || {key}"
    changes = " OR ".join(_differs(vendor, name) for name in ["id", "version", "head", *model.TOLD])
    value = "json_extract(after, '$.{0}') IS NEW.{0}" if vendor == "sqlite" else "after ->> '{0}' = NEW.{0}"
    says = [f"(NOT ({_differs(vendor, name)}) OR {value.format(name)})" for name in model.TOLD]
    line = " AND ".join([f"stream = {stream.format(row='NEW')}", "seq = NEW.version", "hash = NEW.head", *says])
    is_stale = "(NEW.version < OLD.version OR (NEW.version = OLD.version AND OLD.head <> ''))"
    begins = " OR ".join(["NEW.head <> ''", *(f"NEW.{name} <> '{value}'" for name, value in model.TOLD.items())])
    has_lines = f"EXISTS (SELECT 1 FROM {ENTRY} WHERE stream = {stream.format(row='OLD')})"  # noqa: S608
    return [
        *(_of_pushing_out(model) if vendor == "sqlite" else []),
        Trigger(
            f"{table}_follows_the_trail",
            table,
            "BEFORE UPDATE",
            f"({changes}) AND ({is_stale} OR NOT EXISTS (SELECT 1 FROM {ENTRY} WHERE {line}))",  # noqa: S608
            says=NO_ENTRY,
        ),
        Trigger(f"{table}_begins_with_nothing", table, "BEFORE INSERT", begins, says=NO_ENTRY),
        Trigger(f"{table}_keeps_its_rows", table, "BEFORE DELETE", has_lines, says=NO_ENTRY),
    ]


def _of_pushing_out(model: type[Versioned]) -> Iterator[Trigger]:
    """No row takes the place of another by its key, or by anything else of which there is one."""
    table = model._meta.db_table
    single = [field.column for field in model._meta.fields if field.unique]
    same = [f"{column} = NEW.{column}" for column in single]
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            same.append(_same(constraint))
    yield from _against_replacing({table: same}, NO_ENTRY)
    other = f"EXISTS (SELECT 1 FROM {table} WHERE id <> OLD.id AND ({' OR '.join(same)}))"  # noqa: S608
    yield Trigger(f"{table}_pushes_out_no_other", table, "BEFORE UPDATE", other, says=NO_ENTRY)


def _same(constraint: UniqueConstraint) -> str:
    """The condition on which a row and a new one can't both be there. Columns are called as their fields are."""
    if constraint.condition is not None:
        raise NotImplementedError(f"{constraint.name}: what is unique on a condition only can't be guarded yet")
    same = [f"{name} = NEW.{name}" for name in constraint.fields]
    made: Any
    for made in constraint.expressions:
        (field,) = made.get_source_expressions()
        same.append(f"{made.function}({field.name}) = {made.function}(NEW.{field.name})")
    return f"({' AND '.join(same)})"


def statements(vendor: str) -> list[str]:
    """The SQL that makes every trigger."""
    return [statement for trigger in all_triggers(vendor) for statement in _statements(trigger, vendor)]


def _statements(trigger: Trigger, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [f"CREATE TRIGGER IF NOT EXISTS {_said(trigger, vendor)[0]}"]
    creates, source = _said(trigger, vendor)
    return [
        f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS $${source}$$",
        f"CREATE OR REPLACE TRIGGER {creates}",
    ]


def _said(trigger: Trigger, vendor: str) -> tuple[str, str]:
    """What the database says of a trigger after CREATE TRIGGER, and of its function, once it stands as it should."""
    if vendor == "sqlite":
        does = trigger.does or f"SELECT RAISE(ABORT, '{trigger.says}');"
        when = f"WHEN {trigger.when}" if trigger.when else ""
        return f"{trigger.name} {trigger.event} ON {trigger.table} {when} BEGIN {does} END", ""
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(trigger.event.split()[1], "NEW")
    refuses = f"RAISE EXCEPTION '{trigger.says}' USING ERRCODE = 'integrity_constraint_violation';"
    does = trigger.does or (f"IF {trigger.when} THEN {refuses} END IF;" if trigger.when else refuses)
    return (
        f"{trigger.name} {trigger.event} ON {trigger.table}"
        f" FOR EACH {trigger.for_each} EXECUTE FUNCTION {trigger.name}()",
        f" BEGIN {does} RETURN {row}; END ",
    )


def _standing(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """The names of the triggers that the database has now, by what it says of them. One that sleeps says nothing."""
    query = (
        "SELECT substr(sql, 16), '', name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        # Those of replicas ("R") and disabled ones ("D") fire for nobody here.
        else "SELECT CASE WHEN tgenabled IN ('O', 'A') THEN substr(pg_get_triggerdef(t.oid, true), 16) ELSE '' END,"
        " CASE WHEN tgenabled IN ('O', 'A') THEN prosrc ELSE tgrelid::text || tgname END, tgname"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {(creates, source): name for creates, source, name in cursor.fetchall()}


def _fitting(connection: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers whose tables are there as this version of the desk knows them: not halfway through a migration."""
    wanted = {"audit_checkpoint", "audit_pending", *_versioned_tables()}
    fits = wanted <= set(connection.introspection.table_names()) and _versioned_tables() <= _with_heads(connection)
    return all_triggers(connection.vendor) if fits else []


def _versioned_tables() -> set[str]:
    return {model._meta.db_table for model in _versioned()}


def _with_heads(connection: BaseDatabaseWrapper) -> set[str]:
    """The tables that have a column for the head of their chain. Asked directly: Django's reading of SQLite is slow."""
    query = (
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'head'"
        if connection.vendor == "sqlite"
        else "SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'head' AND NOT attisdropped"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place, and away whatever stands there under their names; harmless when they are there."""
    standing = _standing(connection)
    with connection.cursor() as cursor:
        for trigger in _fitting(connection):
            if _said(trigger, connection.vendor) in standing:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
            for statement in _statements(trigger, connection.vendor):
                cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for a migration that rebuilds tables, or between two tests."""
    names = set(_standing(connection).values())
    with connection.cursor() as cursor:
        for trigger in all_triggers(connection.vendor):
            if trigger.name in names:
                on = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of the triggers that should stand and don't, or sleep, or do something else than they should."""
    standing = _standing(connection)
    return [trigger.name for trigger in _fitting(connection) if _said(trigger, connection.vendor) not in standing]


def lift_before_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A pre_migrate receiver: SQLite can't rebuild a table that a trigger reads."""
    if sender.name == "apps.audit" and connections[using].vendor == "sqlite":
        lift(connections[using])


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A post_migrate receiver: whatever the migrations rebuilt, the guard stands again."""
    if sender.name == "apps.audit":
        install(connections[using])


def check_installed(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """System check audit.E001: the triggers are in place on every database that has the tables."""
    problems: list[CheckMessage] = []
    for alias in databases or []:
        if gone := missing(connections[alias]):
            problems.append(
                Error(
                    f"The audit trail of database “{alias}” is not protected."
                    f" Triggers are missing, or not as they should be: {', '.join(gone)}.",
                    hint="Run `manage.py migrate`: it installs them again.",
                    obj=apps.get_app_config("audit"),
                    id="audit.E001",
                )
            )
    return problems
