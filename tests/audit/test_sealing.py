"""What waits is sealed, all of it, once, in order; and never on top of anything but what was signed last."""

import os
import stat
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from apps.audit import triggers
from apps.audit.actions import record
from apps.audit.models import Checkpoint, Entry, Leaf, Node, Pending
from apps.audit.sealing import anchors, keys, notes
from apps.audit.sealing.sealer import seal, the_log
from apps.audit.sealing.store import StoredTree
from apps.audit.sealing.tree import Inconsistent, inclusion, leaf_hash, root_of_inclusion
from apps.audit.tasks import seal_what_waits
from apps.audit.verbs import Verb

pytestmark = pytest.mark.django_db


def write(number, prefix="person"):
    with transaction.atomic():
        for one in range(number):
            record(Verb.SIGNED_IN, stream=f"{prefix}:{one}", target="Ada", by=None)


def test_nothing_waits_nothing_is_signed():
    assert seal() is None
    assert not Checkpoint.objects.exists()


def test_a_round_seals_what_waits_in_order_and_signs_the_size():
    write(3)
    sealed = seal()
    assert (sealed.entries, sealed.is_more, sealed.checkpoint.size) == (3, False, 3)
    assert list(Leaf.objects.order_by("index").values_list("index", "entry_id")) == list(
        enumerate(Entry.objects.order_by("id").values_list("id", flat=True))
    )
    assert all(leaf.hash == leaf_hash(leaf.entry.body.encode()).hex() for leaf in Leaf.objects.select_related("entry"))
    signed = notes.read(sealed.checkpoint.note)
    assert signed.is_signed_by(keys.known_keys(the_log().origin))
    assert not Pending.objects.exists()


def test_more_than_fits_in_a_round_is_sealed_in_the_next():
    write(5)
    assert [seal(2).is_more for _ in range(3)] == [True, True, False]
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [2, 4, 5]


def test_hashes_of_256_leaves_are_kept_and_every_proof_leads_to_the_signed_root():
    write(300)
    seal(130)
    seal(130)
    last = seal(130).checkpoint
    assert list(Node.objects.values_list("level", "index")) == [(8, 0)]
    tree = StoredTree()
    for index in (0, 1, 129, 130, 255, 256, 257, 299):
        leaf = leaf_hash(Leaf.objects.get(index=index).entry.body.encode())
        found = root_of_inclusion(index, 300, leaf, inclusion(index, 300, tree.read))
        assert found.hex() == last.root


def test_a_proof_reads_a_few_rows_whatever_the_size(django_assert_max_num_queries):
    write(600)
    seal()
    with django_assert_max_num_queries(4):
        inclusion(3, 600, StoredTree().read)


class TestNeverOnTopOfAnythingElse:
    CHANGES = {
        "a leaf was changed": lambda: Leaf.objects.filter(index=2).update(hash="ab" * 32),
        "a leaf was taken away": lambda: Leaf.objects.filter(index=2)._raw_delete("default"),
        "leaves were added": lambda: (
            write(1, "extra"),
            Leaf.objects.create(index=3, entry=Entry.objects.latest("id"), hash="ab" * 32),
        ),
        "the last checkpoint was taken away": lambda: Checkpoint.objects.all()._raw_delete("default"),
        "the root was changed": lambda: Checkpoint.objects.update(root="ab" * 32),
        "the note was changed": lambda: Checkpoint.objects.update(
            note=Checkpoint.objects.get().note.replace("\n3\n", "\n4\n")
        ),
        "it was signed by somebody else": lambda: Checkpoint.objects.update(
            note=notes.sign(the_log().origin, 3, bytes.fromhex(Checkpoint.objects.get().root), another_key())
        ),
    }

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    def test_nothing_is_signed(self, change, caplog):
        write(3)
        seal()
        triggers.lift(connection)
        change()
        triggers.install(connection)
        write(1, "next")
        waiting = Pending.objects.count()
        with pytest.raises(Inconsistent), transaction.atomic():
            seal()
        assert Pending.objects.count() == waiting
        seal_what_waits()
        assert "NOT SEALED" in caplog.text
        with pytest.raises(CommandError, match="audit_verify"):
            call_command("audit_seal")

    WAITING = {
        "an entry that waits is gone": lambda: Entry.every_line.filter(pk=Entry.every_line.latest("id").pk)._raw_delete(
            "default"
        ),
        "an entry waits that is sealed": lambda: Pending.objects.create(entry=Entry.every_line.earliest("id")),
    }

    @pytest.mark.parametrize("change", WAITING.values(), ids=WAITING.keys())
    def test_nothing_is_signed_while_what_waits_is_wrong(self, change, caplog):
        write(3)
        seal()
        write(2, "next")
        with transaction.atomic():
            triggers.lift(connection)
            change()
            triggers.install(connection)
            with pytest.raises(Inconsistent, match="waits for its seal"), transaction.atomic():
                seal()
            seal_what_waits()
            assert "NOT SEALED" in caplog.text
            transaction.set_rollback(True)
        assert Checkpoint.objects.count() == 1


