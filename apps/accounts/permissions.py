"""The question that every action asks first."""

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User


class NotAllowed(PermissionDenied):
    """This person's roles don't allow it. The message says what is missing, for the person to read.

    The trail keeps it too, in its own words: so the sentence is given as it is marked, and what stands in its gaps.
    """

    def __init__(self, sentence: Promise, **gaps: object) -> None:
        super().__init__(sentence)
        self.sentence, self.gaps = sentence, gaps

    def __str__(self) -> str:
        return str(self.sentence) % self.gaps if self.gaps else str(self.sentence)


def require(user: User, capability: Capability) -> None:
    """Raises NotAllowed unless one of the person's roles has the capability."""
    if not user.may(capability):
        raise NotAllowed(
            _("Your role (%(roles)s) may not %(what)s. Ask a colleague whose role may."),
            roles=user.role_names,
            what=capability.label,
        )
