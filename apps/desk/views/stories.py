"""Stories: running matters that group claims."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, ClaimLink, Story
from apps.claims.refusals import Refusal
from apps.claims.states import State
from apps.desk.badges import notes
from apps.desk.charts import stacked
from apps.desk.forms import StoryEditForm, StoryForm
from apps.desk.paging import slice_by_change, slice_by_id
from apps.desk.panels.matter import matter
from apps.desk.panels.measures import story_figures
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent

PAGE = 50
LINKS = 100


@require_safe
def stories(request: DeskRequest) -> HttpResponse:
    """All stories, newest first, with their claims by state."""
    text = request.GET.get("text", "").replace("\0", "").strip()
    found = Story.objects.with_counts()
    if text:
        found = found.filter(title__icontains=text)
    return render(request, "desk/stories.html", {"slice": slice_by_id(request, found, PAGE), "text": text})


@require_safe
def story(request: DeskRequest, pk: int) -> HttpResponse:
    """A story: what it is about, and its claims by state."""
    found = get_object_or_404(Story.objects.select_related("opened_by"), pk=pk)
    claims = Claim.objects.filter(story=found)
    state = request.GET.get("state", "")
    left_out = (
        [_("There is no state “%(state)s”.") % {"state": state[:50]}] if state and state not in State.values else []
    )
    shown = claims.filter(state=state) if state and not left_out else claims
    rows = slice_by_change(request, shown.for_queue(), PAGE)
    counts = [(State(one), number) for one, number in claims.count_by_state().items()]
    context = {
        "story": found,
        "slice": rows,
        "notes": notes(rows.rows),
        "counts": counts,
        "bar": stacked(counts),
        "bar_words": ", ".join(f"{number} {one.label.lower()}" for one, number in counts),
        "matter": matter(request, found),
        "state": state,
        "left_out": left_out,
        "story_figures": story_figures(request, found),
        "story_links": list(ClaimLink.objects.in_story(found)[:LINKS]),
    }
    return render(request, "desk/story.html", context)


@require_http_methods(["GET", "POST"])
def story_open(request: DeskRequest) -> HttpResponse:
    """Begin a story."""
    require(request.user, Capability.OPEN_CLAIMS)
    form = StoryForm(sent(request))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            opened = actions.open_story(by=request.user, **form.cleaned_data)
            return redirect("desk:story", opened.pk)
        except Refusal as refusal:
            status = 409
            form.add_error("title", str(refusal))
    return render(request, "desk/story_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def story_edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Change a story's title or summary."""
    require(request.user, Capability.OPEN_CLAIMS)
    found = get_object_or_404(Story, pk=pk)
    initial = {"title": found.title, "summary": found.summary, "expected_version": found.version}
    form = StoryEditForm(sent(request), initial=initial)
    meanwhile = None
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            expected = form.cleaned_data["expected_version"]
            actions.edit_story(found, by=request.user, expected_version=expected, **form.changes())
            return redirect("desk:story", pk)
        except ChangedMeanwhile as changed:
            status, meanwhile = 409, changed
            form.show_version(changed.row.version)
        except Refusal as refusal:
            status = 409
            form.add_error("title", str(refusal))
    return render(
        request, "desk/story_form.html", {"form": form, "story": found, "meanwhile": meanwhile}, status=status
    )
