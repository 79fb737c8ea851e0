from django.contrib import admin

from apps.audit.admin import ReadOnlyAdmin
from apps.teamwork.models import (
    Comment,
    Delivery,
    Mention,
    Notice,
    Position,
    Preference,
    Presence,
    Reminder,
    Watcher,
)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ["claim", "author", "at", "edited_at", "withdrawn_at"]
    list_select_related = ["claim", "author"]
    search_fields = ["text", "claim__statement"]
    show_full_result_count = False


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin):
    list_display = ["person", "comment"]
    list_select_related = ["person", "comment__author", "comment__claim"]
    search_fields = ["person__username"]
    show_full_result_count = False


@admin.register(Watcher)
class WatcherAdmin(ReadOnlyAdmin):
    list_display = ["claim", "person", "is_on", "since"]
    list_select_related = ["claim", "person"]
    search_fields = ["person__username", "claim__statement"]
    show_full_result_count = False


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["person", "kind", "claim", "at", "seen_at", "delivery"]
    list_filter = ["kind"]
    list_select_related = ["person", "claim", "delivery__person"]
    search_fields = ["person__username", "claim__statement"]
    show_full_result_count = False


@admin.register(Position)
class PositionAdmin(ReadOnlyAdmin):
    list_display = ["next_leaf", "ahead"]


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ["person", "scope", "pace", "hour", "time_zone"]
    list_filter = ["pace"]
    list_select_related = ["person"]
    search_fields = ["person__username"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Where an operator sees which mails wait, which were given up, and what the server said."""

    list_display = ["person", "asked_at", "attempt", "next_attempt_at", "sent_at", "failed_at", "failure"]
    list_select_related = ["person"]
    search_fields = ["person__username", "failure"]
    show_full_result_count = False


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ["claim", "due", "step", "at"]
    list_filter = ["step"]
    list_select_related = ["claim"]
    search_fields = ["claim__statement"]
    show_full_result_count = False


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    list_display = ["claim", "person", "seen_at"]
    list_select_related = ["claim", "person"]
    search_fields = ["person__username"]
