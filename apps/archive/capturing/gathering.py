"""What belongs to a page: its pictures, styles, scripts and fonts, fetched within the page's own budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import cache
from queue import Empty, SimpleQueue
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings

from apps.archive.capturing import politeness, requisites
from apps.archive.codes import Code
from apps.archive.configured import limits, user_agent
from apps.archive.web.addresses import Refused, WebAddress, parse
from apps.archive.web.connections import Connections
from apps.archive.web.decoding import Unpacked, decoded, to_text
from apps.archive.web.exchanges import Exchange, Fetched, FetchFailed, Limits
from apps.archive.web.fetching import fetch

# A style may import styles, and those name fonts and pictures; deeper than this nobody builds.
DEEPEST_STYLE = 3
MOST_THREADS = 1_000
# A page may name hundreds of hosts of its own making: of those that ask to be left alone so many are written down.
MOST_HELD = 20
# With these a budget is spent: the page is whole, and what belongs to it is not.
CUT = frozenset({Code.TOO_LARGE, Code.DEADLINE_EXCEEDED})


@dataclass
class Gathered:
    """What belongs to a page and came, in the order in which the page names it, and what did not come."""

    fetched: list[Fetched] = field(default_factory=list)
    missing: list[tuple[str, Code]] = field(default_factory=list)
    received: int = 0
    # No time was left, or nothing more might be unpacked, to look into every style for what it names.
    styles_unread: bool = False
    # Hosts that have been asked about, and those of them that are not gone to: they want to be left alone.
    hosts: set[str] = field(default_factory=set)
    left_alone: set[str] = field(default_factory=set)

    @property
    def cut(self) -> bool:
        """Whether a limit of the desk kept something out."""
        return self.styles_unread or any(code in CUT for _, code in self.missing)

    @property
    def exchanges(self) -> list[Exchange]:
        return [exchange for fetched in self.fetched for exchange in fetched.exchanges]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for fetched in self.fetched:
            fetched.close()


def gather(
    page: Fetched,
    named: list[str],
    *,
    ends: float,
    progress: Callable[[int], None],
    connections: Connections,
    unpacked: Unpacked,
) -> Gathered:
    """Fetch what the page has `named`, through the same guard, until `ends` by the monotonic clock.

    One that can't be had costs no other. What `progress` raises ends all of it.
    """
    gathered = Gathered(received=page.wire_bytes, hosts={_host_of(page.final.url)})
    allowed = limits()
    if not allowed.requisites:
        return gathered
    seen = {page.requested_url, page.final.url}
    try:
        for _ in range(DEEPEST_STYLE):
            fresh = [url for url in dict.fromkeys(named) if url not in seen]
            seen.update(fresh)
            room = allowed.requisites - len(gathered.fetched) - len(gathered.missing)
            if not fresh:
                break
            came = _fetch_all(fresh[: max(room, 0)], gathered, allowed, ends, progress, connections)
            gathered.missing += [(url, Code.TOO_LARGE) for url in fresh[max(room, 0) :]]
            named = _named_by_styles(came, gathered, ends, progress, unpacked)
    except BaseException:
        gathered.__exit__()
        raise
    return gathered


def _named_by_styles(
    came: list[Fetched], gathered: Gathered, ends: float, progress: Callable[[int], None], unpacked: Unpacked
) -> list[str]:
    """What the styles among these name. To look into hundreds takes time and room: none is begun after the end."""
    named: list[str] = []
    for fetched in filter(_is_style, came):
        progress(gathered.received)
        if time.monotonic() >= ends or unpacked.is_spent:
            gathered.styles_unread = True
            break
        named += _named_by_style(fetched, unpacked)
    gathered.styles_unread |= unpacked.size > unpacked.most
    return named


def _fetch_all(
    urls: list[str],
    gathered: Gathered,
    allowed: Limits,
    ends: float,
    progress: Callable[[int], None],
    connections: Connections,
) -> list[Fetched]:
    """Several at once; one begins when what is left of the budget is enough for it and for all that are under way."""
    came: dict[str, Fetched] = {}
    failed: dict[str, Code] = {}
    waiting, running, ended = list(reversed(urls)), dict[Future[Fetched], str](), SimpleQueue[Future[Fetched]]()
    _ask_about_hosts(urls, gathered)
    try:
        while waiting or running:
            while waiting and len(running) < allowed.at_once:
                room = allowed.total_bytes - gathered.received - len(running) * allowed.asset_bytes
                if running and room < allowed.asset_bytes:
                    break
                url = waiting.pop()
                if _host_of(url) in gathered.left_alone:
                    failed[url] = Code.ASKED_TO_WAIT
                    continue
                if room <= 0 or time.monotonic() >= ends:
                    failed[url] = Code.TOO_LARGE if room <= 0 else Code.DEADLINE_EXCEEDED
                    continue
                asked = _threads().submit(_fetch_one, url, allowed, room, ends, connections, gathered)
                running[asked] = url
                asked.add_done_callback(ended.put)
            if (done := _first_of(ended) if running else None) is not None:
                url = running.pop(done)
                try:
                    came[url] = done.result()
                    gathered.received += came[url].wire_bytes
                except FetchFailed as failure:
                    failed[url] = failure.code
                    # What a site sends in vain, or beyond a limit, is sent all the same.
                    gathered.received += failure.wire_bytes
                    _leave_alone(failure, gathered)
            progress(gathered.received)
    except BaseException:
        wait(running)
        for fetched in [*came.values(), *(asked.result() for asked in running if not asked.exception())]:
            fetched.close()
        raise
    ordered = [came[url] for url in urls if url in came]
    gathered.fetched += ordered
    gathered.missing += [(url, failed[url]) for url in urls if url in failed and not _was_a_guess(url, failed[url])]
    return ordered


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads of this process that fetch what belongs to pages, made when they are needed, and kept for the next page.

    There are as many as all captures at once may use: the number of each is bounded, and none waits for another's.
    """
    return ThreadPoolExecutor(max_workers=MOST_THREADS, thread_name_prefix="requisites")


