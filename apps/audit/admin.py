from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit.models import Entry
from apps.audit.verbs import Verb


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the panel shows and nobody edits there."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VerbFilter(admin.SimpleListFilter):
    title = "what happened"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(verb.value, verb.heading) for verb in Verb]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_label", "verb", "target_label", "channel", "stream", "reason"]
    list_filter = [VerbFilter, "channel", "actor_kind"]
    search_fields = ["target_label", "reason", "actor_label", "=stream"]
    list_select_related = ["actor"]
    show_full_result_count = False
    list_per_page = 50
