"""Both places that an archive can lie in, for the tests that must hold in both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.archive.copies import Copies, copies_of_a_site
from tests.archive.object_store import running
from tests.archive.stores import Files, Objects, Store


@pytest.fixture(scope="session")
def object_store() -> Iterator[str]:
    """The address of an S3 server."""
    with running() as address:
        yield address


@pytest.fixture(params=["files", "objects"])
def store(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Store:
    """The archive in a folder, and then the same test with the archive in a bucket."""
    in_files = request.param == "files"
    chosen = Files(tmp_path / "store") if in_files else Objects(request.getfixturevalue("object_store"))
    place = {"BACKEND": chosen.backend, "OPTIONS": chosen.options}
    settings.STORAGES = {**settings.STORAGES, "archive": place}
    if isinstance(chosen, Objects):
        chosen.make()
    return chosen


@pytest.fixture
def copies(settings: Any) -> Iterator[Copies]:
    """A running site, and copies of its pages in the archive."""
    with copies_of_a_site(settings) as made:
        yield made
