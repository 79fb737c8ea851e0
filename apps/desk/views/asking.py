"""The small forms: one question, one action, and back to where it was asked from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.saved import NotSaved
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.refusals import Impossible, Refusal
from apps.desk.forms import VersionedForm
from apps.desk.requests import DeskRequest
from apps.sources.models import CouldNotKeep


def ask(
    request: DeskRequest,
    form: forms.Form,
    do: Callable[..., Any],
    *,
    back: str,
    said: str | Callable[[Any], str],
    title: str,
    act: str,
    template: str = "desk/ask.html",
    may_answer: bool = True,
    **context: Any,
) -> HttpResponse:
    """Show the form; when it is sent and sound, do what it asks and go back. What is refused comes back as typed.

    ``said`` may depend on what was done. A form with an ``expected_version`` comes back with what happened when it is
    late, and with the new version.
    """
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            done = do(by=request.user, **form.cleaned_data)
            messages.success(request, said if isinstance(said, str) else said(done))
            return redirect(back)
        except (Refusal, CouldNotKeep, NotSaved) as refusal:
            status = 409
            form.add_error(place_of(refusal, form), str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"] = 409, changed
            if isinstance(form, VersionedForm):
                form.show_version(changed.row.version)
    context |= {"form": form, "title": title, "act": act, "back": back, "may_answer": may_answer}
    return render(request, template, context, status=status)


def place_of(refusal: Exception, form: forms.Form) -> str | None:
    """The field that a refusal is of, where the form has it; else its sentence stands over the form."""
    return refusal.field if isinstance(refusal, Impossible) and refusal.field in form.fields else None


def back_to(request: DeskRequest, otherwise: str) -> str:
    """Where the person came from, when that is a place of the desk."""
    asked = request.POST.get("back") or request.GET.get("back", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return otherwise
