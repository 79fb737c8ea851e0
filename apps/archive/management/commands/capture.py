import json
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from apps.archive.actions import AlreadyBeingCopied, register_page, request_capture
from apps.archive.capturing import capture as workshop
from apps.archive.codes import BLOCKED, Phase
from apps.archive.models import Capture, Page
from apps.archive.reading import reader
from apps.archive.records.storage import place
from apps.archive.web.addresses import Refused

ANOTHER_WORKER_SECONDS = 120


class Command(BaseCommand):
    help = "Archive pages now, without a claim, and tell what came of each. Exit status 0 when all are stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("urls", nargs="+", metavar="URL")
        parser.add_argument("--json", action="store_true", help="one JSON object a line, with the text")

        parser.add_argument("--rendered", action="store_true", help="have a browser draw each page too")

    def handle(self, *args: Any, urls: list[str], rendered: bool, **options: Any) -> None:
        self.rendered = rendered
        if rendered and settings.ARCHIVE_RENDER == "never":
            raise CommandError("ARCHIVE_RENDER is never: this desk draws no pages.")
        failed = 0
        for number, url in enumerate(urls, start=1):
            self.stderr.write(f"{number} of {len(urls)}: {url}")
            told = self.archived(url)
            failed += told["state"] not in Capture.HELD
            self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else self.in_words(told))
        if failed:
            sys.exit(1)

    def archived(self, url: str) -> dict[str, Any]:
        """Archive one page and gather what is known of it."""
        try:
            asked = self.asked(register_page(url))
        except Refused as refused:
            state = Capture.State.BLOCKED if refused.code in BLOCKED else Capture.State.FAILED
            told = {"url": url, "state": state.value, "code": refused.code.value, "failure": str(refused.code.label)}
            return {**told, "detail": refused.detail}
        self.settle(asked)
        return self.facts(Capture.objects.select_related("page__host", "extract").get(pk=asked.pk))

    def asked(self, page: Page) -> Capture:
        """A copy that is to be made; where one without a drawing is being made, that one is waited for first."""
        try:
            return request_capture(page, by=None, rendered=self.rendered)
        except AlreadyBeingCopied:
            self.settle(page.captures.filter(state__in=Capture.IN_FLIGHT).latest("pk"))
        return request_capture(page, by=None, rendered=self.rendered)

    def tell(self, phase: Phase, received: int) -> None:
        """How far it is, a line a second."""
        self.stderr.write(f"  {phase.label}: {filesizeformat(received)}")

    def settle(self, asked: Capture) -> None:
        """Copy and read it, or wait for the worker who was faster, and for its turn at a host that others are at."""
        ends = time.monotonic() + ANOTHER_WORKER_SECONDS
        while True:
            workshop.run(asked.pk, with_browser=asked.wants_browser, heard=self.tell)
            reader.run(asked.pk)
            now = Capture.objects.get(pk=asked.pk)
            is_under_way = now.state == Capture.State.FETCHING or (now.state == Capture.State.QUEUED and now.phase)
            is_unread = now.is_stored and now.read_at is None
            if not (is_under_way or is_unread) or time.monotonic() > ends:
                return
            time.sleep(0.2)

    def waiting(self, capture: Capture) -> dict[str, Any]:
        """Why a copy is still queued, and until when it stays so at least."""
        if capture.state != Capture.State.QUEUED:
            return {"waiting": "", "not_before": None}
        host, now, until = capture.page.host, timezone.now(), capture.next_attempt_at
        if host.held_until and host.held_until > now:
            why, until = f"{host} has asked the desk to wait.", max(until, host.held_until)
        elif capture.phase == Phase.TURN:
            why = f"Other pages of {host} are being copied, as many as may be at once."
        elif capture.attempt:
            why = f"Attempt {capture.attempt} of {capture.last_attempt} failed; a worker tries again."
        else:
            why = f"Its turn at {host} has not come."
        return {"waiting": why, "not_before": until.isoformat() if until > now else None}

    def facts(self, capture: Capture) -> dict[str, Any]:
        extract = getattr(capture, "extract", None)
        told = {
            "url": capture.page.url,
            "capture": capture.pk,
            "state": capture.state,
            "code": capture.code,
            "failure": capture.failure,
            "caution": capture.caution,
            "method": capture.method,
            "detail": capture.detail,
            "attempt": capture.attempt,
            **self.waiting(capture),
            "http_status": capture.http_status,
            "robots": capture.robots,
            "final_url": capture.final_url,
            "redirects": capture.redirects,
            "ip": capture.ip,
            "fetched_at": capture.fetched_at.isoformat() if capture.fetched_at else None,
            "content_type": capture.content_type,
            "body_bytes": capture.body_bytes,
            "requisites": capture.requisites,
            "requisites_missing": capture.requisites_missing,
            "body_sha256": capture.body_digest,
            "record_sha256": capture.warc_digest,
            "file": place(capture.warc_name) if capture.is_stored else "",
        }
        if extract:
            told |= {
                "title": extract.title,
                "byline": extract.byline,
                "published": extract.published_at.isoformat() if extract.published_at else None,
                "site": extract.site_name,
                "language": extract.language,
                "canonical_url": extract.canonical_url,
                "credit_line": extract.credit_line,
                "charset": extract.charset,
                "text_length": len(extract.text),
                "text_sha256": extract.text_digest,
                "problem": extract.problem,
                "text": extract.text,
            }
        return told

    def in_words(self, told: dict[str, Any]) -> str:
        """The same for people: what is known, a line each, without the text itself."""
        lines = [f"{told['state']}: {told['url']}"]
        lines += [
            f"  {name.replace('_', ' ')}: {value}"
            for name, value in told.items()
            if name not in {"state", "url", "text"} and value not in (None, "", [])
        ]
        return "\n".join(lines)
