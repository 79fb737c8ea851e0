"""The desk's own role in PostgreSQL: it does its work, and can't change what is written."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.audit.actions import record
from apps.audit.erasing import erase
from apps.audit.models import Entry
from apps.audit.roles import set_up, weaknesses
from apps.audit.sealing import anchors
from apps.audit.sealing.sealer import seal
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify
from apps.claims import actions
from tests.newsroom import make_claim, make_editor

pytestmark = pytest.mark.django_db


def test_on_sqlite_it_says_what_stands_in_place_of_roles():
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="SQLite has no roles"):
            call_command("audit_roles")
    else:
        with pytest.raises(SystemExit, match="1"):
            call_command("audit_roles", stdout=StringIO())


def test_it_prints_what_the_owner_of_the_tables_runs():
    out = StringIO()
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="SQLite has no roles"):
            call_command("audit_roles", "--sql", "desk_app", stdout=out)
    else:
        call_command("audit_roles", "--sql", "desk_app", stdout=out)
        assert out.getvalue().splitlines() == "\n".join(set_up("desk_app")).splitlines()
        assert "desk_app" in out.getvalue()
        with pytest.raises(CommandError, match="no plain name"):
            call_command("audit_roles", "--sql", "x;DROP TABLE y", stdout=out)


@pytest.mark.parametrize("role", ["", "a b", "x;DROP TABLE y", "Desk", "a" * 64])
def test_a_name_that_is_none_is_refused(role):
    with pytest.raises(ValueError, match="no plain name"):
        set_up(role)


REFUSED = [
    "UPDATE audit_entry SET verb = 'x'",
    "UPDATE audit_entry SET hash = 'x'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry CASCADE",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "DROP TABLE audit_entry CASCADE",
    "DROP TRIGGER audit_entry_keeps_no_update ON audit_entry",
    "SET session_replication_role = replica",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_keeps_no_update()",
    "DELETE FROM audit_leaf",
    "UPDATE audit_node SET hash = 'x'",
    "UPDATE audit_checkpoint SET root = 'x'",
    "DELETE FROM audit_checkpoint",
    "TRUNCATE audit_pending",
    "UPDATE audit_log SET origin = 'x'",
    "CREATE OR REPLACE FUNCTION audit_entry_keeps_no_update() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
]


class TestDesksRole:
    """Set up as the guide says, and taken on for the rest of a transaction."""

    @pytest.fixture
    def as_desk(self):
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return False
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE verifydesk_test_app NOLOGIN")
            for statement in set_up("verifydesk_test_app"):
                cursor.execute(statement)
            cursor.execute("SET LOCAL ROLE verifydesk_test_app")
        return True

    def test_it_does_all_its_work(self, as_desk):
        ada = make_editor()
        claim = make_claim(ada)
        actions.edit_claim(claim, by=ada, expected_version=1, statement="Another statement.")
        seal()
        anchors.anchor()
        erase(Entry.objects.filter(stream=claim.stream).latest("seq"), ["target"], by=ada, reason="Asked to.")
        seal()
        assert verify().findings == []
        assert not as_desk or weaknesses(connection) == []

    def test_the_command_says_so_and_ends_with_0(self, as_desk):
        out = StringIO()
        if not as_desk:
            with pytest.raises(CommandError, match="SQLite has no roles"):
                call_command("audit_roles", stdout=out)
            return
        with pytest.raises(SystemExit) as ended:
            call_command("audit_roles", stdout=out)
        assert (ended.value.code, out.getvalue()) == (0, "The role can't change the trail.\n")

    @pytest.mark.parametrize("statement", REFUSED)
    def test_it_can_not_change_what_is_written(self, as_desk, statement):
        if connection.vendor == "sqlite" and not statement.startswith(("UPDATE audit_entry", "DELETE")):
            statement = "DELETE FROM audit_entry"
        record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)
        seal()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert verify().findings == []
