"""The tree as it lies in the database: leaves, and the hash of every complete subtree of each eighth level."""

from __future__ import annotations

from apps.audit.models import Leaf, Node
from apps.audit.sealing.tree import node_hash

# A node of level 8 stands for 256 leaves, one of level 16 for 65,536: a root reads at most 255 rows of each.
STEP = 8


class StoredTree:
    """Reads the hashes of complete subtrees; what it read it keeps, so a tree that grows needs a new one."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, number: int) -> bytes:
        """The hash of the complete subtree. Raises KeyError where a row is missing."""
        if (level, number) not in self._kept:
            self._fetch(level, number)
        return self._kept[level, number]

    def _fetch(self, level: int, number: int) -> None:
        """Read the 256 stored rows among which this subtree's are, and put together what they make."""
        base = level - level % STEP
        tile = (number << (level - base)) >> STEP
        rows = Leaf.objects.all() if base == 0 else Node.objects.filter(level=base)
        span = {"index__gte": tile << STEP, "index__lt": (tile + 1) << STEP}
        for index, found in rows.filter(**span).values_list("index", "hash"):
            self._kept[base, index] = bytes.fromhex(found)
        for above in range(1, STEP):
            for place in range(tile << (STEP - above), (tile + 1) << (STEP - above)):
                below = [self._kept.get((base + above - 1, place * 2 + side)) for side in (0, 1)]
                if below[0] and below[1]:
                    self._kept[base + above, place] = node_hash(below[0], below[1])
