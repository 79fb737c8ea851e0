#!/usr/bin/env python3
"""Checks a bundle that VerifyDesk made of a claim: a ZIP, or the folder that one was unpacked into.

    python3 verify.py BUNDLE [--key KEY]... [--tsa-ca FILE] [--json]

It needs Python 3.9 or newer and nothing else, for time stamps the openssl program too. It asks no network, unpacks
nothing and believes nothing: use a copy of this file that you have from somebody you trust, not the bundle's own.

It answers five questions, each apart from the others and with its reasons:

  intact        every file is as it was packed, none is missing, none was added, and what they say fits together
  signed        by the key of a log that you know (--key); without one it shows the key, for which nobody has vouched
  in the log    every line of the trail is in the tree that the log has signed for
  time-stamped  by an authority that you name (--tsa-ca), with the time
  complete      no line of the claim is missing, up to the newest, and no stored copy

Exit code: 0 all of it holds. The first that does not gives the code: 4 not intact, 5 not signed by a known key, 6 not
in the log, 7 not time-stamped (asked for with --tsa-ca), 8 not complete. 9 all holds, but no --key was given. 3 the
bundle could not be read. 2 the command could not be understood.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import gzip
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from typing import IO, Any

PIECE = 1 << 16
# More than any bundle has; less than what makes a machine that checks one stand still.
MOST_FILES, MOST_BYTES, MOST_RATIO, RATIO_FROM = 200_000, 64 << 30, 200, 16 << 20
MOST_DIRECTORY, MOST_TEXT, MOST_LINE, MOST_DIGITS, MOST_RECORD = 64 << 20, 256 << 20, 16 << 20, 30, 16 << 30
MOST_REASONS = 20
NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
HEX, SALT, MARK = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}"), re.compile(r"sha256:[0-9a-f]{64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
SUMS, SIGNATURE, STAMP, MANIFEST, CHECKPOINT = (
    *("SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.tsr", "manifest.json", "checkpoint"),
)
ALWAYS = (SUMS, SIGNATURE, MANIFEST, CHECKPOINT, "README.txt", "verify.py", "claim.json", "keys/log.vkey")
LINES = ("entries/claim.jsonl", "entries/related.jsonl", "entries/told.jsonl")
BODY = {
    *("v", "stream", "seq", "prev", "at", "verb", "actor", "behalf", "channel", "request", "address", "target"),
    *("reason", "before", "after"),
}
STATES = ("unverified", "corroborated", "disputed")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


class Refused(Exception):
    """The bundle can't be looked at safely, or at all."""


class Wrong(Exception):
    """One thing is not as it has to be, and what hangs on it can't be looked at."""


class Level:
    """One of the five questions: what speaks against it, what is to be known, and why it can't be answered."""

    def __init__(self, name: str, code: int) -> None:
        self.name, self.code = name, code
        self.wrong: list[str] = []
        self.notes: list[str] = []
        self.open = ""

    def take(self, reasons: Iterable[str]) -> None:
        """All reasons, up to the one that ends the looking."""
        try:
            for reason in reasons:
                self.wrong.append(reason)
        except Wrong as wrong:
            self.wrong.append(str(wrong))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            self.wrong.append(f"something in it has not the form of a bundle: {type(error).__name__}: {shown(error)}")

    @property
    def holds(self) -> bool | None:
        return False if self.wrong else None if self.open else True


def shown(text: Any) -> str:
    """What a bundle says, fit for a terminal: nothing in it moves the cursor or hides."""
    text = str(text)
    return (text if text.isascii() and text.isprintable() else ascii(text)[1:-1])[:200]


# The files: of a folder or of a ZIP, none of them believed before it was looked at.


def check_name(name: str) -> None:
    if not name.isascii():
        raise Refused(f"{shown(name)}: its name has letters that are not ASCII")
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        raise Refused(f"{shown(name)}: its name begins at the root of a disk")
    if ".." in re.split(r"[/\\]", name):
        raise Refused(f"{shown(name)}: its name leads out of the bundle")
    if not NAME.fullmatch(name) or len(name) > 200 or "." in name.split("/"):
        raise Refused(f"{shown(name)}: no file of a bundle has such a name")


