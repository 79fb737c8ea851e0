"""The archive's queue, from asking for a copy to settling it, over real HTTP on loopback."""

import base64
import gzip
import hashlib
import json
import os
import uuid
from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from django.utils import timezone
from redis import Redis
from warcio.archiveiterator import ArchiveIterator

from apps.accounts.permissions import NotAllowed
from apps.archive import configured, tasks
from apps.archive.actions import AlreadyBeingCopied, register_page, request_capture, retry_capture
from apps.archive.capturing import capture
from apps.archive.capturing.leasing import wait_before
from apps.archive.codes import Code, Phase
from apps.archive.models import Capture, Extract, record_name
from apps.archive.reading import reader
from apps.archive.records.storage import archive, open_record
from apps.archive.web.exchanges import Limits
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from tests.archive.servers import HOSTILE, Route, hostile, redirect, site
from tests.archive.stores import stored_files
from tests.newsroom import make_capture, make_person, make_reporter

pytestmark = pytest.mark.django_db
STORY = """<html lang="en"><head><title>Two captured - The Wire</title><meta property="og:site_name" content="The Wire">
</head><body><nav>Home World Sport</nav><article><h1>Two captured</h1><p>Two soldiers were captured in Kursk on
Thursday, the service said in a statement to reporters.</p><p>It gave no further details about the men.</p></article>
</body></html>"""


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture(autouse=True)
def _quick_limits(settings):
    settings.ARCHIVE_CONNECT_SECONDS = 1
    settings.ARCHIVE_FIRST_BYTE_SECONDS = 1
    settings.ARCHIVE_RESOURCE_SECONDS = 2
    settings.ARCHIVE_CAPTURE_SECONDS = 3
    settings.ARCHIVE_PAGE_BYTES = 1_000_000
    settings.ARCHIVE_DECODED_BYTES = 3_000_000


@pytest.fixture
def ask(settings, rita):
    """Ask for a copy of a page at a loopback server, which the settings let through by its exact address and port."""

    def asked(where, path="/story"):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        return request_capture(register_page(f"http://{where}{path}"), by=rita)

    return asked


def run(asked):
    with entered_by(Channel.WORKER):
        stored = capture.run(asked.pk)
    asked.refresh_from_db()
    return stored


def verbs(asked):
    return [entry.verb for entry in reversed(Entry.objects.in_streams([asked.page.stream]))]


class TestSettings:
    @pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
    def test_every_limit_is_the_operators_to_set(self, settings, name):
        before = asdict(configured.limits())
        setattr(settings, f"ARCHIVE_{name.upper()}", before[name] + 7)
        assert asdict(configured.limits()) == {**before, name: before[name] + 7}

    @pytest.mark.parametrize("contact", ["https://desk.example.org/archive", ""])
    def test_a_site_is_told_who_copies_it_and_whom_to_write_to(self, ask, settings, contact):
        settings.ARCHIVE_CONTACT = contact
        with site({"/story": Route(STORY)}) as where:
            assert run(ask(where))
            requests = list(where.requests)
        told = f"Mozilla/5.0 (compatible; {configured.SOFTWARE}; newsroom archive{contact and f'; {contact}'})"
        assert configured.user_agent() == told
        assert requests
        assert all(f"\r\nUser-Agent: {told}\r\n".encode() in request for request in requests)


class TestOneClock:
    def test_robots_txt_and_the_page_share_the_captures_time(self, ask, settings):
        settings.ARCHIVE_ROBOTS, settings.ARCHIVE_CAPTURE_SECONDS = "record", 3
        settings.ARCHIVE_FIRST_BYTE_SECONDS = settings.ARCHIVE_RESOURCE_SECONDS = 3
        slow = {"/robots.txt": Route("", delay=2), "/story": Route(STORY, delay=2)}
        with site(slow) as where:
            asked = ask(where)
            assert not run(asked)
            assert (asked.code, asked.robots) == (Code.DEADLINE_EXCEEDED, "")
            settings.ARCHIVE_ROBOTS = "ignore"
            Capture.objects.update(next_attempt_at=timezone.now())
            assert run(asked)


