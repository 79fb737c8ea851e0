"""What every page of the desk knows."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.accounts.models import User
from apps.audit.statements import Select
from apps.desk.keys import shortcuts
from apps.teamwork.models import Notice

MOST = 100
_unseen = Select(lambda person: Notice.objects.unseen().filter(person=person).order_by().values_list("pk")[:MOST], int)


def desk(request: HttpRequest) -> dict[str, Any]:
    """``may``: the capabilities of whoever is signed in, by name; ``newsroom``: what this desk is called.

    ``unread``: how many notices wait, counted no further than to a hundred, and only on a page that says so.
    ``drafts_of``: whose words the browser may keep while they are typed; nobody's where they are confidential.
    ``shortcuts`` are the single keys, for the sheet of them.
    """
    user = getattr(request, "user", None)
    return {
        "may": user.capabilities if user is not None and user.is_authenticated else frozenset(),
        "newsroom": settings.NEWSROOM_NAME,
        "drafts_of": _drafts_of(request, user),
        "unread": SimpleLazyObject(partial(unread, user)),
        "shortcuts": shortcuts,
    }


def _drafts_of(request: HttpRequest, user: Any) -> int | None:
    found = getattr(request, "resolver_match", None)
    is_confidential = found is None or getattr(found.func, "is_confidential", False)
    return user.pk if isinstance(user, User) and found and not is_confidential else None


def unread(user: Any) -> int:
    """How many notices wait for somebody, as far as a hundred."""
    return len(_unseen(user.pk)) if isinstance(user, User) else 0
