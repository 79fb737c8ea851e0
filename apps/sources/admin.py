from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.capabilities import Capability
from apps.accounts.people import person
from apps.audit.admin import HiddenAdmin, LateForm, ReadOnlyAdmin
from apps.sources import actions
from apps.sources.models import (
    Agency,
    Attribution,
    ConfidentialSource,
    Interview,
    Party,
    Reliability,
    Sifting,
    Source,
)


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    """Parties are added and edited through the actions; never deleted."""

    list_display = ["name", "kind", "is_named", "counts_as"]
    list_filter = ["kind", "is_named"]
    search_fields = ["name", "identity"]
    fields = ["name", "kind", "is_named", "note", "counts_as"]
    readonly_fields = ["counts_as"]
    form = LateForm

    @admin.display(description="counts as", empty_value="itself")
    def counts_as(self, party: Party) -> str | None:
        """The agency, by its folded name, that lineage takes a party for which goes by one of its names."""
        return party.identity if party.identity != party.folded else None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Party, form: LateForm, change: bool) -> None:
        if change:
            actions.edit_party(obj, by=person(request), **form.changes())
        else:
            obj.pk = actions.register_party(by=person(request), **form.cleaned_data).pk


@admin.register(Reliability)
class ReliabilityAdmin(ReadOnlyAdmin):
    """Graded on the desk, with a rationale; a new grade takes an old one's place."""

    list_display = ["party", "grade", "graded_by", "graded_at", "replaced_at"]
    list_filter = ["grade"]
    list_select_related = ["party", "graded_by"]
    search_fields = ["party__name", "rationale"]
    show_full_result_count = False


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Corrected on the desk, beside the archived page."""

    list_display = ["__str__", "kind", "outlet", "credit_line", "published_at", "registered_at"]
    list_filter = ["kind"]
    list_select_related = ["page", "outlet"]
    search_fields = ["title", "page__url"]
    show_full_result_count = False


@admin.register(Interview)
class InterviewAdmin(ReadOnlyAdmin):
    """Put on record on the desk, beside the claim."""

    list_display = ["__str__", "held_at", "held_by", "recording_kind"]
    list_filter = ["how"]
    list_select_related = ["source__outlet", "source__page", "held_by"]
    search_fields = ["source__outlet__name", "=recording_digest"]
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


def _names(field: str, *, rows: int) -> forms.CharField:
    told = Agency._meta.get_field(field).help_text  # type: ignore[union-attr]
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": rows, "cols": 60}), required=False, help_text=f"{told} One a line."
    )


class AgencyForm(LateForm):
    """Lists are typed one name a line."""

    name = forms.CharField(max_length=200, required=False, help_text="As the desk calls it: “AFP”.")
    spellings = _names("spellings", rows=8)
    short_names = _names("short_names", rows=3)
    hosts = _names("hosts", rows=3)

    class Meta:
        model = Agency
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("spellings", "short_names", "hosts"):
            self.initial[field] = "\n".join(getattr(self.instance, field) or [])
        if self.instance.pk:
            self.fields.pop("name")
        else:
            self.fields["name"].required = True

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name].splitlines() for name in self.changed_data if name != "name"}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Agency.objects.filter(party__in=Party.objects.named(" ".join(name.split()))).exists():
            raise forms.ValidationError("This agency is on the list already.")
        return name


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):
    """How agencies are recognised in credit lines; never deleted: an agency without names is recognised nowhere."""

    list_display = ["party", "spelled", "hosts"]
    list_select_related = ["party"]
    search_fields = ["party__name"]
    form = AgencyForm
    fields = ["name", "spellings", "short_names", "hosts"]

    @admin.display(description="spellings")
    def spelled(self, agency: Agency) -> str:
        return ", ".join([*agency.spellings, *agency.short_names])

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in self.fields if obj is None or name != "name"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return person(request).may(Capability.MANAGE_AGENCIES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).may(Capability.MANAGE_AGENCIES)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Agency, form: AgencyForm, change: bool) -> None:
        if change:
            actions.edit_agency(obj, by=person(request), **form.changes())
        else:
            agency = actions.list_agency(form.cleaned_data["name"], by=person(request), **form.changes())
            obj.pk, obj.party = agency.pk, agency.party


@admin.register(Sifting)
class SiftingAdmin(ReadOnlyAdmin):
    """Which copies have been gone through for where their information comes from, and which wait."""

    list_display = ["capture", "sifted_at", "fingerprints"]
    list_select_related = ["capture__page"]
    show_full_result_count = False


admin.site.register(ConfidentialSource, HiddenAdmin)
