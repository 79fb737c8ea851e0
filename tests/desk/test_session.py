"""Signing in and out, and a session that ends in the middle of a form."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.claims.models import Citation
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
    assert sign_in(client).headers["Location"] == reverse("desk:queue")
    assert client.post(reverse("desk:sign_out")).status_code == 302
    assert verbs() == [Verb.SIGNED_IN, Verb.SIGNED_OUT]
    assert client.get(reverse("desk:queue")).status_code == 302


def test_a_wrong_password_is_refused_kindly_and_recorded_without_the_password(client, rita):
    response = sign_in(client, password="let me in")
    assert response.status_code == 422
    entry = Entry.objects.get()
    assert (entry.verb, entry.target_label, entry.actor) == (Verb.SIGN_IN_FAILED, "rita", None)
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
    assert sign_in(client, next="https://evil.example/").headers["Location"] == reverse("desk:queue")


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
    assert page.context["cite_form"].initial == typed
    assert "Mine." in page.content.decode()
    assert not Citation.objects.exists()
    assert not client.get(form).context["cite_form"].initial


def test_a_password_is_never_carried(client, rita, claim):
    response = client.post(reverse("desk:claim_cite", args=[claim.pk]), {"note": "Mine.", "password": "secret"})
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("carried", ["not json", "[]", '{"note": 5}', '{"note": [1]}', "x" * 300_000])
def test_what_is_no_form_is_not_carried(client, rita, claim, carried):
    form = reverse("desk:claim_cite", args=[claim.pk])
    assert sign_in(client, next=form, carried=carried).status_code == 302
    assert client.get(form).context["cite_form"].initial == {}


def test_a_form_from_another_sign_in_is_refused_and_offered_again_with_what_was_typed(rita, claim):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)
    form = reverse("desk:claim_cite", args=[claim.pk])
    response = strict.post(
        form, {"url": "https://news.example.org/a", "note": "Mine.", "csrfmiddlewaretoken": "x" * 64}
    )
    assert response.status_code == 403
    assert form in response.content.decode()
    assert strict.get(form).context["cite_form"].initial["note"] == "Mine."
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
