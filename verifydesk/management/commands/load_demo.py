import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts.models import User
from verifydesk.demo import newsroom


class Command(BaseCommand):
    help = "Load the demo newsroom into an empty database; the wire site must be up. Does nothing on a used database."

    def add_arguments(self, parser: CommandParser) -> None:
        port = os.environ.get("WIRE_PORT", "8010")
        parser.add_argument("--wire", default=f"http://127.0.0.1:{port}", help="address of the demo's wire site")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            return
        if not settings.DEBUG:
            raise CommandError("The demo newsroom has known people in it: it is loaded only with DEBUG on.")
        with transaction.atomic():
            newsroom.load(options["wire"].rstrip("/"), settings.VAR_DIR / "demo-sign-ins.json")
        self.stdout.write("The demo newsroom is loaded.")
