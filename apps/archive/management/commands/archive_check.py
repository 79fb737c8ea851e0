import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.archive.checking import check_captures, check_files
from apps.archive.models import Capture

TOLD_EVERY = 1_000


class Command(BaseCommand):
    help = "Read every archived record again; say what is missing, changed or known to no row. Exit status 1 if any is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("captures", nargs="*", type=int, help="numbers of captures; without any, the whole store")

    def handle(self, *args: Any, captures: list[int], **options: Any) -> None:
        chosen = Capture.objects.filter(pk__in=captures) if captures else Capture.objects.all()
        checked = wrong = 0
        for finding in check_captures(chosen.order_by("pk")):
            checked += 1
            if checked % TOLD_EVERY == 0:
                self.stderr.write(f"{checked} copies read, {wrong} damaged")
            if finding:
                wrong += 1
                self.stdout.write(str(finding))
        strays = 0
        for stray in () if captures else check_files():
            strays += 1
            self.stdout.write(str(stray))
        sound = checked - wrong
        self.stdout.write(f"{checked} copies read: {wrong} damaged, {sound} sound. Files that no row knows: {strays}.")
        if wrong or strays:
            sys.exit(1)
