"""Whether the store still holds what the rows say: every file, every digest, and nothing that no row knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import QuerySet

from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.archive.records.storage import PART, archive, open_record
from apps.archive.web.addresses import Refused

PIECE = 1_000_000
AT_ONCE = 500


class Damage(StrEnum):
    """What can be wrong with a stored copy or with the store."""

    MISSING = "the record is missing"
    CHANGED = "the record's bytes are not those that were stored"
    UNREADABLE = "the record can't be read"
    BODY = "the page in the record is not the one that was stored"
    TEXT = "the text is not the one that was read"
    ORPHAN = "no row knows this file"
    PART = "a file that was never finished"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: with which capture, or with which file."""

    damage: Damage
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.damage}"


def check_captures(captures: QuerySet[Capture]) -> Iterator[Finding | None]:
    """Every stored copy, one after the other: None for a sound one, else what is wrong with it first."""
    for capture in captures.filter(state__in=Capture.HELD).select_related("page", "extract").iterator(AT_ONCE):
        damage = _damage_of(capture)
        yield Finding(damage, f"capture {capture.pk} of {capture.page.url}") if damage else None


def check_files() -> Iterator[Finding]:
    """Every file of the store that no stored copy knows, and every part of one that was never finished."""
    for folder, names in _folders("sha256"):
        parts = [name for name in names if name.startswith(PART)]
        digests = {name.partition(".")[0]: name for name in names if name not in parts}
        known = set(Capture.objects.filter(warc_digest__in=digests).values_list("warc_digest", flat=True))
        yield from (Finding(Damage.PART, f"{folder}/{name}") for name in parts)
        yield from (Finding(Damage.ORPHAN, f"{folder}/{digests[digest]}") for digest in sorted(set(digests) - known))


def _damage_of(capture: Capture) -> Damage | None:
    digest = hashlib.sha256()
    try:
        with open_record(capture.warc_name) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return Damage.MISSING
    except OSError:
        return Damage.UNREADABLE
    if digest.hexdigest() != capture.warc_digest:
        return Damage.CHANGED
    try:
        body = reader.body_of(capture)
    except (OSError, ValueError, Refused):
        return Damage.UNREADABLE
    if hashlib.sha256(body).hexdigest() != capture.body_digest:
        return Damage.BODY
    extract = getattr(capture, "extract", None)
    if extract and hashlib.sha256(extract.text.encode()).hexdigest() != extract.text_digest:
        return Damage.TEXT
    return None


def _folders(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Each folder of the store that holds files, with their names."""
    if not archive().exists(folder):
        return
    folders, files = archive().listdir(folder)
    if files:
        yield folder, files
    for inner in sorted(folders):
        yield from _folders(f"{folder}/{inner}")
