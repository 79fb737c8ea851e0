"""Whoever is refused leaves one line and changes nothing; whoever isn't signed in leaves none."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import resolve, reverse

from apps.accounts.models import User
from apps.claims.models import Claim
from apps.sources.models import ConfidentialSource
from tests.audit.complete.rows import HERE, SAYS, admin, last_line, newer_than
from tests.desk.test_access import EVERYONE, NAMES, ROLES, TABLE, WITHOUT_SIGN_IN, Addresses, undone
from tests.newsroom import make_claim, make_confidential, make_person

pytestmark = pytest.mark.django_db
TYPED = {"expected_version": 1, "stage": "in_review", "url": "https://a.example.com/", "stance": "supports"}
ADDRESSES = [name for name in NAMES if name not in WITHOUT_SIGN_IN]
OURS = [model for model in site._registry if model._meta.app_config.name.startswith("apps.")]


class Visit:
    """Somebody at the door, and what the trail says of it."""

    def __init__(self, user: User | None) -> None:
        self.user, self.client = user, Client(**SAYS)
        if user:
            self.client.force_login(user)

    def refused(self, method: str, path: str) -> bool:
        """Refused, with one line; or False where the address does not take this method."""
        before = last_line()
        response = self.client.get(path) if method == "GET" else self.client.post(path, TYPED)
        if response.status_code == 405:
            return False
        assert response.status_code == 403, path
        (entry,) = newer_than(before)
        assert (entry.verb, entry.actor, entry.actor_kind) == ("denied", self.user, "person")
        assert (entry.address, len(entry.request_id)) == (HERE, 32)
        match = resolve(path)
        if getattr(match.func, "is_confidential", False):
            assert (entry.stream, entry.target_label) == ("confidential:denied", "a confidential source")
            assert entry.after == {"why": "not named on it"}
        else:
            assert (entry.stream, entry.target_label) == (f"person:{self.user.pk}", f"{method} {path}")
            assert (entry.after["view"], entry.after["method"]) == (match.view_name, method)
            assert entry.after["why"]
        return True


def test_every_address_records_whom_it_refuses(subtests):
    outsider = Visit(make_person("outsider"))
    others = {role: Visit(make_person(f"a_{role}", role)) for role in ROLES}
    for name in ADDRESSES:
        with subtests.test(name), undone():
            refuse(name, outsider, [visit for role, visit in others.items() if role not in TABLE[name][1]])


def refuse(name, outsider, others):
    address, allowed = Addresses()[name], TABLE[name][1]
    for source in ConfidentialSource.of_everybody_UNSAFE.all():
        source.people.add(*(visit.user for visit in (outsider, *others)))
    assert [outsider.refused(method, address) for method in ("POST", "GET")] == [True, True]
    if allowed != EVERYONE:
        # Where a form is only sent, anybody who reads the desk may look at it.
        methods = ("POST",) if TABLE[name][0] == "POST" else ("POST", "GET")
        assert any(others[0].refused(method, address) for method in methods)
    before, nobody = last_line(), Visit(None).client
    nobody.post(address, TYPED)
    nobody.get(address)
    assert newer_than(before) == []


def test_the_panel_records_whom_it_refuses():
    """A reporter may not come in; an auditor may look at everything and change nothing."""
    rita, aziz, nobody = Visit(make_person("rita", "reporter")), Visit(make_person("aziz", "auditor")), Visit(None)
    for model in OURS:
        change = admin(model, "change", 1)
        assert rita.refused("POST", change), model
        assert aziz.refused("POST", change), model
    for path in (admin(User, "add"), admin(User, "delete", 1), reverse("admin:auth_user_password_change", args=[1])):
        assert rita.refused("POST", path), path
        assert aziz.refused("POST", path), path
    assert rita.refused("GET", reverse("admin:index"))
    before = last_line()
    nobody.client.post(admin(Claim, "change", 1), TYPED)
    assert newer_than(before) == []


def test_an_action_of_the_panel_that_somebody_may_not_take_is_on_record():
    mia, claim = make_person("mia", "administrator"), make_claim(make_person("rita", "reporter"))
    visit, before = Visit(mia), last_line()
    asked = {"action": "decide", "_selected_action": [claim.pk], f"version_{claim.pk}": 1}
    told = {**asked, "to_state": "corroborated", "reason": "Because I can."}
    assert visit.client.post(admin(Claim, "changelist"), told).status_code == 403
    (entry,) = newer_than(before)
    assert (entry.verb, entry.actor, entry.channel) == ("denied", mia, "admin")


def test_asking_for_a_confidential_source_without_being_named_is_on_record_and_names_nothing():
    rita, tom = make_person("rita", "reporter"), make_person("tom", "reporter")
    source = make_confidential(make_claim(rita), rita).source
    visit = Visit(tom)
    lines = []
    for key in (source.key, "00000000-0000-4000-8000-000000000000"):
        before = last_line()
        assert visit.client.get(reverse("desk:confidential", args=[key])).status_code == 404
        (entry,) = newer_than(before)
        lines.append((entry.verb, entry.actor, entry.stream, entry.target_label, entry.after, entry.reason))
    assert lines[0] == lines[1] == ("denied", tom, "confidential:denied", "a confidential source", *NAMING_NOTHING)


NAMING_NOTHING = ({"why": "not named on it"}, "")
