"""Forms translate what is typed into the domain's own terms; the actions decide. Field names are the actions' names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.archive.receiving.documents import in_megabytes
from apps.archive.receiving.documents import too_large as too_large_sentence
from apps.archive.web.addresses import Refused, parse
from apps.claims.models import Story
from apps.claims.states import QuotedVerb, Stage, Stance
from apps.sources.models import Source

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
REASON_NEEDED = {"required": _("Give a reason: somebody will ask for it.")}


class MomentInput(forms.DateTimeInput):
    """A day and time, chosen with the browser's own control; seconds are shown only where there are any."""

    input_type = "datetime-local"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        if isinstance(value, datetime):
            value = value.strftime("%Y-%m-%dT%H:%M:%S" if value.second else "%Y-%m-%dT%H:%M")
        seconds = {"step": 1} if str(value or "").count(":") == 2 else {}
        return super().get_context(name, value, {**(attrs or {}), **seconds})


class MomentField(forms.DateTimeField):
    """A day and time within what every database and every time zone can hold."""

    widget = MomentInput

    def clean(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().clean(value)
            if moment is not None and not EARLIEST <= moment <= LATEST:
                raise forms.ValidationError(gettext("Give a year between 1900 and 2100."))
        except OverflowError as error:
            raise forms.ValidationError(gettext("Give a year between 1900 and 2100.")) from error
        return moment

    def to_python(self, value: Any) -> datetime | None:
        """An hour that a clock change makes come twice is the first of the two; it is no reason to refuse a form."""
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            naive = parse_datetime(str(value)) if error.code == "ambiguous_timezone" else None
            if naive is None:
                raise
            return naive.replace(tzinfo=timezone.get_current_timezone())


class StanceField(forms.ChoiceField):
    """What a citation does for a claim."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [
            (Stance.SUPPORTS, _("supports the claim")),
            (Stance.DISPUTES, _("disputes the claim")),
            (Stance.CONTEXT, _("gives context")),
        ]
        super().__init__(label=_("It"), choices=choices, initial=Stance.SUPPORTS, widget=forms.RadioSelect, **kwargs)


class QuotedFields(forms.Form):
    """Who is quoted, what they do, and whether it is first-hand. An editor says so, and it is on record."""

    quoted = forms.CharField(
        label=_("Who is quoted"), required=False, max_length=200, help_text=_("The party whose words these are: NIS.")
    )
    quoted_verb = forms.ChoiceField(
        label=_("and what they do"), required=False, choices=[("", _("nobody is quoted")), *QuotedVerb.choices]
    )
    first_hand = forms.BooleanField(
        label=_("First-hand: the source saw it, made it or decided it, and has it from nobody else"), required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("quoted_verb") and not cleaned.get("quoted"):
            self.add_error("quoted", gettext("Say who does that: name whom the page quotes."))
        if cleaned.get("quoted") and not cleaned.get("quoted_verb"):
            self.add_error("quoted_verb", gettext("Choose what they do."))
        return cleaned


class CiteForm(QuotedFields):
    url = forms.CharField(
        label=_("Address of the page"),
        max_length=4096,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}
        ),
        error_messages={"required": _("Paste the address of the page.")},
    )
    stance = StanceField()
    quote = forms.CharField(
        label=_("Exact words that matter"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As the page has them; “…” leaves something out. They are looked for when the copy has been read."),
    )
    note = forms.CharField(
        label=_("Note for colleagues"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean_url(self) -> str:
        try:
            return parse(self.cleaned_data["url"], allow=settings.ARCHIVE_ALLOW).url
        except Refused as refusal:
            sentence = refusal.code.label
            raise forms.ValidationError(
                f"{sentence} ({refusal.detail})" if refusal.detail else sentence, code=refusal.code
            ) from refusal

    def clean_stance(self) -> Stance:
        return Stance(self.cleaned_data["stance"])


class SignInForm(AuthenticationForm):
    """Who is it? A name longer than any name is refused before anybody looks it up."""

    username = UsernameField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True, "autocapitalize": "none"}),
    )


class VersionedForm(forms.Form):
    """A form that says which version of the claim its user was looking at."""

    expected_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def show_version(self, version: int) -> None:
        """Keep what was typed, and say that its user has now seen this version."""
        self.data = dict(self.data.items()) | {"expected_version": version}


class ChangeForm(VersionedForm):
    """A form over facts that are there already. It knows what it showed, so that only what was changed is sent on:
    whoever is late doesn't take back what a colleague did in the fields that they left alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "expected_version"

    def changes(self) -> dict[str, Any]:
        """The cleaned values of the fields that the person changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "expected_version"}


class MoveForm(VersionedForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=REASON_NEEDED,
        help_text=_("Goes on record with your name."),
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}), error_messages=REASON_NEEDED
    )


class FileInput(forms.FileInput):
    """Where a file is chosen; the page says beforehand when it is too large, and the server says so in any case."""

    def __init__(self, attrs: dict[str, Any], too_large: Callable[[int], str]) -> None:
        super().__init__(attrs)
        self.too_large = too_large

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        most = settings.ARCHIVE_UPLOAD_BYTES
        told = {"data-most-bytes": most, "data-too-large": self.too_large(most)}
        return super().get_context(name, value, {**(attrs or {}), **told})


class BoundedFileField(forms.FileField):
    """A file that the desk takes; ``taken`` says which, ``too_large`` what is said of more bytes than there may be."""

    def __init__(self, *, accept: str, taken: Any, too_large: Callable[[int], str], **kwargs: Any) -> None:
        self.taken, self.too_large = taken, too_large
        errors = {
            "required": _("Choose the file. If you had chosen it before, choose it again: it was not kept."),
            "empty": _("This file is empty."),
        }
        widget = FileInput({"accept": accept}, too_large)
        super().__init__(max_length=1000, widget=widget, error_messages=errors, **kwargs)


class TakesFile(forms.Form):
    """A form with a file. A browser sends a chosen file once: when the form comes back, it has to be chosen anew.

    One that was ``too_large`` was dropped on its way: the form is refused, and says so.
    """

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = settings.ARCHIVE_UPLOAD_BYTES
        for field in self.fields.values():
            if isinstance(field, BoundedFileField):
                told = {"kinds": field.taken, "size": in_megabytes(most)}
                field.help_text = gettext("%(kinds)s; %(size)s at most.") % told
                if too_large:
                    field.required = True
                    field.error_messages["required"] = field.too_large(most)


class UploadForm(TakesFile):
    """A file by hand, as the copy of a page."""

    file = BoundedFileField(
        label=_("File"),
        accept=".html,.htm,.mhtml,.mht,.pdf,.jpg,.jpeg,.png,.gif,.webp,.warc,.warc.gz,.gz",
        taken=_("A page saved from a browser, a PDF, a picture or a WARC"),
        too_large=too_large_sentence,
    )
    note = forms.CharField(
        label=_("Where the file comes from"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who saved it, when, and how. It goes on record with your name."),
        error_messages={"required": _("Say where the file comes from: somebody will ask for it.")},
    )


class ClaimFields(forms.Form):
    statement = forms.CharField(
        label=_("The claim, in one sentence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Something that can be checked: who did what, where, when."),
        error_messages={"required": _("Write the claim in one sentence.")},
    )
    claimant = forms.CharField(
        label=_("Who claims it"), max_length=200, required=False, help_text=_("A ministry, an agency, a person.")
    )
    story = forms.ModelChoiceField(
        label=_("Story"), queryset=Story.objects.order_by("title"), required=False, empty_label=_("No story")
    )
    due = MomentField(label=_("Due"), required=False)

    def clean_statement(self) -> str:
        return " ".join(self.cleaned_data["statement"].split())


class ClaimOpenForm(ClaimFields):
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].widget.attrs |= {
            "hx-get": reverse("desk:claim_similar"),
            "hx-trigger": "input changed delay:400ms",
            "hx-target": "#alike",
            "hx-swap": "outerHTML",
            "hx-sync": "this:replace",
        }


class ClaimEditForm(ClaimFields, ChangeForm):
    pass


class AssignForm(VersionedForm):
    assignee = forms.ModelChoiceField(
        label=_("Assigned to"), queryset=User.objects.active(), required=False, empty_label=_("Nobody")
    )

    def offer(self, people: Iterable[tuple[int, str, str]]) -> AssignForm:
        """The same form, offering these people, who are those on the desk: number, user name and name."""
        field = self.fields["assignee"]
        field.choices = [("", field.empty_label), *((pk, name or username) for pk, username, name in people)]  # type: ignore[attr-defined]
        return self


class StageForm(VersionedForm):
    stage = forms.ChoiceField(label=_("Stage"), choices=Stage.choices)

    def clean_stage(self) -> Stage:
        return Stage(self.cleaned_data["stage"])


class StoryFields(forms.Form):
    title = forms.CharField(max_length=200, error_messages={"required": _("Give the story a title.")})
    summary = forms.CharField(
        label=_("What it is about"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class StoryForm(StoryFields):
    pass


class StoryEditForm(StoryFields, ChangeForm):
    pass


class SourceForm(ChangeForm):
    title = forms.CharField(label=_("Headline"), max_length=500, required=False)
    outlet = forms.CharField(max_length=200, required=False, help_text=_("Who published it."))
    byline = forms.CharField(max_length=300, required=False)
    credit_line = forms.CharField(
        max_length=200,
        required=False,
        help_text=_("Whose copy it says it is: AFP, APP - UrduPoint. Empty for own reporting."),
    )
    published_at = MomentField(label=_("Published"), required=False)

    def of(self, source: Source) -> SourceForm:
        """The same form in the words for a document, a picture or an interview."""
        if not source.has_address:
            is_interview = source.kind == source.Kind.INTERVIEW
            words = {
                "title": (gettext("Title"), ""),
                "published_at": (gettext("When") if is_interview else gettext("Its date"), ""),
            }
            words["outlet"] = (
                (gettext("With whom"), "")
                if is_interview
                else (gettext("Who made it"), gettext("Empty where nobody has said."))
            )
            for name, (label, help_text) in words.items():
                self.fields[name].label, self.fields[name].help_text = label, help_text
        return self

    @staticmethod
    def facts(source: Any) -> dict[str, Any]:
        """What the form starts from."""
        return {
            "title": source.title,
            "outlet": source.outlet.name if source.outlet else "",
            "byline": source.byline,
            "credit_line": source.credit_line,
            "published_at": source.published_at,
            "expected_version": source.version,
        }
