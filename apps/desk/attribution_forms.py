"""Where a source has it from, what an editor says of a suggestion, and which origins stand apart."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.desk.forms import REASON_NEEDED, VersionedForm
from apps.sources.models import Attribution, Party, Source


class AnswerForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}), error_messages=REASON_NEEDED
    )


class CreditForm(AnswerForm):
    name = forms.CharField(widget=forms.HiddenInput, max_length=200)


class CitedSourceField(forms.ModelChoiceField):
    def label_from_instance(self, source: Any) -> str:
        return f"{source.label}: {source}"[:120]


class AttributeForm(forms.Form):
    relation = forms.ChoiceField(
        label=_("It"),
        choices=[
            (Attribution.Relation.REPUBLISHES, _("prints the copy of")),
            (Attribution.Relation.TRANSLATES, _("translates the copy of")),
            (Attribution.Relation.QUOTES, _("quotes")),
            (Attribution.Relation.RESTS_ON, _("rests on")),
        ],
    )
    party = forms.CharField(
        label=_("Who, by name"),
        max_length=200,
        required=False,
        help_text=_("An agency, a ministry, a spokesman; or somebody unnamed, as the page puts it."),
    )
    is_unnamed = forms.BooleanField(label=_("Nobody says who that is (“an intelligence source”)"), required=False)
    kind = forms.ChoiceField(label=_("What they are, if the desk doesn't know them"), choices=Party.Kind.choices)
    source = CitedSourceField(
        label=_("Or another cited page"), queryset=Source.objects.none(), required=False, empty_label=_("No page")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=REASON_NEEDED,
        help_text=_("What shows it. Goes on record with your name."),
    )

    def __init__(self, *args: Any, of: Source, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others: Any = self.fields["source"]
        others.queryset = Source.objects.cited_beside(of)
        self.fields["kind"].initial = Party.Kind.OTHER

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if bool((cleaned.get("party") or "").strip()) == bool(cleaned.get("source")) and not self.errors:
            raise forms.ValidationError(gettext("Name who it is, or choose a page: one of both."))
        return cleaned


class RuleApartForm(VersionedForm):
    one = forms.CharField(widget=forms.HiddenInput, max_length=40)
    other = forms.CharField(widget=forms.HiddenInput, max_length=40)
    reason = forms.CharField(
        label=_("Why they stand apart"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=REASON_NEEDED,
    )

    def clean_one(self) -> Source | Party:
        return _end(self.cleaned_data["one"])

    def clean_other(self) -> Source | Party:
        return _end(self.cleaned_data["other"])


def _end(written: str) -> Source | Party:
    kind, _, number = written.partition(":")
    pk = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    found: Source | Party | None = None
    if kind == "source":
        found = Source.objects.select_related("page", "outlet").filter(pk=pk).first()
    elif kind == "party":
        found = Party.objects.filter(pk=pk).first()
    if found is None:
        raise forms.ValidationError(gettext("The desk doesn't know this origin."))
    return found
