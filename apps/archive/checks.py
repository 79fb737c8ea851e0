"""System checks: a combination of settings that would weaken the archive is refused at start."""

import ipaddress
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning


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


def _is_pair(pair: str) -> bool:
    host, _, port = pair.rpartition(":")
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return port.isascii() and port.isdigit() and 0 < int(port) < 65536
