"""What has no web address: kept under its own digest, once, read like a page, and never fetched, drawn or watched."""

import hashlib
import io
import json
import zipfile

import pytest
from django.db import IntegrityError, transaction
from warcio.archiveiterator import ArchiveIterator

from apps.accounts.permissions import NotAllowed
from apps.archive import checking
from apps.archive.actions import (
    NothingToFetchError,
    NotWatched,
    UploadRefused,
    keep_document,
    request_capture,
    upload_copy,
    watch_page,
)
from apps.archive.capturing import capture as capturing
from apps.archive.checking import Damage
from apps.archive.models import NO_ADDRESS, Capture, Host, Page, Watch
from apps.archive.reading import reader
from apps.archive.receiving.documents import forgotten_if_refused
from apps.archive.receiving.handed_in import receive_document, receive_notes, receive_recording
from apps.archive.records.storage import open_record
from apps.archive.records.wacz import write_wacz
from apps.archive.tasks import sweep
from apps.audit.models import Entry
from tests.archive import sounds, uploads
from tests.archive.stores import stored_files
from tests.archive.uploads import PAGE
from tests.newsroom import make_page, make_person, make_reporter

pytestmark = pytest.mark.django_db
TOLD = "Mailed by the press office this morning."
WORDS = b"Order No. 4\n\nTwo soldiers are to be brought to Kyiv.\n"
LATIN = "Befehl Nr. 4: Zwei Männer sind nach Kiew zu bringen.".encode("latin-1")
DOCUMENTS = [
    ("pdf", uploads.pdf("Two captured."), "application/pdf", "Two captured."),
    ("text", WORDS, "text/plain", "Two soldiers are to be brought to Kyiv."),
    ("text", "\ufeffOrder No. 4".encode("utf-16"), "text/plain", "Order No. 4"),
    ("text", LATIN, "text/plain", "Zwei Männer"),
    ("jpeg", uploads.jpeg(), "image/jpeg", ""),
    ("png", uploads.png(), "image/png", ""),
    ("gif", uploads.gif(), "image/gif", ""),
    ("webp", uploads.webp(), "image/webp", ""),
]


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def bring(rita):
    def brought(data, name="order.txt", by=None, comes_from=TOLD):
        with forgotten_if_refused(receive_document(io.BytesIO(data), name=name)) as received:
            return keep_document(received, by=by or rita, title="Order No. 4", comes_from=comes_from)

    return brought


@pytest.mark.parametrize(("kind", "data", "content_type", "words"), DOCUMENTS)
def test_each_kind_is_kept_as_it_came_under_its_digest_and_read(bring, rita, kind, data, content_type, words):
    capture = bring(data)
    digest = hashlib.sha256(data).hexdigest()
    assert (capture.page.url, capture.page.digest) == (f"urn:sha256:{digest}", digest)
    assert capture.page.is_document
    assert (capture.state, capture.method, capture.requested_by) == ("stored", "uploaded", rita)
    assert (capture.body_digest, capture.body_bytes, capture.content_type) == (digest, len(data), content_type)
    assert (capture.upload.kind, capture.upload.file_digest, capture.upload.note) == (kind, digest, TOLD)
    reader.run(capture.pk)
    assert words in capture.extract.text
    assert bool(capture.extract.problem) is not bool(words)
    assert reader.body_of(capture) == data


def test_the_record_names_neither_who_brought_it_nor_from_where(bring):
    capture = bring(WORDS)
    with open_record(capture.warc_name) as file:
        records = [(one.rec_type, one.rec_headers.get_header("WARC-Target-URI")) for one in ArchiveIterator(file)]
    assert records[1:] == [("resource", capture.page.url), ("metadata", capture.page.url)]
    with open_record(capture.warc_name) as file:
        told = b"".join(one.raw_stream.read() for one in ArchiveIterator(file))
    assert b"press office" not in told
    assert b"Rita" not in told


class TestTwice:
    def test_the_same_bytes_are_one_document_whoever_brings_them_under_whatever_name(self, bring):
        first = bring(WORDS, "a.txt")
        files = stored_files()
        tom = make_reporter("tom")
        assert bring(WORDS, "b.pdf", by=tom, comes_from="Found on a bus.") == first
        assert stored_files() == files
        assert Capture.objects.get().upload.note == TOLD

    def test_who_else_brought_it_and_from_where_is_on_record(self, bring):
        capture = bring(WORDS)
        bring(WORDS, by=make_reporter("tom"), comes_from="Found on a bus.")
        lines = Entry.objects.filter(stream=capture.page.stream).order_by("id")
        assert [(line.verb, str(line.actor), line.reason) for line in lines] == [
            ("document_handed_in", "Rita", TOLD),
            ("document_handed_in_again", "Tom", "Found on a bus."),
        ]
        assert lines[0].target_label == "Order No. 4"

    def test_other_bytes_are_another_document(self, bring):
        assert bring(WORDS) != bring(WORDS + b"\n")


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "empty"),
            (b" \n\t", "empty"),
            (PAGE, "page of the web"),
            (uploads.mhtml(), "page of the web"),
            (uploads.warc(), "none of the kinds"),
            (uploads.png()[:-9], "breaks off"),
            (uploads.png() + b"<?php", "hidden behind the end"),
            (uploads.jpeg(40_000, 40_000), "pixels"),
            (uploads.pdf("Two.")[:-20], "breaks off"),
            (b"MZ\x90\0 a program", "none of the kinds"),
            (b"text and then \x00\x01", "none of the kinds"),
            ("Order".encode("utf-16") + b"\x00", "damaged"),
            (sounds.mp3(), "none of the kinds"),
        ],
    )
    def test_what_is_no_document_is_refused_in_words_and_nothing_is_kept(self, bring, data, sentence):
        with pytest.raises(UploadRefused, match=sentence):
            bring(data)
        assert not Page.objects.exists()
        assert stored_files() == set()

    def test_a_text_that_a_zip_reader_would_open(self, bring):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            file.writestr("word/document.xml", "x")
        for data in (packed.getvalue(), b"%PDF-1.7\n" + packed.getvalue()):
            with pytest.raises(UploadRefused, match="ZIP archive, as office files are"):
                bring(data)

    def test_one_that_is_too_large(self, bring, settings):
        settings.ARCHIVE_UPLOAD_BYTES = 40
        with pytest.raises(UploadRefused, match="smaller PDF"):
            bring(WORDS)

    def test_one_without_a_word_of_where_it_comes_from(self, bring):
        with pytest.raises(UploadRefused, match="where it comes from"):
            bring(WORDS, comes_from="  ")
        assert stored_files() == set()

    def test_somebody_who_may_not_cite(self, bring):
        with pytest.raises(NotAllowed):
            bring(WORDS, by=make_person("aziz", "auditor"))
        assert stored_files() == set()
        bring(WORDS)


