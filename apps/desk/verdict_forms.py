"""The forms of the verdict and of the rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.claims.states import State
from apps.desk.forms import REASON_NEEDED, ChangeForm, MoveForm, VersionedForm


class OverrideForm(MoveForm):
    """A verdict against the rule. Only states that the rule stands before are offered."""

    to_state = forms.ChoiceField(label=_("Mark the claim"), widget=forms.RadioSelect)
    field_order = ["expected_version", "to_state", "reason"]

    def __init__(self, *args: Any, states: Iterable[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_state"].choices = [(state.value, state.label.lower()) for state in states]  # type: ignore[attr-defined]
        self.fields["reason"].label = gettext("Why against the rule")
        self.fields["reason"].help_text = gettext(
            "Goes on record with your name, and is shown wherever the verdict is."
        )

    def clean_to_state(self) -> State:
        return State(self.cleaned_data["to_state"])


class PolicyForm(ChangeForm):
    """The rule. The reason is asked for only when it is changed, not when it is tried."""

    minimum_lines = forms.IntegerField(
        label=_("Independent lines that support a claim"), min_value=1, max_value=20, help_text=_("Lines, never links.")
    )
    first_hand_lines = forms.IntegerField(label=_("Of them first-hand"), min_value=0, max_value=20)
    archived = forms.BooleanField(label=_("A citation counts only when its page is archived and read"), required=False)
    disputes_block = forms.BooleanField(
        label=_("A dispute that nobody has answered stands in the way of “corroborated”"), required=False
    )
    minimum_disputes = forms.IntegerField(
        label=_("Archived citations that dispute a claim"),
        min_value=1,
        max_value=20,
        help_text=_("Two figures of one measure that can't both hold are enough as well."),
    )
    four_eyes = forms.BooleanField(label=_("A second editor signs “corroborated”"), required=False)
    four_eyes_to_dispute = forms.BooleanField(label=_("A second editor signs “disputed”"), required=False)
    shelf_life_days = forms.IntegerField(
        label=_("Verify again after"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Days. A settled verdict that is older goes back to review. Empty: never."),
    )
    reason = forms.CharField(
        label=_("Why the rule changes"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Goes on record with your name."),
        error_messages=REASON_NEEDED,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = "try" not in self.data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if (cleaned.get("first_hand_lines") or 0) > cleaned.get("minimum_lines", 20):
            self.add_error("first_hand_lines", gettext("More lines can't be first-hand than lines are asked for."))
        return cleaned

    def changes(self) -> dict[str, Any]:
        """What of the rule was changed; the reason is not part of it."""
        return {name: value for name, value in super().changes().items() if name != "reason"}


class AnswerForm(VersionedForm):
    """What an editor answers to a dispute."""

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why this does not stand in the way of the claim. It goes on record with your name."),
        error_messages={"required": _("Say why this dispute does not stand in the way of the claim.")},
    )
