"""The web process: gunicorn serves this."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")

CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s;\"']+)", re.IGNORECASE)


class PlainRequestsOnly:
    """Answers 400 to what no browser sends and Django stumbles over before any of our code runs.

    Django decodes a request in whatever codec its Content-Type names, "hex" and "unicode_escape" included; and
    PostgreSQL takes no NUL in a text.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        charset = CHARSET.search(environ.get("CONTENT_TYPE") or "")
        odd_charset = charset is not None and charset[1].lower() not in {"utf-8", "utf8"}
        if odd_charset or "%00" in environ.get("QUERY_STRING", "") or "\0" in environ.get("PATH_INFO", ""):
            start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"This request can't be read.\n"]
        return self.application(environ, start_response)


application = PlainRequestsOnly(get_wsgi_application())
