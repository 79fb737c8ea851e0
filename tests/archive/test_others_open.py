"""Programs of others open what we write: warcio and pywb every record, py-wacz and pywb every export.

Each has a damaged file beside it that it must refuse: a check that can't fail proves nothing.
"""

from __future__ import annotations

import hashlib
import io
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from warcio.archiveiterator import ArchiveIterator

from apps.archive.models import Capture, record_name
from apps.archive.records.contents import entries
from apps.archive.records.storage import open_record
from apps.archive.records.wacz import write_wacz
from tests import tools
from tests.archive import sounds, uploads
from tests.archive.copies import KINDS, NOTES, STORY, Copies
from tests.workers import wait_for

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
WORDS = "both men were taken on the ninth of January"


@pytest.fixture(scope="session", autouse=True)
def _tools() -> None:
    tools.ensure()


def run(*command: str, cwd: Path | None = None) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


def record(digest: str) -> bytes:
    with open_record(record_name(digest)) as file:
        data: bytes = file.read()
    return data


def wacz(path: Path, *captures: Capture) -> Path:
    with path.open("w+b") as out:
        write_wacz(out, captures, title="Copies for a test")
    return path


class TestWarcio:
    """`warcio check`, of the library that most others are built on."""

    def check(self, data: bytes, folder: Path) -> tuple[int, str]:
        path = folder / "record.warc.gz"
        path.write_bytes(data)
        return run(sys.executable, "-m", "warcio.cli", "check", "-v", str(path))

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_record_passes_and_nothing_in_it_goes_unchecked(
        self, copies: Copies, tmp_path: Path, kind: str
    ) -> None:
        data = record(KINDS[kind](copies))
        status, said = self.check(data, tmp_path)
        assert status == 0, said
        # A revisit's payload lies in another record, so of a revisit the tool checks nothing.
        checked = [one for one in ArchiveIterator(io.BytesIO(data)) if one.rec_type != "revisit"]
        assert said.count("digest pass") == len(checked) > 1

    def test_a_damaged_record_is_refused(self, copies: Copies, tmp_path: Path) -> None:
        data = record(copies.page().warc_digest)
        (at,) = [entry.offset for entry in entries(Capture.objects.get().contents.cdxj) if entry.url.endswith("/story")]
        status, _ = self.check(data[: at + 300] + bytes(20) + data[at + 320 :], tmp_path)
        assert status != 0


