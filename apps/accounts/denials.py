"""What somebody tried and was refused leaves a line too, in a transaction of its own: what they did is undone."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.actions import record
from apps.audit.models import PRIVATE
from apps.audit.verbs import Verb
from apps.audit.wording import plain


def record_denial(request: Any, refusal: Exception) -> None:
    """Somebody signed in was refused. Where even the address is confidential, the line is, and names nothing."""
    if not isinstance(request.user, User):
        return
    match = request.resolver_match
    is_private = match is not None and getattr(match.func, "is_confidential", False)
    stream = f"{PRIVATE}denied" if is_private else f"person:{request.user.pk}"
    view = match.view_name if match else ""
    told = {"why": plain(refusal) or "not allowed", "view": view, "method": request.method or ""}
    with transaction.atomic():
        record(
            Verb.DENIED,
            stream=stream,
            target="a confidential source" if is_private else f"{request.method} {request.path}",
            by=request.user,
            after={"why": "not named on it"} if is_private else told,
        )
