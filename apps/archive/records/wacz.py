"""Copies as others open them: one or many records in one WACZ 1.1.1 file, with pages, index and digests.

https://specs.webrecorder.net/wacz/1.1.1/. Records go in with their own bytes, and nothing is packed again, so that a
player reads single answers out of the file; each is read once, and held to the digest that it is named by.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any
from zipfile import ZipFile, ZipInfo

from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext as _

from apps.archive.configured import SOFTWARE
from apps.archive.models import Capture, Contents, record_name
from apps.archive.records.contents import Elsewhere, Entry, entries, find_among, read, stamp
from apps.archive.records.storage import open_record

VERSION = "1.1.1"
PIECE = 262_144
IN_MEMORY = 1_000_000
LINES_AT_ONCE = 16_384
# Letters of text that stand with a page, for players to search. The record has all of them.
LONGEST_TEXT = 100_000
# How many copies of an address are looked through for the body that a revisit means.
MOST_HOLDERS = 50


class CannotExport(Exception):
    """What can't be handed out whole, and why: a sentence fit to be shown."""


@dataclass(frozen=True)
class Exported:
    """What a WACZ holds: its own digest and size, the record's digest of each copy, and what to know of it."""

    digest: str
    size: int
    records: dict[int, str]
    notes: tuple[str, ...]


@dataclass
class Record:
    """One record on its way into the file, and the lines of the index that lead into it."""

    digest: str
    pk: int
    url: str
    index: list[Entry] = field(default_factory=list)

    @property
    def whose(self) -> str:
        """As the notes in the file name it: they are read where nobody asks the desk."""
        return f"copy {self.pk} of {self.url}"

    @property
    def file_name(self) -> str:
        return f"{self.digest}.warc.gz"


def write_wacz(out: IO[bytes], captures: Iterable[Capture], *, title: str, notes: Sequence[str] = ()) -> Exported:
    """Write these stored copies as one WACZ into an empty file that can be sought and read.

    A revisit of another copy's record brings that record along; where no copy has what it means, it is left out of
    the index and a note says so. Raises CannotExport, and OSError if the file can't be written.
    """
    with ExitStack() as stack:
        package = _Package(stack.enter_context(ZipFile(out, "w")), notes)
        pages = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        pages.write(_line({"format": "json-pages-1.0", "id": "pages", "title": "All pages"}))
        index = _Index(stack.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)))
        for capture in captures:
            package.add_capture(capture, pages, index)
        if not package.captures:
            raise CannotExport(_("There is no stored copy to hand out."))
        package.add("indexes/index.cdx", index.merged())
        package.add("pages/pages.jsonl", _pieces(pages))
        package.finish(title)
    size = out.tell()
    out.seek(0)
    digest = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
    return Exported(digest, size, package.captures, tuple(package.notes))


