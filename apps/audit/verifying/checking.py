"""Verifies the trail: the whole of it, or one stream with its row and its place in the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from apps.audit import triggers
from apps.audit.models import Checkpoint, Pending
from apps.audit.sealing.keys import known_keys
from apps.audit.sealing.sealer import the_log
from apps.audit.sealing.store import StoredTree
from apps.audit.verifying import lines, rows, seals
from apps.audit.verifying.findings import Kind, Report

Progress = Callable[[int, int], None]
TOLD_EVERY = 5_000


def verify(progress: Progress | None = None) -> Report:
    """The whole trail: each line, each stream, the tree, its checkpoints and anchors, and the rows it tells of.

    Reads all of it once, as of one moment, and changes nothing; whoever writes and seals meanwhile is not
    kept waiting. ``progress`` is told how many lines of how many are done.
    Raises sealing.keys.NoKey when the log's keys can't be read.
    """
    report, streams = Report(), lines.Streams()
    origin = the_log().origin
    with one_moment():
        total = seals.leaves() + Pending.objects.count()
        tree, fields = seals.Tree(report, origin), rows.told_of()
        for line in lines.read(lines.SEALED):
            tree.take(line)
            if line.id is not None:
                _take(line, streams, fields, report, total, progress)
        tree.judge()
        for line in lines.read(lines.UNSEALED):
            seals.unheld(report, line)
            _take(line, streams, fields, report, total, progress)
        for stream in sorted(streams.odd):
            lines.judge_stream(stream, report)
        report.streams = len(streams.last)
        rows.judge_rows(streams, report)
        _ask_the_others(None, report)
        _judge_guard(report)
    if progress:
        progress(report.entries, report.entries)
    return report


def verify_stream(stream: str) -> Report:
    """One stream: its lines, its row, and that each sealed line is in the tree of the last checkpoint."""
    report, streams = Report(), lines.Streams()
    origin = the_log().origin
    with one_moment():
        last, tree, fields = Checkpoint.objects.order_by("-size").first(), StoredTree(), rows.told_of()
        if last:
            seals.judge_note(last, known_keys(origin), report)
            report.size, report.root = last.size, last.root
        for line in lines.read(lines.OF_STREAM, stream):
            if line.place is None:
                seals.unheld(report, line)
            elif last:
                seals.judge_in_tree(line, last, tree, report)
            else:
                report.add(Kind.BEYOND_SEAL, line.name, "There is no checkpoint.")
            _take(line, streams, fields, report, 0, None)
        if streams.odd:
            lines.judge_stream(stream, report)
        report.streams = len(streams.last)
        rows.judge_row(stream, streams, report)
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


def _take(
    line: lines.Stored,
    streams: lines.Streams,
    fields: frozenset[str],
    report: Report,
    total: int,
    progress: Progress | None,
) -> None:
    lines.judge(line, report)
    streams.take(line, fields)
    report.entries += 1
    if progress and report.entries % TOLD_EVERY == 0:
        progress(report.entries, total)


def _ask_the_others(stream: str | None, report: Report) -> None:
    for check in rows.ROW_CHECKS:
        report.findings += check(stream)


def _judge_guard(report: Report) -> None:
    for name in triggers.missing(connection):
        report.add(Kind.GUARD_MISSING, name)
