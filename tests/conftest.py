"""What every test stands on."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import connection

from apps.audit import triggers

# What every migration writes again just as it was: to keep it saves each test that commits a quarter of a second.
SAME_AFTERWARDS = {"django_content_type", "auth_permission"}
EMPTY_THOSE_WITH_ROWS = """
DO $$
DECLARE name text; has_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOREACH name IN ARRAY ARRAY[{tables}] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO has_rows;
        IF has_rows THEN EXECUTE format('DELETE FROM %I', name); END IF;
    END LOOP;
END $$
"""


def _lift_the_guard_while_flushing(operations: Any) -> None:
    """Between tests, and only there, the trail's table is emptied: its triggers refuse that, so they are lifted.

    On PostgreSQL only tables that hold rows are emptied, which is quicker than TRUNCATE of them all.
    """
    plain_flush = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
        tables = [table for table in tables if table not in SAME_AFTERWARDS]
        if self.connection.vendor == "postgresql":
            return [EMPTY_THOSE_WITH_ROWS.format(tables=", ".join(f"'{table}'" for table in tables))]
        lifted = [f"DROP TRIGGER IF EXISTS {trigger.name}" for trigger in triggers.all_triggers("sqlite")]
        return [*lifted, *plain_flush(self, style, tables, **options), *triggers.statements("sqlite")]

    operations.sql_flush = sql_flush


_lift_the_guard_while_flushing(type(connection.ops))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows-only", action="store_true", help="leave out what asks no database: it ran with the other")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a second database only tests that use one can come out otherwise."""
    if not config.getoption("--rows-only"):
        return
    asks = {"db", "transactional_db", "client", "admin_client", "live_server", "_django_db_helper"}
    kept, left_out = [], []
    for item in items:
        has_rows = item.get_closest_marker("django_db") or asks & set(getattr(item, "fixturenames", ()))
        (kept if has_rows else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(autouse=True)
def _an_archive_of_its_own(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test stores into directories of its own, so that what it finds there is its own doing."""
    place = {
        "BACKEND": "apps.archive.records.storage.EvidenceStorage",
        "OPTIONS": {"location": tmp_path_factory.mktemp("archive")},
    }
    anchors = {**settings.STORAGES["anchors"], "OPTIONS": {"location": tmp_path_factory.mktemp("anchors")}}
    settings.STORAGES = {**settings.STORAGES, "archive": place, "anchors": anchors}
    settings.AUDIT_KEYS_DIR = tmp_path_factory.mktemp("keys")


@pytest.fixture(autouse=True)
def _only_the_page_itself_is_asked_for(settings: Any) -> None:
    """A test that counts requests means those for its pages: test_politeness and test_gathering ask for the rest."""
    settings.ARCHIVE_ROBOTS = "ignore"
    settings.ARCHIVE_REQUISITES = 0


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    """Argon2 takes a tenth of a second on purpose; tests/accounts asserts that the desk itself uses it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _the_database_is_the_one_asked_for() -> None:
    """A suite that silently ran on another database would prove nothing."""
    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
