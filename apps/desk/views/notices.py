"""What somebody is told, how they want to be told, and what is new on the claim that they look at."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.desk.claim_page import claim_page, is_of_another_state
from apps.desk.context import unread
from apps.desk.fragments import answer, is_fragment
from apps.desk.knowledge_filters import NoticeFilter
from apps.desk.paging import slice_by_id
from apps.desk.panels.teamwork import live_panel
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.teamwork_forms import NoticesForm
from apps.desk.typed import sent
from apps.desk.views.claims import CLAIM, claim_or_404
from apps.desk.views.listing import PAGE, listing
from apps.teamwork import actions
from apps.teamwork.models import Delivery, Notice, Preference
from apps.teamwork.telling import is_late

NEWS = 3
# What a change of the claim may have changed on its page. The page itself keeps back what somebody types in.
CHANGED = ("header", "flags_part", "rows", "poller", "figures_part", "moves", "work", "knowledge", "timeline")


@require_safe
def claim_live(request: DeskRequest, pk: int) -> HttpResponse:
    """Say that somebody looks at the claim, and answer with what is new since the page showed ``?live=``."""
    if not is_fragment(request):
        return redirect("desk:claim", pk)
    found = claim_or_404(pk)
    actions.be_here(found, by=request.user)
    actions.mark_claim_seen(found, by=request.user)
    now, shown = live_panel(found, request.user), request.GET.get("live", "")
    if now["live"] == shown:
        return HttpResponse(status=204)
    context = claim_page(request, found)
    version, said, _ = (*shown.split("."), "", "", "")[:3]
    parts = ["live_part"]
    if version != str(found.version):
        # Where somebody types into the moves, and these are kept back, what the rule says is still brought up to date.
        parts += [*CHANGED, *(() if is_of_another_state(request, context) else ("assessments",))]
        seen = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else found.version
        news = Entry.objects.since(found.stream, seen).exclude(actor=request.user)
        context["news"] = list(news.order_by("-seq")[:NEWS])
    if said != now["live"].split(".")[1]:
        parts.append("comment_list")
        context["is_said"] = True
    return answer(request, CLAIM, context, partials=tuple(parts))


@require_safe
def notices(request: DeskRequest) -> HttpResponse:
    """What the person was told, newest first, the unread ones marked."""
    mine = Notice.objects.filter(person=request.user)
    narrowed = NoticeFilter(request.GET, mine.told())
    found = slice_by_id(request, narrowed.qs, PAGE)
    newest = mine.order_by("-id").values_list("pk", flat=True).first() or 0
    return listing(request, "desk/notices.html", narrowed, found, newest=newest, is_late=is_late())


@require_safe
def notices_count(request: DeskRequest) -> HttpResponse:
    """How many are unread now; nothing when the page that asks shows that number already."""
    if not is_fragment(request):
        return redirect("desk:notices")
    if request.GET.get("unread") == str(unread(request.user)):
        return HttpResponse(status=204)
    return render(request, "components/unread.html")


@posts_only
def notices_read(request: DeskRequest) -> HttpResponse:
    """Everything that the page showed, or could have shown, is read."""
    newest = request.POST.get("newest", "")
    number = actions.mark_all_seen(int(newest[:18]) if newest.isascii() and newest.isdigit() else 0, by=request.user)
    told = ngettext("%(number)d marked as read.", "%(number)d marked as read.", number) % {"number": number}
    messages.success(request, told if number else _("Nothing was unread."))
    return redirect("desk:notices")


@posts_only
def notice_read(request: DeskRequest, pk: int) -> HttpResponse:
    """Go where it leads; it is read."""
    notice = get_object_or_404(Notice, pk=pk)
    if notice.person_id != request.user.pk:
        raise NotAllowed(gettext_lazy("You may not read what somebody else is told."))
    actions.mark_seen(notice, by=request.user)
    if request.POST.get("stay"):
        return redirect("desk:notices")
    return redirect(f"{reverse('desk:claim', args=[notice.claim_id])}{notice.place}")


@posts_only
def mail_again(request: DeskRequest, pk: int) -> HttpResponse:
    """Try a mail again that was given up: the address, or the server, may be well now."""
    delivery = get_object_or_404(Delivery, pk=pk)
    if delivery.person_id != request.user.pk:
        raise NotAllowed(gettext_lazy("You may not send what is somebody else's."))
    actions.send_again(delivery, by=request.user)
    messages.success(request, _("The desk tries again."))
    return redirect("desk:notices_settings")


@require_http_methods(["GET", "POST"])
def notices_settings(request: DeskRequest) -> HttpResponse:
    """On the desk, by e-mail, when, and in which time zone."""
    mine = Preference.objects.filter(person=request.user).first() or Preference(person=request.user)
    told = {"scope": mine.scope, "pace": mine.pace, "hour": mine.hour, "time_zone": mine.time_zone}
    form = NoticesForm(sent(request), initial=told)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            actions.set_preference(by=request.user, **form.cleaned_data)
            messages.success(request, _("Kept."))
            return redirect("desk:notices_settings")
        status = 422
    context = {
        "form": form,
        "sends_mail": bool(settings.EMAIL_HOST),
        "zones": sorted(available_timezones()),
        "failed": Delivery.objects.filter(person=request.user, failed_at__isnull=False).order_by("-id").first(),
    }
    return render(request, "desk/notices_settings.html", context, status=status)
