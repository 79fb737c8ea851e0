"""The store: a record is there whole, under its own digest, or not at all; in a folder and in a bucket alike."""

import base64
import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture, leasing
from apps.archive.codes import Code
from apps.archive.models import Capture, record_name
from apps.archive.reading import reader
from apps.archive.records import storage
from apps.archive.records.objects import ObjectStorage
from apps.archive.records.storage import Draft, EvidenceStorage, StoreFailed, archive, discard, draft, open_record
from apps.archive.replaying.shelf import Shelf
from apps.audit.context import Channel, entered_by
from tests.archive.object_store import line_to
from tests.archive.servers import Route, served, site
from tests.archive.stores import Objects
from tests.newsroom import make_reporter

ROOT = Path(__file__).resolve().parents[2]
RECORD = b"a record, as far as a store can tell" * 3_000


def digest_of(data):
    return hashlib.sha256(data).hexdigest()


NAME = record_name(digest_of(RECORD))


def keep(data=RECORD):
    with draft() as writing:
        writing.write(data)
        writing.keep(record_name(writing.digest))
        return writing.digest


def failure(act):
    with pytest.raises(StoreFailed) as caught:
        act()
    assert isinstance(caught.value, OSError)
    return caught.value


class TestEitherStore:
    def test_a_record_is_kept_under_its_digest_and_read_back(self, store):
        assert keep() == digest_of(RECORD)
        assert store.names() == [NAME]
        assert store.get(NAME) == RECORD
        with open_record(NAME) as file:
            assert file.read() == RECORD

    def test_it_can_be_read_from_the_middle_and_from_the_end(self, store):
        keep()
        with open_record(NAME) as file:
            file.seek(50_000)
            assert file.read(100) == RECORD[50_000:50_100]
            assert file.tell() == 50_100
            file.seek(10)
            assert file.read(10) == RECORD[10:20]
            assert file.seek(-20, os.SEEK_END) == len(RECORD) - 20
            assert file.read() == RECORD[-20:]
            assert file.read() == b""

    def test_the_same_bytes_twice_are_one_file(self, store):
        keep()
        keep()
        assert store.names() == [NAME]

    def test_a_name_that_is_not_made_of_the_bytes_is_refused(self, store):
        with draft() as writing:
            writing.write(RECORD)
            with pytest.raises(ValueError, match="made of its digest"):
                writing.keep(record_name("0" * 64))
        assert store.names() == []

    def test_what_is_not_there_is_told_as_such(self, store):
        with pytest.raises(FileNotFoundError):
            open_record(NAME)
        assert not archive().exists(NAME)
        assert not archive().exists("sha256")
        with pytest.raises(FileNotFoundError):
            archive().size(NAME)

    def test_discarding_removes_a_record_and_misses_nothing(self, store):
        other = keep(b"another record")
        digest = keep()
        discard(digest)
        discard(digest)
        assert store.names() == [record_name(other)]

    @pytest.mark.parametrize("name", ["", "..", "0" * 63, "0" * 65, "A" * 64, "../" + "0" * 61, "*" * 64])
    def test_only_a_digest_can_be_discarded(self, store, name):
        with pytest.raises(ValueError, match="named by its digest"):
            discard(name)

    def test_every_file_is_listed_with_size_and_age(self, store):
        before = time.time()
        records = {f"record {number}".encode() * number for number in range(1, 30)}
        for data in records:
            keep(data)
        store.put("sha256/ab/.part-of-something", b"half")
        store.put("beside/the archive", b"an operator's own")
        listed = list(archive().files())
        names = {record_name(digest_of(data)): len(data) for data in records}
        assert {file.name: file.size for file in listed} == {**names, "sha256/ab/.part-of-something": 4}
        assert all(before - 2 <= file.modified.timestamp() <= time.time() + 2 for file in listed)

    def test_a_store_that_holds_nothing_lists_nothing(self, store):
        assert list(archive().files()) == []

    def test_nobody_is_given_an_address_of_a_record(self, store):
        keep()
        with pytest.raises(ValueError, match="through the desk"):
            archive().url(NAME)
        assert storage.place(NAME) == store.place + NAME

    @pytest.mark.django_db
    def test_a_page_is_captured_into_it_read_from_it_and_shown_from_it(self, store, settings):
        settings.ARCHIVE_REQUISITES = 5
        story = (
            "<html><head><title>Two captured</title><link rel=stylesheet href=/a.css></head>"
            "<body><p>Two soldiers were captured.</p></body></html>"
        )
        style = Route("p { color: navy }", headers={"Content-Type": "text/css"})
        with site({"/story": Route(story), "/a.css": style}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=make_reporter())
            with entered_by(Channel.WORKER):
                assert capture.run(asked.pk)
                reader.run(asked.pk)
        asked.refresh_from_db()
        assert store.names() == [asked.warc_name]
        assert digest_of(store.get(asked.warc_name)) == asked.warc_digest
        assert asked.extract.title == "Two captured"
        assert reader.body_of(asked) == story.encode()
        shelf = Shelf(asked, lambda offset: f"/at/{offset}")
        shown = shelf.page().body.decode()
        assert "Two soldiers were captured." in shown
        assert b"navy" in shelf.at(int(shown.partition("/at/")[2].partition('"')[0])).body


