"""What a line says of where it came from: never what a client says of itself, and always what was true then."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.actions import change_person
from apps.audit.context import Channel, current, entered_by
from apps.audit.models import Entry
from apps.audit.verifying.checking import verify_stream
from apps.claims.actions import edit_claim, edit_story
from apps.sources.actions import edit_party, register_party
from tests.audit.complete.rows import last_line, newer_than
from tests.newsroom import PASSWORD, make_claim, make_person, make_reporter, make_story

pytestmark = pytest.mark.django_db
HOSTILE = {
    "garbage for an address": {"X-Forwarded-For": "garbage<script>"},
    "many hops": {"X-Forwarded-For": ", ".join(["192.0.2.66"] * 400)},
    "an address with a zone": {"X-Forwarded-For": "fe80::1%<script>"},
    "empty hops": {"X-Forwarded-For": ",,,"},
    "a long correlation": {"X-Correlation-ID": "MARK" * 75},
    "a long request id": {"X-Request-Id": "MARK" * 75},
    "no text": {"X-Request-Id": "\udcff\x00"},
    "a port beyond ports": {"X-Forwarded-Port": "99999999999"},
    "a host of garbage": {"X-Forwarded-Host": "<script>", "Forwarded": 'for="<script>";host=<b>'},
    "a protocol of garbage": {"X-Forwarded-Proto": "gopher<script>"},
    "other names of the client": {"X-Real-IP": "192.0.2.66", "Client-IP": "192.0.2.66", "True-Client-IP": "192.0.2.66"},
    "a browser of garbage": {"User-Agent": "MARK<script>" * 500, "Referer": "javascript:MARK"},
}


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("headers", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_headers_break_nothing_and_come_into_no_line(settings, proxies, headers):
    settings.TRUSTED_PROXY_COUNT = proxies
    rita, client = make_reporter(), Client(REMOTE_ADDR="203.0.113.9")
    typed = {"username": "rita", "password": PASSWORD}
    assert client.post(reverse("desk:sign_in"), {**typed, "password": "no"}, headers=headers).status_code == 422
    assert client.post(reverse("desk:sign_in"), typed, headers=headers).status_code == 302
    response = client.post(reverse("desk:claim_open"), {"statement": "Two were captured."}, headers=headers)
    assert response.status_code == 302
    assert client.post(reverse("desk:policy_edit"), {}, headers=headers).status_code == 403
    entries = list(Entry.every_line.order_by("pk"))
    assert [one.verb for one in entries] == ["sign_in_failed", "signed_in", "claim_opened", "denied"]
    assert len({one.request_id for one in entries}) == 4
    for one in entries:
        said = f"{one.body} {one.request_id} {one.address} {one.before} {one.after} {one.target_label} {one.reason}"
        assert not [word for word in ("MARK", "<script>", "9999999", "gopher", "%") if word in said]
        if proxies == 0:
            assert one.address == "203.0.113.9"
        else:
            assert one.address in {None, "192.0.2.66", "fe80::1"}, "the last hop, if it is an address"
    assert rita.pk == entries[1].actor_id


def test_behind_a_proxy_without_its_header_no_address_is_better_than_a_wrong_one(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    client = Client(REMOTE_ADDR="203.0.113.9")
    client.force_login(make_reporter())
    client.post(reverse("desk:claim_open"), {"statement": "Two were captured."}, headers={"X-Real-IP": "192.0.2.66"})
    assert Entry.objects.get().address is None


@pytest.mark.parametrize(
    ("remote", "kept"),
    [
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:198.51.100.9", "198.51.100.9"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("::198.51.100.9", "198.51.100.9"),
        ("::1", "::1"),
        ("", None),
    ],
)
def test_an_address_is_kept_as_it_was_hashed_however_it_was_written(remote, kept):
    client, rita = Client(REMOTE_ADDR=remote), make_reporter()
    client.post(reverse("desk:sign_in"), {"username": "rita", "password": PASSWORD})
    entry = Entry.objects.get()
    assert entry.address == kept
    assert verify_stream(f"person:{rita.pk}").is_intact


def test_a_port_that_no_host_has_is_refused_and_is_no_error():
    client = Client(raise_request_exception=False)
    response = client.get(reverse("desk:sign_in"), headers={"Host": "testserver:99999999999"})
    assert response.status_code in {200, 400}


def test_a_line_keeps_the_names_of_its_time():
    rita, mia = make_reporter(), make_person("mia", "administrator")
    claim, story = make_claim(rita, "One was captured."), make_story(rita, "Kursk")
    party = register_party("NIS", kind="body", by=rita)
    with entered_by(Channel.WORKER, behalf=rita):
        register_party("SBU", kind="body", by=None)
    lines = {entry.verb: entry for entry in Entry.objects.order_by("-pk")}
    edit_claim(claim, by=rita, expected_version=1, statement="Two were captured.")
    edit_story(story, by=rita, expected_version=1, title="Kursk, winter")
    edit_party(party, by=rita, name="National Intelligence Service")
    change_person(rita, by=mia, name="Rita Newname")
    for verb, target in {
        "claim_opened": "One was captured.",
        "story_opened": "Kursk",
        "party_registered": "NIS",
    }.items():
        entry = Entry.objects.get(pk=lines[verb].pk)
        assert (entry.target_label, entry.actor_label, entry.actor.name) == (target, "Rita", "Rita Newname")
    worked = Entry.objects.get(target_label="SBU")
    assert (worked.behalf_label, worked.behalf.name, worked.actor_label) == ("Rita", "Rita Newname", "The archive")


def test_a_worker_is_no_person_whoever_it_does_it_for():
    rita = make_reporter()
    with entered_by(Channel.WORKER):
        register_party("SBU", kind="body", by=rita)
    entry = Entry.objects.get()
    assert (entry.actor, entry.actor_kind, entry.behalf) == (None, "worker", rita)


def test_a_command_has_one_id_from_its_first_line_to_its_last():
    register_party("SBU", kind="body", by=None)
    register_party("NIS", kind="body", by=None)
    ids = {entry.request_id for entry in Entry.objects.all()}
    assert ids == {current().request_id}
    assert len(ids.pop()) == 32


def test_two_requests_have_two_ids_and_one_has_one():
    client, ids = Client(), []
    client.force_login(make_reporter())
    for statement, claimant in {"Two were captured.": "NIS", "A bridge was blown up.": "SBU"}.items():
        before = last_line()
        client.post(reverse("desk:claim_open"), {"statement": statement, "claimant": claimant})
        found = newer_than(before)
        assert len(found) == 2
        ids.append({one.request_id for one in found})
    assert [len(one) for one in ids] == [1, 1]
    assert ids[0] != ids[1]
