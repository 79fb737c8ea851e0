"""One view answers a browser with a page and htmx with the page's own partials."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string

from apps.desk.requests import DeskRequest


def is_fragment(request: DeskRequest) -> bool:
    """Whether htmx asked, and not the browser itself (going back in history wants the whole page)."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def answer(
    request: DeskRequest,
    template: str,
    context: dict[str, Any],
    *,
    partials: tuple[str, ...],
    status: int = 200,
    target: str = "",
) -> HttpResponse:
    """The whole page, or for htmx its named partials: the first is the target's, the others go to their own places.

    ``target`` is where the first goes, when it is not where the one who asked expects it.
    """
    if is_fragment(request):
        parts = [
            render_to_string(f"{template}#{name}", {**context, "oob": number > 0}, request)
            for number, name in enumerate(partials)
        ]
        response = HttpResponse("\n".join(parts), status=status)
        if target:
            response["HX-Retarget"] = target
    else:
        response = HttpResponse(render_to_string(template, context, request), status=status)
    response["Vary"] = "HX-Request"
    response["Cache-Control"] = "no-store"
    return response