class TestFullDisk:
    @pytest.fixture
    def folder(self, settings, tmp_path):
        place = {"BACKEND": "apps.archive.records.storage.EvidenceStorage", "OPTIONS": {"location": tmp_path / "store"}}
        settings.STORAGES = {**settings.STORAGES, "archive": place}
        return tmp_path / "store"

    def files_in(self, folder):
        return [path for path in folder.rglob("*") if not path.is_dir()]

    def test_room_is_left_for_the_rest_of_the_machine(self, folder, settings):
        settings.ARCHIVE_FREE_BYTES = 2**60
        failed = failure(keep)
        assert failed.code == Code.STORAGE_FULL
        assert "must remain" in str(failed)
        assert self.files_in(folder) == []
        settings.ARCHIVE_FREE_BYTES = 1
        keep()

    def test_a_file_that_may_not_grow_so_large_leaves_nothing_behind(self, folder, settings):
        """The kernel stops the write in the middle, as it does on a full disk."""
        code = (
            "import django, resource; django.setup()\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
            "from apps.archive.records.storage import StoreFailed, archive\n"
            "from django.core.files.base import ContentFile\n"
            f"try: archive().save({NAME!r}, ContentFile(bytes(1_000_000)))\n"
            "except StoreFailed as failed: print(failed.code.value, failed)"
        )
        env = {**os.environ, "ARCHIVE_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "verifydesk.settings"}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout.startswith("storage_full File too large, while storing "), done.stderr
        assert str(folder) not in done.stdout
        assert [path.name for path in folder.iterdir()] == ["sha256"], "it got as far as the store"
        assert self.files_in(folder) == []

    def test_a_device_without_room_leaves_nothing_behind(self, folder, settings):
        settings.STORAGES["archive"]["BACKEND"] = f"{__name__}.OnAFullDevice"
        settings.STORAGES = {**settings.STORAGES}
        failed = failure(keep)
        assert (failed.code, failed.__cause__.errno) == (Code.STORAGE_FULL, errno.ENOSPC)
        assert self.files_in(folder) == []

    def test_a_draft_that_finds_no_room_is_called_the_same(self):
        with open("/dev/full", "wb", buffering=0) as device, pytest.raises(OSError, match="No space") as caught:
            Draft(device).write(b"x")
        assert storage.code_of(caught.value) == Code.STORAGE_FULL

    def test_any_other_trouble_is_not_called_full(self, folder):
        folder.write_text("no folder")
        failed = failure(keep)
        assert failed.code == Code.STORAGE_FAILED
        assert str(folder) not in str(failed)

    @pytest.mark.django_db
    def test_a_capture_says_that_the_store_is_full_and_is_tried_again(self, folder, settings):
        settings.ARCHIVE_FREE_BYTES = 2**60
        with site({"/story": Route("<p>Words.</p>")}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=make_reporter())
            with entered_by(Channel.WORKER):
                assert not capture.run(asked.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.code, asked.warc_digest) == (Capture.State.QUEUED, Code.STORAGE_FULL, "")
        assert "must remain" in asked.detail


class OnAFullDevice(EvidenceStorage):
    """Its parts lie on the kernel's own full device."""

    def _begin(self, path):
        handle, part = super()._begin(path)
        os.close(handle)
        return os.open("/dev/full", os.O_WRONLY), part


class TestObjects:
    """What can go wrong between the desk and an object store."""

    @pytest.fixture
    def bucket(self, object_store):
        return Objects(object_store)

    def store_at(self, address, bucket, patience=0.1):
        return ObjectStorage(**{**bucket.options, "endpoint_url": address}, patience=patience)

    @pytest.fixture
    def direct(self, object_store, bucket):
        made = self.store_at(object_store, bucket)
        made.client.create_bucket(Bucket=bucket.bucket)
        return made

    def listed(self, direct):
        return [file.name for file in direct.files()]

    def test_an_object_says_what_it_is_and_is_nobody_elses(self, direct, bucket):
        direct.save(NAME, ContentFile(RECORD))
        head = direct.client.head_object(Bucket=bucket.bucket, Key=f"desk/{NAME}", ChecksumMode="ENABLED")
        assert (head["ContentType"], head.get("ContentEncoding")) == ("application/gzip", None)
        assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(RECORD).digest()).decode()
        grants = direct.client.get_object_acl(Bucket=bucket.bucket, Key=f"desk/{NAME}")["Grants"]
        assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]

    def test_bytes_that_change_on_their_way_are_refused_by_the_server(self, object_store, direct, bucket):
        with line_to(object_store, change=lambda piece: piece.replace(b"a record", b"A record")) as line:
            failed = failure(lambda: self.store_at(line.address, bucket).save(NAME, ContentFile(RECORD)))
        assert failed.code == Code.STORAGE_FAILED
        assert "BadDigest" in str(failed)
        assert self.listed(direct) == []

    def test_bytes_that_are_not_those_of_the_name_are_refused_by_the_server(self, direct):
        """A disk that gives back other bytes than were digested: the name is what counts."""
        failed = failure(lambda: direct.save(NAME, ContentFile(RECORD[:-1] + b"!")))
        assert "BadDigest" in str(failed)
        assert self.listed(direct) == []

    def test_an_upload_that_is_cut_leaves_nothing_under_its_name(self, object_store, direct, bucket):
        with line_to(object_store, cut_after=60_000) as line:
            failed = failure(lambda: self.store_at(line.address, bucket).save(NAME, ContentFile(RECORD)))
        assert failed.code == Code.STORAGE_FAILED
        assert self.listed(direct) == []

    def test_a_large_record_is_one_upload_that_counts_when_it_is_complete(self, direct):
        """No parts that lie about when a worker is killed."""
        data = os.urandom(1_000_000) * 12
        direct.save(record_name(digest_of(data)), ContentFile(data))
        assert direct.client.list_multipart_uploads(Bucket=direct.bucket_name).get("Uploads", []) == []
        with direct.open(record_name(digest_of(data))) as file:
            assert digest_of(file.read()) == digest_of(data)

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", Code.STORAGE_FAILED),
            (b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n", Code.STORAGE_FAILED),
            (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", Code.STORAGE_FAILED),
            (b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\n\r\n", Code.STORAGE_FULL),
            (b"220 mail.example ESMTP ready\r\n", Code.STORAGE_FAILED),
            (b"", Code.STORAGE_FAILED),
        ],
        ids=["500", "503", "403", "507", "not HTTP", "hang-up"],
    )
    def test_a_server_that_is_ill_is_told_and_not_waited_for(self, bucket, answer, code):
        with served(lambda visitor: visitor.send(answer)) as where:
            store = self.store_at(f"http://{where}", bucket)
            for act in (*self.questions(store), lambda: store.discard(NAME), lambda: list(store.files())):
                started = time.monotonic()
                assert failure(act).code == code
                assert time.monotonic() - started < 10

    def test_half_a_good_answer_is_no_good_answer(self, bucket):
        with served(lambda visitor: visitor.send(b"HTTP/1.1 200 OK\r\nContent-Le")) as where:
            for act in self.questions(self.store_at(f"http://{where}", bucket)):
                assert failure(act).code == Code.STORAGE_FAILED

    def questions(self, store):
        return (
            lambda: store.size(NAME),
            lambda: store.open(NAME),
            lambda: store.exists(NAME),
            lambda: store.save(record_name(digest_of(b"")), ContentFile(b"")),
        )

    @pytest.mark.parametrize("size", [0, 5_000_000], ids=["small", "large"])
    def test_a_server_that_is_silent_holds_nobody_up(self, bucket, size):
        with served(lambda visitor: visitor.pause(30)) as where:
            started = time.monotonic()
            data = bytes(size)
            store = self.store_at(f"http://{where}", bucket, patience=0.05)
            failed = failure(lambda: store.save(record_name(digest_of(data)), ContentFile(data)))
            assert time.monotonic() - started < 15
        assert failed.code == Code.STORAGE_FAILED

    def test_a_server_that_drinks_in_sips_is_given_up_in_time(self, bucket):
        def sip(visitor):
            while visitor.pause(0.05):
                visitor.connection.recv(20_000)

        data = bytes(20_000_000)
        with served(sip) as where:
            started = time.monotonic()
            store = self.store_at(f"http://{where}", bucket, patience=0.05)
            failed = failure(lambda: store.save(record_name(digest_of(data)), ContentFile(data)))
            assert time.monotonic() - started < 15
        assert failed.code == Code.STORAGE_FAILED

    def test_nobody_listening_is_told(self, bucket):
        with served(lambda visitor: None) as where:
            pass
        assert failure(lambda: self.store_at(f"http://{where}", bucket).size(NAME)).code == Code.STORAGE_FAILED

    def test_a_bucket_that_is_not_there_is_told_as_a_failure_of_the_store(self, object_store, bucket):
        failed = failure(lambda: self.store_at(object_store, bucket).save(NAME, ContentFile(RECORD)))
        assert "NoSuchBucket" in str(failed)

    def test_a_record_that_breaks_off_while_it_is_read_is_no_short_record(self, object_store, direct, bucket):
        direct.save(NAME, ContentFile(RECORD))
        with (
            line_to(object_store, cut_answer_after=40_000) as line,
            self.store_at(line.address, bucket).open(NAME) as file,
        ):
            failed = failure(file.read)
        assert failed.code == Code.STORAGE_FAILED

    def test_threads_share_one_client_and_get_their_own_bytes(self, direct):
        names = {}
        for number in range(8):
            data = f"record {number}".encode() * 20_000
            names[record_name(digest_of(data))] = data
            direct.save(record_name(digest_of(data)), ContentFile(data))
        wrong = []

        def read(name):
            for _ in range(5):
                with direct.open(name) as file:
                    if file.read() != names[name]:
                        wrong.append(name)

        threads = [threading.Thread(target=read, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert wrong == []

    @pytest.mark.django_db
    def test_a_capture_whose_store_is_away_is_queued_again_with_the_reason(self, bucket, settings):
        with served(lambda visitor: visitor.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")) as away:
            options = {**bucket.options, "endpoint_url": f"http://{away}", "patience": 0.1}
            settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": bucket.backend, "OPTIONS": options}}
            assert isinstance(storages["archive"], ObjectStorage)
            with site({"/story": Route("<p>Words.</p>")}) as where:
                settings.ARCHIVE_ALLOW = frozenset([str(where)])
                asked = request_capture(register_page(f"http://{where}/story"), by=make_reporter())
                with entered_by(Channel.WORKER):
                    assert not capture.run(asked.pk)
        asked.refresh_from_db()
        assert (asked.state, asked.code) == (Capture.State.QUEUED, Code.STORAGE_FAILED)
        assert asked.detail == "The object store answered 500 500."

    @pytest.mark.django_db
    def test_whoever_takes_over_from_a_lost_worker_is_not_stopped_by_a_store_that_is_away(self, bucket, settings):
        asked = request_capture(register_page("https://example.org/story"), by=make_reporter())
        with served(lambda visitor: visitor.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")) as away:
            options = {**bucket.options, "endpoint_url": f"http://{away}", "patience": 0.1}
            settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": bucket.backend, "OPTIONS": options}}
            leasing.lease(asked.pk).announce("ab" * 32, 9)
            Capture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
            assert leasing.lease(asked.pk).capture.attempt == 2
        assert asked.attempts.get(number=1).warc_digest == "ab" * 32, "whoever comes next tries again to remove it"

    @pytest.mark.django_db
    def test_a_record_that_was_stored_although_the_answer_got_lost_is_removed_again(
        self, object_store, direct, bucket, settings
    ):
        # Long enough to be told to go on, too short to be told that it is stored.
        with line_to(object_store, cut_answer_after=60) as line, site({"/story": Route("<p>Words.</p>")}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            options = {**bucket.options, "endpoint_url": line.address, "patience": 0.1}
            settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": bucket.backend, "OPTIONS": options}}
            asked = request_capture(register_page(f"http://{where}/story"), by=make_reporter())
            assert not capture.run(asked.pk)
        asked.refresh_from_db()
        assert asked.code == Code.STORAGE_FAILED
        assert self.listed(direct) == []