@pytest.mark.usefixtures("store")
class TestStoring:
    def test_a_large_record_says_that_it_is_being_stored(self, ask, settings):
        settings.ARCHIVE_PAGE_BYTES = 3_000_000
        told = []
        with site({"/story": Route(b"<p>" + os.urandom(1_200_000), headers={"Content-Type": "text/plain"})}) as where:
            asked = ask(where)

            def heard(phase, received):
                told.append((phase, Capture.objects.get(pk=asked.pk).phase, received))

            with entered_by(Channel.WORKER):
                assert capture.run(asked.pk, heard=heard)
        asked.refresh_from_db()
        stored = [(row, received) for phase, row, received in told if phase == Phase.STORING]
        assert len(stored) == 1
        assert stored[0][0] == "storing"
        assert 1_200_000 < stored[0][1] <= asked.warc_bytes

    def test_a_page_is_fetched_stored_and_on_record_with_its_facts(self, ask):
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            assert run(asked)
        assert asked.state == Capture.State.STORED
        assert (asked.http_status, asked.ip, asked.final_url) == (200, "127.0.0.1", asked.page.url)
        assert (asked.attempt, asked.attempts.get().code, asked.lease_token) == (1, "", None)
        assert verbs(asked) == ["capture_requested", "capture_stored"]
        entry = Entry.objects.in_streams([asked.page.stream])[0]
        assert (entry.actor_kind, entry.after["record_sha256"]) == ("worker", asked.warc_digest)

    def test_the_record_lies_under_its_own_digest_and_holds_what_was_sent(self, ask):
        with site({"/story": Route(gzip.compress(STORY.encode()), headers={"Content-Encoding": "gzip"})}) as where:
            asked = ask(where)
            run(asked)
        with open_record(asked.warc_name) as file:
            assert hashlib.sha256(file.read()).hexdigest() == asked.warc_digest
        assert asked.body_digest == hashlib.sha256(STORY.encode()).hexdigest()
        assert reader.body_of(asked) == STORY.encode()

    def test_a_redirect_is_followed_and_kept_hop_by_hop(self, ask):
        with site(
            {"/story": redirect("/moved"), "/moved": redirect("/here", status=301), "/here": Route(STORY)}
        ) as where:
            asked = ask(where)
            run(asked)
        assert asked.final_url == f"http://{where}/here"
        assert [(hop["url"], hop["status"]) for hop in asked.redirects] == [
            (f"http://{where}/story", 302),
            (f"http://{where}/moved", 301),
        ]
        with open_record(asked.warc_name) as file:
            kinds = [entry.rec_type for entry in ArchiveIterator(file)]
        assert kinds.count("response") == 3

    def test_it_is_one_file_and_no_part_of_it_is_left(self, ask):
        before = stored_files()
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            run(asked)
        assert len(stored_files() - before) == 1
        assert not [name for name in stored_files() if ".part-" in name]


