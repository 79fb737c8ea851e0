"""The ZIP that a bundle is: its files one after the other, each digested while it is written, and what proves them.

Nothing in it is packed, so that a file of many gigabytes costs no memory, and every byte of the ZIP belongs to a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

SUMS, MANIFEST = "SHA256SUMS", "manifest.json"


class Package:
    """A bundle as it grows. Names are ours, and ASCII; the order is that in which files are added."""

    def __init__(self, archive: ZipFile, made_at: datetime) -> None:
        self._archive = archive
        self._at = made_at.astimezone(UTC).timetuple()[:6]
        self._known: dict[str, tuple[str, int]] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, size: int = 0) -> str:
        """Write a file, of about this size if it may be a large one. Returns its SHA-256 in hex."""
        digest, written = self._write(name, pieces, size)
        self._known[name] = (digest, written)
        return digest

    def add_json(self, name: str, told: dict[str, Any]) -> str:
        """Write values for people and programs to read. Raises TypeError for a float, which has no one form."""
        return self.add(name, [_json(told)])

    def finish(
        self, told: dict[str, Any], *, sign: Callable[[bytes], bytes], stamp: Callable[[bytes], bytes | None]
    ) -> None:
        """Write the manifest with what is told in it, then the sums of all files, their signature and their stamp."""
        files = {name: {"sha256": digest, "size": size} for name, (digest, size) in sorted(self._known.items())}
        self.add_json(MANIFEST, {**told, "files": files})
        sums = "".join(f"{digest}  {name}\n" for name, (digest, _) in sorted(self._known.items())).encode()
        self._write(SUMS, [sums])
        self._write(f"{SUMS}.sig", [sign(sums)])
        if token := stamp(sums):
            self._write(f"{SUMS}.tsr", [token])

    def _write(self, name: str, pieces: Iterable[bytes], size: int = 0) -> tuple[str, int]:
        info = ZipInfo(name, self._at)
        info.external_attr = 0o100644 << 16
        info.file_size = size  # decides, before anything is written, whether ZIP needs its longer header
        digest, written = hashlib.sha256(), 0
        with self._archive.open(info, "w") as file:
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                file.write(piece)
        return digest.hexdigest(), written


def pieces_of(file: IO[bytes], size: int = 262_144) -> Iterable[bytes]:
    """A file's bytes from where it stands, so many at once."""
    return iter(lambda: file.read(size), b"")


def _json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1, default=_refused) + "\n").encode()


def _refused(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} has no place in a bundle: {value!r}")
