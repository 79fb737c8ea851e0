"""System checks: a combination of settings that would weaken the archive is refused at start."""

import ipaddress
from datetime import timedelta
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from apps.archive.capturing.politeness import WORTH_WAITING
from apps.archive.records.storage import STORING_SECONDS
from apps.archive.web.browser import BrowserMissing, find_browser

# Beyond this Chromium's pictures repeat themselves.
HIGHEST_PICTURE = 16_384
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=366)
ABOVE_NONE = (
    *("ARCHIVE_CONNECT_SECONDS", "ARCHIVE_FIRST_BYTE_SECONDS", "ARCHIVE_RESOURCE_SECONDS", "ARCHIVE_CAPTURE_SECONDS"),
    *("ARCHIVE_PAGE_BYTES", "ARCHIVE_ASSET_BYTES", "ARCHIVE_DECODED_BYTES", "ARCHIVE_RATIO", "ARCHIVE_AT_ONCE"),
    *("ARCHIVE_HEADER_LINES", "ARCHIVE_HEADER_BYTES", "ARCHIVE_HOST_AT_ONCE", "ARCHIVE_ATTEMPTS"),
)
PARTS = (
    ("ARCHIVE_PAGE_BYTES", "ARCHIVE_TOTAL_BYTES"),
    ("ARCHIVE_ASSET_BYTES", "ARCHIVE_TOTAL_BYTES"),
    ("ARCHIVE_DECODED_BYTES", "ARCHIVE_TOTAL_DECODED_BYTES"),
)
S3_PACKAGES = ("storages", "boto3")
S3_SETTINGS = (
    "ARCHIVE_S3_ENDPOINT",
    "ARCHIVE_S3_REGION",
    "ARCHIVE_S3_PREFIX",
    "ARCHIVE_S3_KEY",
    "ARCHIVE_S3_SECRET",
)


