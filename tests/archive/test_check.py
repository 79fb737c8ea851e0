"""`manage.py archive_check`: every kind of damage is found and named, in a folder and in a bucket, and no sound one."""

import gzip
import hashlib
import io
import json
import os
import re
import time

import pytest
from django.core.management import CommandError, call_command
from isal import igzip
from warcio.archiveiterator import ArchiveIterator

from apps.archive import checking
from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture
from apps.archive.models import Attempt, Capture, Contents, Extract, Look, record_name
from apps.archive.reading import reader
from apps.archive.records.storage import draft
from apps.audit.context import Channel, entered_by
from tests.archive.servers import Route, chunked, redirect, served, site
from tests.archive.stores import alter
from tests.archive.watched import Watched
from tests.newsroom import make_capture, make_reporter

pytestmark = pytest.mark.django_db
in_a_folder = pytest.mark.parametrize("store", ["files"], indirect=True)
in_a_bucket = pytest.mark.parametrize("store", ["objects"], indirect=True)
STORY = (
    '<html><head><title>Two captured</title><link rel=stylesheet href="/a.css"></head><body><img src="/a.png">'
    '<img src="/b.png"><p>Two soldiers were captured in the Kursk region on Thursday, the service said.</p></body></html>'
)
PICTURE = Route(bytes(range(256)) * 8, headers={"Content-Type": "image/png"})
ROUTES = {
    "/story": Route(STORY),
    "/a.css": Route("body { color: black }", headers={"Content-Type": "text/css"}),
    "/a.png": PICTURE,
    "/b.png": PICTURE,
    "/packed": Route(gzip.compress(STORY.encode()), headers={"Content-Encoding": "gzip"}),
    "/twice": Route(gzip.compress(gzip.compress(STORY.encode())), headers={"Content-Encoding": "gzip, gzip"}),
    "/chunks": Route(chunked(STORY.encode()), headers={"Transfer-Encoding": "chunked"}),
    "/short": redirect("/middle", body=b"moved"),
    "/middle": redirect("/story", status=301),
    "/plain": Route("Two captured.", headers={"Content-Type": "text/plain"}),
    "/facts": Route('{"captured": 2}', headers={"Content-Type": "application/json"}),
    "/report": Route(b"%PDF-1.4\n%%EOF\n", headers={"Content-Type": "application/pdf"}),
    "/picture": PICTURE,
    "/odd?b=2&a=1": Route(STORY, status=203, headers={"Content-Type": ""}),
}


@pytest.fixture
def copied(store, settings):
    """Stores copies of these paths of one site."""
    settings.ARCHIVE_REQUISITES = 10
    rita = make_reporter()

    def copied(*paths, rendered=False):
        made = []
        with site(ROUTES) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            for path in paths:
                asked = request_capture(register_page(f"http://{where}{path}"), by=rita, rendered=rendered)
                with entered_by(Channel.WORKER):
                    assert capture.run(asked.pk, with_browser=rendered)
                    reader.run(asked.pk)
                made.append(Capture.objects.get(pk=asked.pk))
        return made

    return copied


@pytest.fixture
def stored(copied):
    """One copy, with pictures and a style, of which one is a revisit."""
    return copied("/story")[0]


