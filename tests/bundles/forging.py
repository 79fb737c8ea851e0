"""A bundle taken apart and put together again: as a careless person, a forger with a key, or the desk itself would.

``Forged`` holds a bundle's files. ``remade`` writes manifest and sums anew, ``signed`` signs them, ``relogged`` makes a
log of its own with a key of its own. Nothing here knows the desk: standard library and cryptography alone.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

OWN, RELATED, TOLD = "entries/claim.jsonl", "entries/related.jsonl", "entries/told.jsonl"
HANGING = ("SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.tsr")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(salt: str, field: str, value: Any) -> str:
    return "sha256:" + sha256(canonical([salt, field, value]))


def vkey(origin: str, key: Ed25519PrivateKey) -> str:
    raw = b"\1" + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    identity = hashlib.sha256(origin.encode() + b"\n" + raw).hexdigest()[:8]
    return f"{origin}+{identity}+{base64.b64encode(raw).decode()}"


def checkpoint(origin: str, size: int, root: bytes, key: Ed25519PrivateKey) -> bytes:
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
    raw = bytes.fromhex(vkey(origin, key).split("+", 2)[1]) + key.sign(text)
    return text + f"\n— {origin} {base64.b64encode(raw).decode()}\n".encode()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _split(leaves: list[bytes]) -> int:
    return 1 << (len(leaves) - 1).bit_length() - 1


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    at = _split(leaves)
    return _node(root_of(leaves[:at]), root_of(leaves[at:]))


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    at = _split(leaves)
    if index < at:
        return [*path_of(index, leaves[:at]), root_of(leaves[at:])]
    return [*path_of(index - at, leaves[at:]), root_of(leaves[:at])]


class Forged:
    """A bundle's files by name, to be changed."""

    def __init__(self, data: bytes, key: Ed25519PrivateKey) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.key = key

    # Reading and changing what is in it.

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    def change(self, name: str, how: Callable[[Any], Any]) -> Forged:
        """Change what a JSON file says."""
        told = self.json(name)
        how(told)
        self.files[name] = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
        return self

    def lines(self, name: str = OWN) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[name].split(b"\n")[:-1]]

    def set_lines(self, lines: list[dict[str, Any]], name: str = OWN) -> Forged:
        self.files[name] = b"".join(canonical(line) + b"\n" for line in lines)
        return self

    def raw(self, name: str = OWN) -> list[bytes]:
        return self.files[name].split(b"\n")[:-1]

    def set_raw(self, lines: list[bytes], name: str = OWN) -> Forged:
        self.files[name] = b"".join(line + b"\n" for line in lines)
        return self

    def edit_line(self, at: int, how: Callable[[dict[str, Any]], Any], name: str = OWN) -> Forged:
        lines = self.lines(name)
        how(lines[at])
        return self.set_lines(lines, name)

    def named(self, ending: str) -> str:
        """The one name, or the first, that ends so."""
        return next(name for name in sorted(self.files) if name.endswith(ending))

    # Making it fit again.

    def rechained(self, how: Callable[[list[dict[str, Any]]], Any]) -> Forged:
        """Change the claim's lines and hash them anew, so that each follows the one before; what names them follows."""
        was = [sha256(line) for line in self.raw()]
        changed = self.lines()
        how(changed)
        hashes, lines, prev = {}, [], None
        for old, body in zip(was, changed, strict=True):
            if body["seq"] is not None:
                body["prev"] = prev
            made = canonical(body)
            hashes[old] = sha256(made)
            prev = hashes[old] if body["seq"] is not None else prev
            lines.append(made)
        self.set_raw(lines)
        told = self.lines(TOLD)
        for one in told:
            one["hash"] = hashes.get(one["hash"], one["hash"])
        self.set_lines(told, TOLD)
        for old, new in hashes.items():
            if f"proofs/{old}.tlog-proof" in self.files:
                self.files[f"proofs/{new}.tlog-proof"] = self.files.pop(f"proofs/{old}.tlog-proof")
        return self.change("manifest.json", lambda told: told.update(head=prev))

    def remade(self) -> Forged:
        """Manifest and sums of what is there now; the old signature stays."""
        names = sorted(name for name in self.files if name not in HANGING and name != "manifest.json")
        files = {name: {"sha256": sha256(self.files[name]), "size": len(self.files[name])} for name in names}
        lines = len(self.raw()) + len(self.raw(RELATED))
        self.change("manifest.json", lambda told: told.update(files=files, entries=lines))
        sums = {name: sha256(self.files[name]) for name in self.files if name not in HANGING}
        self.files["SHA256SUMS"] = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
        return self

    def signed(self, key: Ed25519PrivateKey | None = None) -> Forged:
        """As ``remade``, and signed: by the log's own key, if no other is given. The stamp, of other bytes, goes."""
        self.remade()
        self.files["SHA256SUMS.sig"] = (key or self.key).sign(self.files["SHA256SUMS"])
        self.files.pop("SHA256SUMS.tsr", None)
        return self

    def relogged(self, key: Ed25519PrivateKey) -> Forged:
        """A log of its own, of these lines alone, under the old name and with another key; everything signed by it."""
        origin = self.json("manifest.json")["origin"]
        lines = [*self.raw(), *self.raw(RELATED)]
        leaves = [hashlib.sha256(b"\0" + line).digest() for line in lines]
        note = checkpoint(origin, len(leaves), root_of(leaves), key)
        for name in [name for name in self.files if name.startswith("proofs/")]:
            del self.files[name]
        for index, line in enumerate(lines):
            path = "".join(f"{base64.b64encode(one).decode()}\n" for one in path_of(index, leaves))
            told = f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n".encode() + note
            self.files[f"proofs/{sha256(line)}.tlog-proof"] = told
        self.files["checkpoint"] = note
        self.files.pop("checkpoint.tsr", None)
        self.files["keys/log.vkey"] = (vkey(origin, key) + "\n").encode()
        return self.signed(key)

    # Putting it somewhere.

    def folder(self, path: Path) -> Path:
        for name, data in self.files.items():
            place = path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return path

    def zipped(self, path: Path, compression: int = zipfile.ZIP_STORED) -> Path:
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, data in self.files.items():
                archive.writestr(name, data)
        return path
