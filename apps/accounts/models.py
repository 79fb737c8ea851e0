from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.capabilities import Capability, RoleName
from apps.audit.actions import record
from apps.audit.verbs import Verb


def validate_capabilities(value: Any) -> None:
    """A role's capabilities are a list of known ones."""
    if not isinstance(value, list) or not set(value) <= set(Capability.values):
        known = ", ".join(Capability.values)
        raise ValidationError(gettext("Capabilities are a list of these: %(known)s.") % {"known": known})


class Role(models.Model):
    """What a kind of work on the desk may do."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60, unique=True)
    capabilities = models.JSONField(default=list, validators=[validate_capabilities])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        return self.filter(is_active=True).order_by("name", "username")

    def with_roles(self) -> UserQuerySet:
        return self.prefetch_related("roles")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes people. Whoever makes one by hand records it: see ``accounts.actions``."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A person without a role."""
        user: User = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> User:
        """For ``manage.py createsuperuser``: an administrator. There is no user above the rules."""
        with transaction.atomic():
            user = self.create_user(username, password, **fields)
            user.roles.add(Role.objects.get(slug=RoleName.ADMINISTRATOR))
            record(
                Verb.PERSON_ADDED,
                stream=f"person:{user.pk}",
                target=str(user),
                by=None,
                after={"username": user.username, "roles": user.role_names},
            )
        return user


class User(AbstractBaseUser):
    """A person on the desk. What they may do is what their roles allow; nobody is above that."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Somebody has this user name already.")},
    )
    name = models.CharField("name", max_length=150, help_text=_("As colleagues read it."))
    email = models.EmailField("e-mail", blank=True)
    is_active = models.BooleanField(
        "active", default=True, help_text=_("People who leave are made inactive, never deleted: the trail names them.")
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    roles = models.ManyToManyField(Role, blank=True, related_name="people")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name", "username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_is_unique_in_any_case",
                violation_error_message=_("Somebody has this user name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.partition(" ")[0] or self.username

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """Everything this person's roles allow; nothing for one who is inactive. Read once a request."""
        if not self.is_active:
            return frozenset()
        return frozenset(capability for role in self._held for capability in role.capabilities)

    def may(self, capability: Capability) -> bool:
        return capability.value in self.capabilities

    @property
    def role_names(self) -> str:
        return ", ".join(role.name for role in self._held) or "no role"

    @cached_property
    def _held(self) -> list[Role]:
        """The roles of this person. Read once a request."""
        return list(self.roles.all())

    # What Django's admin panel asks. It only decides what the panel shows: every change goes through an action.

    @property
    def is_staff(self) -> bool:
        return self.may(Capability.READ_ADMIN)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        app, _, codename = perm.partition(".")
        if codename.startswith("view_"):
            return self.may(Capability.READ_ADMIN)
        if app == "accounts":
            return self.may(Capability.MANAGE_PEOPLE) and not codename.startswith("delete_")
        if codename in {"add_party", "change_party", "add_measure"}:
            return self.may(Capability.CITE)
        if codename == "change_measure":
            return self.may(Capability.DECIDE)
        if codename in {"add_story", "change_story", "change_claim"}:
            return self.may(Capability.OPEN_CLAIMS)
        return False

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class SavedView(models.Model):
    """A page of the desk with its filters, under a name: its owner's, or shared with everybody."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="one_view_of_a_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="a_view_has_a_name"),
        ]
        indexes = [models.Index(fields=["page", "is_shared"], name="views_of_a_page")]

    def __str__(self) -> str:
        return self.name
