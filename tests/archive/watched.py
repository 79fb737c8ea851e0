"""What a test of the watch stands on: a page on a real site, cited, copied, read, and then looked at again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from apps.archive.actions import register_page, register_passage, request_capture, watch_page
from apps.archive.capturing import capture
from apps.archive.models import Capture, Drift, Host, Look, Page, Watch
from apps.archive.reading import reader
from apps.archive.watching import catching_up, looking
from apps.audit.context import Channel, entered_by

FIRST = "Two soldiers of the North were captured in the Kursk region on Thursday, the service said in a statement."
SECOND = "It gave no further details about the men, who were taken to hospital and are being treated for their wounds."
THIRD = "The embassy did not answer a request for comment, and the ministry said that it would look into the matter."


def article(*paragraphs: str, title: str = "Two captured", around: str = "") -> str:
    """A news page; `around` is what stands outside of the article."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or (FIRST, SECOND, THIRD))
    return (
        f'<html lang="en"><head><title>{title}</title></head><body><nav>Home World Sport {around}</nav>'
        f"<article><h1>{title}</h1>{text}</article><footer>{around}</footer></body></html>"
    )


STORY = article()


class Watched:
    """One watched page."""

    def __init__(self, url: str, by: Any, *quotes: str) -> None:
        self.page = register_page(url)
        self.by = by
        request_capture(self.page, by=by)
        watch_page(self.page, by=by)
        for quote in quotes:
            register_passage(self.page, quote)
        self.work()

    def work(self) -> None:
        """What the workers do when they are rung: copy what is queued, read it, compare it."""
        with entered_by(Channel.WORKER):
            for pk in Capture.objects.filter(page=self.page, state="queued").values_list("pk", flat=True):
                capture.run(pk)
            for pk in Capture.objects.stored().filter(page=self.page, read_at=None).values_list("pk", flat=True):
                reader.run(pk)
        tasks_caught_up()

    def look(self, *, after: timedelta = timedelta(hours=2)) -> Look:
        """Look again, as if so much time had passed since the last look, and let the workers do what follows."""
        Look.objects.filter(page=self.page).update(at=F("at") - after)
        Watch.objects.filter(page=self.page).update(
            next_look_at=timezone.now(), failing_since=F("failing_since") - after
        )
        with entered_by(Channel.WORKER):
            looking.run(self.page.pk)
        self.work()
        return Look.objects.filter(page=self.page).latest("pk")

    @property
    def watch(self) -> Watch:
        return Watch.objects.select_related("baseline", "page").get(page=self.page)

    @property
    def kinds(self) -> list[str]:
        """The findings so far, the oldest first."""
        return list(Drift.objects.filter(page=self.page).order_by("pk").values_list("kind", flat=True))

    @property
    def copies(self) -> int:
        return Capture.objects.filter(page=self.page).count()


def tasks_caught_up() -> None:
    """The sweep that compares, without a broker."""
    with entered_by(Channel.WORKER):
        behind = list(Watch.objects.behind().values_list("pk", flat=True))
        for pk in list(Capture.objects.comparable().newest_of(behind)):
            catching_up.run(pk)


def make_watch(number: int, **fields: Any) -> Watch:
    """A watch of a page that has a copy, without any site behind it."""
    host = Host.objects.get_or_create(name=fields.pop("host", f"news{number}.example.com"))[0]
    page = Page.objects.create(url=f"https://{host.name}/{number}", host=host)
    return Watch.objects.create(page=page, **{"next_look_at": timezone.now(), **fields})
