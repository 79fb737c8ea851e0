"""People, their sign-ins and passwords, and what they do with the trail itself."""

from __future__ import annotations

from django.core.management import call_command
from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.saved import save_view
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from tests.audit.complete.rows import COMMAND, FORM, HTMX, WEB, Deed, admin, operation
from tests.newsroom import PASSWORD, make_claim, make_person, make_role

NEW = "another desk of one's own"
WHY = "The law asks for it."


def stream_of(user):
    return f"person:{user.pk}"


def latest():
    return stream_of(User.objects.latest("pk"))


@operation("accounts.actions.add_person", Verb.PERSON_ADDED, FORM)
def add_person(desk, door):
    role = make_role("reporter")
    typed = {"username": "tom", "name": "Tom", "email": "", "roles": [role.pk], "usable_password": "true"}
    act = desk.panel(desk.mia, admin(User, "add"), **typed, password1=NEW, password2=NEW)
    return Deed(act, latest, "Tom", by=desk.mia, after={"username": "tom", "roles": "Reporter"})


@operation("accounts.models.create_superuser", Verb.PERSON_ADDED, COMMAND)
def create_superuser(desk, door):
    make_role("administrator")

    def act():
        call_command("createsuperuser", interactive=False, username="root", name="Root", verbosity=0)

    return Deed(act, latest, "Root", after={"username": "root", "roles": "Administrator"})


@operation("accounts.actions.change_person", Verb.PERSON_CHANGED, FORM)
def change_person(desk, door):
    tom, editor = make_person("tom", "reporter"), make_role("editor")
    begun = {"name": "Tom", "email": "", "is_active": "on", "roles": [make_role("reporter").pk]}
    typed = {f"initial-{name}": value for name, value in begun.items()} | begun
    typed |= {"initial-is_active": "True", "roles": [editor.pk]}
    act = desk.panel(desk.mia, admin(User, "change", tom.pk), **typed)
    before = {"name": "Tom", "email": "", "active": True, "roles": "Reporter"}
    after = {**before, "roles": "Editor", "changed": "roles"}
    return Deed(act, stream_of(tom), "Tom", by=desk.mia, before=before, after=after)


@operation("accounts.actions.record_new_password", Verb.PERSON_CHANGED, FORM)
def give_a_password(desk, door):
    tom = make_person("tom", "reporter")
    path = reverse("admin:auth_user_password_change", args=[tom.pk])
    act = desk.panel(desk.mia, path, usable_password="true", password1=NEW, password2=NEW)
    return Deed(act, stream_of(tom), "Tom", by=desk.mia, after={"changed": "password"})


@operation("accounts.actions.record_own_password", Verb.PERSON_CHANGED, FORM)
def choose_a_password(desk, door):
    typed = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    act = desk.panel(desk.mia, reverse("admin:password_change"), **typed)
    return Deed(act, stream_of(desk.mia), "Mia", by=desk.mia, after={"changed": "password"})


@operation("accounts.actions.record_sign_in", Verb.SIGNED_IN, WEB, HTMX)
def sign_in(desk, door):
    rita = desk.rita

    def act():
        headers = {"HX-Request": "true"} if door == HTMX else {}
        typed = {"username": "rita", "password": PASSWORD}
        desk.anonymous.post(reverse("desk:sign_in"), typed, headers=headers)

    return Deed(act, stream_of(rita), "Rita", by=rita)


@operation("accounts.actions.record_failed_sign_in", Verb.SIGN_IN_FAILED, WEB)
def fail_to_sign_in(desk, door):
    rita = desk.rita

    def act():
        desk.anonymous.post(reverse("desk:sign_in"), {"username": "rita", "password": "guessed"})

    return Deed(act, stream_of(rita), "rita")


@operation("accounts.actions.record_failed_sign_in", Verb.SIGN_IN_FAILED, WEB)
def fail_under_an_unknown_name(desk, door):
    """What nobody is called may be a password: it is written down nowhere."""

    def act():
        desk.anonymous.post(reverse("desk:sign_in"), {"username": "hunter2", "password": "guessed"})

    return Deed(act, "sign-ins", "an unknown name")


@operation("accounts.actions.record_failed_sign_in", Verb.SIGN_IN_FAILED, WEB)
def be_locked_out(desk, door):
    """The right password, a seventh time."""
    rita = desk.rita
    for _ in range(6):
        desk.anonymous.post(reverse("desk:sign_in"), {"username": "rita", "password": "guessed"})

    def act():
        response = desk.anonymous.post(reverse("desk:sign_in"), {"username": "rita", "password": PASSWORD})
        assert desk.fails or response.status_code == 429

    return Deed(act, stream_of(rita), "rita")


@operation("accounts.actions.record_sign_out", Verb.SIGNED_OUT, WEB, FORM)
def sign_out(desk, door):
    by = desk.mia
    act = desk.panel(by, reverse("admin:logout")) if door == FORM else desk.post(by, "sign_out")
    return Deed(act, stream_of(by), "Mia", by=by)


@operation("accounts.saved.save_view", Verb.VIEW_SAVED, WEB, HTMX)
def save_a_view(desk, door):
    act = desk.post(desk.rita, "view_save", "trail", name="Refused", query="denied=on&after=9")
    after = {"page": "trail", "query": "denied=on", "shared": False}
    return Deed(act, stream_of(desk.rita), "Refused", by=desk.rita, after=after)


@operation("accounts.saved.remove_view", Verb.VIEW_REMOVED, WEB, HTMX)
def remove_a_view(desk, door):
    view = save_view("trail", "Refused", "denied=on", by=desk.rita)
    act = desk.post(desk.rita, "view_remove", view.pk)
    before = {"page": "trail", "query": "denied=on"}
    return Deed(act, stream_of(desk.rita), "Refused", by=desk.rita, before=before)


@operation("accounts.trail.erase_words", Verb.ENTRY_ERASED, WEB, HTMX)
def erase_words(desk, door):
    make_claim(desk.rita)
    line = Entry.objects.latest("pk")
    act = desk.post(desk.sofia, "entry_erase", line.pk, fields_to_erase=["target"], reason=WHY)
    after = {"entry": line.pk, "hash": line.hash, "fields": "target"}
    return Deed(act, f"entry:{line.pk}", f"entry {line.pk}", by=desk.sofia, after=after, reason=WHY)


@operation("accounts.trail.export_trail", Verb.TRAIL_EXPORTED, WEB)
def export_the_trail_as_csv(desk, door):
    act = desk.get(desk.aziz, "trail_export", "csv", verb="claim_opened")
    after = {"format": "csv", "filter": "verb=claim_opened"}
    return Deed(act, "trail", "the trail", by=desk.aziz, after=after)


@operation("accounts.trail.export_trail", Verb.TRAIL_EXPORTED, WEB)
def export_the_trail_as_json_lines(desk, door):
    act = desk.get(desk.aziz, "trail_export", "jsonl")
    after = {"format": "jsonl", "filter": "all of it"}
    return Deed(act, "trail", "the trail", by=desk.aziz, after=after)
