"""The audit trail's page: what it tells and how it is narrowed."""

import base64
import csv
import hashlib
import io
import json
import re
import tracemalloc
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import SavedView
from apps.audit import triggers
from apps.audit.actions import record
from apps.audit.models import Entry, Verification
from apps.audit.sealing import notes
from apps.audit.sealing.keys import known_keys
from apps.audit.sealing.sealer import seal
from apps.audit.sealing.tree import leaf_hash, root_of_inclusion
from apps.audit.tasks import verify_for
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify_stream
from apps.audit.versioned import begin
from apps.claims import actions
from apps.claims.states import Stance
from apps.desk.views import trail_export
from apps.desk.views.trail_export import safe_cell
from apps.sources.models import Source
from tests.newsroom import (
    corroborate,
    make_claim,
    make_confidential,
    make_editor,
    make_outlet,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
ASKED = "Ada asked for “corroborated”: a second editor has to sign"
SIGNED = "Vera marked the claim corroborated"


@pytest.fixture
def ada(client):
    ada = make_editor()
    client.force_login(ada)
    return ada


@pytest.fixture
def claim(ada):
    claim = make_claim(ada, "Two were captured.")
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    make_claim(make_reporter(), "Another.")
    return claim


def alike(entry, **fields):
    """A copy of this line, not yet saved."""
    row = {field.attname: getattr(entry, field.attname) for field in Entry._meta.concrete_fields}
    return Entry(**{**row, "id": None, **fields})


def told(client, **query):
    response = client.get(reverse("desk:trail"), query)
    assert response.status_code == 200
    return [entry.sentence for entry in response.context["slice"].rows]


def test_it_tells_who_did_what_and_why_newest_first(client, claim):
    assert told(client) == ["Rita opened the claim", SIGNED, ASKED, "Ada opened the claim"]
    assert "Two bodies know." in client.get(reverse("desk:trail")).content.decode()


def test_it_is_narrowed_by_person_verb_claim_door_and_day(client, claim, ada):
    assert told(client, actor=ada.pk) == [ASKED, "Ada opened the claim"]
    assert told(client, verb="claim_corroborated") == [SIGNED]
    assert told(client, claim=claim.pk) == [SIGNED, ASKED, "Ada opened the claim"]
    assert told(client, channel="web") == []
    assert len(told(client, channel="command")) == 4
    today = timezone.localdate()
    assert len(told(client, first=today, last=today)) == 4
    assert told(client, last=today - timedelta(days=1)) == []
    assert told(client, first=today + timedelta(days=1)) == []
    assert told(client, actor=ada.pk, verb="claim_opened", claim=claim.pk) == ["Ada opened the claim"]


def test_a_claims_trail_holds_what_happened_to_its_pages(client, ada):
    claim = make_claim(ada)
    actions.cite(claim, by=ada, url="https://news.example.org/a", stance=Stance.SUPPORTS)
    assert told(client, claim=claim.pk) == [
        "Ada cited https://news.example.org/a (supports)",
        "Ada put https://news.example.org/a under watch",
        "Ada asked for a copy of https://news.example.org/a",
        "Ada registered the source https://news.example.org/a",
        "Ada opened the claim",
    ]
    shown = client.get(reverse("desk:claim", args=[claim.pk])).content.decode()
    assert "registered the source" not in shown


@pytest.mark.parametrize(
    "query", [{"claim": "x"}, {"claim": "-1"}, {"claim": "9" * 40}, {"verb": "no"}, {"first": "soon"}, {"actor": "0"}]
)
def test_a_filter_that_can_not_be_read_is_said_and_breaks_nothing(client, claim, query):
    response = client.get(reverse("desk:trail"), query)
    assert response.status_code == 200
    assert response.context["filter"].form.errors
    assert "was left out" in response.content.decode()
    assert len(response.context["slice"].rows) == 4


def test_a_filter_that_can_be_read_still_narrows_beside_one_that_can_not(client, claim):
    assert told(client, verb="claim_corroborated", first="soon") == [SIGNED]
    assert "was left out" not in client.get(reverse("desk:trail"), {"verb": "claim_corroborated"}).content.decode()


@pytest.mark.parametrize("name", ["state", "stage"])
def test_the_queue_says_so_too_and_shows_the_rest(client, claim, name):
    response = client.get(reverse("desk:queue"), {name: "zzz", "text": "captured"})
    page = " ".join(response.content.decode().split())
    assert (
        f"“{name.capitalize()}” was left out: Select a valid choice. zzz is not one of the available choices." in page
    )
    assert [one.statement for one in response.context["slice"].rows] == ["Two were captured."]
    assert '<a href="?text=captured" aria-current="true">All' in page or name != "state"


def test_its_pages_hold_every_entry_once(client, ada):
    for number in range(230):
        record(Verb.PARTY_REGISTERED, stream=f"party:{number}", target=f"Party {number}", by=ada)
    seen, query = [], ""
    for _ in range(6):
        response = client.get(f"{reverse('desk:trail')}?{query}")
        seen += [entry.pk for entry in response.context["slice"].rows]
        query = response.context["slice"].next_query
        if not query:
            break
    assert seen == list(Entry.objects.order_by("-at", "-id").values_list("pk", flat=True))


def test_a_claims_trail_leaves_out_what_was_done_to_its_pages_for_other_claims(client, ada):
    url = "https://news.example.org/a"
    actions.cite(make_claim(ada, "An older claim."), by=ada, url=url, stance=Stance.SUPPORTS)
    claim = make_claim(ada)
    actions.cite(claim, by=ada, url=url, stance=Stance.SUPPORTS)
    record(Verb.SOURCE_CORRECTED, stream=Source.objects.get().stream, target=url, by=ada, after={"changed": "title"})
    sentences = [f"Ada corrected the source {url}: title", f"Ada cited {url} (supports)", "Ada opened the claim"]
    assert told(client, claim=claim.pk) == sentences
    timeline = client.get(reverse("desk:claim", args=[claim.pk])).context["timeline"]
    assert [entry.sentence for entry in timeline] == sentences


class TestWhatAnEntryIsAbout:
    URL = "https://news.example.org/a"

    @pytest.fixture
    def cited(self, ada):
        claim = make_claim(ada, "Two were captured.", story=make_story(ada, "Kursk"))
        actions.cite(claim, by=ada, url=self.URL, stance=Stance.SUPPORTS)
        Source.objects.update(title="Two prisoners", outlet=make_outlet("Yonhap"))
        return claim

    def links(self, response, verb):
        [entry] = [one for one in response.context["timeline"] if one.verb == verb]
        return [(one.name, one.url) for one in response.context["subjects"][entry.pk]]

    def test_each_line_of_the_trail_links_it_by_its_present_name(self, client, cited):
        source = Source.objects.get()
        page = client.get(reverse("desk:trail")).content.decode()
        assert f"Ada cited {self.URL} (supports)" in page
        assert f'<a href="/sources/{source.pk}/" dir="auto">Yonhap: Two prisoners</a>' in page
        capture = source.page.captures.get()
        assert f'<a href="/sources/{source.pk}/?capture={capture.pk}" dir="auto">Yonhap: Two prisoners</a>' in page
        assert f'<a href="/claims/{cited.pk}/" dir="auto">Two were captured.</a>' in page
        assert f'<a href="/stories/{cited.story_id}/" dir="auto">Kursk</a>' in page

    def test_a_claims_timeline_links_the_sources_and_not_itself(self, client, cited):
        response = client.get(reverse("desk:claim", args=[cited.pk]))
        about = [("Yonhap: Two prisoners", reverse("desk:source", args=[Source.objects.get().pk]))]
        assert self.links(response, Verb.SOURCE_CITED) == about
        assert self.links(response, Verb.CLAIM_OPENED) == []

    def test_a_withdrawal_links_what_was_withdrawn(self, client, cited, ada):
        actions.withdraw_citation(cited.citations.get(), by=ada, reason="It was taken back.")
        response = client.get(reverse("desk:claim", args=[cited.pk]))
        assert [name for name, _ in self.links(response, Verb.CITATION_WITHDRAWN)] == ["Yonhap: Two prisoners"]

    def test_the_number_of_queries_does_not_grow_with_the_lines(self, client, cited, ada):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("desk:trail"))
            return len(queries)

        few = asked()
        for number in range(8):
            claim = make_claim(ada, f"Claim {number}.", story=make_story(ada, f"Story {number}"))
            actions.cite(claim, by=ada, url=f"{self.URL}/{number}", stance=Stance.SUPPORTS)
        assert asked() == few


