"""A stored copy, looked at in every way that is safe: text, as captured, as drawn, headers; and two compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.actions import record_download
from apps.archive.models import Capture, Extract, Page
from apps.archive.replaying.differences import Difference, Kind, Stretch, compare
from apps.archive.replaying.shelf import NotShown, Piece, Shelf
from apps.claims.models import Citation
from apps.desk.citation_forms import PassageForm
from apps.desk.quotes import cited_words, marks, paragraphs
from apps.desk.replay_addresses import address, allowed, ticket_for
from apps.desk.requests import DeskRequest

COPIES = 50
MOST_ROWS = 2_000
SUFFIXES = {
    "application/pdf": "pdf",
    "text/plain": "txt",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
}
VIEWS = {
    "text": gettext_lazy("Text"),
    "page": gettext_lazy("As captured"),
    "screenshot": gettext_lazy("Screenshot"),
    "dom": gettext_lazy("After scripts"),
    "headers": gettext_lazy("Headers"),
}


@require_safe
def capture(request: DeskRequest, pk: int) -> HttpResponse:
    """One copy: ``?view=`` text, page, screenshot, dom or headers."""
    found = get_object_or_404(Capture.objects.select_related("page__source", "requested_by", "upload"), pk=pk)
    wanted = request.GET.get("view", "")
    view = wanted if wanted in VIEWS else "text"
    token = ticket_for(request, found.pk)
    context: dict[str, Any] = {
        "capture": found,
        "source": getattr(found.page, "source", None),
        "extract": Extract.objects.filter(capture=found).first(),
        "view": view,
        "views": VIEWS,
    }
    if found.is_stored:
        context |= reading(found, context["extract"]) if view == "text" else {}
        try:
            shelf = Shelf(found, lambda offset: address(token, "part", offset))
            context["views"] = {name: label for name, label in VIEWS.items() if _has(shelf, name) or name == view}
            context |= SHOWN[view](found, shelf, token) if view != "text" else {}
        except NotShown as refusal:
            context["refusal"] = str(refusal)
    response = render(request, "desk/capture.html", context)
    response._csp_update = {"frame-src": [allowed(request)], "img-src": [allowed(request)]}  # type: ignore[attr-defined]
    return response


def _has(shelf: Shelf, view: str) -> bool:
    return bool({"screenshot": shelf.screenshot, "dom": lambda: shelf.has_dom}.get(view, lambda: True)())


def reading(found: Capture, extract: Extract | None) -> dict[str, Any]:
    """The text that was read, which needs no record: it is there when the store is not."""
    if extract is None or not extract.text.strip():
        return {"paragraphs": []}
    cited = cited_words(found.page)
    seen = marks(extract.text, cited)
    return {
        "paragraphs": paragraphs(extract.text, seen),
        "marks": seen,
        "gone": [mark for mark in seen if mark.is_gone],
        "passage_form": PassageForm(capture=found),
    }


def _page(found: Capture, shelf: Shelf, token: str) -> dict[str, Any]:
    if picture := shelf.picture():
        return {"picture": picture}
    return {} if is_pdf(found) else {"frame": address(token, "page")}


def _dom(found: Capture, shelf: Shelf, token: str) -> dict[str, Any]:
    return {"frame": address(token, "dom")} if shelf.has_dom else {}


def _screenshot(found: Capture, shelf: Shelf, token: str) -> dict[str, Any]:
    return {"picture": shelf.screenshot()}


def _headers(found: Capture, shelf: Shelf, token: str) -> dict[str, Any]:
    return {"answers": shelf.answers()}


SHOWN = {"page": _page, "screenshot": _screenshot, "dom": _dom, "headers": _headers}


def is_pdf(found: Capture) -> bool:
    return found.content_type.partition(";")[0].strip().lower() == "application/pdf"


@require_safe
def capture_document(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The PDF, picture or text in a record, as a download: a browser that shows it is not asked to."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    found = get_object_or_404(Capture.objects.stored().select_related("page", "upload"), pk=pk)
    return _taken_away(request, found, Shelf.document)


@require_safe
def capture_recording(request: DeskRequest, pk: int) -> HttpResponseBase:
    """The recording that lies beside the notes of an interview, as a download."""
    require(request.user, Capability.DOWNLOAD_EVIDENCE)
    found = get_object_or_404(Capture.objects.stored().select_related("page__source__interview", "upload"), pk=pk)
    interview = getattr(getattr(found.page, "source", None), "interview", None)
    if interview is None or not interview.recording_address:
        raise Http404(_("There is no recording beside this copy."))
    return _taken_away(request, found, lambda shelf: shelf.beside(interview.recording_address))


def _taken_away(request: DeskRequest, found: Capture, part: Callable[[Shelf], Piece]) -> HttpResponseBase:
    try:
        document = part(Shelf(found, str))
    except NotShown as refusal:
        return _refused(request, found, refusal)
    if document.content_type not in SUFFIXES:
        raise Http404(_("This copy is no document that stands alone. The record has it."))
    if request.method == "GET":
        record_download(found, found.warc_digest, by=request.user, document=document.content_type)
    name = f"capture-{found.pk}.{SUFFIXES[document.content_type]}"
    return HttpResponse(
        document.body,
        content_type=document.content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _refused(request: DeskRequest, found: Capture, refusal: NotShown) -> HttpResponse:
    messages.warning(request, str(refusal))
    return redirect("desk:capture", found.pk)


@require_safe
def page_compare(request: DeskRequest, pk: int) -> HttpResponse:
    """From the form that asks which two copies: to the page that shows them, the earlier one first."""
    page = get_object_or_404(Page.objects.select_related("source"), pk=pk)
    asked = {request.GET.get(name, "") for name in ("before", "after")}
    chosen = sorted(page.captures.stored().filter(pk__in=[int(one[:18]) for one in asked if _is_number(one)]), key=_age)
    if len(chosen) == 2:
        return redirect("desk:capture_diff", chosen[0].pk, chosen[1].pk)
    messages.warning(request, _("Choose two different copies of the page."))
    source = getattr(page, "source", None)
    return redirect("desk:source", source.pk) if source else redirect("desk:needs_a_person")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _age(found: Capture) -> tuple[Any, int]:
    return found.fetched_at or found.requested_at, found.pk


@dataclass(frozen=True)
class Change:
    """A fact that a page says of itself, and that it said otherwise before."""

    name: str
    before: Any
    after: Any

    @property
    def is_time(self) -> bool:
        """Whether it is told as a moment in the reader's zone."""
        return isinstance(self.before or self.after, datetime)


