"""Forms for people working together: comments, and how each wants to be told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.desk.forms import VersionedForm
from apps.teamwork.codes import Pace, Scope
from apps.teamwork.mentions import names

LONGEST = 5000


def _remark() -> forms.CharField:
    return forms.CharField(
        label=_("Comment"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "data-mentions": "colleagues", "data-mentions-label": _("Colleagues")}),
        error_messages={"required": _("Write something first.")},
        help_text=_("For colleagues: it is no evidence and moves nothing. @user-name tells somebody."),
    )


class CommentForm(forms.Form):
    """A remark, and by name somebody who is to be told of it."""

    text = _remark()
    call = forms.CharField(
        label=_("Tell somebody"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"list": "colleagues", "autocomplete": "off", "placeholder": _("user name")}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        """Whoever is to be told is called in the text, as somebody would have typed it."""
        cleaned = super().clean() or {}
        name = cleaned.pop("call", "").strip().lstrip("@")
        if not name or "text" not in cleaned or name.lower() in {one.lower() for one in names(cleaned["text"])}:
            return cleaned
        text = f"@{name} {cleaned['text']}"
        if len(text) > LONGEST:
            refusal = gettext(
                "With “@%(name)s” before it this is %(over)d too long. Shorten it, or tell nobody by name."
            )
            self.add_error("text", refusal % {"name": name, "over": len(text) - LONGEST})
        else:
            cleaned["text"] = text
        return cleaned


class CommentEditForm(VersionedForm):
    text = _remark()


class NoticesForm(forms.Form):
    """On the desk, by e-mail, when, and in which time zone."""

    scope = forms.ChoiceField(label=_("On the desk"), choices=Scope.choices, widget=forms.RadioSelect)
    pace = forms.ChoiceField(label=_("By e-mail"), choices=Pace.choices, widget=forms.RadioSelect)
    hour = forms.TypedChoiceField(
        label=_("The daily e-mail comes at"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)]
    )
    time_zone = forms.CharField(
        label=_("Your time zone"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "placeholder": "Europe/Berlin"}),
        help_text=_(
            "Times are told in it, on pages and in e-mails. Empty: your browser's on pages, the desk's in e-mails."
        ),
    )

    def clean_scope(self) -> Scope:
        return Scope(self.cleaned_data["scope"])

    def clean_pace(self) -> Pace:
        return Pace(self.cleaned_data["pace"])

    def clean_time_zone(self) -> str:
        zone = self.cleaned_data["time_zone"].strip()
        if zone and zone not in available_timezones():
            raise forms.ValidationError(
                gettext("There is no time zone “%(zone)s”. Write it so: Europe/Berlin.") % {"zone": zone}
            )
        return zone
