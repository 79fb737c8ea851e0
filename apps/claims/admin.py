from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.capabilities import Capability
from apps.accounts.denials import record_denial
from apps.accounts.people import person
from apps.accounts.permissions import require
from apps.audit.admin import HiddenAdmin, LateForm, ReadOnlyAdmin
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import (
    Cause,
    Caveat,
    Citation,
    Claim,
    ClaimLink,
    ClaimTerm,
    Commitment,
    ConfidentialCitation,
    Correction,
    Credibility,
    Decision,
    EarlierOutcome,
    Figure,
    Flag,
    Measure,
    MoveRequest,
    Policy,
    ReplyRequest,
    Ruling,
    Story,
    TextQuote,
    Use,
)
from apps.claims.refusals import Refusal
from apps.claims.states import Stage, State


class DecideForm(forms.Form):
    """The panel's question before it moves claims: where to, and why."""

    to_state = forms.ChoiceField(label="Move to", choices=State.choices)
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "Give a reason."})


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):
    """Stories are opened and edited through the actions; never deleted."""

    list_display = ["title", "opened_by", "opened_at"]
    search_fields = ["title"]
    fields = ["title", "summary"]
    form = LateForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Story, form: LateForm, change: bool) -> None:
        if change:
            actions.edit_story(obj, by=person(request), expected_version=obj.version, **form.changes())
        else:
            obj.pk = actions.open_story(by=person(request), **form.cleaned_data).pk


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Claims are worked on at the desk. The panel moves them only through the desk's own actions, one by one."""

    list_display = ["statement", "state", "stage", "story", "assignee", "due", "changed_at"]
    list_filter = ["state", "stage"]
    list_select_related = ["story", "assignee"]
    search_fields = ["statement"]
    show_full_result_count = False
    actions = ["decide", *(f"stage_{stage}" for stage in Stage.values)]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return person(request).may(Capability.DECIDE)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return person(request).may(Capability.ASSIGN)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django drops an action that a person may not take; here it is refused, so that the trail knows."""
        if asked := request.POST.get("action"):
            require(person(request), Capability.DECIDE if asked == "decide" else Capability.ASSIGN)
        return super().changelist_view(request, extra_context)

    @admin.action(description="Move selected claims to another state…", permissions=["decide"])
    def decide(self, request: HttpRequest, queryset: QuerySet[Claim]) -> HttpResponse | None:
        """Ask for state and reason, then ask for each move or make it, as the rule says, and say which it refuses."""
        form = DecideForm(request.POST if "to_state" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": "Move claims",
                "form": form,
                "claims": [(claim, request.POST.get(_version(claim), claim.version)) for claim in queryset],
                "opts": self.model._meta,
            }
            return TemplateResponse(request, "admin/claims/decide.html", context)
        to_state, reason = State(form.cleaned_data["to_state"]), form.cleaned_data["reason"]
        for claim in queryset:
            try:
                done = _move(claim, to_state, by=person(request), reason=reason, expected_version=_seen(request, claim))
            except (Refusal, ChangedMeanwhile, PermissionDenied) as refusal:
                if isinstance(refusal, PermissionDenied):
                    record_denial(request, refusal)
                self.message_user(request, f"“{claim}” stays as it is. {refusal}", messages.ERROR)
            else:
                self.message_user(request, _told(claim, to_state, done), messages.SUCCESS)
        return None


def _staging(stage: Stage) -> Any:
    @admin.action(description=f"Stage of selected claims: {stage.label.lower()}", permissions=["assign"])
    def to_stage(admin: ClaimAdmin, request: HttpRequest, queryset: QuerySet[Claim]) -> None:
        chosen = dict.fromkeys(queryset.values_list("pk", flat=True))
        moved = actions.stage_many(chosen, by=person(request), stage=stage).changed
        admin.message_user(request, f"{len(moved)} claims are {stage.label.lower()} now.", messages.SUCCESS)

    return to_stage


for _stage in Stage:
    setattr(ClaimAdmin, f"stage_{_stage}", _staging(_stage))


def _move(claim: Claim, to_state: State, **typed: Any) -> Decision | MoveRequest:
    if to_state == State.UNVERIFIED:
        return actions.reopen(claim, **typed)
    return actions.request_move(claim, to_state, **typed)


def _told(claim: Claim, to_state: State, done: Decision | MoveRequest) -> str:
    if isinstance(done, Decision):
        return f"“{claim}” is {to_state.label.lower()} now."
    return f"“{claim}”: asked for “{to_state.label.lower()}”. A second editor has to sign at the desk."


def _version(claim: Claim) -> str:
    """The hidden field that says which version of a claim the question was asked about."""
    return f"version_{claim.pk}"


def _seen(request: HttpRequest, claim: Claim) -> int:
    """The version that the question was asked about; 0, which no claim has, when that can't be read."""
    said = request.POST.get(_version(claim), "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


@admin.register(Citation)
class CitationAdmin(ReadOnlyAdmin):
    list_display = ["claim", "source", "stance", "cited_by", "cited_at", "withdrawn_at"]
    list_filter = ["stance"]
    list_select_related = ["claim", "source__page", "cited_by"]
    search_fields = ["claim__statement", "source__title", "source__page__url"]
    show_full_result_count = False


@admin.register(TextQuote)
class TextQuoteAdmin(ReadOnlyAdmin):
    """Picked on the desk, in the archived text."""

    list_display = ["__str__", "citation", "capture", "picked_by", "picked_at", "replaced_at"]
    list_select_related = ["citation__source__page", "citation__claim", "capture__page", "picked_by"]
    search_fields = ["exact"]
    show_full_result_count = False


@admin.register(Figure)
class FigureAdmin(ReadOnlyAdmin):
    """Recorded on the desk, beside the claim."""

    list_display = ["__str__", "measure", "claim", "as_of", "added_by", "added_at", "withdrawn_at"]
    list_select_related = ["measure", "party", "claim", "added_by"]
    search_fields = ["measure__name", "party__name", "claim__statement"]
    show_full_result_count = False


@admin.register(Measure)
class MeasureAdmin(admin.ModelAdmin):
    """Named and edited through the actions; never deleted."""

    list_display = ["name", "unit", "counting", "registered_by", "registered_at"]
    list_filter = ["counting"]
    list_select_related = ["registered_by"]
    search_fields = ["name", "definition"]
    fields = ["name", "unit", "counting", "definition"]
    form = LateForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Measure, form: LateForm, change: bool) -> None:
        if change:
            actions.edit_measure(obj, by=person(request), **form.changes())
        else:
            obj.pk = actions.register_measure(by=person(request), **form.cleaned_data).pk


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["claim", "from_state", "to_state", "is_override", "asked_by", "decided_by", "decided_at"]
    list_filter = ["is_override", "to_state"]
    list_select_related = ["claim", "asked_by", "decided_by"]
    search_fields = ["claim__statement", "reason"]
    show_full_result_count = False


