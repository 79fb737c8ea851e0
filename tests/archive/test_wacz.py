"""Copies in a file that others open: complete, in order, digested; or a clear refusal, and no file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from apps.archive.models import Capture, Contents, Extract, record_name
from apps.archive.records.contents import entries, surt
from apps.archive.records.storage import archive
from apps.archive.records.wacz import CannotExport, Exported, write_wacz
from tests.archive.copies import Copies
from tests.archive.stores import Store
from tests.newsroom import make_capture, make_page

pytestmark = pytest.mark.django_db


def exported(*captures: Capture, **options: Any) -> tuple[Exported, zipfile.ZipFile]:
    out = io.BytesIO()
    told = write_wacz(out, captures, title="Copies for a test", **options)
    assert (told.size, told.digest) == (len(out.getvalue()), hashlib.sha256(out.getvalue()).hexdigest())
    return told, zipfile.ZipFile(out)


def lines(wacz: zipfile.ZipFile, path: str) -> list[str]:
    return wacz.read(path).decode().splitlines()


def pages(wacz: zipfile.ZipFile) -> list[dict[str, str]]:
    head, *rest = [json.loads(line) for line in lines(wacz, "pages/pages.jsonl")]
    assert head["format"] == "json-pages-1.0"
    return rest


def test_it_holds_the_record_as_it_is_its_page_and_the_digest_of_everything(copies: Copies) -> None:
    capture = copies.page()
    Extract.objects.update(text="Two were captured.", title="Two captured – <b>the</b> story")
    told, wacz = exported(capture)
    name = f"archive/{capture.warc_digest}.warc.gz"
    assert wacz.testzip() is None
    assert wacz.namelist() == [
        name, "indexes/index.cdx", "pages/pages.jsonl", "datapackage.json", "datapackage-digest.json",
    ]  # fmt: skip
    assert wacz.getinfo(name).compress_type == zipfile.ZIP_STORED
    assert hashlib.sha256(wacz.read(name)).hexdigest() == capture.warc_digest
    package = json.loads(wacz.read("datapackage.json"))
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    for known in package["resources"]:
        content = wacz.read(known["path"])
        assert known["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert known["bytes"] == len(content)
    assert {known["path"] for known in package["resources"]} == set(wacz.namelist()[:3])
    digest = hashlib.sha256(wacz.read("datapackage.json")).hexdigest()
    assert json.loads(wacz.read("datapackage-digest.json")) == {"path": "datapackage.json", "hash": f"sha256:{digest}"}
    (page,) = pages(wacz)
    assert (page["url"], page["title"]) == (capture.final_url, "Two captured – <b>the</b> story")
    assert page["text"] == "Two were captured."
    assert (package["mainPageUrl"], package["mainPageDate"]) == (page["url"], page["ts"])
    assert told.records == {capture.pk: capture.warc_digest}
    assert told.notes == ()


def test_every_line_of_the_index_leads_to_its_record_in_the_file(copies: Copies) -> None:
    captures = [copies.page(), copies.page("/moved"), copies.uploaded("mhtml"), copies.page()]
    _, wacz = exported(*captures)
    index = lines(wacz, "indexes/index.cdx")
    assert index == sorted(index)
    assert len(index) == sum(len(entries(capture.contents.cdxj)) for capture in captures)
    for line in index:
        key, _, told = line.split(" ", 2)
        known = json.loads(told)
        record = wacz.read(f"archive/{known['filename']}")[int(known["offset"]) :][: int(known["length"])]
        (found,) = ArchiveIterator(io.BytesIO(record))
        assert (known["url"], key) == (found.rec_headers.get_header("WARC-Target-URI"), surt(known["url"]))
    for page in pages(wacz):
        moment = "".join(letter for letter in page["ts"] if letter.isdigit())
        assert any(line.startswith(f"{surt(page['url'])} {moment} ") for line in index)


def test_one_record_that_two_copies_rest_on_is_in_it_once(copies: Copies) -> None:
    capture = copies.page()
    twin = make_capture(
        make_page("https://other.example.org/"), final_url=capture.final_url, warc_digest=capture.warc_digest
    )
    Contents.objects.create(capture=twin, cdxj=capture.contents.cdxj)
    told, wacz = exported(capture, twin)
    assert len(told.records) == len(pages(wacz)) == 2
    assert [name for name in wacz.namelist() if name.startswith("archive/")] == [
        f"archive/{capture.warc_digest}.warc.gz"
    ]
    assert len(lines(wacz, "indexes/index.cdx")) == len(entries(capture.contents.cdxj))


def test_a_page_of_many_words_is_searched_by_its_beginning(copies: Copies) -> None:
    capture = copies.page()
    Extract.objects.update(text="ü" * 300_000)
    _, wacz = exported(capture)
    assert len(pages(wacz)[0]["text"]) == 100_000


def test_a_copy_by_hand_says_so_and_not_where_it_came_from(copies: Copies) -> None:
    told, wacz = exported(copies.uploaded("html"), notes=["Something else."])
    assert told.notes[0] == "Something else."
    assert "uploaded by hand" in told.notes[1]
    assert json.loads(wacz.read("datapackage.json"))["description"] == " ".join(told.notes)
    assert not any(b"Anonymous envelope" in wacz.read(name) for name in wacz.namelist())


class TestRevisits:
    """A watch writes that a page was still the same; the body lies in another copy's record."""

    @pytest.mark.parametrize("kind", ["same", "not modified"])
    def test_what_a_revisit_means_comes_along(self, copies: Copies, kind: str) -> None:
        earlier = copies.page()
        capture = copies.unchanged(earlier, kind=kind)
        told, wacz = exported(capture)
        assert [page["id"] for page in pages(wacz)] == [f"capture-{capture.pk}"]
        assert f"archive/{earlier.warc_digest}.warc.gz" in wacz.namelist()
        found = [json.loads(line.split(" ", 2)[2]) for line in lines(wacz, "indexes/index.cdx")]
        assert sorted((one["mime"], one["filename"].partition(".")[0]) for one in found) == [
            ("text/html", earlier.warc_digest),
            ("warc/revisit", capture.warc_digest),
        ]
        assert told.notes == (
            f"With the record of copy {earlier.pk} of {earlier.page.url}, "
            f"to which copy {capture.pk} of {capture.page.url} refers.",
        )

    def test_one_that_nobody_holds_is_left_out_with_a_note(self, copies: Copies) -> None:
        capture = copies.unchanged(copies.page(), url="http://nobody.example.org/has-it")
        told, wacz = exported(capture)
        assert lines(wacz, "indexes/index.cdx") == []
        assert told.notes == (
            f"Not to be replayed: {capture.final_url}, which copy {capture.pk} of {capture.page.url} only refers to.",
        )
        assert f"archive/{capture.warc_digest}.warc.gz" in wacz.namelist(), "the record is evidence all the same"

    def test_the_other_copy_is_in_it_once_when_it_was_asked_for_too(self, copies: Copies) -> None:
        earlier = copies.page()
        _, wacz = exported(copies.unchanged(earlier), earlier)
        index = lines(wacz, "indexes/index.cdx")
        assert len(index) == len(set(index)) == len(entries(earlier.contents.cdxj)) + 1
        assert len([name for name in wacz.namelist() if name.startswith("archive/")]) == 2


