"""The demo's wire site: the pages that the demo newsroom cites, served on loopback and nowhere else.

``python -m verifydesk.demo.wire_site --port 8090``. It runs beside the desk for as long as the demo does, so it keeps
to the standard library, without Django, and stays small.
"""

import argparse
import gzip
import hashlib
import json
import signal
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

WIRE = Path(__file__).resolve().parent / "wire"
LOOPBACK = "127.0.0.1"
OUTLETS: dict[str, dict[str, Any]] = tomllib.loads((WIRE / "outlets.toml").read_text(encoding="utf-8"))
LAYOUT = Template((WIRE / "layout.html").read_text(encoding="utf-8"))

REMOVED = {"/gone/2024/12/20/removed-report": "This report has been removed"}
MOVED = {"/moved/2025/01/12/seoul": "/straitstimes/2025/01/12/seoul-confirms-two-north-koreans-captured"}


@dataclass(frozen=True)
class Page:
    """One story or statement of the wire site."""

    path: str
    outlet: str
    title: str
    credit: str
    byline: str
    published: datetime
    section: str
    summary: str
    body: str

    @property
    def site(self) -> dict[str, Any]:
        """What stands around the story at its outlet."""
        return OUTLETS[self.path.split("/")[1]]


def read_page(file: Path) -> Page:
    """Read a page file: lines of ``name: value``, an empty line, then the story as HTML."""
    head, body = file.read_text(encoding="utf-8").split("\n\n", 1)
    values = dict(line.split(": ", 1) for line in head.splitlines())
    return Page(
        path=values["path"],
        outlet=OUTLETS[file.parent.name]["name"],
        title=values["title"],
        credit=values["credit"],
        byline=values["byline"],
        published=datetime.fromisoformat(values["published"]),
        section=values["section"],
        summary=values["summary"],
        body=body.strip(),
    )


PAGES: tuple[Page, ...] = tuple(
    sorted((read_page(file) for file in WIRE.glob("*/*.html")), key=lambda page: (page.published, page.path))
)


@dataclass(frozen=True)
class Answer:
    """What the site says for one path."""

    status: HTTPStatus
    body: bytes
    modified: datetime | None = None
    location: str = ""

    @property
    def etag(self) -> str:
        """The digest of the bytes, as an entity tag takes it."""
        return hashlib.sha256(self.body).hexdigest()[:32]


def links(pairs: list[tuple[str, str]]) -> str:
    """List items that link to addresses."""
    return "\n".join(f'<li><a href="{escape(href)}">{escape(text)}</a></li>' for href, text in pairs)


def lay_out(site: dict[str, Any], *, title: str, main: str, head: str = "", current: str = "") -> bytes:
    """Put a page's own part into what every page of its outlet has."""
    nearby = [(page.path, page.title) for page in PAGES if page.site is site and page.path != current]
    html = LAYOUT.substitute(
        title=escape(title),
        outlet=escape(site["name"]),
        tagline=escape(site["tagline"]),
        accent=site["accent"],
        typeface=site["typeface"],
        sections=links([("/", section) for section in site["sections"]]),
        advert=escape(site["advert"]),
        related=links(nearby + [("/", story) for story in site["also"]]),
        footer=escape(site["footer"]),
        head=head,
        main=main,
    )
    return html.encode()


def head_of(page: Page, origin: str) -> str:
    """The description of a story that machines read: Open Graph and JSON-LD."""
    address, published = origin + page.path, page.published.isoformat()
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": page.title,
        "description": page.summary,
        "articleSection": page.section,
        "author": [{"@type": "Organization", "name": page.byline}],
        "publisher": {"@type": "Organization", "name": page.outlet},
        "creditText": page.credit,
        "datePublished": published,
        "dateModified": published,
        "inLanguage": "en",
        "mainEntityOfPage": {"@type": "WebPage", "@id": address},
    }
    properties = {
        "og:type": "article",
        "og:site_name": page.outlet,
        "og:title": page.title,
        "og:description": page.summary,
        "og:url": address,
        "article:published_time": published,
        "article:section": page.section,
    }
    return "\n".join(
        [
            f'<link rel="canonical" href="{escape(address)}">',
            f'<meta name="description" content="{escape(page.summary)}">',
            f'<meta name="author" content="{escape(page.byline)}">',
            *(f'<meta property="{name}" content="{escape(value)}">' for name, value in properties.items()),
            # A "<" inside the script element could end it.
            f'<script type="application/ld+json">{json.dumps(article).replace("<", chr(92) + "u003c")}</script>',
        ]
    )


def story(page: Page, origin: str) -> Answer:
    """A story as its outlet prints it."""
    main = f"""<article>
<p class="section">{escape(page.section)}</p>
<h1>{escape(page.title)}</h1>
<p class="byline">By {escape(page.byline)}</p>
<p class="facts">Published <time datetime="{page.published.isoformat()}">{page.published:%d %B %Y, %H:%M} GMT</time></p>
<div class="story">
{page.body}
</div>
<p class="credit">Credit: {escape(page.credit)}</p>
</article>"""
    body = lay_out(page.site, title=page.title, main=main, head=head_of(page, origin), current=page.path)
    return Answer(HTTPStatus.OK, body, page.published)


