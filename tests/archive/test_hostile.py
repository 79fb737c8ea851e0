"""Hostile servers against a real process that captures and reads: the exact code, in time, and in 300 MB."""

import gzip
import json
import os
import subprocess
import sys
from contextlib import ExitStack

import pytest

from apps.archive.codes import Code
from tests.archive.bombs import packed_zeros
from tests.archive.servers import HOSTILE, Route, hostile, hostile_rules, redirect, site
from tests.archive.weighed import AT_ONCE
from tests.workers import ROOT, environment

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
MOST_MEMORY = 300_000_000
# For several giants at once: what one may take, and what each thread holds of its own. Together in hand they take twice it.
MOST_MEMORY_OF_SEVERAL = 400_000_000
CAPTURE_SECONDS = 3
# What the desk does with a page before and after its deadline, on a machine that is shared with other tests.
SLACK_SECONDS = 3
# Why there is no page; nothing where there is one after all.
EXPECTED: dict[str, str] = {
    "gzip bomb": Code.DECOMPRESSION_BOMB,
    "gzip bomb in a gzip": Code.DECOMPRESSION_BOMB,
    "body that drips": Code.DEADLINE_EXCEEDED,
    "chunks that drip": Code.DEADLINE_EXCEEDED,
    "headers that drip": Code.DEADLINE_EXCEEDED,
    "header without end": Code.TOO_MANY_HEADERS,
    "headers without end": Code.TOO_MANY_HEADERS,
    "huge header": Code.TOO_MANY_HEADERS,
    "1000 headers": Code.TOO_MANY_HEADERS,
    "cut body": Code.INCOMPLETE_BODY,
    "cut chunks": Code.INCOMPLETE_BODY,
    "cut head": Code.INCOMPLETE_BODY,
    "cut gzip": Code.DECODE_ERROR,
    "damaged gzip": Code.DECODE_ERROR,
    "plain text called gzip": Code.DECODE_ERROR,
    "unknown packing": Code.DECODE_ERROR,
    "packing inside packing": Code.DECODE_ERROR,
    "longer than announced": "",
    "length and chunked": "",
    "two lengths": Code.BAD_RESPONSE,
    "length that is no number": Code.BAD_RESPONSE,
    "chunk size that is no number": Code.BAD_RESPONSE,
    "chunk size of a terabyte": Code.TOO_LARGE,
    "chunk lines without end": Code.BAD_RESPONSE,
    "unknown transfer": Code.BAD_RESPONSE,
    "100 continue for ever": Code.TOO_MANY_HEADERS,
    "10 GB announced": Code.TOO_LARGE,
    "10 GB": Code.TOO_LARGE,
    "10 GB in chunks": Code.TOO_LARGE,
    "reset at once": Code.CONNECT_FAILED,
    "reset in the body": Code.INCOMPLETE_BODY,
    "hang-up": Code.CONNECT_FAILED,
    "silence": Code.FIRST_BYTE_TIMEOUT,
    "no HTTP": Code.BAD_RESPONSE,
    "no body": Code.EMPTY,
    "redirect circle": Code.REDIRECT_LOOP,
    "redirect chain": Code.TOO_MANY_REDIRECTS,
    "redirect with 1 GB": Code.REDIRECT_LOOP,
}


def weighed(urls, allowed, *options, most_memory=MOST_MEMORY, **limits):
    """What a process of its own says of each of these pages, with its time and its memory."""
    # With DEBUG, Django keeps every statement that it has sent, and with it every text.
    env = environment(
        DEBUG="0",
        ALLOWED_HOSTS="desk",
        ARCHIVE_FREE_BYTES="0",
        ARCHIVE_ALLOW=",".join(allowed),
        ARCHIVE_REQUISITES="300",
        ARCHIVE_HOST_PAUSE_SECONDS="0",
        ARCHIVE_HOST_AT_ONCE="100",
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.archive.weighed", *options, *urls],
        cwd=ROOT,
        env={**env, **limits},
        stdout=subprocess.PIPE,
        text=True,
        timeout=300,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["url"] for one in told] == urls
    assert max(one["peak"] for one in told) < most_memory, {one["url"]: one["peak"] for one in told}
    return told


@pytest.fixture
def every_one():
    """All hostile servers, and the page of each that is asked for."""
    assert set(EXPECTED) == set(HOSTILE)
    assert len(EXPECTED) >= 32
    with ExitStack() as servers:
        wires = {name: str(servers.enter_context(hostile(name))) for name in HOSTILE}
        yield wires, [f"http://{wire}/{7 if name == 'redirect chain' else 'a'}" for name, wire in wires.items()]


