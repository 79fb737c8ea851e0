"""Giant pages: a process has one of them in hand at a time, and gives back what it took.

Else the allocator would keep it, and the next giant comes on top; and all threads of a worker may meet one at once.
"""

import ctypes
import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Below this a page leaves nothing behind that the next one could not use.
GIANT = 2_000_000
# Of one thread: who looks at a page may have to read the copy again that it is held against.
_IN_HAND = threading.RLock()


@contextmanager
def in_hand(size: int) -> Iterator[None]:
    """Unpack or read a page of so many bytes at most: a giant waits until this process has no other in hand."""
    if size < GIANT:
        yield
        return
    with _IN_HAND:
        yield


def give_back(size: int) -> None:
    """After a page of so many bytes, when nothing holds its bytes any more."""
    if size < GIANT:
        return
    gc.collect()
    # Only glibc keeps what was freed, and only glibc has this.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
