"""What a look has seen: judged from the answer and from the baseline alone, without writing anything down."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from apps.archive.capturing.capture import page_in, wall_of
from apps.archive.codes import Code
from apps.archive.models import Capture, Contents, Look, in_per_cent
from apps.archive.reading.reader import read_body, text_as_read_now
from apps.archive.records.contents import find, surt
from apps.archive.watching.comparing import MOSTLY, difference
from apps.archive.web.exchanges import Exchange, Fetched, FetchFailed

PERMANENT = frozenset({301, 308})
GONE = frozenset({Code.HTTP_404, Code.HTTP_410})
# The site is there and does not show the page to us: that says nothing of the page.
WALLS = frozenset(
    {
        Code.HTTP_401,
        Code.HTTP_403,
        Code.HTTP_429,
        Code.ASKED_TO_WAIT,
        Code.HTTP_4XX,
        Code.BOT_WALL,
        Code.LOGIN_WALL,
        Code.PAYWALL,
        Code.CONTENT_EMPTY,
        Code.ROBOTS_DISALLOWED,
        Code.ROBOTS_UNREACHABLE,
    }
)
# Our own fault or choice, or a danger to us: nothing that a page could be called gone for.
OURS = frozenset({Code.INTERNAL, Code.STORAGE_FULL, Code.STORAGE_FAILED, Code.WORKER_LOST, Code.BLOCKED_ADDRESS})
MOST_WORDS_OF_A_CONSENT = 250
CONSENT_PLACE = re.compile(
    r"(?:^|//)(?:[\w-]+\.)*(?:consent|cookie-?wall|privacy-?gate|myprivacy)\.|"
    r"/(?:cookie-?(?:wall|consent)|consent|privacy-?(?:gate|wall)|zustimmung|gdpr)(?:[/?.]|$)",
    re.IGNORECASE,
)
CONSENT_WORDS = re.compile(
    r"before you continue|we (?:value|care about|respect) your privacy|your privacy (?:choices|matters)"
    r"|(?:accept|reject) all(?: cookies)?\b|(?:we and our|our) (?:\d+ )?partners"
    r"|manage (?:your )?(?:cookie|consent|privacy)|consent to (?:the use of )?cookies|alle (?:cookies )?akzeptieren"
    r"|(?:ihre|deine) (?:privatsphäre|einwilligung|zustimmung)|tout accepter|nous respectons votre vie privée"
    r"|aceptar todo|accetta tutt[io]|alles accepteren|принять все|прийняти вс",
    re.IGNORECASE,
)


@dataclass
class Seen:
    """What came of a look. `exchanges` is what went over the wire, as far as it is to be kept."""

    outcome: Look.Outcome
    code: Code | None = None
    detail: str = ""
    http_status: int | None = None
    final_url: str = ""
    keeps: list[Exchange] = field(default_factory=list)
    says_gone: bool = False
    # Of the page that came, unpacked.
    page_bytes: int = 0

    @property
    def is_there(self) -> bool:
        """Whether the page itself was seen."""
        return self.outcome in THERE


THERE = (Look.Outcome.UNCHANGED, Look.Outcome.SAME_TEXT, Look.Outcome.CHANGED, Look.Outcome.MOVED)


def see(fetched: Fetched, baseline: Capture | None) -> Seen:
    """An answer that is a page. Raises FetchFailed for one that is empty, can't be unpacked or is a wall."""
    final = fetched.final
    seen = Seen(Look.Outcome.UNCHANGED, http_status=final.status, final_url=final.url)
    if final.status == 304:
        seen.keeps = fetched.exchanges
        return seen
    body = page_in(fetched)
    seen.page_bytes = len(body)
    led_elsewhere = baseline is not None and not same_place(final.url, baseline.final_url)
    if baseline and not led_elsewhere and hashlib.sha256(body).hexdigest() == baseline.body_digest:
        seen.keeps = fetched.exchanges if _is_same_payload(final, baseline) else []
        return seen
    reading = read_body(body, final.header("content-type"), final.url)
    text = reading.article.text
    before = text_as_read_now(baseline)[0] if baseline else ""
    share = difference(before, text) if before or text else 1.0
    # What still holds most of the words is the page, whatever else it says.
    if share > MOSTLY and is_consent(fetched.requested_url, final.url, text):
        return _walled(seen, None, "The site asked for a consent instead of showing the page.")
    if reading.caution == Code.PAYWALL:
        return _walled(seen, Code.PAYWALL, "")
    if baseline is None:
        seen.outcome, seen.detail = Look.Outcome.CHANGED, "The page is shown whole for the first time."
        return seen
    if share > MOSTLY and _leads_home(fetched, baseline):
        return _gone(seen, fetched)
    if before and not text:
        return _walled(seen, Code.CONTENT_EMPTY, "")
    if led_elsewhere and is_permanent(fetched.redirects) and share <= MOSTLY:
        seen.outcome, seen.detail = Look.Outcome.MOVED, final.url[:500]
    elif share:
        seen.outcome, seen.detail = Look.Outcome.CHANGED, f"{in_per_cent(share)} of the text is not as it was."
    else:
        seen.outcome = Look.Outcome.SAME_TEXT
    return seen


