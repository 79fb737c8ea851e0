"""Judges the tree: leaves against lines, stored hashes, signed roots, and what was laid down elsewhere."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from rfc3161_client import decode_timestamp_response

from apps.audit.models import Checkpoint, Leaf, Node
from apps.audit.sealing import notes
from apps.audit.sealing.anchors import anchors, content_of, name_of
from apps.audit.sealing.keys import known_keys
from apps.audit.sealing.store import STEP, StoredTree
from apps.audit.sealing.tree import Growing, inclusion, leaf_hash, root_of_inclusion
from apps.audit.verifying.findings import Kind, Report
from apps.audit.verifying.lines import rows_of
from apps.audit.verifying.streams import Placed

WAITING = (
    'SELECT p.entry_id, e.id, l."index" FROM audit_pending p LEFT JOIN audit_entry e ON e.id = p.entry_id'
    " LEFT JOIN audit_leaf l ON l.entry_id = p.entry_id WHERE e.id IS NULL OR l.entry_id IS NOT NULL"
    " ORDER BY p.entry_id"
)
HASH = re.compile(r"[0-9a-f]{64}")


@dataclass
class Tree:
    """The tree of the lines themselves, grown leaf by leaf, beside what is stored and what was signed of it.

    ``laid_down`` is what lay elsewhere before the moment as of which the rest is read: there was a row for each then.
    """

    report: Report
    origin: str
    laid_down: list[tuple[int, str, str]]
    growing: Growing = field(default_factory=Growing)

    def __post_init__(self) -> None:
        self.keys = known_keys(self.origin)
        self.checkpoints = {one.size: one for one in Checkpoint.objects.all()}
        self.roots: dict[int, str] = {}
        self.nodes = Node.objects.order_by("level", "index").values_list("level", "index", "hash")
        self.wanted: dict[tuple[int, int], str] = {}

    def take(self, line: Placed) -> None:
        """The next leaf, with the line that it is of."""
        expected = self.growing.size
        if line.place != expected:
            self.report.add(Kind.LEAF_MISSING, f"leaves {expected} to {(line.place or 0) - 1}")
            # What comes after can't be put under any root; each leaf is still compared with its line.
            self.growing = Growing(line.place or 0, [b"\0" * 32] * bin(line.place or 0).count("1"))
        stored = bytes.fromhex(line.leaf or "") if _is_hash(line.leaf) else b""
        if line.id is None:
            self.report.add(Kind.ENTRY_MISSING, f"leaf {line.place} (entry {line.held_by})")
        elif (found := leaf_hash(line.body.encode())) != stored:
            self.report.add(Kind.LEAF_CHANGED, f"leaf {line.place} of {line.name}")
            # Roots are taken over the leaves as stored: they show whether the leaf or the line was changed.
            stored = stored or found
        for level, number, made in self.growing.add(stored):
            if level % STEP == 0:
                self.wanted[level, number] = made.hex()
        if self.growing.size in self.checkpoints:
            self.roots[self.growing.size] = self.growing.root.hex()

    def judge(self) -> None:
        """After the last leaf: hashes inside, checkpoints, anchors."""
        stored = {(level, index): found for level, index, found in self.nodes.iterator(chunk_size=5_000)}
        for place in sorted(stored.keys() | self.wanted.keys()):
            if stored.get(place) != self.wanted.get(place):
                self.report.add(Kind.NODE_CHANGED, f"hash {place[1]} of level {place[0]}")
        for size, checkpoint in sorted(self.checkpoints.items()):
            self._judge_checkpoint(size, checkpoint)
        last = max(self.checkpoints, default=0)
        if self.growing.size > last:
            self.report.add(Kind.BEYOND_SEAL, f"leaves {last} to {self.growing.size - 1}")
        self.report.checkpoints, self.report.size = len(self.checkpoints), last
        self.report.root = self.checkpoints[last].root if last else ""
        self._judge_anchors()

    def _judge_checkpoint(self, size: int, checkpoint: Checkpoint) -> None:
        signed = judge_note(checkpoint, self.keys, self.report)
        if signed and self.roots.get(size) != signed.root.hex():
            says = "There are not so many leaves any more." if size > self.growing.size else ""
            self.report.add(Kind.ROOT_DIFFERS, f"checkpoint {size}", says)
        if checkpoint.stamp is not None:
            self.report.stamps += 1
            if not is_stamp_of(bytes(checkpoint.stamp), checkpoint.note.encode()):
                self.report.add(Kind.STAMP_BROKEN, f"the stamp of checkpoint {size}")

    def _judge_anchors(self) -> None:
        seen = set()
        for size, kind, name in self.laid_down:
            if kind == "tsr":
                self._judge_laid_stamp(size, name)
                continue
            seen.add(size)
            self.report.anchors += 1
            content = content_of(name).decode(errors="replace")
            if size not in self.checkpoints:
                signed = _read(content)
                if signed and signed.is_signed_by(self.keys):
                    self.report.add(
                        Kind.CHECKPOINT_MISSING, f"checkpoint {size}", f"{name} has it, signed by this log."
                    )
                else:
                    self.report.add(Kind.ANCHOR_DIFFERS, name, "It is no checkpoint of this log.")
            elif content != self.checkpoints[size].note:
                self.report.add(Kind.ANCHOR_DIFFERS, name, f"The database has another checkpoint {size}.")
        for size, checkpoint in sorted(self.checkpoints.items()):
            # Laid down in between: after the others were listed, before the moment of the rest.
            if checkpoint.anchored_at and size not in seen and not anchors().exists(name_of(size)):
                self.report.add(Kind.ANCHOR_MISSING, name_of(size))

    def _judge_laid_stamp(self, size: int, name: str) -> None:
        """A time stamp that lies beside its checkpoint is the one that the database has of it."""
        checkpoint = self.checkpoints.get(size)
        if checkpoint is None or checkpoint.stamp is None:
            self.report.add(Kind.STAMP_DIFFERS, name, f"The database has no time stamp of checkpoint {size}.")
        elif content_of(name) != bytes(checkpoint.stamp):
            self.report.add(Kind.STAMP_DIFFERS, name, f"The database has another time stamp of checkpoint {size}.")


def judge_note(checkpoint: Checkpoint, keys: list[notes.VerifierKey], report: Report) -> notes.Signed | None:
    """What the checkpoint's note says, when it is readable, signed, and what its row says too."""
    where = f"checkpoint {checkpoint.size}"
    try:
        signed = notes.read(checkpoint.note)
    except notes.Malformed as error:
        report.add(Kind.CHECKPOINT_MALFORMED, where, f"{error}.")
        return None
    if (signed.size, signed.root.hex()) != (checkpoint.size, checkpoint.root):
        report.add(Kind.CHECKPOINT_MALFORMED, where, "Its row says another size or root than its note.")
    if not signed.is_signed_by(keys):
        report.add(Kind.UNSIGNED, where)
    return signed


