"""A copy by hand: judged by its bytes, kept as it came, marked as what it is, and on record with who brought it."""

import hashlib
import io
import threading
import zipfile

import pytest
from django.db import connection
from warcio.archiveiterator import ArchiveIterator

from apps.accounts.permissions import NotAllowed
from apps.archive.actions import UploadRefused, request_capture, upload_copy
from apps.archive.codes import Kind
from apps.archive.models import Capture, Page
from apps.archive.reading import reader
from apps.archive.records.contents import entries
from apps.archive.records.storage import open_record
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims.tasks import reconsider_citing
from apps.claims.tasks import sweep as claims_sweep
from tests.archive import uploads
from tests.archive.stores import stored_files
from tests.archive.uploads import PAGE, URL
from tests.newsroom import make_capture, make_citation, make_claim, make_page, make_person, make_reporter

pytestmark = pytest.mark.django_db
NOTE = "Saved by me in Firefox this morning; the site turns our archive away."


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def page():
    return make_page(URL)


@pytest.fixture
def bring(rita, page):
    def brought(data, name="story.html", note=NOTE, by=None):
        return upload_copy(page, io.BytesIO(data), by=by or rita, file_name=name, note=note)

    return brought


KINDS = [
    (Kind.HTML, PAGE, "text/html"),
    (Kind.PDF, uploads.pdf("Two captured."), "application/pdf"),
    (Kind.JPEG, uploads.jpeg(), "image/jpeg"),
    (Kind.PNG, uploads.png(), "image/png"),
    (Kind.GIF, uploads.gif(), "image/gif"),
    (Kind.WEBP, uploads.webp(), "image/webp"),
]


@pytest.mark.parametrize(("kind", "data", "content_type"), KINDS, ids=[kind for kind, _, _ in KINDS])
def test_each_kind_is_kept_as_it_came_and_can_be_read_back(bring, rita, page, kind, data, content_type):
    capture = bring(data, "evidence.dat")
    capture.refresh_from_db()
    assert (capture.state, capture.method, capture.by_hand) == ("stored", "uploaded", True)
    assert (capture.requested_by, capture.page, capture.final_url) == (rita, page, URL)
    assert (capture.content_type, capture.body_bytes, capture.http_status) == (content_type, len(data), None)
    assert capture.body_digest == hashlib.sha256(data).hexdigest()
    assert reader.body_of(capture) == data
    upload = capture.upload
    assert (upload.kind, upload.file_name, upload.note, upload.file_bytes) == (kind, "evidence.dat", NOTE, len(data))
    with open_record(capture.warc_name) as file:
        assert hashlib.sha256(file.read()).hexdigest() == capture.warc_digest


def test_the_record_tells_what_it_is_and_names_nobody(bring, rita):
    capture = bring(PAGE, "C:\\Users\\rita\\story\u202egnp.html", note="From our source Anna O.")
    with open_record(capture.warc_name) as file:
        records = [
            (record.rec_type, record.rec_headers, record.content_stream().read()) for record in ArchiveIterator(file)
        ]
    assert [kind for kind, _, _ in records] == ["warcinfo", "resource", "metadata"]
    assert records[1][1].get_header("WARC-Target-URI") == URL
    told = records[2][2].decode()
    assert "uploaded: by hand" in told
    assert f"fileSha256: {hashlib.sha256(PAGE).hexdigest()}" in told
    assert "fileName: story gnp.html" in told
    whole = b"".join(block for _, _, block in records)
    assert b"Anna O." not in whole
    assert b"rita" not in whole.lower()


def test_it_is_on_record_with_who_brought_it_what_was_before_and_why(bring, rita, page):
    before = make_capture(page, state=Capture.State.FAILED, code="http_403")
    capture = bring(PAGE)
    entry = Entry.objects.get(verb=Verb.CAPTURE_UPLOADED)
    assert (entry.actor, entry.reason, entry.stream) == (rita, NOTE, page.stream)
    assert entry.sentence == f"Rita uploaded a copy of {URL} by hand"
    assert entry.before == {"capture": before.pk, "state": "failed", "failure": before.failure}
    assert entry.after["capture"] == capture.pk
    assert entry.after["method"] == "uploaded"
    assert entry.after["file_sha256"] == hashlib.sha256(PAGE).hexdigest()
    assert entry.after["record_sha256"] == capture.warc_digest


def test_whoever_may_not_cite_uploads_nothing(bring):
    with pytest.raises(NotAllowed):
        bring(PAGE, by=make_person("aziz", "auditor"))
    assert not stored_files()


