"""What every page of the desk knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.desk.keys import shortcuts


def desk(request: HttpRequest) -> dict[str, Any]:
    """``may``: the capabilities of whoever is signed in, by name; ``newsroom``: what this desk is called.

    ``shortcuts`` are the single keys, for the sheet of them.
    """
    user = getattr(request, "user", None)
    return {
        "may": user.capabilities if user is not None and user.is_authenticated else frozenset(),
        "newsroom": settings.NEWSROOM_NAME,
        "shortcuts": shortcuts,
    }
