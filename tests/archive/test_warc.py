"""The archived record: other people's tools find it whole, and read the page back as it was sent."""

import gzip
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from apps.archive.records.warc import WarcWriter, write_warc
from apps.archive.web.fetching import Fetched, Limits, fetch
from tests.archive.servers import PAGE, Route, chunked, hostile, redirect, site

FACTS = {"capture": "17", "requested": "http://example.com/a"}
PACKED = gzip.compress(PAGE * 50)


def fetched_from(where: str, path: str = "/a") -> Fetched:
    return fetch(f"http://{where}{path}", limits=Limits(), allow=frozenset({str(where)}), user_agent="desk test/1")


def written(fetched: Fetched, facts: dict[str, str] = FACTS) -> bytes:
    out = io.BytesIO()
    write_warc(out, fetched, software="VerifyDesk/test", operator="The Test Desk", facts=facts)
    return out.getvalue()


def records(warc: bytes) -> list[tuple[Any, bytes, bytes]]:
    """Each record, its payload as stored, and its payload unpacked."""
    stored = [(entry, entry.raw_stream.read()) for entry in ArchiveIterator(io.BytesIO(warc))]
    unpacked = [entry.content_stream().read() for entry in ArchiveIterator(io.BytesIO(warc))]
    return [(entry, raw, plain) for (entry, raw), plain in zip(stored, unpacked, strict=True)]


def check(warc: bytes, folder: Path) -> str:
    """What `warcio check` says; empty when all is well."""
    path = folder / "record.warc.gz"
    path.write_bytes(warc)
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    said = done.stdout + done.stderr
    # A revisit's payload lies in another record, so of a revisit the tool checks nothing.
    checked = [entry for entry, _, _ in records(warc) if entry.rec_type != "revisit"]
    assert said.count("digest pass") == len(checked), "a record without digests passes any check"
    return "" if done.returncode == 0 else said


ROUTES: Mapping[str, tuple[Mapping[str, Route], bytes, bytes]] = {
    "a plain page": ({"/a": Route(PAGE)}, PAGE, PAGE),
    "a packed page": ({"/a": Route(PACKED, headers={"Content-Encoding": "gzip"})}, PACKED, PAGE * 50),
    "a page in chunks": ({"/a": Route(chunked(PAGE), headers={"Transfer-Encoding": "chunked"})}, PAGE, PAGE),
    "a packed page in chunks": (
        {"/a": Route(chunked(PACKED, 10), headers={"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"})},
        PACKED,
        PAGE * 50,
    ),
    "a page behind redirects": (
        {"/a": redirect("/b", body=b"moved"), "/b": redirect("/c", status=301), "/c": Route(PAGE)},
        PAGE,
        PAGE,
    ),
    "a page of two megabytes": ({"/a": Route(PAGE * 40_000)}, PAGE * 40_000, PAGE * 40_000),
}


@pytest.mark.parametrize("name", ROUTES)
def test_another_tool_finds_the_record_whole_and_reads_the_page_back(name: str, tmp_path: Path) -> None:
    routes, body, page = ROUTES[name]
    with site(routes) as wire, fetched_from(wire) as fetched:
        warc = written(fetched)
        assert fetched.final.body.tell() == 0, "the body is left as it was found"
    assert check(warc, tmp_path) == ""
    responses = [(raw, plain) for entry, raw, plain in records(warc) if entry.rec_type == "response"]
    assert responses[-1] == (body, page)


def test_the_record_tells_the_whole_exchange_in_order() -> None:
    with site({"/a": redirect("/b", body=b"moved"), "/b": Route(PAGE)}) as wire:
        started = datetime.now(UTC)
        fetched = fetched_from(wire)
        warc = written(fetched)
    entries = [entry for entry, _, _ in records(warc)]
    assert [entry.rec_type for entry in entries] == [
        "warcinfo", "request", "response", "request", "response", "metadata",
    ]  # fmt: skip
    info, *rest = [entry.rec_headers for entry in entries]
    for headers in rest:
        assert headers.get_header("WARC-Warcinfo-ID") == info.get_header("WARC-Record-ID")
        moment = datetime.fromisoformat(headers.get_header("WARC-Date"))
        assert started <= moment <= datetime.now(UTC)
    for request, response, path, exchange in zip(
        rest[0:4:2], rest[1:4:2], ("/a", "/b"), fetched.exchanges, strict=True
    ):
        assert request.get_header("WARC-Concurrent-To") == response.get_header("WARC-Record-ID")
        for headers in (request, response):
            assert headers.protocol == "WARC/1.1"
            assert headers.get_header("WARC-Target-URI") == f"http://{wire}{path}"
            assert headers.get_header("WARC-IP-Address") == "127.0.0.1"
            assert datetime.fromisoformat(headers.get_header("WARC-Date")) == exchange.started_at
    assert rest[-1].get_header("WARC-Concurrent-To") == rest[3].get_header("WARC-Record-ID")
    digest = hashlib.sha256(PAGE).hexdigest()
    assert rest[3].get_header("WARC-Payload-Digest") == f"sha256:{digest}"
    fetched.close()


