"""The lines of the trail that a bundle carries: their bytes, what is told of them, and that each is in the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.db.models import Q, QuerySet

from apps.audit.bodies import canonical, told
from apps.audit.models import Entry, Leaf
from apps.audit.sealing.notes import proof
from apps.audit.sealing.store import StoredTree
from apps.audit.sealing.tree import inclusion
from apps.audit.verbs import Verb
from apps.claims.models import Claim

AT_ONCE = 500
PROVED_AT_ONCE = 100
# Where people sat is nobody's business outside. Nor is, of a file that somebody brought, from whom they had it.
ALWAYS_WITHHELD = frozenset({"address"})
WITHHELD = {Verb.CAPTURE_UPLOADED: frozenset({"reason"})}


@dataclass
class Lines:
    """The lines that were written into files: the hash of each by its number in the database, and the claim's last."""

    hashes: dict[int, str] = field(default_factory=dict)
    head: str = ""


def write_lines(
    claim: Claim, captures: set[int], versions: set[int], *, own: IO[bytes], related: IO[bytes], opened: IO[bytes]
) -> Lines:
    """Write the claim's stream, then what concerns it of others, and what is told of both. The claim is locked."""
    lines = Lines()
    for entry in Entry.objects.filter(stream=claim.stream).order_by("pk").iterator(AT_ONCE):
        _write(entry, own, opened, lines)
        lines.head = entry.hash if entry.seq else lines.head
    for entry in _concerning(claim, versions).order_by("pk").iterator(AT_ONCE):
        if _concerns(entry, claim, captures):
            _write(entry, related, opened, lines)
    # What tells of an erased line may itself have been erased since.
    ahead = list(lines.hashes)
    while ahead:
        found: list[int] = []
        for some in _some(ahead):
            for entry in Entry.objects.filter(stream__in=[f"entry:{pk}" for pk in some]).order_by("pk"):
                _write(entry, related, opened, lines)
                found.append(entry.pk)
        ahead = found
    return lines


def proofs(lines: Lines, note: str, size: int) -> Iterator[tuple[str, bytes]]:
    """Name and content of the proof of each line, against the checkpoint of this size."""
    for some in _some(sorted(lines.hashes), PROVED_AT_ONCE):
        tree = StoredTree()  # keeps what it has read: 511 hashes for a line that has no neighbour here
        for number, index in Leaf.objects.filter(entry__in=some).order_by("index").values_list("entry", "index"):
            told_of = proof(index, inclusion(index, size, tree.read), note)
            yield f"proofs/{lines.hashes[number]}.tlog-proof", told_of.encode()


def withheld(entry: Entry) -> frozenset[str]:
    """The fields of a line that no bundle tells, whoever asks for it."""
    return ALWAYS_WITHHELD | WITHHELD.get(Verb(entry.verb), frozenset())


def opened_of(entry: Entry) -> dict[str, Any]:
    """What a bundle tells of a line, with the salts that show it, and which of its fields are withheld."""
    kept = withheld(entry)
    values = {name: value for name, value in told(entry).items() if name in entry.salts}
    return {
        "hash": entry.hash,
        "told": {name: [entry.salts[name], value] for name, value in values.items() if name not in kept},
        "withheld": sorted(kept & set(values)),
    }


def _concerning(claim: Claim, versions: set[int]) -> QuerySet[Entry]:
    cited = claim.citations.values_list("source", "source__page", "capture__page")
    streams = {name for source, *pages in cited for name in (f"source:{source}", *(f"page:{page}" for page in pages))}
    return Entry.objects.filter(Q(stream__in=streams) | Q(stream="policy:1", seq__in=versions))


def _concerns(entry: Entry, claim: Claim, captures: set[int]) -> bool:
    """What happened to a page before the claim was opened was done for others, but for the copies that it rests on."""
    if not entry.stream.startswith("page:") or entry.at >= claim.opened_at:
        return True
    return bool(captures & {entry.before.get("capture"), entry.after.get("capture")})


def _write(entry: Entry, out: IO[bytes], opened: IO[bytes], lines: Lines) -> None:
    out.write(entry.body.encode() + b"\n")
    opened.write(canonical(opened_of(entry)).encode() + b"\n")
    lines.hashes[entry.pk] = entry.hash


def _some(numbers: list[int], number: int = AT_ONCE) -> Iterator[list[int]]:
    for start in range(0, len(numbers), number):
        yield numbers[start : start + number]
