"""The demo's wire site, as the archive meets it: a process of its own, over HTTP."""

import gzip
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
import trafilatura
from selectolax.lexbor import LexborHTMLParser

from verifydesk.demo.wire_site import PAGES, Page, accepts_gzip

AFP_ONE = "/afp/2024/12/27/wounded-north-korean-soldier-captured"
AFP_TWO = "/afp/2025/01/12/two-north-koreans-captured-seoul"
COPIES = {
    "/urdupoint/2024/12/27/north-korean-soldier-captured-nis": AFP_ONE,
    "/straitstimes/2024/12/27/injured-north-korean-soldier-captured-by-ukraine": AFP_ONE,
    "/thenews/2025/01/12/ukraine-captures-two-north-koreans": AFP_TWO,
    "/straitstimes/2025/01/12/seoul-confirms-two-north-koreans-captured": AFP_TWO,
}
OWN_WORK = [
    "/yonhap/2025/01/12/nis-confirms-two-north-korean-soldiers-captured",
    "/yonhap/2024/12/23/jcs-1000-casualties",
    "/ssu/2025/01/11/two-prisoners-of-war-video",
    "/president/2024/12/23/evening-address",
    "/jcs/2024/12/23/assessment-north-korean-troops",
]
REMOVED = "/gone/2024/12/20/removed-report"
MOVED = "/moved/2025/01/12/seoul"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)


class Site:
    """A running wire site and the process that serves it."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.port = process, port

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
        """Ask for one path and follow nothing."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def text(self, path: str) -> str:
        """The HTML of one page."""
        return self.ask(path)[1].decode()

    def status_line(self, name: str) -> int:
        """One memory figure of the process, in kB, as the kernel counts it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE).group(1))


@contextmanager
def running_site() -> Iterator[Site]:
    process = subprocess.Popen(
        [sys.executable, "-m", "verifydesk.demo.wire_site", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        yield Site(process, int(re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line).group(1)))
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site


def article_words(site: Site, path: str) -> list[str]:
    """The words of an article as the archive's extraction finds them."""
    return re.findall(r"\w+", trafilatura.extract(site.text(path), fast=True).lower())


