"""The desk's rule: what it says now, how it came to, and its form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Policy
from apps.claims.refusals import Refusal
from apps.claims.trying import try_out
from apps.desk.paging import slice_by_id
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.verdict_forms import PolicyForm

PAGE = 20


@require_safe
def policy(request: DeskRequest) -> HttpResponse:
    """The rule in plain sentences, and every version of it with who, when and why."""
    context = {
        "rule": Policy.objects.current(),
        "slice": slice_by_id(request, Policy.objects.select_related("made_by"), PAGE),
    }
    return render(request, "desk/policy.html", context)


@require_http_methods(["GET", "POST"])
def policy_edit(request: DeskRequest) -> HttpResponse:
    """Try a change of the rule on the verdicts that stand, or make it."""
    require(request.user, Capability.EDIT_POLICY)
    current = Policy.objects.current()
    form = PolicyForm(sent(request), initial={**current.facts, "expected_version": current.version})
    context: dict[str, Any] = {"form": form, "rule": current}
    if request.method != "POST":
        return render(request, "desk/policy_form.html", context)
    status = 422
    if form.is_valid():
        changes = form.changes()
        if "try" in request.POST:
            form.fields["reason"].required = True
            draft = Policy(version=current.version + 1, **{**current.facts, **changes})
            return render(request, "desk/policy_form.html", {**context, "trial": try_out(draft), "draft": draft})
        try:
            made = actions.edit_policy(
                by=request.user,
                reason=form.cleaned_data["reason"],
                expected_version=form.cleaned_data["expected_version"],
                **changes,
            )
            messages.success(
                request, _("Version %(version)d of the rule holds from now on.") % {"version": made.version}
            )
            return redirect("desk:policy")
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            status, context["meanwhile"], context["rule"] = 409, changed, Policy.objects.current()
            form.show_version(context["rule"].version)
    return render(request, "desk/policy_form.html", context, status=status)
