"""What the hits of a search can be narrowed to: claims as in the queue, and each kind by its days."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.archive.models import Capture
from apps.claims.models import Claim
from apps.desk.filters import ClaimFilter, DayInput
from apps.search.models import Kind
from apps.sources.models import Source


def _from(label: Any, field: str) -> filters.DateFilter:
    return filters.DateFilter(label=label, field_name=field, lookup_expr="date__gte", widget=DayInput)


def _to(field: str) -> filters.DateFilter:
    return filters.DateFilter(label=_("To"), field_name=field, lookup_expr="date__lte", widget=DayInput)


class ClaimHits(ClaimFilter):
    """Claims: what the queue is narrowed by, and when they were opened. The words are the search itself."""

    text = None
    first = _from(_("Opened from"), "opened_at")
    last = _to("opened_at")

    class Meta:
        model = Claim
        fields: list[str] = []


class SourceHits(filters.FilterSet):
    """Sources: of which kind, and when they were published."""

    kind = filters.ChoiceFilter(label=_("Kind"), choices=Source.Kind.choices, empty_label=_("Any kind"))
    first = _from(_("Published from"), "published_at")
    last = _to("published_at")

    class Meta:
        model = Source
        fields: list[str] = []


class TextHits(filters.FilterSet):
    """Archived texts: of which host, and when they were copied."""

    host = filters.CharFilter(
        label=_("Host"), method="at_host", widget=forms.TextInput(attrs={"placeholder": "news.example.org"})
    )
    first = _from(_("Copied from"), "settled_at")
    last = _to("settled_at")

    class Meta:
        model = Capture
        fields: list[str] = []

    def at_host(self, captures: Any, name: str, value: str) -> Any:
        return captures.filter(page__host=value.strip().lower().replace("\0", ""))


FILTERS: dict[Kind, type[filters.FilterSet]] = {
    Kind.CLAIM: ClaimHits,
    Kind.SOURCE: SourceHits,
    Kind.TEXT: TextHits,
}