class TestRefusals:
    """A file with a part of the evidence could be taken for all of it."""

    def refusal(self, *captures: Capture) -> str:
        with pytest.raises(CannotExport) as refused:
            write_wacz(io.BytesIO(), captures, title="Copies for a test")
        return str(refused.value)

    def test_nothing_at_all(self) -> None:
        assert "no stored copy" in self.refusal()

    def test_a_copy_that_failed_or_has_no_index(self, copies: Copies) -> None:
        assert "There is no record" in self.refusal(copies.page("/refused"))
        capture = copies.page()
        Contents.objects.all().delete()
        assert f"copy {capture.pk} of {capture.page.url}" in self.refusal(capture)

    def test_a_record_that_is_missing_beside_one_that_is_there(self, copies: Copies) -> None:
        there, gone = copies.page(), copies.page("/paper.pdf")
        archive().delete(gone.warc_name)
        said = self.refusal(there, gone)
        assert "is missing from the archive" in said
        assert gone.page.url in said

    @pytest.mark.parametrize("harm", ["changed", "cut", "grown"])
    def test_a_record_that_is_damaged(self, copies: Copies, harm: str) -> None:
        capture = copies.page()
        data = bytearray(Path(archive().path(capture.warc_name)).read_bytes())
        if harm == "changed":
            data[len(data) // 2] ^= 1
        damaged = {"changed": data, "cut": data[:-10], "grown": data + b"x"}[harm]
        Path(archive().path(capture.warc_name)).write_bytes(damaged)
        assert "is damaged: its bytes have changed" in self.refusal(capture)

    def test_a_record_that_its_index_does_not_fit(self, copies: Copies) -> None:
        capture = copies.page()
        (first, *rest) = entries(capture.contents.cdxj)
        for index, said in (
            ([*rest, replace(first, length=10_000_000)], "does not fit its index"),
            (
                [replace(one, url="http://x.example/", key="example,x)/") for one in [first]],
                "does not lead to the page",
            ),
        ):
            Contents.objects.update(cdxj="".join(entry.line() for entry in index))
            assert said in self.refusal(capture)

    def test_a_revisit_in_a_damaged_record(self, copies: Copies) -> None:
        capture = copies.unchanged(copies.page())
        Path(archive().path(capture.warc_name)).write_bytes(b"nothing like it")
        assert "is damaged" in self.refusal(capture)

    def test_a_store_that_can_not_be_read(self, copies: Copies) -> None:
        capture = copies.page()
        path = Path(archive().path(capture.warc_name))
        path.unlink()
        path.mkdir()
        assert "can't be read now" in self.refusal(capture)


def test_memory_does_not_grow_with_the_records(copies: Copies) -> None:
    capture = copies.page()
    data = os.urandom(1_000_000) * 60
    digest = hashlib.sha256(data).hexdigest()
    path = Path(archive().path(record_name(digest)))
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    Capture.objects.update(warc_digest=digest)
    capture.refresh_from_db()
    del data
    with tempfile.TemporaryFile() as out:
        tracemalloc.start()
        told = write_wacz(out, [capture], title="Copies for a test")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert told.size > 60_000_000
    assert peak < 5_000_000


def test_it_comes_out_of_a_bucket_as_out_of_a_folder(store: Store, copies: Copies) -> None:
    capture = copies.page()
    _, wacz = exported(capture)
    assert hashlib.sha256(wacz.read(f"archive/{capture.warc_digest}.warc.gz")).hexdigest() == capture.warc_digest
    store.remove(capture.warc_name)
    with pytest.raises(CannotExport, match="is missing"):
        exported(capture)
