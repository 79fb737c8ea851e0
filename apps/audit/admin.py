from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.audit.models import Entry


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the panel shows and nobody edits there."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_label", "verb", "target_label", "channel", "stream", "reason"]
    list_filter = ["verb", "channel", "actor_kind"]
    search_fields = ["target_label", "reason", "actor_label", "=stream"]
    list_select_related = ["actor"]
    show_full_result_count = False
    list_per_page = 50
