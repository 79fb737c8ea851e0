"""The form of quick add: what was pasted, and where it belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.claims.models import Claim, Story
from apps.claims.states import Stance
from apps.desk.forms import StanceField
from apps.desk.pasted import LONGEST, Pasted
from apps.desk.which_claim import claim_called

NEW, OTHER = "new", "other"


def _ticked(typed: Mapping[str, Any]) -> set[str]:
    """The addresses whose boxes are ticked, whatever number they had when the form was shown."""
    return {value for name, value in typed.items() if name.startswith("page-") and isinstance(value, str)}


def to_tick(found: Pasted, typed: QueryDict | None) -> set[str]:
    """The addresses whose boxes are shown ticked: those that were, and those that stand there for the first time."""
    if typed is None:
        return {one.url for one in found.good}
    boxes, shown = _ticked(typed), set(typed.getlist("shown"))
    return {one.url for one in found.good if one.url in boxes or one.url not in shown}


class PasteForm(forms.Form):
    """What somebody brings along."""

    pasted = forms.CharField(
        label=_("Addresses, words, or both"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "autofocus": True}),
        help_text=_("Addresses may stand anywhere in the text."),
        error_messages={"required": _("Paste an address or some words.")},
        strip=False,
    )

    def clean_pasted(self) -> str:
        pasted: str = self.cleaned_data["pasted"]
        if not pasted.strip():
            raise forms.ValidationError(self.fields["pasted"].error_messages["required"])
        return pasted


class AddForm(PasteForm):
    """And where it belongs: to a new claim, or to one that the desk has. ``page-N`` are the addresses to cite."""

    # What is not asked for where it belongs must not keep the form from being sent.
    use_required_attribute = False

    where = forms.ChoiceField(label=_("It belongs to"), widget=forms.RadioSelect, required=False)
    statement = forms.CharField(
        label=_("The claim, in one sentence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Something that can be checked: who did what, where, when."),
        error_messages={"required": _("Write the claim in one sentence.")},
    )
    suggested = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    claimant = forms.CharField(
        label=_("Who claims it"), max_length=200, required=False, help_text=_("A ministry, an agency, a person.")
    )
    story = forms.ModelChoiceField(
        label=_("Story"), queryset=Story.objects.order_by("title"), required=False, empty_label=_("No story")
    )
    other = forms.CharField(label=_("The other claim: its number, or words of it"), required=False, max_length=200)
    chosen = forms.ModelChoiceField(Claim.objects.all(), required=False, label=_("Which of these"))
    stance = StanceField(required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(self, *args: Any, found: Pasted, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        self.candidates: list[Claim] = []
        self.claims = {str(one.pk): one for one in found.claims}
        # A claim that was offered before the text was changed may still be the one that was chosen.
        before = str((self.data or self.initial).get("where", ""))[:18]
        if before.isdecimal() and before not in self.claims:
            self.claims |= {str(one.pk): one for one in Claim.objects.filter(pk=int(before))}
        where = self.fields["where"]
        assert isinstance(where, forms.ChoiceField)  # noqa: S101 - for the type checker
        where.choices = [
            (NEW, gettext("a new claim")),
            *(
                (key, gettext("claim %(number)s: %(statement)s") % {"number": key, "statement": one})
                for key, one in self.claims.items()
            ),
            (OTHER, gettext("another claim")),
        ]
        where.initial = NEW
        self.fields["statement"].required = self.data.get("where", NEW) == NEW
        if len(found.good) > 1:
            self.fields["stance"].label = gettext("Each of them")

    @property
    def urls(self) -> list[str]:
        """The addresses that are to be cited: those that can be, and whose box is ticked."""
        boxes = _ticked(self.data)
        return [one.url for one in self.found.good if one.url in boxes]

    @property
    def is_new(self) -> bool:
        return bool(self.cleaned_data["where"] == NEW)

    def clean_statement(self) -> str:
        return " ".join(self.cleaned_data["statement"].split())

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"] or Stance.SUPPORTS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["where"] = where = cleaned.get("where") or NEW
        if where != NEW and not self.urls:
            self.add_error("where", gettext("Tick at least one address to cite on it."))
        if where == OTHER:
            claim, self.candidates, wrong = cleaned.get("chosen"), [], ""
            if claim is None:
                claim, self.candidates, wrong = claim_called(cleaned.get("other", "").strip())
            if wrong:
                self.add_error("other", wrong)
            cleaned["claim"] = claim
        elif where != NEW:
            cleaned["claim"] = self.claims[where]
        return cleaned

    @property
    def opening(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("claimant", "story", "submission")}
