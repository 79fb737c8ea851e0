"""What the lists of flags, replies and corrections can be narrowed to."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.claims.models import Cause, Correction, Flag, ReplyRequest, Story
from apps.teamwork.codes import Kind
from apps.teamwork.models import Notice


class FlagFilter(filters.FilterSet):
    """Flags: of which kind, in which story, whose claim, open or cleared."""

    STANDING = [("cleared", _("Cleared")), ("all", _("Open and cleared"))]

    kind = filters.ChoiceFilter(
        label=_("What"), field_name="cause__kind", choices=Cause.Kind.choices, empty_label=_("Anything")
    )
    story = filters.ModelChoiceFilter(
        label=_("Story"),
        field_name="claim__story",
        queryset=Story.objects.order_by("title"),
        empty_label=_("Any story"),
    )
    assignee = filters.ModelChoiceFilter(
        label=_("Assignee"), field_name="claim__assignee", queryset=User.objects.active(), empty_label=_("Anybody")
    )
    standing = filters.ChoiceFilter(label=_("Flags"), choices=STANDING, empty_label=_("Open"), method="that_stand")

    class Meta:
        model = Flag
        fields: list[str] = []

    def that_stand(self, flags: Any, name: str, value: str) -> Any:
        return flags.cleared() if value == "cleared" else flags


class ReplyFilter(filters.FilterSet):
    """Reply requests that wait: overdue or all."""

    WHICH = [("waiting", _("All that wait")), ("all", _("With an outcome too"))]

    which = filters.ChoiceFilter(label=_("Requests"), choices=WHICH, empty_label=_("Overdue"), method="of_these")

    class Meta:
        model = ReplyRequest
        fields: list[str] = []

    def of_these(self, requests: Any, name: str, value: str) -> Any:
        return requests.waiting() if value == "waiting" else requests

    @property
    def shown(self) -> Any:
        """The requests that the list shows: overdue ones, unless others are asked for."""
        wanted = self.form.cleaned_data.get("which") if self.form.is_valid() else ""
        return self.qs if wanted else self.queryset.overdue(timezone.now())


class CorrectionFilter(filters.FilterSet):
    """Uses that need correction: open or all, in which story."""

    story = filters.ModelChoiceFilter(
        label=_("Story"),
        field_name="use__claim__story",
        queryset=Story.objects.order_by("title"),
        empty_label=_("Any story"),
    )
    standing = filters.ChoiceFilter(
        label=_("Corrections"), choices=[("all", _("With those settled"))], empty_label=_("Needed"), method="that_stand"
    )

    class Meta:
        model = Correction
        fields: list[str] = []

    def that_stand(self, corrections: Any, name: str, value: str) -> Any:
        return corrections


class NoticeFilter(filters.FilterSet):
    """What somebody was told: of which kind, and what they have not read."""

    kind = filters.ChoiceFilter(label=_("What"), choices=Kind.choices, empty_label=_("Anything"))
    standing = filters.ChoiceFilter(
        label=_("Notices"), choices=[("unread", _("Unread"))], empty_label=_("Read and unread"), method="that_stand"
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def that_stand(self, notices: Any, name: str, value: str) -> Any:
        return notices.unseen()
