"""What the lists can be narrowed to. The API shares these."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.archive.codes import CAUTIONS, Code
from apps.archive.health.figures import PERIODS
from apps.archive.models import Capture, Drift, Tally
from apps.audit.context import Channel
from apps.audit.models import Entry, EntryQuerySet
from apps.audit.verbs import Verb
from apps.claims.models import Cause, Claim, ClaimQuerySet, MoveRequest, Story
from apps.claims.states import Stage, State
from apps.sources.models import Attribution

# What the flags of the queue and of the first page are told apart by.
FLAG_KINDS = {
    "drift": Cause.OF_A_PAGE,
    "withdrawn": (Cause.Kind.CITATION_WITHDRAWN,),
    "disputed": (Cause.Kind.NEW_DISPUTE,),
}


class ClaimFilter(filters.FilterSet):
    """The queue: state, stage, assignee, story, words, due, who waits for a signature."""

    DUE = [
        ("overdue", _("Overdue")),
        ("today", _("Within 24 hours")),
        ("week", _("Within 7 days")),
        ("none", _("No due time")),
    ]

    SIGN_OFF = [("waiting", _("Waits for somebody")), ("mine", _("Waits for me")), ("asked", _("Asked by me"))]
    FLAGS = [
        ("yes", _("Flagged")),
        ("drift", _("A cited page changed or is gone")),
        ("withdrawn", _("A citation was withdrawn")),
        ("disputed", _("A new source disputes it")),
    ]

    text = filters.CharFilter(
        label=_("Words"),
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Search claims")}),
    )
    state = filters.ChoiceFilter(choices=State.choices, empty_label=_("Any state"))
    stage = filters.ChoiceFilter(
        choices=[*Stage.choices, ("open", _("All but settled"))], empty_label=_("Any stage"), method="at_stage"
    )
    assignee = filters.ModelChoiceFilter(
        queryset=User.objects.active(), empty_label=_("Anybody"), null_label=_("Nobody"), null_value="none"
    )
    story = filters.ModelChoiceFilter(
        queryset=Story.objects.order_by("title"),
        empty_label=_("Any story"),
        null_label=_("No story"),
        null_value="none",
    )
    due = filters.ChoiceFilter(choices=DUE, empty_label=_("Any time"), method="due_in")
    flagged = filters.ChoiceFilter(
        label=_("Flags"), choices=FLAGS, empty_label=_("Flagged or not"), method="that_are_flagged"
    )
    sign_off = filters.ChoiceFilter(
        label=_("Sign-off"), choices=SIGN_OFF, empty_label=_("Any sign-off"), method="awaiting"
    )

    class Meta:
        model = Claim
        fields: list[str] = []

    def with_words(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.with_words(value)

    def that_are_flagged(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.flagged(FLAG_KINDS.get(value, ()))

    def at_stage(self, claims: ClaimQuerySet, name: str, value: str) -> ClaimQuerySet:
        return claims.open() if value == "open" else claims.filter(stage=value)

    def awaiting(self, claims: ClaimQuerySet, name: str, value: str) -> QuerySet[Claim]:
        waiting = MoveRequest.objects.open()
        if value == "mine":
            may = self.request.user.may(Capability.DECIDE)
            waiting = waiting.to_sign_for(self.request.user) if may else waiting.none()
        elif value == "asked":
            waiting = waiting.filter(asked_by=self.request.user)
        return claims.filter(pk__in=waiting.values("claim"))

    def due_in(self, claims: ClaimQuerySet, name: str, value: str) -> QuerySet[Claim]:
        now = timezone.now()
        if value == "overdue":
            return claims.overdue(now)
        if value == "none":
            return claims.filter(due__isnull=True)
        return claims.due_within(now, timedelta(days=1 if value == "today" else 7))


class DayInput(forms.DateInput):
    input_type = "date"


DENIALS = [Verb.DENIED, Verb.SIGN_IN_FAILED]


class TrailFilter(filters.FilterSet):
    """The audit trail: who, verb, story, claim, channel, dates, and only what was denied."""

    actor = filters.ModelChoiceFilter(label=_("Who"), queryset=User.objects.order_by("name"), empty_label=_("Anybody"))
    verb = filters.ChoiceFilter(
        label=_("What"), choices=[(verb.value, verb.heading) for verb in Verb], empty_label=_("Anything")
    )
    claim = filters.NumberFilter(
        label=_("Claim number"), method="about_claim", min_value=1, max_value=2**62, widget=forms.NumberInput
    )
    story = filters.ModelChoiceFilter(
        label=_("Story"), method="about_story", queryset=Story.objects.order_by("title"), empty_label=_("Any story")
    )
    channel = filters.ChoiceFilter(label=_("Through"), choices=Channel.choices, empty_label=_("Any door"))
    denied = filters.ChoiceFilter(
        label=_("Denied"), choices=[("yes", _("Denied only"))], empty_label=_("All"), method="that_were_denied"
    )
    first = filters.DateFilter(label=_("From"), method="from_day", widget=DayInput)
    last = filters.DateFilter(label=_("To"), method="to_day", widget=DayInput)

    class Meta:
        model = Entry
        fields: list[str] = []

    def about_claim(self, entries: EntryQuerySet, name: str, value: Any) -> EntryQuerySet:
        return told_of_claim(entries, int(value))

    def about_story(self, entries: EntryQuerySet, name: str, value: Story) -> EntryQuerySet:
        # By name: of a list the database knows how rare each is, of a subquery behind an OR it knows nothing.
        claims = Claim.objects.filter(story=value).values_list("pk", flat=True)
        return entries.filter(stream__in=[value.stream, *(f"claim:{pk}" for pk in claims)])

    def that_were_denied(self, entries: EntryQuerySet, name: str, value: str) -> EntryQuerySet:
        return entries.filter(verb__in=DENIALS)

    @property
    def parts(self) -> list[Q]:
        """What the lines fall into, each of which an index has in the order of time."""
        return [Q(verb=verb) for verb in DENIALS] if self.data.get("denied") == "yes" else [Q()]

    def from_day(self, entries: Any, name: str, value: Any) -> Any:
        return entries.on_days(value, None)

    def to_day(self, entries: Any, name: str, value: Any) -> Any:
        return entries.on_days(None, value)


FAILURES = [(code.value, code.label) for code in Code if code not in CAUTIONS]


class TroubleFilter(filters.FilterSet):
    """Copies that wait for a person: why, and at which host."""

    code = filters.ChoiceFilter(label=_("Why"), choices=FAILURES, empty_label=_("Any reason"))
    host = filters.CharFilter(
        label=_("Host"), method="at_host", widget=forms.TextInput(attrs={"placeholder": "news.example.org"})
    )

    class Meta:
        model = Capture
        fields: list[str] = []

    def at_host(self, captures: Any, name: str, value: str) -> Any:
        return captures.filter(page__host=value.strip().lower())


class HealthFilter(filters.FilterSet):
    """The archive's figures: how far back, why attempts failed, and at which host. Read as values, not as rows."""

    period = filters.ChoiceFilter(
        label=_("Period"), choices=[(period.name, period.label) for period in PERIODS.values()], empty_label=None
    )
    code = filters.ChoiceFilter(label=_("Why"), choices=FAILURES, empty_label=_("Any reason"))
    host = filters.CharFilter(label=_("Host"), widget=forms.TextInput(attrs={"placeholder": "news.example.org"}))

    class Meta:
        model = Tally
        fields: list[str] = []


