"""The archive at the command line: capture now, into a folder or a bucket."""

import hashlib
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture as capturing
from apps.archive.capturing import leasing, politeness
from apps.archive.management.commands import capture as capture_command
from apps.archive.models import Capture, Host
from apps.archive.records.storage import archive
from apps.archive.web import wire as on_the_wire
from apps.audit.models import Entry
from tests.archive.servers import Route, redirect, site

pytestmark = pytest.mark.django_db
PARAGRAPHS = [
    "Two soldiers were captured in the Kursk region on Thursday, the service said in a statement on Sunday morning.",
    "Both of them are wounded and are being treated, and an interpreter helps with the questions that are put to them.",
    "Neither government had reacted to the announcement by Sunday evening, and no direct evidence was shown.",
]
STORY = f"""<html lang="en"><head><title>Two captured - The Wire</title><meta property="og:site_name" content="The Wire">
<meta name="author" content="Anna Orlova"><meta property="article:published_time" content="2025-01-12T09:30:00+09:00"></head>
<body><nav>Home World</nav><article><h1>Two captured</h1>{"".join(f"<p>{one}</p>" for one in PARAGRAPHS)}</article></body></html>"""


@pytest.fixture
def wire(settings, store):
    long = STORY.replace("</nav>", "</nav>" + "<!-- nothing -->" * 20_000)
    routes = {
        "/story": Route(STORY),
        "/long": Route(long),
        "/short": redirect("/story"),
        "/gone": Route("Gone.", status=410),
        "/broken": Route("Broken.", status=500),
    }
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield f"http://{where}"


def command(*arguments, err=None):
    """What a command says, and its exit status."""
    out, err, status = io.StringIO(), err or io.StringIO(), 0
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    return out.getvalue(), status


