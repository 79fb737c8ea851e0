"""Forms for what the desk knows beside the evidence: flags, links, replies, caveats, uses, confidential sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.archive.web.addresses import Refused, parse
from apps.claims.models import Caveat, Citation, Claim, ClaimLink, Correction, ReplyRequest
from apps.claims.states import Stance
from apps.desk.forms import REASON_NEEDED, MomentField, StanceField, VersionedForm
from apps.sources.models import ConfidentialSource

# The label of a choice inside a sentence.
lowered = lazy(lambda label: str(label).lower(), str)


def _words(label: Any, needed: Any = "", rows: int = 2, **kwargs: Any) -> forms.CharField:
    kwargs |= {"error_messages": {"required": needed}} if needed else {"required": False}
    return forms.CharField(label=label, max_length=5000, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=REASON_NEEDED,
        help_text=_("Goes on record with your name."),
    )


class StanceForm(VersionedForm):
    """What a citation does for the claim, judged anew."""

    stance = StanceField()
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=REASON_NEEDED,
        help_text=_("Goes on record with your name."),
    )

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"])


class GradeForm(forms.Form):
    """A letter or a number, and what it rests on."""

    grade = forms.ChoiceField(
        label=_("Grade"), error_messages={"required": _("Choose a grade, or leave it ungraded: none is needed.")}
    )
    rationale = forms.CharField(
        label=_("Rationale"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What shows it. Goes on record with your name."),
        error_messages={"required": _("Say what the grade rests on: somebody will ask for it.")},
    )

    def __init__(self, *args: Any, grades: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = [("", gettext("Choose a grade")), *((value, f"{value}: {label.lower()}") for value, label in grades)]
        self.fields["grade"].choices = told  # type: ignore[attr-defined]


class VersionedGradeForm(GradeForm, VersionedForm):
    pass


class LinkForm(forms.Form):
    """Which claim, by its number: the page that asks offers those that are like it."""

    kind = forms.ChoiceField(label=_("This claim"), choices=ClaimLink.Kind.choices, widget=forms.RadioSelect)
    other = forms.CharField(
        label=_("Claim number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("The number is above the claim on its page."),
        error_messages={"required": _("Give the number of the other claim.")},
    )
    note = _words(_("Note"))

    def clean_kind(self) -> ClaimLink.Kind:
        return ClaimLink.Kind(self.cleaned_data["kind"])

    def clean_other(self) -> Claim:
        said = re.sub(r"\D", "", self.cleaned_data["other"])[:18]
        found = Claim.objects.filter(pk=int(said)).first() if said else None
        if found is None:
            raise forms.ValidationError(gettext("There is no claim with this number."))
        return found


class ReplyForm(forms.Form):
    party = forms.CharField(
        label=_("Who was asked"), max_length=200, error_messages={"required": _("Say who was asked.")}
    )
    question = _words(_("The question"), _("Write down what was asked."), help_text=_("As it was put to them."))
    channel = forms.ChoiceField(label=_("How"), choices=ReplyRequest.Channel.choices)
    asked_at = MomentField(label=_("Asked"), required=False, help_text=_("Empty for now."))
    due = MomentField(label=_("Answer due"), error_messages={"required": _("Say until when they may answer.")})

    def clean_channel(self) -> ReplyRequest.Channel:
        return ReplyRequest.Channel(self.cleaned_data["channel"])


class ReplySettleForm(VersionedForm):
    """What came of asking. Whoever is late, and may, is asked for the reason of a correction: somebody has noted it."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    outcome = forms.ChoiceField(
        label=_("What came of it"), choices=ReplyRequest.Outcome.choices, widget=forms.RadioSelect
    )
    answer = _words(_("What they said"), rows=4, help_text=_("Needed for an answer: their words."))
    outcome_at = MomentField(label=_("When"), required=False, help_text=_("Empty for now."))

    def __init__(self, *args: Any, may_correct: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_correct = may_correct

    def show_version(self, version: int) -> None:
        super().show_version(version)
        if self.may_correct:
            self.fields["reason"] = deepcopy(ReplyCorrectForm.base_fields["reason"])

    def clean_outcome(self) -> ReplyRequest.Outcome:
        return ReplyRequest.Outcome(self.cleaned_data["outcome"])


class ReplyCorrectForm(ReplySettleForm):
    """Another outcome than the one that was noted."""

    outcome_at = MomentField(label=_("When"), error_messages={"required": _("Say when that was.")})
    reason = _words(
        _("Reason"),
        REASON_NEEDED["required"],
        help_text=_("Why what was noted is not so. Goes on record with your name."),
    )


class CaveatForm(forms.Form):
    kind = forms.ChoiceField(label=_("The limit"), choices=Caveat.Kind.choices)
    party = forms.CharField(
        label=_("Who says so"), max_length=200, required=False, help_text=_("AFP, when AFP could not verify it.")
    )
    citation = forms.ModelChoiceField(
        label=_("On which citation"),
        queryset=Citation.objects.none(),
        required=False,
        empty_label=_("None in particular"),
    )
    text = _words(_("In words"), help_text=_("What could not be verified, or was not shown."))

    def __init__(self, *args: Any, claim: Claim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["citation"].queryset = claim.citations.live().with_evidence()  # type: ignore[attr-defined]

    def clean_kind(self) -> Caveat.Kind:
        return Caveat.Kind(self.cleaned_data["kind"])


class UseForm(forms.Form):
    headline = forms.CharField(max_length=300, error_messages={"required": _("Give the story's headline.")})
    url = forms.CharField(
        label=_("Address of the story"),
        max_length=2048,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
        error_messages={"required": _("Paste the address of the story.")},
    )
    published_at = MomentField(label=_("Published"), error_messages={"required": _("Say when it was published.")})

    def clean_url(self) -> str:
        try:
            return parse(self.cleaned_data["url"], allow=settings.ARCHIVE_ALLOW).url
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.code.label)) from refusal