class Files:
    """Sizes by name, and a way to open each. Raises Refused for what could harm whoever unpacks it."""

    def __init__(self, sizes: Iterable[tuple[str, int]], opener: Callable[[str], IO[bytes]]) -> None:
        self.sizes: dict[str, int] = {}
        self._open, folded, total = opener, set(), 0
        for name, size in sizes:
            check_name(name)
            if name in self.sizes:
                raise Refused(f"{name}: there are two files of this name")
            if name.lower() in folded:
                raise Refused(f"{name}: another file has this name in other letters, capital or small")
            folded.add(name.lower())
            self.sizes[name] = size
            total += size
            if len(self.sizes) > MOST_FILES:
                raise Refused(f"it holds more than {MOST_FILES} files")
            if total > MOST_BYTES:
                raise Refused(f"it unpacks to more than {MOST_BYTES >> 30} GiB")

    def open(self, name: str) -> IO[bytes]:
        if name not in self.sizes:
            raise Wrong(f"{name} is missing")
        return self._open(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self.open(name) as file:
                while piece := file.read(PIECE):
                    yield piece
        except BROKEN as error:
            raise Wrong(f"{name} can't be read: {shown(error)}") from error

    def read(self, name: str, most: int = MOST_TEXT) -> bytes:
        if self.sizes.get(name, 0) > most:
            raise Wrong(f"{name} is too large: {self.sizes[name]} bytes")
        return b"".join(self.pieces(name))

    def digest(self, name: str) -> str:
        digest = hashlib.sha256()
        for piece in self.pieces(name):
            digest.update(piece)
        return digest.hexdigest()


def of_folder(root: str) -> Files:
    def found(folder: str, before: str) -> Iterator[tuple[str, int]]:
        for entry in sorted(os.scandir(folder), key=lambda one: one.name):
            name = before + entry.name
            if entry.is_symlink():
                raise Refused(f"{shown(name)}: is a link and not a file")
            if entry.is_dir():
                if before.count("/") > 8:
                    raise Refused(f"{shown(name)}: folders are nested too deep")
                yield from found(entry.path, name + "/")
            elif not entry.is_file():
                raise Refused(f"{shown(name)}: is no ordinary file")
            else:
                yield name, entry.stat().st_size

    return Files(found(root, ""), lambda name: open(os.path.join(root, *name.split("/")), "rb"))


def of_zip(file: IO[bytes]) -> Files:
    """Every byte of the ZIP has to belong to one of its files: what two programs unpack must be the same."""
    size = file.seek(0, 2)
    file.seek(max(size - 98, 0))
    tail = file.read()
    end = tail[-22:]
    if end[:4] != b"PK\5\6" or end[20:] != b"\0\0":
        raise Refused("it is no ZIP, or something stands behind its end")
    directory = int.from_bytes(end[12:16], "little")
    if tail[-42:-38] == b"PK\6\7":
        directory = int.from_bytes(tail[40:48], "little")
    if directory > min(MOST_DIRECTORY, size):
        raise Refused("its table of contents is too large")
    archive = zipfile.ZipFile(file)
    infos = {}
    members = sorted(archive.infolist(), key=lambda one: one.header_offset)
    ends = [*(one.header_offset for one in members[1:]), archive.start_dir]
    at = 0
    for info, end_at in zip(members, ends):
        name = info.orig_filename
        if info.header_offset != at:
            raise Refused(f"{shown(name)}: something that is no file stands before it, or files overlap")
        file.seek(at)
        head = file.read(30)
        data = at + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        gap = end_at - data - info.compress_size
        if gap not in ((12, 16, 20, 24) if info.flag_bits & 8 else (0,)):
            raise Refused(f"{shown(name)}: something that is no file stands behind it, or files overlap")
        at = end_at
        kind = stat.S_IFMT(info.external_attr >> 16)
        if name.endswith("/") and not info.file_size and kind in (0, stat.S_IFDIR):
            check_name(name[:-1])
            continue
        if kind == stat.S_IFLNK:
            raise Refused(f"{shown(name)}: is a link and not a file")
        if kind not in (0, stat.S_IFREG):
            raise Refused(f"{shown(name)}: is no ordinary file")
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"{shown(name)}: is encrypted, or packed in a way that no bundle is")
        if info.file_size > max(RATIO_FROM, MOST_RATIO * info.compress_size):
            raise Refused(f"{shown(name)}: unpacks to {info.file_size} bytes from {info.compress_size}: a bomb")
        if name in infos:
            raise Refused(f"{shown(name)}: there are two files of this name")
        infos[name] = info
    return Files(((name, info.file_size) for name, info in infos.items()), lambda name: archive.open(infos[name]))


# Canonical JSON, commitments, signatures, the tree.


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


def _number(text: str) -> int:
    return int(text) if len(text) <= MOST_DIGITS else _no_number(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) != len(pairs):
        raise ValueError("a key is there twice")
    return known


def parse(data: bytes, where: str) -> Any:
    try:
        return json.loads(
            data.decode(),
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_number,
            object_pairs_hook=_once,
        )
    except RecursionError as error:
        raise Wrong(f"{where}: is nested too deep") from error
    except ValueError as error:
        raise Wrong(f"{where}: is no JSON that a bundle holds: {shown(error)}") from error


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def commitment(salt: str, field: str, value: Any) -> str:
    return "sha256:" + sha256(canonical([salt, field, value]))


P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple  # extended coordinates: x, y, z, x*y


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _add(one: Point, other: Point) -> Point:
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        total = _add(total, point) if number & 1 else total
        point, number = _add(point, point), number >> 1
    return total


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Ed25519, RFC 8032, 5.1.7."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, scalar = _point(key), int.from_bytes(signature[32:], "little")
    y = 4 * pow(5, P - 2, P) % P
    base = _point(y.to_bytes(32, "little"))
    if public is None or base is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    negative = (P - public[0], public[1], 1, P - public[3])
    x, y, z, _ = _add(_times(scalar, base), _times(challenge, negative))
    z = pow(z, P - 2, P)
    x, y = x * z % P, y * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