def check_allow_list(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E001: exceptions to the guard exist only while DEBUG is on. archive.E002: each is "address:port"."""
    problems: list[CheckMessage] = []
    if settings.ARCHIVE_ALLOW and not settings.DEBUG:
        problems.append(
            Error(
                "ARCHIVE_ALLOW opens addresses of this machine to the archive while DEBUG is off.",
                hint="Unset ARCHIVE_ALLOW. It is there for the demo's own wire site and for tests.",
                id="archive.E001",
            )
        )
    problems.extend(
        Error(
            f"ARCHIVE_ALLOW: “{pair}” is not an exact address and port.",
            hint="Write each exception as 127.0.0.1:8010 or [::1]:8010.",
            id="archive.E002",
        )
        for pair in sorted(settings.ARCHIVE_ALLOW)
        if not _is_pair(pair)
    )
    return problems


def check_limits(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E015: limits something can come of. archive.E016: a capture's clocks nest, or work is done twice."""
    problems: list[CheckMessage] = [
        Error(
            f"{name} is none: nothing could be copied within it.",
            hint="Unset it: the default is what most desks need.",
            id="archive.E015",
        )
        for name in ABOVE_NONE
        if getattr(settings, name) <= 0
    ]
    problems += [
        Error(
            f"{part} is more than {whole}, of which it is a part.",
            hint="Lower the one or raise the other.",
            id="archive.E015",
        )
        for part, whole in PARTS
        if getattr(settings, part) > getattr(settings, whole)
    ]
    needed = WORTH_WAITING.total_seconds() + settings.ARCHIVE_CAPTURE_SECONDS + STORING_SECONDS
    steps: list[tuple[str, float]] = [
        (f"what a capture may take ({needed:g} s: its turn, ARCHIVE_CAPTURE_SECONDS, storing)", needed),
        ("CELERY_TASK_SOFT_TIME_LIMIT", settings.CELERY_TASK_SOFT_TIME_LIMIT),
        ("CELERY_TASK_TIME_LIMIT", settings.CELERY_TASK_TIME_LIMIT),
        ("ARCHIVE_LEASE_SECONDS", settings.ARCHIVE_LEASE_SECONDS),
        ("the broker's visibility_timeout", cast(int, settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"])),
    ]
    problems += [
        Error(
            f"{longer} is not longer than {shorter}: a capture would be cut off, or made by two workers at once.",
            hint="Unset ARCHIVE_LEASE_SECONDS: it follows ARCHIVE_CAPTURE_SECONDS then.",
            id="archive.E016",
        )
        for (shorter, less), (longer, more) in pairwise(steps)
        if less >= more
    ]
    return problems


def check_uploads(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E030: what somebody may upload can be read back, and something can be uploaded."""
    if 0 < settings.ARCHIVE_UPLOAD_BYTES <= settings.ARCHIVE_DECODED_BYTES:
        return []
    return [
        Error(
            "ARCHIVE_UPLOAD_BYTES is none, or more than the archive reads of a page (ARCHIVE_DECODED_BYTES).",
            hint="A file that could be uploaded and never read would be no evidence. Lower the one or raise the other.",
            id="archive.E030",
        )
    ]


def check_browser(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E010 to E012, W010: a desk that draws pages has a browser for it, and bounds that hold it."""
    problems: list[CheckMessage] = []
    missing = ""
    try:
        find_browser(settings.ARCHIVE_BROWSER)
    except BrowserMissing as absent:
        missing = str(absent)
    if settings.ARCHIVE_BROWSER and missing:
        problems.append(
            Error(
                f"ARCHIVE_BROWSER names no program on this machine: {missing}",
                hint="Give the path of Chromium or of its headless shell, or unset it: then it is looked for.",
                id="archive.E010",
            )
        )
    elif settings.ARCHIVE_RENDER == "always" and missing:
        problems.append(
            Warning(
                "ARCHIVE_RENDER is always, and there is no browser on this machine.",
                hint="Install chromium-headless-shell where the worker of the queue “render” runs, here or elsewhere.",
                id="archive.W010",
            )
        )
    if not 0 < settings.ARCHIVE_RENDER_SECONDS < settings.ARCHIVE_CAPTURE_SECONDS:
        problems.append(
            Error(
                "ARCHIVE_RENDER_SECONDS is none, or not less than ARCHIVE_CAPTURE_SECONDS.",
                hint="A drawing is a part of its capture, and the page is fetched before it.",
                id="archive.E011",
            )
        )
    if not 0 < settings.ARCHIVE_RENDER_HEIGHT <= HIGHEST_PICTURE:
        problems.append(
            Error(
                f"ARCHIVE_RENDER_HEIGHT is none, or more than {HIGHEST_PICTURE} pixels.",
                hint="Chromium makes no higher picture.",
                id="archive.E012",
            )
        )
    return problems


def check_browser_sandbox(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.W011: pages of strangers are drawn behind Chromium's own walls."""
    if settings.ARCHIVE_BROWSER_SANDBOX or settings.ARCHIVE_RENDER == "never":
        return []
    return [
        Warning(
            "ARCHIVE_BROWSER_SANDBOX is off: a page that breaks the browser has the rights of the worker's user.",
            hint="Turn it on, and let the machine make user namespaces, or install chromium-sandbox. Or draw no pages.",
            id="archive.W011",
        )
    ]


def check_contact(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.W001: a desk that fetches other people's pages says who it is."""
    if settings.ARCHIVE_CONTACT:
        return []
    return [
        Warning(
            "ARCHIVE_CONTACT is empty: the sites that we copy pages from can't tell whom to write to.",
            hint="Set it to a mail address or a page; it becomes part of the User-Agent.",
            id="archive.W001",
        )
    ]


def check_patience(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E014: a worker is heard before it is missed, and work is late only after it has been rung for again."""
    beat, late = settings.ARCHIVE_HEARTBEAT_SECONDS, settings.ARCHIVE_LATE_SECONDS
    problems: list[CheckMessage] = []
    if not 0 < beat <= 300:
        problems.append(
            Error(
                f"ARCHIVE_HEARTBEAT_SECONDS: {beat:g} is no time after which a worker can say again that it is there.",
                hint="Choose between 1 and 300 seconds; 15 is usual.",
                id="archive.E014",
            )
        )
    if late <= settings.ARCHIVE_SWEEP_SECONDS:
        problems.append(
            Error(
                "ARCHIVE_LATE_SECONDS is not longer than ARCHIVE_SWEEP_SECONDS: one lost bell would be an alarm.",
                hint="Some minutes are usual.",
                id="archive.E014",
            )
        )
    return problems


def check_watch(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E003: the pauses between two looks widen, none is a hammering. archive.E004: numbers that can work."""
    problems: list[CheckMessage] = []
    pauses = settings.ARCHIVE_WATCH_PAUSES
    if not pauses or pauses != sorted(pauses) or pauses[0] < SHORTEST_PAUSE or pauses[-1] > LONGEST_PAUSE:
        problems.append(
            Error(
                "ARCHIVE_WATCH_PAUSES must widen from one to the next, from a minute at least to a year at most.",
                hint="Write them as 1h,6h,1d,3d,7d,30d. The last one repeats.",
                id="archive.E003",
            )
        )
    for name in ("ARCHIVE_WATCH_GONE_DAYS", "ARCHIVE_WATCH_AT_ONCE"):
        if getattr(settings, name) < 1:
            problems.append(
                Error(f"{name} must be 1 at least.", hint="ARCHIVE_WATCH=0 turns the watch off.", id="archive.E004")
            )
    return problems


def check_object_store(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """archive.E020 to E023: a bucket needs its package, a whole key, and an address that keeps the key secret."""
    if not settings.ARCHIVE_S3_BUCKET:
        return [
            Error(
                f"{name} is set and ARCHIVE_S3_BUCKET is not: records would go to the disk.",
                hint="Name the bucket, or unset the rest.",
                id="archive.E021",
            )
            for name in S3_SETTINGS
            if getattr(settings, name)
        ]
    problems: list[CheckMessage] = []
    if not all(find_spec(package) for package in S3_PACKAGES):
        problems.append(
            Error(
                "ARCHIVE_S3_BUCKET is set, and the package that speaks S3 is not installed.",
                hint="Install requirements-full.txt instead of requirements.txt.",
                id="archive.E020",
            )
        )
    if bool(settings.ARCHIVE_S3_KEY) != bool(settings.ARCHIVE_S3_SECRET):
        problems.append(
            Error(
                "ARCHIVE_S3_KEY and ARCHIVE_S3_SECRET belong together, and one of them is empty.",
                hint="Set both, or neither: then the machine's own role is asked.",
                id="archive.E022",
            )
        )
    endpoint = settings.ARCHIVE_S3_ENDPOINT
    if endpoint and not endpoint.startswith("https://") and not (settings.DEBUG and endpoint.startswith("http://")):
        problems.append(
            Error(
                f"ARCHIVE_S3_ENDPOINT: “{endpoint}” is not an https address.",
                hint="Write it as https://s3.example.org. Plain http is for a desk with DEBUG.",
                id="archive.E023",
            )
        )
    return problems


def _is_pair(pair: str) -> bool:
    host, _, port = pair.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and 0 < int(port) < 65536
