"""``manage.py audit_verify [--stream claim:42] [--json]``: is the trail what it was?"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from apps.audit.sealing.keys import NoKey
from apps.audit.verifying.checking import verify, verify_stream
from apps.audit.verifying.findings import Report

INTACT, CHANGED, NOT_CHECKED = 0, 1, 2


class Command(BaseCommand):
    help = (
        "Verify the audit trail: every line, chain, leaf, checkpoint and anchor, and the rows that it tells of."
        " Exit status: 0 intact, 1 something was changed, 2 it could not be checked."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--claim", type=int, help="one claim alone")
        parser.add_argument("--stream", help='one stream alone: "story:3", "source:12"')
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="how many judge lines at once: one for each core"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        stream = f"claim:{options['claim']}" if options["claim"] else options["stream"]
        try:
            report = verify_stream(stream) if stream else self._verify_all(options)
        except (NoKey, DatabaseError, BrokenProcessPool) as error:
            self.stderr.write(f"The trail could not be checked: {error}")
            sys.exit(NOT_CHECKED)
        if stream and not report.entries and report.is_intact:
            self.stderr.write(f"There is no line of {stream}.")
            sys.exit(NOT_CHECKED)
        self.stdout.write(as_json(report) if options["json"] else as_text(report))
        sys.exit(INTACT if report.is_intact else CHANGED)

    def _verify_all(self, options: dict[str, Any]) -> Report:
        # Inside somebody's transaction nobody else sees its lines.
        processes = 1 if connection.in_atomic_block else max(1, options["processes"])
        return verify(None if options["json"] else self._progress, processes=processes)

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} of {total:,} lines", ending="\n" if done >= total else "")


def as_text(report: Report) -> str:
    """The report as people read it."""
    told = [
        f"{report.entries:,} lines in {report.streams:,} chains, {report.waiting:,} of them waiting for their seal,"
        f" {report.erased:,} with words erased",
        f"{report.checkpoints:,} checkpoints, {report.anchors:,} laid down elsewhere, {report.stamps:,} time-stamped",
        f"sealed up to {report.size:,}, root {report.root}" if report.size else "nothing is sealed yet",
        *(f"FOUND {finding.kind}: {finding}" for finding in report.findings),
        "The trail is intact." if report.is_intact else f"The trail was changed: {len(report.findings)} findings.",
    ]
    return "\n".join(told)


def as_json(report: Report) -> str:
    """The report as one JSON object."""
    counts = {
        name: getattr(report, name)
        for name in ("entries", "erased", "waiting", "streams", "checkpoints", "anchors", "stamps", "size", "root")
    }
    found = [{"kind": one.kind, "where": one.where, "says": one.says} for one in report.findings]
    return json.dumps({"intact": report.is_intact, **counts, "findings": found}, ensure_ascii=False)
