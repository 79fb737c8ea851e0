"""Nobody sees the desk who isn't signed in and allowed to read it; and nobody loses what they typed to a sign-out."""

from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.desk.views.session import session_ended


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view needs a person who may read the desk, unless it says ``login_not_required``."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            require(request.user, Capability.READ_DESK)
            return None
        if request.method == "POST" or request.headers.get("HX-Request"):
            return session_ended(request)
        return super().process_view(request, view_func, view_args, view_kwargs)
