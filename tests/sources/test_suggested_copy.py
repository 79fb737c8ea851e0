"""Who is suggested to be whose copy, in whatever order pages come: heavy edits, and what only looks like copy."""

from datetime import UTC, datetime

import pytest

from apps.sources.models import Attribution, Fingerprint
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.finding import MOST_ROOTS, sheet_of, text_of
from apps.sources.suggesting.overlaps import MOST_COMPARED, MOST_OF_ONE_COPY, find
from tests.sources.lineage_set.english import EVENTS as REPORTED_TWICE
from tests.sources.lineage_set.heavy import EVENTS, FERRY, HARBOUR_BACKGROUND
from tests.sources.lineage_set.making import text_of as reported
from tests.sources.reading import read

pytestmark = pytest.mark.django_db
WIRE = "\n".join(FERRY)
FERRIES, PORT, STRIKE, CUP, COMPANY = (event["texts"] for event in EVENTS)
KOREAN = (
    "국가통계처는 3월 5일 수출 412억 달러, 수입 398억 달러, 무역수지 14억 달러를 기록했다고 발표했다. 반도체 121억, 자동차 63억, "
    "선박 27억, 철강 24억, 석유 22억 달러 순이었고 조사 대상 17개 시도 가운데 9곳이 늘고 8곳이 줄었다고 밝혔다."
)

AFTER_IT = (
    "Under the accord both sides were to hand in their heavy guns by the spring of 2020, which inspectors from four countries "
    "say that neither has done."
)
HELPLINE = (
    "If any of this has touched you, the Lifeboat line listens at all hours on 0800 555 0142 and by post, and never asks for a "
    "name.\n"
    "Young people reach Harbour Talk under 0800 555 0177 from four in the afternoon until midnight; relatives find groups in "
    "most towns through the county's office for health, whose door is open on weekdays without an appointment."
)


def ferry(*numbers):
    """Only these paragraphs of the story."""
    return "\n".join(FERRY[number] for number in numbers)


def ends(*sources):
    """Where the copy of each comes from in the end, all taken together."""
    carried = Carried(source.pk for source in sources)
    while carried.follow():
        pass
    return set().union(*(carried.ends(source.pk) for source in sources))


def printed():
    """Which page is suggested to print which, by what they share."""
    edges = Attribution.objects.filter(found_by="text_overlap", relation="republishes")
    return set(edges.values_list("of_source", "to_source"))


def wire():
    return read(WIRE, "https://www.afp.com/1", outlet="AFP")


class TestPagesThatComeLate:
    def test_one_that_brings_together_what_came_before_is_joined_to_all_of_it(self):
        beginning, middle = read(ferry(0, 1, 2)), read(ferry(3, 4, 5))
        assert ends(beginning, middle) == {beginning.pk, middle.pk}
        both = read(ferry(1, 2, 4, 5))
        whole = wire()
        assert ends(beginning, middle, both, whole) == {whole.pk}

    def test_who_is_joined_already_gets_no_edge_more(self):
        whole = wire()
        pages = [read(ferry(*numbers)) for numbers in ((0, 1, 2), (3, 4, 5), (1, 2, 4, 5), (0, 4, 6))]
        assert printed() == {(page.pk, whole.pk) for page in pages}

    def test_however_many_it_prints_an_editor_is_asked_of_few(self):
        for one in range(len(FERRY)):
            for other in range(one):
                read(ferry(one, other))
        before = Attribution.objects.count()
        read(WIRE)
        assert 0 < Attribution.objects.count() - before <= MOST_COMPARED + MOST_ROOTS


class TestPagesThatPrintTwo:
    def test_who_follows_one_half_of_it_is_not_taken_for_copy_of_the_other_half(self):
        other = read(STRIKE["ap"], "https://apnews.com/1", outlet="AP")
        roundup = read(STRIKE["roundup"].replace(" (with AFP, AP)", ""))
        assert ends(roundup) == {other.pk}
        update = read(STRIKE["update"])
        assert ends(roundup) == {other.pk, update.pk}
        assert ends(update).isdisjoint(ends(other))

    def test_who_names_two_agencies_prints_the_others_whoever_came_first(self):
        roundup = read(STRIKE["roundup"])
        update = read(STRIKE["update"], credit_line="AFP")
        detour = read(STRIKE["detour"], credit_line="AP")
        assert ends(roundup) == {update.pk, detour.pk}

    def test_who_names_one_is_printed_by_who_comes_later(self):
        roundup = read(STRIKE["roundup"].replace("AFP, AP", "AFP"))
        update = read(STRIKE["update"], credit_line="AFP")
        assert ends(update) == {roundup.pk}


class TestHeavyEdits:
    def test_the_lead_of_a_story_is_no_furniture_where_each_keeps_another_part_of_the_rest(self):
        others = [read(FERRIES[name]) for name in ("brief", "salmon", "firm", "ship")]
        whole = wire()
        assert ends(*others) == {whole.pk}

    def test_what_stands_around_stories_on_many_matters_is_furniture_still(self):
        pages = [read("\n".join([FERRY[5], *REPORTED_TWICE[event]["rival"], FERRY[6]])) for event in (0, 2, 3, 4)]
        assert not [pair for pair in printed() if pages[-1].pk in pair or pages[-2].pk in pair]


class TestBriefs:
    def test_two_sentences_with_which_a_brief_opens_are_copy(self):
        whole, brief = wire(), read(FERRIES["brief"])
        assert printed() == {(brief.pk, whole.pk)}

    def test_one_sentence_of_that_length_is_not(self):
        wire()
        brief = FERRIES["brief"].replace("on Monday. Rescuers", "on Monday, and rescuers")
        read(brief.replace("break apart. The Solvaer", "break apart, and the Solvaer"))
        assert printed() == set()