class TestCapture:
    def test_a_page_is_stored_and_told_with_its_facts_and_text(self, wire, store):
        said, status = command("capture", f"{wire}/short", "--json")
        told = json.loads(said)
        assert status == 0
        assert (told["state"], told["title"], told["byline"], told["site"]) == (
            "stored",
            "Two captured",
            "Anna Orlova",
            "The Wire",
        )
        assert told["published"] == "2025-01-12T00:30:00+00:00"
        assert (told["final_url"], told["redirects"][0]["status"]) == (f"{wire}/story", 302)
        assert all(paragraph in told["text"] for paragraph in PARAGRAPHS)
        assert told["text_length"] == len(told["text"])
        assert [told["file"]] == [store.place + name for name in store.names()]
        assert told["file"].endswith(f"/{told['record_sha256']}.warc.gz")

    def test_one_that_fails_is_told_and_makes_the_exit_status_1_without_stopping_the_rest(self, wire):
        said, status = command(
            "capture", f"{wire}/gone", "http://127.0.0.1:1/", "not an address", f"{wire}/story", "--json"
        )
        gone, private, nothing, story = (json.loads(line) for line in said.splitlines())
        assert status == 1
        assert (gone["state"], gone["code"], gone["http_status"]) == ("failed", "http_410", 410)
        assert (private["state"], private["code"]) == ("blocked", "blocked_address")
        assert (nothing["state"], nothing["code"]) == ("failed", "invalid_url")
        assert story["state"] == "stored"

    def test_how_far_it_is_goes_where_no_answer_is_read_from(self, wire):
        err = io.StringIO()
        said, _ = command("capture", f"{wire}/gone", f"{wire}/story", "--json", err=err)
        assert err.getvalue() == f"1 of 2: {wire}/gone\n2 of 2: {wire}/story\n"
        assert " of 2: " not in said

    def test_a_page_that_takes_long_is_told_of_while_it_comes(self, wire, monkeypatch):
        for told in (leasing, on_the_wire):
            monkeypatch.setattr(told, "TOLD_EVERY_SECONDS", 0)
        err = io.StringIO()
        said, _ = command("capture", f"{wire}/long", err=err)
        first, *further = err.getvalue().splitlines()
        assert first == f"1 of 1: {wire}/long"
        assert further
        assert all(re.fullmatch(r"  (Fetching the page|Storing): [\d.]+\xa0(bytes|KB)", line) for line in further), (
            further
        )
        assert "Fetching" not in said

    def test_it_waits_for_a_worker_who_was_faster_and_tells_what_that_one_stored(self, wire, monkeypatch):
        """The worker has the page when the command comes, and stores it while the command waits."""
        working, lease_it = [], capture_command.request_capture

        def taken_at_once(*arguments, **options):
            asked = lease_it(*arguments, **options)
            working.append(leasing.lease(asked.pk))
            return asked

        def work_a_little(seconds):
            if working:
                assert capturing.work(working.pop())

        monkeypatch.setattr(capture_command, "request_capture", taken_at_once)
        monkeypatch.setattr(capture_command.time, "sleep", work_a_little)
        said, status = command("capture", f"{wire}/story", "--json")
        told = json.loads(said)
        assert (status, told["state"], told["title"], told["attempt"]) == (0, "stored", "Two captured", 1)

    def test_a_drawing_waits_for_the_copy_without_one_that_is_being_made(self, wire, monkeypatch):
        page = register_page(f"{wire}/story")
        busy = [leasing.lease(request_capture(page, by=None).pk)]
        monkeypatch.setattr(capture_command.time, "sleep", lambda seconds: busy and capturing.work(busy.pop()))
        said, status = command("capture", f"{wire}/story", "--rendered", "--json")
        told = json.loads(said)
        assert (status, told["state"]) == (0, "stored")
        assert list(page.captures.order_by("pk").values_list("wants_browser", flat=True)) == [False, True]

    def test_it_waits_for_its_turn_at_a_host_that_others_are_at(self, wire, settings, monkeypatch):
        settings.ARCHIVE_HOST_AT_ONCE = 1
        busy = [leasing.lease(request_capture(register_page(f"{wire}/long"), by=None).pk)]
        monkeypatch.setattr(capture_command.time, "sleep", lambda seconds: busy and capturing.work(busy.pop()))
        said, status = command("capture", f"{wire}/story", "--json")
        assert (status, json.loads(said)["state"]) == (0, "stored")

    def test_one_that_its_host_holds_back_says_so_and_until_when(self, wire):
        page = register_page(f"{wire}/story")
        politeness.leave_alone(page.host_id, 600)
        until = Host.objects.get(pk=page.host_id).held_until.isoformat()
        said, status = command("capture", f"{wire}/story", "--json")
        told = json.loads(said)
        assert (status, told["state"], told["attempt"]) == (1, "queued", 0)
        assert (told["waiting"], told["not_before"]) == ("127.0.0.1 has asked the desk to wait.", until)
        said, _ = command("capture", f"{wire}/story")
        assert said.startswith(f"queued: {wire}/story")
        assert "  waiting: 127.0.0.1 has asked the desk to wait." in said
        assert f"  not before: {until}" in said

    def test_one_whose_attempt_has_failed_says_when_the_next_is(self, wire, settings):
        settings.ARCHIVE_RETRY_SECONDS = 60
        told = json.loads(command("capture", f"{wire}/broken", "--json")[0])
        due = Capture.objects.get().next_attempt_at
        assert (told["state"], told["code"], told["not_before"]) == ("queued", "http_5xx", due.isoformat())
        assert told["waiting"] == "Attempt 1 of 4 failed; a worker tries again."

    def test_one_whose_turn_is_far_says_for_which_host(self, wire):
        page = register_page(f"{wire}/story")
        Host.objects.filter(pk=page.host_id).update(free_at=timezone.now() + timedelta(minutes=1))
        told = json.loads(command("capture", f"{wire}/story", "--json")[0])
        assert (told["state"], told["waiting"]) == ("queued", "Its turn at 127.0.0.1 has not come.")
        assert told["not_before"] is not None

    def test_one_that_is_stored_waits_for_nothing(self, wire):
        told = json.loads(command("capture", f"{wire}/story", "--json")[0])
        assert (told["state"], told["waiting"], told["not_before"]) == ("stored", "", None)

    def test_people_read_it_in_lines_without_the_text(self, wire):
        said, _ = command("capture", f"{wire}/story")
        assert said.startswith(f"stored: {wire}/story")
        assert "  title: Two captured" in said
        assert PARAGRAPHS[0] not in said


class TestExport:
    def test_copies_come_in_one_file_with_its_digest_and_the_trail_says_so(self, copies, tmp_path):
        captures = [copies.page(), copies.uploaded("pdf")]
        said, status = command("export_wacz", str(tmp_path / "a.wacz"), *(str(one.pk) for one in captures), "--json")
        told = json.loads(said)
        assert status == 0
        assert told["wacz_sha256"] == hashlib.sha256((tmp_path / "a.wacz").read_bytes()).hexdigest()
        assert told["records"] == {str(one.pk): one.warc_digest for one in captures}
        assert "uploaded by hand" in told["notes"][0]
        entry = Entry.objects.get(verb="wacz_downloaded")
        assert entry.after["wacz_sha256"] == told["wacz_sha256"]

    def test_what_is_not_whole_leaves_no_file_and_what_is_there_already_stays(self, copies, tmp_path):
        capture, path = copies.page(), tmp_path / "a.wacz"
        with pytest.raises(CommandError, match="There is no capture 99"):
            command("export_wacz", str(path), str(capture.pk), "99")
        archive().delete(capture.warc_name)
        with pytest.raises(CommandError, match="is missing"):
            command("export_wacz", str(path), str(capture.pk))
        assert not path.exists()
        path.write_bytes(b"mine")
        with pytest.raises(CommandError, match="is there already"):
            command("export_wacz", str(path), str(capture.pk))
        assert path.read_bytes() == b"mine"
        assert not Entry.objects.filter(verb="wacz_downloaded").exists()
