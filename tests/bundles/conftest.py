"""One bundle of one full claim, made once and tampered with in copies; and a log of its own for every other test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from apps.audit.sealing.anchors import anchor
from apps.bundles.exporting import write_bundle
from tests.archive.copies import copies_of_a_site
from tests.bundles.authority import Authority, make_authority
from tests.bundles.forging import Forged
from tests.bundles.made import Desk, sealed


@pytest.fixture(autouse=True)
def _a_log_of_its_own(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.AUDIT_KEYS_DIR = str(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def desk(db: None, settings: Any) -> Iterator[Desk]:
    """People, and a site whose pages they cite."""
    settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
    with copies_of_a_site(settings) as copies:
        yield Desk(copies)


@dataclass(frozen=True)
class Shared:
    """The bundle, and what its reader and its forger may have: the log's keys, the authority for time stamps."""

    data: bytes
    key: Ed25519PrivateKey
    vkey: Path
    authority: Authority

    def forged(self) -> Forged:
        return Forged(self.data, self.key)


@pytest.fixture(scope="session")
def shared(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """A full claim's bundle with every kind of file; its rows are gone again."""
    folder = tmp_path_factory.mktemp("bundle")
    authority = make_authority(folder / "tsa")
    places = {
        name: {"BACKEND": settings.STORAGES[name]["BACKEND"], "OPTIONS": {"location": folder / name}}
        for name in ("archive", "anchors")
    }
    with (
        authority.served() as url,
        override_settings(
            AUDIT_KEYS_DIR=str(folder / "keys"),
            AUDIT_TSA_URL=url,
            STORAGES={**settings.STORAGES, **places},
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            ARCHIVE_ROBOTS="ignore",
            ARCHIVE_HOST_PAUSE_SECONDS=0,
        ),
        django_db_blocker.unblock(),
        transaction.atomic(),
        copies_of_a_site(settings) as copies,
    ):
        claim = Desk(copies).full_claim()
        sealed()
        anchor()
        with (folder / "bundle.zip").open("x+b") as out:
            write_bundle(out, claim)
        transaction.set_rollback(True)
    key = load_pem_private_key((folder / "keys/signing.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    (vkey,) = (folder / "keys").glob("*.vkey")
    return Shared((folder / "bundle.zip").read_bytes(), key, vkey, authority)
