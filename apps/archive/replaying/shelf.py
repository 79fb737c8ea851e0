"""What a stored copy holds, taken out of its record to be shown: bounded, of a known kind, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin

from django.utils.translation import gettext, gettext_lazy

from apps.archive.codes import Kind
from apps.archive.configured import limits
from apps.archive.models import Capture, Contents
from apps.archive.reading.kinds import CONTENT_TYPES, LOOKED_AT, PICTURES, kind_of
from apps.archive.records.contents import DOM, REVISIT, SCREENSHOT, Elsewhere, Entry, Stored, entries, read, surt
from apps.archive.records.storage import StoreFailed, open_record
from apps.archive.replaying import pages, styles
from apps.archive.replaying.addressing import Base
from apps.archive.web.addresses import Refused
from apps.archive.web.decoding import to_text

MOST_REDIRECTS = 5
MISSING = gettext_lazy("The archive can't find the record of this copy. Tell the administrator.")
AWAY = gettext_lazy(
    "The archive's store can't be reached now. Try again in a moment; if it stays so, tell the administrator."
)
DAMAGED = gettext_lazy(
    "The record of this copy is damaged, and this part of it can't be shown. Tell the administrator."
)
ELSEWHERE = gettext_lazy("This part of the copy lies in an earlier record, which this page does not open.")
NOT_HELD = gettext_lazy("The record of this copy holds nothing of this kind.")
NO_PAGE = gettext_lazy(
    "This copy is a document and no page. Its text, if it has one, is under Text; the record has it whole."
)
HTML_TYPES = ("text/html", "application/xhtml+xml")
PLAIN_TYPES = re.compile(r"text/(?!html|css).+|application/(?:[a-z.+-]*json|(?:[a-z.]+\+)?xml|javascript)")
# What may be shown beside a page, as what we say it is; whatever else a record holds is shown by nobody.
SERVED = {
    "text/css": "text/css; charset=utf-8",
    **{f"image/{name}": f"image/{name}" for name in ("png", "jpeg", "gif", "webp", "avif", "bmp", "svg+xml")},
    **dict.fromkeys(("image/jpg", "image/pjpeg"), "image/jpeg"),
    **dict.fromkeys(("image/x-icon", "image/vnd.microsoft.icon", "image/ico"), "image/x-icon"),
    **{f"font/{name}": f"font/{name}" for name in ("woff", "woff2", "ttf", "otf")},
    **dict.fromkeys(("application/font-woff", "application/x-font-woff"), "font/woff"),
    **dict.fromkeys(("application/font-woff2", "application/x-font-woff2"), "font/woff2"),
    **dict.fromkeys(("application/x-font-ttf", "application/x-font-truetype", "application/font-sfnt"), "font/ttf"),
    **dict.fromkeys(("application/x-font-otf", "application/x-font-opentype"), "font/otf"),
}
# Where the server did not know, or said something that it says of everything, the first bytes do.
UNSPOKEN = frozenset(
    {"", "unk", "application/octet-stream", "binary/octet-stream", "application/unknown", "text/plain"}
)
FONTS = {b"wOFF": "font/woff", b"wOF2": "font/woff2", b"OTTO": "font/otf", b"\0\1\0\0": "font/ttf", b"true": "font/ttf"}


class NotShown(Exception):
    """This can't be shown; the message is for the person. `away` means that it may be possible a moment later."""

    def __init__(self, sentence: object, *, away: bool = False) -> None:
        super().__init__(sentence)
        self.away = away


