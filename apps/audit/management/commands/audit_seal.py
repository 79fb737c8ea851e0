"""``manage.py audit_seal``: seal what waits now, and lay down its checkpoints, without waiting for the clock."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit.sealing.anchors import anchor
from apps.audit.sealing.keys import NoKey
from apps.audit.sealing.sealer import seal
from apps.audit.sealing.tree import Inconsistent


class Command(BaseCommand):
    help = "Seal the lines that wait, sign a checkpoint and lay it down."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            while sealed := seal():
                done += sealed.entries
                self.stdout.write(f"sealed {sealed.entries:,} lines, {sealed.checkpoint.size:,} in all")
        except (Inconsistent, NoKey) as error:
            raise CommandError(f"{error} Nothing was signed: run `manage.py audit_verify`.") from error
        self.stdout.write(f"{done:,} lines sealed, {anchor():,} checkpoints laid down")
