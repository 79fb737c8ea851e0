"""The database itself: a row changes with the entry that tells of it, and words go with a mark, or not at all."""

import json
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit import erasing
from apps.audit.actions import record
from apps.audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending
from apps.audit.sealing.sealer import seal
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.models import Claim, Policy, Story
from apps.claims.states import Stage
from apps.sources.actions import register_source
from apps.sources.models import Source
from tests.newsroom import corroborate, make_claim, make_editor, make_story, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    claim = make_claim(ada, "Two soldiers were captured.")
    Claim.objects.filter(pk=claim.pk).update(submission=uuid.uuid4())
    return Claim.objects.get(pk=claim.pk)


def registered(ada):
    return register_source("https://news.example.com/1", by=ada)


def sql(statement, *given):
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def bulk(claim, **fields):
    for name, value in fields.items():
        setattr(claim, name, value)
    Claim.objects.bulk_update([claim], list(fields))


SETTING_A_STATE = {
    "save": lambda claim: (setattr(claim, "state", "corroborated"), claim.save()),
    "update": lambda claim: Claim.objects.filter(pk=claim.pk).update(state="corroborated"),
    "update all": lambda claim: Claim.objects.update(state="disputed"),
    "bulk_update": lambda claim: bulk(claim, state="corroborated"),
    "raw": lambda claim: sql("UPDATE claims_claim SET state = 'disputed'"),
    "with a version": lambda claim: Claim.objects.update(state="corroborated", version=claim.version + 1),
    "with a made-up head": lambda claim: bulk(claim, state="disputed", version=claim.version + 1, head="ab" * 32),
    "with the version of an entry that says otherwise": lambda claim: bulk(claim, state="disputed", head=claim.head),
    "stage": lambda claim: Claim.objects.update(stage="settled"),
    "version alone": lambda claim: Claim.objects.update(version=9),
    "head alone": lambda claim: Claim.objects.update(head="ab" * 32),
    "back in time": lambda claim: Claim.objects.update(
        version=1, head=Entry.objects.get(stream=claim.stream, seq=1).hash
    ),
    "upsert": lambda claim: Claim.objects.bulk_create(
        [Claim(pk=claim.pk, statement="x", opened_by=claim.opened_by, state="disputed")],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=["state"],
    ),
    "born with a verdict": lambda claim: Claim.objects.create(
        statement="Born so.", opened_by=claim.opened_by, state="corroborated"
    ),
    "born with a verdict, in bulk": lambda claim: Claim.objects.bulk_create(
        [Claim(statement="Born so.", opened_by=claim.opened_by, stage="settled")]
    ),
    "taken away": lambda claim: claim.delete(),
    "taken away, raw": lambda claim: sql("DELETE FROM claims_claim"),
}

# What SQLite alone knows: a row that takes the place of another, for which it asks no trigger that guards deletions.
COLUMNS = [field.column for field in Claim._meta.fields]


def copied(claim, verb="INSERT OR REPLACE", **other):
    """A claim like this one, with other values as SQL."""
    values = ", ".join(other.get(name, f'"{name}"') for name in COLUMNS)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    sql(f"{verb} INTO claims_claim ({names}) SELECT {values} FROM claims_claim WHERE id = %s", claim.pk)


def born(claim):
    """A claim that has no line yet, beside the other."""
    return Claim.objects.create(statement="Another.", opened_by=claim.opened_by)


BLANK = {"version": "1", "head": "''", "state": "'unverified'", "stage": "'inbox'"}
if connection.vendor == "sqlite":
    SETTING_A_STATE |= {
        "replaced": lambda claim: copied(claim, **BLANK),
        "replaced, by the short name": lambda claim: copied(claim, "REPLACE", **BLANK),
        "replaced by what it was sent with": lambda claim: copied(claim, **BLANK, id="NULL"),
        "pushed out": lambda claim: sql(
            "UPDATE OR REPLACE claims_claim SET id = %s WHERE id = %s", claim.pk, born(claim).pk
        ),
        "pushed out by its row": lambda claim: sql(
            "UPDATE OR REPLACE claims_claim SET rowid = %s WHERE id = %s", claim.pk, born(claim).pk
        ),
        "pushed out by what it was sent with": lambda claim: sql(
            "UPDATE OR REPLACE claims_claim SET submission = %s WHERE id = %s", claim.submission.hex, born(claim).pk
        ),
    }