@dataclass(frozen=True)
class Quoted:
    """A citation's exact words: whether they were in one text, and are in the other."""

    citation: Citation
    words: str
    was_there: bool
    is_there: bool
    edited: str


@require_safe
def capture_diff(request: DeskRequest, before: int, after: int) -> HttpResponse:
    """Two stored copies of one page beside each other: what the page says of itself, and its text."""
    copies = Capture.objects.stored().select_related("page__source", "requested_by", "extract")
    old, new = get_object_or_404(copies, pk=before), get_object_or_404(copies, pk=after)
    if old.page_id != new.page_id or old.pk == new.pk:
        raise Http404(_("These are not two copies of one page."))
    texts = [extract for one in (old, new) if (extract := getattr(one, "extract", None)) and extract.paragraphs]
    context: dict[str, Any] = {
        "old": old,
        "new": new,
        "source": getattr(old.page, "source", None),
        "copies": stored_copies(old.page),
    }
    if len(texts) == 2:
        context |= _compared(old.page, *texts)
    return render(request, "desk/capture_diff.html", context)


def stored_copies(page: Page) -> list[Capture]:
    """What can be compared, newest first."""
    return list(page.captures.stored().order_by("-id")[:COPIES])


def _compared(page: Page, old: Extract, new: Extract) -> dict[str, Any]:
    difference = compare(old.text, new.text)
    stretches, is_cut = _shown(difference)
    cited = cited_words(page)
    before = {mark.key: mark for mark in marks(old.text, cited)}
    quoted = [
        Quoted(
            mark.citation,
            mark.words,
            bool(before[mark.key].spans and not before[mark.key].edited),
            bool(mark.spans and not mark.edited),
            mark.edited,
        )
        for mark in marks(new.text, cited)
    ]
    return {
        "difference": difference,
        "stretches": stretches,
        "is_cut": is_cut,
        "changes": _changes(old, new),
        "quoted": quoted,
    }


def _changes(old: Extract, new: Extract) -> list[Change]:
    names = {
        "title": _("Headline"),
        "byline": _("Byline"),
        "published_at": _("Published"),
        "credit_line": _("Credit line"),
        "site_name": _("Site"),
        "language": _("Language"),
        "canonical_url": _("Calls itself"),
    }
    facts = [Change(label, getattr(old, name), getattr(new, name)) for name, label in names.items()]
    return [change for change in facts if change.before != change.after]


def _shown(difference: Difference) -> tuple[list[Stretch], bool]:
    """As many rows as a browser can show, and whether that is not all of them. What is unchanged gives way first."""
    kept: list[Stretch] = []
    room = MOST_ROWS
    stretches = difference.stretches
    for stretch in stretches:
        if room <= 0:
            return kept, True
        most = min(room, MOST_ROWS // 10) if stretch.kind == Kind.SAME else room
        kept.append(Stretch(stretch.kind, stretch.rows[:most], stretch.folded))
        room -= len(kept[-1].rows)
    return kept, any(len(a.rows) < len(b.rows) for a, b in zip(kept, stretches, strict=True))
