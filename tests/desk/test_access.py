"""Every address of the desk, and who may come in. A new address without a line here fails the test."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, reverse

from apps.archive.models import Capture
from apps.claims.actions import rule_apart
from apps.desk.urls import urlpatterns
from apps.sources.actions import suggest_attribution
from tests.archive.recorded import store_page
from tests.newsroom import (
    make_attempt,
    make_citation,
    make_claim,
    make_outlet,
    make_person,
    make_story,
    store_record,
)

pytestmark = pytest.mark.django_db

ROLES = ["reporter", "editor", "standards_editor", "auditor", "administrator"]
EVERYONE = set(ROLES)
CITES = {"reporter", "editor", "standards_editor"}
DECIDES = {"editor", "standards_editor"}
EVIDENCE = {"reporter", "editor", "standards_editor", "auditor"}
# Sums of what the admin panel shows row by row: whoever may see the rows may see them.
OPERATORS = {"standards_editor", "auditor", "administrator"}

# name: (method, who may). A GET that may answers 200 or a redirect; a POST that may never answers 403.
TABLE: dict[str, tuple[str, set[str]]] = {
    "home": ("GET", EVERYONE),
    "health": ("GET", EVERYONE),
    "sign_in": ("GET", EVERYONE),
    "sign_out": ("POST", EVERYONE),
    "queue": ("GET", EVERYONE),
    "claim_open": ("GET", CITES),
    "claim": ("GET", EVERYONE),
    "claim_evidence": ("GET", EVERYONE),
    "claim_edit": ("GET", CITES),
    "claim_assign": ("POST", DECIDES),
    "claim_stage": ("POST", DECIDES),
    "claim_corroborate": ("POST", DECIDES),
    "claim_dispute": ("POST", DECIDES),
    "claim_reopen": ("POST", DECIDES),
    "claim_cite": ("POST", CITES),
    "claim_rule_apart": ("POST", DECIDES),
    "ruling_withdraw": ("POST", DECIDES),
    "suggestions": ("GET", EVERYONE),
    "source_attribute": ("POST", CITES),
    "attribution_confirm": ("POST", DECIDES),
    "attribution_reject": ("POST", DECIDES),
    "attribution_withdraw": ("POST", CITES),
    "citation_withdraw": ("POST", CITES),
    "source": ("GET", EVERYONE),
    "source_correct": ("GET", CITES),
    "source_render": ("POST", CITES),
    "capture": ("GET", EVERYONE),
    "capture_diff": ("GET", EVERYONE),
    "capture_document": ("GET", EVIDENCE),
    "page_compare": ("GET", EVERYONE),
    "source_look": ("POST", CITES),
    "source_watch": ("POST", CITES),
    "capture_retry": ("POST", CITES),
    "capture_record": ("GET", EVIDENCE),
    "attempt_record": ("GET", EVIDENCE),
    "capture_wacz": ("GET", EVIDENCE),
    "claim_wacz": ("GET", EVIDENCE),
    "capture_let_go": ("POST", CITES),
    "page_upload": ("POST", CITES),
    "needs_a_person": ("GET", EVERYONE),
    "archive_health": ("GET", OPERATORS),
    "drifts": ("GET", EVERYONE),
    "stories": ("GET", EVERYONE),
    "story_open": ("GET", CITES),
    "story": ("GET", EVERYONE),
    "story_edit": ("GET", CITES),
    "trail": ("GET", EVERYONE),
}
WITHOUT_SIGN_IN = {"health", "sign_in"}
NAMES = [pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)]


@pytest.fixture
def addresses():
    """An address for each name, with rows behind it."""
    ada = make_person("owner", "editor")
    claim = make_claim(ada, story=make_story(ada))
    citation = make_citation(claim, ada, outlet="Yonhap")
    store_record(citation.capture, b"evidence")
    document = store_page(citation.source.page, b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    attempt = make_attempt(citation.capture, warc_digest=citation.capture.warc_digest)
    with_key = {
        "claim": claim.pk,
        "citation": citation.pk,
        "source": citation.source_id,
        "capture": citation.capture_id,
        "page": citation.source.page_id,
        "story": claim.story_id,
        "attempt": attempt.pk,
        "attribution": suggest_attribution(
            citation.source, "quotes", make_outlet("AFP"), found_by="stated_origin", grounds={}
        ).pk,
        "ruling": rule_apart(
            make_claim(ada), make_outlet("AFP"), make_outlet("KCNA"), by=ada, reason="So.", expected_version=1
        ).pk,
    }
    found = {}
    for name in NAMES:
        kind = name.partition("_")[0]
        plain = name in {
            "home",
            "health",
            "sign_in",
            "sign_out",
            "queue",
            "claim_open",
            "stories",
            "story_open",
            "trail",
            "needs_a_person",
            "archive_health",
            "drifts",
            "suggestions",
        }
        special = {"capture_diff": [citation.capture_id, document.pk], "capture_document": [document.pk]}
        found[name] = reverse(f"desk:{name}", args=[] if plain else special.get(name) or [with_key[kind]])
    return found


def test_the_table_names_every_address():
    assert set(NAMES) == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", NAMES)
def test_each_role_comes_in_where_the_table_says(client, addresses, name, role):
    method, allowed = TABLE[name]
    client.force_login(make_person("somebody", role))
    data = {"expected_version": 1, "stage": "in_review", "url": "https://a.example.com/", "stance": "supports"}
    response = client.get(addresses[name]) if method == "GET" else client.post(addresses[name], data)
    if role in allowed:
        assert response.status_code not in {401, 403, 404, 405}
    else:
        assert response.status_code == 403
        assert "may not" in response.content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_nobody_comes_in_without_a_role(client, addresses, name):
    client.force_login(make_person("somebody"))
    response = client.get(addresses[name]) if TABLE[name][0] == "GET" else client.post(addresses[name])
    assert response.status_code == (302 if name == "sign_in" else 200) if name in WITHOUT_SIGN_IN else 403


@pytest.mark.parametrize("name", NAMES)
def test_nobody_comes_in_without_signing_in(client, addresses, name):
    method = TABLE[name][0]
    response = client.get(addresses[name]) if method == "GET" else client.post(addresses[name], {"note": "x"})
    if name in WITHOUT_SIGN_IN:
        assert response.status_code == 200
    elif method == "GET":
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("desk:sign_in"))
    else:
        assert response.status_code == 401


def test_somebody_who_has_left_is_signed_out_at_once(client):
    gone = make_person("gone", "editor")
    client.force_login(gone)
    assert client.get(reverse("desk:queue")).status_code == 200
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert client.get(reverse("desk:queue")).status_code == 302


def test_a_record_that_is_not_stored_is_not_found(client):
    ada = make_person("ada", "editor")
    citation = make_citation(make_claim(ada), ada, state=Capture.State.QUEUED)
    client.force_login(ada)
    assert client.get(reverse("desk:capture_record", args=[citation.capture_id])).status_code == 404
