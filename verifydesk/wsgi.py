"""The web process: gunicorn serves this."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")


class PlainRequestsOnly:
    """Answers 400 to what no browser sends and Django stumbles over before any of our code runs.

    Django decodes a request in whatever codec its Content-Type names, "hex" and "unicode_escape" included; and
    PostgreSQL takes no NUL in a text.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (
            not _is_utf8(environ.get("CONTENT_TYPE") or "")
            or "%00" in environ.get("QUERY_STRING", "")
            or "\0" in environ.get("PATH_INFO", "")
        ):
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"This request can't be read.\n"]
        return self.application(environ, start_response)


def _is_utf8(content_type: str) -> bool:
    """Whether a Content-Type names no charset or UTF-8, read as Django itself reads it."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
    except (ValueError, LookupError):
        return False
    return charset.lower() in {"utf-8", "utf8"}


application = PlainRequestsOnly(get_wsgi_application())

# What is loaded stays: no collection of garbage has to walk over it again, which takes longer than most requests.
gc.collect()
gc.freeze()
