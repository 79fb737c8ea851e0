"""Signing in and out, and what happens when a session ends in the middle of something."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import resolve
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_POST

from apps.accounts.actions import record_failed_sign_in, record_sign_in, record_sign_out
from apps.desk import typed
from apps.desk.requests import DeskRequest


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
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        record_sign_in(form.get_user())
        typed.keep(self.request, self.get_success_url(), self.request.POST.get("carried", ""))
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        record_failed_sign_in(self.request.POST.get("username", ""))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(carried=self.request.POST.get("carried", ""), **kwargs)


@require_POST
def sign_out(request: DeskRequest) -> HttpResponse:
    """End the session."""
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
    form = AuthenticationForm(request)
    context = {"form": form, "next": request.path, "carried": typed.carry(request), "ended": True}
    response = render(request, "desk/sign_in.html", context, status=401)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
    return response


@requires_csrf_token
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is of another sign-in: offer the form again, with what was typed, and change nothing."""
    kept = False
    if request.user.is_authenticated:
        packed = typed.carry(request)
        typed.keep(request, request.path, packed)
        kept = bool(packed)
    context = {"form_path": _path_of_a_page(request), "kept": kept}
    response = render(request, "desk/csrf_failed.html", context, status=403)
    if request.headers.get("HX-Request"):
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = "body", "innerHTML", "unset"
    return response


def _path_of_a_page(request: HttpRequest) -> str:
    path = request.path
    if url_has_allowed_host_and_scheme(path, allowed_hosts=None) and resolve(path).app_name == "desk":
        return path
    return resolve_url("desk:queue")