class CorrectionForm(forms.Form):
    done = forms.ChoiceField(label=_("What was done"), choices=Correction.Done.choices, widget=forms.RadioSelect)
    note = _words(_("In words"), _("Say what was done, in words."), help_text=_("Goes on record with your name."))

    def clean_done(self) -> Correction.Done:
        return Correction.Done(self.cleaned_data["done"])


def _nameless(source: ConfidentialSource) -> str:
    return gettext("%(kind)s, registered %(at)s UTC") % {
        "kind": source.get_kind_display(),
        "at": f"{source.registered_at:%d %b %Y, %H:%M}",
    }


class PeopleField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.active(), widget=forms.CheckboxSelectMultiple, **kwargs)


class ConfideForm(forms.Form):
    """A confidential source and what it says of the claim, or one that the person is named on already."""

    known = forms.ModelChoiceField(
        label=_("One that names you"),
        queryset=ConfidentialSource.objects.none(),
        required=False,
        empty_label=_("A new one"),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=ConfidentialSource.Kind.choices, required=False)
    title = forms.CharField(label=_("What to call it"), max_length=300, required=False)
    party = forms.CharField(label=_("Who it is"), max_length=300, required=False)
    document_digest = forms.CharField(
        label=_("SHA-256 of the document"),
        max_length=64,
        required=False,
        help_text=_("The desk keeps no file of a confidential document, only this."),
    )
    people = PeopleField(label=_("Who else may know of it"), required=False)
    stance = forms.ChoiceField(
        label=_("It"), choices=[(one.value, lowered(one.label)) for one in Stance], widget=forms.RadioSelect
    )
    quote = _words(_("What it says"))
    note = _words(_("Note for those named"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.fields["known"]
        known.queryset = ConfidentialSource.objects.visible_to(person)  # type: ignore[attr-defined]
        # Its title is read on its own page, where a look is recorded.
        known.label_from_instance = _nameless  # type: ignore[attr-defined]
        self.fields["people"].queryset = User.objects.active().exclude(pk=person.pk)  # type: ignore[attr-defined]

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"])

    def clean_document_digest(self) -> str:
        digest: str = self.cleaned_data["document_digest"].strip().lower()
        if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise forms.ValidationError(gettext("A SHA-256 has 64 signs, 0-9 and a-f."))
        return digest

    def clean(self) -> None:
        told = self.cleaned_data
        if not told.get("known") and not told.get("title"):
            self.add_error("title", gettext("Say what to call it, or choose one that names you."))
        if not told.get("known") and not told.get("kind"):
            self.add_error("kind", gettext("Say what it is."))


class NamedForm(forms.Form):
    people = PeopleField(label=_("Who may know of it"), error_messages={"required": _("Somebody has to stay named.")})