class TestNarrowing:
    def test_by_story_it_holds_the_story_and_its_claims(self, client, ada):
        story, other = make_story(ada), make_story(ada, "Another story")
        make_claim(ada, "In it.", story=story)
        make_claim(ada, "Not in it.", story=other)
        assert told(client, story=story.pk) == ["Ada opened the claim", f"Ada opened the story “{story.title}”"]

    def test_to_what_was_denied(self, client, ada):
        client.force_login(make_reporter())
        sent = {"stage": "settled", "expected_version": 1}
        assert client.post(reverse("desk:claim_stage", args=[make_claim(ada).pk]), sent).status_code == 403
        (denied,) = told(client, denied="yes")
        assert denied.startswith("Rita was refused: Your role (Reporter) may not")

    def test_further_pages_go_by_time_and_miss_none(self, client, ada, monkeypatch):
        monkeypatch.setattr("apps.desk.views.trail.PAGE", 7)
        for number in range(20):
            record(Verb.SIGNED_IN, stream=f"person:{number}", target="Ada", by=ada)
        seen, address = [], reverse("desk:trail")
        while True:
            found = client.get(address).context["slice"]
            seen += [entry.pk for entry in found.rows]
            if not found.next_query:
                break
            address = f"{reverse('desk:trail')}?{found.next_query}"
        assert seen == list(Entry.objects.order_by("-at", "-id").values_list("pk", flat=True))

    def test_the_two_kinds_of_denials_are_one_list_in_the_order_of_time_over_all_pages(self, client, ada, monkeypatch):
        monkeypatch.setattr("apps.desk.views.trail.PAGE", 3)
        with time_machine.travel(timezone.now(), tick=False):
            # Of some the time is the same: then the number decides.
            for verb in ("denied", "sign_in_failed", "signed_in", "denied", "sign_in_failed", "denied", "denied"):
                record(Verb(verb), stream="person:1", target="x", by=ada)
        for verb in ("sign_in_failed", "denied", "signed_in"):
            record(Verb(verb), stream="person:1", target="x", by=ada)
        denials = Entry.every_line.filter(verb__in=["denied", "sign_in_failed"])
        wanted = list(denials.order_by("-at", "-id").values_list("pk", flat=True))
        seen, query = [], "denied=yes"
        while query:
            found = client.get(f"{reverse('desk:trail')}?{query}").context["slice"]
            seen += [entry.pk for entry in found.rows]
            query = found.next_query
        assert (seen, len(seen)) == (wanted, 8)

    @pytest.mark.parametrize(
        ("query", "number"), [("denied=yes", 2), ("story={story}", 1), ("verb=denied", 1), ("channel=web", 1)]
    )
    def test_keys_come_from_an_index_before_any_row_is_read(self, client, ada, query, number):
        """The plan for millions: a database that reads or sorts whole rows takes a fifth of a second there."""
        story = make_story(ada)
        make_claim(ada, story=story)
        client.force_login(make_person("aida", "auditor"))
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{reverse('desk:trail')}?{query.format(story=story.pk)}")
        of_keys = re.compile(
            r'SELECT "audit_entry"."at"( AS "at")?, "audit_entry"."id"( AS "pk")? FROM "audit_entry" WHERE'
        )
        keys = [one["sql"] for one in queries if of_keys.match(one["sql"])]
        assert len(keys) == number, [one["sql"][:160] for one in queries]
        if connection.vendor == "sqlite":
            for sql in keys:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                    plan = " ".join(row[3] for row in cursor.fetchall())
                assert "COVERING INDEX" in plan, plan


