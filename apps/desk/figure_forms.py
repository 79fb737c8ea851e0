"""Forms over figures. A number is typed into one field, echoed as it is understood, and recorded when confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.claims.models import Citation, Claim, Figure, Measure
from apps.claims.numerals import Unclear, parse
from apps.claims.quantities import Counting, Quantity
from apps.desk.filters import DayInput
from apps.desk.forms import ChangeForm
from apps.sources.names import fold

KNOWN = 300


class DayField(forms.DateField):
    widget = DayInput(format="%Y-%m-%d")

    def clean(self, value: Any) -> date | None:
        found: date | None = super().clean(value)
        if found is not None and not 1000 <= found.year < 2100:
            raise forms.ValidationError(gettext("Give a year between 1000 and 2100."))
        return found


class CitationField(forms.ModelChoiceField):
    """One of the claim's own citations, by outlet and headline."""

    def label_from_instance(self, obj: Citation) -> str:
        called = f"{obj.source.label}: {obj.source}"[:120]
        return gettext("%(citation)s (withdrawn)") % {"citation": called} if obj.withdrawn_at else called


class WithSuggestions(forms.TextInput):
    """A field with names to choose from. Any other can be typed."""

    template_name = "desk/with_suggestions.html"
    names: tuple[str, ...] = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, {**(attrs or {}), "list": f"{name}-names"})
        context["widget"]["names"] = self.names
        return context


class FigureFields(forms.Form):
    quantity = forms.CharField(
        label=_("The number, as it is said"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        help_text=_("For example “nearly 3,000”, “more than 1 000”, “1.000-1.500”, “2.5 million”."),
        error_messages={"required": _("Type a number, for example “more than 1,000” or “1,000-1,500”.")},
    )
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=200)
    party = forms.CharField(
        label=_("Who says so"), max_length=200, error_messages={"required": _("Say who gives this number.")}
    )
    as_of_first = DayField(
        label=_("As of"), required=False, help_text=_("The day that the number is of, not of the report.")
    )
    as_of_last = DayField(label=_("up to"), required=False, help_text=_("Only for a time of several days."))
    citation = CitationField(
        Citation.objects.none(), label=_("Cited from"), required=False, empty_label=_("No citation of this claim")
    )

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The one that the figure has stands here even when withdrawn: whoever corrects the day would take it off else.
        known = claim.citations.live() | claim.citations.filter(pk=self.initial.get("citation", 0))
        citation = self.fields["citation"]
        assert isinstance(citation, CitationField)  # noqa: S101 - for the type checker
        citation.queryset = known.select_related("source__page", "source__outlet").order_by("id")

    def clean_quantity(self) -> Quantity:
        try:
            return parse(self.cleaned_data["quantity"])
        except Unclear as unclear:
            raise forms.ValidationError(str(unclear)) from unclear

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("as_of_first"), cleaned.get("as_of_last")
        if last and not first:
            self.add_error("as_of_first", gettext("Give the first day too."))
        elif last and first and last < first:
            self.add_error("as_of_last", gettext("The last day comes after the first."))
        return cleaned

    @property
    def understood(self) -> Quantity | None:
        """The number as the desk understands what was typed."""
        return self.cleaned_data.get("quantity") if self.is_bound and self.is_valid() else None

    @property
    def is_confirmed(self) -> bool:
        """Whether the person has seen how the number is understood, and sent it again as it was."""
        found = self.understood
        return found is not None and self.data.get("confirmed") == found.words

    def ask_to_confirm(self) -> None:
        """Show what was understood, and take the next sending of it as a yes."""
        found = self.understood
        self.data = dict(self.data.items()) | {"confirmed": found.words if found else ""}


class FigureForm(FigureFields):
    measure = forms.CharField(
        label=_("What is counted"),
        max_length=200,
        help_text=_("One measure for what may be compared: “killed” is not “killed or wounded”."),
        error_messages={"required": _("Say what is counted.")},
    )
    unit = forms.CharField(
        label=_("Unit"),
        required=False,
        max_length=60,
        help_text=_("Soldiers, per cent, tonnes. Needed for a new measure."),
    )
    counting = forms.ChoiceField(
        label=_("How a new measure counts"), choices=Counting.choices, initial=Counting.TOTAL, required=False
    )
    definition = forms.CharField(
        label=_("Who or what counts in a new measure, where, since when"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = WithSuggestions()
        names.names = tuple(Measure.objects.order_by("-id").values_list("name", flat=True)[:KNOWN])
        self.fields["measure"].widget = names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = " ".join(cleaned.get("measure", "").split())
        known = Measure.objects.named(name).first()
        unit = " ".join(cleaned.get("unit", "").split())
        if name and known is None and not unit:
            self.add_error("unit", gettext("“%(name)s” is a new measure: say what it is counted in.") % {"name": name})
        if known and unit and fold(unit) != fold(known.unit):
            said = gettext("“%(measure)s” is counted in %(known)s, not in %(unit)s: units are never mixed.")
            self.add_error("unit", said % {"measure": known, "known": known.unit, "unit": unit})
        return cleaned


class FigureEditForm(FigureFields, ChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["confirmed"].show_hidden_initial = False

    def changes(self) -> dict[str, Any]:
        """What the person changed; that they confirmed it is no change."""
        return {name: value for name, value in super().changes().items() if name != "confirmed"}

    @staticmethod
    def facts(figure: Figure) -> dict[str, Any]:
        """What the form starts from."""
        return {
            "quantity": figure.quantity.words,
            "confirmed": figure.quantity.words,
            "party": figure.party.name,
            "as_of_first": figure.as_of_first,
            "as_of_last": figure.as_of_last if figure.as_of_last != figure.as_of_first else None,
            "citation": figure.citation_id,
            "expected_version": figure.claim.version,
        }
