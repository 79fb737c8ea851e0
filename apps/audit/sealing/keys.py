"""The key that signs the trail, and the keys that are known to have signed it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from apps.audit.sealing.notes import Malformed, VerifierKey

SECRET, KNOWN, AUTHORITY = "signing.pem", "*.vkey", "tsa.pem"


class NoKey(Exception):
    """The key can't be read. The message says which file and why."""


def _folder() -> Path:
    return Path(settings.AUDIT_KEYS_DIR)


def signing_key(origin: str) -> Ed25519PrivateKey:
    """The log's private key, made at the first use: a PEM file that only its owner may read. Raises NoKey."""
    path = _folder() / SECRET
    if not path.exists():
        _make(path, origin)
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise NoKey(f"The trail's key can't be read from {path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"{path} holds no Ed25519 key.")
    return key


def _make(path: Path, origin: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle, own = tempfile.mkstemp(dir=path.parent, prefix=".part-")  # which only its owner may read
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(own, path)
    except FileExistsError:
        return  # another process was first: its key is the one
    finally:
        os.unlink(own)
    vkey = VerifierKey.of(origin, key)
    path.with_name(f"{vkey.id.hex()}.vkey").write_text(f"{vkey}\n")


def authoritys_chain() -> bytes:
    """The certificates between the time-stamping authority's own and the one that readers know (PEM); often none."""
    path = _folder() / AUTHORITY
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise NoKey(f"The authority's certificates can't be read from {path}: {error}") from error


def known_keys(origin: str) -> list[VerifierKey]:
    """Every key that may have signed this log: the present one, and the public halves (*.vkey) of those before it."""
    found = {str(key): key for key in [VerifierKey.of(origin, signing_key(origin))]}
    for path in sorted(_folder().glob(KNOWN)):
        try:
            key = VerifierKey.parse(path.read_text())
        except (OSError, UnicodeDecodeError, Malformed) as error:
            raise NoKey(f"The key in {path} can't be read: {error}") from error
        if key.name == origin:
            found[str(key)] = key
    return list(found.values())