@pytest.mark.parametrize("note", ["", "  \n "])
def test_without_a_word_where_it_comes_from_it_is_refused(bring, note):
    with pytest.raises(UploadRefused, match="Say where the file comes from"):
        bring(PAGE, note=note)
    assert not stored_files()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("evil.txt", "hidden")
    return out.getvalue()


REFUSED = {
    "empty": (b"", "is empty"),
    "text": (b"Two captured.", "none of the kinds"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "none of the kinds"),
    "program": (b"MZ\x90\0" + bytes(500), "none of the kinds"),
    "zip": (zipped(), "none of the kinds"),
    "word behind a pdf's name": (b"PK\x03\x04" + bytes(100), "none of the kinds"),
    "page and zip": (PAGE + zipped(), "also a ZIP"),
    "pdf and zip": (uploads.pdf("Two captured.") + zipped(), "also a ZIP"),
    "picture and zip": (uploads.png() + zipped(), "also a ZIP"),
    "page with zeros": (PAGE + b"\0\0\0", "something else packed"),
    "page that is a test for robots": (
        b"<!doctype html><title>Just a moment...</title><p>Checking your browser",
        "test for robots",
    ),
    "pdf cut": (uploads.pdf("Two captured.")[:-400], "breaks off"),
    "jpeg cut": (uploads.jpeg()[:-2], "breaks off"),
    "png cut": (uploads.png()[:-20], "breaks off"),
    "gif cut": (uploads.gif()[:-3], "breaks off"),
    "webp cut": (uploads.webp()[:-4], "breaks off"),
    "png flipped": (uploads.png().replace(b"IDAT", b"IDAU"), "damaged"),
    "gif that is a script": (b"GIF89a=1;alert(document.cookie)//" + bytes(40), "damaged|breaks off"),
    "jpeg and page": (uploads.jpeg(behind=b"<html><script>"), "hidden behind the end"),
    "png and page": (uploads.png() + b"<html><script>", "hidden behind the end"),
    "gif and page": (uploads.gif() + b"<html><script>", "hidden behind the end"),
    "webp and page": (uploads.webp() + b"<html><script>", "hidden behind the end"),
    "jpeg of 4 billion pixels": (uploads.jpeg(65_535, 65_535), "65,535 by 65,535 pixels"),
    "png of 4 billion pixels": (uploads.png(65_535, 65_535), "65,535 by 65,535 pixels"),
    "gif of 4 billion pixels": (uploads.gif(65_535, 65_535), "pixels"),
    "webp of 268 million pixels": (uploads.webp(16_384, 16_384), "pixels"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_whole_or_more_than_one_thing_is_refused_with_a_sentence(bring, page, name):
    data, sentence = REFUSED[name]
    with pytest.raises(UploadRefused, match=sentence) as refused:
        bring(data)
    assert str(refused.value).endswith(".")
    assert not stored_files()
    assert not page.captures.exists()
    assert not Entry.objects.filter(verb=Verb.CAPTURE_UPLOADED).exists()


def test_the_name_decides_nothing(bring):
    assert bring(uploads.png(), "page.html").upload.kind == Kind.PNG
    assert bring(PAGE, "picture.png").upload.kind == Kind.HTML


@pytest.mark.parametrize(
    "start",
    [
        b"\xef\xbb\xbf<!DOCTYPE html>",
        b"<!doctype html>\n<!-- saved from url=(0031)https://paper.example.com/story -->",
        b"\n <!-- a comment --> <HTML>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html>',
        b"<title>Two captured</title>",
    ],
)
def test_a_page_is_known_however_browsers_begin_it(bring, start):
    assert bring(start + PAGE).upload.kind == Kind.HTML


def test_a_page_in_utf_16_is_a_page(bring):
    capture = bring(PAGE.decode().encode("utf-16"))
    reader.run(capture.pk)
    capture.refresh_from_db()
    assert "captured in Kursk" in capture.extract.text


def test_a_phones_second_picture_behind_the_first_is_no_stranger(bring):
    assert bring(uploads.jpeg(behind=uploads.jpeg())).upload.kind == Kind.JPEG


def test_larger_than_allowed_is_refused(bring, settings):
    settings.ARCHIVE_UPLOAD_BYTES = 1_000
    with pytest.raises(UploadRefused, match="larger than 1 kB"):
        bring(PAGE * 2)


class TestSavedInOneFile:
    def test_the_page_its_parts_and_the_file_itself_are_kept(self, bring):
        data = uploads.mhtml()
        capture = bring(data, "story.mhtml")
        assert capture.upload.kind == Kind.MHTML
        assert capture.upload.says_url == URL
        assert reader.body_of(capture).replace(b"\r\n", b"\n") == PAGE
        known = {entry.url: entry.mime for entry in entries(capture.contents.cdxj)}
        assert known == {
            URL: "text/html",
            "https://paper.example.com/shot.png": "image/png",
            f"urn:uploaded:{URL}": "multipart/related",
        }
        reader.run(capture.pk)
        capture.refresh_from_db()
        assert (capture.extract.title, capture.requisites) == ("Two captured", 1)

    def test_one_that_says_it_is_of_another_page_is_taken_and_says_so(self, bring):
        assert bring(uploads.mhtml(url="https://other.example.com/")).upload.says_url == "https://other.example.com/"

    @pytest.mark.parametrize(
        "data",
        [
            uploads.mhtml()[:-300],
            uploads.mhtml().replace(b"boundary", b"nothing"),
            uploads.mhtml().replace(b"text/html\r", b"text/plain\r"),
        ],
        ids=["cut", "no boundary", "no page"],
    )
    def test_a_broken_one_is_refused(self, bring, data):
        with pytest.raises(UploadRefused, match=r"can't be read|no page"):
            bring(data)
        assert not stored_files()


@pytest.mark.usefixtures("store")
class TestBeside:
    def test_it_is_stored_beside_a_copy_on_its_way_which_stays_on_its_way(self, bring, rita, page):
        asked = request_capture(page, by=rita)
        capture = bring(PAGE)
        asked.refresh_from_db()
        assert (asked.state, capture.state) == ("queued", "stored")
        assert request_capture(page, by=rita) == asked

    def test_it_never_keeps_the_archive_from_asking_the_site_itself(self, bring, rita, page):
        capture = bring(PAGE)
        assert request_capture(page, by=rita) != capture

    def test_a_page_that_waits_for_a_person_waits_no_more(self, bring, page):
        make_capture(page, state=Capture.State.FAILED, code="bot_wall")
        assert Capture.objects.needing_a_person().exists()
        bring(PAGE)
        assert not Capture.objects.needing_a_person().exists()

    def test_a_waiting_citation_takes_it_once_it_is_read(self, rita):
        citation = make_citation(make_claim(rita), rita, state=Capture.State.FAILED, code="bot_wall", url=URL)
        capture = upload_copy(citation.source.page, io.BytesIO(PAGE), by=rita, file_name="a.html", note=NOTE)
        assert not list(type(citation).objects.copies_to_adopt())
        reader.run(capture.pk)
        assert list(type(citation).objects.copies_to_adopt()) == [capture.pk]
        reconsider_citing(capture.pk)
        citation.refresh_from_db()
        assert citation.capture == capture
        assert Entry.objects.get(verb=Verb.COPY_ADOPTED).after["method"] == "uploaded"
        assert not list(type(citation).objects.copies_to_adopt())

    def test_one_that_was_there_before_the_other_failed_is_found_by_the_sweep(self, rita):
        citation = make_citation(make_claim(rita), rita, state=Capture.State.QUEUED, url=URL)
        capture = upload_copy(citation.source.page, io.BytesIO(PAGE), by=rita, file_name="a.html", note=NOTE)
        reader.run(capture.pk)
        reconsider_citing(capture.pk)
        citation.refresh_from_db()
        assert citation.capture != capture, "the archive is still trying"
        Capture.objects.filter(pk=citation.capture_id).update(state="failed", code="bot_wall")
        assert list(type(citation).objects.copies_to_adopt()) == [capture.pk]
        claims_sweep()

    def test_a_form_sent_twice_makes_one_copy_and_one_file(self, bring):
        assert bring(PAGE) == bring(PAGE)
        assert len(stored_files()) == 1
        assert Entry.objects.filter(verb=Verb.CAPTURE_UPLOADED).count() == 1

    def test_when_the_rows_can_not_be_written_no_file_stays(self, rita):
        gone = Page(pk=12345, url=URL, host_id="paper.example.com")
        with pytest.raises(Page.DoesNotExist):
            upload_copy(gone, io.BytesIO(PAGE), by=rita, file_name="a.html", note=NOTE)
        assert not stored_files()
        assert not Capture.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_six_clicks_at_once_one_copy_comes():
    rita, page = make_reporter(), make_page(URL)
    start, found = threading.Barrier(6), []

    def click():
        try:
            start.wait(10)
            found.append(upload_copy(page, io.BytesIO(PAGE), by=rita, file_name="a.html", note=NOTE).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 6
    assert len(set(found)) == Capture.objects.count() == len(stored_files()) == 1