def another_key():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)


class TestKeys:
    def test_the_key_is_made_once_and_only_its_owner_may_read_it(self, settings):
        first = keys.signing_key("desk")
        path = keys._folder() / keys.SECRET
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert keys.signing_key("desk").private_bytes_raw() == first.private_bytes_raw()
        assert [key.public for key in keys.known_keys("desk")] == [first.public_key().public_bytes_raw()]

    def test_many_who_need_it_first_get_the_same(self):
        found = []
        threads = [
            threading.Thread(target=lambda: found.append(keys.signing_key("desk").private_bytes_raw()))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8
        assert len(set(found)) == 1

    def test_a_new_key_signs_on_and_the_old_one_is_still_known(self):
        write(1)
        seal()
        (keys._folder() / keys.SECRET).unlink()
        write(1, "next")
        second = seal().checkpoint
        known = keys.known_keys(the_log().origin)
        assert len(known) == 2
        assert all(notes.read(one.note).is_signed_by(known) for one in Checkpoint.objects.all())
        assert not notes.read(second.note).is_signed_by(known[1:])

    @pytest.mark.parametrize("content", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    def test_a_broken_key_is_named_and_nothing_is_made_in_its_place(self, content):
        path = keys._folder() / keys.SECRET
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        with pytest.raises(keys.NoKey, match=r"signing\.pem"):
            keys.signing_key("desk")
        assert path.read_text() == content
        path.unlink()
        (keys._folder() / "old.vkey").write_text("nothing")
        with pytest.raises(keys.NoKey, match=r"old\.vkey"):
            keys.known_keys("desk")


class TestAnchors:
    def test_every_checkpoint_is_laid_down_once(self):
        for number in range(3):
            write(2, f"round{number}")
            seal()
        assert anchors.anchor() == 3
        assert anchors.anchor() == 0
        assert [(size, kind) for size, kind, _ in anchors.laid_down()] == [(2, "note"), (4, "note"), (6, "note")]
        for size, _, name in anchors.laid_down():
            assert anchors.content_of(name).decode() == Checkpoint.objects.get(size=size).note

    def test_what_lies_there_is_never_written_over(self):
        write(1)
        seal()
        store, name = anchors.anchors(), anchors.name_of(1)
        os.makedirs(os.path.dirname(store.path(name)))
        with open(store.path(name), "w") as file:
            file.write("another")
        anchors.anchor()
        assert anchors.content_of(name) == b"another"

    def test_a_place_that_is_away_is_tried_again(self, settings, tmp_path, caplog):
        blocked = tmp_path / "file"
        blocked.write_text("")
        right = settings.STORAGES
        settings.STORAGES = {**right, "anchors": {**right["anchors"], "OPTIONS": {"location": str(blocked / "in")}}}
        write(1)
        seal_what_waits()
        assert "could not be laid down" in caplog.text
        assert Checkpoint.objects.get().anchored_at is None
        settings.STORAGES = right
        seal_what_waits()
        assert Checkpoint.objects.get().anchored_at is not None


WRITERS, EACH = 8, 250


@pytest.mark.django_db(transaction=True)
def test_of_eight_writers_who_hold_their_transactions_no_entry_is_missed():
    """2,000 entries, held up to 20 ms after they were numbered, while two sealers run: they commit in any order."""
    the_log()
    # SQLite lets one write at a time, so that nothing commits late; there, waiting long would be all that is tested.
    held = 1_000 if connection.vendor == "postgresql" else 20_000
    writing, failed = threading.Event(), []
    writing.set()

    def close_after(work):
        def run(*given):
            try:
                work(*given)
            except Exception as error:
                failed.append(error)
            finally:
                connections.close_all()

        return run

    def write_held(number):
        for one in range(EACH):
            with transaction.atomic():
                record(Verb.SIGNED_IN, stream=f"person:{number}", target=f"{one}", by=None)
                time.sleep((number * 7 + one * 3) % 21 / held)

    def keep_sealing():
        while writing.is_set():
            seal(50)
            time.sleep(0.02)

    sealers = [threading.Thread(target=close_after(keep_sealing)) for _ in range(2)]
    writers = [threading.Thread(target=close_after(write_held), args=(number,)) for number in range(WRITERS)]
    for thread in [*sealers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    writing.clear()
    for thread in sealers:
        thread.join()
    while seal():
        continue
    assert failed == []
    assert Entry.objects.count() == WRITERS * EACH
    assert not Pending.objects.exists()
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(WRITERS * EACH))
    assert Leaf.objects.values("entry").distinct().count() == WRITERS * EACH
    assert Checkpoint.objects.latest("size").size == WRITERS * EACH