@pytest.mark.parametrize("change", SETTING_A_STATE.values(), ids=SETTING_A_STATE.keys())
def test_a_claim_does_not_change_without_the_entry_that_tells_of_it(claim, ada, change):
    claim = actions.change_stage(claim, by=ada, expected_version=claim.version, stage=Stage.IN_REVIEW)
    before = Claim.objects.values().get(pk=claim.pk)
    with pytest.raises(IntegrityError, match="entry that tells of it"), transaction.atomic():
        change(claim)
    assert Claim.objects.values().get() == before


def test_what_the_actions_do_is_let_through(claim, ada):
    make_two_lines(claim, ada)
    claim.refresh_from_db()
    corroborate(claim, ada)
    claim.refresh_from_db()
    entry = Entry.objects.get(stream=claim.stream, seq=claim.version)
    assert (claim.state, claim.head) == ("corroborated", entry.hash)
    assert entry.after["state"] == "corroborated"
    lines = list(Entry.objects.filter(stream=claim.stream).order_by("seq"))
    assert [json.loads(line.body)["prev"] for line in lines] == [None, *(line.hash for line in lines[:-1])]


def test_a_story_keeps_its_place_from_one_of_its_title(ada):
    story = make_story(ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        Story.objects.create(title=story.title.upper(), opened_by=ada)
    if connection.vendor == "sqlite":
        with pytest.raises(IntegrityError, match="entry that tells of it"), transaction.atomic():
            sql(
                "INSERT OR REPLACE INTO claims_story (title, summary, opened_by_id, opened_at, version, head)"
                " VALUES (upper(%s), '', %s, '2026-01-01', 1, '')",
                story.title,
                ada.pk,
            )
    assert Story.objects.get().pk == story.pk


def test_other_columns_are_no_business_of_the_guard(claim):
    assert Claim.objects.update(due=None) == 1


@pytest.mark.parametrize("make", [registered, make_story, lambda ada: Policy.objects.current()])
def test_sources_stories_and_the_rule_are_held_to_their_entries_too(make, ada):
    row = make(ada)
    for fields in ({"version": row.version + 1}, {"head": "ab" * 32}):
        with pytest.raises(IntegrityError, match="entry that tells of it"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**fields)


class TestSeals:
    @pytest.fixture
    def sealed(self, claim):
        return seal()

    @pytest.mark.parametrize("model", [Leaf, Node, Log])
    def test_they_are_never_changed_or_taken_away(self, sealed, model):
        if model is Node:
            Node.objects.create(level=8, index=0, hash="ab" * 32)
        field = "origin" if model is Log else "hash"
        for change in (
            lambda: model.objects.update(**{field: "other"}),
            lambda: model.objects.all()._raw_delete("default"),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                change()

    @pytest.mark.parametrize("fields", [{"root": "ab" * 32}, {"note": "x"}, {"size": 999}])
    def test_a_checkpoint_is_what_was_signed(self, sealed, fields):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Checkpoint.objects.update(**fields)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Checkpoint.objects.all().delete()

    def test_its_stamp_is_written_once(self, sealed):
        Checkpoint.objects.update(stamp=b"one")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Checkpoint.objects.update(stamp=b"two")

    @pytest.mark.parametrize("model", [Entry, Pending, Leaf, Node, Checkpoint, Log])
    def test_nothing_takes_their_place(self, sealed, ada, model):
        """SQLite alone can replace a row by inserting one; elsewhere a key that is there is there."""
        insert, refusal = {
            "sqlite": ("INSERT OR REPLACE", "append-only"),
            "postgresql": ("INSERT", "duplicate key"),
        }[connection.vendor]
        make_story(ada)
        if model is Node:
            Node.objects.create(level=8, index=0, hash="ab" * 32)
        row = model._base_manager.values().order_by("pk").last()
        key = model._meta.pk.column
        unique = [field.column for field in model._meta.fields if field.unique and not field.primary_key]
        assert row
        other_key = {**row, key: row[key] + 1_000}
        for values in [row, *([other_key] if unique or model in (Entry, Node) else [])]:
            names, marks = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
            given = [json.dumps(value) if isinstance(value, dict) else value for value in values.values()]
            with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
                sql(f"{insert} INTO {model._meta.db_table} ({names}) VALUES ({marks})", *given)
        assert model._base_manager.values().order_by("pk").last() == row

    def test_what_is_there_is_still_asked_for_first(self, sealed):
        assert Log.objects.get_or_create(pk=1, defaults={"origin": "other"})[1] is False
        assert Checkpoint.objects.get_or_create(size=sealed.checkpoint.size)[1] is False

    def test_what_waits_waits_until_it_is_sealed(self, claim):
        assert Pending.objects.count() == Entry.every_line.count() > 0
        with pytest.raises(IntegrityError, match="until it is sealed"), transaction.atomic():
            Pending.objects.all().delete()
        seal()
        assert not Pending.objects.exists()


class TestErasing:
    @pytest.fixture
    def entry(self, claim, ada):
        changed = actions.edit_claim(claim, by=ada, expected_version=claim.version, statement="Mr Kim was captured.")
        return Entry.objects.get(stream=claim.stream, seq=changed.version)

    UPDATES = {
        "reason": {"reason": "No."},
        "to nothing": {"target_label": "[erased]"},
        "verb": {"verb": "claim_opened"},
        "counted": {"target_label": "[erased]", "erasures": 1},
        "body": {"body": "{}"},
        "salts": {"salts": {}},
        "after": {"after": {"statement": "[erased]"}},
    }

    @pytest.mark.parametrize("fields", UPDATES.values(), ids=UPDATES.keys())
    def test_nothing_is_erased_without_an_entry_that_tells_of_it(self, entry, fields):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(**fields)

    OTHER_WORDS = {
        "other words": {"reason": "No."},
        "another name": {"actor_label": "Ben"},
        "another value": {"after": {"statement": "Mr Pak was captured."}},
        "a new value": {"after": {"statement": "[erased]", "more": "x"}},
        "another time": {"at": "2020-01-01T00:00:00Z"},
        "another hash": {"hash": "ab" * 32},
    }

    @pytest.mark.parametrize("fields", OTHER_WORDS.values(), ids=OTHER_WORDS.keys())
    def test_with_one_words_go_and_none_come(self, entry, fields):
        changed = {**fields, "erasures": 1}
        record(Verb.ENTRY_ERASED, stream=f"entry:{entry.pk}", seq=1, target="x", by=entry.actor, reason="Asked.")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.every_line.filter(pk=entry.pk).update(**changed)

    def test_erasing_removes_words_and_salts_and_leaves_a_mark(self, entry):
        sofia = make_editor("sofia")
        body, hashed = entry.body, entry.hash
        erasing.erase(entry, ["after.statement", "target", "actor"], by=sofia, reason="He asked us to.")
        entry = Entry.objects.get(pk=entry.pk)
        assert (entry.after["statement"], entry.target_label, entry.actor_label) == ("[erased]", "[erased]", "[erased]")
        assert entry.before["statement"] == "Two soldiers were captured."
        assert not {"after.statement", "target", "actor"} & entry.salts.keys()
        assert (entry.body, entry.hash, entry.erasures) == (body, hashed, 1)
        told = Entry.objects.get(stream=f"entry:{entry.pk}")
        assert (told.verb, told.reason, told.actor.username) == ("entry_erased", "He asked us to.", "sofia")
        assert "Kim" not in json.dumps([told.before, told.after, told.body, told.target_label])

    def test_erasing_more_later_is_told_of_again(self, entry, ada):
        erasing.erase(entry, ["target"], by=ada, reason="First.")
        erasing.erase(entry, ["actor"], by=ada, reason="Second.")
        with pytest.raises(erasing.NothingToErase):
            erasing.erase(entry, ["target", "actor"], by=ada, reason="Third.")
        told = list(Entry.objects.filter(stream=f"entry:{entry.pk}").order_by("seq"))
        assert [line.seq for line in told] == [1, 2]
        assert json.loads(told[1].body)["prev"] == told[0].hash
        assert Entry.objects.get(pk=entry.pk).erasures == 2


def test_sources_have_heads(ada):
    source = registered(ada)
    assert Source.objects.get(pk=source.pk).head == Entry.objects.get(stream=source.stream, seq=1).hash