@admin.register(MoveRequest)
class MoveRequestAdmin(ReadOnlyAdmin):
    list_display = ["claim", "from_state", "to_state", "outcome", "asked_by", "asked_at", "answered_by", "answered_at"]
    list_filter = ["outcome", "to_state"]
    list_select_related = ["claim", "asked_by", "answered_by"]
    search_fields = ["claim__statement", "reason"]
    show_full_result_count = False


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """The rule is edited at the desk, version by version."""

    list_display = ["version", "minimum_lines", "first_hand_lines", "four_eyes", "made_by", "made_at", "reason"]
    list_select_related = ["made_by"]
    search_fields = ["reason"]
    show_full_result_count = False


@admin.register(Ruling)
class RulingAdmin(ReadOnlyAdmin):
    list_display = ["claim", "__str__", "ruled_by", "ruled_at", "withdrawn_at"]
    list_select_related = [
        *("claim", "ruled_by", "one_party", "other_party", "one_source__page", "other_source__page"),
    ]
    search_fields = ["claim__statement", "reason"]
    show_full_result_count = False


@admin.register(Cause)
class CauseAdmin(ReadOnlyAdmin):
    """What happened under claims, and how far the news of it has come."""

    list_display = ["sentence", "kind", "happened_at", "by", "carried_at"]
    list_filter = ["kind"]
    list_select_related = ["by"]
    search_fields = ["sentence", "=key"]
    show_full_result_count = False


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """Cleared on the desk, with a reason."""

    list_display = ["claim", "cause", "raised_at", "cleared_by", "cleared_at"]
    list_filter = ["cause__kind"]
    list_select_related = ["claim", "cause", "cleared_by", "by_way_of"]
    search_fields = ["claim__statement", "cause__sentence"]
    show_full_result_count = False


@admin.register(ClaimLink)
class ClaimLinkAdmin(ReadOnlyAdmin):
    list_display = ["from_claim", "kind", "to_claim", "linked_by", "linked_at", "withdrawn_at"]
    list_filter = ["kind"]
    list_select_related = ["from_claim", "to_claim", "linked_by"]
    search_fields = ["from_claim__statement", "to_claim__statement"]
    show_full_result_count = False


@admin.register(ClaimTerm)
class ClaimTermAdmin(ReadOnlyAdmin):
    """The index that similar claims are found by."""

    list_display = ["term", "claim"]
    list_select_related = ["claim"]
    show_full_result_count = False


@admin.register(ReplyRequest)
class ReplyRequestAdmin(ReadOnlyAdmin):
    list_display = ["party", "claim", "asked_at", "due", "outcome", "outcome_at"]
    list_filter = ["outcome", "channel"]
    list_select_related = ["party", "claim"]
    search_fields = ["party__name", "question", "answer", "claim__statement"]
    show_full_result_count = False


@admin.register(EarlierOutcome)
class EarlierOutcomeAdmin(ReadOnlyAdmin):
    """What was noted of a reply request before it was corrected."""

    list_display = ["request", "outcome", "outcome_at", "settled_by", "replaced_by", "replaced_at"]
    list_select_related = ["request__party", "settled_by", "replaced_by"]
    show_full_result_count = False


@admin.register(Caveat)
class CaveatAdmin(ReadOnlyAdmin):
    list_display = ["claim", "kind", "party", "text", "recorded_by", "withdrawn_at"]
    list_filter = ["kind"]
    list_select_related = ["claim", "party", "recorded_by"]
    search_fields = ["claim__statement", "text", "party__name"]
    show_full_result_count = False


@admin.register(Use)
class UseAdmin(ReadOnlyAdmin):
    list_display = ["headline", "url", "claim", "published_at", "withdrawn_at"]
    list_select_related = ["claim"]
    search_fields = ["headline", "url", "claim__statement"]
    show_full_result_count = False


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    list_display = ["use", "cause", "needed_since", "done", "done_by", "done_at", "announced_at"]
    list_filter = ["done"]
    list_select_related = ["use", "cause", "done_by"]
    search_fields = ["use__headline", "note"]
    show_full_result_count = False


@admin.register(Credibility)
class CredibilityAdmin(ReadOnlyAdmin):
    """Graded on the desk, beside the citation; a new grade takes an old one's place."""

    list_display = ["citation", "grade", "graded_by", "graded_at", "replaced_at"]
    list_filter = ["grade"]
    list_select_related = ["citation__source__page", "graded_by"]
    search_fields = ["rationale", "citation__claim__statement"]
    show_full_result_count = False


admin.site.register([ConfidentialCitation, Commitment], HiddenAdmin)
