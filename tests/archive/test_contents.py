"""The index of a record, and one answer read back by it: as it was sent, or not at all."""

import gzip
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter as OtherWriter

from apps.archive.records.contents import Elsewhere, Entry, entries, find, read, stamp, surt
from apps.archive.records.warc import WarcWriter, write_warc
from apps.archive.web.exchanges import FetchFailed
from apps.archive.web.fetching import Fetched, Limits, fetch
from tests.archive.servers import PAGE, Route, chunked, redirect, site

PACKED = gzip.compress(PAGE * 50)
BEFORE = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


@contextmanager
def fetched_from(routes: Mapping[str, Route], *paths: str) -> Iterator[tuple[str, list[Fetched]]]:
    with site(routes) as wire, ExitStack() as stack:
        allow = frozenset({str(wire)})
        every = [fetch(f"http://{wire}{path}", limits=Limits(), allow=allow, user_agent="desk") for path in paths]
        yield f"http://{wire}", [stack.enter_context(fetched) for fetched in every]


def writer_into(out: io.BytesIO) -> WarcWriter:
    return WarcWriter(out, software="VerifyDesk/test", operator="The Test Desk")


def found(cdxj: str, url: str) -> Entry:
    entry = find(cdxj, url)
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://Example.com", "com,example)/"),
        ("https://www.example.com:443/A/?b=2&a=1#part", "com,example)/a?a=1&b=2"),
        ("http://www2.example.co.uk:8080/x/", "uk,co,example:8080)/x"),
        ("http://someone:secret@example.com/?", "com,example)/"),
        ("http://192.168.1.254/info/", "254,1,168,192)/info"),
        ("http://[::1]:81/", "::1:81)/"),
        ("http://example.com/a b/\u00e9", "com,example)/a%20b/%C3%A9"),
        ("urn:Screenshot: 7", "urn:screenshot:%207"),
        ("http://example.com:port/", "http://example.com:port/"),
    ],
)
def test_an_address_sorts_as_the_field_sorts_it(url: str, key: str) -> None:
    assert surt(url) == key


def test_each_line_leads_to_its_record_and_says_what_lies_there() -> None:
    out = io.BytesIO()
    routes = {"/a": redirect("/b"), "/b": Route(PAGE), "/c": Route("no", status=203)}
    with fetched_from(routes, "/a", "/c") as (base, (page, other)):
        writer = writer_into(out)
        for exchange in [*page.exchanges, *other.exchanges]:
            writer.exchange(exchange)
        writer.resource("urn:shot", "image/png", b"picture", BEFORE)
        writer.metadata("urn:shot", {"a": "b"}, BEFORE)
        at = stamp(page.final.started_at)
    known = entries(writer.cdxj)
    assert "".join(entry.line() for entry in known) == writer.cdxj
    assert writer.cdxj.splitlines() == sorted(writer.cdxj.splitlines())
    assert [(entry.url, entry.status, entry.mime) for entry in known] == [
        (f"{base}/a", 302, "text/html"),
        (f"{base}/b", 200, "text/html"),
        (f"{base}/c", 203, "text/html"),
        ("urn:shot", 0, "image/png"),
    ]
    line = next(line for line in writer.cdxj.splitlines() if line.startswith(f"{surt(base + '/b')} {at} "))
    values = json.loads(line.split(" ", 2)[2])
    assert values["digest"] == f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    assert all(isinstance(value, str) for value in values.values())
    for entry in known:
        member = out.getvalue()[entry.offset : entry.offset + entry.length]
        (record,) = ArchiveIterator(io.BytesIO(member))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry.url


