"""Figures: what a number is read as, which two can't both hold, and how they come onto a claim."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.actions import (
    add_figure,
    edit_figure,
    edit_measure,
    register_measure,
    withdraw_citation,
    withdraw_figure,
)
from apps.claims.evidence import gather
from apps.claims.figures import can_both_hold, conflicts, conflicts_of, undated
from apps.claims.models import Claim, Figure, Measure
from apps.claims.numerals import parse
from apps.claims.quantities import Counting, Interval, Qualifier, Quantity
from apps.claims.refusals import Impossible, ReasonMissing, Refusal
from apps.claims.states import Stage
from apps.sources.models import Party
from tests.newsroom import (
    corroborate,
    make_citation,
    make_claim,
    make_editor,
    make_figure,
    make_reporter,
    make_two_lines,
)

DAY = date(2024, 12, 23)
KILLED_OR_WOUNDED = Measure(pk=1, name="killed or wounded", unit="soldiers", counting=Counting.TOTAL)
KILLED = Measure(pk=2, name="killed", unit="soldiers", counting=Counting.TOTAL)
AT_THE_FRONT = Measure(pk=3, name="at the front", unit="soldiers", counting=Counting.LEVEL)
CAPTURED_THAT_DAY = Measure(pk=4, name="captured on 9 January", unit="soldiers", counting=Counting.FIXED)


def figure(said, first=DAY, last=None, party="Kyiv", measure=KILLED_OR_WOUNDED, **fields):
    quantity = parse(said) if isinstance(said, str) else said
    return Figure(
        measure=measure,
        party=Party(name=party),
        qualifier=quantity.qualifier,
        low=quantity.low,
        high=quantity.high,
        as_of_first=first,
        as_of_last=last or first,
        **fields,
    )


def hold(one, other, *, measure=KILLED_OR_WOUNDED, days=(DAY, DAY)):
    pair = [
        figure(one, days[0], measure=measure),
        figure(other, days[1], party="Seoul", measure=measure),
    ]
    assert can_both_hold(*pair) == can_both_hold(*reversed(pair))
    return can_both_hold(*pair)


class TestReading:
    @pytest.mark.parametrize(
        ("said", "read"),
        [
            ("3,000", "3,000 and no other number"),
            ("1,000-1,500", "1,000 to 1,500"),
            ("about 3,000", "2,700 to 3,300"),
            ("about 1,000 to 2,000", "900 to 2,200"),
            ("nearly 3,000", "2,700 to under 3,000"),
            ("more than 1,000", "over 1,000 to under 2,000"),
            ("more than 1,500", "over 1,500 to under 1,650"),
            ("more than 1,322", "over 1,322 to under 1,455"),
            ("nearly 2.5", "2.25 to under 2.5"),
            ("more than 3,000", "over 3,000 to under 4,000"),
            ("at least 9,000", "9,000 to under 10,000"),
            ("at least two", "2 to under 5"),
            ("at least 1", "1 to under 4"),
            ("more than 1", "over 1 to under 4"),
            ("more than 12", "over 12 to under 24"),
            ("more than 20", "over 20 to under 30"),
            ("more than 0.5", "over 0.5 to under 1.5"),
            ("up to two", "0 to 2"),
            ("fewer than 10", "5 to under 10"),
            ("less than 0", "-3 to under 0"),
            ("less than 0.5", "0 to under 0.5"),
            ("nearly 0", "0 to 1"),
            ("nearly -5", "over -5 to -4"),
            ("at most 0", "0 and no other number"),
            ("less than 1,000", "500 to under 1,000"),
            ("at most 1,000", "500 to 1,000"),
            ("up to 12,000", "6,000 to 12,000"),
            ("more than -5", "over -5 to under 0"),
        ],
    )
    def test_each_qualifier_is_a_bounded_interval(self, said, read):
        assert parse(said).interval.words == read

    @pytest.mark.parametrize(
        ("one", "other", "below"),
        [
            (Interval(Decimal(1), Decimal(2)), Interval(Decimal(2), Decimal(3)), False),
            (Interval(Decimal(1), Decimal(2), high_open=True), Interval(Decimal(2), Decimal(3)), True),
            (Interval(Decimal(1), Decimal(2)), Interval(Decimal(2), Decimal(3), low_open=True), True),
            (Interval(Decimal(3), Decimal(4)), Interval(Decimal(1), Decimal(2)), False),
        ],
    )
    def test_an_open_end_is_not_part_of_it(self, one, other, below):
        assert one.is_below(other) is below


class TestTwoFigures:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("3,000", "3,000"),
            ("nearly 3,000", "about 3,000"),
            ("nearly 3,000", "2,700-2,800"),
            ("more than 1,000", "1,500"),
            ("up to 12,000", "11,000"),
            ("about 3,000", "3,200"),
        ],
    )
    def test_of_one_day_both_hold_where_their_readings_meet(self, one, other):
        assert hold(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("nearly 3,000", "more than 1,000"),
            ("3,000", "nearly 3,000"),
            ("1,000", "more than 1,000"),
            ("about 3,000", "4,000"),
            ("at most 1,000", "1,001"),
            ("at most 1,000", "300"),
        ],
    )
    def test_of_one_day_they_conflict_where_their_readings_are_apart(self, one, other):
        assert not hold(one, other)

    @pytest.mark.parametrize("said", ["at least one", "more than one", "up to two", "fewer than three", "about one"])
    def test_a_hedge_of_a_few_does_not_contradict_the_two_that_it_allows(self, said):
        assert hold(said, "two")

    def test_unlike_measures_are_never_compared(self):
        assert can_both_hold(figure("3,000"), figure("1,000", measure=KILLED))
        assert conflicts([figure("3,000"), figure("1,000", measure=KILLED)]) == []

    @pytest.mark.parametrize(("earlier", "later", "holds"), [("1,000", "3,000", True), ("3,000", "1,000", False)])
    def test_a_total_grows_and_never_falls(self, earlier, later, holds):
        assert hold(earlier, later, days=(DAY, date(2025, 1, 11))) is holds

    def test_a_level_of_another_day_is_another_level(self):
        assert hold("11,000", "4,000", measure=AT_THE_FRONT, days=(DAY, date(2025, 1, 11)))
        assert not hold("11,000", "4,000", measure=AT_THE_FRONT)

    def test_a_fact_does_not_change_with_the_day_on_which_it_is_told(self):
        for days in ((DAY, date(2025, 1, 11)), (None, DAY), (None, None)):
            assert not hold("two", "three", measure=CAPTURED_THAT_DAY, days=days)

    @pytest.mark.parametrize("days", [(None, DAY), (None, None)])
    def test_one_without_a_day_is_compared_with_nothing_and_that_is_said(self, days):
        assert hold("3,000", "1,000", days=days)
        (sentence,) = undated([figure("3,000", None), figure("1,000")])
        assert sentence == "Kyiv's 3,000 (killed or wounded) has no date: compared with nothing."

    def test_times_that_overlap_may_be_in_either_order(self):
        autumn = (date(2024, 10, 1), date(2024, 12, 31))
        one = figure("3,000", *autumn)
        assert can_both_hold(one, figure("1,000", DAY))
        assert not can_both_hold(one, figure("1,000", *autumn))
        assert not can_both_hold(one, figure("1,000", date(2025, 1, 1), date(2025, 1, 31)))

    def test_the_case_of_kyiv_and_seoul_is_told_with_parties_qualifiers_day_and_reading(self):
        (conflict,) = conflicts([figure("more than 1,000", party="Seoul"), figure("nearly 3,000")])
        assert conflict.sentence == (
            "Kyiv's nearly 3,000 and Seoul's more than 1,000 killed or wounded (both 23 December 2024) can't both hold:"
            " “nearly 3,000” is read as 2,700 to under 3,000, “more than 1,000” is read as over 1,000 to under 2,000."
        )

    def test_a_fall_is_told_as_one(self):
        (conflict,) = conflicts([figure("1,000", date(2025, 1, 11), party="Joint Chiefs"), figure("3,000")])
        assert conflict.sentence == (
            "Kyiv's 3,000 (23 December 2024) and Joint Chiefs' 1,000 (11 January 2025) killed or wounded can't both"
            " hold: a total that only grows would have fallen."
        )

    def test_hundreds_of_figures_give_no_more_conflicts_than_anybody_reads(self):
        many = [figure(str(number * 1000), party=f"Party {number}", pk=number) for number in range(1, 201)]
        assert len(conflicts(many)) == 100


NUMBERS = st.integers(1, 100_000).map(Decimal)
DAYS = st.one_of(st.none(), st.dates(date(2024, 12, 1), date(2024, 12, 20)))


@st.composite
def figures(draw):
    qualifier, number = draw(st.sampled_from(Qualifier)), draw(NUMBERS)
    first = draw(DAYS)
    last = first and first.replace(day=min(28, first.day + draw(st.sampled_from([0, 0, 0, 3]))))
    low, high = {
        Qualifier.MORE_THAN: (number, None),
        Qualifier.AT_LEAST: (number, None),
        Qualifier.EXACTLY: (number, number),
        Qualifier.ABOUT: (number, number * 2),
    }.get(qualifier, (None, number))
    return figure(
        Quantity(qualifier, low, high),
        first,
        last,
        party=draw(st.sampled_from(["Kyiv", "Seoul", "Washington"])),
        measure=draw(st.sampled_from([KILLED_OR_WOUNDED, KILLED, AT_THE_FRONT, CAPTURED_THAT_DAY])),
    )


@settings(max_examples=100, deadline=None)
@given(figures(), figures())
def test_it_makes_no_difference_which_of_two_is_named_first(one, other):
    assert can_both_hold(one, other) == can_both_hold(other, one)
    assert can_both_hold(one, one)


@settings(max_examples=50, deadline=None)
@given(st.lists(figures(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_makes_no_difference(many, random):
    told = [conflict.sentence for conflict in conflicts(many)]
    random.shuffle(many)
    assert sorted(conflict.sentence for conflict in conflicts(many)) == sorted(told)


@settings(max_examples=100, deadline=None)
@given(figures())
def test_the_number_that_was_said_is_in_its_reading_or_is_its_open_end(one):
    interval = one.quantity.interval
    for end in (one.low, one.high):
        if end is not None:
            assert interval.low <= end <= interval.high
    assert interval.low < interval.high or not (interval.low_open or interval.high_open)


HOLDS_FOR = {
    Qualifier.EXACTLY: [0],
    Qualifier.ABOUT: [0, 1],
    Qualifier.MORE_THAN: [1, 2],
    Qualifier.AT_LEAST: [0, 1],
    Qualifier.LESS_THAN: [-1],
    Qualifier.AT_MOST: [0],
    Qualifier.UP_TO: [0],
}
HOLDS_NOT_FOR = {
    Qualifier.EXACTLY: [-1, 1],
    Qualifier.MORE_THAN: [-1, 0],
    Qualifier.AT_LEAST: [-1],
    Qualifier.LESS_THAN: [0, 1],
    Qualifier.AT_MOST: [1],
    Qualifier.UP_TO: [1],
}
SMALL_ONES = [0, 1, 2, 3, 9, 10, 19, 20, 21, 99, 100]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(Qualifier), st.sampled_from(SMALL_ONES) | st.integers(0, 100_000))
def test_of_whole_things_a_hedge_holds_for_the_numbers_that_its_words_allow(qualifier, number):
    interval = parse(f"{qualifier.label} {number}").interval
    allowed = [whole for whole in range(int(interval.low), int(interval.high) + 1) if holds_for(interval, whole)]
    assert allowed
    assert number < 1 or allowed[0] >= 0
    assert all(holds_for(interval, number + one) for one in HOLDS_FOR.get(qualifier, []))
    assert not any(holds_for(interval, number + one) for one in HOLDS_NOT_FOR.get(qualifier, []))
    if qualifier == Qualifier.NEARLY and number:
        assert allowed[-1] == number - 1
    if qualifier in (Qualifier.AT_MOST, Qualifier.UP_TO) and number:
        assert holds_for(interval, number - 1)


def holds_for(interval, whole):
    return interval.meets(Interval(Decimal(whole), Decimal(whole)))


@pytest.mark.django_db
class TestOnAClaim:
    @pytest.fixture
    def ada(self):
        return make_editor()

    @pytest.fixture
    def claim(self, ada):
        return make_claim(ada)

    @pytest.fixture
    def measure(self, ada):
        return register_measure("killed or wounded", by=ada, unit="soldiers")

    def add(self, claim, by, measure, said="nearly 3,000", party="Kyiv", first=DAY, **fields):
        return add_figure(claim, by=by, measure=measure, quantity=parse(said), party=party, as_of_first=first, **fields)

    def test_it_is_kept_with_its_party_and_day_and_told(self, ada, claim, measure):
        added = self.add(claim, ada, measure)
        added.refresh_from_db()
        assert (added.quantity.words, added.as_of, added.party.name) == ("nearly 3,000", "23 December 2024", "Kyiv")
        entry = Entry.objects.get(verb="figure_added")
        assert entry.sentence == "Ada recorded a figure: Kyiv: nearly 3,000 killed or wounded"
        claim.refresh_from_db()
        assert claim.version == 2
        assert gather(claim).frozen()["figures"] == [added.frozen()]

    def test_two_that_cannot_both_hold_are_a_dispute_and_a_withdrawn_one_is_none(self, ada, claim, measure):
        self.add(claim, ada, measure)
        other = self.add(claim, ada, measure, "more than 1,000", "Seoul")
        assert len(conflicts_of(claim)) == 1
        withdraw_figure(other, by=ada, reason="It was of another day.")
        assert conflicts_of(claim) == []
        assert Figure.objects.count() == 2

    def test_a_figure_of_another_claim_is_no_matter(self, ada, claim, measure):
        self.add(claim, ada, measure)
        self.add(make_claim(ada), ada, measure, "more than 1,000", "Seoul")
        assert conflicts_of(claim) == []

    def test_a_measure_has_one_entry_and_one_unit(self, ada, measure):
        assert register_measure("Killed or  wounded", by=ada, unit="Soldiers") == measure
        assert register_measure("killed or wounded", by=ada, unit="") == measure
        with pytest.raises(Refusal, match="counted in soldiers, not in per cent"):
            register_measure("killed or wounded", by=ada, unit="per cent")
        with pytest.raises(Refusal, match="a unit"):
            register_measure("killed", by=ada, unit=" ")

    def test_it_is_one_in_whatever_script_and_case_it_is_typed_and_on_whichever_database(self, ada):
        killed = register_measure("Убито «дрон’ами»", by=ada, unit="Солдат")
        assert register_measure("убито «ДРОН'АМИ»", by=ada, unit="солдат") == killed
        other = register_measure("Ранено", by=ada, unit="Солдат")
        with pytest.raises(Refusal, match="of this name already"):
            edit_measure(other, by=ada, name="УБИТО «дрон'ами»")
        assert edit_measure(other, by=ada, name="РАНЕНО").name == "РАНЕНО"

    def test_editing_a_measure_is_for_those_who_decide_and_on_record(self, ada, measure):
        with pytest.raises(NotAllowed):
            edit_measure(measure, by=make_reporter(), counting=Counting.LEVEL)
        assert edit_measure(measure, by=ada, counting=Counting.LEVEL).counting == Counting.LEVEL
        assert Entry.objects.filter(verb="measure_edited").count() == 1

    def test_nobody_gives_no_number(self, ada, claim, measure):
        with pytest.raises(Refusal, match="who gives"):
            self.add(claim, ada, measure, party=" ")

    def test_it_rests_on_a_live_citation_of_its_own_claim(self, ada, claim, measure):
        mine, other = make_citation(claim, ada), make_citation(make_claim(ada), ada)
        assert self.add(claim, ada, measure, citation=mine).citation == mine
        with pytest.raises(Refusal, match="its own claim"):
            self.add(claim, ada, measure, citation=other)
        withdraw_citation(mine, by=ada, reason="Gone.")
        mine.refresh_from_db()
        with pytest.raises(Refusal, match="its own claim"):
            self.add(claim, ada, measure, citation=mine)

    def test_a_correction_is_on_record(self, ada, claim, measure):
        added = self.add(claim, ada, measure)
        claim.refresh_from_db()
        edited = edit_figure(added, by=ada, expected_version=claim.version, quantity=parse("2,700"), party="SBU")
        assert (edited.quantity.words, edited.party.name, edited.as_of) == ("2,700", "SBU", "23 December 2024")
        entry = Entry.objects.get(verb="figure_edited")
        assert (entry.before["says"], entry.after["says"]) == ("nearly 3,000", "2,700")
        with pytest.raises(ChangedMeanwhile):
            edit_figure(added, by=ada, expected_version=claim.version, party="NIS")

    @pytest.mark.parametrize(
        ("first", "last", "field"),
        [(None, DAY, "as_of_first"), (DAY, date(2024, 12, 22), "as_of_last")],
    )
    def test_days_that_are_none_are_refused_by_name_before_the_database_has_to(
        self, ada, claim, measure, first, last, field
    ):
        with pytest.raises(Impossible) as refused:
            self.add(claim, ada, measure, first=first, as_of_last=last)
        assert refused.value.field == field
        figure = self.add(claim, ada, measure)
        claim.refresh_from_db()
        with pytest.raises(Impossible) as refused:
            edit_figure(figure, by=ada, expected_version=claim.version, as_of_first=first, as_of_last=last)
        assert refused.value.field == field

    def test_only_who_recorded_it_or_decides_may_change_or_withdraw_it(self, ada, claim, measure):
        added = self.add(claim, ada, measure)
        claim.refresh_from_db()
        rita = make_reporter()
        with pytest.raises(NotAllowed):
            edit_figure(added, by=rita, expected_version=claim.version, party="NIS")
        with pytest.raises(NotAllowed):
            withdraw_figure(added, by=rita, reason="No.")
        own = self.add(claim, rita, measure, "2,800")
        assert withdraw_figure(own, by=rita, reason="Mistyped.").withdrawn_by == rita

    def test_a_withdrawal_needs_a_reason_and_happens_once(self, ada, claim, measure):
        added = self.add(claim, ada, measure)
        with pytest.raises(ReasonMissing):
            withdraw_figure(added, by=ada, reason=" ")
        withdraw_figure(added, by=ada, reason="Mistyped.")
        with pytest.raises(Refusal, match="withdrawn"):
            withdraw_figure(added, by=ada, reason="Again.")

    def test_a_claim_that_was_settled_goes_back_to_review_when_its_figures_come_to_conflict(self, ada, claim, measure):
        make_two_lines(claim, ada)
        self.add(claim, ada, measure)
        corroborate(claim, ada)
        self.add(claim, ada, measure, "about 2,900", "NIS")
        assert Claim.objects.get(pk=claim.pk).stage == Stage.SETTLED
        self.add(claim, ada, measure, "more than 1,000", "Seoul")
        claim.refresh_from_db()
        assert (claim.stage, claim.state) == (Stage.IN_REVIEW, "corroborated")

    @pytest.mark.parametrize(
        "fields",
        [
            {"low": None, "high": None},
            {"low": Decimal(3), "high": Decimal(2)},
            {"as_of_first": DAY, "as_of_last": date(2024, 1, 1)},
            {"as_of_first": None, "as_of_last": DAY},
            {"qualifier": "perhaps"},
        ],
    )
    def test_the_database_has_the_last_word(self, ada, claim, measure, fields):
        added = self.add(claim, ada, measure)
        with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
            Figure.objects.filter(pk=added.pk).update(**fields)


@pytest.mark.django_db
def test_a_figure_that_is_withdrawn_with_its_citation_contradicts_nothing():
    ada = make_editor()
    claim = make_claim(ada)
    cited = make_citation(claim, ada, outlet="TASS")
    make_figure(claim, ada, "exactly 3,000")
    make_figure(claim, ada, "exactly 100", party="Moscow", citation=cited)
    assert len(conflicts_of(claim)) == 1
    withdraw_citation(cited, by=ada, reason="It says nothing of it.")
    assert conflicts_of(claim) == []
    assert gather(claim).conflicts == []
