"""Recordings as telephones make them, made here byte by byte."""

import struct


def wav(seconds: float = 0.1) -> bytes:
    samples = bytes(int(8_000 * seconds))
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 8_000, 1, 8)
    sound = b"data" + struct.pack("<I", len(samples)) + samples + b"\0" * (len(samples) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(sound)) + b"WAVE" + form + sound


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(sound: bytes = b"sound") -> bytes:
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", sound)


def ogg(pages: int = 3) -> bytes:
    out = b""
    for number in range(pages):
        kind = 4 if number == pages - 1 else 0
        head = b"OggS\0" + bytes([kind]) + struct.pack("<QIII", number, 7, number, 0)
        out += head + bytes([2, 100, 20]) + bytes(120)
    return out


def mp3(frames: int = 5, *, tag: bool = True) -> bytes:
    """Frames of 128 kbit/s at 44,100 Hz: 417 bytes each."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    before = b"ID3\x04\0\0" + bytes([0, 0, 0, 20]) + bytes(20) if tag else b""
    return before + frame * frames + (b"TAG" + bytes(125) if tag else b"")
