"""The database itself refuses to change or delete an entry.

SQLite drops a table's triggers when a migration rebuilds the table, so they are installed again after every migrate,
and a system check says when they are missing.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "audit_entry"
NO_UPDATE, NO_DELETE = "audit_entry_keeps_no_update", "audit_entry_keeps_no_delete"
NO_REPLACE, NO_TRUNCATE = "audit_entry_keeps_no_replace", "audit_entry_keeps_no_truncate"
NAMES = {"sqlite": (NO_UPDATE, NO_DELETE, NO_REPLACE), "postgresql": (NO_UPDATE, NO_DELETE, NO_TRUNCATE)}

SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS {NO_UPDATE} BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: entries are never changed'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {NO_DELETE} BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: entries are never deleted'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS {NO_REPLACE} BEFORE INSERT ON {TABLE}
        WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id OR (stream = NEW.stream AND seq = NEW.seq))
        BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only: entries are never replaced'); END""",  # noqa: S608
]
POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit trail is append-only: entries are never changed or deleted'
            USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {NO_UPDATE} BEFORE UPDATE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only()""",
    f"""CREATE OR REPLACE TRIGGER {NO_DELETE} BEFORE DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only()""",
    f"""CREATE OR REPLACE TRIGGER {NO_TRUNCATE} BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only()""",
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place; harmless when they are there."""
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database guards the trail now."""
    query = (
        f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{TABLE}'"  # noqa: S608  (a constant)
        if connection.vendor == "sqlite"
        else f"SELECT tgname FROM pg_trigger WHERE tgrelid = '{TABLE}'::regclass AND tgenabled <> 'D'"  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return set(NAMES[connection.vendor]) <= {row[0] for row in cursor.fetchall()}


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A post_migrate receiver: whatever the migrations rebuilt, the guard stands again."""
    connection = connections[using]
    if sender.name == "apps.audit" and TABLE in connection.introspection.table_names():
        install(connection)


def check_installed(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """System check audit.E001: the append-only triggers are in place on every database that has the table."""
    problems: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if TABLE in connection.introspection.table_names() and not installed(connection):
            problems.append(
                Error(
                    f"The audit trail of database “{alias}” is not protected: its append-only triggers are missing.",
                    hint="Run `manage.py migrate`: it installs them again.",
                    obj=apps.get_app_config("audit"),
                    id="audit.E001",
                )
            )
    return problems
