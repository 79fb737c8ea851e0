"""Views that people save: a page with its filters, under a name, for themselves or for everybody."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.capabilities import Capability
from apps.accounts.models import SavedView, User
from apps.accounts.permissions import NotAllowed, require
from apps.audit.actions import record
from apps.audit.verbs import Verb

AT_MOST = 100
PLACES = {"after", "selected", "name", "is_shared", "csrfmiddlewaretoken"}


class NotSaved(ValueError):
    """The view can't be saved so. The text is fit to be shown."""


def views_of(user: User, page: str) -> QuerySet[SavedView]:
    """The views of a page that somebody sees: their own, and those that are shared."""
    return (
        SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), page=page).select_related("owner").order_by("name")
    )


def filters_of(query: str) -> str:
    """What of an address a view keeps: its filters, in order, and not where somebody was in the list."""
    given = parse_qsl(query[:2_000], max_num_fields=100)
    return urlencode(sorted((name, value) for name, value in given if name not in PLACES))


def save_view(page: str, name: str, query: str, *, by: User, is_shared: bool = False) -> SavedView:
    """Keep the filters of an address under a name; where a list stands in it is left out. Raises NotSaved."""
    require(by, Capability.READ_DESK)
    kept = filters_of(query)
    if not kept:
        raise NotSaved(_("Choose filters first: there is nothing to save of a list that shows everything."))
    if not name.strip():
        raise NotSaved(_("Give the view a name."))
    if SavedView.objects.filter(owner=by).count() >= AT_MOST:
        raise NotSaved(_("You have %(number)d saved views: remove one first.") % {"number": AT_MOST})
    try:
        with transaction.atomic():
            made = SavedView.objects.create(
                owner=by, page=page, name=name.strip()[:80], query=kept, is_shared=is_shared
            )
            told = {"page": page, "query": made.query, "shared": is_shared}
            record(Verb.VIEW_SAVED, stream=f"person:{by.pk}", target=made.name, by=by, after=told)
    except IntegrityError as error:
        raise NotSaved(_("You have a view with this name already.")) from error
    return made


def remove_view(view: SavedView, *, by: User) -> None:
    """Take a view away. Only whoever saved it may. Raises NotAllowed."""
    if view.owner_id != by.pk:
        raise NotAllowed(gettext_lazy("You may not remove a view that somebody else saved."))
    with transaction.atomic():
        told = {"page": view.page, "query": view.query}
        record(Verb.VIEW_REMOVED, stream=f"person:{by.pk}", target=view.name, by=by, before=told)
        view.delete()
