"""How gently we go to a host: a pause between two pages, few at once, Retry-After and robots.txt heeded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone

from apps.archive.codes import Code, Phase, Robots
from apps.archive.configured import user_agent
from apps.archive.models import Capture, Host
from apps.archive.web.addresses import WebAddress
from apps.archive.web.decoding import decoded, to_text
from apps.archive.web.exchanges import FetchFailed, Limits
from apps.archive.web.fetching import fetch
from apps.archive.web.robots import LONGEST, verdict
from apps.audit.statements import Select, update

# Shorter than this a worker waits for its turn; for longer the capture goes back to the queue.
WORTH_WAITING = timedelta(seconds=5)
LONGEST_HOLD = timedelta(hours=1)
ROBOTS_KEPT = timedelta(hours=24)
# A site that is slow with its rules makes one page wait for them, and not each.
ROBOTS_FAILURE_KEPT = timedelta(minutes=5)
# With these it is the host that could not be reached, and not its rules alone.
NOT_REACHED = frozenset(
    {
        *(Code.DNS_NOT_FOUND, Code.DNS_TIMEOUT, Code.BLOCKED_ADDRESS, Code.TLS_INVALID),
        *(Code.CONNECT_REFUSED, Code.CONNECT_TIMEOUT, Code.CONNECT_FAILED),
    }
)
_running = Select(
    lambda now, host: (
        Capture.objects.fetching().filter(lease_until__gte=now, page__host_id=host).order_by().values_list("pk")
    ),
    *(datetime, str),
)
# Others may take those at the head of the line while we look: further down nobody does.
_LOOKED_AT = 20
_turned_away = Select(
    lambda host, now: (
        Capture.objects.queued()
        .filter(phase=Phase.TURN, page__host_id=host, next_attempt_at__lte=now)
        .order_by("next_attempt_at")
        .values_list("pk", "wants_browser")[:_LOOKED_AT]
    ),
    *(str, datetime),
)
# A site that is slow with its rules must not use up the time of the page itself.
_ROBOTS_LIMITS = Limits(
    connect_seconds=3,
    first_byte_seconds=5,
    resource_seconds=6,
    capture_seconds=8,
    page_bytes=LONGEST * 2,
    decoded_bytes=LONGEST * 2,
)


def book(host: Host, now: datetime) -> datetime | None:
    """The moment at which one more page of this host may be asked for; None while enough are under way.

    The caller holds the host's row. A moment that is too far away to wait for is told but not booked.
    """
    if len(_running(now, host.pk)) + is_looked_at(host, now) >= settings.ARCHIVE_HOST_AT_ONCE:
        return None
    turn = max(now, host.free_at)
    if turn - now <= WORTH_WAITING and settings.ARCHIVE_HOST_PAUSE_SECONDS:
        Host.objects.filter(pk=host.pk).update(free_at=turn + timedelta(seconds=settings.ARCHIVE_HOST_PAUSE_SECONDS))
    return turn


def is_looked_at(host: Host, now: datetime) -> bool:
    """Whether the watch is looking at a page of this host: it goes to one at a time, and takes one of its places."""
    return host.look_until is not None and host.look_until > now


def heed(failure: FetchFailed) -> None:
    """Leave the host alone that has asked for it with this failure: a redirect's may be another than the page's."""
    if failure.retry_after and failure.asked_by:
        leave_alone(failure.asked_by, failure.retry_after)


def leave_alone(host_name: str, seconds: float) -> None:
    """The host asked for fewer requests: none of us goes there before, for an hour at most."""
    until = timezone.now() + min(LONGEST_HOLD, timedelta(seconds=seconds))
    host, is_new = Host.objects.get_or_create(name=host_name, defaults={"free_at": until, "held_until": until})
    if not is_new:
        Host.objects.filter(pk=host.pk, free_at__lt=until).update(free_at=until, held_until=until)


def held(host_names: Iterable[str]) -> dict[str, datetime]:
    """Those of these hosts that have asked us to wait, and until when."""
    asked = Host.objects.filter(pk__in=host_names, held_until__gt=timezone.now())
    return {name: until for name, until in asked.values_list("pk", "held_until") if until}


def mind(address: WebAddress) -> None:
    """Where a redirect leads is asked for no sooner than its host has said. Raises FetchFailed."""
    if until := held([address.host]).get(address.host):
        told = f"{address.host} asked for no request before {until:%H:%M} UTC."
        raise FetchFailed(Code.ASKED_TO_WAIT, told, retry_after=(until - timezone.now()).total_seconds())


def waiting(host_name: str) -> tuple[int, bool] | None:
    """The capture that was turned away at this host and waits longest, to be rung for when a turn comes free.

    Its number, and whether a browser is to draw it. It is given out once: of two that end at once, each rings for
    another. One that was not turned away has a message of its own on its way.
    """
    for pk, wants_browser in _turned_away(host_name, timezone.now()):
        if update(Capture, {"pk": pk, "state": Capture.State.QUEUED, "phase": Phase.TURN}, {"phase": ""}):
            return pk, wants_browser
    return None


def robots(host: Host, url: str, *, ends: float = math.inf) -> Robots:
    """What the host's robots.txt says of `url`; asked for once a day, through the same guard, until `ends` at most.

    While it can't be had, what was read before still holds (RFC 9309, 2.4), and it is asked for again after a while.
    """
    now = timezone.now()
    is_fresh = host.robots_at is not None and host.robots_at >= now - ROBOTS_KEPT
    has_just_failed = host.robots_failed_at is not None and host.robots_failed_at >= now - ROBOTS_FAILURE_KEPT
    if not is_fresh and not has_just_failed:
        _ask_for_robots(host, url, now, ends)
    return Robots.UNKNOWN if host.robots_at is None else verdict(host.robots, url, user_agent())


def obey_unknown(host: Host) -> None:
    """Stay away from a host whose robots.txt can't be had: all is disallowed then (RFC 9309, 2.3.1.4).

    Raises FetchFailed, with the seconds after which it is asked for again. When the host itself could not be reached,
    that is what is said.
    """
    failure = Code(host.robots_failure or Code.ROBOTS_UNREACHABLE)
    asked_again = (host.robots_failed_at or timezone.now()) + ROBOTS_FAILURE_KEPT
    raise FetchFailed(
        failure if failure in NOT_REACHED else Code.ROBOTS_UNREACHABLE,
        f"robots.txt: {failure.value}",
        retry_after=max((asked_again - timezone.now()).total_seconds(), 0.0),
    )


def _ask_for_robots(host: Host, url: str, now: datetime, ends: float) -> None:
    """Note the rules in the host's row, none when the host has none (RFC 9309, 2.3.1.3); or why they can't be had."""
    try:
        asked = fetch(
            urljoin(url, "/robots.txt"),
            limits=_ROBOTS_LIMITS,
            allow=settings.ARCHIVE_ALLOW,
            user_agent=user_agent(),
            ends=ends,
        )
        with asked as fetched:
            body = decoded(fetched.final, limits=_ROBOTS_LIMITS)
            text = to_text(body, fetched.final.header("Content-Type"))[0][:LONGEST].replace("\0", "")
    except FetchFailed as failure:
        failure.close()
        if failure.code != Code.EMPTY and not 400 <= (failure.http_status or 0) < 500:
            led_away = failure.exchanges and failure.code in NOT_REACHED
            host.robots_failure = Code.ROBOTS_UNREACHABLE if led_away else failure.code
            host.robots_failed_at = now
            host.save(update_fields=["robots_failure", "robots_failed_at"])
            return
        text = ""
    host.robots, host.robots_at, host.robots_failure, host.robots_failed_at = text, now, "", None
    host.save(update_fields=["robots", "robots_at", "robots_failure", "robots_failed_at"])
