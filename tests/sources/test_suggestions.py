"""What the worker suggests of a stored and read copy, and what it leaves alone."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.sources.actions import attribute, reject_attribution, suggest_from_capture
from apps.sources.models import Attribution, Fingerprint, Party, Sifting, Source
from apps.sources.suggesting.overlaps import Text, enter, find, kept, site_number
from apps.sources.suggesting.words import Words
from apps.sources.tasks import learn, suggest, sweep
from tests.newsroom import make_capture, make_editor, make_extract, make_outlet, make_page, make_source
from tests.sources.lineage_set.english import EVENTS, FURNITURE
from tests.sources.lineage_set.making import text_of
from tests.sources.lineage_set.other_languages import EVENTS as ELSEWHERE
from tests.sources.reading import read, told
from verifydesk.celery import RUNG_AFTER

pytestmark = pytest.mark.django_db
CABLE_CAR = EVENTS[1]
WIRE = text_of(CABLE_CAR["agency"], CABLE_CAR["quote"])
PRINTED = "\n".join(WIRE.split("\n")[:5]).replace("people were", "persons were")
RIVAL = "\n".join(CABLE_CAR["rival"])


class TestSharedCopy:
    def test_the_later_page_is_suggested_to_republish_the_earlier_with_passages_side_by_side(self):
        wire, printed = read(WIRE), read(PRINTED)
        assert told() == [(printed, "republishes", wire, "text_overlap")]
        edge = Attribution.objects.get()
        assert edge.grounds["containment"] > 0.8
        assert edge.grounds["similarity"] < edge.grounds["containment"]
        assert 1 <= len(edge.grounds["shared"]) <= 5
        for passage in edge.grounds["shared"]:
            assert passage["here"].rstrip("…") in " ".join(PRINTED.split())
            assert passage["there"].rstrip("…") in " ".join(WIRE.split())
            assert max(len(side) for side in passage.values()) <= 400
        assert (edge.state, edge.capture) == ("suggested", printed.learned_from)
        entry = Entry.objects.get(verb="attribution_suggested")
        assert entry.stream == printed.stream

    def test_a_rival_report_of_the_same_event_is_no_copy(self):
        read(WIRE)
        read(RIVAL)
        assert told() == []

    @pytest.mark.parametrize("language", ["ja", "zh", "ko", "ru", "fr"])
    def test_it_works_in_other_scripts(self, language):
        event = ELSEWHERE[language]
        wire = read("\n".join(event["agency"]))
        read("\n".join(event["rival"]))
        printed = read("\n".join(event["agency"][:3]))
        assert told() == [(printed, "republishes", wire, "text_overlap")]

    def test_a_page_published_earlier_is_the_one_that_was_copied_whenever_it_was_captured(self):
        printed = read(PRINTED, published_at=datetime(2025, 3, 2, 10, tzinfo=UTC))
        wire = read(WIRE, published_at=datetime(2025, 3, 2, 7, tzinfo=UTC))
        assert told() == [(printed, "republishes", wire, "text_overlap")]

    def test_the_agencys_own_page_is_the_one_that_was_copied_even_if_it_came_later(self):
        printed = read(PRINTED, published_at=datetime(2025, 3, 2, 7, tzinfo=UTC))
        later = datetime(2025, 3, 2, 10, tzinfo=UTC)
        wire = read(WIRE, "https://www.reuters.com/world/1", outlet="Reuters", published_at=later)
        assert told() == [(printed, "republishes", wire, "text_overlap")]

    def test_of_many_that_print_it_only_the_first_is_named(self):
        wire = read(WIRE)
        printed = [read(PRINTED + f"\nOf our own, number {number}.") for number in range(5)]
        assert told() == [(source, "republishes", wire, "text_overlap") for source in printed]

    def test_a_page_is_never_held_against_its_own_earlier_copies(self):
        source = read(WIRE)
        again = make_capture(source.page)
        make_extract(again, WIRE)
        Sifting.objects.create(capture=again)
        entries = Fingerprint.objects.count()
        assert suggest_from_capture(again) == []
        assert Fingerprint.objects.count() == entries

    def test_what_stands_in_many_stories_is_furniture(self):
        for number in (0, 2, 3):
            read("\n".join(EVENTS[number]["rival"][:4]) + "\n" + FURNITURE[0])
        read("\n".join(CABLE_CAR["rival"][:2]) + "\n" + FURNITURE[0])
        assert told() == []


class TestQuotations:
    def test_the_same_words_of_a_spokesman_lead_both_pages_to_him(self):
        wire, other = read(WIRE), read(text_of(CABLE_CAR["rival"], CABLE_CAR["quote"], "split"))
        assert told() == [
            (other, "quotes", "Joana Teles", "text_overlap"),
            (wire, "quotes", "Joana Teles", "text_overlap"),
        ]
        assert "nothing unexamined" in Attribution.objects.first().grounds["shared"][0]["here"]

    def test_words_that_only_one_page_puts_in_marks_are_a_quotation_all_the_same(self):
        said = CABLE_CAR["quote"][1]
        read(RIVAL + f"\nJoana Teles put it like this. {said}")
        read(text_of(CABLE_CAR["agency"], CABLE_CAR["quote"]))
        assert {relation for _, relation, _, _ in told()} == {"quotes"}

    def test_a_speaker_whom_nobody_names_is_somebody_unnamed(self):
        said = f"“{CABLE_CAR['quote'][1]}”"
        read(RIVAL + "\n" + said)
        read("\n".join(EVENTS[4]["rival"]) + "\n" + said)
        party = Party.objects.get(name__startswith="Whoever said “This is the saddest day")
        assert not party.is_named
        assert Attribution.objects.filter(to_party=party).count() == 2


class TestCreditsAndOrigins:
    def test_a_credit_line_leads_to_the_agency(self):
        source = read("Something happened somewhere.", credit_line="APP - UrduPoint", outlet="The Daily")
        assert told() == [
            (source, "republishes", "APP", "credit_line"),
            (source, "republishes", "UrduPoint", "credit_line"),
        ]
        assert Attribution.objects.first().grounds == {"words": "APP - UrduPoint"}

    def test_an_outlet_is_never_suggested_to_republish_itself(self):
        source = read(
            "SEOUL (Yonhap) -- Something.", "https://en.yna.co.kr/view/1", outlet="Yonhap", credit_line="Yonhap"
        )
        other = read("Something else.", outlet="UrduPoint", credit_line="APP - UrduPoint")
        assert [(of, to) for of, _, to, _ in told()] == [(other, "APP")]
        assert source not in {of for of, *_ in told()}

    @pytest.mark.parametrize("outlet", ["", "AFP Fact Check"])
    def test_a_page_at_an_agencys_address_is_the_agencys_whatever_its_outlet_is_called(self, outlet):
        source = read(WIRE, "https://factcheck.afp.com/cable-car", outlet=outlet)
        assert told() == [(source, "republishes", "AFP", "address")]
        assert Attribution.objects.get().grounds == {"host": "factcheck.afp.com"}

    @pytest.mark.parametrize("outlet", ["AFP", "Agence France-Presse"])
    def test_there_an_outlet_that_goes_by_its_name_is_the_agency_itself(self, outlet):
        read(WIRE, "https://www.afp.com/cable-car", outlet=outlet)
        assert told() == []

    def test_origins_that_a_page_states_are_offered_and_never_confirmed(self):
        text = (
            "South Korea's National Intelligence Service (NIS) said one soldier was captured. "
            "A source told AFP that he was wounded. Yonhap reported more, citing the Joint Chiefs of Staff."
        )
        source = read(text)
        assert told() == [
            (source, "quotes", name, "stated_origin") for name in ("NIS", "AFP", "Yonhap", "Joint Chiefs of Staff")
        ]
        edge = Attribution.objects.get(to_party__name="AFP")
        assert edge.grounds == {"sentence": "A source told AFP that he was wounded.", "words": "told AFP"}
        assert edge.is_pending

    def test_a_party_that_the_desk_knows_is_recognised_by_its_name(self):
        Party.objects.create(name="Anna Orlova", kind="person")
        source = read("Anna Orlova said the bridge was open. Boris Petrov said it was not.")
        assert told() == [(source, "quotes", "Anna Orlova", "stated_origin")]

    @pytest.mark.parametrize("names", [("US Mine Survey", "USMS"), ("USMS", "United States Mine Survey")])
    def test_a_countrys_body_in_full_and_in_short_is_one_party(self, names):
        first = names[0]
        Party.objects.create(name="US Mint Museum", kind="body")
        sources = [read(f"The mine is closed, the {name} said.") for name in names]
        assert [(of, to) for of, _, to, _ in told()] == [(source, first) for source in sources]
        another = read("The mine is closed, the UK Mine Survey said.")
        assert told()[2:] == [(another, "quotes", "UK Mine Survey", "stated_origin")]

    def test_an_agencys_abbreviation_is_whoever_the_page_introduces_it_for(self):
        source = read("The Airport Fire Patrol (AFP) put it out. The AFP said later that two men were hurt.")
        assert told() == [(source, "quotes", "Airport Fire Patrol", "stated_origin")]
        other = read("A fire broke out. The AFP said later that two men were hurt.")
        assert told()[1:] == [(other, "quotes", "AFP", "stated_origin")]

    def test_what_an_agencys_copy_says_was_told_to_it_is_not_said_twice(self):
        source = read("A source told AFP that he was wounded.", credit_line="AFP")
        assert told() == [(source, "republishes", "AFP", "credit_line")]


class TestTheDoor:
    def test_nothing_is_suggested_twice(self):
        read(WIRE)
        printed = read(PRINTED, credit_line="AFP")
        before = told()
        Sifting.objects.update(sifted_at=None)
        for capture in Capture.objects.order_by("pk"):
            suggest(capture.pk)
            suggest(capture.pk)
        assert told() == before
        assert len(before) == 2
        assert printed in {of for of, *_ in before}

    def test_what_an_editor_rejected_or_entered_stays_as_it_is(self):
        ada = make_editor()
        wire, printed = read(WIRE), read(PRINTED)
        reject_attribution(Attribution.objects.get(), by=ada, reason="Both were at the scene.")
        other = read("Nothing new.", credit_line="AFP", sifted=False)
        attribute(other, "republishes", Party.objects.get(name="AFP", kind="agency"), by=ada, reason="It says so.")
        Sifting.objects.update(sifted_at=None)
        for capture in Capture.objects.order_by("pk"):
            suggest(capture.pk)
        assert {(edge.of_source, edge.state) for edge in Attribution.objects.all()} == {
            (printed, "rejected"),
            (other, "confirmed"),
        }
        assert wire.attributions.count() == 0

    def test_learning_puts_a_copy_in_line_and_the_sweep_finds_it(self):
        source = make_source()
        capture = make_capture(source.page)
        make_extract(capture, WIRE)
        assert list(Sifting.objects.waiting()) == []
        learn(capture.pk)
        assert list(Sifting.objects.waiting()) == [capture.pk]
        assert "sources.suggest" in RUNG_AFTER["sources.learn"]
        sweep()
        suggest(capture.pk)
        assert list(Sifting.objects.waiting()) == []
        assert Sifting.objects.get().fingerprints > 50

    def test_a_copy_without_text_is_gone_through_and_says_nothing(self):
        read("", title="Empty")
        assert told() == []
        assert Sifting.objects.get().sifted_at is not None

    def test_a_source_left_out_of_matching_is_neither_entered_nor_found(self, monkeypatch):
        monkeypatch.setattr(type(Source.objects.all()), "matchable", lambda self: self.none())
        read(WIRE)
        assert Fingerprint.objects.count() == 0
        assert told() == []


class TestTheIndex:
    def text(self, words, number):
        page = make_page(f"https://site{number}.example/{number}")
        return Text(page.pk, 1_000 + number, site_number(page), words)

    def test_a_brief_keeps_what_a_long_story_keeps(self):
        story = Words("\n".join(" ".join(event["agency"]) for event in EVENTS))
        brief = Words(" ".join(CABLE_CAR["agency"][4:7]))
        assert len(kept(story)) <= 128
        assert len(kept(brief)) == len(set(brief.shingles))
        assert set(kept(brief)) & set(kept(story))

    def test_what_stands_on_many_pages_is_kept_of_the_first_ones_only(self):
        words = Words(FURNITURE[0])
        for number in range(Fingerprint.MOST_PAGES + 5):
            enter(self.text(words, number))
        assert Fingerprint.objects.filter(shingle=kept(words)[0]).count() == Fingerprint.MOST_PAGES

    def test_looking_up_and_entering_go_by_the_key_and_read_no_table_through(self, django_assert_num_queries):
        for start in range(0, 20_000, 500):
            Fingerprint.objects.bulk_create(
                Fingerprint(shingle=(number * 2_654_435_761) % 2**62, page_id=number, capture_id=number, site=1)
                for number in range(start, start + 500)
            )
        text = self.text(Words(WIRE), 9)
        lookup = Fingerprint.objects.filter(shingle__in=kept(text.words)).order_by()
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE sources_fingerprint")
        plan = lookup.values_list("shingle", "page_id").explain()
        assert "Seq Scan" not in plan
        assert "SCAN sources_fingerprint" not in plan
        assert "sources_fingerprint_pkey" in plan or "INDEX sqlite_autoindex_sources_fingerprint" in plan
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + statement_of_entering(text))
                assert "Seq Scan" not in "".join(row[0] for row in cursor.fetchall())
        with django_assert_num_queries(1):
            enter(text)
        assert find(text) == []


def statement_of_entering(text):
    with connection.execute_wrapper(lambda execute, sql, params, many, context: found.append(sql)):
        found = []
        enter(text)
    return found[0]


@pytest.mark.django_db(transaction=True)
def test_two_copies_gone_through_at_once_find_each_other():
    """Each enters itself before it looks: whichever looks last sees the other."""
    make_outlet("somebody")
    sources = [read(text, sifted=False) for text in (WIRE, PRINTED)]
    together = threading.Barrier(2)

    def go(capture_id):
        together.wait()
        try:
            suggest(capture_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[source.learned_from_id]) for source in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(edge.of_source, edge.to_source) for edge in Attribution.objects.all()] == [(sources[1], sources[0])]
    assert transaction.get_autocommit()
