"""What somebody pasted, read: the addresses in it, what the desk has of each already, and the words that are left.

Nothing is written. Pasted text is a stranger's: whatever can't be read is said where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.db.models import Max

from apps.archive.models import Capture, Page
from apps.archive.web.addresses import Refused, parse
from apps.claims import similar
from apps.claims.models import Citation, Claim

LONGEST = 100_000
MOST = 50
MOST_CLAIMS = 8
# An address anywhere in a text; and a line that is one, but for its beginning.
_ADDRESS = re.compile(r"(?i)(?<![a-z0-9])[a-z][a-z0-9+.-]{1,20}://[^\s<>\"“”„«»]+")
_BARE = re.compile(r"(?im)^[ \t]*((?:www\.[^\s/]+|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?=/))(?:/\S*)?)[ \t]*$")
_TRACKING = re.compile(r"(?i)utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref|ref_src|cmpid|ocid")
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Known:
    """A page that the desk has: its copy, and where it is cited."""

    page: Page
    url: str
    citations: tuple[Citation, ...] = ()
    copy: int | None = None


@dataclass
class Address:
    """One address as it was pasted: in its normal form, or why the desk does not go there."""

    typed: str
    url: str = ""
    refusal: str = ""
    number: int = 0
    known: Known | None = None
    like: list[Known] = field(default_factory=list)


@dataclass
class Pasted:
    """All that was understood."""

    addresses: list[Address] = field(default_factory=list)
    words: str = ""
    left_out: int = 0
    repeated: int = 0
    alike: list[similar.Likeness] = field(default_factory=list)

    @property
    def good(self) -> list[Address]:
        return [one for one in self.addresses if one.url]

    @property
    def is_nearly_the_same(self) -> bool:
        return any(one.is_nearly_the_same for one in self.alike)

    @property
    def claims(self) -> list[Claim]:
        """The claims that this may belong to: those that are alike, and those on which its pages are cited."""
        found = {one.claim.pk: one.claim for one in self.alike}
        for address in self.good:
            for known in [*([address.known] if address.known else []), *address.like]:
                found |= {one.claim_id: one.claim for one in known.citations if one.claim_id not in found}
        return list(found.values())[:MOST_CLAIMS]


def read(text: str) -> Pasted:
    """What a text says: its addresses, each once, and its other words."""
    text = text[:LONGEST].replace("\0", " ")
    found: list[tuple[int, int, str]] = []
    for one in _ADDRESS.finditer(text):
        typed = _without_closing(one.group())
        found.append((one.start(), one.start() + len(typed), typed))
    found += [(one.start(1), one.end(1), one.group(1)) for one in _BARE.finditer(text)]
    pasted, seen, rest, at = Pasted(), set[str](), [], 0
    for start, end, typed in sorted(found):
        rest.append(text[at:start])
        at = max(at, end)
        address = _parsed(typed)
        if (address.url or typed) in seen:
            pasted.repeated += 1
        elif len(pasted.addresses) == MOST:
            pasted.left_out += 1
        else:
            seen.add(address.url or typed)
            address.number = len(pasted.addresses) + 1
            pasted.addresses.append(address)
    pasted.words = " ".join("".join([*rest, text[at:]]).split())
    return pasted


def understood(text: str, statement: str = "") -> Pasted:
    """The like, with what the desk knows of it: pages that it has, and claims that say nearly the same."""
    pasted = read(text)
    _look_up(pasted.good)
    if words := (statement or pasted.words)[:500]:
        pasted.alike = similar.similar(words)
    return pasted


def _without_closing(typed: str) -> str:
    """What stands after an address in a sentence does not belong to it; brackets that it opened itself do."""
    while typed and (typed[-1] in ".,;:!?'\u2019*|" or (typed[-1] in _CLOSING and _opens_too_few(typed))):
        typed = typed[:-1]
    return typed


def _opens_too_few(typed: str) -> bool:
    return typed.count(_CLOSING[typed[-1]]) < typed.count(typed[-1])


def _parsed(typed: str) -> Address:
    try:
        return Address(typed, parse(typed, allow=settings.ARCHIVE_ALLOW).url)
    except Refused as refused:
        detail = f" ({refused.detail})" if refused.detail else ""
        return Address(typed, refusal=f"{refused.code.label}{detail}")


def likenesses(url: str) -> set[str]:
    """How else the same page is often written: without what tells who sent the reader, with www or without it."""
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name)
    ]
    queries = {parts.query, urlencode(kept)}
    hosts = {parts.netloc, parts.netloc.removeprefix("www."), f"www.{parts.netloc.removeprefix('www.')}"}
    paths = {parts.path, parts.path.rstrip("/") or "/", f"{parts.path.rstrip('/')}/"}
    written = {
        urlunsplit((scheme, host, path, query, ""))
        for scheme in ("https", "http")
        for host in hosts
        for path in paths
        for query in queries
    }
    return written - {url}


def _look_up(addresses: Iterable[Address]) -> None:
    """Three questions, however many addresses there are."""
    likely = {one.url: likenesses(one.url) for one in addresses}
    wanted = set(likely).union(*likely.values()) if likely else set()
    pages = {page.url: page for page in Page.objects.filter(url__in=wanted)}
    numbers = [page.pk for page in pages.values()]
    cited: dict[int, list[Citation]] = {}
    live = Citation.objects.live().filter(source__page__in=numbers).select_related("claim", "source")
    for citation in live.order_by("-claim_id")[: MOST * MOST_CLAIMS]:
        cited.setdefault(citation.source.page_id, []).append(citation)
    stored = Capture.objects.stored().order_by().filter(page__in=numbers)
    copies = dict(stored.values("page").annotate(newest=Max("pk")).values_list("page", "newest"))

    def known(url: str) -> Known:
        page = pages[url]
        return Known(page, url, tuple(cited.get(page.pk, ())), copies.get(page.pk))

    for one in addresses:
        one.known = known(one.url) if one.url in pages else None
        one.like = [known(url) for url in sorted(likely[one.url]) if url in pages]