class DriftFilter(filters.FilterSet):
    """What the watch has found: of which kind, and at which host."""

    kind = filters.ChoiceFilter(label=_("What"), choices=Drift.Kind.choices, empty_label=_("Anything"))
    host = filters.CharFilter(
        label=_("Host"), method="at_host", widget=forms.TextInput(attrs={"placeholder": "news.example.org"})
    )

    class Meta:
        model = Drift
        fields: list[str] = []

    def at_host(self, drifts: Any, name: str, value: str) -> Any:
        return drifts.filter(page__host=value.strip().lower())


class SuggestionFilter(filters.FilterSet):
    """Attributions that wait: how they were found, and of which outlet."""

    FOUND = [(value, label) for value, label in Attribution.FoundBy.choices if value != Attribution.FoundBy.EDITOR]

    found_by = filters.ChoiceFilter(label=_("Found by"), choices=FOUND, empty_label=_("Anything"))
    outlet = filters.CharFilter(
        label=_("Outlet"), field_name="of_source__outlet__name", lookup_expr="icontains", widget=forms.TextInput()
    )

    class Meta:
        model = Attribution
        fields: list[str] = []


def told_of_claim(entries: EntryQuerySet, claim_id: int) -> EntryQuerySet:
    """A claim's story: its own entries, and those of the pages and sources cited on it since it was opened."""
    ends = ("opened_at", "citations__source_id", "citations__source__page_id")
    cited = list(Claim.objects.filter(pk=claim_id).order_by().values_list(*ends))
    if not cited:
        return entries.filter(stream=f"claim:{claim_id}")
    return told_since(entries, claim_id, cited[0][0], [(source, page) for _opened_at, source, page in cited if source])


def told_since(
    entries: EntryQuerySet, claim_id: int, opened_at: datetime, cited: Iterable[tuple[int, int]]
) -> EntryQuerySet:
    """The same for whoever has the claim: the sources that were ever cited on it, each with its page."""
    own = f"claim:{claim_id}"
    streams = {own, *(stream for source, page in cited for stream in (f"source:{source}", f"page:{page}"))}
    # What happened to a page before the claim was opened was done for other claims.
    return entries.filter(Q(stream=own) | Q(at__gte=opened_at), stream__in=streams)


def left_out(narrowed: filters.FilterSet) -> list[str]:
    """The filters that were asked for and can't be read, each with why; the others still narrow the list."""
    fields = narrowed.form.fields
    return [
        gettext("“%(filter)s” was left out: %(why)s") % {"filter": fields[name].label, "why": " ".join(why)}
        for name, why in narrowed.form.errors.items()
    ]
