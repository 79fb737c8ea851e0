"""The audit trail, for people to read: the list, one entry with its proof, and words erased from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.accounts.trail import ReasonMissing, erase_words
from apps.audit.erasing import NothingToErase, erasable
from apps.audit.models import Checkpoint, Entry, Leaf, Pending
from apps.audit.proving import proof_of
from apps.desk.filters import TrailFilter
from apps.desk.paging import slice_by_time
from apps.desk.requests import DeskRequest
from apps.desk.subjects import subjects
from apps.desk.typed import sent
from apps.desk.views.listing import listing

PAGE = 50
# A line is sealed within seconds; after this long somebody has to look why it isn't.
WAITS_TOO_LONG = timedelta(minutes=10)


def readable(request: DeskRequest) -> QuerySet[Entry]:
    """The lines that whoever asks may read: everybody's, and for auditors the private ones too."""
    return Entry.every_line.all() if request.user.may(Capability.READ_PRIVATE_TRAIL) else Entry.objects.all()


@require_safe
def trail(request: DeskRequest) -> HttpResponse:
    """What happened, newest first, narrowed by who, what, story, claim, door, dates, and whether it was denied."""
    narrowed = TrailFilter(request.GET, readable(request).select_related("actor"))
    found = slice_by_time(request, narrowed.qs, PAGE, narrowed.parts)
    return listing(
        request,
        "desk/trail.html",
        narrowed,
        found,
        subjects=subjects(found.rows),
        may_export=request.user.may(Capability.EXPORT_TRAIL),
        last_seal=Checkpoint.objects.order_by("-size").first(),
        waits_since=_waits_since() if request.user.may(Capability.EXPORT_TRAIL) else None,
    )


def _waits_since() -> datetime | None:
    """Since when the oldest line waits for its seal, when that is longer than it should."""
    # Asked for together, SQLite may look for each line of the trail among those that wait, which are none.
    oldest = Pending.objects.order_by("entry_id").values_list("entry_id", flat=True).first()
    since = Entry.every_line.filter(pk=oldest).values_list("at", flat=True).first() if oldest else None
    return since if since and timezone.now() - since > WAITS_TOO_LONG else None


@require_safe
def entry(request: DeskRequest, pk: int) -> HttpResponse:
    """One line for good: what it says, what was hashed, and where it is in the sealed tree."""
    found = get_object_or_404(readable(request).select_related("actor", "behalf"), pk=pk)
    erasings = Entry.objects.filter(stream=f"entry:{pk}").order_by("seq") if found.erasures else []
    context = {
        "entry": found,
        "subjects": subjects([found]),
        "leaf": Leaf.objects.filter(entry=found).first(),
        "checkpoint": Checkpoint.objects.order_by("-size").first(),
        "erasings": erasings,
        "may_erase": request.user.may(Capability.ERASE) and bool(erasable(found)),
    }
    return render(request, "desk/entry.html", context)


@require_safe
def entry_proof(request: DeskRequest, pk: int) -> HttpResponse:
    """The proof that this line is in the log, as a C2SP tlog-proof that anybody can check without us."""
    found = get_object_or_404(readable(request), pk=pk)
    proof = proof_of(found)
    if proof is None:
        raise Http404(gettext("This line is not sealed yet: wait a few seconds."))
    return _as_file(proof, f"entry-{pk}.tlog-proof")


@require_safe
def entry_body(request: DeskRequest, pk: int) -> HttpResponse:
    """The exact bytes that were hashed."""
    found = get_object_or_404(readable(request), pk=pk)
    return _as_file(found.body, f"entry-{pk}.json", "application/json")


def _as_file(text: str, name: str, kind: str = "text/plain; charset=utf-8") -> HttpResponse:
    response = HttpResponse(text.encode(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class EraseForm(forms.Form):
    """Which words of a line go, and why."""

    fields_to_erase = forms.MultipleChoiceField(label=_("Words to erase"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the trail for good, so don't repeat the words in it."),
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [
            (name, f"{name.replace('.', ', ').replace('_', ' ')}: {value}") for name, value in erasable(entry).items()
        ]
        self.fields["fields_to_erase"].choices = words  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def entry_erase(request: DeskRequest, pk: int) -> HttpResponse:
    """Take words out of a line for good, with a reason and a mark."""
    require(request.user, Capability.ERASE)
    found = get_object_or_404(readable(request), pk=pk)
    form = EraseForm(sent(request), entry=found)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        chosen, reason = form.cleaned_data["fields_to_erase"], form.cleaned_data["reason"]
        try:
            erase_words(found, chosen, by=request.user, reason=reason)
            messages.success(request, gettext("The words are gone for good, and the line says that they were erased."))
            return redirect("desk:entry", pk)
        except (NothingToErase, ReasonMissing) as refusal:
            status = 409
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "may_answer": True,
        "title": gettext("Erase words from the trail"),
        "act": gettext("Erase for good"),
        "back": reverse("desk:entry", args=[pk]),
    }
    return render(request, "desk/ask.html", context, status=status)
