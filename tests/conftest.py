"""What every test stands on."""

from __future__ import annotations

import fcntl
import gc
import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate

from apps.audit import triggers

# What Django writes again after each flush just as it was: to keep it saves each test that commits half a second.
SAME_AFTERWARDS = {"django_content_type", "auth_permission"}
_number = count(1)
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


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[None]:
    """One database is migrated, by whichever worker comes first, and each has a copy, which takes no time.

    Neither is taken down: they go with their server, and where that stays, the next run puts its own in their place.
    """
    own = tmp_path_factory.getbasetemp()
    with (
        django_db_blocker.unblock(),
        (own if worker_id == "master" else own.parent).joinpath("database-is-made").open("a+") as mark,
    ):
        fcntl.flock(mark, fcntl.LOCK_EX)
        creation = connection.creation
        migrated = creation._get_test_db_name()
        if not mark.seek(0, os.SEEK_END):
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            mark.write("yes")
        connection.close()
        connection.settings_dict["NAME"] = migrated
        creation.clone_test_db(worker_id, verbosity=0)
        connection.settings_dict.update(creation.get_test_db_clone_settings(worker_id))
    permissions = f"{create_permissions.__module__}.create_permissions"
    assert post_migrate.disconnect(create_permissions, dispatch_uid=permissions)
    assert post_migrate.disconnect(create_contenttypes)
    yield
    with django_db_blocker.unblock():
        connection.close()


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


def pytest_sessionstart() -> None:
    """While the tests are loaded nothing is thrown away: not to look for it saves a tenth of the loading."""
    gc.disable()


def pytest_collection_finish() -> None:
    """What is loaded by now stays: not to look through it for waste again and again saves a twelfth of the time.

    To look through the rest less often saves some more: what a test leaves behind is small.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def _an_archive_of_its_own(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test stores into directories of its own, so that what it finds there is its own doing."""
    # Not mktemp, which looks for the next number among all that thousands of tests have made.
    number, folders = next(_number), tmp_path_factory.getbasetemp()
    folder, beside = folders / f"archive-of-test-{number}", folders / f"trail-of-test-{number}"
    folder.mkdir()
    place = {"BACKEND": "apps.archive.records.storage.EvidenceStorage", "OPTIONS": {"location": folder}}
    anchors = {**settings.STORAGES["anchors"], "OPTIONS": {"location": beside / "anchors"}}
    settings.STORAGES = {**settings.STORAGES, "archive": place, "anchors": anchors}
    settings.AUDIT_KEYS_DIR = beside / "keys"


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
