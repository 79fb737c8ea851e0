"""Puts what waits into the tree and signs the tree's new size. Never on top of anything but what was signed last."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from apps.audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending
from apps.audit.sealing import notes
from apps.audit.sealing.keys import known_keys, signing_key
from apps.audit.sealing.store import STEP, StoredTree
from apps.audit.sealing.tree import Growing, Inconsistent, leaf_hash, peaks, root

AT_ONCE = 5_000


@dataclass(frozen=True)
class Sealed:
    """What one round did: the checkpoint that it signed, and whether more waits."""

    checkpoint: Checkpoint
    entries: int
    is_more: bool


def the_log() -> Log:
    """The log's row. Its origin, given once by AUDIT_ORIGIN or at random, is its name for good."""
    named = settings.AUDIT_ORIGIN or f"verifydesk-{get_random_string(12, '0123456789abcdef')}"
    return Log.objects.get_or_create(pk=1, defaults={"origin": named})[0]


def seal(at_once: int = AT_ONCE) -> Sealed | None:
    """Seal up to so many of the entries that wait, and sign a checkpoint. None when nothing waits.

    One sealer at a time: others wait for the log's row. Raises Inconsistent when the stored tree isn't the one that
    was signed last, its signature is not by a key of ours, or what waits is gone or sealed already; then nothing is
    signed until a person looked.
    """
    if not Pending.objects.exists():
        return None
    origin = the_log().origin
    with transaction.atomic():
        Log.objects.select_for_update().get(pk=1)
        waiting = list(Pending.objects.order_by("entry_id").values_list("entry_id", flat=True)[: at_once + 1])
        if not waiting:
            return None
        taken, is_more = waiting[:at_once], len(waiting) > at_once
        # Not joined: SQLite, once it has counted its rows, would go through the whole trail for the few that wait.
        bodies = dict(Entry.every_line.filter(pk__in=taken).values_list("pk", "body"))
        if gone := [entry for entry in taken if entry not in bodies]:
            raise Inconsistent(f"Entry {gone[0]} waits for its seal, but it is gone; so are {len(gone) - 1} more.")
        growing = _as_signed(origin)
        leaves, nodes = [], []
        for entry in taken:
            leaf = leaf_hash(bodies[entry].encode())
            leaves.append(Leaf(index=growing.size, entry_id=entry, hash=leaf.hex()))
            nodes += [
                Node(level=level, index=number, hash=found.hex())
                for level, number, found in growing.add(leaf)
                if level % STEP == 0
            ]
        try:
            Leaf.objects.bulk_create(leaves, batch_size=1_000)
        except IntegrityError as error:
            raise Inconsistent(
                f"An entry waits for its seal that has it already, or a leaf is taken: {error}"
            ) from error
        Node.objects.bulk_create(nodes, batch_size=1_000)
        note = notes.sign(origin, growing.size, growing.root, signing_key(origin))
        made = Checkpoint.objects.create(size=growing.size, root=growing.root.hex(), note=note, at=timezone.now())
        Pending.objects.filter(entry_id__in=taken).delete()
    return Sealed(made, len(taken), is_more)


def _as_signed(origin: str) -> Growing:
    """The tree of the last checkpoint, after it was found to be the one that is stored."""
    last = Checkpoint.objects.order_by("-size").first()
    leaves = max(Leaf.objects.order_by("-index").values_list("index", flat=True)[:1], default=-1) + 1
    size = last.size if last else 0
    if leaves != size:
        raise Inconsistent(f"{leaves} leaves are stored, but the last checkpoint seals {size}.")
    if last is None:
        return Growing()
    signed = notes.read(last.note)
    if not signed.is_signed_by(known_keys(origin)):
        raise Inconsistent("The last checkpoint is not signed by a key of this log.")
    tree = StoredTree()
    try:
        stored = root(size, tree.read)
    except KeyError as error:
        raise Inconsistent(f"Hashes of the stored tree are missing at {error}.") from error
    if (signed.size, signed.root, last.root) != (size, stored, stored.hex()):
        raise Inconsistent(f"The root of the stored tree is not the one that was signed at {size}.")
    return Growing(size, [tree.read(level, number) for level, number in peaks(size)])
