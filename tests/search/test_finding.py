"""Search: what is found, at once and by whatever words; and nothing that anybody types is an error."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.claims.actions import edit_claim
from apps.claims.models import Claim
from apps.search import documents, index, triggers
from apps.search.catching_up import catch_up
from apps.search.excerpts import excerpt, marked
from apps.search.finding import find
from apps.search.models import ClaimWords, Kind, Stale, TextWords
from apps.search.words import asked
from apps.sources.actions import correct_source, edit_party
from tests.newsroom import (
    make_capture,
    make_claim,
    make_confidential,
    make_editor,
    make_extract,
    make_outlet,
    make_page,
    make_source,
)

pytestmark = pytest.mark.django_db

CLAIMS = {
    "two": "Two North Korean soldiers were captured in Kursk.",
    "don't": "Kyiv says it doesn't hold any prisoners.",
    "accents": "Président Zelensky a reçu la délégation à Orléans.",
    "arabic": "قالت وكالة الأنباء إن جنديين كوريين أُسِرا",
    "chinese": "韩国国家情报院证实乌克兰俘虏两名朝鲜士兵。",
    "japanese": "北朝鮮の兵士がクルスク州で捕虜になった。",
    "russian": "Зеленский заявил, что её взяли в плен.",
    "thai": "ทหารเกาหลีเหนือถูกจับกุม",
    "hindi": "दो उत्तर कोरियाई सैनिक पकड़े गए",
    "digits": "Nearly ٣٠٠٠ were killed or wounded.",
    "composed": "Cafe\u0301 in Se\u0301oul",
}

FINDS = [
    ("soldiers captured", {"two"}),
    ("SOLDIER capture", {"two"}),
    ("capturing", set()),
    ('"Korean soldiers"', {"two"}),
    ('"soldiers Korean"', set()),
    ("“North Korean”", {"two"}),
    ('"north korean soldiers', {"two"}),
    ("captured -Kursk", set()),
    ("captured -Kyiv", {"two"}),
    ("-captured", set()),
    ("doesn't", {"don't"}),
    ("doesn’t", {"don't"}),
    ("president orleans recu", {"accents"}),
    ("PRÉSIDENT ORLÉANS", {"accents"}),
    ("اسرا", {"arabic"}),
    ("جنديين", {"arabic"}),
    ("乌克兰", {"chinese"}),
    ("朝鲜", {"chinese"}),
    ("朝鲜士兵 情报院", {"chinese"}),
    ("鲜", {"chinese"}),
    ("兵", {"chinese", "japanese"}),
    ("乌兰", set()),
    ("クルスク", {"japanese"}),
    ("捕虜", {"japanese"}),
    ("зеленский ее", {"russian"}),
    ("เกาหลี", {"thai"}),
    ("कोरियाई", {"hindi"}),
    ("3000", {"digits"}),
    ("٣٠٠٠", {"digits"}),
    ("300", set()),
    ("300*", {"digits"}),
    ("3*", set()),
    ("قا*", {"arabic"}),
    ("café séoul", {"composed"}),
    ("cafe seoul", {"composed"}),
]

# Nothing of this may end in an error, whichever way it is read.
EVIL = [
    "",
    " ",
    '"',
    '""""',
    '"unbalanced captured',
    'captured"Kursk',
    "-",
    "--",
    "- captured",
    '-"',
    '-""',
    "*",
    "**captured**",
    "cap*tured",
    "captured AND",
    "AND OR NOT NEAR",
    "NEAR(captured Kursk, 2)",
    "head: captured",
    "{head body}: captured",
    "^captured",
    "captured + Kursk",
    "captured & | ! <-> :* :A",
    "'captured' '' \\' \\",
    "captured'); DROP TABLE claims_claim; --",
    "%s %d %(x)s {0} %",
    "captured\0Kursk",
    "\0",
    "a" * 10_000,
    "captured " * 2_000,
    " ".join(f"word{number}" for number in range(3_000)),
    '"' + "captured " * 900 + '"',
    "北" * 10_000,
    "\u202e\u200b\ufeff captured",
    "\ud7ff\ue000\uffff\U0010ffff",
    "\u0301\u0301\u0301",
    "½ ㎏ ﷽ ǅ ŉ ﬁ İstanbul ß",
    "👩‍👩‍👧 captured 🇺🇦",
    "ก่ก้ก๊",
    "é" * 3_000,
    "-北朝 -鮮 captured",
    "_ __ _captured_",
    "1e309 0x00 -1 --1",
    "a b c d e f g h i j k l m n o p",
]


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claims(ada):
    return {name: make_claim(ada, statement).pk for name, statement in CLAIMS.items()}


def found(claims, typed):
    known = {pk: name for name, pk in claims.items()}
    return {known[pk] for pk in find(Kind.CLAIM, asked(typed)).subjects}


