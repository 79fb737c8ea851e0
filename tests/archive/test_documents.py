"""Documents that are no pages. A PDF is hostile until it is read: what it takes, its reader's process takes, and no more."""

import gzip
import json
import os
import resource
import threading
import time
import zlib
from pathlib import Path

import pytest

from apps.archive.reading import documents
from apps.archive.reading.documents import read_json, read_pdf
from apps.archive.reading.reader import read_body
from tests.archive import uploads
from tests.archive.bombs import packed_spaces
from tests.archive.uploads import numbered, pdf, pdf_of

URL = "https://paper.example.com/report"
BEFORE = b"BT /F1 12 Tf (x) Tj "
TREE = b"<< /Type /Catalog /Pages 2 0 R >>"


class TestPdf:
    def test_its_text_and_what_it_says_of_itself_are_read(self):
        info = {"Title": "Report on Kursk", "Author": "Anna Orlova", "CreationDate": "D:20241227101500+02'00'"}
        article, problem = read_pdf(pdf("Two captured.", "It gave no details.", info=info))
        assert problem == ""
        assert (article.title, article.byline) == ("Report on Kursk", "Anna Orlova")
        assert article.published.isoformat() == "2024-12-27T08:15:00+00:00"
        assert article.text == "Two captured.\n\nIt gave no details."

    @pytest.mark.parametrize("title", ["", "Microsoft Word - press.docx", "untitled", "final_v3.pdf"])
    def test_a_title_that_nobody_chose_gives_way_to_the_first_line(self, title):
        assert read_pdf(pdf("Two captured.", info={"Title": title}))[0].title == "Two captured."

    @pytest.mark.parametrize("date", ["D:00000101", "D:29990101000000Z", "D:16120101000000Z", "yesterday"])
    def test_a_date_that_can_not_be_is_none(self, date):
        assert read_pdf(pdf("Two captured.", info={"CreationDate": date}))[0].published is None

    @pytest.mark.parametrize(
        ("made", "sentence"),
        [
            (lambda: pdf_of(b"0 0 m 10 10 l S"), "holds pictures only"),
            (lambda: b"%PDF-1.7\nnot really\n%%EOF\n", "is damaged"),
            (lambda: pdf("Two captured.")[:300] + b"%%EOF\n", "is damaged"),
            (lambda: numbered([TREE, b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"]), "is damaged|pictures only"),
            (
                lambda: numbered(
                    [TREE, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]
                ),
                "is damaged|pictures only|gives one",
            ),
            (
                lambda: numbered([TREE[:-3] + b" /X " + b"[" * 200_000 + b"]" * 200_000 + b" >>"]),
                "is damaged|gives one",
            ),
            (lambda: pdf_of(b"[" * 300_000), "pictures only|is damaged|gives one"),
            (lambda: pdf_of(packed_spaces(BEFORE, 2_000_000_000), coding="FlateDecode"), "gives one"),
            (lambda: pdf_of(*[b"BT /F1 12 Tf (x) Tj ET"] * 100_000), "many more pages"),
        ],
        ids=[
            "scan",
            "junk",
            "cut",
            "tree in itself",
            "tree in a circle",
            "deep object",
            "deep content",
            "bomb",
            "100,000 pages",
        ],
    )
    def test_one_that_can_not_be_read_says_why(self, made, sentence):
        article, problem = read_pdf(made())
        assert problem.startswith("No text could be read: the PDF ")
        assert any(part in problem for part in sentence.split("|")), problem
        assert article.text == ""

    def test_one_behind_a_password_says_so(self):
        assert read_pdf(locked())[1] == "No text could be read: the PDF is locked with a password."

    def test_one_page_that_can_not_be_read_hides_no_other(self):
        good = zlib.compress(b"BT /F1 12 Tf 20 100 Td (Two captured.) Tj ET")
        article, problem = read_pdf(pdf_of(good, packed_spaces(BEFORE, 200_000_000), good, coding="FlateDecode"))
        assert article.text == "Two captured.\n\nTwo captured."
        assert problem.startswith("The text is not whole")

    def test_a_longer_one_than_the_desk_reads_is_read_to_there(self, monkeypatch):
        monkeypatch.setattr(documents, "MOST_PAGES", 3)
        article, problem = read_pdf(pdf(*["Page."] * 5))
        assert article.text.count("Page.") == 3
        assert "longer than the desk reads" in problem

    def test_one_that_takes_for_ever_is_stopped_by_the_clock_and_what_was_read_is_kept(self, monkeypatch):
        """It would work for many times as long, and may."""
        monkeypatch.setattr(documents, "WALL_SECONDS", 3)
        monkeypatch.setattr(documents, "WORK_SECONDS", 600)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        article, problem = read_pdf(many_pages())
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 4
        assert article.text.startswith("Two captured.")
        assert "more memory or time" in problem

    def test_one_that_takes_for_ever_is_stopped_after_its_seconds_of_work(self, monkeypatch):
        monkeypatch.setattr(documents, "WORK_SECONDS", 1)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        assert "more memory or time" in read_pdf(pdf_of(endless()))[1]
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 4

    def test_its_reader_has_no_more_memory_than_its_limit_and_nothing_of_ours(self, monkeypatch):
        """Watched from outside while it works: its size, its environment, its open files."""
        monkeypatch.setenv("SECRET_KEY", "that nobody may know")
        monkeypatch.setattr(documents, "WALL_SECONDS", 6)
        seen = {}
        watcher = threading.Thread(target=watch, args=(seen,))
        watcher.start()
        read_pdf(pdf_of(*[packed_spaces(BEFORE, 60_000_000)] * 3, endless(), coding="FlateDecode"))
        watcher.join()
        assert seen["environment"] == b""
        assert 0 < seen["peak"] <= documents.MEMORY_BYTES
        assert seen["limits"]["Max address space"] == documents.MEMORY_BYTES
        assert seen["limits"]["Max cpu time"] == documents.WORK_SECONDS
        assert seen["limits"]["Max core file size"] == 0
        assert not any(name.startswith("socket:") for name in seen["files"]), seen["files"]

    def test_it_leaves_no_process_behind(self, monkeypatch):
        monkeypatch.setattr(documents, "WALL_SECONDS", 1)
        read_pdf(pdf_of(endless()))
        assert not readers()


def endless() -> bytes:
    """Content that is worked at for minutes, a glyph at a time."""
    return b"BT /F1 12 Tf " + b"(a) Tj " * 2_000_000 + b"ET"


def many_pages() -> bytes:
    """A short page, and then a thousand that are the same long one."""
    long = b"BT /F1 12 Tf " + b"(a) Tj " * 20_000 + b"ET"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
    kids = b"6 0 R " + b"7 0 R " * 998
    return numbered(
        [
            TREE,
            b"<< /Type /Pages /Kids [" + kids + b"] /Count 999 >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            stream(b"BT /F1 12 Tf (Two captured.) Tj ET"),
            stream(long),
            page % 4,
            page % 5,
        ]
    )


def stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"


def locked() -> bytes:
    """A PDF that says it is encrypted, with a key that no empty password opens."""
    plain = pdf("Two captured.")
    encrypt = (
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <"
        + b"41" * 32
        + b"> /U <"
        + b"42" * 32
        + b"> >> "
        b"/ID [<00> <00>]"
    )
    return plain.replace(b"/Info 4 0 R", encrypt)


def readers() -> list[int]:
    """The processes that read PDFs for us."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            ours = place.joinpath("stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
            if ours and b"pdf_text.py" in place.joinpath("cmdline").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def watch(seen) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and not (pids := readers()):
        time.sleep(0.05)
    place = Path(f"/proc/{pids[0]}")
    try:
        while time.monotonic() < deadline:
            lines = place.joinpath("status").read_text().splitlines()
            peak = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
            limits = [line.rsplit(None, 3) for line in place.joinpath("limits").read_text().splitlines()[1:]]
            if peak > 30_000_000:
                seen["peak"] = max(peak, seen.get("peak", 0))
                seen["environment"] = place.joinpath("environ").read_bytes()
                seen["limits"] = {
                    line[0].rsplit("  ", 1)[0].strip(): int(line[1]) for line in limits if line[1].isdigit()
                }
                seen["files"] = [os.readlink(one) for one in place.joinpath("fd").iterdir()]
            time.sleep(0.1)
    except OSError:
        return


class TestJson:
    def test_it_is_laid_out_and_not_a_sign_of_its_values_changes(self):
        sent = '{"headline":"Two \\u0063aptured","figures":[1.10,2e3,{"a":[]}],"note":"a, {b}: [c]","x":{}}'
        article = read_json(sent)
        assert article.title == "Two captured"
        assert article.text == (
            '{\n  "headline": "Two \\u0063aptured",\n  "figures": [\n    1.10,\n    2e3,\n    {\n      "a": []\n    }\n  ],\n'
            '  "note": "a, {b}: [c]",\n  "x": {}\n}'
        )
        assert json.loads(article.text) == json.loads(sent)

    def test_what_is_no_json_stays_as_it_is(self):
        assert read_json("{not json").text == "{not json"

    def test_deep_nesting_takes_no_more_room_than_it_has_signs(self):
        for deep in ("[" * 100_000 + "]" * 100_000, '{"a":' * 900 + "1" + "}" * 900):
            assert len(read_json(deep).text) < len(deep) * 50


class TestKinds:
    @pytest.mark.parametrize("sent_as", ["application/pdf", "application/octet-stream", "text/html", ""])
    def test_a_pdf_is_read_as_one_whatever_it_is_sent_as(self, sent_as):
        assert read_body(pdf("Two captured."), sent_as, URL).article.text == "Two captured."

    @pytest.mark.parametrize("data", [uploads.png(), uploads.jpeg(), uploads.gif(), uploads.webp()])
    def test_a_picture_has_no_text_and_that_is_said(self, data):
        assert "this is a picture (image/" in read_body(data, "text/html", URL).problem

    @pytest.mark.parametrize(
        "sent_as", ["text/html; charset=utf-8", "application/xhtml+xml", "", "application/octet-stream"]
    )
    def test_a_page_is_read_as_one(self, sent_as):
        assert read_body(uploads.PAGE, sent_as, URL).article.title == "Two captured"

    def test_a_page_that_is_sent_as_plain_text_is_plain_text_as_in_a_browser(self):
        assert read_body(uploads.PAGE, "text/plain", URL).article.text.startswith("<!DOCTYPE html>")

    @pytest.mark.parametrize("sent_as", ["application/json", "application/ld+json; charset=utf-8", "text/json"])
    def test_json_is_laid_out(self, sent_as):
        assert read_body(b'{"a":1}', sent_as, URL).article.text == '{\n  "a": 1\n}'

    def test_plain_text_is_read_as_it_is(self):
        assert (
            read_body("Zwei gefaßt.".encode("latin-1"), "text/plain; charset=iso-8859-1", URL).article.text
            == "Zwei gefaßt."
        )

    def test_any_other_kind_is_named(self):
        assert "application/zip" in read_body(gzip.compress(b"x"), "application/zip", URL).problem
