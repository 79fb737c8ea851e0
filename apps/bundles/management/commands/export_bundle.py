from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.archive.records.wacz import CannotExport
from apps.bundles.actions import export_bundle
from apps.claims.models import Claim


class Command(BaseCommand):
    help = "Write a claim with its evidence, its trail and the proofs into one file that others can check."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("claim", type=int, help="the claim's number")
        parser.add_argument("--output", type=Path, help="the file to write, new; if not given, claim-NUMBER.zip")

    def handle(self, *args: Any, claim: int, output: Path | None, **options: Any) -> None:
        found = Claim.objects.filter(pk=claim).first()
        if found is None:
            raise CommandError(f"There is no claim {claim}.")
        path = output or Path(f"claim-{claim}.zip")
        try:
            with path.open("x+b") as out:
                bundle = export_bundle(found, out, by=None)
        except FileExistsError as error:
            raise CommandError(f"{path} is there already.") from error
        except (CannotExport, OSError) as error:
            path.unlink(missing_ok=True)
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{path}: {bundle.entries} lines, {bundle.copies} copies, {bundle.size} bytes, SHA-256 {bundle.digest}"
        )
        for note in bundle.notes:
            self.stdout.write(f"  {note}")
