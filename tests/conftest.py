"""What every test stands on."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper

from apps.audit import triggers

DatabaseOperations = DatabaseWrapper.ops_class
_plain_flush = DatabaseOperations.sql_flush


def _flush_that_lifts_the_guard(self: Any, style: Any, tables: list[str], **options: Any) -> list[str]:
    """SQLite flushes by DELETE, which the trail's triggers refuse: between tests, and only there, they are lifted."""
    statements = _plain_flush(self, style, tables, **options)
    if triggers.TABLE in tables:
        names = [*triggers.NAMES, "audit_entry_keeps_no_replace"]
        return [*(f"DROP TRIGGER IF EXISTS {name}" for name in names), *statements, *triggers.SQLITE]
    return statements


DatabaseOperations.sql_flush = _flush_that_lifts_the_guard  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    """Argon2 takes a tenth of a second on purpose; tests/accounts asserts that the desk itself uses it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def _the_database_is_the_one_asked_for() -> None:
    """A suite that silently ran on another database would prove nothing."""
    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
