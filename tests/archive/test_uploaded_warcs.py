"""Web archives that others made: what is taken as it is, what is packed anew, and what is refused and why."""

import gzip
import hashlib
import io
import tracemalloc
import zlib
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from apps.archive import tasks
from apps.archive.actions import UploadRefused, upload_copy
from apps.archive.actions.uploads import keep
from apps.archive.codes import Kind
from apps.archive.models import Arrival, Capture
from apps.archive.reading import reader
from apps.archive.receiving import arriving
from apps.archive.receiving.documents import forgotten_if_refused, receive
from apps.archive.records.contents import entries, read
from apps.archive.records.storage import open_record
from tests.archive import uploads
from tests.archive.stores import stored_files
from tests.archive.test_capture import rung
from tests.archive.test_uploads import NOTE
from tests.archive.uploads import PAGE, URL
from tests.newsroom import make_page, make_reporter

pytestmark = pytest.mark.django_db
HTML = {"Content-Type": "text/html"}
CHUNKED = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (PAGE[:100], PAGE[100:])) + b"0\r\n\r\n"
OTHER = ("https://paper.example.com/shot.png", 200, {"Content-Type": "image/png"}, uploads.png())


@pytest.fixture
def bring():
    rita = make_reporter()

    def brought(data, url=URL):
        return upload_copy(make_page(url), io.BytesIO(data), by=rita, file_name="a.warc.gz", note=NOTE)

    return brought


def test_one_packed_record_by_record_is_kept_with_its_own_bytes(bring):
    data = uploads.warc(OTHER, (URL, 200, HTML, PAGE))
    capture = bring(data)
    capture.refresh_from_db()
    assert (capture.upload.kind, capture.method) == (Kind.WARC, "uploaded")
    assert capture.warc_digest == hashlib.sha256(data).hexdigest() == capture.upload.file_digest
    assert (capture.http_status, capture.content_type, capture.final_url) == (200, "text/html", URL)
    assert capture.body_digest == hashlib.sha256(PAGE).hexdigest()
    assert reader.body_of(capture) == PAGE
    assert capture.requisites == 1
    reader.run(capture.pk)
    capture.refresh_from_db()
    assert capture.extract.title == "Two captured"


class TestTheVerySameFile:
    """A WARC keeps its own bytes, so that two who bring it mean one record."""

    def test_one_that_a_copy_holds_is_not_taken_away_by_another_that_is_refused(self, bring):
        data = uploads.warc()
        held = bring(data)
        received = receive(io.BytesIO(data), URL, name="again.warc.gz")
        with pytest.raises(UploadRefused), forgotten_if_refused(received):
            raise UploadRefused("Not this time.")
        assert reader.body_of(held) == PAGE
        assert not Arrival.objects.exists()

    def test_one_that_no_copy_holds_goes_when_it_is_refused(self):
        received = receive(io.BytesIO(uploads.warc()), URL, name="a.warc.gz")
        assert len(stored_files()) == 1
        with pytest.raises(UploadRefused), forgotten_if_refused(received):
            raise UploadRefused("Not this time.")
        assert stored_files() == set()

    def test_one_that_a_killed_process_left_is_the_next_ones_who_brings_it(self, bring):
        data = uploads.warc()
        receive(io.BytesIO(data), URL, name="lost.warc.gz")
        Arrival.objects.update(at=timezone.now() - timedelta(days=1))
        number = arriving.abandoned()[0]
        kept = bring(data)
        arriving.clear_away(number)
        assert reader.body_of(kept) == PAGE

    def test_one_that_is_just_being_removed_is_to_be_brought_once_more(self, bring):
        data = uploads.warc()
        receive(io.BytesIO(data), URL, name="lost.warc.gz")
        Arrival.objects.update(let_go_at=timezone.now())
        with pytest.raises(UploadRefused, match="once more"):
            bring(data)
        Arrival.objects.all().delete()
        assert reader.body_of(bring(data)) == PAGE

    def test_one_that_was_removed_before_its_row_came_is_no_evidence(self, bring):
        data = uploads.warc()
        received = receive(io.BytesIO(data), URL, name="slow.warc.gz")
        Arrival.objects.update(at=timezone.now() - timedelta(days=1))
        arriving.clear_away(arriving.abandoned()[0])
        with pytest.raises(UploadRefused, match="once more"), transaction.atomic():
            keep(make_page(URL), received, by=make_reporter("ben"), note=NOTE)
        assert not Capture.objects.exists()

    def test_what_is_just_being_brought_is_left_alone(self):
        receive(io.BytesIO(uploads.warc()), URL, name="a.warc.gz")
        arriving.clear_away(Arrival.objects.get().pk)
        assert (arriving.abandoned(), len(stored_files())) == ([], 1)

    def test_the_sweep_rings_for_what_was_abandoned(self):
        receive(io.BytesIO(uploads.warc()), URL, name="lost.warc.gz")
        # A number that no other row has: bells of other tests lie in the same queue.
        Arrival.objects.update(id=987_654_321)
        tasks.sweep()
        assert 987_654_321 not in rung("desk")
        Arrival.objects.update(at=timezone.now() - timedelta(days=1))
        tasks.sweep()
        assert 987_654_321 in rung("desk")
        tasks.clear_away(987_654_321)
        assert stored_files() == set()


