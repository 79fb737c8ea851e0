"""System checks: a host for archived pages that would not keep them apart from the desk is refused at start."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.http.request import split_domain_port, validate_host

from apps.desk.replay_addresses import host_of

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?", re.IGNORECASE)
HINT = "Give archived pages a host name of their own that leads to the same desk: https://archive.example.org."


def check_archive_origin(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """desk.E001 to E004, desk.W001: archived pages are shown from an origin, another one than the desk's, as safe."""
    origin = settings.ARCHIVE_ORIGIN
    if not origin:
        return []
    if not _is_origin(origin):
        return [Error(f"ARCHIVE_ORIGIN: “{origin}” is not an origin.", hint=HINT, id="desk.E001")]
    problems: list[CheckMessage] = []
    host = split_domain_port(host_of(origin))[0]
    if not validate_host(host, settings.ALLOWED_HOSTS):
        problems.append(
            Error(
                f"ARCHIVE_ORIGIN: “{host}” is not in ALLOWED_HOSTS, so nothing would answer there.",
                hint="Add the host to ALLOWED_HOSTS, beside the desk's own.",
                id="desk.E002",
            )
        )
    others = [pattern for pattern in settings.ALLOWED_HOSTS if pattern.lower() != host]
    if not others or origin.lower() in {trusted.lower().rstrip("/") for trusted in settings.CSRF_TRUSTED_ORIGINS}:
        problems.append(Error("ARCHIVE_ORIGIN is the desk's own origin.", hint=HINT, id="desk.E003"))
    if origin.startswith("http://") and (settings.SECURE_SSL_REDIRECT or settings.SECURE_COOKIES):
        problems.append(
            Error(
                "ARCHIVE_ORIGIN speaks plain HTTP while the desk speaks HTTPS: browsers would show nothing of it.",
                hint="Write it with https://.",
                id="desk.E004",
            )
        )
    if not settings.SECURE_COOKIES and not settings.DEBUG:
        problems.append(
            Warning(
                "The desk's cookies have no __Host- names: a host beside it could set cookies of the same name.",
                hint="Turn SECURE_COOKIES on.",
                id="desk.W001",
            )
        )
    return problems


def _is_origin(origin: str) -> bool:
    try:
        return ORIGIN.fullmatch(origin) is not None and urlsplit(origin).port != 0
    except ValueError:
        return False