class TestFailing:
    @pytest.mark.parametrize(
        ("status", "code", "state"),
        [
            (404, Code.HTTP_404, Capture.State.FAILED),
            (410, Code.HTTP_410, Capture.State.FAILED),
            (403, Code.HTTP_403, Capture.State.FAILED),
            (500, Code.HTTP_5XX, Capture.State.QUEUED),
            (429, Code.HTTP_429, Capture.State.QUEUED),
        ],
    )
    def test_a_status_that_is_no_page_is_told_and_retried_only_where_that_helps(self, ask, status, code, state):
        with site({"/story": Route("Sorry.", status=status)}) as where:
            asked = ask(where)
            assert not run(asked)
        assert (asked.state, asked.code, asked.http_status) == (state, code, status)
        assert asked.failure.endswith(".")
        assert asked.warc_digest == ""
        assert asked.attempts.get().code == code
        with open_record(record_name(asked.attempts.get().warc_digest)) as file:
            kept = [one.raw_stream.read() for one in ArchiveIterator(file) if one.rec_type == "response"]
        assert kept == [b"Sorry."]
        if state == Capture.State.QUEUED:
            assert asked.next_attempt_at > timezone.now()
            assert verbs(asked)[-1] == "capture_postponed"
        else:
            assert verbs(asked)[-1] == "capture_failed"

    @pytest.mark.parametrize(
        "name", ["gzip bomb", "body that drips", "10 GB", "redirect circle", "cut body", "silence"]
    )
    def test_a_hostile_server_ends_in_a_code_and_stores_no_page(self, ask, name):
        assert name in HOSTILE
        before = stored_files()
        with hostile(name) as where:
            asked = ask(where)
            assert not run(asked)
        assert asked.code
        assert asked.state in {Capture.State.FAILED, Capture.State.QUEUED}
        assert asked.warc_digest == ""
        answered = asked.attempts.get().warc_digest
        assert stored_files() - before == ({record_name(answered)} if answered else set())
        assert bool(answered) == (name in {"redirect circle", "gzip bomb"})

    def test_a_host_that_does_not_resolve_is_told(self, rita):
        asked = request_capture(register_page("https://no-such-host.verifydesk-tests.org/"), by=rita)
        run(asked)
        assert asked.code in {Code.DNS_NOT_FOUND, Code.DNS_TIMEOUT}
        assert asked.warc_digest == ""

    def test_a_redirect_into_a_private_network_is_blocked(self, ask):
        with site({"/story": redirect("http://10.0.0.8/secret")}) as where:
            asked = ask(where)
            run(asked)
        assert (asked.state, asked.code) == (Capture.State.BLOCKED, Code.BLOCKED_ADDRESS)

    def test_an_address_that_is_no_longer_let_through_is_blocked_before_any_connection(self, ask, settings):
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            settings.ARCHIVE_ALLOW = frozenset()
            run(asked)
            assert where.requests == []
        assert asked.state == Capture.State.BLOCKED

    def test_after_the_last_attempt_it_needs_a_person_who_may_try_again(self, ask, rita, settings):
        settings.ARCHIVE_ATTEMPTS = 2
        routes = {"/story": Route("Sorry.", status=500)}
        with site(routes) as where:
            asked = ask(where)
            for _ in range(2):
                Capture.objects.update(next_attempt_at=timezone.now())
                run(asked)
            assert (asked.state, asked.attempt) == (Capture.State.FAILED, 2)
            routes["/story"] = Route(STORY)
            retry_capture(asked, by=rita)
            run(asked)
        assert (asked.state, asked.attempt, asked.attempts.count()) == (Capture.State.STORED, 3, 3)
        with pytest.raises(AlreadyBeingCopied):
            retry_capture(asked, by=rita)

    def test_waiting_doubles_and_obeys_the_site_but_never_beyond_a_quarter_of_an_hour(self, ask, settings):
        settings.ARCHIVE_RETRY_SECONDS = 10
        asked = Capture(attempt=1)
        for asked.attempt, base in ((1, 10), (3, 40)):
            waits = {wait_before(asked, None).total_seconds() for _ in range(50)}
            assert all(0.8 * base <= wait <= 1.2 * base for wait in waits)
            # Many that failed together come back one by one, over a good part of the time between.
            assert len(waits) > 40
            assert max(waits) - min(waits) > 0.1 * base
        assert wait_before(asked, 120).total_seconds() == 120
        assert wait_before(asked, 99_999) == timedelta(minutes=15)

    def test_a_full_disk_is_told_as_such_and_tried_again(self, ask, settings, tmp_path):
        shut = tmp_path / "file, not a directory"
        shut.write_text("")
        settings.STORAGES = {
            **settings.STORAGES,
            "archive": {"BACKEND": "apps.archive.records.storage.EvidenceStorage", "OPTIONS": {"location": shut}},
        }
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            run(asked)
        assert (asked.state, asked.code) == (Capture.State.QUEUED, Code.STORAGE_FAILED)