class TestEntry:
    @pytest.fixture
    def entry(self, claim):
        seal()
        return Entry.objects.get(verb="claim_corroborated")

    def test_its_address_tells_all_of_it(self, client, entry):
        page = client.get(reverse("desk:entry", args=[entry.pk])).content.decode()
        for told_ in (entry.sentence, entry.reason, entry.hash, entry.stream, "unverified", "corroborated"):
            assert told_ in page

    def test_what_was_hashed_has_the_hash_that_is_shown(self, client, entry):
        response = client.get(reverse("desk:entry_body", args=[entry.pk]))
        assert hashlib.sha256(response.content).hexdigest() == entry.hash
        assert response.headers["Content-Disposition"] == f'attachment; filename="entry-{entry.pk}.json"'

    def test_its_proof_leads_from_it_to_the_signed_root(self, client, entry):
        proof = client.get(reverse("desk:entry_proof", args=[entry.pk])).content.decode()
        head, _, note = proof.partition("\n\n")
        format_, index, *hashes = head.split("\n")
        signed = notes.read(note)
        assert format_ == "c2sp.org/tlog-proof@v1"
        found = root_of_inclusion(
            int(index.removeprefix("index ")),
            signed.size,
            leaf_hash(entry.body.encode()),
            [base64.b64decode(one) for one in hashes],
        )
        assert found == signed.root
        assert signed.is_signed_by(known_keys(signed.origin))

    def test_until_it_is_sealed_there_is_no_proof(self, client, ada):
        make_story(ada)
        entry = Entry.objects.latest("pk")
        assert client.get(reverse("desk:entry_proof", args=[entry.pk])).status_code == 404
        assert "Waits for its seal" in client.get(reverse("desk:entry", args=[entry.pk])).content.decode()

    def test_a_private_line_is_there_for_auditors_alone(self, client, ada):
        secret = make_confidential(make_claim(ada), ada)
        entry = Entry.every_line.filter(stream=secret.source.stream).latest("pk")
        names = ("entry", "entry_proof", "entry_body")
        assert [client.get(reverse(f"desk:{name}", args=[entry.pk])).status_code for name in names] == [404] * 3
        seal()
        client.force_login(make_person("aziz", "auditor"))
        assert [client.get(reverse(f"desk:{name}", args=[entry.pk])).status_code for name in names] == [200] * 3


