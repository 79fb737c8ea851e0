"""What a view of the desk is asked with: the middleware has let in only people who are signed in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class DeskRequest(HttpRequest):
    """A request of somebody signed in, by a browser or by htmx."""

    user: User
    htmx: HtmxDetails


def posts_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view behind a mere button answers POST alone: who is interrupted there goes on where the button stood."""
    answer: Any = require_POST(view)
    answer.posts_only = True
    return answer