@dataclass(frozen=True)
class Piece:
    """What is sent to a browser: bytes of a kind that it won't take for another."""

    content_type: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a server sent around a page: first lines and headers, in the order in which they came."""

    url: str
    status: int
    reason: str
    headers: list[tuple[str, str]]


class Shelf:
    """One stored copy's record, by its index. `address` makes our own address of what lies at an offset in it."""

    def __init__(self, capture: Capture, address: Callable[[int], str]) -> None:
        self.capture = capture
        self._address = address
        contents = Contents.objects.filter(capture=capture.pk).first()
        self._cdxj = contents.cdxj if contents else ""
        try:
            known = entries(self._cdxj)
        except ValueError as error:
            raise NotShown(DAMAGED) from error
        self._by_offset = {entry.offset: entry for entry in known}
        self._by_url: dict[str, Entry] = {}
        self._by_key: dict[str, Entry] = {}
        for entry in sorted(known, key=_rank):
            self._by_url[entry.url] = entry
            self._by_key[entry.key] = entry

    def page(self) -> Piece:
        """The page as it was sent, written anew to do nothing; a document that is plain text, as text."""
        stored, body = self._opened(self._page())
        sent_as = _mime(stored.header("Content-Type") or self.capture.content_type)
        if kind_of(body[:LOOKED_AT]) in (Kind.PDF, *PICTURES) or sent_as.startswith(("image/", "video/", "audio/")):
            raise NotShown(NO_PAGE)
        text, _ = to_text(body, stored.header("Content-Type"))
        if PLAIN_TYPES.fullmatch(sent_as):
            return _html(pages.as_text(text))
        if sent_as not in HTML_TYPES and kind_of(body[:LOOKED_AT]) != Kind.HTML:
            said = gettext("This kind of document is not shown here (%(kind)s). The record has it.")
            raise NotShown(said % {"kind": sent_as or gettext("kind not stated")})
        return _html(pages.rewrite(text, self._url_of_page(), self._lookup))

    def dom(self) -> Piece:
        """The page as a browser had it after its scripts had run, written anew like any other."""
        stored, body = self._opened(self._drawn(DOM))
        text, _ = to_text(body, stored.header("Content-Type"))
        return _html(pages.rewrite(text, self._url_of_page(), self._lookup))

    def at(self, offset: int) -> Piece:
        """A picture, a style or a font that lies in this record and no other. Raises NotShown for all else."""
        entry = self._by_offset.get(offset)
        for _ in range(MOST_REDIRECTS):
            stored, body = self._opened(entry)
            if not 300 <= stored.status < 400:
                return self._piece(stored, body)
            entry = self._by_url.get(urljoin(stored.url, stored.header("Location")).partition("#")[0])
        raise NotShown(NOT_HELD)

    def document(self) -> Piece:
        """The page's own bytes under the kind that they are: for somebody who takes the document away."""
        _, body = self._opened(self._page())
        kind = kind_of(body[:LOOKED_AT])
        unknown = "text/plain" if self.capture.page.is_document else "application/octet-stream"
        return Piece(CONTENT_TYPES[kind] if kind else unknown, body)

    def beside(self, url: str) -> Piece:
        """What lies under this address in the record, as it is: for somebody who takes a recording away."""
        stored, body = self._opened(self._by_url.get(url))
        return Piece(_mime(stored.header("Content-Type")), body)

    def picture(self) -> str:
        """Our address of the page, when the page is a picture; empty when it isn't."""
        entry = self._page()
        mime = _mime(self.capture.content_type)
        return self._address(entry.offset) if entry and mime in SERVED and mime.startswith("image/") else ""

    def screenshot(self) -> str:
        """Our address of what a browser showed; empty when no browser drew the page."""
        entry = self._drawn(SCREENSHOT)
        return self._address(entry.offset) if entry else ""

    @property
    def has_dom(self) -> bool:
        return self._drawn(DOM) is not None

    def answers(self) -> list[Answer]:
        """What the servers said on the way to the page and at its end; nothing where no server was asked."""
        urls = [*(str(hop.get("url", "")) for hop in self.capture.redirects), self.capture.final_url]
        found = [self._by_url.get(url) for url in dict.fromkeys(urls)]
        told = [self._stored(entry) for entry in found if entry and entry.status]
        return [Answer(one.url, one.status, one.reason, one.headers) for one in told]

    def _page(self) -> Entry | None:
        url = self.capture.final_url
        return self._by_url.get(url) or self._by_key.get(surt(url))

    def _drawn(self, prefix: str) -> Entry | None:
        for url in (self.capture.final_url, self.capture.page.url):
            if entry := self._by_url.get(prefix + url):
                return entry
        return None

    def _url_of_page(self) -> str:
        upload = getattr(self.capture, "upload", None)
        return (upload.says_url if upload else "") or self.capture.final_url

    def _lookup(self, url: str) -> str | None:
        entry = self._by_url.get(url) or self._by_key.get(surt(url))
        return self._address(entry.offset) if entry and _may_be_served(entry) else None

    def _opened(self, entry: Entry | None) -> tuple[Stored, bytes]:
        stored = self._stored(entry)
        try:
            return stored, stored.decoded(limits())
        except Refused as error:
            raise NotShown(DAMAGED) from error

    def _stored(self, entry: Entry | None) -> Stored:
        if entry is None:
            raise NotShown(NOT_HELD)
        with _in_words(), open_record(self.capture.warc_name) as file:
            return read(file, entry, self._cdxj)

    def _piece(self, stored: Stored, body: bytes) -> Piece:
        content_type = _served_as(_mime(stored.header("Content-Type")), body)
        if content_type is None or not 200 <= stored.status < 300:
            raise NotShown(NOT_HELD)
        if content_type.startswith("text/css"):
            css, _ = to_text(body, stored.header("Content-Type"))
            body = styles.rewrite(css, Base(stored.url, self._lookup)).encode()
        return Piece(content_type, body)


@contextmanager
def _in_words() -> Iterator[None]:
    """What can go wrong with a record, as sentences."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotShown(MISSING) from error
    except StoreFailed as error:
        raise NotShown(f"{AWAY} ({error})", away=True) from error
    except OSError as error:
        raise NotShown(AWAY, away=True) from error
    except Elsewhere as error:
        raise NotShown(ELSEWHERE) from error
    except ValueError as error:
        raise NotShown(DAMAGED) from error


def _rank(entry: Entry) -> tuple[int, int]:
    """Of answers for one address the page stands last: it is the one that is kept."""
    return (2 if 200 <= entry.status < 300 else 1 if not entry.status else 0), entry.offset


def _may_be_served(entry: Entry) -> bool:
    leads_on = 300 <= entry.status < 400
    fit = entry.mime in SERVED or entry.mime in UNSPOKEN or entry.mime == REVISIT
    return leads_on or ((entry.status == 0 or 200 <= entry.status < 300) and fit)


def _served_as(mime: str, body: bytes) -> str | None:
    if mime not in UNSPOKEN:
        return SERVED.get(mime)
    kind = kind_of(body[:LOOKED_AT])
    return CONTENT_TYPES[kind] if kind in PICTURES else FONTS.get(body[:4])


def _mime(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _html(text: str) -> Piece:
    return Piece("text/html; charset=utf-8", text.encode("utf-8", "replace"))
