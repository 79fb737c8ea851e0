from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import actions
from apps.accounts.models import Role, SavedView, User
from apps.accounts.people import person
from apps.audit.admin import LateForm, ReadOnlyAdmin


class PersonChangeForm(LateForm, UserChangeForm):
    asked_by: User | None = None

    class Meta:
        model = User
        fields = ["name", "email", "is_active", "roles"]

    def clean(self) -> dict[str, Any]:
        fields = super().clean() or self.cleaned_data
        if self.asked_by == self.instance and (
            not fields.get("is_active") or set(fields.get("roles", [])) != set(self.instance.roles.all())
        ):
            raise ValidationError(actions.NOT_ONES_OWN)
        return fields


class PersonAddForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name", "email", "roles"]


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People are added and changed through the actions, so that the trail knows; never deleted."""

    form = PersonChangeForm
    add_form = PersonAddForm
    list_display = ["username", "name", "role_names", "is_active", "last_login"]
    list_filter = ["is_active", "roles"]
    search_fields = ["username", "name", "email"]
    filter_horizontal = ["roles"]
    ordering = ["name"]
    readonly_fields = ["username", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email"]}),
        ("What they may do", {"fields": ["is_active", "roles"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "name", "email", "roles", "usable_password", "password1", "password2"]})
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.readonly_fields if obj else ["last_login", "date_joined"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"asked_by": person(request)})

    def get_queryset(self, request: HttpRequest) -> Any:
        return User.objects.with_roles()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        fields = form.cleaned_data
        if not change:
            added = actions.add_person(
                fields["username"],
                name=fields["name"],
                email=fields["email"],
                password=fields.get("password1") or None,
                roles=fields["roles"],
                by=person(request),
            )
            obj.pk = added.pk
        else:
            actions.change_person(obj, by=person(request), **form.changes())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        with transaction.atomic():
            found = self.get_object(request, unquote(id))
            before = found.password if found else ""
            response = super().user_change_password(request, id, form_url)
            changed = self.get_object(request, unquote(id))
            if changed and changed.password != before:
                actions.record_new_password(changed, by=person(request))
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The roles were set by the action."""


# Django's groups give nobody anything here: roles are ours.
admin.site.unregister(Group)


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    """What each role may do. Changing a role is the standards of the desk: done in a migration, reviewed."""

    list_display = ["name", "slug", "capabilities"]


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Views of lists that people saved for themselves or for everybody."""

    list_display = ["name", "page", "owner", "is_shared", "saved_at"]
    list_select_related = ["owner"]
    search_fields = ["name"]
