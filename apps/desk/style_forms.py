"""One field of each kind that the desk has, for the page of all its components."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.desk.document_forms import HandedInForm

CHOICES = [("1", "One"), ("2", "Two")]


class StyleForm(forms.Form):
    """Never sent anywhere: it shows how fields look as they come, sent back with what is wrong, and out of use."""

    words = forms.CharField(label="Words", help_text="A sentence says what is wanted.", required=False)
    address = forms.URLField(label="Address", assume_scheme="https")
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 2}))
    number = forms.IntegerField(label="Number")
    moment = forms.DateTimeField(label="Moment", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    choice = forms.ChoiceField(label="Choice", choices=CHOICES)
    one_of = forms.ChoiceField(label="One of few", choices=CHOICES, widget=forms.RadioSelect)
    some_of = forms.MultipleChoiceField(label="Some of few", choices=CHOICES, widget=forms.CheckboxSelectMultiple)
    document = forms.FileField(label="Document")
    yes = forms.BooleanField(label="Yes or no", help_text="What a yes means.")
    tick = forms.BooleanField(label="A tick beside its words")

    def __init__(self, *args: Any, is_resting: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"id_style_{'rest' if is_resting else 'sent' if args else 'new'}_%s")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = is_resting


def said_of_it() -> list[tuple[str, HandedInForm]]:
    """What a citation says, as it comes and sent back: then what is wrong stands open."""
    sent = {"stance": "disputes", "quote": "“Two were captured.”", "quoted_verb": "says"}
    return [
        ("As it comes", HandedInForm(auto_id="id_said_new_%s")),
        ("Sent back", HandedInForm(sent, auto_id="id_said_sent_%s")),
    ]
