"""What a giant page took is given back to the machine: the allocator would keep it, and the next giant comes on top."""

import ctypes
import gc

# Below this a page leaves nothing behind that the next one could not use.
GIANT = 2_000_000


def give_back(size: int) -> None:
    """After a page of so many bytes, when nothing holds its bytes any more."""
    if size < GIANT:
        return
    gc.collect()
    # Only glibc keeps what was freed, and only glibc has this.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