def test_when_it_was_fetched_is_what_the_file_says(bring):
    capture = bring(uploads.warc(date="2025-12-24T10:00:00Z"))
    assert capture.fetched_at.isoformat() == "2025-12-24T10:00:00+00:00"
    assert capture.upload.says_at == capture.fetched_at
    assert capture.requested_at > capture.fetched_at


@pytest.mark.parametrize(
    "data",
    [uploads.warc(OTHER, (URL, 200, HTML, PAGE), packed=False), uploads.in_one_member(uploads.warc(packed=False))],
    ids=["not packed", "packed as a whole"],
)
def test_any_other_is_packed_anew_record_by_record_and_nothing_in_it_changes(bring, data):
    capture = bring(data)
    plain = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    with open_record(capture.warc_name) as file:
        packed = file.read()
    assert gzip.decompress(packed) == plain
    assert reader.body_of(capture) == PAGE
    for entry in entries(capture.contents.cdxj):
        assert read(io.BytesIO(packed), entry, capture.contents.cdxj).url == entry.url
    with open_record(capture.warc_name) as file:
        assert all(record.digest_checker.passed is not False for record in ArchiveIterator(file, check_digests=True))


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("https://paper.example.com/story", "http://paper.example.com/story"),
        ("https://paper.example.com/story", "https://paper.example.com/story/"),
        ("https://paper.example.com/story", "https://www.paper.example.com/story"),
        ("https://paper.example.com/story?b=2&a=1", "https://paper.example.com/story?a=1&b=2"),
    ],
)
def test_the_page_is_found_under_another_spelling_of_its_address(bring, asked, held):
    capture = bring(uploads.warc((held, 200, HTML, PAGE)), asked)
    assert capture.final_url == held
    assert reader.body_of(capture) == PAGE


def test_the_redirects_inside_the_file_are_followed_and_kept(bring):
    moved = (URL, 301, {"Location": "/moved", "Content-Type": "text/html"}, b"moved")
    capture = bring(uploads.warc(moved, ("https://paper.example.com/moved", 200, HTML, PAGE)))
    assert capture.final_url == "https://paper.example.com/moved"
    assert capture.redirects == [{"url": URL, "status": 301, "ip": ""}]
    assert reader.body_of(capture) == PAGE


@pytest.mark.parametrize(
    "answer",
    [
        (URL, 200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(PAGE)),
        (URL, 200, HTML | {"Transfer-Encoding": "chunked"}, CHUNKED),
    ],
    ids=["gzip", "chunked"],
)
def test_a_packed_or_chunked_page_is_read_as_a_browser_reads_it(bring, answer):
    capture = bring(uploads.warc(answer))
    assert capture.body_digest == hashlib.sha256(PAGE).hexdigest()
    assert reader.body_of(capture) == PAGE


def test_a_page_that_no_server_answered_is_a_page(bring):
    capture = bring(uploads.warc(resource=(URL, PAGE)))
    assert (capture.http_status, capture.content_type) == (None, "text/html")
    assert reader.body_of(capture) == PAGE


def test_the_page_itself_comes_before_a_broken_answer_of_the_same_address(bring):
    capture = bring(uploads.warc((URL, 200, HTML, PAGE), (URL, 503, HTML, b"later")))
    assert (capture.http_status, reader.body_of(capture)) == (200, PAGE)


def test_our_own_record_comes_back_as_it_left(bring):
    first = bring(PAGE)
    with open_record(first.warc_name) as file:
        again = bring(file.read())
    assert again.warc_digest == first.warc_digest
    assert reader.body_of(again) == PAGE


def damaged():
    data = bytearray(uploads.warc())
    data[-60] ^= 0xFF
    return bytes(data)


def one_letter_changed():
    """Packed anew, so that gzip has nothing to complain of."""
    return gzip.compress(uploads.warc(packed=False).replace(b"Kursk", b"Kyrsk", 1))


def longer_than_it_says():
    return uploads.warc(packed=False).replace(b"Two captured</title>", b"Two captured and more</title>", 1)


def endless_header():
    plain = uploads.warc(packed=False)
    return plain.replace(b"WARC/1.1\r\n", b"WARC/1.1\r\nX: " + b"x" * 100_000 + b"\r\n", 1)


def endless_http_header():
    return uploads.warc((URL, 200, HTML | {"X": "x" * 100_000}, PAGE))