class TestErasing:
    @pytest.fixture
    def sofia(self, client, claim):
        sofia = make_person("sofia", "standards_editor")
        client.force_login(sofia)
        return sofia

    @pytest.fixture
    def address(self, claim):
        entry = Entry.objects.get(stream=claim.stream, seq=1)
        return reverse("desk:entry_erase", args=[entry.pk])

    def test_chosen_words_go_with_a_reason_and_a_mark(self, client, sofia, address, claim):
        form = client.get(address).content.decode()
        assert "target: Two were captured." in form
        sent = {"fields_to_erase": ["target", "after.statement"], "reason": "Asked to."}
        response = client.post(address, sent, follow=True)
        page = response.content.decode()
        assert "The words are gone for good" in page
        assert "Words of this line were erased" in page
        assert "Asked to." in page
        assert "Two were captured." not in page.split('id="says-heading"')[1]
        assert verify_stream(claim.stream).findings == []

    @pytest.mark.parametrize("missing", ["reason", "fields_to_erase"])
    def test_without_words_or_reason_nothing_happens_and_what_was_typed_stays(self, client, sofia, address, missing):
        sent = {"fields_to_erase": ["target"], "reason": "Because they asked."}
        response = client.post(address, {name: value for name, value in sent.items() if name != missing})
        assert response.status_code == 422
        assert "This field is required" in response.content.decode()
        assert missing == "reason" or "Because they asked." in response.content.decode()
        assert not Entry.objects.filter(verb="entry_erased").exists()

    def test_a_reason_of_blanks_is_none(self, client, sofia, address):
        assert client.post(address, {"fields_to_erase": ["target"], "reason": "  "}).status_code == 422


