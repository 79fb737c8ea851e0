"""Signing in and out, and a session that ends in the middle of a form."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims import actions
from apps.claims.models import Citation
from apps.desk.urls import urlpatterns
from tests.browser.everything import GIVEN, answering
from tests.newsroom import PASSWORD, make_claim, make_editor, make_reporter

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def claim(rita):
    return make_claim(rita)


def sign_in(client, username="rita", password=PASSWORD, **typed):
    return client.post(SIGN_IN, {"username": username, "password": password, **typed})


def verbs():
    return list(Entry.objects.order_by("id").values_list("verb", flat=True))


def test_a_reporter_signs_in_and_out_and_both_are_on_record(client, rita):
    assert sign_in(client).headers["Location"] == reverse("desk:home")
    assert client.post(reverse("desk:sign_out")).status_code == 302
    assert verbs() == [Verb.SIGNED_IN, Verb.SIGNED_OUT]
    assert client.get(reverse("desk:queue")).status_code == 302


def test_a_wrong_password_is_refused_kindly_and_recorded_without_the_password(client, rita):
    response = sign_in(client, password="let me in")
    assert response.status_code == 422
    entry = Entry.objects.get()
    assert (entry.verb, entry.target_label, entry.actor) == (Verb.SIGN_IN_FAILED, "rita", None)
    sign_in(client, username="MySecretPassw0rd!")
    entry = Entry.objects.latest("id")
    assert entry.target_label == "an unknown name", "what nobody is called may be a password"
    entry = Entry.objects.earliest("id")
    assert "let me in" not in json.dumps([entry.before, entry.after, entry.reason, entry.target_label])


def test_the_seventh_try_is_locked_out_even_with_the_right_password(client, rita):
    for _ in range(6):
        sign_in(client, password="wrong")
    response = sign_in(client)
    assert response.status_code == 429
    assert "15 minutes" in response.content.decode()


def test_it_goes_on_where_one_was_but_never_to_another_site(client, rita, claim):
    page = reverse("desk:claim", args=[claim.pk])
    assert sign_in(client, next=page).headers["Location"] == page
    client.logout()
    assert sign_in(client, next="https://evil.example/").headers["Location"] == reverse("desk:home")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["browser", "htmx"])
def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing_typed(client, rita, claim, headers):
    form = reverse("desk:claim_cite", args=[claim.pk])
    typed = {"url": "https://news.example.org/a", "stance": "disputes", "quote": "“Word” <for> word", "note": "Mine."}
    response = client.post(form, typed, headers=headers)
    assert response.status_code == 401
    if headers:
        assert response.headers["HX-Retarget"] == "body"
    carried, following = response.context["carried"], response.context["next"]
    assert not Citation.objects.exists()
    answer = sign_in(client, next=following, carried=carried)
    assert answer.headers["Location"] == form
    page = client.get(form)
    assert {name: page.context["cite_form"][name].value() for name in typed} == typed
    assert "Mine." in page.content.decode()
    assert not Citation.objects.exists()
    # Still there for whoever loads the page anew, and gone when it is sent or after a while.
    assert client.get(form).context["cite_form"].is_bound
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert not client.get(form).context["cite_form"].is_bound
    assert not client.get(form).context["cite_form"].is_bound


def test_what_was_carried_is_gone_once_it_is_sent(client, rita, claim):
    form = reverse("desk:claim_cite", args=[claim.pk])
    ended = client.post(form, {"url": "https://news.example.org/a", "stance": "supports"})
    sign_in(client, next=ended.context["next"], carried=ended.context["carried"])
    assert client.get(form).context["cite_form"].is_bound
    assert client.post(form, {"url": "https://news.example.org/a", "stance": "supports"}).status_code == 302
    assert not client.get(form).context["cite_form"].is_bound


@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in meanwhile", "not yet"])
def test_a_sign_in_whose_token_is_old_loses_nothing_of_what_it_carries(rita, claim, is_signed_in):
    """Two windows: the session ended in both, and somebody has signed in in the other one."""
    strict, form = Client(enforce_csrf_checks=True), reverse("desk:claim_cite", args=[claim.pk])
    if is_signed_in:
        strict.force_login(rita)
    sent = {"username": "rita", "password": PASSWORD, "next": form, "carried": json.dumps({"note": ["Mine."]})}
    refused = strict.post(SIGN_IN, {**sent, "csrfmiddlewaretoken": "x" * 64}, headers={"Origin": "http://testserver"})
    assert refused.status_code == 403
    if is_signed_in:
        assert f'href="{form}"' in refused.content.decode()
        assert strict.get(form).context["cite_form"]["note"].value() == "Mine."
    else:
        assert (refused.context["next"], refused.context["carried"]) == (form, sent["carried"])
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(rita)
    elsewhere.post(SIGN_IN, {**sent, "csrfmiddlewaretoken": "x" * 64}, headers={"Origin": "https://evil.example"})
    assert not elsewhere.get(form).context["cite_form"].is_bound


def test_signing_in_again_never_leads_to_an_address_that_only_takes_posts(client, rita, claim):
    """For every view behind a mere button; who pressed it goes on where it stood."""
    client.force_login(rita)
    buttons = {pattern.name: pattern for pattern in urlpatterns}
    answered = answering(client)
    only = {name: one for name, one in buttons.items() if name not in answered}
    assert {"sign_out", "capture_retry", "notice_read", "view_remove", "claim_bundle", "source_watch"} <= only.keys()
    stood = f"{reverse('desk:queue')}?stage=inbox"
    for name, pattern in only.items():
        given = {one: GIVEN[type(kind).__name__] for one, kind in pattern.pattern.converters.items()}
        address = reverse(f"desk:{name}", kwargs=given)
        client.logout()
        there = client.post(address, {"back": reverse("desk:claim", args=[claim.pk])})
        assert there.context["next"] == reverse("desk:claim", args=[claim.pk]), name
        assert client.post(address, headers={"Referer": f"http://testserver{stood}"}).context["next"] == stood, name
        elsewhere = client.post(address, headers={"Referer": "http://elsewhere.example/a"})
        assert elsewhere.context["next"] == reverse("desk:queue"), name
    sign_in(client)
    assert client.get(stood).status_code == 200


def test_the_panels_passwords_are_carried_nowhere(client, rita):
    response = client.post("/admin/password_change/", {"old_password": "one", "new_password1": "two", "x": "three"})
    assert response.context["carried"] == ""


def test_what_another_site_sends_is_put_into_no_form(rita, claim):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)
    form = reverse("desk:claim_cite", args=[claim.pk])
    assert strict.post(form, {"note": "PLANTED"}, headers={"Origin": "http://evil.example"}).status_code == 403
    assert "PLANTED" not in strict.get(form).content.decode()


@pytest.mark.parametrize("username", ["u\0v", "x" * 3000, "\ufffd"])
def test_a_name_that_can_not_be_one_is_refused_and_breaks_nothing(client, rita, username):
    assert sign_in(client, username=username).status_code == 422


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaaaaaa"', "x'-DROP-TABLE", "%e4" * 10])
def test_a_session_cookie_that_is_none_of_ours_is_dropped(client, key):
    response = client.get(reverse("desk:queue"), headers={"Cookie": f"sessionid={key}"})
    assert response.status_code == 302


def test_signing_in_leads_nobody_back_to_signing_in(client, rita):
    assert sign_in(client, next="/sign-in/").headers["Location"] == reverse("desk:home")
    assert client.get("/sign-in/?next=/sign-in/").status_code == 302


def test_an_ipv6_client_is_counted_by_its_network(client, rita):
    for number in range(6):
        client.post(SIGN_IN, {"username": "rita", "password": "x"}, REMOTE_ADDR=f"2001:db8:1:2::{number}")
    response = client.post(SIGN_IN, {"username": "rita", "password": PASSWORD}, REMOTE_ADDR="2001:db8:1:2:ffff::9")
    assert response.status_code == 429


def test_an_edit_typed_before_a_session_ended_is_saved_after_it_and_takes_nothing_back(client, rita, claim):
    form = reverse("desk:claim_edit", args=[claim.pk])
    shown = {"statement": claim.statement, "claimant": "", "story": "", "due": "", "expected_version": 1}
    typed = shown | {f"initial-{name}": value for name, value in shown.items()} | {"statement": "In better words."}
    response = client.post(form, typed)
    sign_in(client, next=form, carried=response.context["carried"])
    actions.edit_claim(claim, by=rita, expected_version=1, claimant="SBU")
    kept = client.get(form)
    assert "In better words." in kept.content.decode()
    again = {name: kept.context["form"][name].value() or "" for name in shown}
    again |= {f"initial-{name}": shown[name] for name in shown}
    assert client.post(form, again).status_code == 409, "the version that its user had seen comes back with it"
    assert client.post(form, again | {"expected_version": 2}).status_code == 302
    claim.refresh_from_db()
    assert (claim.statement, claim.claimant.name) == ("In better words.", "SBU")


def test_a_password_is_never_carried(client, rita, claim):
    response = client.post(reverse("desk:claim_cite", args=[claim.pk]), {"note": "Mine.", "password": "secret"})
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    "carried", ["not json", "[]", '{"note": 5}', '{"note": [1]}', "x" * 300_000, '{"note": ["\\ud800"]}', "[" * 100_000]
)
def test_what_is_no_form_is_not_carried(client, rita, claim, carried):
    form = reverse("desk:claim_cite", args=[claim.pk])
    assert sign_in(client, next=form, carried=carried).status_code == 302
    assert not client.get(form).context["cite_form"].is_bound


def test_a_form_from_another_sign_in_is_refused_and_offered_again_with_what_was_typed(rita, claim):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)
    form = reverse("desk:claim_cite", args=[claim.pk])
    typed = {"url": "https://news.example.org/a", "note": "Mine.", "csrfmiddlewaretoken": "x" * 64}
    response = strict.post(form, typed, headers={"Origin": "http://testserver"})
    assert response.status_code == 403
    assert form in response.content.decode()
    assert strict.get(form).context["cite_form"]["note"].value() == "Mine."
    assert not Citation.objects.exists()


def test_the_trail_knows_the_address_and_the_request(client, rita):
    sign_in(client)
    entry = Entry.objects.get()
    assert (entry.channel, entry.address) == ("web", "127.0.0.1")
    assert entry.request_id


def test_health_answers_without_a_sign_in(client):
    assert client.get("/healthz").content == b"ok\n"


def test_pages_carry_a_policy_that_allows_no_foreign_or_inline_script(client):
    make_editor()
    policy = client.get(SIGN_IN).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
