"""``manage.py audit_roles``: could the desk's database role change the trail? ``--sql ROLE`` says how it can't."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from apps.audit.roles import set_up, weaknesses


class Command(BaseCommand):
    help = "Check that the database role of the desk can't change the trail. Exit status: 0 it can't, 1 it can."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sql", metavar="ROLE", help="print what the owner of the tables runs for this role")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError(
                "SQLite has no roles: whoever may write its file may change it. Lay the checkpoints down elsewhere"
                " (AUDIT_ANCHOR_DIR), and verify against them."
            )
        if role := options["sql"]:
            try:
                self.stdout.write("\n".join(set_up(role)))
            except ValueError as error:
                raise CommandError(str(error)) from error
            return
        found = weaknesses(connection)
        for sentence in found:
            self.stdout.write(sentence)
        self.stdout.write("The role can't change the trail." if not found else "Set up a second role: see the guide.")
        sys.exit(1 if found else 0)
