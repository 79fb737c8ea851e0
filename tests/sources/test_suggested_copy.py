"""Who is suggested to be whose copy, in whatever order pages come: heavy edits, and what only looks like copy."""

import pytest

from apps.sources.models import Attribution
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.finding import MOST_ROOTS
from apps.sources.suggesting.overlaps import MOST_COMPARED
from tests.sources.lineage_set.heavy import EVENTS, FERRY
from tests.sources.reading import read

pytestmark = pytest.mark.django_db
WIRE = "\n".join(FERRY)
STRIKE = EVENTS[2]["texts"]


def ferry(*numbers):
    """Only these paragraphs of the story."""
    return "\n".join(FERRY[number] for number in numbers)


def ends(*sources):
    """Where the copy of each comes from in the end, all taken together."""
    carried = Carried(source.pk for source in sources)
    while carried.follow():
        pass
    return set().union(*(carried.ends(source.pk) for source in sources))


class TestPagesThatComeLate:
    def test_one_that_brings_together_what_came_before_is_joined_to_all_of_it(self):
        beginning, middle = read(ferry(0, 1, 2)), read(ferry(3, 4, 5))
        assert ends(beginning, middle) == {beginning.pk, middle.pk}
        both = read(ferry(1, 2, 4, 5))
        wire = read(WIRE, "https://www.afp.com/1", outlet="AFP")
        assert ends(beginning, middle, both, wire) == {wire.pk}

    def test_who_is_joined_already_gets_no_edge_more(self):
        wire = read(WIRE, "https://www.afp.com/1", outlet="AFP")
        pages = [read(ferry(*numbers)) for numbers in ((0, 1, 2), (3, 4, 5), (1, 2, 4, 5), (0, 4, 6))]
        edges = Attribution.objects.filter(found_by="text_overlap")
        assert sorted(edges.values_list("of_source", "to_source")) == [(page.pk, wire.pk) for page in pages]

    def test_however_many_it_prints_an_editor_is_asked_of_few(self):
        for one in range(len(FERRY)):
            for other in range(one):
                read(ferry(one, other), credit_line="")
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
        update, detour = read(STRIKE["update"]), read(STRIKE["detour"])
        assert ends(roundup) == {update.pk, detour.pk}

    def test_who_names_one_is_printed_by_who_comes_later(self):
        roundup = read(STRIKE["roundup"].replace("AFP, AP", "AFP"))
        update = read(STRIKE["update"], credit_line="AFP")
        assert ends(update) == {roundup.pk}