ANSWERS: Mapping[str, tuple[Route, bytes, bytes]] = {
    "plain": (Route(PAGE), PAGE, PAGE),
    "packed": (Route(PACKED, headers={"Content-Encoding": "gzip"}), PACKED, PAGE * 50),
    "in chunks": (Route(chunked(PAGE), headers={"Transfer-Encoding": "chunked"}), PAGE, PAGE),
    "two megabytes": (Route(PAGE * 40_000), PAGE * 40_000, PAGE * 40_000),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_back_as_it_was_sent(name: str) -> None:
    route, raw, plain = ANSWERS[name]
    out = io.BytesIO()
    with fetched_from({"/a": route}, "/a") as (base, (fetched,)):
        cdxj = write_warc(out, fetched, software="s", operator="o", facts={})
        started, headers = fetched.final.started_at, fetched.final.headers
    stored = read(out, found(cdxj, f"{base}/a"))
    assert (stored.url, stored.status, stored.reason, stored.at) == (f"{base}/a", 200, "OK", started)
    assert (stored.body, stored.decoded(Limits())) == (raw, plain)
    assert stored.header("content-type") == "text/html; charset=utf-8"
    if name != "in chunks":
        assert stored.headers == headers


def test_a_resource_is_read_back_under_its_type() -> None:
    out = io.BytesIO()
    writer = writer_into(out)
    writer.resource("urn:shot", "image/png", io.BytesIO(b"picture"), BEFORE)
    stored = read(out, found(writer.cdxj, "urn:shot"))
    assert (stored.status, stored.headers, stored.body) == (200, [("Content-Type", "image/png")], b"picture")
    assert stored.at == BEFORE


def test_a_revisit_has_its_own_headers_and_the_body_of_the_first() -> None:
    out = io.BytesIO()
    routes = {"/a": Route(PAGE), "/b": Route(PAGE, headers={"X-Mine": "b"})}
    with fetched_from(routes, "/a", "/b") as (base, (first, second)):
        writer = writer_into(out)
        for fetched in (first, second):
            writer.exchange(fetched.final)
    entry = found(writer.cdxj, f"{base}/b")
    assert (entry.mime, entry.status) == ("warc/revisit", 200)
    stored = read(out, entry, writer.cdxj)
    assert (stored.url, stored.header("x-mine"), stored.body) == (f"{base}/b", "b", PAGE)


def test_a_revisit_of_an_earlier_file_says_where_the_body_lies_and_gives_no_empty_one() -> None:
    out = io.BytesIO()
    routes = {"/a": Route(PAGE), "/b": Route(status=304)}
    with fetched_from(routes, "/a") as (base, (same,)):
        writer = writer_into(out)
        writer.same_as_before(same.final, refers_to_url="http://old.example/", refers_to_date=BEFORE)
        unchanged = replace(same.final, url=f"{base}/b", status=304, response_head=b"HTTP/1.1 304 Not Modified\r\n\r\n")
        writer.not_modified(unchanged, refers_to_url="http://old.example/b", refers_to_date=BEFORE)
    for path, where, status in (("/a", "http://old.example/", 200), ("/b", "http://old.example/b", 304)):
        entry = found(writer.cdxj, base + path)
        assert entry.status == status
        with pytest.raises(Elsewhere) as raised:
            read(out, entry, writer.cdxj)
        assert (raised.value.url, raised.value.at) == (where, BEFORE)
    profiles = [
        record.rec_headers.get_header("WARC-Profile").rsplit("/", 1)[1]
        for record in ArchiveIterator(io.BytesIO(out.getvalue()))
        if record.rec_type == "revisit"
    ]
    assert profiles == ["identical-payload-digest", "server-not-modified"]


def test_the_very_address_is_found_before_one_that_sorts_alike_and_a_page_before_a_redirect() -> None:
    def line(url: str, status: int, offset: int) -> str:
        return Entry(surt(url), stamp(BEFORE), url, "text/html", status, "", offset, 9).line()

    cdxj = line("http://example.com/A", 200, 1) + line("http://example.com/a", 404, 2)
    cdxj += line("http://example.com/b", 200, 3) + line("http://example.com/b", 302, 4)
    assert found(cdxj, "http://example.com/a").offset == 2
    assert found(cdxj, "https://www.example.com/A/").offset == 1
    assert found(cdxj, "http://example.com/b").offset == 3
    assert find(cdxj, "http://example.com/c") is None


@pytest.mark.parametrize(
    "line", ["no index", "com,example)/ 2026 {", 'a 1 {"url": "a", "offset": "x", "length": "1"}', "a 1 []"]
)
def test_what_is_no_index_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no line of an index"):
        entries(line)


def test_a_record_that_does_not_fit_its_index_is_not_shown() -> None:
    out = io.BytesIO()
    with fetched_from({"/a": Route(PAGE)}, "/a") as (base, (fetched,)):
        cdxj = write_warc(out, fetched, software="s", operator="o", facts={})
    entry = found(cdxj, f"{base}/a")
    member = gzip.decompress(out.getvalue()[entry.offset : entry.offset + entry.length])
    forged = gzip.compress(member.replace(b"It says something.", b"It says otherwise."))
    broken = bytearray(out.getvalue())
    broken[entry.offset + 40 : entry.offset + 60] = bytes(20)
    for file, wrong in (
        (out, replace(entry, offset=0)),
        (out, replace(entry, url="http://other.example/")),
        (out, replace(entry, length=entry.length // 2)),
        (out, replace(entry, offset=len(out.getvalue()))),
        (io.BytesIO(forged), replace(entry, offset=0, length=len(forged))),
        (io.BytesIO(bytes(broken)), entry),
    ):
        with pytest.raises(ValueError, match=r"at \d+"):
            read(file, wrong)


def test_no_more_is_read_than_allowed_packed_or_not() -> None:
    out = io.BytesIO()
    routes = {
        "/a": Route(PAGE * 1_000),
        "/b": Route(gzip.compress(bytes(3_000_000)), headers={"Content-Encoding": "gzip"}),
    }
    with fetched_from(routes, "/a", "/b") as (base, (plain, packed)):
        writer = writer_into(out)
        for fetched in (plain, packed):
            writer.exchange(fetched.final)
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        read(out, found(writer.cdxj, f"{base}/a"), most=1_000)
    stored = read(out, found(writer.cdxj, f"{base}/b"))
    with pytest.raises(FetchFailed):
        stored.decoded(replace(Limits(), ratio=10))


def test_an_answer_that_another_tool_stored_in_chunks_is_read_without_them() -> None:
    out = io.BytesIO()
    headers = StatusAndHeaders("200 OK", [("Transfer-Encoding", "chunked")], protocol="HTTP/1.1")
    other = OtherWriter(out, gzip=True)
    other.write_record(
        other.create_warc_record(
            "http://a.example/", "response", payload=io.BytesIO(chunked(PAGE)), http_headers=headers
        )
    )
    entry = Entry(surt("http://a.example/"), stamp(BEFORE), "http://a.example/", "", 200, "", 0, len(out.getvalue()))
    assert read(out, entry).body == PAGE