class _Package:
    """The file as it grows, and what its table of contents will say."""

    def __init__(self, archive: ZipFile, notes: Sequence[str]) -> None:
        self._archive = archive
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._sizes: dict[str, int] = {}
        self._resources: list[dict[str, Any]] = []
        self._main: dict[str, str] = {}
        self.notes = list(notes)
        self.captures: dict[int, str] = {}

    def add_capture(self, capture: Capture, pages: IO[bytes], index: _Index) -> None:
        """The copy's record, its page, its lines of the index, and whatever its revisits mean."""
        lines, words = _known_of(capture)
        page = find_among(lines, capture.final_url) or find_among(lines, capture.page.url)
        if page is None:
            raise _refused(
                _("The index of copy %(copy)d of %(url)s does not lead to the page. Tell the administrator."),
                capture.pk,
                capture.page.url,
            )
        record = Record(capture.warc_digest, capture.pk, capture.page.url, lines)
        for one in [*self._meant_by_revisits(record), record]:
            self._add_record(one)
            index.add(one)
        self.captures[capture.pk] = capture.warc_digest
        if capture.page.is_document:
            self.notes.append(f"The {record.whose} is what was handed in at the desk: it has no web address.")
        elif capture.by_hand:
            self.notes.append(f"The {record.whose} was uploaded by hand: no server sent it to the archive.")
        told = {"id": f"capture-{capture.pk}", "url": page.url, "ts": _iso(page.timestamp), **words}
        self._main = self._main or {"mainPageUrl": told["url"], "mainPageDate": told["ts"]}
        pages.write(_line(told))

    def add(self, path: str, pieces: Iterable[bytes], *, size: int = 0) -> tuple[str, int]:
        """One file of the package, of about this size if it may be a large one. Returns its digest and its size."""
        info = ZipInfo(path, self._now.timetuple()[:6])
        info.external_attr = 0o644 << 16
        info.file_size = size  # decides, before anything is written, whether ZIP needs its longer header
        digest, written = hashlib.sha256(), 0
        with self._archive.open(info, "w") as file:
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                file.write(piece)
        known = {"name": path.rpartition("/")[2], "path": path, "hash": f"sha256:{digest.hexdigest()}"}
        self._resources.append({**known, "bytes": written})
        return digest.hexdigest(), written

    def finish(self, title: str) -> None:
        """The table of contents, and the digest of that."""
        moment = self._now.strftime("%Y-%m-%dT%H:%M:%SZ")
        package = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": title,
            "description": " ".join(self.notes),
            "software": SOFTWARE,
            "created": moment,
            "modified": moment,
            **self._main,
            "resources": self._resources,
        }
        told = json.dumps({name: value for name, value in package.items() if value}, indent=2).encode()
        digest, _ = self.add("datapackage.json", [told])
        about = {"path": "datapackage.json", "hash": f"sha256:{digest}"}
        self.add("datapackage-digest.json", [json.dumps(about, indent=2).encode()])

    def _add_record(self, record: Record) -> None:
        """The record's own bytes, once, however many copies rest on it."""
        if record.digest not in self._sizes:
            with _opened(record) as file:
                path, size = f"archive/{record.file_name}", int(file.size)
                digest, self._sizes[record.digest] = self.add(path, _read(file, record), size=size)
            if digest != record.digest:
                raise _refused(
                    _(
                        "The record of copy %(copy)d of %(url)s is damaged: its bytes have changed."
                        " Tell the administrator."
                    ),
                    record.pk,
                    record.url,
                )
        if any(entry.offset + entry.length > self._sizes[record.digest] for entry in record.index):
            raise _refused(
                _("The record of copy %(copy)d of %(url)s does not fit its index. Tell the administrator."),
                record.pk,
                record.url,
            )

    def _meant_by_revisits(self, record: Record) -> list[Record]:
        """The records of other copies that hold what this one only refers to; without any, the line is left out."""
        own = {entry.digest for entry in record.index if not entry.is_revisit}
        pointing = [entry for entry in record.index if entry.is_revisit and entry.digest not in own]
        others: dict[str, Record] = {}
        if not pointing:
            return []
        with _opened(record) as file:
            for entry in pointing:
                held = _held(_meant(file, record, entry), entry.digest)
                if held is None:
                    record.index.remove(entry)
                    self.notes.append(f"Not to be replayed: {entry.url}, which {record.whose} only refers to.")
                    continue
                holder, line = held
                other = others.setdefault(holder.warc_digest, Record(holder.warc_digest, holder.pk, holder.page.url))
                other.index.append(line)
                self.notes.append(f"With the record of {other.whose}, to which {record.whose} refers.")
        return list(others.values())


class _Index:
    """Lines of many indexes, each sorted, in one file; merged they are sorted too, and each is there once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._runs: list[tuple[int, int]] = []

    def add(self, record: Record) -> None:
        """The record's lines, which now say in which file they lead."""
        named = f', "filename": "{record.file_name}"}}\n'
        start = self._file.seek(0, 2)
        self._file.writelines(sorted((e.line().removesuffix("}\n") + named).encode() for e in record.index))
        self._runs.append((start, self._file.tell()))

    def merged(self) -> Iterator[bytes]:
        last = b""
        for line in heapq.merge(*(self._lines(start, end) for start, end in self._runs)):
            if line != last:
                yield line
            last = line

    def _lines(self, start: int, end: int) -> Iterator[bytes]:
        rest = b""
        while start < end:
            self._file.seek(start)
            piece = self._file.read(min(LINES_AT_ONCE, end - start))
            start += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from (line + b"\n" for line in lines)