def test_each_record_is_a_packed_file_of_its_own() -> None:
    with site({"/a": Route(PAGE)}) as wire, fetched_from(wire) as fetched:
        warc = written(fetched)
    offsets = []
    for entries in [ArchiveIterator(io.BytesIO(warc))]:
        for _entry in entries:
            entries.read_to_end()
            offsets.append(entries.get_record_offset())
    assert [warc[offset : offset + 2] for offset in offsets] == [b"\x1f\x8b"] * 4
    assert offsets[0] == 0


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 200_000, 2_500_000])
def test_what_is_packed_already_is_stored_as_it_is_and_another_tool_finds_it_whole(tmp_path: Path, size: int) -> None:
    noise = os.urandom(size)
    with site({"/a": Route(noise, headers={"Content-Type": "image/jpeg"})}) as where:
        warc = written(fetched_from(where))
    assert noise[:60_000] in warc
    assert len(warc) < size * 1.001 + 3_000
    assert check(warc, tmp_path) == ""
    assert [plain for entry, _, plain in records(warc) if entry.rec_type == "response"] == [noise]


def test_a_plain_response_is_stored_as_the_very_bytes_received() -> None:
    with site({"/a": Route(PAGE, headers={"X-Odd": "a  b"})}) as wire, fetched_from(wire) as fetched:
        plain = gzip.decompress(written(fetched))
        assert fetched.final.response_head + PAGE in plain
        assert wire.requests[0] in plain


def test_a_chunked_response_says_what_was_changed_about_it() -> None:
    with hostile("length and chunked") as wire, fetched_from(wire) as fetched:
        warc = written(fetched)
    entry, raw, _plain = next(record for record in records(warc) if record[0].rec_type == "response")
    headers = entry.http_headers
    assert raw == PAGE
    assert headers.get_header("Transfer-Encoding") is None
    assert headers.get_header("X-Archive-Orig-Transfer-Encoding") == "chunked"
    assert headers.get_header("X-Archive-Orig-Content-Length") == "3"
    assert headers.get_header("Content-Length") == str(len(PAGE))
    assert b"note: Content-Length and chunked" in next(r[1] for r in records(warc) if r[0].rec_type == "metadata")


def test_a_redirect_that_was_not_read_to_its_end_says_so() -> None:
    with site({"/a": redirect("/b", body=b"x" * 200_000), "/b": Route(PAGE)}) as wire, fetched_from(wire) as fetched:
        warc = written(fetched)
    responses = [entry.rec_headers for entry, _, _ in records(warc) if entry.rec_type == "response"]
    assert [headers.get_header("WARC-Truncated") for headers in responses] == ["length", None]


def test_the_facts_stand_in_the_metadata_and_can_not_add_lines() -> None:
    with site({"/a": Route(PAGE)}) as wire, fetched_from(wire) as fetched:
        warc = written(fetched, {"capture": "17", "note-by": "a\r\nWARC-Type: response\r\n\r\nb\x00", "last": "c\r\n"})
    fields = next(raw for entry, raw, _ in records(warc) if entry.rec_type == "metadata").decode()
    assert fields.startswith("capture: 17\r\nnote-by: a WARC-Type: response b\r\nlast: c\r\nfetchTimeMs: ")
    info = next(raw for entry, raw, _ in records(warc) if entry.rec_type == "warcinfo").decode()
    assert "software: VerifyDesk/test\r\noperator: The Test Desk\r\nformat: WARC File Format 1.1\r\n" in info


