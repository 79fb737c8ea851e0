"""Lists that are narrowed by filters and go on page by page: a head, a bar of filters, the rows, a pager."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django_filters import FilterSet

from apps.desk.filters import left_out
from apps.desk.fragments import answer
from apps.desk.paging import Slice
from apps.desk.requests import DeskRequest

# A page with fifty rows is read; one with more is searched.
PAGE = 50


def listing(
    request: DeskRequest, template: str, narrowed: FilterSet, found: Slice[Any], **context: Any
) -> HttpResponse:
    """The page, or for htmx its results. The template has ``components/filters.html`` and a partial ``results``."""
    context |= {
        "filter": narrowed,
        "left_out": left_out(narrowed),
        "slice": found,
        "is_narrowed": any(request.GET.get(name) for name in narrowed.filters),
    }
    return answer(request, template, context, partials=("results",))
