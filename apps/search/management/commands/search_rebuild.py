from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.search.catching_up import catch_up, rebuild
from apps.search.models import Kind


class Command(BaseCommand):
    help = "Read claims, sources and archived texts anew, so that search finds them. The desk may go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", choices=Kind.values, help="only these; otherwise everything")

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in [Kind(options["kind"])] if options["kind"] else Kind:
            told = -1
            for done, total in rebuild(kind):
                if (per_cent := 100 * done // max(total, done)) != told:
                    self.stdout.write(f"{kind.label}: {done:,} of {total:,} ({per_cent} %)")
                    told = per_cent
        while catch_up():
            self.stdout.write("What was written meanwhile is read too.")