class TestRevisits:
    """The same bytes under a second address are pointed to, not written again."""

    PICTURE = Route(bytes(range(256)) * 40, headers={"Content-Type": "image/png"})

    def written(self, *paths: str) -> bytes:
        routes = {"/one.png": self.PICTURE, "/two.png": self.PICTURE, "/other.png": Route(b"x"), "/a": Route(PAGE)}
        with site({**routes, "/copy": Route(PAGE)}) as where:
            exchanges = [exchange for path in paths for exchange in fetched_from(where, path).exchanges]
        return written(Fetched(exchanges[-1].url, exchanges))

    def test_the_second_is_a_revisit_of_the_first(self, tmp_path: Path) -> None:
        warc = self.written("/one.png", "/other.png", "/two.png", "/a")
        assert check(warc, tmp_path) == ""
        found = {entry.rec_headers.get_header("WARC-Target-URI")[-7:]: (entry, raw) for entry, raw, _ in records(warc)
                 if entry.rec_type in ("response", "revisit")}  # fmt: skip
        first, again = found["one.png"], found["two.png"]
        assert (first[0].rec_type, again[0].rec_type) == ("response", "revisit")
        assert (len(first[1]), again[1]) == (10_240, b"")
        assert again[0].http_headers.get_header("Content-Type") == "image/png"
        told = again[0].rec_headers.get_header
        known = first[0].rec_headers.get_header
        assert told("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
        assert told("WARC-Refers-To") == known("WARC-Record-ID")
        assert told("WARC-Refers-To-Target-URI") == known("WARC-Target-URI")
        assert told("WARC-Refers-To-Date") == known("WARC-Date")
        assert told("WARC-Payload-Digest") == known("WARC-Payload-Digest")

    def test_the_page_itself_is_always_there_in_full(self) -> None:
        kinds = [entry.rec_type for entry, _, _ in records(self.written("/copy", "/a"))]
        assert kinds.count("response") == 2
        assert "revisit" not in kinds


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    with site({"/a": Route(PAGE)}) as wire, fetched_from(wire) as fetched:
        warc = written(fetched)
    forged = gzip.compress(gzip.decompress(warc).replace(b"It says something.", b"It says otherwise."))
    path = tmp_path / "forged.warc.gz"
    path.write_bytes(forged)
    command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
    assert subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 1


def test_the_same_payload_under_another_address_is_a_revisit_that_says_of_what(tmp_path: Path) -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
    with site({"/a": Route(PAGE), "/b": Route(PAGE, headers={"X-Mine": "b"})}) as wire:
        first, second = fetched_from(wire, "/a"), fetched_from(wire, "/b")
    with first, second:
        first_id = writer.exchange(first.final)
        writer.exchange(second.final)
        first_at, head = first.final.started_at, second.final.response_head
    assert check(out.getvalue(), tmp_path) == ""
    entry, raw, _ = records(out.getvalue())[-1]
    headers = entry.rec_headers
    assert (entry.rec_type, raw) == ("revisit", b"")
    assert headers.get_header("WARC-Profile") == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert headers.get_header("WARC-Refers-To") == first_id
    assert headers.get_header("WARC-Refers-To-Target-URI") == f"http://{wire}/a"
    assert datetime.fromisoformat(headers.get_header("WARC-Refers-To-Date")) == first_at
    assert headers.get_header("WARC-Payload-Digest") == f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert headers.get_header("WARC-Block-Digest") == f"sha256:{hashlib.sha256(head).hexdigest()}"
    assert int(headers.get_header("Content-Length")) == len(head)
    assert entry.http_headers.get_header("X-Mine") == "b"


UNSHARED: Mapping[str, Mapping[str, Route]] = {
    "of answers that are not 200": {"/a": Route(PAGE, status=203), "/b": Route(PAGE, status=203)},
    "of different pages": {"/a": Route(PAGE), "/b": Route(PAGE + b" ")},
}


@pytest.mark.parametrize("name", UNSHARED)
def test_two_payloads_are_each_written(name: str) -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
    with site(UNSHARED[name]) as wire, fetched_from(wire, "/a") as first, fetched_from(wire, "/b") as second:
        for fetched in (first, second):
            writer.exchange(fetched.final)
    assert [entry.rec_type for entry, _, _ in records(out.getvalue())[1:]] == ["request", "response"] * 2


def test_a_page_that_must_be_whole_is_written_again() -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
    with site({"/a": Route(PAGE), "/b": Route(PAGE)}) as wire:
        first, second = fetched_from(wire, "/a"), fetched_from(wire, "/b")
    with first, second:
        writer.exchange(first.final)
        writer.exchange(second.final, whole=True)
    assert [raw for entry, raw, _ in records(out.getvalue()) if entry.rec_type == "response"] == [PAGE, PAGE]


def test_a_resource_and_its_metadata_can_not_add_lines(tmp_path: Path) -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
    now = datetime.now(UTC)
    shot = writer.resource("urn:screenshot:1", "image/png\r\nWARC-Type: response", b"picture", now)
    writer.metadata("urn:screenshot:1", {"width": "1280", "empty": ""}, now, concurrent_to=shot)
    assert check(out.getvalue(), tmp_path) == ""
    (resource, picture, _), (metadata, facts, _) = records(out.getvalue())[1:]
    assert (resource.rec_type, picture) == ("resource", b"picture")
    assert metadata.rec_headers.get_header("WARC-Concurrent-To") == shot
    assert facts == b"width: 1280\r\n"


def test_an_empty_payload_is_no_revisit_of_another() -> None:
    out = io.BytesIO()
    writer = WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")
    with site({"/a": Route(PAGE)}) as wire, fetched_from(wire) as fetched:
        for url in ("http://a.example/", "http://b.example/"):
            writer.exchange(replace(fetched.final, url=url, body=io.BytesIO(), body_bytes=0))
    assert [entry.rec_type for entry, _, _ in records(out.getvalue())[1:]] == ["request", "response"] * 2