def test_a_claim_is_found_before_it_was_read_and_just_so_afterwards(claims, subtests):
    for typed, names in FINDS:
        with subtests.test(f"{typed}, before"), transaction.atomic():
            assert found(claims, typed) == names
    assert not ClaimWords.objects.exists()
    catch_up()
    assert not Stale.objects.exists()
    assert ClaimWords.objects.count() == len(claims)
    for typed, names in FINDS:
        with subtests.test(f"{typed}, afterwards"), transaction.atomic():
            assert found(claims, typed) == names


@pytest.mark.parametrize(("typed", "names"), FINDS)
def test_what_is_found_is_marked_where_it_stands(typed, names):
    for name in names:
        text = CLAIMS[name]
        shown = marked(text, asked(typed))
        assert "".join(part.text for part in shown.parts) == text
        assert shown.is_hit
        assert excerpt(f"{'before ' * 300}\n{text}\n{'after ' * 300}", asked(typed)).first_hit == shown.first_hit


def test_nothing_that_is_typed_is_an_error(claims, subtests):
    at_once = {}
    for number, typed in enumerate(EVIL):
        with subtests.test(f"{number}, before"), transaction.atomic():
            answer = find(Kind.CLAIM, asked(typed))
            at_once[typed] = set(answer.subjects), answer.total
    catch_up()
    for number, typed in enumerate(EVIL):
        with subtests.test(f"{number}, afterwards"), transaction.atomic():
            afterwards = find(Kind.CLAIM, asked(typed))
            assert at_once[typed] == (set(afterwards.subjects), afterwards.total)
            assert afterwards.total <= len(CLAIMS)
            for statement in CLAIMS.values():
                assert "".join(part.text for part in marked(statement, asked(typed)).parts) == statement


@pytest.mark.parametrize("typed", EVIL, ids=range(len(EVIL)))
def test_nothing_that_is_written_keeps_search_from_reading(ada, typed):
    extract = make_extract(make_capture(make_page("https://a.example.com/1")), f"{typed.replace(chr(0), '')} Nightjar.")
    catch_up()
    assert find(Kind.TEXT, asked("Nightjar")).subjects == [extract.capture_id]


class TestWhatChanges:
    def test_a_claim_is_found_by_its_new_words_and_no_more_by_its_old_ones(self, ada):
        claim = make_claim(ada, "One soldier was captured.")
        catch_up()
        edit_claim(claim, by=ada, expected_version=1, statement="Two men were released.")
        for _ in range(2):
            assert find(Kind.CLAIM, asked("soldier")).subjects == []
            assert find(Kind.CLAIM, asked("released")).subjects == [claim.pk]
            catch_up()

    def test_what_is_taken_back_is_not_found(self, ada):
        with transaction.atomic():
            make_claim(ada, "One soldier was captured.")
            transaction.set_rollback(True)
        assert not Stale.objects.exists()

    def test_a_party_s_new_name_finds_what_it_claims_and_publishes(self, ada):
        claim, source = make_claim(ada, "Two.", claimant="NIS"), make_source(outlet="Yonhap")
        catch_up()
        edit_party(claim.claimant, by=ada, name="Intelligence Service")
        edit_party(source.outlet, by=ada, name="Agency")
        for _ in range(2):
            assert find(Kind.CLAIM, asked("intelligence")).subjects == [claim.pk]
            assert find(Kind.SOURCE, asked("agency")).subjects == [source.pk]
            assert find(Kind.SOURCE, asked("yonhap")).subjects == []
            catch_up()

    def test_a_source_is_found_by_title_outlet_byline_credit_line_and_address(self, ada):
        source = make_source("https://news.example.com/kursk-prisoners", outlet="Yonhap", credit_line="AFP")
        correct_source(source, by=ada, expected_version=1, byline="Jo Park", title="Two captured")
        for words in ("captured", "yonhap", "park", "afp", "news.example.com", "prisoners"):
            assert find(Kind.SOURCE, asked(words)).subjects == [source.pk]

    def test_a_text_that_stayed_as_it_was_is_found_once_and_another_one_too(self):
        page = make_page("https://a.example.com/1")
        first = make_extract(make_capture(page), "Two soldiers were captured.")
        make_extract(make_capture(page), "Two soldiers were captured.")
        third = make_extract(make_capture(page), "Two soldiers were freed.")
        elsewhere = make_extract(make_capture(make_page("https://b.example.com/1")), "Two soldiers were captured.")
        catch_up()
        assert set(find(Kind.TEXT, asked("soldiers")).subjects) == {
            first.capture_id,
            third.capture_id,
            elsewhere.capture_id,
        }

    def test_every_trigger_stands(self):
        assert triggers.standing(connection) == triggers.NAMES

    def test_everything_is_read_anew(self, ada, capsys):
        claim = make_claim(ada, "One soldier was captured.")
        make_extract(make_capture(make_page("https://a.example.com/1")), "Two soldiers were freed.")
        Stale.objects.all().delete()
        ClaimWords.objects.all().delete()
        assert find(Kind.CLAIM, asked("soldier")).subjects == []
        call_command("search_rebuild")
        assert find(Kind.CLAIM, asked("soldier")).subjects == [claim.pk]
        assert TextWords.objects.count() == 1
        assert "Claims: 1 of 1 (100 %)" in capsys.readouterr().out
        call_command("search_rebuild", kind="claim")
        assert ClaimWords.objects.count() == 1