class Pywb:
    """A folder of pywb's, and the player that serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self.must("init", "desk")

    def must(self, *command: str) -> None:
        status, said = run(tools.tool("wb-manager"), *command, cwd=self.folder)
        assert status == 0, said

    def add(self, files: dict[str, bytes]) -> None:
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        self.must("add", "--unpack-wacz", "desk", *files)

    def start(self) -> subprocess.Popen[bytes]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        command = [tools.tool("wayback"), "--bind", "127.0.0.1", "--port", str(port), "--threads", "2"]
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)
        wait_for(self.is_up, 60, "pywb")
        return process

    def is_up(self) -> bool:
        try:
            return self.answer("", "")[0] == 200
        except (URLError, ConnectionError):
            return False

    def answer(self, modifier: str, url: str) -> tuple[int, bytes]:
        """What it plays for an address: "mp_" as a browser gets it, "id_" as it was stored."""
        where = f"{self.address}/desk/{modifier}/{url}" if url else f"{self.address}/desk/"
        try:
            with urlopen(where, timeout=30) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()


@pytest.fixture
def pywb(tmp_path: Path) -> Iterator[Callable[[dict[str, bytes]], Pywb]]:
    """pywb with these files in it, running."""
    running: list[subprocess.Popen[bytes]] = []

    def started(files: dict[str, bytes]) -> Pywb:
        player = Pywb(tmp_path)
        player.add(files)
        running.append(player.start())
        return player

    yield started
    for process in running:
        process.kill()
        process.wait()


class TestPywb:
    """pywb, the player of the public web archives."""

    def test_it_plays_a_page_what_belongs_to_it_a_redirect_a_document_and_an_upload(
        self, copies: Copies, pywb: Callable[[dict[str, bytes]], Pywb]
    ) -> None:
        site = f"http://{copies.where}"
        captures = [copies.page(), copies.page("/moved"), copies.page("/paper.pdf"), copies.uploaded("mhtml")]
        player = pywb({f"{number}.warc.gz": record(one.warc_digest) for number, one in enumerate(captures)})
        status, page = player.answer("mp_", f"{site}/story")
        assert (status, WORDS in page.decode()) == (200, True)
        assert player.answer("id_", f"{site}/story") == (200, STORY.encode())
        for path in ("/shot.png", "/again.png"):  # the second is a revisit of the first
            assert player.answer("im_", site + path) == (200, uploads.png())
        assert b"rgb(1, 2, 3)" in player.answer("cs_", f"{site}/looks.css")[1]
        assert WORDS in player.answer("mp_", f"{site}/moved")[1].decode()
        assert player.answer("id_", f"{site}/paper.pdf") == (200, uploads.pdf("Two were captured."))
        assert b"the service said in a statement" in player.answer("mp_", uploads.URL)[1]
        assert player.answer("mp_", f"{site}/never")[0] == 404

    def test_it_plays_what_has_no_web_address_under_its_digest(
        self, copies: Copies, tmp_path: Path, pywb: Callable[[dict[str, bytes]], Pywb]
    ) -> None:
        document, notes = copies.handed_in("pdf"), copies.notes("mp3")
        player = pywb({"export.wacz": wacz(tmp_path / "copies.wacz", document, notes).read_bytes()})
        for url, body in {
            document.page.url: uploads.pdf("Two were captured."),
            notes.page.url: NOTES.encode(),
            f"urn:sha256:{hashlib.sha256(sounds.mp3()).hexdigest()}": sounds.mp3(),
        }.items():
            assert player.answer("id_", url) == (200, body)
        assert player.answer("id_", f"urn:sha256:{'0' * 64}")[0] == 404

    def test_it_plays_an_export_with_a_page_that_was_still_the_same(
        self, copies: Copies, tmp_path: Path, pywb: Callable[[dict[str, bytes]], Pywb]
    ) -> None:
        unchanged = copies.unchanged(copies.page())
        data = wacz(tmp_path / "copies.wacz", unchanged).read_bytes()
        player = pywb({"export.wacz": data})
        moment = f"{unchanged.fetched_at:%Y%m%d%H%M%S}"
        assert player.answer(f"{moment}id_", unchanged.final_url) == (200, STORY.encode())

    def test_a_damaged_record_is_not_played(self, copies: Copies, pywb: Callable[[dict[str, bytes]], Pywb]) -> None:
        capture = copies.page()
        data = record(capture.warc_digest)
        (at,) = [entry.offset for entry in entries(capture.contents.cdxj) if entry.url.endswith("/story")]
        player = pywb({"0.warc.gz": data[: at + 300] + bytes(20) + data[at + 320 :]})
        status, page = player.answer("id_", f"http://{copies.where}/story")
        assert (status, page) != (200, STORY.encode())


class TestPyWacz:
    """`wacz validate`, of those who wrote the specification."""

    def validate(self, path: Path) -> tuple[bool, str]:
        status, said = run(tools.tool("wacz"), "validate", "-f", str(path))
        return status == 0 and "Validation succeeded" in said, said

    @pytest.mark.parametrize(
        "what",
        [
            "one page",
            "many copies",
            "one page twice",
            "a drawn page",
            "an upload",
            "an unchanged page",
            "a document handed in",
            "notes with a recording",
        ],
    )
    def test_every_export_is_valid(self, copies: Copies, tmp_path: Path, what: str) -> None:
        captures = {
            "one page": lambda: [copies.page()],
            "many copies": lambda: [copies.page(), copies.page("/moved"), copies.page("/paper.pdf")],
            "one page twice": lambda: [copies.page(), copies.page()],
            "a drawn page": lambda: [copies.page(drawn=True)],
            "an upload": lambda: [copies.uploaded("pdf")],
            "an unchanged page": lambda: [copies.unchanged(copies.page())],
            "a document handed in": lambda: [copies.handed_in("pdf")],
            "notes with a recording": lambda: [copies.page(), copies.notes("ogg")],
        }[what]()
        valid, said = self.validate(wacz(tmp_path / "copies.wacz", *captures))
        assert valid, said

    @pytest.mark.parametrize("harm", ["a record", "the table of contents", "something more"])
    def test_one_that_was_tampered_with_is_not(self, copies: Copies, tmp_path: Path, harm: str) -> None:
        whole = zipfile.ZipFile(wacz(tmp_path / "copies.wacz", copies.page()))
        harmed = {"a record": "archive/", "the table of contents": "datapackage.json"}.get(harm)
        with zipfile.ZipFile(tmp_path / "harmed.wacz", "w") as out:
            for name in whole.namelist():
                content = whole.read(name)
                if harmed and name.startswith(harmed):
                    content = content.replace(b"2", b"3", 1)
                out.writestr(name, content)
            if harmed is None:
                out.writestr("archive/more.warc.gz", b"what nobody listed")
        valid, said = self.validate(tmp_path / "harmed.wacz")
        assert not valid, said