class TestExport:
    @pytest.fixture
    def aziz(self, client, claim):
        aziz = make_person("aziz", "auditor")
        client.force_login(aziz)
        return aziz

    def read(self, client, kind, **query):
        response = client.get(reverse("desk:trail_export", args=[kind]), query)
        assert response.status_code == 200
        assert response.headers["Content-Disposition"].startswith("attachment")
        return b"".join(response.streaming_content).decode()

    def test_csv_has_every_line_and_the_export_leaves_one(self, client, aziz):
        before = Entry.objects.count()
        rows = list(csv.DictReader(io.StringIO(self.read(client, "csv").removeprefix("\ufeff"))))
        assert [int(row["number"]) for row in rows] == list(
            Entry.every_line.order_by("at", "id").values_list("pk", flat=True)
        )
        assert rows[0]["sentence"] == "Ada opened the claim"
        assert Entry.objects.count() == before + 1
        assert Entry.objects.latest("pk").sentence == "Aziz exported the trail as csv: all of it"

    def test_json_lines_can_be_verified_line_by_line(self, client, aziz):
        lines = [json.loads(line) for line in self.read(client, "jsonl").splitlines()]
        assert len(lines) == Entry.every_line.count()
        assert all(hashlib.sha256(line["body"].encode()).hexdigest() == line["sha256"] for line in lines)

    def test_it_holds_what_the_filters_hold(self, client, aziz, claim):
        rows = list(csv.DictReader(io.StringIO(self.read(client, "csv", verb="claim_corroborated"))))
        assert [row["verb"] for row in rows] == ["claim_corroborated"]
        assert Entry.objects.latest("pk").after["filter"] == "verb=claim_corroborated"

    @pytest.mark.parametrize(
        "word",
        [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "  =1",
            "\u00a0=1",
            "\ufeff=1",
            "＝1",
            "＋1",
            "－1",
            "＠1",
            "|x",
        ],
    )
    def test_no_cell_is_a_formula(self, client, aziz, ada, word):
        record(Verb.STORY_OPENED, stream="story:9", target=f"{word}", by=ada, reason=word)
        rows = list(csv.DictReader(io.StringIO(self.read(client, "csv", verb="story_opened"), newline="")))
        assert rows[-1]["target"] == f"'{word}"
        assert rows[-1]["reason"] == f"'{word}"

    def test_numbers_and_words_are_left_as_they_are(self):
        assert [safe_cell(value) for value in (-5, None, "a=b", "", "Ada")] == ["-5", "", "a=b", "", "Ada"]

    def test_there_is_no_other_format(self, client, aziz):
        assert client.get(reverse("desk:trail_export", args=["xls"])).status_code == 404

    def test_a_line_at_a_time_leaves_the_server_whatever_their_number(
        self, client, aziz, django_assert_max_num_queries
    ):
        for number in range(50):
            record(Verb.SIGNED_IN, stream=f"person:{number}", target="Ada", by=None)
        with django_assert_max_num_queries(12):
            self.read(client, "jsonl")

    @pytest.mark.parametrize("kind", ["csv", "jsonl"])
    def test_the_memory_that_it_takes_does_not_grow_with_the_lines(self, client, aziz, monkeypatch, kind):
        monkeypatch.setattr(trail_export, "AT_ONCE", 50)
        like = record(Verb.SIGNED_IN, stream="person:0", target="Ada " * 100, by=None)

        def taken(lines):
            more = range(Entry.every_line.count(), lines)
            Entry.every_line.bulk_create([alike(like, stream=f"person:{number}") for number in more], batch_size=500)
            response = client.get(reverse("desk:trail_export", args=[kind]))
            tracemalloc.start()
            told = sum(1 for _ in response.streaming_content)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert told >= lines
            return peak

        taken(20)  # what is made once for good is made now
        few = taken(200)
        assert taken(2_000) < 1.5 * few


