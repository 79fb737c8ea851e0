"""The admin panel's site: people come in by the desk's own door, and leave by it."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.accounts.actions import record_own_password
from apps.accounts.permissions import NotAllowed
from apps.desk.requests import DeskRequest
from apps.desk.views import session


class OwnPasswordForm(AdminPasswordChangeForm):
    """A person's new password, with a line in the trail that says that there is one."""

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            record_own_password(self.user)
            return super().save(commit)


class DeskAdminSite(AdminSite):
    """One sign-in for desk and panel, so that lock-out and trail hold for both."""

    site_header = gettext_lazy("VerifyDesk administration")
    site_title = "VerifyDesk"
    index_title = gettext_lazy("People, records and machinery")
    site_url = "/claims/"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Only somebody signed in comes this far: the desk's middleware has asked everybody else to sign in.

        Whose role may not come in is refused where they tried, and the trail names that place.
        """
        shown = super().admin_view(view, cacheable)

        @wraps(shown)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            self._require(request)
            return shown(request, *args, **kwargs)

        return asked

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        self._require(request)
        return redirect("admin:index")

    def _require(self, request: HttpRequest) -> None:
        if not self.has_permission(request):
            raise NotAllowed(
                gettext_lazy("Your role may not look at the admin panel. Ask an administrator if you need to.")
            )

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return session.sign_out(cast(DeskRequest, request))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        view = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:password_change_done", current_app=self.name),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        request.current_app = self.name
        return view(request)
