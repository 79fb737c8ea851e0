"""Signing in and out, and what happens when a session ends in the middle of something."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token

from apps.accounts.actions import record_failed_sign_in, record_sign_in, record_sign_out
from apps.desk import typed
from apps.desk.forms import SignInForm
from apps.desk.requests import DeskRequest, posts_only


@login_not_required
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 while the web process answers and the database can be asked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    """Sign in; then go on where one was, with what one had typed."""

    template_name = "desk/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        with transaction.atomic():
            response = super().form_valid(form)
            record_sign_in(form.get_user())
        typed.keep(self.request, self.get_success_url(), self.request.POST.get("carried", ""))
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        record_failed_sign_in(self.request.POST.get("username", ""))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Where one was; but signing in leads nobody back to signing in."""
        url: str = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(carried=self.request.POST.get("carried", ""), **kwargs)


@posts_only
def sign_out(request: DeskRequest) -> HttpResponse:
    """End the session."""
    with transaction.atomic():
        record_sign_out(request.user)
        logout(request)
    return redirect("desk:sign_in")


def session_ended(request: HttpRequest) -> HttpResponseBase:
    """The answer to somebody whose session ended in the middle of something: sign in here, nothing is lost.

    A fragment that polls is told to stop and leaves the page alone; a form gets a sign-in page that carries its fields.
    """
    if request.method != "POST":
        # 286 is htmx's own "stop polling" (htmx 2 documentation, hx-trigger).
        return render(request, "desk/sign_in.html#ended_while_polling", status=286)
    form = SignInForm(request)
    context = {"form": form, "next": _path_of_a_page(request), "carried": typed.carry(request), "ended": True}
    response = render(request, "desk/sign_in.html", context, status=401)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


@requires_csrf_token
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is of another sign-in: offer the form again, with what was typed, and change nothing."""
    path = _path_of_a_page(request)
    packed = typed.carry(request) if _is_from_here(request) else ""
    if request.resolver_match and request.resolver_match.view_name == "desk:sign_in":
        # Somebody signed in meanwhile, in another window: on with what an ended session had interrupted.
        path = _asked_for(request)
        packed = request.POST.get("carried", "") if _is_from_here(request) else ""
        if not request.user.is_authenticated:
            context = {"form": SignInForm(request), "next": path, "carried": packed, "ended": True}
            return render(request, "desk/sign_in.html", context, status=403)
    if not request.user.is_authenticated:
        packed = ""
    typed.keep(request, path, packed)
    context = {"form_path": path, "kept": bool(packed)}
    response = render(request, "desk/csrf_failed.html", context, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = "body", "innerHTML", "unset"
    return response


def _asked_for(request: HttpRequest) -> str:
    """Where the sign-in was to lead, when that is a place of the desk."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else resolve_url("desk:home")


def _is_from_here(request: HttpRequest) -> bool:
    """Whether the browser says that the form stood on a page of ours: what others send is put into no form."""
    said = request.headers.get("Origin") or request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}"
    return said == here or said.startswith(f"{here}/")


def _path_of_a_page(request: HttpRequest) -> str:
    """Where somebody goes on who was interrupted: the form's own page, or for a mere button where it stood."""
    found = request.resolver_match
    if found and found.app_name == "desk" and not getattr(found.func, "posts_only", False):
        return request.path
    stood = urlsplit(request.headers.get("Referer", "")) if _is_from_here(request) else None
    for back in (request.POST.get("back", ""), urlunsplit(("", "", *stood[2:4], "")) if stood else ""):
        if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return back
    return resolve_url("desk:queue")
