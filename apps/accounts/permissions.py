"""The question that every action asks first."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User


class NotAllowed(PermissionDenied):
    """This person's roles don't allow it. The message says what is missing, for the person to read."""


def require(user: User, capability: Capability) -> None:
    """Raises NotAllowed unless one of the person's roles has the capability."""
    if not user.may(capability):
        raise NotAllowed(
            _("Your role (%(roles)s) may not %(what)s. Ask a colleague whose role may.")
            % {"roles": user.role_names, "what": capability.label}
        )
