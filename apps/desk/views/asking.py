"""The small forms: one question, one action, and back to where it was asked from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.claims.refusals import Refusal
from apps.desk.requests import DeskRequest
from apps.sources.models import CouldNotKeep


def ask(
    request: DeskRequest,
    form: forms.Form,
    do: Callable[..., Any],
    *,
    back: str,
    said: str,
    title: str,
    act: str,
    **context: Any,
) -> HttpResponse:
    """Show the form; when it is sent and sound, do what it asks and go back. What is refused comes back as typed."""
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            do(by=request.user, **form.cleaned_data)
            messages.success(request, said)
            return redirect(back)
        except (Refusal, CouldNotKeep) as refusal:
            status = 409
            form.add_error(None, str(refusal))
    context |= {"form": form, "title": title, "act": act, "back": back}
    return render(request, "desk/ask.html", context, status=status)
