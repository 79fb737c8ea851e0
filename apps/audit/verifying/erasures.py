"""Judges what is gone of lines against the lines that tell of its erasing: so much is gone, and nothing else.

Neither the count of a line's erasures nor its words are hashed; the lines that tell of them are, in streams of their
own ("entry:7").
"""

from __future__ import annotations

from collections.abc import Iterator

from apps.audit.models import ERASED
from apps.audit.verbs import Verb
from apps.audit.verifying.findings import Gone, Kind, Report
from apps.audit.verifying.lines import BY_IDS, Stored, judge, rows_of, value_of
from apps.audit.verifying.streams import COLUMNS, Placed, read

PREFIX = "entry:"
ENDS = f'"verb":"{Verb.ENTRY_ERASED}"}}'
# Stands for every field, where what an erasing line named was itself erased.
ANY = "*"
OF_LINES_OF = (
    f"SELECT {COLUMNS}, NULL, NULL, NULL FROM audit_entry o JOIN audit_entry e"  # noqa: S608
    f" ON e.stream = '{PREFIX}' || CAST(o.id AS TEXT) WHERE o.stream = %s ORDER BY e.id"
)
AT_ONCE = 500


class Erasings:
    """What the lines that tell of erasing name, by the key of the line that they are about."""

    def __init__(self) -> None:
        self.told: dict[int, Gone] = {}

    def take(self, line: Placed) -> None:
        """The next line; most tell of something else."""
        if not line.stream.startswith(PREFIX) or not line.body.endswith(ENDS):
            return
        number = line.stream[len(PREFIX) :]
        if not (number.isascii() and number.isdecimal()):
            return
        count, fields = self.told.get(int(number), (0, frozenset()))
        self.told[int(number)] = count + 1, fields | _named(line)

    def take_all(self, stream: str) -> None:
        """Those about the lines of one stream."""
        for line in read(OF_LINES_OF, stream):
            self.take(line)

    def judge(self, report: Report) -> None:
        """Compare with what is gone. Lines that were judged at a later moment are read again at this one."""
        report.lacking, lacking = {}, report.lacking
        odd = [pk for pk in lacking.keys() | self.told.keys() if not self._is_told(pk, lacking.get(pk, NOTHING))]
        for line, gone in _read_again(sorted(odd)):
            if self._is_told(line.id, gone):
                continue
            count, fields = self.told.get(line.id, NOTHING)
            if untold := sorted(gone[1] - fields) if ANY not in fields else []:
                report.add(Kind.TAKEN_AWAY, line.name, f"It lacks: {', '.join(untold)}.")
            if left := sorted(fields - gone[1] - {ANY}):
                report.add(Kind.ERASURE_DIFFERS, line.name, f"It has what was erased: {', '.join(left)}.")
            if gone[0] != count:
                report.add(
                    Kind.ERASURE_DIFFERS, line.name, f"It counts {gone[0]} erasures, {count} lines tell of them."
                )

    def _is_told(self, pk: int, gone: Gone) -> bool:
        count, fields = self.told.get(pk, NOTHING)
        return count == gone[0] and (gone[1] >= fields - {ANY} if ANY in fields else gone[1] == fields)


NOTHING: Gone = (0, frozenset())


def _named(line: Placed) -> frozenset[str]:
    """The fields that an erasing line names. What can't be read is found where lines are judged."""
    try:
        after = value_of(line.after)
    except ValueError:
        return frozenset()
    fields = after.get("fields") if isinstance(after, dict) else None
    if fields == ERASED:
        return frozenset([ANY])
    return frozenset(fields.split(", ")) if isinstance(fields, str) and fields else frozenset()


def _read_again(keys: list[int]) -> Iterator[tuple[Stored, Gone]]:
    """These lines with what is gone of each. A line that is gone itself is found by its leaf or its place."""
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        for row in rows_of(BY_IDS.format(", ".join(["%s"] * len(some))), *some):
            line, alone = Stored(*row), Report()
            judge(line, alone)
            yield line, alone.lacking.get(line.id, NOTHING)
