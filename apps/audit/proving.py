"""The proof that a line is in the log, in a form that anybody can check without us."""

from __future__ import annotations

from apps.audit.models import Checkpoint, Entry, Leaf
from apps.audit.sealing import notes
from apps.audit.sealing.store import StoredTree
from apps.audit.sealing.tree import inclusion


def proof_of(entry: Entry, checkpoint: Checkpoint | None = None, tree: StoredTree | None = None) -> str | None:
    """The C2SP tlog-proof of a line against a checkpoint, the last one by default. None while it isn't sealed there."""
    checkpoint = checkpoint or Checkpoint.objects.order_by("-size").first()
    index = Leaf.objects.filter(entry=entry).values_list("index", flat=True).first()
    if checkpoint is None or index is None or index >= checkpoint.size:
        return None
    tree = tree or StoredTree()
    return notes.proof(index, inclusion(index, checkpoint.size, tree.read), checkpoint.note)