class TestOrder:
    def test_the_title_counts_for_more_than_the_text_and_new_for_more_than_old(self):
        texts = [
            ("Weather", "It rained. " * 40 + "Two soldiers were captured."),
            ("Soldiers captured", "Two soldiers were captured, the agency says. " * 3),
            ("Weather", "It snowed. " * 40 + "Two soldiers were captured."),
        ]
        captures = []
        for number, (title, text) in enumerate(texts):
            capture = make_capture(make_page(f"https://a.example.com/{number}"))
            make_extract(capture, text, title=title)
            captures.append(capture.pk)
        catch_up()
        first, second, third = captures
        assert find(Kind.TEXT, asked("soldiers captured")).subjects == [second, third, first]

    def test_rows_may_be_narrowed_and_numbers_are_cut_short(self, ada, monkeypatch):
        claims = [make_claim(ada, f"Soldier {number} was captured.") for number in range(6)]
        wanted = Claim.objects.filter(pk__in=[claims[1].pk, claims[4].pk])
        for _ in range(2):
            assert set(find(Kind.CLAIM, asked("captured"), wanted).subjects) == {claims[1].pk, claims[4].pk}
            catch_up()
        monkeypatch.setattr("apps.search.finding.MOST", 3)
        cut = find(Kind.CLAIM, asked("captured"))
        assert (len(cut.subjects), cut.total) == (3, 4)
        assert set(cut.subjects) == {claim.pk for claim in claims[3:]}


def test_a_search_that_takes_too_long_is_ended_and_the_database_is_asked_again(ada):
    make_claim(ada)
    catch_up()
    slow = {
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
        "postgresql": "SELECT pg_sleep(20)",
    }
    with pytest.raises(index.TookTooLong), index.within_time(0.05), connection.cursor() as cursor:
        cursor.execute(slow[connection.vendor])
    assert find(Kind.CLAIM, asked("captured")).total == 1


def test_a_very_long_text_is_found_by_its_last_words_and_of_the_longest_the_beginning_is_kept():
    long = make_capture(make_page("https://a.example.com/1"))
    make_extract(long, f"{'captured soldier ' * 20_000} nightjar.")
    endless = make_capture(make_page("https://a.example.com/2"))
    make_extract(endless, " ".join(["cuckoo", *(f"{number:x}{'z' * 40}" for number in range(40_000))]))
    catch_up()
    assert find(Kind.TEXT, asked("nightjar soldier")).subjects == [long.pk]
    assert find(Kind.TEXT, asked("cuckoo")).subjects == [endless.pk]


def test_no_confidential_word_is_read(ada):
    claim = make_claim(ada)
    make_confidential(claim, ada, "Nightjar")
    make_outlet("Yonhap")
    catch_up()
    for kind in Kind:
        assert find(kind, asked("nightjar")).total == 0
        read = documents.READ[kind](list(documents.subjects(kind)))
        assert not [one for one in read if "nightjar" in f"{one.head} {one.body}".lower()]


@pytest.mark.django_db(transaction=True)
def test_writers_and_readers_at_once_leave_nothing_unread_and_nothing_old(ada):
    """Three people change claims while two workers read: in the end each is found by its last words alone."""
    claims = [make_claim(ada, f"First{number} words.") for number in range(3)]
    over = threading.Event()

    def write(claim):
        for version in range(1, 9):
            edit_claim(claim, by=ada, expected_version=version, statement=f"Word{claim.pk}x{version}.")

    def read():
        while not over.is_set():
            catch_up()

    def closing(do, *given):
        try:
            do(*given)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as people:
        workers = [people.submit(closing, read) for _ in range(2)]
        writers = [people.submit(closing, write, claim) for claim in claims]
        for one in writers:
            one.result()
        over.set()
        for one in workers:
            one.result()
    catch_up()
    assert not Stale.objects.exists()
    for claim in claims:
        assert find(Kind.CLAIM, asked(f"Word{claim.pk}x8")).subjects == [claim.pk]
        for version in range(1, 8):
            assert find(Kind.CLAIM, asked(f'"Word{claim.pk}x{version}"')).subjects == []


@pytest.mark.parametrize("kind", list(Kind))
def test_the_databases_own_index_of_words_is_asked_and_no_row_is_gone_through(kind):
    table = index.TABLES[kind]._meta.db_table
    match = f"{table} MATCH 'soldiers'" if connection.vendor == "sqlite" else "words @@ 'soldiers'::tsquery"
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # An empty table is read through, whatever indexes it has.
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as queries:
            index.newest(kind, asked("soldiers"), 10)
        assert match.partition(" ")[0] in queries[-1]["sql"]
        cursor.execute(f"{explain} SELECT rowid FROM {table} WHERE {match}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert ("VIRTUAL TABLE INDEX" if connection.vendor == "sqlite" else "Bitmap Index Scan") in plan, plan
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [table])
            assert "fts5" in cursor.fetchone()[0].lower()
