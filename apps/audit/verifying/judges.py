"""Has each line of the trail judged by itself: here, or by other processes at the same time."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor

from django.db import connections
from django.db.models import Max, Min

from apps.audit.models import Entry
from apps.audit.verifying.findings import Kind, Report
from apps.audit.verifying.lines import BY_ID, judge_all

Progress = Callable[[int, int], None]
AT_ONCE = 5_000


def judge_span(first: int, last: int) -> Report:
    """The lines between two ids, both counted."""
    return judge_all(BY_ID, first, last)


class Judges:
    """Those who judge lines while somebody else reads them in order.

    A line is never changed but by erasing, which keeps it true: each may be read at its own moment, on a connection
    of its own. More than one process means fork: before the caller's transaction begins.
    """

    def __init__(self, processes: int, progress: Progress | None) -> None:
        self.progress = progress
        self.total = self.read = self.judged = 0
        self.spans: list[tuple[int, int]] = []
        self.given: list[Future[Report]] = []
        self.pool: ProcessPoolExecutor | None = None
        if processes > 1:
            connections.close_all()  # a connection that two processes share is broken by the first that closes it
            self.pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"))
            self.pool.submit(int).result()  # the first piece of work forks them all

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def begin(self, total: int) -> None:
        """Hand out the lines that there are at this moment."""
        self.total = total
        ends = Entry.objects.aggregate(first=Min("id"), last=Max("id"))
        if ends["first"] is not None:
            starts = range(ends["first"], ends["last"] + 1, AT_ONCE)
            self.spans = [(start, min(start + AT_ONCE - 1, ends["last"])) for start in starts]
        if self.pool:
            self.given = [self.pool.submit(judge_span, *span) for span in self.spans]
            for given in self.given:
                given.add_done_callback(self._count)

    def tell(self, read: int) -> None:
        """So many lines have been read in order."""
        self.read = read
        if read % AT_ONCE == 0:
            self._tell()

    def end(self, report: Report) -> None:
        """Wait for what is not judged yet, and add what was found.

        Raises what a process raised, and BrokenProcessPool when one died.
        """
        self.read, found = report.entries, Report()
        for place, span in enumerate(self.spans):
            if self.pool:
                found.take(self.given[place].result())
            else:
                found.take(judge_span(*span))
                self.judged = found.entries
            self._tell()
        if found.entries < report.entries:
            gone = report.entries - found.entries
            report.add(Kind.ENTRY_MISSING, f"{gone} lines", "They went away while the trail was being verified.")
        found.entries = 0
        report.take(found)
        if self.progress:
            self.progress(report.entries, report.entries)

    def _count(self, given: Future[Report]) -> None:
        if not given.cancelled() and not given.exception():
            self.judged += given.result().entries

    def _tell(self) -> None:
        """A line is half done when it was read in its order, or judged by itself."""
        if self.progress:
            self.progress(min((self.read + self.judged) // 2, self.total), self.total)
