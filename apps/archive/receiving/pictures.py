"""Pictures as they are uploaded: whole, of a size that can be shown, and nothing else behind their end.

The headers are read, no pixel is decoded: a picture of a few bytes can name a size that takes all memory to draw.
"""

from __future__ import annotations

import zlib

from django.utils.translation import gettext, gettext_lazy

from apps.archive.codes import Kind
from apps.archive.receiving.refusals import UploadRefused

MOST_PIXELS = 100_000_000
MOST_BLOCKS = 200_000
TRUNCATED = gettext_lazy("This picture breaks off before its end. Save it once more, and upload that file.")
DAMAGED = gettext_lazy("This picture is damaged. Save it once more, and upload that file.")
MORE_BEHIND = gettext_lazy(
    "Something else is hidden behind the end of this picture. Save it anew, and upload that file."
)
# Markers of a JPEG that stand alone, without a length.
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_picture(kind: Kind, data: bytes) -> tuple[int, int]:
    """Width and height. Raises UploadRefused. Takes time in proportion to the file at most."""
    readers = {Kind.JPEG: _jpeg, Kind.PNG: _png, Kind.GIF: _gif, Kind.WEBP: _webp}
    try:
        width, height = readers[kind](data)
    except IndexError as error:
        raise UploadRefused(TRUNCATED) from error
    if not width or not height:
        raise UploadRefused(DAMAGED)
    if width * height > MOST_PIXELS:
        raise UploadRefused(
            gettext(
                "This picture is %(width)s by %(height)s pixels; at most %(most)d million are taken. "
                "Make it smaller, and upload that file."
            )
            % {"width": f"{width:,}", "height": f"{height:,}", "most": MOST_PIXELS // 1_000_000}
        )
    return width, height


def _jpeg(data: bytes) -> tuple[int, int]:
    size = None
    at = 2
    for _ in range(MOST_BLOCKS):
        if data[at] != 0xFF:
            raise UploadRefused(DAMAGED)
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return _jpeg_ends(data, at + 2, size)
        elif marker in ALONE:
            at += 2
        else:
            length = _number(data, at + 2, 2)
            if length < 2:
                raise UploadRefused(DAMAGED)
            if marker in FRAMES and size is None:
                size = _number(data, at + 7, 2), _number(data, at + 5, 2)
            at += 2 + length
            if marker == 0xDA:
                at = _after_scan(data, at)
    raise UploadRefused(DAMAGED)


def _after_scan(data: bytes, at: int) -> int:
    """Where the next marker stands behind packed pixels; in these, an FF is followed by 00 or by a restart."""
    while (at := data.find(b"\xff", at)) >= 0:
        if data[at + 1] == 0 or data[at + 1] in ALONE:
            at += 2
        else:
            return at
    raise UploadRefused(TRUNCATED)


def _jpeg_ends(data: bytes, end: int, size: tuple[int, int] | None) -> tuple[int, int]:
    """Phones put further pictures of the same moment behind the first one; anything else has no business there."""
    rest = data[end:].lstrip(b"\0")
    if size is None:
        raise UploadRefused(DAMAGED)
    if rest and not rest.startswith(b"\xff\xd8\xff"):
        raise UploadRefused(MORE_BEHIND)
    return size


def _png(data: bytes) -> tuple[int, int]:
    size = None
    at = 8
    for _ in range(MOST_BLOCKS):
        length, name = _number(data, at, 4), data[at + 4 : at + 8]
        end = at + 8 + length
        if _number(data, end, 4) != zlib.crc32(memoryview(data)[at + 4 : end]):
            raise UploadRefused(DAMAGED)
        if size is None:
            if name != b"IHDR" or length != 13:
                raise UploadRefused(DAMAGED)
            size = _number(data, at + 8, 4), _number(data, at + 12, 4)
        at = end + 4
        if name == b"IEND":
            return _ends(data, at, size)
    raise UploadRefused(DAMAGED)


def _gif(data: bytes) -> tuple[int, int]:
    size = _number(data, 6, 2, little=True), _number(data, 8, 2, little=True)
    at = 13 + _palette(data[10])
    inside = False
    for _ in range(MOST_BLOCKS):
        if inside:
            inside = data[at] > 0
            at += data[at] + 1
        elif data[at] == 0x3B:
            return _ends(data, at + 1, size)
        elif data[at] == 0x21:
            at, inside = at + 2, True
        elif data[at] == 0x2C:
            width, height = _number(data, at + 5, 2, little=True), _number(data, at + 7, 2, little=True)
            if width * height > MOST_PIXELS:
                return width, height
            at, inside = at + 11 + _palette(data[at + 9]), True
        else:
            raise UploadRefused(DAMAGED)
    raise UploadRefused(DAMAGED)


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(data: bytes) -> tuple[int, int]:
    end = 8 + _number(data, 4, 4, little=True)
    if end > len(data):
        raise UploadRefused(TRUNCATED)
    first, start = data[12:16], data[20:30]
    if first == b"VP8X":
        size = _number(start, 4, 3, little=True) + 1, _number(start, 7, 3, little=True) + 1
    elif first == b"VP8L" and start[0] == 0x2F:
        bits = _number(start, 1, 4, little=True)
        size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif first == b"VP8 " and start[3:6] == b"\x9d\x01\x2a":
        size = _number(start, 6, 2, little=True) & 0x3FFF, _number(start, 8, 2, little=True) & 0x3FFF
    else:
        raise UploadRefused(DAMAGED)
    return _ends(data, end, size)


def _ends(data: bytes, end: int, size: tuple[int, int]) -> tuple[int, int]:
    if data[end:].strip(b"\0\r\n"):
        raise UploadRefused(MORE_BEHIND)
    return size


def _number(data: bytes, at: int, length: int, *, little: bool = False) -> int:
    if at + length > len(data):
        raise IndexError(at)
    return int.from_bytes(data[at : at + length], "little" if little else "big")
