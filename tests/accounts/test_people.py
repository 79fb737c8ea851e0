"""People, their roles, and what the panel may do with them."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from apps.accounts import actions
from apps.accounts.capabilities import Capability
from apps.accounts.models import Role, User
from apps.accounts.permissions import NotAllowed, require
from apps.audit.models import Entry
from tests.newsroom import PASSWORD, make_person, make_role
from verifydesk import settings as as_shipped

pytestmark = pytest.mark.django_db


def test_the_desk_is_made_with_five_roles_as_rows():
    assert set(Role.objects.values_list("slug", flat=True)) == {
        "reporter",
        "editor",
        "standards_editor",
        "auditor",
        "administrator",
    }


def test_a_role_is_data_and_a_desk_may_change_it():
    rita = make_person("rita", "reporter")
    assert not rita.may(Capability.DECIDE)
    Role.objects.filter(slug="reporter").update(capabilities=["read_desk", "decide"])
    rita = User.objects.get(pk=rita.pk)
    assert rita.may(Capability.DECIDE)
    assert not rita.may(Capability.CITE)


def test_a_role_takes_only_capabilities_that_exist():
    with pytest.raises(ValidationError):
        Role(slug="king", name="King", capabilities=["everything"]).full_clean()


def test_nobody_is_above_the_rules():
    call_command("createsuperuser", interactive=False, username="root", name="Root", verbosity=0)
    root = User.objects.get(username="root")
    assert root.may(Capability.MANAGE_PEOPLE)
    assert not root.may(Capability.DECIDE)
    with pytest.raises(NotAllowed, match=r"Your role \(Administrator\) may not mark claims"):
        require(root, Capability.DECIDE)


def test_somebody_inactive_may_nothing():
    ada = make_person("ada", "editor")
    ada.is_active = False
    assert not ada.may(Capability.READ_DESK)


def test_an_administrator_adds_and_changes_people_and_each_is_on_record():
    mia = make_person("mia", "administrator")
    tom = actions.add_person("tom", name="Tom", password="x", roles=[make_role("reporter")], by=mia)
    actions.change_person(tom, by=mia, roles=[make_role("editor")])
    added, changed = Entry.objects.order_by("id")
    assert (added.verb, added.after["roles"]) == ("person_added", "Reporter")
    assert (changed.before["roles"], changed.after["roles"]) == ("Reporter", "Editor")


def test_nobody_gives_themselves_a_role_or_locks_themselves_out():
    mia, max_ = make_person("mia", "administrator"), make_person("max", "administrator")
    with pytest.raises(NotAllowed, match="their own roles"):
        actions.change_person(mia, by=mia, roles=[make_role("administrator"), make_role("standards_editor")])
    with pytest.raises(NotAllowed, match="their own roles"):
        actions.change_person(mia, by=mia, is_active=False)
    actions.change_person(mia, by=mia, name="Mia N.")
    actions.change_person(max_, by=mia, is_active=False)
    assert not User.objects.get(pk=max_.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_each_others_role_at_once_one_keeps_it():
    people = [make_person("mia", "administrator"), make_person("max", "administrator")]
    reporter, start, refused = make_role("reporter"), threading.Barrier(2), []

    def take(by, user):
        try:
            start.wait(10)
            actions.change_person(user, by=by, roles=[reporter])
        except NotAllowed as reason:
            refused.append(str(reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=pair) for pair in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 1
    assert [User.objects.get(pk=one.pk).may(Capability.MANAGE_PEOPLE) for one in people].count(True) == 1


def test_a_new_password_at_the_machine_is_on_record(monkeypatch):
    tom = make_person("tom")
    monkeypatch.setattr("getpass.getpass", lambda prompt: "a long enough one")
    call_command("changepassword", "tom", verbosity=0)
    assert User.objects.get(pk=tom.pk).check_password("a long enough one")
    assert Entry.objects.get().after == {"changed": "password"}


def test_people_made_at_the_machine_are_on_record():
    call_command("createsuperuser", interactive=False, username="root", name="Root", verbosity=0)
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor_kind, entry.after["username"]) == ("person_added", "command", "root")


def test_it_refuses_an_editor_who_would_manage_people():
    ada = make_person("ada", "editor")
    with pytest.raises(NotAllowed):
        actions.add_person("tom", name="Tom", password="x", roles=[], by=ada)
    with pytest.raises(NotAllowed):
        actions.change_person(ada, by=ada, roles=[make_role("administrator")])
    assert not User.objects.filter(username="tom").exists()


def test_two_people_can_not_differ_only_in_case(django_user_model):
    make_person("tom")
    form_errors = User(username="TOM", name="Other")
    with pytest.raises(ValidationError, match="Somebody has this user name already"):
        form_errors.full_clean(exclude=["password"])


def test_the_desk_as_shipped_hashes_passwords_with_argon2():
    assert as_shipped.PASSWORD_HASHERS[0] == "apps.accounts.hashers.FrugalArgon2"


class TestPanel:
    @pytest.fixture
    def mia(self, client):
        mia = make_person("mia", "administrator")
        client.force_login(mia)
        return mia

    def test_a_person_is_added_through_the_action(self, client, mia):
        typed = {
            "username": "tom",
            "name": "Tom",
            "email": "",
            "roles": [make_role("reporter").pk],
            "usable_password": "true",
            "password1": "a long enough one",
            "password2": "a long enough one",
        }
        response = client.post(reverse("admin:accounts_user_add"), typed)
        assert response.status_code == 302
        tom = User.objects.get(username="tom")
        assert tom.check_password("a long enough one")
        entry = Entry.objects.get(verb="person_added")
        assert (entry.actor, entry.channel, entry.after["roles"]) == (mia, "admin", "Reporter")

    def test_a_person_is_changed_through_the_action(self, client, mia):
        tom = make_person("tom", "reporter")
        typed = {
            "name": "Tom O.",
            "initial-name": "Tom",
            "email": "",
            "is_active": "on",
            "initial-is_active": "True",
            "roles": [make_role("editor").pk],
            "initial-roles": [make_role("reporter").pk],
        }
        User.objects.filter(pk=tom.pk).update(email="tom@example.org")
        response = client.post(reverse("admin:accounts_user_change", args=[tom.pk]), typed)
        assert response.status_code == 302
        tom = User.objects.get(pk=tom.pk)
        assert (tom.name, tom.role_names, tom.is_active) == ("Tom O.", "Editor", True)
        assert tom.email == "tom@example.org", "a late form takes nothing back that its user left alone"
        assert Entry.objects.get(verb="person_changed").after["changed"] == "name, roles"

    def test_a_new_password_is_recorded_and_never_shown(self, client, mia):
        tom = make_person("tom", "reporter")
        typed = {"usable_password": "true", "password1": "a long enough one", "password2": "a long enough one"}
        response = client.post(reverse("admin:auth_user_password_change", args=[tom.pk]), typed)
        assert response.status_code == 302
        assert User.objects.get(pk=tom.pk).check_password("a long enough one")
        entry = Entry.objects.get(verb="person_changed")
        assert entry.after == {"changed": "password"}

    def test_an_editor_does_not_get_in_and_is_told_why(self, client):
        client.force_login(make_person("ada", "editor"))
        response = client.get(reverse("admin:index"), follow=True)
        assert response.status_code == 403
        assert "Your role may not look at the admin panel." in response.content.decode()

    def test_somebody_unknown_signs_in_at_the_desk(self, client):
        make_person("mia", "administrator")
        door = client.get(reverse("admin:login")).headers["Location"]
        assert door.startswith(reverse("desk:sign_in"))
        typed = {"username": "mia", "password": PASSWORD, "next": reverse("admin:login")}
        response = client.post(door, typed, follow=True)
        assert response.redirect_chain[-1][0] == reverse("admin:index")

    def test_leaving_the_panel_is_on_record(self, client, mia):
        client.post(reverse("admin:logout"))
        assert Entry.objects.get().verb == "signed_out"
        assert client.get(reverse("admin:index")).status_code == 302

    def test_ones_own_new_password_is_on_record(self, client, mia):
        typed = {"old_password": PASSWORD, "new_password1": "a longer one yet", "new_password2": "a longer one yet"}
        assert client.post(reverse("admin:password_change"), typed).status_code == 302
        entry = Entry.objects.get()
        assert (entry.actor, entry.after) == (mia, {"changed": "password"})

    def test_ones_own_roles_are_refused_beside_the_form(self, client, mia):
        typed = {"name": "Mia", "email": "", "is_active": "on", "roles": [make_role("standards_editor").pk]}
        response = client.post(reverse("admin:accounts_user_change", args=[mia.pk]), typed)
        assert response.status_code == 200
        assert "Nobody changes their own roles" in response.content.decode()
        assert User.objects.get(pk=mia.pk).role_names == "Administrator"

    def test_a_person_that_is_no_number_is_not_found(self, client, mia):
        assert client.get("/admin/accounts/user/abc/password/").status_code in {302, 404}

    def test_the_panel_offers_no_groups(self, client, mia):
        assert "Groups" not in client.get(reverse("admin:index")).content.decode()

    def test_an_auditor_looks_at_people_and_changes_nothing(self, client):
        aziz = make_person("aziz", "auditor")
        client.force_login(aziz)
        assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
        assert client.get(reverse("admin:accounts_user_add")).status_code == 403
        assert client.post(reverse("admin:accounts_user_change", args=[aziz.pk]), {"name": "X"}).status_code == 403
