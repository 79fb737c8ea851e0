"""Every way that people and their sign-ins change."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import Role, User
from apps.accounts.permissions import NotAllowed, require
from apps.audit.actions import record
from apps.audit.verbs import Verb

NOT_ONES_OWN = _("Nobody changes their own roles: ask a colleague who manages people.")


def add_person(
    username: str, *, name: str, password: str | None, roles: Iterable[Role], by: User | None, email: str = ""
) -> User:
    """Give somebody an account with these roles. ``by=None`` is the command line, which has the machine anyway."""
    if by is not None:
        require(by, Capability.MANAGE_PEOPLE)
    with transaction.atomic():
        user = User.objects.create_user(username, password, name=name, email=email)
        user.roles.set(roles)
        record(
            Verb.PERSON_ADDED,
            stream=_stream(user),
            target=str(user),
            by=by,
            after={"username": username, "roles": _names(user.roles.all())},
        )
    return user


def change_person(
    user: User,
    *,
    by: User,
    name: str | None = None,
    email: str | None = None,
    is_active: bool | None = None,
    roles: Collection[Role] | None = None,
) -> User:
    """Change what is given and leave the rest.

    Nobody changes their own roles, and whoever changes people does it one after the other; so somebody who may is
    always left.
    """
    require(by, Capability.MANAGE_PEOPLE)
    with transaction.atomic():
        list(Role.objects.select_for_update().order_by("pk"))
        require(User.objects.get(pk=by.pk), Capability.MANAGE_PEOPLE)
        user = User.objects.select_for_update().get(pk=user.pk)
        if user == by and (is_active is False or (roles is not None and set(roles) != set(user.roles.all()))):
            raise NotAllowed(NOT_ONES_OWN)
        before = {"name": user.name, "email": user.email, "active": user.is_active, "roles": _names(user.roles.all())}
        user.name = user.name if name is None else name
        user.email = user.email if email is None else email
        user.is_active = user.is_active if is_active is None else is_active
        user.save(update_fields=["name", "email", "is_active"])
        if roles is not None:
            user.roles.set(roles)
        after = {"name": user.name, "email": user.email, "active": user.is_active, "roles": _names(user.roles.all())}
        changed = [key for key in after if before[key] != after[key]]
        if changed:
            record(
                Verb.PERSON_CHANGED,
                stream=_stream(user),
                target=str(user),
                by=by,
                before=before,
                after={**after, "changed": ", ".join(changed)},
            )
    return user


def record_new_password(user: User, *, by: User | None) -> None:
    """Somebody's password was replaced by a colleague or at the machine; the fact is recorded, never the value."""
    if by is not None:
        require(by, Capability.MANAGE_PEOPLE)
    with transaction.atomic():
        record(Verb.PERSON_CHANGED, stream=_stream(user), target=str(user), by=by, after={"changed": "password"})


def record_own_password(user: AbstractBaseUser) -> None:
    """Somebody chose a new password; the fact is recorded, never the value."""
    with transaction.atomic():
        record(
            Verb.PERSON_CHANGED,
            stream=f"person:{user.pk}",
            target=str(user),
            by=user,
            after={"changed": "password"},
        )


def record_sign_in(user: AbstractBaseUser) -> None:
    """Somebody signed in."""
    with transaction.atomic():
        record(Verb.SIGNED_IN, stream=f"person:{user.pk}", target=str(user), by=user)


def record_sign_out(user: AbstractBaseUser) -> None:
    """Somebody signed out."""
    with transaction.atomic():
        record(Verb.SIGNED_OUT, stream=f"person:{user.pk}", target=str(user), by=user)


def record_failed_sign_in(username: str) -> None:
    """Somebody tried to sign in and could not. Only a name that exists is kept: others are passwords too often."""
    known = User.objects.filter(username=username.replace("\0", "")[:150]).first()
    with transaction.atomic():
        record(
            Verb.SIGN_IN_FAILED,
            stream=_stream(known) if known else "sign-ins",
            target=known.username if known else "an unknown name",
            by=None,
        )


def _stream(user: User) -> str:
    return f"person:{user.pk}"


def _names(roles: Iterable[Role]) -> str:
    return ", ".join(sorted(role.name for role in roles)) or "none"