@pytest.mark.usefixtures("store")
class TestReading:
    def read(self, ask, body, **headers):
        with site({"/story": Route(body, headers=headers)}) as where:
            asked = ask(where)
            assert run(asked)
        with entered_by(Channel.WORKER):
            reader.run(asked.pk)
            reader.run(asked.pk)
        asked.refresh_from_db()
        return asked

    def test_headline_and_text_are_read_once(self, ask):
        asked = self.read(ask, STORY)
        extract = Extract.objects.get()
        assert (extract.title, extract.site_name, extract.language) == ("Two captured", "The Wire", "en")
        assert "captured in Kursk" in extract.text
        assert "Sport" not in extract.text
        assert asked.read_at is not None
        assert verbs(asked).count("text_read") == 1

    def test_a_page_packed_twice_is_read_from_its_record_as_it_was_when_it_came(self, ask):
        body = gzip.compress(gzip.compress(STORY.encode()))
        asked = self.read(ask, body, **{"Content-Encoding": "gzip, x-gzip"})
        assert asked.body_digest == hashlib.sha256(STORY.encode()).hexdigest()
        assert "captured in Kursk" in Extract.objects.get().text

    def test_what_is_no_page_is_kept_and_the_reason_told(self, ask):
        self.read(ask, b"\x89PNG\r\n\x1a\n" + bytes(100), **{"Content-Type": "image/png"})
        assert "image/png" in Extract.objects.get().problem

    def test_plain_text_is_read_as_it_is(self, ask):
        self.read(ask, "A statement.\n\nTwo captured.", **{"Content-Type": "text/plain; charset=utf-8"})
        assert "Two captured." in Extract.objects.get().text

    def test_a_text_that_kills_its_reader_is_left_after_three_attempts(self, ask):
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            run(asked)
        Capture.objects.update(read_attempts=3)
        reader.run(asked.pk)
        assert "failed three times" in Extract.objects.get().problem

    def test_four_bells_at_once_are_one_reading(self, ask):
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            run(asked)
        Capture.objects.update(read_attempts=1, read_lease_until=timezone.now() + timedelta(seconds=30))
        for _ in range(4):
            reader.run(asked.pk)
        assert not Extract.objects.exists()
        Capture.objects.update(read_lease_until=timezone.now() - timedelta(seconds=1))
        reader.run(asked.pk)
        assert Extract.objects.get().title == "Two captured"

    def test_a_record_that_is_gone_is_told_and_not_tried_for_ever(self, ask):
        with site({"/story": Route(STORY)}) as where:
            asked = ask(where)
            run(asked)
        archive().delete(asked.warc_name)
        reader.run(asked.pk)
        assert "could not be read" in Extract.objects.get().problem


def test_asking_without_the_right_to_cite_is_refused():
    auditor = make_person("aziz", "auditor")
    page = register_page("https://example.org/story")
    with pytest.raises(NotAllowed):
        request_capture(page, by=auditor)


def test_the_sweep_finds_what_waits_and_nothing_else(rita):
    pages = [register_page(f"https://example.org/{number}") for number in range(5)]
    now = timezone.now()
    waiting = make_capture(pages[0], Capture.State.QUEUED)
    make_capture(pages[1], Capture.State.QUEUED, next_attempt_at=now + timedelta(minutes=5))
    abandoned = make_capture(
        pages[2], Capture.State.FETCHING, lease_token=uuid.uuid4(), lease_until=now - timedelta(seconds=1), attempt=1
    )
    make_capture(pages[3], Capture.State.FETCHING, lease_token=uuid.uuid4(), lease_until=now + timedelta(seconds=60))
    unread = make_capture(pages[4], Capture.State.STORED, read_at=None)
    assert set(Capture.objects.due(timezone.now())) == {waiting, abandoned}
    assert list(Capture.objects.unread(timezone.now())) == [unread]
    tasks.sweep()
    assert {waiting.pk, abandoned.pk} <= rung("fetch")
    assert unread.pk in rung("extract")
    Capture.objects.filter(pk=unread.pk).update(read_lease_until=now + timedelta(seconds=60))
    assert not Capture.objects.unread(timezone.now()).exists()


def test_nobody_is_rung_before_the_row_is_there_for_them(rita, django_capture_on_commit_callbacks):
    Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    page = register_page("https://example.org/story")
    with django_capture_on_commit_callbacks() as callbacks:
        asked = request_capture(page, by=rita)
        assert asked.pk not in rung("fetch")
    assert len(callbacks) == 1
    callbacks[0]()
    assert asked.pk in rung("fetch")


def rung(queue):
    """The numbers in the messages that wait in one of Redis' queues."""
    messages = Redis.from_url(os.environ["REDIS_URL"]).lrange(queue, 0, -1)
    return {json.loads(base64.b64decode(json.loads(message)["body"]))[0][0] for message in messages}
