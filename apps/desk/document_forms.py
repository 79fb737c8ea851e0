"""Forms over what has no web address: a document or a picture, and what somebody told the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.archive.receiving.handed_in import document_too_large, recording_too_large
from apps.claims.states import Stance
from apps.desk.forms import BoundedFileField, MomentField, QuotedFields, StanceField, TakesFile
from apps.sources.models import Interview

# What a form says of the file, and not of the citation.
UNNAMED = _("They have no name here: “an unnamed official of the ministry”")


class HandedInForm(TakesFile, QuotedFields):
    """What every citation says, for a source that has no address."""

    stance = StanceField()
    quote = forms.CharField(
        label=_("Exact words that matter"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("“…” leaves something out. They are looked for when the text has been read."),
    )
    note = forms.CharField(
        label=_("Note for colleagues"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_unnamed = forms.BooleanField(label=UNNAMED, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quoted"].help_text = gettext("The party whose words these are: NIS.")

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"])


class DocumentForm(HandedInForm):
    """A document or a picture: what it is, whose it is, and how the desk came by it."""

    title = forms.CharField(
        label=_("Title"),
        max_length=500,
        help_text=_("What it calls itself, or what it is in a few words."),
        error_messages={"required": _("Give it a title: it has no address to be known by.")},
    )
    author = forms.CharField(
        label=_("Who made it"),
        max_length=200,
        required=False,
        help_text=_("The party whose document it is. Its origin."),
    )
    published_at = MomentField(label=_("Its date"), required=False)
    provided_by = forms.CharField(label=_("Who provided it"), max_length=300, required=False)
    comes_from = forms.CharField(
        label=_("Where it comes from"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("How the desk came by it, when, and why it can be trusted. It goes on record with your name."),
        error_messages={"required": _("Say where it comes from: somebody will ask for it.")},
    )
    file = BoundedFileField(
        label=_("File"),
        accept=".pdf,.jpg,.jpeg,.png,.gif,.webp,.txt",
        taken=_("A PDF, a picture or plain text"),
        too_large=document_too_large,
    )
    knowingly = forms.BooleanField(
        label=_("Cite it here all the same, for everybody on the desk to see"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("is_unnamed") and not cleaned.get("author"):
            self.add_error("author", gettext("Say who it is, without a name."))
        return cleaned


class InterviewForm(HandedInForm):
    """What somebody told the desk: whom, by whom, when, how, and in which words."""

    party = forms.CharField(
        label=_("With whom"),
        max_length=200,
        help_text=_("A ministry, a spokesman, a witness. What they say is theirs: this is the origin."),
        error_messages={"required": _("Say whom the desk talked with.")},
    )
    held_by = forms.ModelChoiceField(label=_("By whom of the desk"), queryset=User.objects.none(), empty_label=None)
    held_at = MomentField(label=_("When"), error_messages={"required": _("Say when it was.")})
    how = forms.ChoiceField(
        label=_("How"), choices=Interview.How.choices, initial=Interview.How.TELEPHONE, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("Notes, or a transcript"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 10, "dir": "auto"}),
        help_text=_("As they are now, they are kept: nobody can change them afterwards."),
        error_messages={"required": _("Write down what was said: it is what the claim rests on.")},
    )
    recording = BoundedFileField(
        label=_("A recording of it"),
        required=False,
        accept=".mp3,.m4a,.mp4,.ogg,.oga,.opus,.wav",
        taken=_("MP3, M4A, MP4, Ogg or WAV"),
        too_large=recording_too_large,
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_by"].queryset = User.objects.active()  # type: ignore[attr-defined]
        self.fields["held_by"].initial = person.pk
        self.fields["held_at"].initial = timezone.now().replace(second=0, microsecond=0)

    def clean_held_at(self) -> datetime:
        held_at: datetime = self.cleaned_data["held_at"]
        if held_at > timezone.now():
            raise forms.ValidationError(gettext("This is still to come: say when the conversation was."))
        return held_at
