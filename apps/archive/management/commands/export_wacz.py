import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.archive.actions import record_export
from apps.archive.models import Capture
from apps.archive.records.wacz import CannotExport, write_wacz


class Command(BaseCommand):
    help = "Write stored copies into one WACZ file, which others open. The trail says that it was made."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file to write; it must not be there yet")
        parser.add_argument("captures", nargs="+", type=int, metavar="CAPTURE", help="numbers of captures")
        parser.add_argument("--json", action="store_true", help="tell what is in it as one JSON object")

    def handle(self, *args: Any, file: Path, captures: list[int], **options: Any) -> None:
        chosen = Capture.objects.filter(pk__in=captures).select_related("page").order_by("pk")
        if unknown := set(captures) - {capture.pk for capture in chosen}:
            raise CommandError(f"There is no capture {', '.join(map(str, sorted(unknown)))}.")
        try:
            with file.open("x+b") as out:
                exported = write_wacz(out, chosen, title=f"Copies {', '.join(map(str, sorted(set(captures))))}")
        except FileExistsError as error:
            raise CommandError(f"{file} is there already.") from error
        except (CannotExport, OSError) as error:
            file.unlink(missing_ok=True)
            raise CommandError(str(error)) from error
        record_export(exported, by=None, stream=chosen[0].page.stream, target=", ".join(one.page.url for one in chosen))
        told = {"file": str(file), "wacz_sha256": exported.digest, "bytes": exported.size, "records": exported.records}
        if options["json"]:
            self.stdout.write(json.dumps({**told, "notes": exported.notes}))
            return
        self.stdout.write(f"{file}: {len(exported.records)} copies, {exported.size} bytes, SHA-256 {exported.digest}")
        for note in exported.notes:
            self.stdout.write(f"  {note}")