def test_every_hostile_server_ends_in_its_code_in_time_and_in_little_memory(every_one):
    wires, urls = every_one
    told = weighed(
        urls,
        wires.values(),
        ARCHIVE_CONNECT_SECONDS="1",
        ARCHIVE_FIRST_BYTE_SECONDS="0.7",
        ARCHIVE_RESOURCE_SECONDS="2",
        ARCHIVE_CAPTURE_SECONDS=str(CAPTURE_SECONDS),
    )
    assert {name: one["code"] for name, one in zip(wires, told, strict=True)} == EXPECTED
    late = {
        name: one["seconds"]
        for name, one in zip(wires, told, strict=True)
        if one["seconds"] > CAPTURE_SECONDS + SLACK_SECONDS
    }
    assert late == {}
    assert [one["state"] for one in told if not one["code"]] == ["stored"] * 2


def test_all_of_them_at_once_are_told_apart_in_as_little_memory(every_one):
    """What a worker of many threads meets when somebody means it ill."""
    wires, urls = every_one
    told = weighed(
        urls,
        wires.values(),
        AT_ONCE,
        ARCHIVE_CONNECT_SECONDS="5",
        ARCHIVE_FIRST_BYTE_SECONDS="3",
        ARCHIVE_RESOURCE_SECONDS="8",
        ARCHIVE_CAPTURE_SECONDS="300",
    )
    assert {name: one["code"] for name, one in zip(wires, told, strict=True)} == EXPECTED
    assert max(one["seconds"] for one in told) < 150, "each ends with its own time, and none with the capture's"


def test_all_of_them_as_the_pictures_of_one_page_cost_it_their_own_time_each_and_no_word(every_one):
    _, urls = every_one
    tags = "".join(f"<img src={url}>" for url in urls)
    with site({"/story": Route(f"<link rel=icon href=data:,>{tags}<p>Two soldiers were captured.")}) as where:
        (told,) = weighed(
            [f"http://{where}/story"],
            [str(where), *(url.split("/")[2] for url in urls)],
            ARCHIVE_FIRST_BYTE_SECONDS="20",
            ARCHIVE_RESOURCE_SECONDS="3",
            ARCHIVE_CAPTURE_SECONDS="300",
        )
    assert (told["state"], told["code"]) == ("partial", Code.REQUISITES_CUT)
    # A packing is looked into only where it hides a style.
    unpacked = sum(EXPECTED[name] in ("", Code.DECODE_ERROR, Code.DECOMPRESSION_BOMB) for name in HOSTILE)
    assert (told["requisites"], told["requisites_missing"]) == (unpacked, len(HOSTILE) - unpacked)
    assert told["seconds"] < 150


# What robots.txt says when it behaves like this, where anything can be learnt from it.
READABLE = {name for name, code in EXPECTED.items() if code in ("", Code.EMPTY)} | {"redirect with 1 GB"}
LONGEST_LINE = b"User-agent: *\nDisallow: /" + b"a" * 500_000


def test_a_hostile_robots_txt_costs_its_page_some_seconds_and_little_memory():
    """However it is, the page is had; and no more of the capture's time is gone than the rules are worth."""
    behaviours = {name: HOSTILE[name] for name in HOSTILE if name not in ("redirect circle", "redirect chain")}
    with ExitStack() as servers:
        inside = servers.enter_context(site({"/robots.txt": Route("User-agent: *\nDisallow: /")}, host="127.0.3.1"))
        plain = {
            "into the house": redirect(f"http://{inside}/robots.txt"),
            "500 kB in a line": Route(LONGEST_LINE),
            "40,000 rules": Route("User-agent: *\n" + "".join(f"Disallow: /*{line}*$\n" for line in range(40_000))),
        }
        behaviours |= {name: lambda visitor, route=route: visitor.send(route.answer()) for name, route in plain.items()}
        wires = {
            name: str(servers.enter_context(hostile_rules(behaviour, f"127.0.2.{number}")))
            for number, (name, behaviour) in enumerate(behaviours.items(), start=1)
        }
        told = weighed(
            [f"http://{wire}/a" for wire in wires.values()],
            wires.values(),
            AT_ONCE,
            ARCHIVE_ROBOTS="record",
            ARCHIVE_CAPTURE_SECONDS="20",
        )
        assert inside.requests == []
    assert {one["state"] for one in told} == {"stored"}
    allowed = READABLE | {"500 kB in a line", "40,000 rules"}
    assert {name for name, one in zip(wires, told, strict=True) if one["robots"] == "allowed"} == allowed
    assert {one["robots"] for one in told} == {"allowed", "unknown"}


def packed(text):
    return gzip.compress(text.encode(), compresslevel=1)


def lines(number):
    return "".join(
        f"{line} Two soldiers were captured in Kursk, {os.urandom(4).hex()} said.\n" for line in range(number)
    )


