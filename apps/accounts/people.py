"""Who asks, where Django only knows that somebody may be signed in: in the admin panel."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.permissions import NotAllowed


def person(request: HttpRequest) -> User:
    """The person signed in. Raises NotAllowed when there is none."""
    if not isinstance(request.user, User):
        raise NotAllowed(_("Sign in first."))
    return request.user
