"""Signed notes and checkpoints as C2SP writes them (signed-note, tlog-checkpoint, tlog-proof), with Ed25519."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
DASH = "\u2014"
PROOF = "c2sp.org/tlog-proof@v1"


class Malformed(ValueError):
    """It is not a note, a key or a checkpoint. The message says what is wrong."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs under: ``<name>+<key id in hex>+base64(0x01 || public key)``."""

    name: str
    public: bytes

    @classmethod
    def of(cls, name: str, private: Ed25519PrivateKey) -> VerifierKey:
        return cls(name, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises Malformed."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3:
            raise Malformed("a key is written name+id+base64")
        name, key_id, encoded = parts
        raw = _decoded(encoded)
        if raw[:1] != ED25519 or len(raw) != 33 or not _is_name(name):
            raise Malformed("this is no Ed25519 key")
        key = cls(name, raw[1:])
        if key.id.hex() != key_id:
            raise Malformed("the key's id is not that of the key")
        return key

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"


@dataclass(frozen=True)
class Signed:
    """A checkpoint that was read: the log's name, how many leaves, their root, and what was signed."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes], ...]

    def is_signed_by(self, keys: Iterable[VerifierKey]) -> bool:
        """Whether one of these keys signed it, under the log's own name."""
        for key in keys:
            for name, raw in self.signatures:
                if name == key.name == self.origin and raw[:4] == key.id and _verifies(key.public, raw[4:], self.text):
                    return True
        return False


def sign(origin: str, size: int, root: bytes, private: Ed25519PrivateKey) -> str:
    """The checkpoint of a tree: its note, signed."""
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    raw = VerifierKey.of(origin, private).id + private.sign(text.encode())
    return f"{text}\n{DASH} {origin} {base64.b64encode(raw).decode()}\n"


def read(note: str) -> Signed:
    """The checkpoint that a note holds; nobody has checked its signatures yet. Raises Malformed."""
    text, empty, signed = note.partition("\n\n")
    if not empty or not signed.endswith("\n"):
        raise Malformed("a note ends with its signatures after an empty line")
    lines = text.split("\n")
    if len(lines) != 3:
        raise Malformed("a checkpoint has an origin, a size and a root")
    origin, size, root = lines
    if not size.isascii() or not size.isdigit() or str(int(size)) != size:
        raise Malformed("the size is no number")
    if len(decoded := _decoded(root)) != 32:
        raise Malformed("the root is no SHA-256")
    signatures = []
    for line in signed[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != DASH or not name or len(raw := _decoded(encoded)) < 5:
            raise Malformed("a line of signatures can't be read")
        signatures.append((name, raw))
    return Signed(origin, int(size), decoded, text + "\n", tuple(signatures))


def proof(index: int, hashes: Sequence[bytes], note: str) -> str:
    """A proof that needs nothing else: where the leaf is, the hashes beside its way, the checkpoint."""
    lines = [PROOF, f"index {index}", *(base64.b64encode(one).decode() for one in hashes)]
    return "\n".join(lines) + "\n\n" + note


def _verifies(public: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(one.isspace() for one in name)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64 is broken") from error
