from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit.models import Checkpoint, Entry, Leaf, Log, Node, Pending, Verification
from apps.audit.verbs import Verb


class LateForm(forms.ModelForm):
    """A form of the panel that knows what it showed: ``changed_data`` is what its user changed, and not a colleague."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """The cleaned values of the fields that its user changed."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that the panel shows and nobody edits there."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class HiddenAdmin(ReadOnlyAdmin):
    """Rows that the panel shows to nobody: their own manager finds none, and no field of theirs is named here."""

    list_display = ["__str__"]
    fields = readonly_fields = ("__str__",)

    def has_module_permission(self, request: HttpRequest) -> bool:
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


@admin.register(Checkpoint)
class CheckpointAdmin(ReadOnlyAdmin):
    list_display = ["size", "root", "at", "anchored_at", "stamped_at"]
    show_full_result_count = False


class OfPublicLinesAdmin(ReadOnlyAdmin):
    """Rows about lines: those about private ones tell by their number alone that somebody looked."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(entry__in=Entry.objects.all())


@admin.register(Leaf)
class LeafAdmin(OfPublicLinesAdmin):
    list_display = ["index", "entry_id", "hash"]
    show_full_result_count = False
    list_select_related = False


@admin.register(Node)
class NodeAdmin(ReadOnlyAdmin):
    list_display = ["level", "index", "hash"]
    show_full_result_count = False


@admin.register(Pending)
class PendingAdmin(OfPublicLinesAdmin):
    list_display = ["entry_id"]
    show_full_result_count = False


@admin.register(Log)
class LogAdmin(ReadOnlyAdmin):
    list_display = ["origin"]


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    list_display = ["asked_by", "asked_at", "state", "done", "total"]
    list_select_related = ["asked_by"]
