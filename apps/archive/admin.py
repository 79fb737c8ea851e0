from django.contrib import admin

from apps.archive.models import Attempt, Capture, Extract, Page
from apps.audit.admin import ReadOnlyAdmin


class AttemptsInline(admin.TabularInline):
    model = Attempt
    extra = 0
    can_delete = False
    readonly_fields = ["number", "started_at", "ended_at", "code", "detail"]

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Page)
class PageAdmin(ReadOnlyAdmin):
    list_display = ["url", "host", "first_asked_at"]
    search_fields = ["url"]
    show_full_result_count = False


@admin.register(Capture)
class CaptureAdmin(ReadOnlyAdmin):
    """What the archive did; asked for and tried again on the desk, never edited."""

    list_display = ["id", "page", "state", "code", "attempt", "requested_at", "settled_at"]
    list_filter = ["state", "code"]
    list_select_related = ["page"]
    search_fields = ["page__url", "=warc_digest", "=body_digest"]
    show_full_result_count = False
    inlines = [AttemptsInline]


@admin.register(Extract)
class ExtractAdmin(ReadOnlyAdmin):
    list_display = ["title", "site_name", "credit_line", "language", "read_at"]
    search_fields = ["title"]
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ["capture", "number", "started_at", "ended_at", "code"]
    list_filter = ["code"]
    list_select_related = ["capture__page"]
    show_full_result_count = False