def checked(*arguments):
    """What the command says in lines, what it says of its progress, and its exit status."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("archive_check", "--grace=0", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    return out.getvalue().splitlines(), err.getvalue(), status


def found():
    """The kinds of damage that are found, in order, and where."""
    lines, _, status = checked("--json")
    *findings, total = [json.loads(line) for line in lines]
    assert status == (1 if findings else 0)
    assert (total["damaged"] + total["strays"] > 0) == bool(findings)
    return [(finding["damage"], finding["where"]) for finding in findings]


def where(capture):
    return f"capture {capture.pk} of {capture.page.url}"


def rewritten(data, change, *, keep_digests=True):
    """The record with one byte string for another of its length, its own digests left as they are or taken out."""
    out = b""
    for offset, length in places(data):
        part = gzip.decompress(data[offset : offset + length]).replace(*change)
        if not keep_digests:
            part = re.sub(rb"WARC-(Block|Payload)-Digest: [^\r]*\r\n", b"", part)
        out += igzip.compress(part)
    return out


def places(data):
    parts = ArchiveIterator(io.BytesIO(data))
    return [(parts.get_record_offset(), parts.get_record_length()) for _ in parts]


def put_in_place(capture, data):
    """Somebody who can write both, file and row: the record is another, under a digest of its own."""
    with draft() as record:
        record.write(data)
        record.keep(record_name(record.digest))
    for rows in (Capture.objects.filter(pk=capture.pk), Attempt.objects.filter(capture=capture)):
        rows.update(warc_digest=record.digest, warc_bytes=record.size)


class TestSound:
    def test_copies_of_every_kind_raise_nothing(self, copied):
        copied(*(path for path in ROUTES if path not in {"/a.css", "/a.png", "/b.png", "/middle"}))
        kinds = set(Capture.objects.values_list("content_type", flat=True))
        assert len(kinds) >= 6, kinds
        lines, progress, status = checked()
        assert (lines, status) == (
            [
                f"{Capture.objects.count()} records read: 0 damaged, {Capture.objects.count()} sound. Files that belong to no record: 0."
            ],
            0,
        )
        assert re.fullmatch(r"\d+ records read, \d+ a second, 0 damaged, \d+ files looked at\n", progress)

    @pytest.mark.browser
    def test_a_copy_that_a_browser_drew_raises_nothing(self, copied):
        drawn = copied("/story", rendered=True)[0]
        assert drawn.is_drawn
        assert found() == []

    def test_nothing_stored_is_nothing_wrong(self, store):
        assert found() == []

    def test_limits_that_were_made_smaller_since_change_nothing(self, copied, settings):
        copied("/story", "/packed")
        settings.ARCHIVE_PAGE_BYTES = settings.ARCHIVE_DECODED_BYTES = settings.ARCHIVE_RATIO = 1
        assert found() == []

    def test_a_watched_copy_and_what_its_looks_have_kept_raise_nothing(self, store, settings):
        settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
        routes = {"/story": Route(STORY, headers={"ETag": '"one"'})}
        with site(routes) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            watched = Watched(f"http://{where}/story", make_reporter())
            watched.look()
            for answer in (
                Route(status=304),
                Route(STORY.replace("Thursday", "Friday")),
                redirect("/moved", status=301),
                Route("<h1>Gone</h1>", status=410),
                Route("<h1>Gone</h1>", status=410),
            ):
                routes["/moved"] = Route(STORY.replace("Thursday", "Friday"))
                routes["/story"] = answer
                watched.look()
        outcomes = list(Look.objects.order_by("pk").values_list("outcome", flat=True))
        assert outcomes == ["unchanged", "unchanged", "changed", "moved", "failed", "gone"]
        assert Look.objects.exclude(warc_digest="").count() == 4
        assert found() == []

    def test_a_failed_capture_has_no_record_to_miss(self, stored):
        make_capture(stored.page, Capture.State.FAILED, code="http_410")
        assert found() == []


class TestFiles:
    def test_a_record_that_is_gone(self, stored, store):
        store.remove(stored.warc_name)
        assert found() == [("missing", where(stored))]

    @pytest.mark.parametrize("at", [0, 100, -1])
    def test_one_flipped_bit(self, stored, store, at):
        def flip(data):
            changed = bytearray(data)
            changed[at] ^= 1
            return bytes(changed)

        alter(store, stored.warc_name, flip)
        assert found() == [("changed", where(stored))]

    @pytest.mark.parametrize("kept", [0, 500, -1])
    def test_a_record_that_was_cut(self, stored, store, kept):
        alter(store, stored.warc_name, lambda data: data[:kept])
        assert found() == [("cut", where(stored))]

    def test_bytes_added_at_the_end(self, stored, store):
        alter(store, stored.warc_name, lambda data: data + b"\0")
        assert found() == [("changed", where(stored))]

    def test_another_sound_record_under_its_name(self, copied, store):
        first, second = copied("/story", "/plain")
        store.put(second.warc_name, store.get(first.warc_name))
        assert found() == [("changed", where(second))]

    @in_a_folder
    def test_something_in_its_place_that_is_no_file(self, stored, store):
        store.remove(stored.warc_name)
        (store.folder / stored.warc_name).mkdir()
        assert found() == [("unreadable", where(stored))]

    def test_a_file_that_no_row_knows(self, stored, store):
        stray = record_name("ab" * 32)
        store.put(stray, b"stray")
        assert found() == [("orphan", stray)]

    def test_a_part_that_was_never_finished(self, stored, store):
        part = f"{stored.warc_name.rpartition('/')[0]}/.part-{stored.warc_digest}-x1"
        store.put(part, b"half")
        assert found() == [("part", part)]

    @pytest.mark.parametrize("name", ["sha256/notes.txt", "sha256/aa/bb/{}.warc.gz", "sha256/{}", "sha256/{}.gz"])
    def test_a_name_or_a_place_that_no_record_has(self, stored, store, name):
        misnamed = name.format(stored.warc_digest)
        store.put(misnamed, store.get(stored.warc_name))
        assert found() == [("misnamed", misnamed)]

    def test_a_young_file_may_be_a_running_captures(self, stored, store):
        for name in (record_name("ab" * 32), f"sha256/ab/ab/.part-{'ab' * 32}-x1", "sha256/odd"):
            store.put(name, b"young")
        assert checked("--grace=600")[2] == 0
        assert len(found()) == 3

    @in_a_folder
    @pytest.mark.parametrize(("older", "status"), [(-30, 0), (30, 1)])
    def test_without_a_word_the_grace_is_the_lease(self, store, settings, older, status):
        name = record_name("ab" * 32)
        store.put(name, b"stray")
        os.utime(store.folder / name, (time.time() - settings.ARCHIVE_LEASE_SECONDS - older,) * 2)
        ended = 0
        try:
            call_command("archive_check", stdout=io.StringIO(), stderr=io.StringIO())
        except SystemExit as exited:
            ended = exited.code
        assert ended == status


class TestRows:
    def test_a_row_that_was_pointed_at_another_sound_record(self, copied, store):
        first, second = copied("/story", "/plain")
        Capture.objects.filter(pk=second.pk).update(warc_digest=first.warc_digest, warc_bytes=first.warc_bytes)
        assert found() == [("body", where(second)), ("index", where(second))]

    def test_another_page_of_the_same_address_in_the_record(self, stored, store):
        data = store.get(stored.warc_name)
        put_in_place(stored, rewritten(data, (b"Two soldiers", b"Six soldiers")))
        kinds = [kind for kind, _ in found()]
        assert kinds == ["digest", "body", "index", "orphan"]

    def test_digests_that_were_taken_out_of_the_record(self, stored, store):
        """Other people's tools pass such a file: there is nothing in it to check."""
        data = rewritten(store.get(stored.warc_name), (b"", b""), keep_digests=False)
        store.remove(stored.warc_name)
        put_in_place(stored, data)
        kinds = [kind for kind, _ in found()]
        assert kinds == ["undigested"] * len(places(data)) + ["index"]

    def test_a_record_that_is_no_record(self, stored, store):
        store.remove(stored.warc_name)
        put_in_place(stored, b"something else altogether")
        assert found() == [("unreadable", where(stored))]

    def test_a_record_of_nothing(self, stored, store):
        store.remove(stored.warc_name)
        put_in_place(stored, b"")
        assert found() == [("unreadable", where(stored))]

    @in_a_folder
    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            ({"body_digest": "0" * 64}, "body"),
            ({"body_bytes": 3}, "size"),
            ({"warc_bytes": 3}, "size"),
            ({"final_url": "http://127.0.0.1/another"}, "body"),
        ],
    )
    def test_a_row_that_was_edited(self, stored, values, kind):
        Capture.objects.filter(pk=stored.pk).update(**values)
        assert found() == [(kind, where(stored))]

    def test_a_text_that_was_edited(self, stored):
        Extract.objects.update(text="Three were captured.")
        assert found() == [("text", where(stored))]

    def test_a_text_is_checked_also_when_the_record_is_gone(self, stored, store):
        Extract.objects.update(text="Three were captured.")
        store.remove(stored.warc_name)
        assert found() == [("missing", where(stored)), ("text", where(stored))]

    @in_a_folder
    @pytest.mark.parametrize(
        "change",
        [
            lambda cdxj: re.sub(r'"offset": "(\d+)"', lambda found: f'"offset": "{int(found[1]) + 1}"', cdxj, count=1),
            lambda cdxj: re.sub(r'"length": "(\d+)"', '"length": "7"', cdxj, count=1),
            lambda cdxj: re.sub(r'"digest": "sha256:\w', '"digest": "sha256:x', cdxj, count=1),
            lambda cdxj: cdxj.replace("/a.png", "/c.png"),
            lambda cdxj: cdxj.replace('"status": "200"', '"status": "404"', 1),
            lambda cdxj: cdxj.replace("warc/revisit", "image/png"),
            lambda cdxj: "".join(cdxj.splitlines(keepends=True)[1:]),
            lambda cdxj: cdxj + cdxj.splitlines()[0].replace("/a.css", "/b.css"),
            lambda cdxj: cdxj + "not an index\n",
            lambda cdxj: "",
        ],
        ids=["offset", "length", "digest", "address", "status", "revisit", "cut", "more", "no index", "empty"],
    )
    def test_an_index_that_was_edited(self, stored, change):
        contents = Contents.objects.get(capture=stored)
        edited = change(contents.cdxj)
        assert edited != contents.cdxj
        Contents.objects.update(cdxj=edited)
        assert found() == [("index", where(stored))]

    def test_an_index_that_is_gone(self, stored):
        Contents.objects.all().delete()
        assert found() == [("no_index", where(stored))]


