"""What the verifier computes by itself, against implementations of others and the words of the RFCs."""

from __future__ import annotations

import ast
import hashlib
import random
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.bundles import verify
from tests.bundles.forging import path_of, root_of

# RFC 8032, 7.1: secret key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        "655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        "b00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        "c027beceea1ec40a",
    ),
]
FEW = random.Random(2026)  # noqa: S311 - the same numbers in every run


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def theirs(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_signatures_of_the_rfc_hold(secret, message, signature):
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert verify.is_signed(public_of(key), bytes.fromhex(message), bytes.fromhex(signature))


def test_it_says_of_many_signatures_what_openssl_says():
    for number in range(20):
        key = Ed25519PrivateKey.from_private_bytes(FEW.randbytes(32))
        message = FEW.randbytes(number)
        signature, public = key.sign(message), public_of(key)
        assert verify.is_signed(public, message, signature)
        place = FEW.randrange(64)
        other = bytearray(signature)
        other[place] ^= 1 << FEW.randrange(8)
        assert not verify.is_signed(public, message, bytes(other))
        assert not verify.is_signed(public, message + b"x", signature)
        assert not verify.is_signed(public_of(Ed25519PrivateKey.generate()), message, signature)


def test_odd_keys_and_signatures_are_refused_as_openssl_refuses_them():
    """A scalar beyond the order, points that are written in two ways, what is too short: all are tools of forgers."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = public_of(key), key.sign(b"text")
    scalar = int.from_bytes(signature[32:], "little")
    beyond = signature[:32] + (scalar + verify.ORDER).to_bytes(32, "little")
    odd = [
        (public, b"text", beyond),
        (public, b"text", signature[:63]),
        (public, b"text", signature + b"\0"),
        (public[:31], b"text", signature),
        (b"\xff" * 32, b"text", signature),
        (b"\xee" + b"\xff" * 30 + b"\x7f", b"text", signature),
        (b"\2" + bytes(31), b"text", signature),
    ]
    for one in odd:
        assert verify.is_signed(*one) is theirs(*one) is False
    # A key of small order is nobody's; what it "signs" is told as openssl tells it.
    for number in range(8):
        one = (bytes(32), bytes([number]), bytes(64))
        assert verify.is_signed(*one) is theirs(*one)


def test_every_leaf_of_every_small_tree_is_found_in_it_and_nowhere_else():
    for size in range(1, 34):
        leaves = [hashlib.sha256(bytes([number])).digest() for number in range(size)]
        root = root_of(leaves)
        for index in range(size):
            path = path_of(index, leaves)
            assert verify.is_included(leaves[index], index, size, path, root)
            assert not verify.is_included(leaves[index], index + 1, size, path, root)
            assert not verify.is_included(leaves[index], index - 1, size, path, root) or not index
            assert not verify.is_included(leaves[index - 1], index, size, path, root) or size == 1
            assert not verify.is_included(leaves[index], index, size, [*path, root], root)
            assert not verify.is_included(leaves[index], index, size, path[:-1], root) or not path


def test_the_program_that_is_installed_is_the_one_file():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["verifydesk-verify"].partition(":")
    assert getattr(import_module(module), function) is verify.main


def test_the_verifier_is_python_3_9():
    with open(verify.__file__, encoding="utf-8") as file:
        ast.parse(file.read(), feature_version=(3, 9))