def judge_in_tree(line: Placed, last: Checkpoint, tree: StoredTree, report: Report) -> None:
    """Whether one line is in the tree of the last checkpoint, by the proof that anybody could check."""
    if line.place is None:
        return
    if line.place >= last.size:
        report.add(Kind.BEYOND_SEAL, f"leaf {line.place} of {line.name}")
        return
    leaf = leaf_hash(line.body.encode())
    if leaf.hex() != line.leaf:
        report.add(Kind.LEAF_CHANGED, f"leaf {line.place} of {line.name}")
        return
    try:
        found = root_of_inclusion(line.place, last.size, leaf, inclusion(line.place, last.size, tree.read))
    except KeyError as error:
        report.add(Kind.NODE_CHANGED, f"the way from {line.name} to the root", f"Missing: {error}.")
        return
    if found.hex() != last.root:
        report.add(Kind.ROOT_DIFFERS, f"the proof of {line.name}")


def is_stamp_of(token: bytes, note: bytes) -> bool:
    """Whether a time stamp is one of these bytes. Who made it is judged with the authority's certificate, offline."""
    try:
        info = decode_timestamp_response(token).tst_info
    except ValueError:
        return False
    algorithm = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.3": "sha512"}.get(
        info.message_imprint.hash_algorithm.dotted_string
    )
    return algorithm is not None and hashlib.new(algorithm, note).digest() == info.message_imprint.message


def unheld(report: Report, line: Placed) -> None:
    """A line without a leaf has to wait for one."""
    if line.held_by is None:
        report.add(Kind.NOT_SEALED, line.name)
    else:
        report.waiting += 1


def judge_waiting(report: Report) -> None:
    """Each place among what waits for its seal: its line has to be there, and not to have a leaf already."""
    for pk, line, leaf in rows_of(WAITING):
        if line is None:
            report.add(Kind.WAITING_MISSING, f"entry {pk}")
        elif leaf is not None:
            report.add(Kind.LEAF_CHANGED, f"leaf {leaf} (entry {pk})", "Its line waits for its seal once more.")


def leaves() -> int:
    """How many leaves are stored: for the progress."""
    return Leaf.objects.count()


def _read(note: str) -> notes.Signed | None:
    try:
        return notes.read(note)
    except notes.Malformed:
        return None


def _is_hash(text: str | None) -> bool:
    return text is not None and HASH.fullmatch(text) is not None