class TestLooks:
    @pytest.fixture
    def look(self, stored, store):
        with draft() as record:
            record.write(store.get(stored.warc_name) * 2)
            record.keep(record_name(record.digest))
        return Look.objects.create(
            page=stored.page, outcome="unchanged", warc_digest=record.digest, warc_bytes=record.size
        )

    def test_the_record_of_a_look_is_known_and_checked(self, look, store):
        assert found() == []
        alter(store, record_name(look.warc_digest), lambda data: data[:-7])
        assert found() == [("cut", f"look {look.pk} at {look.page.url}")]
        store.remove(record_name(look.warc_digest))
        assert found() == [("missing", f"look {look.pk} at {look.page.url}")]

    def test_what_a_look_was_about_to_store_is_neither_missed_nor_astray(self, stored, store):
        Look.objects.create(page=stored.page, warc_digest="ab" * 32, warc_bytes=11)
        Look.objects.create(page=stored.page, outcome="failed", code="worker_lost", warc_digest="cd" * 32)
        assert found() == []
        store.put(record_name("ab" * 32), b"just stored")
        assert found() == []

    def test_a_look_that_kept_nothing_misses_nothing(self, stored):
        Look.objects.create(page=stored.page, outcome="failed", code="http_5xx")
        assert found() == []