def shingles(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


def shared(site: Site, path: str, original: str) -> float:
    """How much of a page's text stands in another one, by runs of eight words."""
    mine, theirs = shingles(article_words(site, path)), shingles(article_words(site, original))
    return len(mine & theirs) / len(mine)


@every_page
def test_every_page_answers_with_its_headline_byline_and_credit_line(site: Site, page: Page) -> None:
    response, body = site.ask(page.path)

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    tree = LexborHTMLParser(body.decode())
    assert [heading.text() for heading in tree.css("h1")] == [page.title]
    assert tree.css_first(".byline").text() == f"By {page.byline}"
    assert tree.css_first(".credit").text() == f"Credit: {page.credit}"


@every_page
def test_every_page_describes_itself_to_machines(site: Site, page: Page) -> None:
    tree = LexborHTMLParser(site.text(page.path))

    article = json.loads(tree.css_first('script[type="application/ld+json"]').text())
    assert article["@type"] == "NewsArticle"
    assert article["headline"] == page.title
    assert article["publisher"]["name"] == page.outlet
    assert article["author"][0]["name"] == page.byline
    assert article["datePublished"] == page.published.isoformat()
    assert tree.css_first('meta[property="og:site_name"]').attributes["content"] == page.outlet
    assert tree.css_first('meta[property="og:title"]').attributes["content"] == page.title


@every_page
def test_every_page_has_the_noise_of_the_real_web_and_extraction_leaves_it_out(site: Site, page: Page) -> None:
    html = site.text(page.path)
    text = trafilatura.extract(html, fast=True)

    for noise in ("We value your privacy", page.site["advert"], page.site["also"][0], page.site["footer"]):
        assert noise in LexborHTMLParser(html).body.text()
        assert noise not in text
    first_paragraph = LexborHTMLParser(page.body).css_first("p").text()
    assert first_paragraph in text


@pytest.mark.parametrize(("copy", "original"), COPIES.items())
def test_a_printed_copy_is_mostly_the_agencys_text(site: Site, copy: str, original: str) -> None:
    assert shared(site, copy, original) > 0.6


@pytest.mark.parametrize("original", [AFP_ONE, AFP_TWO])
@pytest.mark.parametrize("path", OWN_WORK)
def test_work_of_their_own_shares_no_run_of_words_with_the_agency(site: Site, path: str, original: str) -> None:
    assert shared(site, path, original) == 0


def test_the_two_agency_stories_are_not_copies_of_each_other(site: Site) -> None:
    assert shared(site, AFP_TWO, AFP_ONE) < 0.05


def test_every_page_is_accounted_for_as_original_copy_or_own_work() -> None:
    assert {page.path for page in PAGES} == {AFP_ONE, AFP_TWO, *COPIES, *OWN_WORK}


def test_the_index_lists_every_address_that_can_be_pasted(site: Site) -> None:
    html = site.text("/")

    for path in [*(page.path for page in PAGES), REMOVED, MOVED]:
        assert f"http://127.0.0.1:{site.port}{path}" in html
    for page in PAGES:
        assert f"<h2>{page.outlet}</h2>" in html


def test_a_removed_report_is_gone(site: Site) -> None:
    response, body = site.ask(REMOVED)

    assert response.status == 410
    assert b"This report has been removed" in body


def test_a_moved_story_redirects_to_where_it_is(site: Site) -> None:
    response, _ = site.ask(MOVED)

    assert response.status == 301
    target = response.headers["Location"]
    assert target == "/straitstimes/2025/01/12/seoul-confirms-two-north-koreans-captured"
    assert site.ask(target)[0].status == 200


@pytest.mark.parametrize("path", ["/nowhere", AFP_ONE + "/", "/../wire_site.py", "/%2e%2e/outlets.toml"])
def test_an_unknown_path_gets_a_page_that_says_so(site: Site, path: str) -> None:
    response, body = site.ask(path)

    assert response.status == 404
    assert b"<h1>Page not found</h1>" in body


def test_a_question_mark_after_the_path_does_not_hide_the_page(site: Site) -> None:
    assert site.ask(AFP_ONE + "?utm_source=mail")[0].status == 200


def test_it_sends_gzip_to_those_who_accept_it_and_to_nobody_else(site: Site) -> None:
    zipped, packed = site.ask(AFP_ONE, Accept_Encoding="br, gzip")
    plain, body = site.ask(AFP_ONE, Accept_Encoding="gzip;q=0")

    assert zipped.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Content-Encoding"] is None
    assert gzip.decompress(packed) == body
    assert zipped.headers["ETag"] != plain.headers["ETag"]
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("header", "accepted"),
    [("gzip", True), ("br;q=1, GZIP;q=0.5", True), ("gzip; q=0.0", False), ("identity", False), ("", False)],
)
def test_a_weight_of_nought_refuses_gzip(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_it_says_when_a_page_changed_and_spares_those_who_have_it(site: Site) -> None:
    page = next(page for page in PAGES if page.path == AFP_TWO)
    first, _ = site.ask(AFP_TWO)
    same, nothing = site.ask(AFP_TWO, If_None_Match=first.headers["ETag"])
    dated, _ = site.ask(AFP_TWO, If_Modified_Since=first.headers["Last-Modified"])
    other, body = site.ask(AFP_TWO, If_None_Match='"another"', If_Modified_Since=first.headers["Last-Modified"])
    garbled, _ = site.ask(AFP_TWO, If_Modified_Since="last week")

    assert first.headers["Last-Modified"] == format_datetime(page.published, usegmt=True).replace("+0000", "GMT")
    assert (same.status, nothing) == (304, b"")
    assert dated.status == 304
    assert other.status == 200
    assert body
    assert garbled.status == 200


def test_head_sends_the_headers_of_get_and_no_body(site: Site) -> None:
    get, body = site.ask(AFP_ONE)
    head, nothing = site.ask(AFP_ONE, method="HEAD")

    assert nothing == b""
    assert int(head.headers["Content-Length"]) == int(get.headers["Content-Length"]) == len(body)


def test_it_takes_no_other_method(site: Site) -> None:
    assert site.ask(AFP_ONE, method="POST")[0].status == 501


def test_it_listens_on_loopback_only(site: Site) -> None:
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        if line.split()[1].endswith(f":{site.port:04X}") and line.split()[3] == "0A"
    ]

    assert listening == [f"0100007F:{site.port:04X}"]


def test_it_stays_under_25_megabytes_and_never_loads_django(site: Site) -> None:
    for page in PAGES:
        site.ask(page.path, Accept_Encoding="gzip")

    assert site.status_line("VmHWM") < 25 * 1024
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, verifydesk.demo.wire_site; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert "verifydesk.demo.wire_site" in loaded
    assert not {"django", "celery"} & set(loaded)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(number: signal.Signals) -> None:
    with running_site() as site:
        assert site.ask("/")[0].status == 200
        began = time.monotonic()
        site.process.send_signal(number)

        assert site.process.wait(timeout=5) == 0
        assert time.monotonic() - began < 2


def test_it_says_so_when_the_port_is_taken(site: Site) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "verifydesk.demo.wire_site", "--port", str(site.port)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert second.stderr.startswith(f"The wire site can't listen on 127.0.0.1:{site.port}: ")
