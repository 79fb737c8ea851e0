"""The rows of the trail: its entries, and the tree that seals them."""

from apps.audit.models.entries import ERASED, PRIVATE, Entry, EntryQuerySet
from apps.audit.models.sealing import Checkpoint, Leaf, Log, Node, Pending
from apps.audit.models.verifications import Verification

__all__ = [
    "ERASED",
    "PRIVATE",
    "Checkpoint",
    "Entry",
    "EntryQuerySet",
    "Leaf",
    "Log",
    "Node",
    "Pending",
    "Verification",
]
