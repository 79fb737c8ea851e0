"""The web process: gunicorn serves this."""

import gc
import importlib
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from verifydesk import gate

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


class Loaded:
    """The desk, loaded at once and opened when its data is prepared: a request that comes sooner waits.

    Under the supervisor both happen at the same time, each a process that starts Django. Django's handler is made last,
    because it reads the static files that preparing has collected.
    """

    def __init__(self) -> None:
        django.setup(set_prefix=False)
        importlib.import_module(settings.ROOT_URLCONF)
        self.opening = threading.Lock()
        self.handler: Callable[..., Iterable[bytes]] | None = None

    def open(self) -> Callable[..., Iterable[bytes]]:
        """Wait until the data is prepared, and make the handler."""
        with self.opening:
            if self.handler is None:
                self.handler = get_wsgi_application() if gate.let_in(os.environ) else not_here
                keep_what_is_loaded()
        return self.handler

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return (self.handler or self.open())(environ, start_response)


def not_here(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer for a desk that is stopped before it was open."""
    start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
    return [b"The desk was stopped before it was open.\n"]


def keep_what_is_loaded() -> None:
    """No collection of garbage has to walk over it again, which takes longer than most requests."""
    gc.collect()
    gc.freeze()


loaded = Loaded()
if gate.VARIABLE not in os.environ:
    loaded.open()
application = PlainRequestsOnly(loaded)