def turned_away(failure: FetchFailed) -> Seen:
    """An answer that is no page, or none at all."""
    code = wall_of(failure) or failure.code
    seen = Seen(Look.Outcome.FAILED, code, failure.detail, failure.http_status)
    if failure.exchanges:
        seen.final_url = failure.exchanges[-1].url
    if code in WALLS:
        seen.outcome = Look.Outcome.WALLED
    elif code in GONE:
        seen.says_gone = True
        seen.keeps = failure.exchanges
    return seen


def is_fit(capture: Capture, text: str) -> bool:
    """Whether a copy can be what a page is compared with: it shows the page itself, and all of it."""
    return capture.code not in (Code.PAYWALL, Code.CONTENT_EMPTY) and not is_consent(
        capture.page.url, capture.final_url, text
    )


def is_consent(asked: str, final: str, text: str) -> bool:
    """Whether this is a page that wants a consent first, where another was asked for. An article about them is none."""
    if len(text.split(None, MOST_WORDS_OF_A_CONSENT + 1)) > MOST_WORDS_OF_A_CONSENT:
        return False
    if not same_place(asked, final) and CONSENT_PLACE.search(final):
        return True
    return len({found.casefold() for found in CONSENT_WORDS.findall(text)}) >= 2


def same_place(one: str, other: str) -> bool:
    """Whether two addresses name one page, as the field sorts them: http or https, with or without "www." and "/"."""
    return surt(one) == surt(other)


def is_permanent(hops: list[Exchange]) -> bool:
    """Whether every step of the way says that it is for good (RFC 9110, 15.4.2 and 15.4.9)."""
    return bool(hops) and all(hop.status in PERMANENT for hop in hops)


def _walled(seen: Seen, code: Code | None, detail: str) -> Seen:
    seen.outcome, seen.code, seen.detail = Look.Outcome.WALLED, code, detail
    return seen


def _gone(seen: Seen, fetched: Fetched) -> Seen:
    seen.outcome, seen.says_gone, seen.keeps = Look.Outcome.FAILED, True, fetched.exchanges
    seen.detail = f"The address leads to the site's home page now: {seen.final_url}"[:500]
    return seen


def _leads_home(fetched: Fetched, baseline: Capture) -> bool:
    """Whether a page with a path of its own now answers with the front page of its site."""
    asked, final = urlsplit(fetched.requested_url), urlsplit(fetched.final.url)
    is_home = final.path.strip("/") == "" and not final.query
    return bool(
        fetched.redirects
        and is_home
        and asked.path.strip("/")
        and _site(asked.hostname) == _site(final.hostname)
        and not same_place(fetched.final.url, baseline.final_url)
    )


def _site(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _is_same_payload(final: Exchange, baseline: Capture) -> bool:
    """Whether the very bytes on the wire are those in the baseline's record: a page may come packed otherwise."""
    cdxj = Contents.objects.filter(capture=baseline).values_list("cdxj", flat=True).first()
    entry = find(cdxj, baseline.final_url) if cdxj else None
    final.body.seek(0)
    digest = hashlib.file_digest(final.body, "sha256").hexdigest()  # type: ignore[arg-type]
    final.body.seek(0)
    return entry is not None and entry.digest == f"sha256:{digest}"