class Key:
    """A verifier key as C2SP's signed-note has it: origin, key id, and an Ed25519 public key."""

    def __init__(self, text: str) -> None:
        origin, _, rest = text.strip().partition("+")
        self.id, _, packed = rest.partition("+")
        raw = _unpacked(packed)
        if not origin or re.search(r"\s", origin) or len(raw) != 33 or raw[0] != 1:
            raise Wrong(f"this is no verifier key: {shown(text)}")
        self.text, self.origin, self.public = text.strip(), origin, raw[1:]
        if hashlib.sha256(origin.encode() + b"\n" + raw).hexdigest()[:8] != self.id:
            raise Wrong(f"this verifier key is damaged, its id does not fit: {shown(text)}")
        self.fingerprint = sha256(self.public)

    def signs(self, note: bytes) -> bytes:
        """The text of a note that this key has signed. Raises Wrong."""
        text, found, signatures = note.rpartition(b"\n\n")
        if not found or not signatures.endswith(b"\n"):
            raise Wrong("is no signed note")
        for line in signatures.decode("utf-8", "replace").split("\n"):
            packed = line.rpartition(" ")[2]
            if line == f"\u2014 {self.origin} {packed}" and _unpacked(packed)[:4].hex() == self.id:
                if is_signed(self.public, text + b"\n", _unpacked(packed)[4:]):
                    return text + b"\n"
                raise Wrong("its signature does not fit what it says")
        raise Wrong(f"is not signed by {shown(self.origin)} with the key {self.id}")


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def tree_of(text: bytes, origin: str) -> tuple[int, bytes]:
    """The size and the root that a checkpoint tells. Raises Wrong."""
    told = text.decode("utf-8", "replace").split("\n")
    if len(told) != 4 or told[0] != origin or not re.fullmatch("[1-9][0-9]{0,17}", told[1]):
        raise Wrong(f"is no checkpoint of {shown(origin)}")
    if len(root := _unpacked(told[2])) != 32:
        raise Wrong("has no root")
    return int(told[1]), root


