"""The Merkle tree of RFC 6962 (section 2.1), as pure functions over hashes; a hash is 32 bytes.

``Reader`` gives the hash of a complete subtree, so that a root or a proof reads a few of them, whatever the size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

# The hash of the complete subtree of 2^level leaves with this number in its level.
Reader = Callable[[int, int], bytes]


class Inconsistent(Exception):
    """The tree that is stored is not the one that was signed."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[tuple[int, int]]:
    """The complete subtrees that a tree of this size is made of, the largest first, as (level, number)."""
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root(size: int, read: Reader) -> bytes:
    """The root of the tree of the first ``size`` leaves; of none, the hash of nothing."""
    if size == 0:
        return sha256(b"").digest()
    return _bagged([read(level, number) for level, number in peaks(size)])


def _bagged(hashes: Sequence[bytes]) -> bytes:
    found = hashes[-1]
    for one in reversed(hashes[:-1]):
        found = node_hash(one, found)
    return found


def inclusion(index: int, size: int, read: Reader) -> list[bytes]:
    """The proof that a leaf is in the tree of this size: the hashes beside its way to the root, from below.

    Raises IndexError for a leaf that isn't in it.
    """
    if not 0 <= index < size:
        raise IndexError(f"there is no leaf {index} in a tree of {size}")
    tops = peaks(size)
    place = next(place for place, (level, number) in enumerate(tops) if index < (number + 1) << level)
    level, _ = tops[place]
    proof = [read(below, (index >> below) ^ 1) for below in range(level)]
    if right := [read(*top) for top in tops[place + 1 :]]:
        proof.append(_bagged(right))
    return proof + [read(*top) for top in reversed(tops[:place])]


def root_of_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162, 2.1.3.2). Raises ValueError for one of the wrong length."""
    if not 0 <= index < size:
        raise ValueError("the leaf is not in the tree")
    number, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            raise ValueError("the proof is too long")
        if number & 1 or number == last:
            found = node_hash(one, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, one)
        number, last = number >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return found


class Growing:
    """A tree that is read from its first leaf to its last: its peaks, and so its root at every size on the way."""

    def __init__(self, size: int = 0, tops: Sequence[bytes] = ()) -> None:
        """Empty, or a tree of so many leaves whose ``peaks`` have these hashes."""
        self.size = size
        self._peaks: list[bytes] = list(tops)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Take the next leaf. Gives the subtrees that it completes, from below: (level, number, hash)."""
        found, level = leaf, 0
        while self.size >> level & 1:
            found, level = node_hash(self._peaks.pop(), found), level + 1
            yield level, self.size >> level, found
        self._peaks.append(found)
        self.size += 1

    def take(self, leaf: bytes) -> None:
        """``add``, for whoever wants only the root."""
        found, left = leaf, self.size
        while left & 1:
            found, left = node_hash(self._peaks.pop(), found), left >> 1
        self._peaks.append(found)
        self.size += 1

    @property
    def root(self) -> bytes:
        return _bagged(self._peaks) if self._peaks else sha256(b"").digest()
