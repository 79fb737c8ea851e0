"""The two stores that the archive can lie in, and what somebody behind its back can do to each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.storage import storages

from apps.archive.records.storage import archive
from tests.archive.object_store import KEY, SECRET


class Files:
    """A folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.options = {"location": folder}
        self.backend = "apps.archive.records.storage.EvidenceStorage"
        self.place = f"{folder}/"

    def get(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def put(self, name: str, data: bytes) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


class Objects:
    """A bucket of the test's own, in a real server."""

    def __init__(self, address: str) -> None:
        self.bucket = f"records-{uuid.uuid4()}"
        self.options = {
            "bucket_name": self.bucket,
            "endpoint_url": address,
            "region_name": "us-east-1",
            "location": "desk",
            "access_key": KEY,
            "secret_key": SECRET,
        }
        self.backend = "apps.archive.records.objects.ObjectStorage"
        self.place = f"s3://{self.bucket}/desk/"

    @property
    def client(self) -> Any:
        return storages["archive"].client

    def make(self) -> None:
        self.client.create_bucket(Bucket=self.bucket)

    def get(self, name: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.bucket, Key=f"desk/{name}")["Body"].read()
        return body

    def put(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"desk/{name}", Body=data)

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"desk/{name}")

    def names(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())
        return sorted(found["Key"].removeprefix("desk/") for found in listed)


Store = Files | Objects


def stored_files() -> set[str]:
    """The names of everything that lies in the archive now, parts and strays too."""
    return {file.name for file in archive().files()}


def alter(store: Store, name: str, change: Callable[[bytes], bytes]) -> None:
    """Put other bytes in the place of a stored file."""
    store.put(name, change(store.get(name)))
