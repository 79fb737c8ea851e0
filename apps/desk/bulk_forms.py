"""What is asked of many claims at once: which, at which version, and what to do with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.claims.states import Stage

# Their numbers stand in an address, which servers cut off at four thousand letters.
MOST = 100


def people_for(user: User) -> QuerySet[User]:
    """To whom this person may give claims: everybody, or themselves."""
    if user.may(Capability.ASSIGN):
        return User.objects.active()
    return User.objects.filter(pk=user.pk) if user.may(Capability.OPEN_CLAIMS) else User.objects.none()


class ChosenField(forms.MultipleChoiceField):
    """Ticked rows: "12.3" is claim 12 as it was shown, at version 3. Gives the versions by number."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: str) -> bool:
        return _parts(value) is not None

    def clean(self, value: Any) -> dict[int, int]:
        chosen = dict(filter(None, map(_parts, super().clean(value))))
        if len(chosen) > MOST:
            raise forms.ValidationError(
                _("Choose %(most)d claims at most. You chose %(number)d."),
                params={"most": MOST, "number": len(chosen)},
            )
        return chosen


def _parts(value: str) -> tuple[int, int] | None:
    claim, _dot, version = value.partition(".")
    if all(part.isascii() and part.isdigit() and len(part) < 10 for part in (claim, version)):
        return int(claim), int(version)
    return None


class BulkForm(forms.Form):
    """The claims that are ticked."""

    claim = ChosenField(
        error_messages={
            "required": gettext_lazy("Tick at least one claim."),
            "invalid_choice": gettext_lazy("The desk can't read which claims you ticked. Go back and tick them again."),
        }
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    @property
    def chosen(self) -> dict[int, int]:
        found: dict[int, int] = self.cleaned_data["claim"]
        return found

    @property
    def sentences(self) -> Iterable[str]:
        """What is wrong, for a page that shows no fields."""
        return [str(said) for errors in self.errors.values() for said in errors]


class BulkAssignForm(BulkForm):
    assignee = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("That person can't be given claims. Choose somebody else.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = people_for(self.by)  # type: ignore[attr-defined]


class BulkStageForm(BulkForm):
    stage = forms.ChoiceField(
        choices=Stage.choices,
        error_messages={
            "required": gettext_lazy("Choose a stage."),
            "invalid_choice": gettext_lazy("There is no such stage."),
        },
    )

    def clean_stage(self) -> Stage:
        return Stage(self.cleaned_data["stage"])
