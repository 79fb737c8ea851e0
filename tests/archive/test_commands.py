"""The archive at the command line: capture now, and check what is stored."""

import io
import json

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from apps.archive.models import Capture, Extract
from apps.archive.records.storage import archive
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
def wire(settings):
    routes = {"/story": Route(STORY), "/short": redirect("/story"), "/gone": Route("Gone.", status=410)}
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield f"http://{where}"


def command(*arguments):
    """What a command says, and its exit status."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    return out.getvalue(), status


class TestCapture:
    def test_a_page_is_stored_and_told_with_its_facts_and_text(self, wire):
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
        assert told["file"].endswith(f"{told['record_sha256']}.warc.gz")

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

    def test_people_read_it_in_lines_without_the_text(self, wire):
        said, _ = command("capture", f"{wire}/story")
        assert said.startswith(f"stored: {wire}/story")
        assert "  title: Two captured" in said
        assert PARAGRAPHS[0] not in said


class TestCheck:
    @pytest.fixture
    def stored(self, wire):
        command("capture", f"{wire}/story")
        return Capture.objects.get()

    def checked(self, *arguments):
        return command("archive_check", *arguments)

    def test_a_sound_store_is_called_sound(self, stored):
        said, status = self.checked()
        assert (said, status) == ("1 copies read: 0 damaged, 1 sound. Files that no row knows: 0.\n", 0)

    def test_a_record_that_is_gone_is_found(self, stored):
        archive().delete(stored.warc_name)
        said, status = self.checked()
        assert status == 1
        assert f"capture {stored.pk} of {stored.page.url}: the record is missing" in said

    def test_one_flipped_byte_is_found(self, stored):
        path = archive().path(stored.warc_name)
        with open(path, "r+b") as file:
            file.seek(100)
            byte = file.read(1)
            file.seek(100)
            file.write(bytes([byte[0] ^ 1]))
        said, status = self.checked(str(stored.pk))
        assert status == 1
        assert "the record's bytes are not those that were stored" in said

    def test_a_record_put_in_the_place_of_another_is_found(self, stored, wire):
        """Its digest is the row's, so only the page inside can tell."""
        Capture.objects.filter(pk=stored.pk).update(body_digest="0" * 64)
        assert "the page in the record is not the one that was stored" in self.checked()[0]

    def test_a_changed_text_is_found(self, stored):
        Extract.objects.update(text="Three were captured.")
        assert "the text is not the one that was read" in self.checked()[0]

    def test_files_that_no_row_knows_are_found(self, stored):
        archive().save(f"sha256/ab/cd/{'ab' * 32}.warc.gz", ContentFile(b"stray"))
        archive().save("sha256/ab/cd/.part-left", ContentFile(b"half"))
        said, status = self.checked()
        assert status == 1
        assert f"sha256/ab/cd/{'ab' * 32}.warc.gz: no row knows this file" in said
        assert "sha256/ab/cd/.part-left: a file that was never finished" in said
        assert "Files that no row knows: 2." in said
