"""Nobody sees the desk who isn't signed in and allowed to read it; and nobody loses what they typed to a sign-out."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve
from django.views.defaults import page_not_found

from apps.accounts.capabilities import Capability
from apps.accounts.denials import record_denial
from apps.accounts.permissions import NotAllowed, require
from apps.audit.wording import plain
from apps.desk.replay_addresses import URLS, host_of
from apps.desk.typed import tell_taken
from apps.desk.views import replay
from apps.desk.views.session import session_ended


class ReplayMiddleware:
    """Archived bytes have a host of their own, when one is set: nothing else is there, and they aren't here.

    Stands before everything that knows a cookie, a session or a person: replay looks at none of them, and sets none.
    Without a host of their own the same addresses are answered here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        origin = settings.ARCHIVE_ORIGIN
        if origin and request.get_host().lower() != host_of(origin):
            return self.get_response(request)
        try:
            view, args, kwargs = resolve(request.path_info, URLS)
        except Resolver404:
            return replay.nothing() if origin else self.get_response(request)
        return view(request, *args, **kwargs)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view needs a person who may read the desk, unless it says ``login_not_required``."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated:
            try:
                require(request.user, Capability.READ_DESK)
            except NotAllowed as refusal:
                record_denial(request, refusal)
                if _is_script(request):
                    return JsonResponse({"error": plain(refusal)}, status=403)
                raise
            return None
        if _is_script(request):
            return JsonResponse({"error": "Sign in first."}, status=401)
        if request.method == "POST" or request.headers.get("HX-Request"):
            return session_ended(request)
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What somebody signed in sees is kept by nobody else. With DEBUG on, a 404 is still the desk's own page."""
        if not request.user.is_authenticated:
            return response
        tell_taken(request, response)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-cache"
        is_file = request.path.startswith(settings.STATIC_URL)
        is_page = response.get("Content-Type", "").startswith("text/html") and not is_file
        if settings.DEBUG and response.status_code == 404 and is_page:
            response.content = page_not_found(request, Http404()).content
        return response


def _is_script(request: HttpRequest) -> bool:
    """Whether the address is one of those that answer scripts."""
    return bool(request.resolver_match and request.resolver_match.app_name == "api")
