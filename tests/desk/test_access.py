"""Every address of the desk, and who may come in. A new address without a line here fails the test."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, reverse

from apps.accounts.saved import save_view
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.audit.sealing.sealer import seal
from apps.claims.actions import rule_apart
from apps.claims.states import State
from apps.desk.urls import urlpatterns
from apps.sources.actions import suggest_attribution
from apps.sources.models import ConfidentialSource
from apps.teamwork.actions import post_comment
from apps.teamwork.models import Delivery
from tests.archive.recorded import store_page
from tests.newsroom import (
    ask,
    make_attempt,
    make_citation,
    make_claim,
    make_confidential,
    make_figure,
    make_interview,
    make_knowledge,
    make_notice,
    make_outlet,
    make_person,
    make_story,
    make_two_lines,
    store_record,
)

pytestmark = pytest.mark.django_db

ROLES = ["reporter", "editor", "standards_editor", "auditor", "administrator"]
EVERYONE = set(ROLES)
# Who may come in is asked before any row is: on SQLite those try who may most and least, on PostgreSQL each.
COMERS = ROLES if connection.vendor == "postgresql" else ["standards_editor", "reporter"]
VISITORS = [*COMERS, "nobody signed in", "no role"]
CITES = {"reporter", "editor", "standards_editor"}
DECIDES = {"editor", "standards_editor"}
EVIDENCE = {"reporter", "editor", "standards_editor", "auditor"}
COMMENTS = EVIDENCE
EXPORTS = {"editor", "standards_editor", "auditor"}
# Sums of what the admin panel shows row by row: whoever may see the rows may see them.
OPERATORS = {"standards_editor", "auditor", "administrator"}

# name: (method, who may). A GET that may answers 200 or a redirect; a POST that may never answers 403.
TABLE: dict[str, tuple[str, set[str]]] = {
    "home": ("GET", EVERYONE),
    "health": ("GET", EVERYONE),
    "sign_in": ("GET", EVERYONE),
    "sign_out": ("POST", EVERYONE),
    "search": ("GET", EVERYONE),
    "add": ("GET", CITES),
    "bookmarklet": ("GET", CITES),
    "queue": ("GET", EVERYONE),
    "claims_assign": ("GET", CITES),
    "claims_stage": ("GET", DECIDES),
    "claim_open": ("GET", CITES),
    "claim": ("GET", EVERYONE),
    "claim_evidence": ("GET", EVERYONE),
    "claim_edit": ("GET", CITES),
    "claim_assign": ("POST", DECIDES),
    "claim_stage": ("POST", DECIDES),
    "claim_corroborate": ("POST", DECIDES),
    "claim_dispute": ("POST", DECIDES),
    "claim_reopen": ("POST", DECIDES),
    "claim_similar": ("GET", CITES),
    "claim_link": ("GET", CITES),
    "claim_ask": ("GET", CITES),
    "claim_caveat": ("GET", CITES),
    "claim_use": ("GET", CITES),
    "claim_confide": ("GET", CITES),
    "claim_override": ("POST", {"standards_editor"}),
    "request_sign": ("POST", DECIDES),
    "request_refuse": ("POST", DECIDES),
    "request_withdraw": ("POST", DECIDES),
    "citation_answer": ("GET", DECIDES),
    "policy": ("GET", EVERYONE),
    "policy_edit": ("GET", {"standards_editor"}),
    "claim_cite": ("POST", CITES),
    "claim_cite_document": ("GET", CITES),
    "claim_cite_interview": ("GET", CITES),
    "claim_rule_apart": ("POST", DECIDES),
    "ruling_withdraw": ("POST", DECIDES),
    "suggestions": ("GET", EVERYONE),
    "source_attribute": ("POST", CITES),
    "source_reject_credit": ("POST", DECIDES),
    "attribution_confirm": ("POST", DECIDES),
    "attribution_reject": ("POST", DECIDES),
    "attribution_withdraw": ("POST", CITES),
    "claim_figure": ("GET", CITES),
    "figure_edit": ("GET", DECIDES),
    "figure_withdraw": ("GET", DECIDES),
    "citation_edit": ("GET", DECIDES),
    "citation_stance": ("GET", DECIDES),
    "citation_grade": ("GET", EVERYONE),
    "party_grade": ("GET", EVERYONE),
    "citation_withdraw": ("POST", CITES),
    "source": ("GET", EVERYONE),
    "source_correct": ("GET", CITES),
    "source_render": ("POST", CITES),
    "capture": ("GET", EVERYONE),
    "capture_cite": ("GET", CITES),
    "capture_diff": ("GET", EVERYONE),
    "capture_document": ("GET", EVIDENCE),
    "capture_recording": ("GET", EVIDENCE),
    "page_compare": ("GET", EVERYONE),
    "source_look": ("POST", CITES),
    "source_watch": ("POST", CITES),
    "capture_retry": ("POST", CITES),
    "capture_record": ("GET", EVIDENCE),
    "attempt_record": ("GET", EVIDENCE),
    "capture_wacz": ("GET", EVIDENCE),
    "claim_wacz": ("GET", EVIDENCE),
    "claim_bundle": ("POST", EXPORTS),
    "capture_let_go": ("POST", CITES),
    "page_upload": ("POST", CITES),
    "needs_a_person": ("GET", EVERYONE),
    "archive_health": ("GET", OPERATORS),
    "drifts": ("GET", EVERYONE),
    "stories": ("GET", EVERYONE),
    "story_open": ("GET", CITES),
    "story": ("GET", EVERYONE),
    "story_edit": ("GET", CITES),
    "story_dossier": ("GET", EXPORTS),
    "story_dossier_pdf": ("GET", EXPORTS),
    "flags": ("GET", EVERYONE),
    "flag_clear": ("GET", DECIDES),
    "link_withdraw": ("GET", CITES),
    "replies_due": ("GET", EVERYONE),
    "reply_settle": ("GET", CITES),
    "caveat_withdraw": ("GET", CITES),
    "corrections": ("GET", EVERYONE),
    "correction_settle": ("GET", CITES),
    "use_withdraw": ("GET", CITES),
    # For those who are named on the source; for anybody else they are not there: test_confidential.py.
    "confidentials": ("GET", EVERYONE),
    "confidential": ("GET", EVERYONE),
    "confidential_people": ("GET", {"standards_editor"}),
    "confidential_withdraw": ("POST", CITES),
    "trail": ("GET", EVERYONE),
    "claim_verify": ("GET", EVERYONE),
    "entry": ("GET", EVERYONE),
    "entry_proof": ("GET", EVERYONE),
    "entry_body": ("GET", EVERYONE),
    "entry_erase": ("GET", {"standards_editor"}),
    "trail_export": ("GET", OPERATORS),
    "verifications": ("GET", OPERATORS),
    "keys": ("GET", EVERYONE),
    "style": ("GET", EVERYONE),
    "verification_ask": ("POST", OPERATORS),
    "claim_live": ("GET", EVERYONE),
    "claim_comment": ("GET", COMMENTS),
    "claim_watch": ("POST", EVERYONE),
    # Its author's alone, whatever their role: tests/teamwork.
    "comment_edit": ("GET", set()),
    "comment_withdraw": ("GET", set()),
    "notices": ("GET", EVERYONE),
    "notices_count": ("GET", EVERYONE),
    "notices_read": ("POST", EVERYONE),
    # Whose it is, may: test_notices.py.
    "notice_read": ("POST", set()),
    # Whose it is, may: test_mailing.py.
    "mail_again": ("POST", set()),
    "notices_settings": ("GET", EVERYONE),
    "view_save": ("GET", EVERYONE),
    "view_remove": ("POST", set()),
}
WITHOUT_SIGN_IN = {"health", "sign_in"}
NAMES = [pattern.name for pattern in urlpatterns if isinstance(pattern, URLPattern)]


def make_claim_with_two_lines(by):
    claim = make_claim(by, "Two lines know.")
    make_two_lines(claim, by)
    return claim


class Addresses:
    """An address for each name, with the rows behind it, which are made when they are asked for."""

    def __init__(self):
        self.ada = make_person("owner", "editor")
        self.claim = make_claim(self.ada, story=make_story(self.ada))
        self.citation = make_citation(self.claim, self.ada, outlet="Yonhap")

    def __getitem__(self, name):
        if name in WITHOUT_ROWS:
            return reverse(f"desk:{name}")
        return reverse(f"desk:{name}", args=self.key_of(name))

    def key_of(self, name):
        if name in {"trail_export", "view_save"}:
            return ["csv" if name == "trail_export" else "trail"]
        kind, capture = name.partition("_")[0], self.citation.capture
        if name in {"capture_diff", "capture_document"}:
            document = store_page(self.citation.source.page, b"%PDF-1.7\n%%EOF", content_type="application/pdf")
            return [capture.pk, document.pk] if name == "capture_diff" else [document.pk]
        if name == "capture_recording":
            return [make_interview(self.claim, self.ada).capture_id]
        if kind in {"capture", "claim", "page", "source", "story", "attempt"}:
            store_record(capture, b"evidence")
        if kind == "confidential":
            secret = make_confidential(self.claim, self.ada)
            return [secret.source.key, secret.pk] if name == "confidential_withdraw" else [secret.source.key]
        if kind in {"flag", "link", "reply", "caveat", "use", "correction"}:
            return [make_knowledge(make_claim(self.ada, "Another matter altogether."), self.ada)[kind].pk]
        return [getattr(self, f"a_{kind}")().pk]

    def a_claim(self):
        return self.claim

    def a_citation(self):
        return self.citation

    def a_source(self):
        return self.citation.source

    def a_party(self):
        return self.citation.source.outlet

    def a_capture(self):
        return self.citation.capture

    def a_page(self):
        return self.citation.source.page

    def a_story(self):
        return self.claim.story

    def a_attempt(self):
        capture = self.citation.capture
        return make_attempt(capture, warc_digest=capture.warc_digest)

    def a_attribution(self):
        source = self.citation.source
        return suggest_attribution(source, "quotes", make_outlet("AFP"), found_by="stated_origin", grounds={})

    def a_entry(self):
        seal()
        return Entry.objects.filter(stream=self.claim.stream).earliest("pk")

    def a_view(self):
        return save_view("trail", "Verdicts", "verb=claim_corroborated", by=self.ada)

    def a_comment(self):
        return post_comment(self.claim, "Seen.", by=self.ada)

    def a_mail(self):
        return Delivery.objects.create(person=self.ada)

    def a_notice(self):
        return make_notice(self.claim, self.ada)

    def a_ruling(self):
        two = make_outlet("AFP"), make_outlet("KCNA")
        return rule_apart(make_claim(self.ada), *two, by=self.ada, reason="So.", expected_version=1)

    def a_request(self):
        return ask(make_claim_with_two_lines(self.ada), State.CORROBORATED, self.ada)

    def a_figure(self):
        return make_figure(make_claim(self.ada), self.ada)


WITHOUT_ROWS = {pattern.name for pattern in urlpatterns if not pattern.pattern.converters}


def test_the_table_names_every_address():
    assert set(NAMES) == set(TABLE)


def test_each_role_comes_in_where_the_table_says_and_nobody_else(subtests):
    """Each comes to the rows as they were: what one did is undone before the next."""
    visitors = {role: visitor(role) for role in VISITORS}
    for name in NAMES:
        with subtests.test(name), undone():
            come_in(name, visitors)


@contextmanager
def undone():
    """What is done in between leaves no row."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def come_in(name, visitors):
    (method, allowed), address = TABLE[name], Addresses()[name]
    for source in ConfidentialSource.of_everybody_UNSAFE.all():
        source.people.add(*(person for person, _ in visitors.values() if person))
    found = {}
    for role, (_, cookies) in visitors.items():
        with undone():
            found[role] = answer_to(role, cookies, method, address)
    nobody = found.pop("nobody signed in"), found.pop("no role")
    assert {role for role, (status, _) in found.items() if status not in {401, 403, 404, 405}} == allowed & set(found)
    assert all(status == 403 and told for role, (status, told) in found.items() if role not in allowed)
    if name in WITHOUT_SIGN_IN:
        assert [status for status, _ in nobody] == [200, 302 if name == "sign_in" else 200]
    else:
        assert [status for status, _ in nobody] == [302 if method == "GET" else 401, 403]


def visitor(role):
    """Somebody of this role who has signed in, or nobody, and what their browser knows them by."""
    client = Client()
    if role == "nobody signed in":
        return None, client.cookies
    somebody = make_person(role.replace(" ", "-"), *({role} & set(ROLES)))
    client.force_login(somebody)
    return somebody, client.cookies


def answer_to(role, cookies, method, address):
    """The status that somebody of this role gets, and whether it is told why they may not, or where to sign in."""
    client = Client()
    client.cookies.update(cookies)
    data = {"expected_version": 1, "stage": "in_review", "url": "https://a.example.com/", "stance": "supports"}
    response = client.get(address) if method == "GET" else client.post(address, data)
    if response.status_code == 302 and role == "nobody signed in":
        assert response.headers["Location"].startswith(reverse("desk:sign_in"))
    return response.status_code, response.status_code == 403 and "may not" in response.content.decode()


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
