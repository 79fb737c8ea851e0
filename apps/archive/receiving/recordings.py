"""Recordings as they are uploaded: whole, of a kind that players know, and nothing else behind their end.

Their frames are walked and nothing is decoded. Time is in proportion to the number of frames, memory to nothing.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy

from apps.archive.codes import Sound
from apps.archive.receiving.refusals import UploadRefused

SOUND_TYPES = {Sound.MP3: "audio/mpeg", Sound.MP4: "audio/mp4", Sound.OGG: "audio/ogg", Sound.WAV: "audio/wav"}
BROKEN = gettext_lazy(
    "This recording breaks off, is damaged, or has something else in it. Save it once more, and upload that file."
)
# ISO 14496-12, 4.2: a box is its size, its name and its content. A name is four letters.
BOX_NAME = re.compile(rb"[A-Za-z0-9 _\xa9-]{4}")
MOST_BOXES = 100_000
# MPEG audio, layer III: kbit/s by the four bits of the header, for version 1 and for versions 2 and 2.5.
BITRATES = (
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
LEAST_FRAMES = 2
# What tools put between the tags and the first frame, or leave behind: padding of zeros, in bytes.
MOST_PADDING = 65_536


def sound_of(start: bytes) -> Sound | None:
    """The kind of a recording that begins so; None for what is none."""
    if start.startswith(b"OggS"):
        return Sound.OGG
    if start.startswith(b"RIFF") and start[8:12] == b"WAVE":
        return Sound.WAV
    if start[4:8] == b"ftyp":
        return Sound.MP4
    if start.startswith(b"ID3") or _frame(start, 0):
        return Sound.MP3
    return None


def check_recording(kind: Sound, data: bytes) -> None:
    """Raises UploadRefused for a recording that is not whole, or is more than one thing."""
    walk = {Sound.MP3: _mp3, Sound.MP4: _mp4, Sound.OGG: _ogg, Sound.WAV: _wav}[kind]
    try:
        is_whole = walk(data)
    except IndexError:
        is_whole = False
    if not is_whole:
        raise UploadRefused(BROKEN)


def _wav(data: bytes) -> bool:
    """RIFF: chunks of even length that fill what the head says; one with the format, one with the sound."""
    if 8 + _little(data, 4) not in (len(data), len(data) - 1):
        return False
    at = 12
    names: set[bytes] = set()
    while at + 8 <= len(data) and len(names) < MOST_BOXES:
        names.add(data[at : at + 4])
        size = _little(data, at + 4)
        at += 8 + size + size % 2
    return at in (len(data), len(data) + 1) and {b"fmt ", b"data"} <= names


def _mp4(data: bytes) -> bool:
    """Boxes from the first byte to the last; what is in them is the player's to judge."""
    at = 0
    names: set[bytes] = set()
    for _ in range(MOST_BOXES):
        if at == len(data):
            return {b"ftyp", b"moov", b"mdat"} <= names
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8 or at + size > len(data) or not BOX_NAME.fullmatch(name):
            return False
        names.add(name)
        at += size
    return False


def _ogg(data: bytes) -> bool:
    """Pages (RFC 3533, 6) from the first byte to the last; the last one says that it is the last."""
    at, is_last = 0, False
    while at < len(data):
        if data[at : at + 5] != b"OggS\0":
            return False
        is_last = bool(data[at + 5] & 4)
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
    return at == len(data) and is_last


def _mp3(data: bytes) -> bool:
    """Frames one after the other between the tags at the beginning (ID3v2) and at the end (ID3v1)."""
    at, end = 0, len(data)
    while data.startswith(b"ID3", at):
        # Its size is in four times seven bits (ID3v2.4, 3.1); a footer repeats the ten bytes of the head.
        size = sum((data[at + 6 + place] & 0x7F) << (21 - 7 * place) for place in range(4))
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)
    if end >= 128 and data[end - 128 : end - 125] == b"TAG":
        end -= 128
    at = _over_padding(data, at)
    frames = 0
    while at < end and (size := _frame(data, at)):
        at += size
        frames += 1
    return frames >= LEAST_FRAMES and (at == end or _over_padding(data, at) == end)


def _over_padding(data: bytes, at: int) -> int:
    rest = data[at : at + MOST_PADDING]
    return at + len(rest) - len(rest.lstrip(b"\0"))


def _frame(data: bytes, at: int) -> int:
    """The bytes of the MPEG audio frame (layer III) that begins here; 0 where none does."""
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer, rate, sampled = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or rate in (0, 15) or sampled == 3:
        return 0
    bits = BITRATES[version != 3][rate - 1] * 1_000
    return (144 if version == 3 else 72) * bits // RATES[version][sampled] + (head >> 9 & 1)


def _little(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
