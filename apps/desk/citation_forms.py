"""Forms over the words that citations rest on, and over who is quoted in them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture
from apps.claims.actions import Opening
from apps.claims.models import Citation, Claim, Story
from apps.claims.quotes import Picked
from apps.claims.states import Stance
from apps.desk.forms import ChangeForm, QuotedFields, StanceField
from apps.desk.which_claim import claim_called

MOST_FOUND = 8
NEW, OPEN = "new", "open"


class PassageForm(QuotedFields):
    """Words of one stored copy, and the claim that they are cited on."""

    use_required_attribute = False

    exact = forms.CharField(
        label=_("Exact words"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Select them in the text, or paste them: they are looked for in this copy."),
        error_messages={"required": _("Select the words in the text, or paste them here.")},
        strip=False,
    )
    before = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput, strip=False)
    after = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput, strip=False)
    where = forms.ChoiceField(label=_("Cite them"), widget=forms.RadioSelect)
    claim = forms.CharField(
        label=_("The other claim: its number, or words of it"),
        required=False,
        max_length=200,
        help_text=_("Only for another claim than those above."),
    )
    chosen = forms.ModelChoiceField(Claim.objects.all(), required=False, label=_("Which of these"))
    statement = forms.CharField(
        label=_("The new claim, in one sentence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Something that can be checked: who did what, where, when."),
        error_messages={"required": _("Write the claim in one sentence.")},
    )
    claimant = forms.CharField(label=_("Who claims it"), max_length=200, required=False)
    story = forms.ModelChoiceField(
        label=_("Story"), queryset=Story.objects.order_by("title"), required=False, empty_label=_("No story")
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    stance = StanceField(required=False)

    def __init__(self, *args: Any, capture: Capture, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capture = capture
        self.candidates: list[Claim] = []
        live = Citation.objects.live().filter(source__page=capture.page_id).select_related("claim").order_by("id")
        self.citations = {str(one.pk): one for one in live[:MOST_FOUND]}
        where = self.fields["where"]
        assert isinstance(where, forms.ChoiceField)  # noqa: S101 - for the type checker
        where.choices = [
            *(
                (key, gettext("on claim %(number)d: %(statement)s") % {"number": one.claim_id, "statement": one.claim})
                for key, one in self.citations.items()
            ),
            (OPEN, gettext("on a new claim")),
            (NEW, gettext("on another claim")),
        ]
        self.fields["where"].initial = next(iter(self.citations), OPEN)
        self.fields["statement"].required = self.data.get("where", OPEN) == OPEN

    def clean_statement(self) -> str:
        return " ".join(self.cleaned_data["statement"].split())

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"] or Stance.SUPPORTS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("where") == NEW and not self.errors:
            cleaned["claim"] = cleaned.get("chosen") or self._found(cleaned.get("claim", "").strip())
        return cleaned

    def _found(self, typed: str) -> Claim | None:
        claim, self.candidates, wrong = claim_called(typed)
        if wrong:
            self.add_error("claim", wrong)
        return claim

    @property
    def citation(self) -> Citation | None:
        """The citation that the words are added to; None for a new one."""
        return self.citations.get(self.cleaned_data["where"])

    @property
    def opens(self) -> bool:
        """Whether a claim is opened for the words."""
        return bool(self.cleaned_data["where"] == OPEN)

    @property
    def opening(self) -> Opening:
        """What is said of a claim that is opened for the words."""
        cleaned = self.cleaned_data
        return Opening(claimant=cleaned["claimant"], story=cleaned["story"], submission=cleaned["submission"])

    @property
    def picked(self) -> Picked:
        cleaned = self.cleaned_data
        return Picked(self.capture, cleaned["exact"], cleaned["before"], cleaned["after"])

    @property
    def who_is_quoted(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("quoted", "quoted_verb", "first_hand")}


class CitationForm(QuotedFields, ChangeForm):
    quote = forms.CharField(
        label=_("Exact words that matter"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("As the page has them; “…” leaves something out. They are looked for in the stored copy."),
    )
    note = forms.CharField(
        label=_("Note for colleagues"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    as_typed = forms.BooleanField(label=_("Keep these words as they are typed"), required=False)
    field_order = ["expected_version", "quote", "quoted", "quoted_verb", "first_hand", "note", "as_typed"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_typed"].show_hidden_initial = False

    def changes(self) -> dict[str, Any]:
        """What the person changed; keeping words as typed is an answer, and no change."""
        return {name: value for name, value in super().changes().items() if name != "as_typed"}

    @staticmethod
    def facts(citation: Citation) -> dict[str, Any]:
        """What the form starts from."""
        return {
            "quote": citation.quote,
            "quoted": str(citation.quoted or ""),
            "quoted_verb": citation.quoted_verb,
            "first_hand": citation.first_hand,
            "note": citation.note,
            "expected_version": citation.claim.version,
        }
