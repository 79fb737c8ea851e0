"""Comments on claims, and watching them."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.capabilities import Capability
from apps.accounts.permissions import NotAllowed, require
from apps.claims.refusals import Refusal
from apps.desk.claim_page import claim_page
from apps.desk.forms import VersionedForm
from apps.desk.fragments import answer
from apps.desk.requests import DeskRequest, posts_only
from apps.desk.teamwork_forms import CommentEditForm, CommentForm
from apps.desk.typed import sent
from apps.desk.views.asking import ask
from apps.desk.views.claims import CLAIM, claim_or_404
from apps.teamwork import actions
from apps.teamwork.mentions import called
from apps.teamwork.models import Comment


@require_http_methods(["GET", "POST"])
def claim_comment(request: DeskRequest, pk: int) -> HttpResponse:
    """Say something about a claim."""
    require(request.user, Capability.COMMENT)
    claim = claim_or_404(pk)
    form = CommentForm(sent(request))
    if request.method != "POST":
        return render(request, CLAIM, claim_page(request, claim, comment_form=form))
    if not form.is_valid():
        context = claim_page(request, claim, comment_form=form)
        return answer(request, CLAIM, context, partials=("comment_form", "notices"), status=422)
    try:
        comment = actions.post_comment(claim, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("text", str(refusal))
        context = claim_page(request, claim, comment_form=form)
        return answer(request, CLAIM, context, partials=("comment_form", "notices"), status=409)
    _tell_who_was_called(request, comment)
    if not request.htmx:
        return redirect(f"{reverse('desk:claim', args=[pk])}#comment-{comment.pk}")
    # With the poller, so that it does not tell its own reader that something was said.
    parts = ("comment_form", "comment_list", "live_part", "notices")
    return answer(request, CLAIM, claim_page(request, claim), partials=parts)


@require_http_methods(["GET", "POST"])
def comment_edit(request: DeskRequest, pk: int) -> HttpResponse:
    """Say it otherwise."""
    comment = _own(request, pk)
    form = CommentEditForm(sent(request), initial={"text": comment.text, "expected_version": comment.version})
    return ask(
        request,
        form,
        partial(actions.edit_comment, comment),
        back=f"{reverse('desk:claim', args=[comment.claim_id])}#comment-{pk}",
        said=_("Edited. What it said before is in the trail."),
        title=_("Edit the comment"),
        act=_("Save it"),
        claim=comment.claim,
    )


@require_http_methods(["GET", "POST"])
def comment_withdraw(request: DeskRequest, pk: int) -> HttpResponse:
    """Take it back."""
    comment = _own(request, pk)
    return ask(
        request,
        VersionedForm(sent(request), initial={"expected_version": comment.version}),
        partial(actions.withdraw_comment, comment),
        back=reverse("desk:claim", args=[comment.claim_id]) + "#comments",
        said=_("Withdrawn. The trail keeps what it said."),
        title=_("Withdraw the comment"),
        act=_("Withdraw it"),
        claim=comment.claim,
        lede=comment.text,
        consequence=_("Colleagues see that there was a comment, and no longer what it said."),
    )


@posts_only
def claim_watch(request: DeskRequest, pk: int) -> HttpResponse:
    """Watch a claim, or stop watching it."""
    claim = claim_or_404(pk)
    if request.POST.get("end"):
        actions.unwatch(claim, by=request.user)
        messages.success(request, _("You are told no more of this claim, except by name."))
    else:
        actions.watch(claim, by=request.user)
        messages.success(request, _("You watch this claim: the desk tells you what becomes of it."))
    if not request.htmx:
        return redirect(f"{reverse('desk:claim', args=[pk])}#comments")
    return answer(request, CLAIM, claim_page(request, claim), partials=("watching", "notices"))


def _own(request: DeskRequest, pk: int) -> Comment:
    require(request.user, Capability.COMMENT)
    comment: Comment = get_object_or_404(Comment.objects.told().filter(withdrawn_at=None), pk=pk)
    if comment.author_id != request.user.pk:
        raise NotAllowed(gettext_lazy("You may not change a comment of %(name)s."), name=comment.author)
    return comment


def _tell_who_was_called(request: DeskRequest, comment: Comment) -> None:
    people, unknown = called(comment.text)
    others = [str(person) for person in people if person != request.user]
    if unknown:
        names = ", ".join(f"@{name}" for name in unknown)
        messages.warning(
            request, _("Nobody on the desk is called %(names)s: nobody was told by that name.") % {"names": names}
        )
    if others:
        messages.success(request, _("Said. %(names)s will be told.") % {"names": ", ".join(others)})