class TestNothingGoesThere:
    def test_no_copy_is_asked_for_nothing_is_watched_and_no_other_file_takes_its_place(self, bring, rita):
        page = bring(WORDS).page
        with pytest.raises(NothingToFetchError, match="no web address"):
            request_capture(page, by=rita)
        with pytest.raises(NotWatched, match="no web address"):
            watch_page(page, by=rita)
        with pytest.raises(UploadRefused, match="only copy"):
            upload_copy(page, io.BytesIO(PAGE), by=rita, file_name="a.html", note=TOLD)
        assert Capture.objects.count() == 1
        assert not Watch.objects.exists()

    def test_what_got_into_the_queue_all_the_same_is_blocked_by_the_guard(self, bring):
        page = bring(WORDS).page
        queued = Capture.objects.create(page=page, last_attempt=4)
        assert not capturing.run(queued.pk)
        queued.refresh_from_db()
        assert (queued.state, queued.code) == ("blocked", "scheme_not_allowed")

    def test_the_sweep_finds_nothing_to_do_there_once_it_is_read(self, bring):
        capture = bring(WORDS)
        reader.run(capture.pk)
        sweep()
        assert not Capture.objects.in_flight().exists()

    def test_a_document_lies_at_no_host_and_no_web_page_does(self):
        host, nowhere = Host.objects.create(name="a.example.com"), Host.objects.create(name=NO_ADDRESS)
        digest = hashlib.sha256(WORDS).hexdigest()
        for url, where in (
            (f"urn:sha256:{digest}", host),
            ("https://a.example.com/", nowhere),
            ("urn:other:1", nowhere),
            ("urn:other:1", host),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Page.objects.create(url=url, host=where)
        Page.objects.create(url=f"urn:sha256:{digest}", host=nowhere)
        make_page("https://a.example.com/")


class TestCheckedAndHandedOut:
    def wrong(self):
        return [finding.damage for _, found in checking.check_captures(Capture.objects.all()) for finding in found]

    def test_the_check_holds_it_to_its_digest(self, bring):
        capture = bring(WORDS)
        reader.run(capture.pk)
        assert self.wrong() == []
        Page.objects.filter(pk=capture.page_id).update(url=f"urn:sha256:{'0' * 64}")
        assert Damage.PLACE in self.wrong()

    def test_a_wacz_holds_it_and_says_that_it_has_no_address(self, bring):
        capture = bring(WORDS)
        out = io.BytesIO()
        exported = write_wacz(out, [capture], title="A document")
        assert exported.notes == (
            f"The copy {capture.pk} of {capture.page.url} is what was handed in at the desk: it has no web address.",
        )
        with zipfile.ZipFile(out) as file:
            assert f"archive/{capture.warc_digest}.warc.gz" in file.namelist()
            pages = [json.loads(line) for line in file.read("pages/pages.jsonl").splitlines()]
        assert pages[1]["url"] == capture.page.url


class TestNotes:
    def test_they_are_a_text_with_the_recording_beside_them_in_one_record(self, rita):
        sound = receive_recording(io.BytesIO(sounds.mp3()), name="call.mp3")
        with forgotten_if_refused(receive_notes("Interview by telephone with NIS\n\nYes.\n", sound)) as received:
            capture = keep_document(received, by=rita, title="NIS", comes_from="Notes of Rita.")
        assert capture.content_type == "text/plain"
        with open_record(capture.warc_name) as file:
            bodies = {
                one.rec_headers.get_header("WARC-Target-URI"): one.raw_stream.read()
                for one in ArchiveIterator(file)
                if one.rec_type == "resource"
            }
        assert bodies[sound.address] == sounds.mp3()
        assert hashlib.sha256(bodies[capture.page.url]).hexdigest() == capture.page.digest
        reader.run(capture.pk)
        assert capture.extract.text.endswith("Yes.")
        assert [found for _, found in checking.check_captures(Capture.objects.all())] == [[]]
