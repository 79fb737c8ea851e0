"""What somebody tried and was refused: it leaves a line too, in a transaction of its own, for what they did is undone."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest

from apps.accounts.models import User
from apps.audit.actions import record
from apps.audit.models import PRIVATE
from apps.audit.verbs import Verb


def record_denial(request: HttpRequest, refusal: Exception) -> None:
    """Somebody signed in was refused. Where even the address is confidential, the line is, and names nothing."""
    if not isinstance(request.user, User):
        return
    match = request.resolver_match
    is_private = match is not None and getattr(match.func, "is_confidential", False)
    stream = f"{PRIVATE}denied" if is_private else f"person:{request.user.pk}"
    view = match.view_name if match else ""
    told = {"why": str(refusal) or "not allowed", "view": view, "method": request.method or ""}
    with transaction.atomic():
        record(
            Verb.DENIED,
            stream=stream,
            target="a confidential source" if is_private else f"{request.method} {request.path}",
            by=request.user,
            after={"why": "not named on it"} if is_private else told,
        )
