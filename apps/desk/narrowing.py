"""What a list is narrowed to, said in words, each with the address of the list without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django_filters import FilterSet

# What stands in an address beside filters: where the list is, and what is ticked in it.
PLACES = ("after", "selected")


@dataclass(frozen=True)
class Narrowing:
    """One filter that is set: what it asks about, what it says, and the query string without it."""

    label: str
    words: str
    without: str


def narrowings(narrowed: FilterSet, asked: QueryDict) -> list[Narrowing]:
    """The filters that are set and could be read, in the order of the bar."""
    form = narrowed.form
    if not form.is_bound:
        return []
    known = form.is_valid() or form.errors
    return [
        Narrowing(str(field.label), _words(field, str(asked[name]), form.cleaned_data.get(name)), _without(asked, name))
        for name, field in form.fields.items()
        if asked.get(name, "").strip() and (known is True or name not in known)
    ]


def _words(field: forms.Field, typed: str, cleaned: Any) -> str:
    if isinstance(field, forms.ModelChoiceField):
        null = getattr(field, "null_label", None)
        return str(null if null and typed == str(getattr(field, "null_value", None)) else cleaned)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(typed, typed))
    return typed.strip()


def _without(asked: QueryDict, name: str) -> str:
    left = asked.copy()
    for one in (name, *PLACES):
        left.pop(one, None)
    return left.urlencode()
