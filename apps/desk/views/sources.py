"""A source's page: the archived text, its facts, and the record to take away."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import (
    AlreadyBeingCopied,
    NeverDrawnError,
    NothingToFetchError,
    record_download,
    request_capture,
    retry_capture,
)
from apps.archive.models import Attempt, Capture, record_name
from apps.archive.records.storage import open_record
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.actions import correct_source
from apps.claims.refusals import Refusal
from apps.desk.forms import SourceForm
from apps.desk.fragments import answer, is_fragment
from apps.desk.panels.attributions import attributions_panel
from apps.desk.panels.grades import graded_parties
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.subjects import subjects
from apps.desk.typed import sent
from apps.desk.watch_panel import panel
from apps.sources.models import Source

CAPTURES = 20


@require_safe
def source(request: DeskRequest, pk: int) -> HttpResponse:
    """What the archive holds of this source: ``?capture=ID`` for one copy, else the newest stored one."""
    found = get_object_or_404(
        Source.objects.select_related("page", "outlet", "registered_by", "interview__held_by"), pk=pk
    )
    copies = found.page.captures.select_related("extract", "requested_by").order_by("-id")
    captures = list(copies[:CAPTURES])
    wanted = request.GET.get("capture", "")
    chosen = copies.filter(pk=int(wanted[:18])).first() if wanted.isascii() and wanted.isdigit() else None
    chosen = chosen or _newest(captures)
    shown = f"{chosen.shown}.{'r' if chosen.read_at else '-'}" if chosen else ""
    if is_fragment(request) and request.GET.get("shown") == shown:
        return HttpResponse(status=204)
    timeline = list(Entry.objects.in_streams([found.stream, found.page.stream])[:CAPTURES])
    context = {
        "source": found,
        "shown": shown,
        "captures": captures,
        "comparable": [one for one in captures if one.is_stored],
        "capture": chosen,
        "extract": getattr(chosen, "extract", None),
        "attempts": list(chosen.attempts.all()) if chosen else [],
        "is_moving": bool(chosen and chosen.is_moving),
        "can_be_drawn": settings.ARCHIVE_RENDER != "never"
        and found.has_address
        and not any(one.is_in_flight for one in captures),
        "interview": getattr(found, "interview", None),
        "ask_again_after": "10s" if chosen and chosen.is_waiting_long else "1s",
        "citations": list(found.citations.live().select_related("claim", "cited_by")),
        "panel": panel(found.page),
        **attributions_panel(found),
        "graded": graded_parties(found),
        "timeline": timeline,
        "subjects": subjects(timeline, apart_from=found.stream),
    }
    return answer(request, "desk/source.html", context, partials=("copy",))


@require_http_methods(["GET", "POST"])
def source_correct(request: DeskRequest, pk: int) -> HttpResponse:
    """Set a source's facts by hand."""
    require(request.user, Capability.CITE)
    found = get_object_or_404(Source.objects.select_related("page", "outlet"), pk=pk)
    form = SourceForm(sent(request), initial=SourceForm.facts(found)).of(found)
    meanwhile = None
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            expected = form.cleaned_data["expected_version"]
            correct_source(found, by=request.user, expected_version=expected, **form.changes())
            messages.success(request, _("Corrected."))
            return redirect("desk:source", pk)
        except Refusal as refusal:
            status = 409
            form.add_error(None, str(refusal))
        except ChangedMeanwhile as changed:
            status, meanwhile = 409, changed
            form.show_version(changed.row.version)
    context = {"form": form, "source": found, "meanwhile": meanwhile}
    return render(request, "desk/source_correct.html", context, status=status)


@posts_only
def source_render(request: DeskRequest, pk: int) -> HttpResponse:
    """Ask for a new copy of the page that a browser draws too."""
    found = get_object_or_404(Source.objects.select_related("page"), pk=pk)
    try:
        capture = request_capture(found.page, by=request.user, rendered=True)
        messages.success(request, _("The archive fetches the page again and has a browser draw it."))
    except (AlreadyBeingCopied, NeverDrawnError, NothingToFetchError) as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:source", pk)
    return HttpResponseRedirect(f"{reverse('desk:source', args=[pk])}?capture={capture.pk}")


@posts_only
def capture_retry(request: DeskRequest, pk: int) -> HttpResponse:
    """Try a failed copy again."""
    capture = get_object_or_404(Capture.objects.select_related("page__source"), pk=pk)
    try:
        retry_capture(capture, by=request.user)
        messages.success(request, _("The archive is trying again."))
    except AlreadyBeingCopied as refusal:
        messages.warning(request, str(refusal))
    back = request.POST.get("back", "")
    if back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return HttpResponseRedirect(back)
    return redirect("desk:source", capture.page.source.pk)


@require_safe
def capture_record(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The WARC of a stored copy, as a download."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    capture = get_object_or_404(Capture.objects.select_related("page"), pk=pk)
    if not capture.is_stored:
        raise Http404(_("This copy has no record."))
    return _download(request, capture, capture.warc_digest, f"capture-{capture.pk}.warc.gz")


@require_safe
def attempt_record(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The WARC of what a site answered instead of the page, as a download."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    attempt = get_object_or_404(Attempt.objects.ended().select_related("capture__page"), pk=pk)
    if not attempt.warc_digest:
        raise Http404(_("This attempt has no record."))
    name = f"capture-{attempt.capture_id}-attempt-{attempt.number}.warc.gz"
    return _download(request, attempt.capture, attempt.warc_digest, name)


def _download(request: DeskRequest, capture: Capture, digest: str, name: str) -> FileResponse:
    try:
        record = open_record(record_name(digest))
    except FileNotFoundError as error:
        raise Http404(_("The archive can't find this record. Tell the administrator.")) from error
    if request.method == "GET":
        record_download(capture, digest, by=request.user)
    return FileResponse(record, as_attachment=True, filename=name, content_type="application/warc")


def _newest(captures: list[Capture]) -> Capture | None:
    """The newest stored copy, else the newest."""
    return next(iter([*(one for one in captures if one.is_stored), *captures]), None)