class TestRefusals:
    """What a site answered instead of a page is kept with the attempt."""

    @pytest.fixture
    def attempt(self, store, settings):
        with site({"/gone": Route("<h1>Gone</h1>", status=410)}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/gone"), by=make_reporter())
            assert not capture.run(asked.pk)
        return asked.attempts.get()

    def test_its_record_is_known_and_checked(self, attempt, store):
        assert found() == []
        name = record_name(attempt.warc_digest)
        told = f"attempt 1 of capture {attempt.capture_id} of {attempt.capture.page.url}"
        alter(store, name, lambda data: data[:-1] + b"x")
        assert found() == [("changed", told)]
        store.remove(name)
        assert found() == [("missing", told)]

    def test_what_a_worker_was_about_to_store_is_not_missed(self, stored, store):
        Attempt.objects.create(capture=stored, number=7, warc_digest="ab" * 32, warc_bytes=9)
        lost = Attempt.objects.create(capture=stored, number=8, warc_digest="cd" * 32, code="worker_lost")
        Attempt.objects.filter(pk=lost.pk).update(ended_at=lost.started_at)
        store.put(record_name("ab" * 32), b"just stored")
        assert found() == []


class TestCommand:
    def test_sentences_say_what_is_damaged(self, stored, store):
        size = len(store.get(stored.warc_name))
        alter(store, stored.warc_name, lambda data: data[:100])
        store.put(record_name("ab" * 32), b"stray")
        lines, _, status = checked()
        assert status == 1
        assert lines == [
            f"{where(stored)}: the record is shorter than what was stored (100 of {size} bytes)",
            f"{record_name('ab' * 32)}: no row knows this file",
            "1 records read: 1 damaged, 0 sound. Files that belong to no record: 1.",
        ]

    def test_some_captures_only_or_all_from_one_on(self, copied, store):
        copies = copied("/story", "/plain", "/facts")
        for copy in copies:
            store.remove(copy.warc_name)
        store.put(record_name("ab" * 32), b"stray")
        first, second, third = [f"{where(copy)}: the record is missing" for copy in copies]
        assert checked(str(copies[1].pk))[0][:-1] == [second]
        lines = checked(f"--since-id={copies[1].pk}")[0]
        assert lines[:2] == [second, third]
        assert first not in lines

    def test_rows_are_read_in_short_pages_and_each_once(self, copied, store, monkeypatch):
        monkeypatch.setattr(checking, "AT_ONCE", 2)
        copies = copied("/story", "/plain", "/facts", "/short", "/packed")
        for copy in copies:
            store.remove(copy.warc_name)
        names = [record_name(hashlib.sha256(bytes([number])).hexdigest()) for number in range(5)]
        for name in names:
            store.put(name, b"stray")
        assert found() == [
            *(("missing", where(copy)) for copy in copies),
            *(("orphan", name) for name in sorted(names)),
        ]

    def test_what_is_wrong_inside_does_not_hide_what_is_wrong_elsewhere(self, copied, store):
        first, second = copied("/story", "/plain")
        Extract.objects.filter(capture=first).update(text="Edited.")
        Contents.objects.filter(capture=first).delete()
        Capture.objects.filter(pk=first.pk).update(body_digest="0" * 64)
        store.remove(second.warc_name)
        assert found() == [
            ("body", where(first)), ("no_index", where(first)), ("text", where(first)), ("missing", where(second)),
        ]  # fmt: skip

    def test_progress_is_told_while_it_lasts(self, copied, monkeypatch):
        monkeypatch.setattr("apps.claims.management.commands.archive_check.TOLD_EVERY_SECONDS", 0)
        copies = copied("/story", "/plain")
        _, progress, _ = checked()
        assert "2 records read, " in progress
        assert f"last capture {copies[1].pk}\n" in progress

    @in_a_bucket
    def test_a_store_that_is_away_is_no_million_missing_records(self, copied, store, settings):
        copied("/story", "/plain")
        with served(lambda visitor: visitor.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")) as away:
            options = {**store.options, "endpoint_url": f"http://{away}", "patience": 0.1}
            settings.STORAGES = {**settings.STORAGES, "archive": {"BACKEND": store.backend, "OPTIONS": options}}
            with pytest.raises(CommandError, match="The store is away: The object store answered 500"):
                call_command("archive_check", stdout=io.StringIO(), stderr=io.StringIO())
