"""The trail is written with the change it tells of, and the database keeps it as it is."""

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError, connection, transaction

from apps.audit import triggers
from apps.audit.actions import NotInTransaction, record
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.models import Claim
from apps.claims.refusals import NotEnoughEvidence
from apps.claims.states import State
from tests.newsroom import make_claim, make_editor

pytestmark = pytest.mark.django_db


def write(**fields):
    return record(**{"verb": Verb.SIGNED_IN, "stream": "person:1", "target": "Ada", "by": None, **fields})


def test_an_entry_names_the_person_the_door_and_the_request():
    ada = make_editor()
    with entered_by(Channel.WEB, address="192.0.2.7") as door:
        entry = write(by=ada, reason="Because.")
    assert (entry.actor, entry.actor_label, entry.actor_kind) == (ada, "Ada", "person")
    assert (entry.channel, entry.address, entry.request_id) == ("web", "192.0.2.7", door.request_id)
    assert len(entry.request_id) == 32


@pytest.mark.parametrize(
    ("channel", "kind"), [(Channel.WORKER, "worker"), (Channel.COMMAND, "command"), (Channel.WEB, "nobody")]
)
def test_an_entry_without_a_person_says_what_did_it(channel, kind):
    with entered_by(channel):
        assert write().actor_kind == kind


@pytest.mark.django_db(transaction=True)
def test_it_refuses_outside_a_transaction():
    with pytest.raises(NotInTransaction):
        write()
    with transaction.atomic():
        write()


def test_it_refuses_a_verb_that_is_not_in_the_closed_list():
    with pytest.raises(ValueError, match="invented"):
        write(verb="invented")


@pytest.mark.django_db(transaction=True)
def test_an_entry_goes_with_its_change_when_the_transaction_fails():
    ada = make_editor()
    entries = Entry.objects.count()
    with pytest.raises(NotEnoughEvidence), transaction.atomic():  # noqa: PT012  (what fails comes after what worked)
        claim = make_claim(ada)
        actions.request_move(claim, State.CORROBORATED, by=ada, reason="Because.", expected_version=1)
    assert Entry.objects.count() == entries


CHANGES = {
    "save": lambda entry: entry.save(),
    "delete": lambda entry: entry.delete(),
    "queryset update": lambda entry: Entry.objects.filter(pk=entry.pk).update(reason="No."),
    "queryset delete": lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
    "bulk update": lambda entry: Entry.objects.bulk_update([entry], ["reason"]),
    "raw update": lambda entry: connection.cursor().execute("UPDATE audit_entry SET reason = 'No.'"),
    "raw delete": lambda entry: connection.cursor().execute("DELETE FROM audit_entry"),
    "upsert": lambda entry: Entry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["reason"]
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_database_refuses_to_change_or_delete_an_entry(change):
    entry = write(reason="As it was.", seq=1)
    entry.reason = "No."
    with pytest.raises(IntegrityError), transaction.atomic():
        change(entry)
    entry = Entry.objects.get(pk=entry.pk)
    assert entry.reason == "As it was."
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_replace_entries_or_to_empty_their_table():
    """REPLACE deletes what stands in its way on SQLite, TRUNCATE fires no row's trigger on PostgreSQL."""
    with transaction.atomic():
        write(reason="As it was.", seq=1)
    names = [field.column for field in Entry._meta.local_fields if field.column != "id"]
    columns = ", ".join(names)
    values = columns.replace("reason", "'No.'")
    statement = (
        f"INSERT OR REPLACE INTO audit_entry (id, {columns}) SELECT id + 1000, {values} FROM audit_entry"
        if connection.vendor == "sqlite"
        else "TRUNCATE audit_entry CASCADE"
    )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get().reason == "As it was."


def test_the_database_refuses_two_entries_with_one_number_in_a_stream():
    write(seq=1)
    write(seq=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(seq=2)


@pytest.mark.parametrize("trigger", triggers.all_triggers(connection.vendor), ids=lambda trigger: trigger.name)
def test_a_check_says_when_the_guard_is_gone_and_installing_brings_it_back(trigger):
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
        cursor.execute(f"DROP TRIGGER {trigger.name}{on}")
    (problem,) = run_checks(tags=["database"], databases=["default"])
    assert problem.id == "audit.E001"
    assert trigger.name in problem.msg
    triggers.install(connection)
    assert run_checks(tags=["database"], databases=["default"]) == []


GUARD = "claims_claim_follows_the_trail"
DISARMED = {
    "sqlite": {
        "does nothing": [
            f"DROP TRIGGER {GUARD}",
            f"CREATE TRIGGER {GUARD} BEFORE UPDATE ON claims_claim WHEN 0 BEGIN SELECT 1; END",
        ],
        "on another table": [
            f"DROP TRIGGER {GUARD}",
            f"CREATE TRIGGER {GUARD} BEFORE UPDATE ON claims_story BEGIN SELECT 1; END",
        ],
    },
    "postgresql": {
        "does nothing": [
            f"CREATE OR REPLACE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ],
        "never fires": [
            f"DROP TRIGGER {GUARD} ON claims_claim",
            f"CREATE TRIGGER {GUARD} BEFORE UPDATE ON claims_claim FOR EACH ROW WHEN (false)"
            f" EXECUTE FUNCTION {GUARD}()",
        ],
        "for replicas": [f"ALTER TABLE claims_claim ENABLE REPLICA TRIGGER {GUARD}"],
        "turned off": [f"ALTER TABLE claims_claim DISABLE TRIGGER {GUARD}"],
    },
}[connection.vendor]


@pytest.mark.parametrize("statements", DISARMED.values(), ids=DISARMED.keys())
def test_a_guard_of_the_right_name_that_does_not_guard_is_found_too(statements):
    claim = make_claim(make_editor())
    connection.check_constraints()  # what waits for the end of the transaction stands in the way of altering
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    Claim.objects.filter(pk=claim.pk).update(version=7)
    assert triggers.missing(connection) == [GUARD]
    (problem,) = run_checks(tags=["database"], databases=["default"])
    assert GUARD in problem.msg
    triggers.install(connection)
    assert triggers.missing(connection) == []
    with pytest.raises(IntegrityError, match="entry that tells of it"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(version=8)


def test_a_guard_that_always_fires_guards():
    """As those of SQLite do by themselves."""
    claim = make_claim(make_editor())
    connection.check_constraints()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE claims_claim ENABLE ALWAYS TRIGGER {GUARD}")
    assert triggers.missing(connection) == []
    with pytest.raises(IntegrityError, match="entry that tells of it"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(version=8)


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_makes_a_sentence_even_of_an_entry_with_little_in_it(verb):
    entry = write(verb=verb)
    assert "{" not in entry.sentence
    assert entry.sentence[0].isupper()
