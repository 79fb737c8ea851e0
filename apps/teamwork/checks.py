"""System checks: a desk that sends e-mail says who it is and where its links lead."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning


def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """teamwork.E001 and E002: links and a sender; teamwork.W001: a password that anybody on the way could read."""
    if not settings.EMAIL_HOST:
        return []
    problems: list[CheckMessage] = []
    if not settings.DESK_URL.startswith(("https://", "http://")):
        problems.append(
            Error(
                "EMAIL_HOST is set, and DESK_URL is not an address: the links in e-mails would lead nowhere.",
                hint="Set DESK_URL to where people open the desk: https://desk.example.org.",
                id="teamwork.E001",
            )
        )
    if "@" not in settings.EMAIL_FROM:
        problems.append(
            Error(
                "EMAIL_HOST is set, and EMAIL_FROM is no e-mail address.",
                hint="Set EMAIL_FROM to the sender that the mail server lets through: desk@example.org.",
                id="teamwork.E002",
            )
        )
    if settings.EMAIL_SECURITY == "none" and settings.EMAIL_HOST_PASSWORD:
        problems.append(
            Warning(
                "EMAIL_SECURITY is none: the password of the mail server goes over the line as it is.",
                hint="Set EMAIL_SECURITY to starttls or tls.",
                id="teamwork.W001",
            )
        )
    return problems
