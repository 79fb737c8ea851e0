"""A confidential source is seen by those named on it and by nobody else, wherever they look.

The desk is filled with a source that holds SECRET in every field that it has. Then every page, list, search, export,
admin view, log line, error report, session and dump is read for it. LOOKED_FOR stands beside it in the same fields, so
that a search for the one may echo it and must not find the other.
"""

from __future__ import annotations

import ast
import gzip
import io
import logging
import re
import traceback
import zipfile
from contextlib import suppress
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.log import AdminEmailHandler
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from apps.accounts.permissions import NotAllowed
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import Claim, Commitment, ConfidentialCitation, Story
from apps.claims.refusals import Refusal
from apps.claims.states import State
from apps.search.models import Kind, Words
from apps.sources.models import ConfidentialSource, CouldNotKeep, Fingerprint, Hidden
from tests.archive.recorded import store_page
from tests.browser.everything import answering, everything
from tests.newsroom import (
    corroborate,
    make_claim,
    make_confidential,
    make_editor,
    make_extract,
    make_knowledge,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
LOOKED_FOR, SECRET = "Nightjar", "Kestrel"
ROLES = ["reporter", "editor", "standards_editor", "auditor", "administrator"]
# A page asks the same of either database: on SQLite the one who may see most reads it, on PostgreSQL the others do.
ON_SQLITE = ["standards_editor"]
READERS = [role for role in ROLES if (role in ON_SQLITE) is (connection.vendor == "sqlite")]
OTHERS = ["reporter", "standards_editor"] if connection.vendor == "postgresql" else ["reporter"]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    claim = make_claim(ada, story=make_story(ada, "Two in Kursk"))
    for citation in make_two_lines(claim, ada):
        citation.capture = store_page(citation.source.page, "<h1>Two were captured</h1><p>So they say.</p>")
        citation.save()
        make_extract(citation.capture)
    make_knowledge(make_claim(ada, "Another matter altogether.", story=claim.story), ada)
    return claim


def typed(**more):
    word = f"{LOOKED_FOR} {SECRET}"
    return {
        "kind": "interview",
        "title": f"{word} in the ministry",
        "party": f"Captain {word}",
        "stance": "supports",
        "quote": f"{word} saw two.",
        "note": f"Meet {word} again.",
        **more,
    }


def register(claim, by, **more):
    """Through the page, as a person does it."""
    client = Client()
    client.force_login(by)
    response = client.post(reverse("desk:claim_confide", args=[claim.pk]), typed(**more))
    assert response.status_code == 302, response.content.decode()
    source = ConfidentialSource.of_everybody_UNSAFE.latest("pk")
    source.note = f"{LOOKED_FOR} {SECRET} called."
    source.save()
    return source


def decide(claim, ada):
    return corroborate(claim, ada)


class Reader:
    """Follows every link from wherever it starts, and unpacks what it is given."""

    # Many rows and many filters, one template: beside the starts, so many of each kind of address are read.
    OF_A_KIND = 2

    def __init__(self, person):
        self.client = Client(raise_request_exception=False)
        self.client.force_login(person)
        self.read: dict[str, bytes] = {}
        self.kinds: dict[str, int] = {}

    def everything(self, starts):
        first = list(starts)
        waiting = [*first]
        while waiting:
            url = waiting.pop(0)
            is_enough = self.kinds.get(self.kind(url), 0) >= self.OF_A_KIND and url not in first
            if url in self.read or is_enough:
                continue
            self.kinds[self.kind(url)] = self.kinds.get(self.kind(url), 0) + 1
            response = self.client.get(url)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            self.read[url] = b"\n".join([*unpacked(body), repr(response.headers).encode()])
            if response.status_code in {301, 302}:
                waiting.append(response.headers["Location"])
            if response.headers.get("Content-Type", "").startswith("text/html"):
                waiting += [one for one in links(body) if one.startswith("/")]
        return self.read

    @staticmethod
    def kind(url):
        return re.sub(r"\d+|[0-9a-f-]{36}", "N", url.partition("?")[0])


def links(body):
    return [
        unescape(one).partition("#")[0]
        for one in re.findall(r'(?:href|action|hx-get)="([^"]*)"', body.decode(errors="replace"))
        if "sign-out" not in one and "/static/" not in one
    ]


def unpacked(body):
    yield body
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                yield from unpacked(packed.read(name))
    elif body[:2] == b"\x1f\x8b":
        yield gzip.decompress(body)
    elif body[:4] == b"%PDF":
        # Some of what is on the desk only begins like one.
        with suppress(PyPdfError):
            yield "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).encode()


def starts():
    """Every list, every search for the word that stands beside the secret, and every list of the panel."""
    found = [reverse(f"desk:{name}") for name in ("queue", "stories", "trail", "flags", "replies_due", "corrections")]
    found += [reverse(f"desk:{name}") for name in ("confidentials", "needs_a_person", "drifts", "claim_open")]
    found += [f"{reverse('desk:queue')}?text={LOOKED_FOR}", f"{reverse('desk:stories')}?text={LOOKED_FOR}"]
    found += [f"{reverse('desk:search')}?q={LOOKED_FOR}&in={kind}" for kind in Kind]
    found += [f"{reverse('desk:add')}?text={LOOKED_FOR} in the ministry saw two."]
    found += [f"{reverse('desk:claim_similar')}?statement={LOOKED_FOR} in the ministry saw two."]
    for claim in Claim.objects.all():
        names = ("claim", "claim_wacz", "claim_link", "claim_caveat", "claim_confide", "claim_edit")
        found += [reverse(f"desk:{name}", args=[claim.pk]) for name in names]
        found.append(reverse("api:claim", args=[claim.pk]))
    for config in apps.get_app_configs():
        for model in config.get_models():
            # The indices of words have no view: that every other model has one is tested with the panel.
            if config.name.startswith("apps.") and model is not Fingerprint and not issubclass(model, Words):
                address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
                found += [address, f"{address}?q={LOOKED_FOR}"]
                found += [f"{address}{row.pk}/change/" for row in model._base_manager.order_by("-pk")[:2]]
                found += [f"{address}{row.pk}/history/" for row in model._base_manager.order_by("-pk")[:1]]
    return found


def files():
    """What no page leads everybody to: files, proofs, and parts of pages."""
    found = [reverse("desk:sign_in"), reverse("desk:health")]
    found += [reverse("desk:trail_export", args=[kind]) for kind in ("csv", "jsonl")]
    for story in Story.objects.all():
        found.append(reverse("desk:story_dossier_pdf", args=[story.pk]))
    for claim in Claim.objects.order_by("pk")[:2]:
        found += [reverse(f"desk:{name}", args=[claim.pk]) for name in ("claim_evidence", "claim_live", "claim_bundle")]
    stored = Capture.objects.exclude(warc_digest="")
    handed_in, fetched = stored.filter(upload__isnull=False).latest("pk"), stored.filter(upload=None).latest("pk")
    attempt = fetched.attempts.create(number=9, started_at=timezone.now(), warc_digest=fetched.warc_digest)
    found.append(reverse("desk:attempt_record", args=[attempt.pk]))
    for capture in (handed_in, fetched):
        names = ("capture_document", "capture_record", "capture_recording", "capture_wacz")
        found += [reverse(f"desk:{name}", args=[capture.pk]) for name in names]
        found.append(reverse("desk:page_compare", args=[capture.page_id]))
    for entry in Entry.objects.filter(stream__startswith="claim:").order_by("pk")[:2]:
        found += [reverse(f"desk:{name}", args=[entry.pk]) for name in ("entry_body", "entry_proof")]
    return found


@pytest.fixture
def log():
    """Everything that anybody logs, at every level, as it would be written down, and as it would be mailed."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s %(args)s"))
    mailer = AdminEmailHandler(include_html=True)
    root, requests, database = logging.getLogger(), logging.getLogger("django.request"), logging.getLogger("django.db")
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # As with DEBUG on: Django logs each statement with its values.
    connection.force_debug_cursor = True
    requests.addHandler(mailer)
    database.addHandler(handler)
    yield lines
    connection.force_debug_cursor = False
    root.removeHandler(handler)
    root.setLevel(level)
    requests.removeHandler(mailer)
    database.removeHandler(handler)


@pytest.fixture
def admins(settings):
    settings.ADMINS = [("Root", "root@desk.example")]


def test_who_is_named_reads_it_so_that_the_search_below_can_fail(client, claim, ada):
    nora = make_reporter("nora")
    source = register(claim, ada, people=[nora.pk])
    for person in (ada, nora):
        read = Reader(person).everything([reverse("desk:claim", args=[claim.pk])])
        page = read[reverse("desk:confidential", args=[source.key])].decode()
        assert page.count(SECRET) >= 5
        assert "That you have looked is on record." in page
        # Nowhere else, for them either: reading it without a look on record is what must not be.
        unlooked = {url: body for url, body in read.items() if not url.startswith(f"/confidential/{source.key}")}
        assert [url for url, body in unlooked.items() if SECRET.encode() in body] == []


@pytest.mark.parametrize("role", READERS)
def test_nobody_else_finds_it_on_any_page_list_search_export_or_view_of_the_panel(claim, ada, log, role):
    source = register(claim, ada, people=[make_reporter("nora").pk])
    decide(claim, ada)
    make_confidential(make_claim(ada, "A third matter."), ada, f"{LOOKED_FOR} {SECRET}")
    addresses = [
        *starts(),
        *(address for one in everything().values() for address in one),
        *files(),
        reverse("desk:confidential", args=[source.key]),
        reverse("desk:confidential_people", args=[source.key]),
    ]
    reader = Reader(make_person("olga", role))
    read = reader.everything(addresses)
    names = {resolve(url.partition("?")[0]).view_name for url in read}
    assert {"api:claim", *(f"desk:{name}" for name in answering(reader.client))} - names == set()
    assert any(body.startswith(b"PK") for body in read.values()) or role == "administrator"
    assert [url for url, body in read.items() if SECRET.encode() in body] == []
    elsewhere = {url: body for url, body in read.items() if str(source.key) not in url}
    assert [url for url, body in elsewhere.items() if str(source.key).encode() in body] == []
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize("role", OTHERS)
def test_to_anybody_else_the_desk_is_the_same_with_it_and_without(claim, ada, role):
    """Not a word, not a number, not a line more: counts, badges, versions, times and the trail."""
    client = Client()
    client.force_login(make_person("olga", role))
    addresses = [one for one in starts() if not re.search("wacz|confidential|commitment|user", one)]
    before = looked_at(client, addresses)
    assert len(before) > 15
    source = register(claim, ada)
    actions.look_at_confidential(source, by=ada)
    actions.withdraw_confidential(ConfidentialCitation.of_everybody_UNSAFE.get(), by=ada)
    make_confidential(claim, ada, SECRET)
    after = looked_at(client, before)
    assert [url for url, was in before.items() if was != after.get(url)] == []


def looked_at(client, addresses):
    """What each of them answers that does. Where somebody is refused the trail grows by that: no look leaves a row."""
    found = {}
    for url in addresses:
        with transaction.atomic():
            response = client.get(url)
            transaction.set_rollback(True)
        if response.status_code == 200:
            found[url] = without_tokens(response.content)
    return found


def without_tokens(body):
    """Without what differs from one answer to the next by itself."""
    return re.sub(rb'<input[^>]*(?:csrfmiddlewaretoken|submission)[^>]*>|nonce="[^"]*"', b"", body)


def test_addresses_answer_those_who_are_not_named_as_if_it_had_never_been(client, claim, ada):
    source = register(claim, ada)
    citation = ConfidentialCitation.of_everybody_UNSAFE.get()
    client.force_login(make_person("sofia", "standards_editor"))
    for name, args, verb in [
        ("confidential", [], client.get),
        ("confidential_people", [], client.get),
        ("confidential_people", [], client.post),
        ("confidential_withdraw", [citation.pk], client.post),
    ]:
        there = verb(reverse(f"desk:{name}", args=[source.key, *args]))
        never = verb(reverse(f"desk:{name}", args=[uuid4(), *args]))
        assert (there.status_code, never.status_code) == (404, 404)
        assert without_tokens(there.content) == without_tokens(never.content)
    citation.refresh_from_db()
    assert citation.withdrawn_at is None


class TestRefusalsAndFailures:
    def test_what_is_refused_or_fails_is_repeated_to_nobody_else(self, claim, ada, log, admins):
        """Wrong forms, no permission, no session, a second time, and a desk that breaks down in the middle of it."""
        address = reverse("desk:claim_confide", args=[claim.pk])
        aziz = Client(raise_request_exception=False)
        aziz.force_login(make_person("aziz", "auditor"))
        assert aziz.post(address, typed()).status_code == 403
        own = Client(raise_request_exception=False)
        own.force_login(ada)
        assert own.post(address, typed(stance="nonsense")).status_code == 422
        assert own.post(address, typed(document_digest="x")).status_code == 422
        source = register(claim, ada)
        assert own.post(address, typed(known=source.pk)).status_code == 409
        signed_out = Client(raise_request_exception=False)
        answer = signed_out.post(address, typed())
        assert answer.status_code == 401
        assert SECRET not in answer.content.decode()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE claims_confidentialcitation RENAME TO not_there")
        try:
            assert own.post(address, typed()).status_code == 500
        finally:
            with connection.cursor() as cursor:
                if not connection.needs_rollback:
                    cursor.execute("ALTER TABLE not_there RENAME TO claims_confidentialcitation")
        assert "Internal Server Error" in log.getvalue()
        assert SECRET not in log.getvalue()
        assert mail.outbox
        for sent in mail.outbox:
            assert SECRET not in sent.body
            assert all(SECRET not in html for html, _ in sent.alternatives)
        assert all(SECRET not in str(session.get_decoded()) for session in Session.objects.all())

    def test_what_the_database_says_of_a_row_that_it_refuses_is_not_repeated(self, claim, ada, log):
        with pytest.raises(CouldNotKeep) as refused:
            actions.register_confidential(by=ada, kind="nonsense", title=SECRET, note=SECRET)
        told = "".join(traceback.format_exception(refused.value))
        assert SECRET not in told
        assert SECRET not in log.getvalue()

    def test_the_rows_have_no_name_of_their_own(self, claim, ada):
        source = register(claim, ada)
        citation = ConfidentialCitation.of_everybody_UNSAFE.get()
        for row in (source, citation):
            assert SECRET not in f"{row} {row!r} {[row]}"


class TestNothingLeadsThere:
    HIDDEN = [model for model in apps.get_models() if issubclass(model, Hidden)]

    def test_the_default_manager_finds_nothing_and_so_a_dump_holds_nothing(self, claim, ada):
        register(claim, ada)
        decide(claim, ada)
        assert len(self.HIDDEN) == 3
        for model in self.HIDDEN:
            assert model.of_everybody_UNSAFE.exists()
            assert not model._default_manager.exists()
        out = io.StringIO()
        call_command("dumpdata", "sources", "claims", "audit", stdout=out)
        assert claim.statement in out.getvalue()
        assert SECRET not in out.getvalue()

    def test_no_row_of_the_desk_leads_to_a_hidden_one(self):
        """So no join, however it is written, can reach one from a claim, a source, a person or an entry."""
        for model in apps.get_models(include_auto_created=True):
            names = {
                field.name for field in model._meta.get_fields() if getattr(field, "related_model", None) in self.HIDDEN
            }
            own = issubclass(model, Hidden) or model is ConfidentialSource.people.through
            assert not names or own, f"{model.__name__} leads to a hidden row by {names}"
        with pytest.raises(FieldError):
            Claim.objects.filter(confidentialcitation__quote__contains=SECRET)

    def test_only_few_places_may_read_every_row_and_these_are_they(self):
        found = {}
        for path in [*ROOT.glob("apps/**/*.py"), *ROOT.glob("verifydesk/**/*.py")]:
            named = [
                node
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Attribute) and node.attr in {"of_everybody_UNSAFE", "_base_manager"}
            ]
            if named:
                found[str(path.relative_to(ROOT))] = len(named)
        # Two locks of a row that the person was shown to be named on; the sealing; the proof.
        assert found == {"apps/claims/actions/confidential.py": 4}


class TestWhoIsNamed:
    def test_who_registers_names_others_and_a_standards_editor_only_where_she_is_named_herself(self, claim, ada):
        nora, sofia = make_reporter("nora"), make_person("sofia", "standards_editor")
        source = make_confidential(claim, ada, people=[nora]).source
        with pytest.raises(NotAllowed, match="may not change who is named"):
            actions.name_on_confidential(source, by=nora, people=[nora])
        with pytest.raises(NotAllowed, match="nothing here"):
            actions.name_on_confidential(source, by=sofia, people=[sofia])
        actions.name_on_confidential(source, by=ada, people=[ada, sofia])
        actions.name_on_confidential(source, by=sofia, people=[sofia])
        assert list(ConfidentialSource.objects.visible_to(sofia)) == [source]
        assert not ConfidentialSource.objects.visible_to(ada).exists()
        with pytest.raises(Refusal, match="has to stay named"):
            actions.name_on_confidential(source, by=sofia, people=[])

    def test_somebody_who_has_left_sees_nothing(self, claim, ada):
        nora = make_reporter("nora")
        make_confidential(claim, ada, people=[nora])
        nora.is_active = False
        assert not ConfidentialSource.objects.visible_to(nora).exists()

    def test_each_look_is_recorded_and_read_by_auditors_without_a_name(self, client, claim, ada):
        source = register(claim, ada)
        client.force_login(ada)
        for _ in range(2):
            response = client.get(reverse("desk:confidential", args=[source.key]))
            assert response.status_code == 200
            assert "no-store" in response.headers["Cache-Control"]
            assert response.headers["Referrer-Policy"] == "strict-origin"
        looks = Entry.every_line.filter(verb="confidential_seen")
        assert [(one.actor, one.sentence) for one in looks] == [(ada, "Ada looked at a confidential source")] * 2
        assert not Entry.objects.filter(stream__startswith="confidential").exists()
        assert SECRET not in str(list(Entry.every_line.values()))
        client.force_login(make_person("aziz", "auditor"))
        assert "Ada looked at a confidential source" in client.get(reverse("desk:trail")).content.decode()
        client.force_login(make_person("sofia", "standards_editor"))
        assert "confidential source" not in client.get(reverse("desk:trail")).content.decode()


class TestEvidence:
    def test_it_never_counts_and_leaves_no_mark_on_the_claim(self, claim, ada):
        version, changed = claim.version, claim.changed_at
        bare = make_claim(ada, "Nothing else is known of it.")
        for one in (claim, bare):
            make_confidential(one, ada)
            make_confidential(one, ada, "Another")
        claim.refresh_from_db()
        assert (claim.version, claim.changed_at) == (version, changed)
        with pytest.raises(Refusal, match="Two independent lines"):
            decide(bare, ada)

    def test_every_decision_seals_what_is_confidential_and_shows_nothing_of_it(self, claim, ada):
        citation = make_confidential(claim, ada, SECRET)
        decision = decide(claim, ada)
        assert SECRET not in str(decision.evidence)
        sealed = Entry.objects.get(verb="claim_corroborated").after["confidential_sha256"]
        found = actions.proof(citation, decision, by=ada)
        assert found["digest"] == sealed == Commitment.of(found["salt"], found["leaves"])
        assert found["leaf"] in found["leaves"]
        with pytest.raises(NotAllowed):
            actions.proof(citation, decision, by=make_editor("ben"))
        citation.quote = "Other words."
        assert citation.sealed not in found["leaves"]

    def test_nobody_can_try_out_words_against_what_is_sealed(self, claim, ada):
        """The same words under another decision or another source are another digest."""
        first, second = make_confidential(claim, ada), make_confidential(claim, ada)
        second.source = first.source
        assert first.quote == second.quote
        assert first.sealed != second.sealed

    def test_a_decision_without_any_looks_the_same(self, claim, ada):
        other = make_claim(ada, "There is nothing confidential about it.")
        make_two_lines(other, ada)
        make_confidential(claim, ada)
        for one in (claim, other):
            decide(one, ada)
        first, second = Commitment.of_everybody_UNSAFE.order_by("pk")
        assert len(first.leaves) == len(second.leaves) == 8
        assert first.digest != second.digest

    def test_it_is_taken_off_by_those_named_and_stays_provable(self, claim, ada):
        citation = make_confidential(claim, ada)
        decision = decide(claim, ada)
        actions.withdraw_confidential(citation, by=ada)
        with pytest.raises(Refusal):
            actions.withdraw_confidential(citation, by=ada)
        assert actions.proof(citation, decision, by=ada)
        claim.refresh_from_db()
        assert claim.state == State.CORROBORATED