PLAIN_SITE: dict[str, Any] = {
    "name": "The wire",
    "tagline": "Every page of the demo, by outlet",
    "accent": "#444",
    "typeface": "Arial, Helvetica, sans-serif",
    "sections": ["Index"],
    "advert": "This space is free.",
    "also": ["Back to the index"],
    "footer": "Copy an address from here and cite it on a claim.",
}


def notice(status: HTTPStatus, title: str, sentence: str, *, location: str = "") -> Answer:
    """A page that says why there is no story here."""
    main = f"<h1>{escape(title)}</h1>\n<p>{sentence}</p>"
    return Answer(status, lay_out(PLAIN_SITE, title=title, main=main), location=location)


def index(origin: str) -> Answer:
    """Every address of the site by outlet, with what answers there if it is not a story."""
    parts = ["<h1>The wire</h1>"]
    for site in OUTLETS.values():
        stories = [page for page in PAGES if page.site is site]
        parts.append(f"<h2>{escape(site['name'])}</h2>\n<ul>")
        parts += [
            f'<li><a href="{page.path}">{escape(page.title)}</a><br>{escape(origin + page.path)}<br>'
            f"{page.published:%d %B %Y}, credit line: {escape(page.credit)}</li>"
            for page in stories
        ]
        parts.append("</ul>")
    parts.append("<h2>Addresses that no longer answer as they did</h2>\n<ul>")
    parts += [f'<li><a href="{path}">{escape(origin + path)}</a>: removed (410)</li>' for path in REMOVED]
    parts += [f'<li><a href="{path}">{escape(origin + path)}</a>: moved (301)</li>' for path in MOVED]
    parts.append("</ul>")
    return Answer(HTTPStatus.OK, lay_out(PLAIN_SITE, title="Index", main="\n".join(parts)), PAGES[-1].published)


def answers(origin: str) -> dict[str, Answer]:
    """Every path that the site knows, rendered for the address it is served at."""
    known = {"/": index(origin)}
    known |= {page.path: story(page, origin) for page in PAGES}
    for path, title in REMOVED.items():
        known[path] = notice(HTTPStatus.GONE, title, "The editors took it down. No copy is kept on this site.")
    for path, target in MOVED.items():
        sentence = f'You will find it at <a href="{target}">{target}</a>.'
        known[path] = notice(HTTPStatus.MOVED_PERMANENTLY, "This story has moved", sentence, location=target)
    return known


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header asks for gzip; a weight of nought refuses it."""
    for offer in header.lower().split(","):
        coding, _, weight = offer.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0") not in ("q=", "q=0.")
    return False


class WireHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD as a news site does."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    server: "WireServer"

    def do_GET(self) -> None:
        """Send the page of a path, or say that there is none."""
        path = self.path.partition("?")[0].partition("#")[0]
        self.send_answer(self.server.answers.get(path) or self.server.unknown)

    def do_HEAD(self) -> None:
        """Send what GET would, without the body."""
        self.do_GET()

    def send_answer(self, answer: Answer) -> None:
        """Write status, headers and, unless only the head is asked for or nothing changed, the body."""
        zipped = accepts_gzip(self.headers.get("Accept-Encoding", ""))
        body = gzip.compress(answer.body, mtime=0) if zipped else answer.body
        etag = f'"{answer.etag}{"-gzip" if zipped else ""}"'
        unchanged = answer.status is HTTPStatus.OK and self.has_current_copy(answer, etag)
        self.send_response(HTTPStatus.NOT_MODIFIED if unchanged else answer.status)
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.modified:
            self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True))
            self.send_header("ETag", etag)
        self.send_header("Vary", "Accept-Encoding")
        if not unchanged:
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            if zipped:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if not unchanged and self.command != "HEAD":
            self.wfile.write(body)

    def has_current_copy(self, answer: Answer, etag: str) -> bool:
        """Whether the asker holds this very page already (RFC 9110: the tag outranks the date)."""
        if tags := self.headers.get("If-None-Match"):
            return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        since = self.headers.get("If-Modified-Since")
        if not since or not answer.modified:
            return False
        try:
            return parsedate_to_datetime(since).astimezone(UTC) >= answer.modified
        except (ValueError, OverflowError):
            return False

    def version_string(self) -> str:
        """Name the site, not the interpreter."""
        return "wire"

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet: the terminal belongs to the desk."""


class WireServer(ThreadingHTTPServer):
    """The site on one loopback port; port 0 takes a free one."""

    def __init__(self, port: int) -> None:
        super().__init__((LOOPBACK, port), WireHandler)
        self.origin = f"http://{LOOPBACK}:{self.server_address[1]}"
        self.answers = answers(self.origin)
        self.unknown = notice(HTTPStatus.NOT_FOUND, "Page not found", 'Try the <a href="/">index</a>.')


def main() -> None:
    """Serve until the process is told to end."""
    parser = argparse.ArgumentParser(description="Serve the pages of the VerifyDesk demo on loopback.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free port")
    port = parser.parse_args().port
    # serve_forever waits for shutdown() from another thread; leaving it by an exception needs none.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        server = WireServer(port)
    except (OSError, OverflowError) as error:
        sys.exit(f"The wire site can't listen on {LOOPBACK}:{port}: {error}")
    with server:
        sys.stdout.write(f"listening on {server.origin}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