PLAIN = uploads.warc(packed=False)
REFUSED = {
    "empty gzip": (gzip.compress(b""), "no proper WARC"),
    "gzip of a page": (gzip.compress(PAGE), "no proper WARC"),
    "cut in a packed record": (uploads.warc()[:-30], "breaks off"),
    "cut between a record's parts": (PLAIN[:-300], "breaks off"),
    "a zip behind it": (uploads.warc() + b"PK\x03\x04" + bytes(40), "hidden behind the end"),
    "a page behind it": (PLAIN + b"<html><script>", "hidden behind the end"),
    "zeros behind it": (uploads.warc() + bytes(100), "hidden behind the end"),
    "damaged packing": (damaged(), "damaged|breaks off"),
    "a letter changed": (one_letter_changed(), "not those that it was made with"),
    "longer than it says": (longer_than_it_says(), "not as long as it says"),
    "endless header": (endless_header(), "no proper WARC"),
    "endless header of the page": (endless_http_header(), "headers have no end"),
    "no length": (PLAIN.replace(b"Content-Length", b"Content-Langth"), "how long it is"),
    "no date": (PLAIN.replace(b"WARC-Date: 2026", b"WARC-Date: last"), "can't be read"),
    "another page": (
        uploads.warc(("https://paper.example.com/other", 200, HTML, PAGE)),
        "holds no copy of https://paper",
    ),
    "only a picture of the page": (uploads.warc(OTHER), "holds no copy"),
    "only an error": (uploads.warc((URL, 404, HTML, b"no such page")), "only an answer 404"),
    "a circle": (uploads.warc((URL, 302, {"Location": URL}, b"x")), "only an answer 302"),
    "a way to nowhere": (uploads.warc((URL, 302, {"Location": "/x"}, b"x")), "no copy of https://paper.example.com/x"),
    "an empty page": (uploads.warc((URL, 200, HTML, b" ")), "is empty"),
    "a test for robots": (
        uploads.warc((URL, 200, HTML, b"<title>Just a moment...</title><p>Checking your browser")),
        "test for robots",
    ),
    "a damaged page": (
        uploads.warc((URL, 200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(PAGE)[:-20])),
        "can't be unpacked",
    ),
    "a bomb in the page": (
        uploads.warc((URL, 200, HTML | {"Content-Encoding": "gzip"}, gzip.compress(bytes(60_000_000)))),
        "can't be unpacked",
    ),
    "the future": (uploads.warc(date="2999-01-01T00:00:00Z"), "in the future"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_relied_on_is_refused_with_a_sentence(bring, name):
    data, sentence = REFUSED[name]
    with pytest.raises(UploadRefused, match=sentence) as refused:
        bring(data)
    assert str(refused.value).endswith(".")
    assert not stored_files()
    assert not Capture.objects.exists()


def test_more_records_than_anybody_needs_are_refused(bring):
    record = b"WARC/1.1\r\nWARC-Type: metadata\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    with pytest.raises(UploadRefused, match="more than 10,000 records"):
        bring(PLAIN + record * 10_001)
    with pytest.raises(UploadRefused, match="more than 10,000 records"):
        bring(uploads.warc() + gzip.compress(record) * 10_001)


def bomb(size: int) -> bytes:
    """A WARC whose first line never ends, a thousand times smaller than what it unpacks to."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(b"WARC/1.1\r\nX: ")]
    parts += [packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]
    return b"".join([*parts, packer.flush()])


def test_a_bomb_is_refused_before_it_takes_memory_or_room(bring, settings):
    settings.ARCHIVE_TOTAL_BYTES = 30_000_000
    data = bomb(1_000_000_000)
    assert len(data) < 2_000_000
    tracemalloc.start()
    try:
        with pytest.raises(UploadRefused, match="unreasonable size"):
            bring(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert not stored_files()


def with_revisit(*, whole: bool) -> bytes:
    """The page as a revisit of what stands in the same file under another address, or in another file."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    other, body = "https://paper.example.com/print", io.BytesIO(PAGE)
    http = StatusAndHeaders("200 OK", list(HTML.items()), protocol="HTTP/1.1")
    original = writer.create_warc_record(other, "response", payload=body, http_headers=http)
    writer.ensure_digest(original, block=False)
    digest = original.rec_headers.get_header("WARC-Payload-Digest")
    if whole:
        writer.write_record(original)
    writer.write_record(writer.create_revisit_record(URL, digest, other, "2026-01-02T03:04:05Z", http_headers=http))
    return out.getvalue()


def test_a_page_that_refers_to_the_same_bytes_in_its_own_file_is_whole(bring):
    capture = bring(with_revisit(whole=True))
    assert (capture.http_status, capture.final_url) == (200, URL)
    assert reader.body_of(capture) == PAGE


def test_a_page_that_refers_to_another_file_is_refused(bring):
    with pytest.raises(UploadRefused, match="lie in another file"):
        bring(with_revisit(whole=False))
    assert not stored_files()
