"""Verifies the trail: the whole of it, or one stream with its row and its place in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from apps.audit import triggers
from apps.audit.models import Checkpoint, Pending
from apps.audit.sealing.anchors import laid_down
from apps.audit.sealing.keys import known_keys
from apps.audit.sealing.sealer import the_log
from apps.audit.sealing.store import StoredTree
from apps.audit.verifying import lines, rows, seals, streams
from apps.audit.verifying.erasures import Erasings
from apps.audit.verifying.findings import Kind, Report
from apps.audit.verifying.judges import Judges, Progress


def verify(progress: Progress | None = None, *, processes: int = 1) -> Report:
    """The whole trail: each line, each stream, the tree, its checkpoints and anchors, and the rows it tells of.

    Reads all of it as of one moment, and changes nothing; whoever writes and seals meanwhile is not kept waiting.
    With more ``processes``, others judge the lines each by itself; the caller is in no transaction and has no other
    thread. ``progress`` is told how many lines of how many are done.
    Raises sealing.keys.NoKey when the log's keys can't be read.
    """
    report, chains, erasings = Report(), streams.Streams(), Erasings()
    origin, laid = the_log().origin, list(laid_down())
    with Judges(processes, progress) as judges, one_moment():
        judges.begin(total=seals.leaves() + Pending.objects.count())
        tree, fields = seals.Tree(report, origin, laid), rows.told_of()
        for line in streams.read(streams.SEALED):
            tree.take(line)
            if line.id is not None:
                chains.take(line, fields)
                erasings.take(line)
                report.entries += 1
                judges.tell(report.entries)
        tree.judge()
        for line in streams.read(streams.UNSEALED):
            seals.unheld(report, line)
            chains.take(line, fields)
            erasings.take(line)
            report.entries += 1
        seals.judge_waiting(report)
        for stream in sorted(chains.odd):
            streams.judge_stream(stream, report)
        report.streams = len(chains.last)
        rows.judge_rows(chains, report)
        _ask_the_others(None, report)
        _judge_guard(report)
        judges.end(report)
        erasings.judge(report)
    return report


def verify_stream(stream: str) -> Report:
    """One stream: its lines, its row, and that each sealed line is in the tree of the last checkpoint."""
    report, chains, erasings = Report(), streams.Streams(), Erasings()
    origin = the_log().origin
    with one_moment():
        last, tree, fields = Checkpoint.objects.order_by("-size").first(), StoredTree(), rows.told_of()
        if last:
            seals.judge_note(last, known_keys(origin), report)
            report.size, report.root = last.size, last.root
        for line in streams.read(streams.OF_STREAM, stream):
            if line.place is None:
                seals.unheld(report, line)
            elif last:
                seals.judge_in_tree(line, last, tree, report)
            else:
                report.add(Kind.BEYOND_SEAL, line.name, "There is no checkpoint.")
            chains.take(line, fields)
        report.take(lines.judge_all(lines.BY_STREAM, stream))
        erasings.take_all(stream)
        erasings.judge(report)
        if chains.odd:
            streams.judge_stream(stream, report)
        report.streams = len(chains.last)
        rows.judge_row(stream, chains, report)
        _ask_the_others(stream, report)
        _judge_guard(report)
    return report


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of one moment. Inside another transaction, it is that transaction's moment."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not atomic(), which takes the one lock for writing there is.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def _ask_the_others(stream: str | None, report: Report) -> None:
    for check in rows.ROW_CHECKS:
        report.findings += check(stream)


def _judge_guard(report: Report) -> None:
    for name in triggers.missing(connection):
        report.add(Kind.GUARD_MISSING, name)
