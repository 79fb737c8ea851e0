"""What a view of the desk is asked with: the middleware has let in only people who are signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from apps.accounts.models import User


class DeskRequest(HttpRequest):
    """A request of somebody signed in, by a browser or by htmx."""

    user: User
    htmx: HtmxDetails
