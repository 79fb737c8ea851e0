"""What somebody typed is never lost: it is carried over a sign-in and put back into the form."""

from __future__ import annotations

import json
from time import time
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

MOST_BYTES = 200_000
TAKEN_SECONDS = 300
KEPT_SECONDS = 600
_KEY = "typed"
_LEFT_OUT = frozenset({"csrfmiddlewaretoken", "password", "carried", "next"})


def carry(request: HttpRequest) -> str:
    """The typed fields of a POST as JSON, for a hidden field of the sign-in form; empty when there are none.

    Only the desk's own forms are carried: the panel's may hold passwords.
    """
    if not request.resolver_match or request.resolver_match.app_name != "desk":
        return ""
    if getattr(request.resolver_match.func, "is_confidential", False):
        return ""
    fields = {
        name: values
        for name, values in request.POST.lists()
        if name not in _LEFT_OUT and "password" not in name.lower()
    }
    packed = json.dumps(fields, ensure_ascii=False)
    return packed if fields and len(packed) <= MOST_BYTES else ""


def keep(request: HttpRequest, path: str, packed: str) -> None:
    """Remember in the session what was typed for the form at this path. What isn't ours to read is dropped."""
    if not packed or len(packed) > MOST_BYTES:
        return
    try:
        fields = json.loads(packed)
        json.dumps(fields, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return
    if isinstance(fields, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in fields.values()
    ):
        request.session[_KEY] = {"path": path.partition("?")[0], "fields": fields, "until": time() + KEPT_SECONDS}


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form at this address is bound to: what was sent now, or what was typed before a sign-in; else nothing.

    What was typed comes back as the form that it was, with the version and the facts that its user had seen. It stays
    for whoever loads the page anew, until the form is sent or some minutes have passed.
    """
    kept = request.session.get(_KEY)
    if kept and kept["path"] != request.path:
        kept = None
    if kept and (request.method == "POST" or kept["until"] < time()):
        del request.session[_KEY]
        kept = None
    if request.method == "POST":
        return request.POST or None
    if kept is None:
        return None
    fields = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        fields.setlist(name, values)
    return fields


def tell_taken(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the browser that the desk has taken what a form of its own sent: it keeps a draft until then.

    Only the page's own script reads the cookie, and only to forget words; whoever forges it saves nobody's.
    """
    found = request.resolver_match
    if request.method == "POST" and response.status_code == 302 and found and found.app_name == "desk":
        response.set_cookie(
            "taken",
            quote(request.path, safe=""),
            max_age=TAKEN_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Strict",
        )