def _refused(sentence: str, copy: int, url: str) -> CannotExport:
    return CannotExport(sentence % {"copy": copy, "url": url})


def _known_of(capture: Capture) -> tuple[list[Entry], dict[str, str]]:
    """The index of the copy's record, and what was read of the page: its headline, and its text to be searched."""
    contents = Contents.objects.filter(capture=capture).annotate(
        title=F("capture__extract__title"), beginning=Left("capture__extract__text", LONGEST_TEXT)
    )
    known = contents.values_list("cdxj", "title", "beginning").first()
    if not capture.is_stored or known is None:
        raise _refused(
            _("There is no record, or no index of it, for copy %(copy)d of %(url)s. Tell the administrator."),
            capture.pk,
            capture.page.url,
        )
    cdxj, title, text = known
    try:
        lines = entries(cdxj)
    except ValueError as error:
        sentence = _("The record of copy %(copy)d of %(url)s does not fit its index. Tell the administrator.")
        raise _refused(sentence, capture.pk, capture.page.url) from error
    return lines, {name: value for name, value in (("title", title), ("text", text)) if value}


def _meant(file: IO[bytes], record: Record, revisit: Entry) -> Elsewhere:
    """Where the body of this revisit lies, by its own account."""
    try:
        read(file, revisit)
    except Elsewhere as elsewhere:
        return elsewhere
    except ValueError as error:
        raise _refused(
            _("The record of copy %(copy)d of %(url)s is damaged. Tell the administrator."), record.pk, record.url
        ) from error
    raise _refused(
        _("The record of copy %(copy)d of %(url)s does not fit its index. Tell the administrator."),
        record.pk,
        record.url,
    )


def _held(meant: Elsewhere, digest: str) -> tuple[Capture, Entry] | None:
    """The copy whose record holds this very body, and the line that leads to it."""
    stored = Capture.objects.stored().filter(Q(final_url=meant.url) | Q(page__url=meant.url))
    at = stamp(meant.at) if meant.at else ""
    for capture in stored.select_related("page", "contents").order_by("-pk")[:MOST_HOLDERS]:
        for entry in entries(capture.contents.cdxj):
            is_meant = entry.digest == digest if digest else entry.timestamp == at
            if is_meant and entry.url == meant.url and not entry.is_revisit:
                return capture, entry
    return None


@contextmanager
def _opened(record: Record) -> Iterator[Any]:
    try:
        file = open_record(record_name(record.digest))
    except FileNotFoundError as error:
        raise _refused(
            _("The record of copy %(copy)d of %(url)s is missing from the archive. Tell the administrator."),
            record.pk,
            record.url,
        ) from error
    except OSError as error:
        raise _refused(
            _("The record of copy %(copy)d of %(url)s can't be read now. Tell the administrator."),
            record.pk,
            record.url,
        ) from error
    with file:
        yield file


def _read(file: IO[bytes], record: Record) -> Iterator[bytes]:
    """The record's bytes. That it can't be read is another matter than that the package can't be written."""
    while True:
        try:
            piece = file.read(PIECE)
        except OSError as error:
            raise _refused(
                _("The record of copy %(copy)d of %(url)s can't be read now. Tell the administrator."),
                record.pk,
                record.url,
            ) from error
        if not piece:
            return
        yield piece


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    yield from iter(lambda: file.read(PIECE), b"")


def _line(told: dict[str, str]) -> bytes:
    return json.dumps(told).encode() + b"\n"


def _iso(timestamp: str) -> str:
    """An index's fourteen digits as ISO 8601: a player looks for the page at this very moment."""
    return datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
