from django.contrib import admin

from apps.archive.models import (
    Arrival,
    Attempt,
    Capture,
    Contents,
    Drift,
    Extract,
    Host,
    Look,
    Page,
    Passage,
    Tallied,
    Tally,
    Upload,
    Watch,
    Worker,
)
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

    list_display = ["id", "page", "state", "method", "code", "attempt", "requested_at", "settled_at"]
    list_filter = ["state", "method", "code"]
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


@admin.register(Host)
class HostAdmin(ReadOnlyAdmin):
    list_display = ["name", "free_at", "held_until", "robots_at"]
    search_fields = ["name"]
    show_full_result_count = False


@admin.register(Contents)
class ContentsAdmin(ReadOnlyAdmin):
    list_display = ["capture"]
    list_select_related = ["capture__page"]
    search_fields = ["=capture__warc_digest"]
    show_full_result_count = False


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "capture", "kind", "file_bytes", "says_at"]
    list_filter = ["kind"]
    list_select_related = ["capture__page"]
    search_fields = ["capture__page__url", "=file_digest"]
    show_full_result_count = False


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    """Records that are being brought, or were when a process was killed: the sweep clears those away by itself."""

    list_display = ["warc_digest", "at", "let_go_at"]
    search_fields = ["=warc_digest"]
    show_full_result_count = False


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    list_display = ["page", "standing", "rung", "next_look_at", "failures", "baseline", "ended_at"]
    list_filter = ["standing"]
    list_select_related = ["page", "baseline__page"]
    search_fields = ["page__url"]
    show_full_result_count = False


@admin.register(Look)
class LookAdmin(ReadOnlyAdmin):
    list_display = ["page", "at", "outcome", "code", "http_status"]
    list_filter = ["outcome", "code"]
    list_select_related = ["page"]
    search_fields = ["page__url"]
    show_full_result_count = False


@admin.register(Passage)
class PassageAdmin(ReadOnlyAdmin):
    list_display = ["page", "exact", "registered_at", "missing_since", "ended_at"]
    list_select_related = ["page"]
    search_fields = ["page__url"]
    show_full_result_count = False


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    list_display = ["page", "kind", "share", "found_at", "before", "after"]
    list_filter = ["kind"]
    list_select_related = ["page", "before__page", "after__page"]
    search_fields = ["page__url"]
    show_full_result_count = False


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ["name", "machine", "process", "queues", "version", "since", "seen_at"]


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """Sums that the archive counts by itself, from its captures."""

    list_display = ["start", "span", "host", "outcome", "code", "method", "count", "records", "bytes"]
    list_filter = ["span", "outcome"]
    search_fields = ["=host"]
    show_full_result_count = False


@admin.register(Tallied)
class TalliedAdmin(ReadOnlyAdmin):
    list_display = ["until", "at"]
