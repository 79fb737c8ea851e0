"""Holds the archive against its rows, and flags the claims whose evidence is damaged: so it stands with the claims."""

import json
import sys
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from apps.archive.checking import Finding, check_captures, check_files, check_looks, check_refusals
from apps.archive.models import Capture
from apps.archive.records.storage import StoreFailed
from apps.claims.actions import flag_for_damage

TOLD_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = (
        "Read every archived record again; say what is missing, changed or known to no row, and flag the claims that "
        "rest on a damaged copy. Exit status 1 if anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("captures", nargs="*", type=int, help="numbers of captures; without any, the whole store")
        parser.add_argument("--since-id", type=int, default=0, help="go on with the capture of this number")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")
        parser.add_argument(
            "--grace",
            type=float,
            default=settings.ARCHIVE_LEASE_SECONDS,
            help="seconds that a file may be there before a row knows it (default: ARCHIVE_LEASE_SECONDS)",
        )

    def handle(self, *args: Any, captures: list[int], since_id: int, grace: float, **options: Any) -> None:
        self.as_json = options["json"]
        self.started = self.told_at = time.monotonic()
        self.records = self.files = self.wrong = self.strays = 0
        chosen = Capture.objects.filter(pk__in=captures) if captures else Capture.objects.filter(pk__gte=since_id)
        try:
            for capture, found in check_captures(chosen):
                self.read(found, f"capture {capture.pk}")
                if found and flag_for_damage(capture, found):
                    self.stderr.write(f"capture {capture.pk}: the claims that rest on it are being flagged")
            if not captures:
                self.everything_else(timedelta(seconds=grace))
        except StoreFailed as failed:
            raise CommandError(f"The store is away: {failed} {self.progress('')}") from failed
        self.sum_up()
        if self.wrong or self.strays:
            sys.exit(1)

    def everything_else(self, grace: timedelta) -> None:
        for attempt, found in check_refusals():
            self.read(found, f"attempt {attempt.pk}")
        for look, found in check_looks():
            self.read(found, f"look {look.pk}")
        for finding in check_files(timezone.now() - grace):
            self.files += 1
            if finding:
                self.strays += 1
                self.tell(finding)
            self.tell_progress("")

    def read(self, found: list[Finding], where: str) -> None:
        """One more record is read."""
        self.records += 1
        self.wrong += bool(found)
        for finding in found:
            self.tell(finding)
        self.tell_progress(where)

    def tell(self, finding: Finding) -> None:
        told = {
            "damage": finding.damage.name.lower(),
            "where": finding.where,
            "file": finding.file,
            "detail": finding.detail,
            "sentence": str(finding),
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False) if self.as_json else str(finding))

    def tell_progress(self, where: str) -> None:
        if time.monotonic() - self.told_at >= TOLD_EVERY_SECONDS:
            self.told_at = time.monotonic()
            self.stderr.write(self.progress(where))

    def progress(self, where: str) -> str:
        rate = self.records / max(time.monotonic() - self.started, 0.001)
        last = f", last {where}" if where else ""
        files = f", {self.files} files looked at" if self.files else ""
        return f"{self.records} records read, {rate:.0f} a second, {self.wrong} damaged{files}{last}"

    def sum_up(self) -> None:
        self.stderr.write(self.progress(""))
        sound = self.records - self.wrong
        if self.as_json:
            told = {"records": self.records, "damaged": self.wrong, "sound": sound}
            self.stdout.write(json.dumps({**told, "files": self.files, "strays": self.strays}))
            return
        said = f"{self.records} records read: {self.wrong} damaged, {sound} sound."
        self.stdout.write(f"{said} Files that belong to no record: {self.strays}.")
