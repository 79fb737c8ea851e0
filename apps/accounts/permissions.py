"""The question that every action asks first."""

from django.core.exceptions import PermissionDenied

from apps.accounts.capabilities import Capability
from apps.accounts.models import User


class NotAllowed(PermissionDenied):
    """This person's roles don't allow it. The message says what is missing, for the person to read."""


def require(user: User, capability: Capability) -> None:
    """Raises NotAllowed unless one of the person's roles has the capability."""
    if not user.may(capability):
        raise NotAllowed(f"Your role ({user.role_names}) may not {capability.label}. Ask a colleague whose role may.")
