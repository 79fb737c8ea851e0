"""Where records lie: files named by the SHA-256 of their bytes, so that a name can't come to mean something else."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from apps.archive.models import record_name

# How the name of a file begins that is still being written.
PART = ".part-"


class EvidenceStorage(FileSystemStorage):
    """A file system store that puts a file under its name only when every byte of it is on the disk."""

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=PART)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            Path(part).chmod(0o640)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name is the content: the same bytes again belong where they are."""
        return name

    def url(self, name: str | None) -> str:
        raise ValueError("Records of the archive have no address of their own: they are downloaded through the desk.")


def archive() -> Storage:
    """The archive's storage, as the settings name it."""
    return storages["archive"]


class Draft:
    """Bytes on their way into the archive: written once, digested while written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def keep(self, name: str) -> None:
        """Put the bytes under this name, which must be made of their digest."""
        if self.digest not in name:
            raise ValueError("a record's name is made of its digest")
        self._file.seek(0)
        archive().save(name, File(self._file))


@contextmanager
def draft() -> Iterator[Draft]:
    """A place to write a record before its digest is known; gone afterwards."""
    with tempfile.SpooledTemporaryFile(max_size=2_000_000) as file:
        yield Draft(file)


def open_record(name: str) -> Any:
    """The stored bytes, to be read and closed by the caller. Raises FileNotFoundError."""
    return archive().open(name, "rb")


def discard(digest: str) -> None:
    """Remove the record with this digest, minding nothing missing: nobody came to rest on it."""
    archive().delete(record_name(digest))
