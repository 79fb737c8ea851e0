"""Records in an S3 object store. Needs the optional extra `full`; nothing imports this before a bucket is named."""

from __future__ import annotations

import base64
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from apps.archive.codes import Code
from apps.archive.records.storage import ROOT, STORING_SECONDS, StoredFile, StoreFailed, digest_of

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
# All of one upload but the last answer.
UPLOAD_SECONDS = STORING_SECONDS - ANSWER_SECONDS
ATTEMPTS = 3
AT_ONCE = 40
AHEAD = 262_144
# How stores that are not Amazon's say that a bucket has reached its quota, or the machine its end.
FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"})


class ObjectStorage(S3Storage):
    """A store in a bucket: one PUT an object, which the server compares with its SHA-256 before it counts."""

    def __init__(self, *, patience: float = 1.0, **options: Any) -> None:
        self._upload_seconds = UPLOAD_SECONDS * patience
        self._client: Any = None
        self._client_of = 0
        self._making = threading.Lock()
        config = Config(
            connect_timeout=CONNECT_SECONDS * patience,
            read_timeout=ANSWER_SECONDS * patience,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
            max_pool_connections=AT_ONCE,
            # The digest of what is sent goes into the signature too: stores that know no checksums compare that.
            s3={"addressing_style": "path" if options.get("endpoint_url") else "auto", "payload_signing_enabled": True},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, default_acl=None, querystring_auth=False, **options)

    @property
    def client(self) -> Any:
        """One for all threads of this process: making one takes a tenth of a second."""
        if self._client is None or self._client_of != os.getpid():
            with self._making:
                if self._client is None or self._client_of != os.getpid():
                    session = boto3.session.Session(self.access_key, self.secret_key)
                    self._client = session.client(
                        "s3", region_name=self.region_name, endpoint_url=self.endpoint_url, config=self.client_config
                    )
                    self._client_of = os.getpid()
        return self._client

    def _save(self, name: str, content: File[bytes]) -> str:
        checksum = base64.b64encode(bytes.fromhex(digest_of(name))).decode()
        content.seek(0)
        with self._asking(name) as where:
            answer = self.client.put_object(
                **where,
                Body=_Timed(content, self._upload_seconds),
                ContentType="application/gzip",
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=checksum,
            )
            if "ChecksumSHA256" not in answer and self.size(name) != content.size:
                raise StoreFailed(Code.STORAGE_FAILED, "The object store has kept only a part of the record.")
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("A record is written once, by save().")
        return File(io.BufferedReader(_Object(self, name, self.size(name)), AHEAD), name)

    def reading(self, name: str, start: int) -> Any:
        """The object's bytes from here on, as they come."""
        with self._asking(name) as where:
            return self.client.get_object(**where, Range=f"bytes={start}-")["Body"]

    def exists(self, name: str) -> bool:
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        head = self._head(name)
        if "ContentLength" not in head:
            raise StoreFailed(Code.STORAGE_FAILED, "The object store's answer was cut off.")
        return int(head["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        modified: datetime = self._head(name)["LastModified"]
        return modified

    def delete(self, name: str) -> None:
        with self._asking(name) as where:
            self.client.delete_object(**where)

    def discard(self, name: str) -> None:
        """Remove the object; what isn't there is not missed. An upload that broke off has left nothing."""
        self.delete(name)

    def room(self) -> int | None:
        """A bucket doesn't say how much it still takes."""
        return None

    def files(self) -> Iterator[StoredFile]:
        """Every object of the store, a thousand to a page."""
        with self._asking(ROOT) as where:
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=where["Bucket"], Prefix=f"{where['Key']}/"):
                for found in page.get("Contents", ()):
                    name = found["Key"].removeprefix(self.location).lstrip("/")
                    yield StoredFile(name, found["Size"], found["LastModified"])

    def place(self, name: str) -> str:
        """Where a person finds the object."""
        return f"s3://{self.bucket_name}/{self._normalize_name(name)}"

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise ValueError("Records of the archive have no address of their own: they are downloaded through the desk.")

    def _head(self, name: str) -> dict[str, Any]:
        with self._asking(name) as where:
            known: dict[str, Any] = self.client.head_object(**where)
            return known

    @contextmanager
    def _asking(self, name: str) -> Iterator[dict[str, str]]:
        """Where the object lies; what goes wrong in there is a StoreFailed or a FileNotFoundError."""
        try:
            yield {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            reason = error.response.get("Error", {}).get("Code", "")
            if status == 404 and reason != "NoSuchBucket":
                raise FileNotFoundError(name) from error
            code = Code.STORAGE_FULL if status == 507 or reason in FULL else Code.STORAGE_FAILED
            raise StoreFailed(code, f"The object store answered {status} {reason}".rstrip() + ".") from error
        except (BotoCoreError, HTTPError) as error:
            raise StoreFailed(Code.STORAGE_FAILED, f"The object store gave no answer: {_short(error)}.") from error


class _Object(io.RawIOBase):
    """An object read from where it is needed: one request for a whole record, or for one part of it."""

    def __init__(self, store: ObjectStorage, name: str, size: int) -> None:
        self._store, self._name, self._size = store, name, size
        self._at = 0
        self._body: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        if self._body is None:
            self._body = self._store.reading(self._name, self._at)
        with self._store._asking(self._name):
            piece = self._body.read(wanted)
        if not piece:
            raise StoreFailed(Code.STORAGE_FAILED, "The object store broke off in the middle of a record.")
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if at != self._at:
            self._let_go()
            self._at = max(at, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


class _Timed:
    """What is uploaded, as long as there is time: a line that drips must not hold a worker for hours."""

    def __init__(self, file: IO[bytes] | File[bytes], seconds: float) -> None:
        self._file = file
        self._ends = time.monotonic() + seconds

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._ends:
            raise StoreFailed(Code.STORAGE_FAILED, "The object store took the record too slowly.")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _short(error: Exception) -> str:
    """The kind of trouble; the full text names the address and more, and stands in the log."""
    return type(error).__name__
