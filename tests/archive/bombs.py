"""Files that unpack to far more than they are, made in no time: one megabyte is packed, and that stands there often."""

import struct
import zlib

MEGABYTE = 1_000_000
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
ZLIB_HEAD = b"\x78\xda"


def packed_zeros(size: int) -> bytes:
    """A gzip file (RFC 1952) that unpacks to `size` bytes, a thousand times its own size."""
    piece, times = bytes(MEGABYTE), size // MEGABYTE
    check = 0
    for _ in range(times):
        check = zlib.crc32(piece, check)
    return GZIP_HEAD + _blocks(b"", piece, times) + struct.pack("<LL", check, times * MEGABYTE % 2**32)


def packed_spaces(start: bytes, size: int) -> bytes:
    """A zlib stream (RFC 1950) that unpacks to `start` and so many spaces."""
    piece, times = b" " * MEGABYTE, size // MEGABYTE
    check = zlib.adler32(start)
    for _ in range(times):
        check = zlib.adler32(piece, check)
    return ZLIB_HEAD + _blocks(start, piece, times) + struct.pack(">L", check)


def _blocks(start: bytes, piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush nothing refers back, so the same bytes may come again.
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * times + packer.flush()