def is_included(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: whether this leaf is number `index` of the tree of this size and root."""
    if index >= size:
        return False
    at, last, found = index, size - 1, leaf
    for other in path:
        if not last:
            return False
        if at & 1 or at == last:
            found = hashlib.sha256(b"\1" + other + found).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + other).digest()
        at, last = at >> 1, last >> 1
    return not last and found == root


# The lines of the trail.


class Line:
    """One line: its bytes, its hash, what they say, and what is told of what they only commit to."""

    def __init__(self, where: str, data: bytes) -> None:
        self.where, self.data, self.hash = where, data, sha256(data)
        self.body = parse(data, where)
        self.told: dict[str, Any] = {}
        self.withheld: set[str] = set()
        body = self.body
        if not isinstance(body, dict) or set(body) != BODY or canonical(body) != data:
            raise Wrong(f"{where}: is no line of a trail in its one form{_line_ends(data)}")
        seq, prev, actor, behalf = body["seq"], body["prev"], body["actor"], body["behalf"]
        fits = (
            body["v"] == 1
            and all(isinstance(body[name], str) for name in ("stream", "verb", "channel", "request"))
            and (seq is None or (type(seq) is int and seq > 0))
            and (prev is None or (isinstance(prev, str) and HEX.fullmatch(prev)))
            and isinstance(body["at"], str)
            and MOMENT.fullmatch(body["at"])
            and isinstance(actor, dict)
            and set(actor) == {"kind", "id", "name"}
            and (behalf is None or (isinstance(behalf, dict) and set(behalf) == {"id", "name"}))
            and all(isinstance(body[side], dict) for side in ("before", "after"))
        )
        if not fits:
            raise Wrong(f"{where}: is no line of a trail: its fields are others")
        fields = {name: body[name] for name in ("address", "target", "reason")}
        fields |= {"actor": actor["name"], "behalf": behalf and behalf["name"]}
        fields |= {f"{side}.{key}": one for side in ("before", "after") for key, one in body[side].items()}
        self.committed = {field: one for field, one in fields.items() if isinstance(one, str) and MARK.fullmatch(one)}

    def __getitem__(self, field: str) -> Any:
        """What the line says, openly or by a commitment that was opened: ``line["after.state"]``."""
        if field in self.told or field in self.committed:
            return self.told.get(field)
        side, _, key = field.partition(".")
        return self.body[side].get(key) if key else self.body[side]

    def open(self, told: Any) -> Iterator[str]:
        """Take what is told of this line, and say what doesn't fit."""
        if not isinstance(told, dict) or set(told) != {"hash", "told", "withheld"}:
            raise Wrong(f"entries/told.jsonl: what it tells of {self.where} has another form")
        self.withheld = {field for field in told["withheld"] if isinstance(field, str)}
        for field, pair in told["told"].items():
            if field not in self.committed:
                yield f"entries/told.jsonl: tells of a field that {self.where} does not have: {shown(field)}"
            elif not isinstance(pair, list) or len(pair) != 2 or not SALT.fullmatch(str(pair[0])):
                yield f"entries/told.jsonl: the salt of {shown(field)} in {self.where} is none"
            elif commitment(pair[0], field, pair[1]) != self.committed[field]:
                yield f"entries/told.jsonl: {shown(field)} of {self.where} is not what the line was written with"
            else:
                self.told[field] = pair[1]

    @property
    def silent(self) -> set[str]:
        """Fields of which the bundle neither tells nor says that they are withheld: they were erased."""
        return set(self.committed) - set(self.told) - self.withheld


def _word(value: Any) -> str:
    """A state or stage as it is kept, also from lines that were written with the words that people read."""
    return str(value).lower().replace(" ", "_")


def _line_ends(data: bytes) -> str:
    return ": its line ends were changed" if data.endswith(b"\r") else ""


def rows(files: Files, name: str) -> Iterator[tuple[str, bytes]]:
    """The lines of a file, each ended by one LF, with where they are."""
    left, number = b"", 0
    for piece in files.pieces(name):
        *whole, left = (left + piece).split(b"\n")
        for data in whole:
            number += 1
            yield f"{name}, line {number}", data
        if len(left) > MOST_LINE:
            raise Wrong(f"{name}, line {number + 1}: is too long")
    if left:
        raise Wrong(f"{name}: its last line has no end")


# A record of the archive: WARC 1.1, ISO 28500.


class Record:
    """What one record.warc.gz holds: the digests of its payloads by address, computed anew."""

    def __init__(self, files: Files, name: str) -> None:
        self.payloads: dict[str, set[str]] = {}
        self.unpacked: dict[str, set[str]] = {}
        self.open: set[str] = set()
        self.reasons: list[str] = []
        self.without_digest = 0
        self.name, self._left = name, MOST_RECORD
        try:
            with files.open(name) as packed, gzip.GzipFile(fileobj=packed) as file:
                while self._record(file):
                    pass
        except BROKEN as error:
            raise Wrong(f"{name} can't be read: {shown(error)}") from error

    def _record(self, file: Any) -> bool:
        start = file.readline(64)
        if not start:
            return False
        headers = self._headers(file)
        length = headers.get("content-length", "")
        if not re.fullmatch(r"WARC/1\.[01]\r\n", start.decode("latin-1")) or not re.fullmatch("[0-9]{1,15}", length):
            raise Wrong(f"{self.name}: holds something that is no record")
        self._left -= int(length)
        if self._left < 0:
            raise Wrong(f"{self.name}: unpacks to more than {MOST_RECORD >> 30} GiB")
        kind, url = headers.get("warc-type", ""), headers.get("warc-target-uri", "")
        block = _Block(file, int(length))
        is_http = headers.get("content-type", "").replace(" ", "").startswith("application/http")
        http = self._headers(block) if is_http else {}
        payload, body = hashlib.sha256(), _Body(http.get("content-encoding", "").strip().lower())
        while piece := block.read(PIECE):
            payload.update(piece)
            self._left -= body.take(piece)
        if block.left or file.read(4) != b"\r\n\r\n":
            raise Wrong(f"{self.name}: breaks off in the record of {shown(url)}")
        self._compare(headers.get("warc-block-digest", ""), block.digests, url)
        if kind in ("response", "resource") and url:
            for name in {url, url.strip("<>")}:
                if "chunked" in http.get("transfer-encoding", "").lower():
                    self.open.add(name)
                self.payloads.setdefault(name, set()).add(payload.hexdigest())
                self.unpacked.setdefault(name, set()).add(body.digest or "")
        return True

    def _headers(self, file: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for _ in range(10_000):
            line = file.readline(1 << 20)
            if line in (b"\r\n", b"\n", b""):
                return found
            name, _, value = line.decode("utf-8", "replace").partition(":")
            found.setdefault(name.strip().lower(), value.strip())
        raise Wrong(f"{self.name}: a record in it has headers without an end")

    def _compare(self, told: str, digests: dict[str, Any], url: str) -> None:
        algorithm, _, value = told.partition(":")
        self.without_digest += not told
        made = digests.get(algorithm.lower().replace("-", ""))
        if made and value.lower() != made.hexdigest() and value.upper() != base64.b32encode(made.digest()).decode():
            self.reasons.append(f"{self.name}: the record of {shown(url)} is not what it was written as")


class _Body:
    """The digest of a page without the packing that it was sent in. None where the standard library can't unpack it."""

    def __init__(self, packing: str) -> None:
        self._gunzip = zlib.decompressobj(31) if packing in ("gzip", "x-gzip") else None
        self._is_known = self._gunzip is not None or packing in ("", "identity")
        self._digest = hashlib.sha256()

    def take(self, piece: bytes) -> int:
        """How many bytes that was, unpacked."""
        if self._gunzip is None or not self._is_known:
            self._digest.update(piece)
            return 0
        try:
            data = self._gunzip.decompress(piece)
        except zlib.error:
            data, self._is_known = b"", False
        self._is_known = self._is_known and not self._gunzip.unused_data
        self._digest.update(data)
        return len(data)

    @property
    def digest(self) -> str | None:
        is_whole = self._is_known and (self._gunzip is None or self._gunzip.eof)
        return self._digest.hexdigest() if is_whole else None


class _Block:
    """The bytes of one record, digested as they are read."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file, self.left = file, left
        self.digests = {"sha256": hashlib.sha256(), "sha1": hashlib.sha1()}  # noqa: S324 - what others' tools write

    def _taken(self, data: bytes) -> bytes:
        self.left -= len(data)
        for digest in self.digests.values():
            digest.update(data)
        return data

    def read(self, size: int) -> bytes:
        return self._taken(self._file.read(min(size, self.left)))

    def readline(self, size: int) -> bytes:
        return self._taken(self._file.readline(min(size, self.left)))


# The five questions.


class Bundle:
    """A bundle under examination."""

    def __init__(self, files: Files, keys: set[str], authority: str) -> None:
        self.files, self.keys, self.authority = files, keys, authority
        self.intact, self.signed = Level("intact", 4), Level("signed", 5)
        self.logged, self.stamped = Level("in the log", 6), Level("time-stamped", 7)
        self.complete = Level("complete", 8)
        self.levels = [self.intact, self.signed, self.logged, self.stamped, self.complete]
        self.key: Key | None = None
        self.sums: dict[str, str] = {}
        self.manifest: dict[str, Any] = {}
        self.claim: dict[str, Any] = {}
        self.own: list[Line] = []
        self.related: list[Line] = []
        self.captures: dict[int, dict[str, Any]] = {}

    def check(self) -> None:
        self.intact.take(self._files())
        self.intact.take(self._manifest())
        self.intact.take(self._lines())
        self.intact.take(self._chains())
        self.intact.take(self._claim())
        for number in self._capture_numbers():
            self.intact.take(self._capture(number))
        self.intact.take(self._rests_on())
        self.intact.take(self._wacz())
        self.signed.take(self._signature())
        self.logged.take(self._proofs())
        self.stamped.take(self._stamps())
        self.complete.take(self._whole())
        count = len(self.own) + len(self.related)
        self.intact.notes.append(f"{len(self.files.sizes)} files, {count} lines, {len(self.captures)} stored copies")

    def _json(self, name: str) -> dict[str, Any]:
        found = parse(self.files.read(name), name)
        if not isinstance(found, dict):
            raise Wrong(f"{name}: is no JSON object")
        return found

    def _files(self) -> Iterator[str]:
        """SHA256SUMS against what is there, both ways."""
        for name in (*ALWAYS, *LINES):
            if name not in self.files.sizes:
                yield f"{name} is missing"
        before = ""
        for where, data in rows(self.files, SUMS):
            digest, name = data[:64].decode("latin-1"), data[66:].decode("latin-1")
            if not HEX.fullmatch(digest) or data[64:66] != b"  " or not NAME.fullmatch(name):
                raise Wrong(f"{where}: is no line of sha256sum{_line_ends(data)}")
            if name <= before:
                raise Wrong(f"{where}: the names are not in order, or one is there twice")
            before, self.sums[name] = name, digest
        for name in sorted(self.files.sizes):
            if name not in self.sums and name not in (SUMS, SIGNATURE, STAMP):
                yield f"{name} was added: {SUMS} does not list it"
        for name, digest in self.sums.items():
            if name not in self.files.sizes:
                if name not in (*ALWAYS, *LINES):
                    yield f"{name} is missing"
            elif self.files.digest(name) != digest:
                yield f"{name} is not what was packed{self._only_line_ends(name, digest)}"

    def _only_line_ends(self, name: str, digest: str) -> str:
        if self.files.sizes[name] > MOST_LINE:
            return ""
        is_so = sha256(self.files.read(name).replace(b"\r\n", b"\n")) == digest
        return ": its line ends were changed" if is_so else ""

    def _manifest(self) -> Iterator[str]:
        self.manifest = self._json(MANIFEST)
        listed = self.manifest.get("files")
        if self.manifest.get("v") != 1 or not isinstance(listed, dict):
            raise Wrong(f"{MANIFEST}: is of a version that this program does not know")
        sums = {name: digest for name, digest in self.sums.items() if name != MANIFEST}
        for name in sorted({*listed, *sums}):
            told = listed.get(name)
            if not isinstance(told, dict) or told.get("sha256") != sums.get(name):
                yield f"{MANIFEST}: does not agree with {SUMS} on {shown(name)}"
            elif told.get("size") != self.files.sizes.get(name, told.get("size")):
                yield f"{MANIFEST}: {shown(name)} has another size"

    def _lines(self) -> Iterator[str]:
        known: dict[str, Line] = {}
        for name, lines in ((LINES[0], self.own), (LINES[1], self.related)):
            for where, data in rows(self.files, name):
                line = Line(where, data)
                if line.hash in known:
                    yield f"{where}: is there twice"
                known[line.hash] = line
                lines.append(line)
        told_of = set()
        for where, data in rows(self.files, LINES[2]):
            told = parse(data, where)
            of = known.get(str(told.get("hash"))) if isinstance(told, dict) else None
            if of is None or of.hash in told_of:
                yield f"{where}: tells of a line that is not there, or of one twice"
            else:
                told_of.add(of.hash)
                yield from of.open(told)
        if self.manifest.get("entries") != len(known):
            yield f"{MANIFEST}: counts {shown(self.manifest.get('entries'))} lines, and {len(known)} are there"

    def _chains(self) -> Iterator[str]:
        """Each line with a number names the line before by its hash."""
        stream, last = f"claim:{self.manifest.get('claim')}", None
        for line in self.own:
            seq, prev = line.body["seq"], line.body["prev"]
            if line.body["stream"] != stream:
                yield f"{line.where}: belongs to {shown(line.body['stream'])}, not to {shown(stream)}"
            elif seq is not None:
                number = last.body["seq"] if last else 0
                if seq <= number:
                    yield f"{line.where}: number {seq} comes after number {number}"
                elif seq == number + 1 and prev != (last.hash if last else None):
                    yield f"{line.where}: the chain is broken, it does not follow the line before"
                elif seq > number + 1:
                    yield f"{line.where}: the chain is broken, before number {seq} comes number {number}"
                last = line
            elif prev is not None:
                yield f"{line.where}: has no number, and yet a line before it"
        if self.manifest.get("head") != (last.hash if last else None):
            yield f"{MANIFEST}: the last line of the claim is another one"
        by_number = {(line.body["stream"], line.body["seq"]): line for line in self.related if line.body["seq"]}
        if len(by_number) != sum(1 for line in self.related if line.body["seq"]):
            yield f"{LINES[1]}: a number is there twice"
        for (stream, seq), line in by_number.items():
            before = by_number.get((stream, seq - 1))
            if before and line.body["prev"] != before.hash:
                yield f"{line.where}: the chain is broken, it does not follow number {seq - 1} of {shown(stream)}"

    def _claim(self) -> Iterator[str]:
        """claim.json against what the lines say."""
        self.claim = self._json("claim.json")
        numbered = [line for line in self.own if line.body["seq"]]
        if self.claim.get("claim") != self.manifest.get("claim"):
            yield "claim.json: is about another claim than the manifest"
        last = numbered[-1].body["seq"] if numbered else None
        if self.claim.get("version") != last:
            yield f"claim.json: is version {shown(self.claim.get('version'))}, the last line has number {last}"
        for field in ("state", "stage"):
            says = [_word(line[f"after.{field}"]) for line in numbered if line[f"after.{field}"]]
            differs = f"the {field} is {shown(self.claim.get(field))}, the lines say {shown(says[-1] if says else '')}"
            if says and self.claim.get(field) != says[-1] and field == "state":
                yield f"claim.json: {differs}"
            elif says and self.claim.get(field) != says[-1]:
                self.intact.notes.append(f"{differs}: lines of old desks do not tell of every stage")
        if numbered and numbered[-1]["target"] not in (None, self.claim.get("statement")):
            yield "claim.json: the statement is not what the last line names"
        decided = {line["after.decision"]: line for line in numbered if line["after.decision"]}
        listed = {one.get("decision"): one for one in self.claim.get("decisions", []) if isinstance(one, dict)}
        for number in sorted({*decided, *listed}, key=str):
            if number not in listed or number not in decided:
                missing = "claim.json" if number not in listed else LINES[0]
                yield f"{missing}: knows nothing of decision {shown(number)}"
                continue
            told, line = listed[number], decided[number]
            made = sha256(canonical(told.get("evidence")))
            if made != told.get("evidence_sha256") or line["after.evidence_sha256"] not in (None, made):
                yield f"claim.json: the evidence of decision {number} is not what was decided on"
            facts = {"to_state": "after.state", "reason": "reason", "version": "", "rule_version": "after.rule_version"}
            for name, field in facts.items():
                said = line[field] if field else line.body["seq"]
                said = _word(said) if said and name == "to_state" else said
                if said is not None and told.get(name) != said:
                    yield f"claim.json: the {name} of decision {number} is not what the line says"

    def _capture_numbers(self) -> list[int]:
        found = {name.split("/")[1] for name in self.files.sizes if name.startswith("captures/")}
        odd = sorted(one for one in found if not re.fullmatch("[1-9][0-9]{0,15}", one))
        self.intact.wrong += [f"captures/{one}: is no number of a copy" for one in odd]
        return sorted(int(one) for one in found if one not in odd)

    def _capture(self, number: int) -> Iterator[str]:
        """A stored copy: what its capture.json says, what its record holds, and what the trail told of both."""
        folder = f"captures/{number}/"
        told = self.captures[number] = self._json(f"{folder}capture.json")
        name = f"{folder}record.warc.gz"
        if told.get("capture") != number:
            yield f"{folder}capture.json: is about another copy"
        digest = self.sums.get(name)
        if told.get("record_sha256") != digest:
            yield f"{folder}capture.json: the record's digest is not that of {name}"
        record = Record(self.files, name)
        yield from record.reasons
        if record.without_digest and told.get("method") != "uploaded":
            yield f"{name}: {record.without_digest} records in it have lost their digests"
        for line in told.get("index", []):
            url, mime, payload = line.get("url"), line.get("mime"), str(line.get("digest", "")).partition(":")[2]
            if mime != "warc/revisit" and url not in record.open and payload not in record.payloads.get(url, ()):
                yield f"{name}: does not hold what the index says of {shown(url)}"
        page = str(told.get("page_url"))
        if page not in record.open and not record.unpacked.get(page, {""}) & {told.get("body_sha256"), ""}:
            yield f"{name}: the page in it is not the one of capture.json"
        held = {one for many in (record.payloads, record.unpacked) for digests in many.values() for one in digests}
        for other in sorted(one[len(folder) :] for one in self.files.sizes if one.startswith(folder)):
            made = self.sums.get(folder + other)
            if other == "text.txt" and made != told.get("text_sha256"):
                yield f"{folder}{other}: is not the text that was read from the copy"
            elif other in ("screenshot.png", "page.pdf") and made not in held:
                yield f"{folder}{other}: is not what lies in the record"
            elif other.startswith("original.") and made not in {*held, told.get("body_sha256")}:
                yield f"{folder}{other}: is neither what lies in the record nor its page"
            elif other.startswith("original.") and told.get("upload") and made != told["upload"].get("file_sha256"):
                yield f"{folder}{other}: is not the file that was uploaded"
        for line in self.related:
            if line.body["verb"] in ("capture_stored", "capture_uploaded") and line["after.capture"] == number:
                for field in ("record_sha256", "body_sha256"):
                    if line[f"after.{field}"] not in (None, told.get(field)):
                        yield f"{folder}capture.json: the {field} is not what {line.where} says"

    def _rests_on(self) -> Iterator[str]:
        """The copies that decisions rest on are those that are here."""
        for decision in self.claim.get("decisions", []):
            evidence = decision["evidence"]
            for cited in evidence if isinstance(evidence, list) else evidence.get("citations", []):
                capture = self.captures.get(cited.get("capture"))
                facts = [name for name in ("record_sha256", "body_sha256") if name in cited]
                if capture and any(cited[name] != capture.get(name) for name in facts):
                    yield f"claim.json: decision {decision['decision']} rests on another copy {cited['capture']}"
                elif not capture and cited.get("record_sha256"):
                    yield f"captures/{cited['capture']} is missing: decision {decision['decision']} rests on it"

    def _wacz(self) -> Iterator[str]:
        """The WACZ says the digests of its parts, and holds the record of every copy."""
        name = "claim.wacz"
        if name not in self.files.sizes:
            return
        try:
            with self.files.open(name) as file:
                inside = of_zip(file)
                package = parse(inside.read("datapackage.json"), f"{name}, datapackage.json")
                listed = {one["path"]: one["hash"] for one in package["resources"]}
                told = parse(inside.read("datapackage-digest.json"), f"{name}, datapackage-digest.json")
                listed["datapackage.json"] = told["hash"]
                for path in sorted({*listed, *inside.sizes} - {"datapackage-digest.json"}):
                    if path not in inside.sizes or listed.get(path) != f"sha256:{inside.digest(path)}":
                        yield f"{name}: {shown(path)} in it is not what its table of contents says"
        except Refused as refused:
            raise Wrong(f"{name}: {refused}") from refused
        except (KeyError, TypeError) as error:
            raise Wrong(f"{name}: has no table of contents") from error
        records = {f"archive/{one.get('record_sha256')}.warc.gz" for one in self.captures.values()}
        if missing := records - set(inside.sizes):
            yield f"{name}: {len(missing)} of the stored copies are not in it"

    def _signature(self) -> Iterator[str]:
        self.key = key = Key(self.files.read("keys/log.vkey", 1024).decode("utf-8", "replace"))
        if self.manifest.get("origin") != key.origin:
            yield f"keys/log.vkey: is of {shown(key.origin)}, the bundle is of {shown(self.manifest.get('origin'))}"
        if not is_signed(key.public, self.files.read(SUMS), self.files.read(SIGNATURE, 1024)):
            yield f"{SIGNATURE}: the signature does not fit {SUMS}"
        self.signed.notes.append(f"made {shown(self.manifest.get('made_at'))}, as it says itself")
        self.signed.notes.append(f"key {shown(key.text)}")
        self.signed.notes.append(f"fingerprint {' '.join(re.findall('.{8}', key.fingerprint))}")
        if not self.keys:
            self.signed.open = "nobody has vouched for this key: ask the newsroom for its fingerprint, or give --key"
        elif not self.keys & {key.text, key.fingerprint}:
            yield "the key is none of those that you know: somebody else may have made this bundle"

    def _proofs(self) -> Iterator[str]:
        if self.key is None:
            raise Wrong("there is no key to read the checkpoint with")
        note = self.files.read(CHECKPOINT, 1 << 16)
        try:
            size, root = tree_of(self.key.signs(note), self.key.origin)
        except Wrong as wrong:
            raise Wrong(f"{CHECKPOINT}: {wrong}") from wrong
        named = {f"proofs/{line.hash}.tlog-proof": line for line in (*self.own, *self.related)}
        for name in sorted(self.files.sizes):
            if name.startswith("proofs/") and name not in named:
                yield f"{name}: is the proof of no line that is here"
        for name, line in named.items():
            if name not in self.files.sizes:
                yield f"{line.where}: has no proof that it is in the log"
                continue
            told, _, checkpoint = self.files.read(name, 1 << 16).partition(b"\n\n")
            head, path = told.decode("utf-8", "replace").split("\n")[:2], told.split(b"\n")[2:]
            index = re.fullmatch("index (0|[1-9][0-9]{0,17})", head[-1])
            hashes, ends = [_unpacked(one.decode("latin-1")) for one in path], _line_ends(told.split(b"\n")[0])
            if head[0] != "c2sp.org/tlog-proof@v1" or not index:
                yield f"{name}: is no proof{ends}"
            elif checkpoint != note:
                yield f"{line.where}: its proof is for another checkpoint"
            elif any(len(one) != 32 for one in hashes) or len(hashes) > 63:
                yield f"{name}: is no proof, a hash in it is none"
            elif not is_included(hashlib.sha256(b"\0" + line.data).digest(), int(index[1]), size, hashes, root):
                yield f"{line.where}: its proof does not lead to the root that the log has signed"
        self.logged.notes.append(f"a log of {size} lines")

    def _stamps(self) -> Iterator[str]:
        found = [name for name in (CHECKPOINT, SUMS) if f"{name}.tsr" in self.files.sizes]
        if not found:
            self.stamped.open = "there is no time stamp in the bundle"
        elif not self.authority:
            self.stamped.open = f"{len(found)} time stamps, not looked at: name the authority with --tsa-ca"
        if self.authority and not found:
            yield "there is no time stamp in the bundle"
        for name in found if self.authority else ():
            at = self._stamp_of(name)
            self.stamped.notes.append(f"{name} was there at {at}")

    def _stamp_of(self, name: str) -> str:
        """When this file was there, by its time stamp (RFC 3161). Certificates are held to that time, not to today."""
        with tempfile.TemporaryDirectory() as folder:
            paths = {}
            for kind, of in (("data", name), ("stamp", f"{name}.tsr"), ("chain", "keys/tsa.pem")):
                if of in self.files.sizes:
                    paths[kind] = os.path.join(folder, kind)
                    with open(paths[kind], "wb") as file:
                        file.write(self.files.read(of))
            text = _openssl("ts", "-reply", "-in", paths["stamp"], "-text")[1]
            told = re.search(
                r"^Time stamp: (\w{3}) +(\d+) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (\d{4}) GMT$", text, re.MULTILINE
            )
            if not told:
                raise Wrong(f"{name}.tsr: is no time stamp")
            month = "JanFebMarAprMayJunJulAugSepOctNovDec".index(told[1]) // 3 + 1
            day, hour, minute, second, year = (int(told[place]) for place in range(2, 7))
            at = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
            chain = ["-untrusted", paths["chain"]] if "chain" in paths else []
            asked = ["ts", "-verify", "-data", paths["data"], "-in", paths["stamp"], "-CAfile", self.authority]
            code, said = _openssl(*asked, "-attime", str(int(at.timestamp())), *chain)
        if code:
            why = re.findall("Verify error:(.+)", said) or re.findall("error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)", said)
            raise Wrong(f"{name}.tsr: the time stamp does not hold: {shown(why[-1] if why else said.strip()[-150:])}")
        return at.strftime("%Y-%m-%d %H:%M:%S UTC")

    def _whole(self) -> Iterator[str]:
        numbers = [line.body["seq"] for line in self.own if line.body["seq"]]
        missing = sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
        if not numbers:
            yield f"{LINES[0]}: holds no line of the claim"
        for number in missing[:MOST_REASONS]:
            yield f"{LINES[0]}: number {number} of the claim is missing"
        self.complete.notes.append(f"lines 1 to {max(numbers, default=0)} of the claim")
        erased: dict[Any, set[str]] = {}
        for line in self.related:
            if line.body["verb"] == "entry_erased":
                fields = str(line["after.fields"] or "*").split(", ")
                erased.setdefault(line["after.hash"], set()).update(fields)
        for line in (*self.own, *self.related):
            for field in sorted(line.silent):
                if {field, "*"} & erased.get(line.hash, set()):
                    self.complete.notes.append(f"{line.where}: {shown(field)} was erased, as the trail says")
                else:
                    yield f"{line.where}: {shown(field)} is not told, and no line says that it was erased"
            allowed = {"address"} | ({"reason"} if line.body["verb"] == "capture_uploaded" else set())
            for field in sorted(line.withheld - allowed):
                yield f"{line.where}: {shown(field)} is withheld, which no bundle may"
        stored = self.claim.get("captures", [])
        for number in sorted({*stored, *self.captures}, key=str):
            if number not in self.captures:
                yield f"captures/{shown(number)} is missing: the claim rests on this copy"
            elif number not in stored:
                yield f"captures/{number}: the claim knows nothing of this copy"
        told = {
            line["after.capture"]
            for line in self.related
            if line.body["verb"] in ("capture_stored", "capture_uploaded")
        }
        for number in sorted(set(self.captures) - told):
            yield f"captures/{number}: no line of the trail says how it came"
        if self.captures and "claim.wacz" not in self.files.sizes:
            yield "claim.wacz is missing"

    @property
    def code(self) -> int:
        for level in self.levels:
            if level.wrong:
                return level.code
        return 9 if self.signed.open else 0


def _openssl(*words: str) -> tuple[int, str]:
    try:
        done = subprocess.run(["openssl", *words], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Wrong(f"the openssl program is needed to check a time stamp: {shown(error)}") from error
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def examine(path: str, keys: set[str], authority: str) -> Bundle:
    """Look at a bundle. Raises Refused for one that can't be looked at."""
    try:
        if os.path.isdir(path):
            bundle = Bundle(of_folder(path), keys, authority)
            bundle.check()
            return bundle
        with open(path, "rb") as file:
            bundle = Bundle(of_zip(file), keys, authority)
            bundle.check()
            return bundle
    except (*BROKEN, ValueError, MemoryError) as error:
        raise Refused(f"it can't be read: {shown(error) or type(error).__name__}") from error


def known_keys(given: list[str]) -> set[str]:
    """What the command line names: verifier keys, fingerprints, or files with one a line. Raises Wrong, OSError."""
    found = set()
    for one in given:
        lines = [one]
        if os.path.isfile(one):
            with open(one, encoding="utf-8") as file:
                lines = [line for line in file if line.strip() and not line.startswith("#")]
        for line in lines:
            digits = re.sub(r"[\s:]", "", line).lower()
            found.add(digits if HEX.fullmatch(digits) else Key(line).text)
    return found


def told(bundle: Bundle) -> dict[str, Any]:
    """The answers as plain values."""
    return {
        "code": bundle.code,
        "claim": bundle.manifest.get("claim"),
        "key": bundle.key.text if bundle.key else None,
        "fingerprint": bundle.key.fingerprint if bundle.key else None,
        **{
            level.name: {"holds": level.holds, "wrong": level.wrong, "open": level.open, "notes": level.notes}
            for level in bundle.levels
        },
    }


def main(words: list[str] | None = None) -> int:
    about, _, rest = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=about, epilog=rest, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", help="the ZIP, or the folder that it was unpacked into")
    parser.add_argument(
        "--key", action="append", default=[], help="a key you know: itself, or a file of them; repeatable"
    )
    parser.add_argument(
        "--tsa-ca", default="", metavar="FILE", help="certificates (PEM) of the authority for time stamps"
    )
    parser.add_argument("--json", action="store_true", help="answer as one JSON object")
    asked = parser.parse_args(words)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        keys = known_keys(asked.key)
        if asked.tsa_ca and not os.path.isfile(asked.tsa_ca):
            raise Wrong(f"there is no file {asked.tsa_ca}")
    except (Wrong, OSError, ValueError) as error:
        parser.error(str(error))
    try:
        bundle = examine(asked.bundle, keys, asked.tsa_ca)
    except Refused as refused:
        print(json.dumps({"code": 3, "refused": str(refused)}) if asked.json else f"refused: {refused}")
        return 3
    if asked.json:
        print(json.dumps(told(bundle), indent=2))
        return bundle.code
    for level in bundle.levels:
        answer = {True: "yes", False: "NO", None: "not known"}[level.holds]
        said = [*level.wrong[:MOST_REASONS], *([level.open] if level.open else []), *level.notes[:MOST_REASONS]]
        if len(level.wrong) > MOST_REASONS:
            said.insert(MOST_REASONS, f"and {len(level.wrong) - MOST_REASONS} more")
        print(f"{level.name:<14}{answer:<11}" + f"\n{'':<25}".join(said))
    return bundle.code


if __name__ == "__main__":
    sys.exit(main())
