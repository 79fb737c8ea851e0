"""Where records lie: named by the SHA-256 of their bytes, so that a name can't come to mean something else."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages

from apps.archive.codes import Code
from apps.archive.models import record_name

# Everything of ours lies below this; whatever else an operator keeps beside it is no business of the archive.
ROOT = "sha256"
# What the slowest store may take for one record: storing begins when the capture's own time may be over, and must end
# before another worker takes over.
STORING_SECONDS = 40.0
# How the name of a file begins that is still being written; the record's digest comes next.
PART = ".part-"
DIGEST = re.compile(r"[0-9a-f]{64}")
# The disk is full, the owner's share of it is, or a file may not grow as large as this one.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class StoreFailed(OSError):
    """The store could not do what was asked. `code` is storage_full or storage_failed; the text is fit to be shown."""

    def __init__(self, code: Code, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class StoredFile:
    """One file of the store, whether a row knows it or not."""

    name: str
    size: int
    modified: datetime


class EvidenceStorage(FileSystemStorage):
    """A file system store that puts a file under its name only when every byte of it is on the disk."""

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        with _named(f"storing {digest_of(name)}"):
            _make_folder(path.parent)
            _leave_room(path.parent, content.size)
            handle, part = self._begin(path)
            try:
                self._write(handle, content)
                self._finish(part, path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        return name

    def _begin(self, path: Path) -> tuple[int, Path]:
        """A part beside the place that the file will have: two who store the same bytes don't meet in it."""
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f"{PART}{digest_of(path.name)}-")
        return handle, Path(part)

    def _write(self, handle: int, content: File[bytes]) -> None:
        with os.fdopen(handle, "wb") as out:
            for chunk in content.chunks():
                out.write(chunk)
            out.flush()
            os.fchmod(out.fileno(), 0o640)
            os.fsync(out.fileno())

    def _finish(self, part: Path, path: Path) -> None:
        part.replace(path)
        _sync(path.parent)

    def discard(self, name: str) -> None:
        """Remove the file and its parts; what isn't there is not missed."""
        path = Path(self.path(name))
        with _named(f"removing {digest_of(name)}"):
            path.unlink(missing_ok=True)
            for part in path.parent.glob(f"{PART}{digest_of(name)}-*"):
                part.unlink(missing_ok=True)

    def files(self) -> Iterator[StoredFile]:
        """Every file of the store, one folder after the other."""
        yield from self._files(ROOT)

    def _files(self, folder: str) -> Iterator[StoredFile]:
        try:
            entries = sorted(os.scandir(self.path(folder)), key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        for entry in entries:
            name = f"{folder}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from self._files(name)
                continue
            try:
                known = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue  # finished or discarded while we looked
            yield StoredFile(name, known.st_size, datetime.fromtimestamp(known.st_mtime, UTC))

    def place(self, name: str) -> str:
        """Where a person finds the file."""
        return self.path(name)

    def room(self) -> int | None:
        """How many bytes of the disk may still be filled; less than none when what must stay free no longer is."""
        folder = Path(self.path(""))
        while not folder.is_dir() and folder != folder.parent:
            folder = folder.parent
        return shutil.disk_usage(folder).free - int(settings.ARCHIVE_FREE_BYTES)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name is the content: the same bytes again belong where they are."""
        return name

    def url(self, name: str | None) -> str:
        raise ValueError("Records of the archive have no address of their own: they are downloaded through the desk.")


def archive() -> Any:
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
        """Put the bytes under this name, which must be made of their digest. Raises StoreFailed."""
        if digest_of(name) != self.digest:
            raise ValueError("a record's name is made of its digest")
        self._file.seek(0)
        archive().save(name, File(self._file))


@contextmanager
def draft() -> Iterator[Draft]:
    """A place to write a record before its digest is known; gone afterwards."""
    with tempfile.SpooledTemporaryFile(max_size=2_000_000) as file:
        yield Draft(file)


def open_record(name: str) -> Any:
    """The stored bytes, to be read and closed by the caller. Raises FileNotFoundError, or OSError as it is read."""
    return archive().open(name, "rb")


def discard(digest: str) -> None:
    """Remove the record with this digest, and what was left of writing it. The caller knows that no row holds it.

    What isn't there is not missed. Raises StoreFailed.
    """
    if not DIGEST.fullmatch(digest):
        raise ValueError("what is discarded is named by its digest")
    archive().discard(record_name(digest))


def place(name: str) -> str:
    """Where a person finds a record: a path, or an address in an object store."""
    return str(archive().place(name))


def room() -> int | None:
    """How many bytes the archive may still store; None when only the object store knows. Raises OSError."""
    free: int | None = archive().room()
    return free


def digest_of(name: str) -> str:
    """The digest that a record's name is made of."""
    return name.rpartition("/")[2].partition(".")[0]


def code_of(error: OSError) -> Code:
    """What a failure to store is called at the desk."""
    if isinstance(error, StoreFailed):
        return error.code
    return Code.STORAGE_FULL if error.errno in NO_ROOM else Code.STORAGE_FAILED


@contextmanager
def _named(doing: str) -> Iterator[None]:
    """Says for what the disk was needed, and doesn't say to everybody where it is."""
    try:
        yield
    except StoreFailed:
        raise
    except OSError as error:
        raise StoreFailed(code_of(error), f"{error.strerror or type(error).__name__}, while {doing}.") from error


def _make_folder(folder: Path) -> None:
    """A folder that is still there after a power cut: its name is written down in the folder above it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _leave_room(folder: Path, size: int) -> None:
    """A disk that is filled to its last byte takes the database down with it."""
    free = shutil.disk_usage(folder).free
    if free - size < settings.ARCHIVE_FREE_BYTES:
        told = f"{free} bytes are free, {settings.ARCHIVE_FREE_BYTES} must remain and {size} were to be stored."
        raise StoreFailed(Code.STORAGE_FULL, told)