GZIP = {"Content-Encoding": "gzip"}
CSS = {"Content-Type": "text/css"}
PICTURE = Route(bytes(9_000_000), headers={"Content-Type": "image/png"})


@pytest.fixture(scope="module")
def giants():
    """Pages within every limit of the desk, each as large as it can be in one way."""
    text = lines(780_000)
    assert 45_000_000 < len(text) < 50_000_000
    return {
        "/a long text": Route(packed(f"<html><body><article><p>{text}"), headers=GZIP),
        "/a long text with one rare letter": Route(packed(f"<html><body><article>\U0001f600<p>{text}"), headers=GZIP),
        "/a long plain text": Route(packed(f"\U0001f600{text}"), headers={**GZIP, "Content-Type": "text/plain"}),
        "/a page of broken letters": Route(gzip.compress(text.encode() + b"\xff\xfe" * 100, 1), headers=GZIP),
        "/a page in two bytes a letter": Route(("<p>" + "ж" * 9_500_000).encode("utf-16")),
        "/a million boxes in each other": Route("<div>" * 1_000_000 + "words"),
        "/six million links": Route("<a>" * 6_000_000),
        "/2500 pictures": Route("".join(f"<img src=/{number}.png>" for number in range(2_500))),
        "/a giant style": Route("<link rel=stylesheet href=/giant.css><p>Words."),
        "/giant.css": Route(
            packed("a{background:url(/x.png)}\n" * 1_500_000 + text[:5_000_000]), headers={**GZIP, **CSS}
        ),
        "/a bomb of a style": Route("<link rel=stylesheet href=/bomb.css><p>Words."),
        "/bomb.css": Route(packed_zeros(300_000_000), headers={**GZIP, **CSS}),
        "/pictures for all the budget": Route("".join(f"<img src=/giant{number}.png>" for number in range(40))),
        **{f"/giant{number}.png": PICTURE for number in range(40)},
    }


def test_giant_pages_and_what_belongs_to_them_are_kept_and_read_in_little_memory(giants):
    routes = {path.replace(" ", "%20"): route for path, route in giants.items()}
    paths = [path for path in routes if not path.endswith((".css", ".png"))]
    with site(routes) as where:
        told = weighed(
            [f"http://{where}{path}" for path in paths],
            [str(where)],
            ARCHIVE_RESOURCE_SECONDS="60",
            ARCHIVE_CAPTURE_SECONDS="80",
            ARCHIVE_LEASE_SECONDS="250",
        )
        asked = len(where.requests)
    found = {path[1:].replace("%20", " "): one for path, one in zip(paths, told, strict=True)}
    assert {one["state"] for one in told} == {"stored", "partial"}
    assert max(one["held"] for one in told) < 200_000_000, "what a giant took is given back before the next comes"
    assert found["a long text"]["text"].startswith("0 Two soldiers")
    assert found["a long text with one rare letter"]["text_length"] > 1_000_000
    assert found["a long plain text"]["text_length"] > 1_000_000
    pictures = found["2500 pictures"]
    assert (pictures["code"], pictures["requisites"] + pictures["requisites_missing"]) == (Code.REQUISITES_CUT, 2_000)
    assert asked < 600, "no more of them is asked for than the limit says"
    assert found["a giant style"]["requisites"] >= 1
    assert found["a bomb of a style"]["state"] == "stored"
    budget = found["pictures for all the budget"]
    assert budget["code"] == Code.REQUISITES_CUT
    assert 9_000_000 * 5 <= budget["requisites"] * 9_000_000 + budget["body_bytes"] <= 100_000_000


def test_giants_at_once_are_in_hand_one_by_one_and_let_go_of_before_what_they_name_comes(giants):
    """Several threads, each with a page that is as large as it may be, and a picture that keeps it waiting."""
    text = gzip.decompress(giants["/a long text with one rare letter"].body)
    page = Route(gzip.compress(text.replace(b"<article>", b"<img src=/late.png><article>"), 1), headers=GZIP)
    routes = {"/a": page, "/late.png": Route(b"late", delay=20)}
    with ExitStack() as sites:
        wires = [str(sites.enter_context(site(routes))) for _ in range(5)]
        told = weighed(
            [f"http://{wire}/a" for wire in wires],
            wires,
            AT_ONCE,
            most_memory=MOST_MEMORY_OF_SEVERAL,
            ARCHIVE_FIRST_BYTE_SECONDS="30",
            ARCHIVE_RESOURCE_SECONDS="60",
            ARCHIVE_CAPTURE_SECONDS="90",
        )
    assert {(one["state"], one["requisites"]) for one in told} == {("stored", 1)}