class TestWhomSomebodyTold:
    def test_somebody_who_told_the_agency_is_as_good_as_its_credit(self):
        whole, told = wire(), read(FERRIES["told"])
        assert printed() == {(told.pk, whole.pk)}

    @pytest.mark.parametrize("instead", ["told this newspaper", "told Reuters"])
    def test_somebody_who_told_anybody_else_is_not(self, instead):
        wire()
        read(FERRIES["told"].replace("told AFP", instead))
        assert printed() == set()

    def test_the_agencys_reporters_at_the_scene_are_as_good_too(self):
        whole = wire()
        seen = read(
            FERRIES["told"].replace("Torgeir Hauge told AFP,", "as AFP journalists learned from Torgeir Hauge,")
        )
        assert printed() == {(seen.pk, whole.pk)}


class TestWhatOnlyLooksLikeCopy:
    def test_an_agencys_background_paragraph_makes_no_copy_of_two_of_its_stories(self):
        read(PORT["trial"], credit_line="AFP")
        read(PORT["cannery"], credit_line="AFP")
        assert printed() == set()

    def test_the_same_paragraph_at_the_head_of_one_is_copy(self):
        one = read(PORT["trial"], credit_line="AFP")
        other = read(f"{HARBOUR_BACKGROUND}\n{PORT['cannery-cut']}", credit_line="AFP")
        assert printed() == {(other.pk, one.pk)}

    def test_nor_do_several_paragraphs_with_which_both_end(self):
        ending = f"{HARBOUR_BACKGROUND}\n{AFTER_IT}"
        for order in (("trial", "cannery-cut"), ("cannery-cut", "trial")):
            pages = [read(PORT[name].replace(HARBOUR_BACKGROUND, "").strip() + f"\n{ending}") for name in order]
            assert not [pair for pair in printed() if pages[0].pk in pair or pages[1].pk in pair]
            Attribution.objects.all().delete()
            Fingerprint.objects.all().delete()

    def test_the_same_paragraphs_with_more_of_the_story_are_copy(self):
        story = PORT["trial"].replace(HARBOUR_BACKGROUND, "").strip().split("\n")
        one = read("\n".join([*story, HARBOUR_BACKGROUND, AFTER_IT]))
        other = read("\n".join([PORT["cannery-cut"], *story[1:], HARBOUR_BACKGROUND, AFTER_IT]))
        assert ends(one) == ends(other)

    def test_whom_to_call_beneath_stories_of_two_papers_is_no_copy(self):
        read("\n".join([*PORT["trial"].split("\n")[:2], HELPLINE]))
        read("\n".join([*FERRIES["told"].split("\n")[:2], HELPLINE]))
        assert printed() == set()

    def test_what_a_company_puts_under_its_releases_is_no_copy_on_other_sites_either(self):
        results = read(
            COMPANY["results"], "https://www.corvane.example/1", published_at=datetime(2025, 9, 3, tzinfo=UTC)
        )
        takeover = read(COMPANY["takeover"], "https://wire.example/1", published_at=datetime(2025, 11, 12, tzinfo=UTC))
        again = read(COMPANY["takeover"], "https://paper.example/1", published_at=datetime(2025, 11, 13, tzinfo=UTC))
        assert printed() == {(again.pk, takeover.pk)}
        assert ends(results) == {results.pk}

    def test_lists_are_as_everybody_has_them(self):
        read(CUP["report"])
        read(CUP["other"])
        assert printed() == set()

    def test_prose_around_a_list_is_copy_as_ever(self):
        report, reprint = read(CUP["report"]), read(CUP["reprint"])
        assert printed() == {(reprint.pk, report.pk)}

    def test_prose_full_of_numbers_is_no_list_where_words_are_counted_otherwise(self):
        one, other = read(KOREAN), read(KOREAN + " 다음 발표는 사월 초에 있을 예정이다.")
        assert printed() == {(other.pk, one.pk)}

    def test_what_a_company_puts_under_all_it_tells_is_no_copy(self):
        read(COMPANY["results"], "https://www.corvane.example/results")
        read(COMPANY["takeover"], "https://www.corvane.example/takeover")
        assert printed() == set()

    def test_two_versions_of_one_story_on_one_site_are(self):
        early = read(COMPANY["early"], "https://www.paper.example/1")
        late = read(COMPANY["late"], "https://www.paper.example/2")
        assert printed() == {(late.pk, early.pk)}


class TestWhoIsCompared:
    CABLE_CAR = REPORTED_TWICE[1]

    def pages_that_print_it(self):
        """One who only quotes the same man, many who print the story, and whom a further one is compared with."""
        event = self.CABLE_CAR
        quoting = read(reported(event["rival"], event["quote"]))
        for number in range(2 * MOST_COMPARED):
            read(reported(event["agency"], event["quote"]) + f"\nOf our own, number {number}.")
        return quoting, sheet_of(read(reported(event["agency"], event["quote"]), sifted=False).learned_from)

    def test_copies_of_one_story_leave_room_for_who_only_quotes_the_same(self):
        quoting, sheet = self.pages_that_print_it()
        compared = [overlap.page_id for overlap in find(text_of(sheet))]
        assert quoting.page_id in compared
        assert len(compared) == MOST_OF_ONE_COPY + 1

    def test_copies_that_nothing_links_are_all_compared(self):
        _, sheet = self.pages_that_print_it()
        Attribution.objects.all().delete()
        assert len(find(text_of(sheet))) == MOST_COMPARED