class TestUnsealed:
    def test_no_database_goes_through_the_trail_for_the_lines_that_wait(self, client, claim):
        """SQLite does, when its rows were counted while none waited, for a question that joins the two."""
        seal()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        make_claim(make_person("tom", "reporter"))
        client.force_login(make_person("aziz", "auditor"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("desk:trail"))
            seal()
        asked = [one["sql"] for one in queries if "audit_pending" in one["sql"] and one["sql"].startswith("SELECT")]
        assert asked
        assert [sql for sql in asked if "audit_entry" in sql] == []

    def test_lines_that_wait_too_long_are_told_to_those_who_check(self, client, claim):
        client.force_login(make_person("aziz", "auditor"))
        assert "waited for their seal" not in client.get(reverse("desk:trail")).content.decode()
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            assert "Lines have waited for their seal since" in client.get(reverse("desk:trail")).content.decode()
            client.force_login(make_person("ben", "editor"))
            assert "waited for their seal" not in client.get(reverse("desk:trail")).content.decode()
        seal()
        client.force_login(make_person("aida", "auditor"))
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            assert "waited for their seal" not in client.get(reverse("desk:trail")).content.decode()


class TestSavedViews:
    def save(self, client, **fields):
        return client.post(reverse("desk:view_save", args=["trail"]), {"name": "Verdicts", **fields}, follow=True)

    def test_a_view_is_saved_found_again_and_removed(self, client, claim):
        page = self.save(client, query="verb=claim_corroborated&after=2020&channel=").content.decode()
        assert "“Verdicts” is saved." in page
        assert 'href="/trail/?verb=claim_corroborated"' in page
        view = SavedView.objects.get()
        page = client.post(reverse("desk:view_remove", args=[view.pk]), follow=True).content.decode()
        assert "“Verdicts” is removed." in page
        assert not SavedView.objects.exists()
        assert list(Entry.objects.order_by("-pk").values_list("verb", flat=True)[:2]) == ["view_removed", "view_saved"]

    def test_a_shared_one_is_seen_by_others_and_one_of_ones_own_is_not(self, client, claim):
        self.save(client, query="denied=yes", name="Denied", is_shared="on")
        self.save(client, query="verb=signed_in", name="Mine")
        client.force_login(make_person("ben", "editor"))
        page = client.get(reverse("desk:trail")).content.decode()
        assert "Denied" in page
        assert "from Ada" in page
        assert "Mine" not in page.split('aria-label="Saved views"')[1].split("</nav>")[0]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"query": ""}, "Choose filters first"),
            ({"query": "after=2020"}, "Choose filters first"),
            ({"query": "verb=signed_in", "name": " "}, "Give the view a name"),
        ],
    )
    def test_what_can_not_be_saved_is_said_and_the_filters_stay(self, client, claim, fields, said):
        answer = self.save(client, **fields)
        assert answer.status_code in {409, 422}
        assert said in answer.content.decode()
        form = answer.context["form"]
        assert {name: form[name].value() for name in ("name", "query")} == {"name": "Verdicts", **fields}
        assert not SavedView.objects.exists()

    def test_one_name_is_used_once(self, client, claim):
        self.save(client, query="verb=signed_in")
        assert "with this name already" in self.save(client, query="verb=signed_out").content.decode()

    def test_other_pages_have_none(self, client, ada):
        assert client.post(reverse("desk:view_save", args=["nowhere"]), {}).status_code == 404


class TestVerifying:
    def test_a_claims_history_is_verified_on_its_page(self, client, claim, ada):
        for source in Source.objects.filter(head=""):
            begin(source, Verb.SOURCE_REGISTERED, target=source.page.url, by=ada)
        seal()
        page = client.get(reverse("desk:claim_verify", args=[claim.pk])).content.decode()
        assert "Intact" in page
        with transaction.atomic():
            triggers.lift(connection)
            Entry.objects.filter(verb="claim_corroborated").update(reason="Another.")
            page = client.get(reverse("desk:claim_verify", args=[claim.pk])).content.decode()
            assert "Something was changed" in page
            assert "words are not those that it committed to" in page
            transaction.set_rollback(True)

    def test_the_whole_is_verified_in_the_background_once_at_a_time(self, client, claim):
        client.force_login(make_person("aziz", "auditor"))
        for _ in range(2):
            client.post(reverse("desk:verification_ask"))
        waiting = Verification.objects.get()
        page = client.get(reverse("desk:verifications")).content.decode()
        assert "Waits for a worker" in page
        assert "<progress" in page
        assert 'hx-trigger="every 3s"' in page
        Verification.objects.update(told_at=timezone.now() - timedelta(hours=1))
        assert "Nobody is at it any more" in client.get(reverse("desk:verifications")).content.decode()
        client.post(reverse("desk:verification_ask"))
        assert Verification.objects.exclude(pk=waiting.pk).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_a_worker_carries_it_out_and_says_so(self, client):
        aziz = make_person("aziz", "auditor")
        client.force_login(aziz)
        make_story(make_editor())
        seal()
        asked = Verification.objects.create(asked_by=aziz)
        verify_for(asked.pk)
        verify_for(asked.pk)
        page = client.get(reverse("desk:verifications")).content.decode()
        assert "Done" in page
        assert "The trail is what it was." in page
        assert "hx-trigger" not in page.split('id="results"')[1].split(">")[0]
        entry = Entry.objects.get(verb="trail_verified")
        assert (entry.actor_kind, entry.behalf, entry.after["result"]) == ("worker", aziz, "intact")
