from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.people import person
from apps.audit.admin import HiddenAdmin, LateForm, ReadOnlyAdmin
from apps.sources import actions
from apps.sources.models import Attribution, ConfidentialSource, Party, Source


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    """Parties are added and edited through the actions; never deleted."""

    list_display = ["name", "kind", "is_named"]
    list_filter = ["kind", "is_named"]
    search_fields = ["name"]
    fields = ["name", "kind", "is_named", "note"]
    form = LateForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Party, form: LateForm, change: bool) -> None:
        if change:
            actions.edit_party(obj, by=person(request), **form.changes())
        else:
            obj.pk = actions.register_party(by=person(request), **form.cleaned_data).pk


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Corrected on the desk, beside the archived page."""

    list_display = ["__str__", "outlet", "credit_line", "published_at", "registered_at"]
    list_select_related = ["page", "outlet"]
    search_fields = ["title", "page__url"]
    show_full_result_count = False


@admin.register(Attribution)
class AttributionAdmin(ReadOnlyAdmin):
    """Entered and answered on the desk, beside the evidence."""

    list_display = ["__str__", "state", "found_by", "entered_at", "decided_by"]
    list_filter = ["state", "relation", "found_by"]
    list_select_related = [
        *("of_source__page", "of_party", "to_source__page", "to_party"),
        "decided_by",
    ]
    search_fields = ["of_source__title", "of_party__name", "to_source__title", "to_party__name"]
    show_full_result_count = False


admin.site.register(ConfidentialSource, HiddenAdmin)