def _first_of(ended: SimpleQueue[Future[Fetched]]) -> Future[Fetched] | None:
    """What ends next; None when nothing does within a second."""
    try:
        return ended.get(timeout=1)
    except Empty:
        return None


def _was_a_guess(url: str, code: Code) -> bool:
    """Browsers ask every site for this icon, named or not: a site without one lacks nothing."""
    return code == Code.HTTP_404 and urlsplit(url).path == "/favicon.ico"


def _ask_about_hosts(urls: list[str], gathered: Gathered) -> None:
    """Which of the hosts that are new here want to be left alone. The page's own has just given a turn."""
    fresh = {_host_of(url) for url in urls} - gathered.hosts
    if fresh:
        gathered.hosts |= fresh
        gathered.left_alone |= politeness.held(fresh).keys()


def _leave_alone(failure: FetchFailed, gathered: Gathered) -> None:
    """A host that asks for fewer requests is asked for nothing more, also by other captures when it says how long."""
    if failure.code != Code.HTTP_429 and not failure.retry_after:
        return
    if failure.asked_by and failure.asked_by not in gathered.left_alone:
        gathered.left_alone.add(failure.asked_by)
        if len(gathered.left_alone) <= MOST_HELD:
            politeness.heed(failure)


def _host_of(url: str) -> str:
    """The host as the archive writes it; empty for an address that leads nowhere."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    if host.isascii():
        return host
    try:
        return parse(url, allow=settings.ARCHIVE_ALLOW).host
    except Refused:
        return ""


def _fetch_one(
    url: str, allowed: Limits, room: int, ends: float, connections: Connections, gathered: Gathered
) -> Fetched:
    def mind(address: WebAddress) -> None:
        if address.host in gathered.left_alone:
            raise FetchFailed(Code.ASKED_TO_WAIT, address.host)

    bounds = replace(allowed, page_bytes=min(allowed.asset_bytes, room), capture_seconds=allowed.resource_seconds)
    try:
        return fetch(
            url,
            limits=bounds,
            allow=settings.ARCHIVE_ALLOW,
            user_agent=user_agent(),
            connections=connections,
            ends=ends,
            on_redirect=mind,
        )
    except FetchFailed as failure:
        failure.close()
        raise


def _is_style(fetched: Fetched) -> bool:
    return fetched.final.header("Content-Type").lower().startswith("text/css")


def _named_by_style(fetched: Fetched, unpacked: Unpacked) -> list[str]:
    try:
        body = decoded(fetched.final, limits=limits(), unpacked=unpacked)
    except FetchFailed:
        return []
    text, _ = to_text(body, fetched.final.header("Content-Type"))
    return requisites.in_css(text, fetched.final.url)
