"""What every page of the desk knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def desk(request: HttpRequest) -> dict[str, Any]:
    """``may``: the capabilities of whoever is signed in, by name; ``newsroom``: what this desk is called."""
    user = getattr(request, "user", None)
    return {
        "may": user.capabilities if user is not None and user.is_authenticated else frozenset(),
        "newsroom": settings.NEWSROOM_NAME,
    }
