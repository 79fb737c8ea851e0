"""Quick add: paste one address or many, or words; see what the desk has of it; say where it belongs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import require
from apps.archive.web.addresses import Refused
from apps.claims import actions
from apps.claims.refusals import Refusal
from apps.desk.adding_forms import AddForm, PasteForm, to_tick
from apps.desk.pasted import LONGEST, Pasted, understood
from apps.desk.requests import DeskRequest
from apps.desk.typed import sent
from apps.desk.views.claims import unseen

# What a bookmark sends has to fit into an address that signing in leads back to (django.utils.http, 2,048 signs).
LONGEST_BROUGHT = 1_900


@require_http_methods(["GET", "POST"])
def add(request: DeskRequest) -> HttpResponse:
    """What was pasted, understood; ``act=add`` does what the form says. ``?url=&title=&text=`` come from a bookmark."""
    require(request.user, Capability.CITE)
    typed = sent(request)
    text = str(typed.get("pasted", "")) if typed is not None else _brought(request.GET)
    paste = PasteForm({"pasted": text} if typed is not None else None)
    if not text.strip() or len(text) > LONGEST:
        return render(request, "desk/add.html", {"form": paste}, status=422 if typed is not None else 200)
    pasted = understood(text)
    if request.POST.get("act") != "add":
        return _shown(request, AddForm(initial=_looked_at(text, pasted, typed), found=pasted), pasted, typed)
    form = AddForm(request.POST, found=pasted)
    if not form.is_valid():
        return _shown(request, form, pasted, typed, status=422)
    cleaned = form.cleaned_data
    if form.is_new and (alike := unseen(request, cleaned)):
        pasted.alike = alike
        return _shown(request, form, pasted, typed, status=409)
    try:
        if form.is_new:
            added = actions.open_with_pages(
                cleaned["statement"], form.urls, by=request.user, stance=cleaned["stance"], **form.opening
            )
        else:
            added = actions.cite_pages(cleaned["claim"], form.urls, by=request.user, stance=cleaned["stance"])
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _shown(request, form, pasted, typed, status=409)
    except Refused as refused:
        form.add_error(None, refused.code.label)
        return _shown(request, form, pasted, typed, status=422)
    messages.success(request, _said(added, is_new=form.is_new))
    return redirect("desk:claim", added.claim.pk)


def _brought(query: QueryDict) -> str:
    """What a bookmark sends, as if it had been pasted: the address, and the words that were selected, or the title."""
    told = {
        name: query.get(name, "").replace("\0", "").replace("\ufffd", "").strip() for name in ("url", "title", "text")
    }
    return "\n\n".join(filter(None, [told["url"], told["text"] or told["title"]]))[:LONGEST]


def _looked_at(text: str, pasted: Pasted, typed: Mapping[str, Any] | None) -> dict[str, Any]:
    """The form after a look: what its user said before stays, but for a sentence that was only suggested."""
    kept = {name: value for name, value in (typed or {}).items() if isinstance(value, str)}
    words = pasted.words[:500]
    if kept.get("statement", "") == kept.get("suggested", ""):
        kept["statement"] = words
    return {**kept, "pasted": text, "suggested": words}


def _shown(
    request: DeskRequest, form: AddForm, pasted: Pasted, typed: QueryDict | None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "pasted": pasted, "ticked": to_tick(pasted, typed), "alike": pasted.alike}
    return render(request, "desk/add.html", context, status=status)


def _said(added: actions.Added, *, is_new: bool) -> str:
    told = [_("The claim is open.")] if is_new else []
    if number := added.cited:
        said = ngettext(
            "%(number)d page cited; the archive is fetching.",
            "%(number)d pages cited; the archive is fetching.",
            number,
        )
        told.append(said % {"number": number})
    if number := added.known:
        said = ngettext("%(number)d stood there already.", "%(number)d stood there already.", number)
        told.append(said % {"number": number})
    return " ".join(told)


@require_safe
def bookmarklet(request: DeskRequest) -> HttpResponse:
    """A bookmark that brings the page one is reading, and the words selected there, into quick add."""
    require(request.user, Capability.CITE)
    address = json.dumps(request.build_absolute_uri(reverse("desk:add")))
    return render(
        request, "desk/bookmarklet.html", {"bookmark": BOOKMARK % {"address": address, "most": LONGEST_BROUGHT}}
    )


# The address is sent whole; the words that were selected, or the title, as far as there is room: none of their signs is
# cut in two.
BOOKMARK = (
    "javascript:(()=>{"
    "const u=encodeURIComponent(location.href);let r='';"
    "for(const k of String(getSelection()).trim()||document.title){let e;try{e=encodeURIComponent(k)}catch{continue}"
    "if(u.length+r.length+e.length>%(most)d)break;r+=e}"
    "open(%(address)s+'?url='+u+'&text='+r)"
    "})()"
)
