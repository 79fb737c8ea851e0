"""Flags every claim that rests on copies which ``archive_check`` calls missing or damaged."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.archive.models import Capture
from apps.claims.actions import flag_for_damage


class Command(BaseCommand):
    help = "Flag the claims that rest on these copies: archive_check has called their records missing or damaged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("captures", nargs="+", type=int, metavar="NUMBER", help="numbers of captures")

    def handle(self, captures: list[int], **options: Any) -> None:
        for capture in Capture.objects.filter(pk__in=captures).order_by("pk"):
            sentence = f"The stored copy {capture.pk} is missing or damaged."
            if flag_for_damage(capture, sentence):
                self.stdout.write(f"{capture.pk}: the claims that rest on it are being flagged")
            else:
                self.stdout.write(f"{capture.pk}: nothing to flag, or flagged already")
