"""One field in which a number is typed: understood in many countries' ways of writing, and refused when in doubt."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.claims.numerals import Unclear, parse
from apps.claims.quantities import FROM_ABOVE, FROM_BELOW, Qualifier, Quantity


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("3,000", "3,000"),
        ("3 000", "3,000"),
        ("3\u202f000", "3,000"),
        ("3.000", "3,000"),
        ("3'000", "3,000"),
        ("12,34,567", "1,234,567"),
        ("1.234,56", "1,234.56"),
        ("1,234.56", "1,234.56"),
        ("1,5", "1.5"),
        ("0.500", "0.5"),
        ("٣٠٠٠", "3,000"),
        ("٣٬٠٠٠", "3,000"),
        ("३,००,०००", "300,000"),
        ("３０００", "3,000"),
        ("2.5 million", "2,500,000"),
        ("3k", "3,000"),
        ("12 тис.", "12,000"),
        ("two", "2"),
        ("-5", "-5"),
        ("more than 1,000", "more than 1,000"),
        ("More  than 1 000", "more than 1,000"),
        ("over 1.000", "more than 1,000"),
        (">1000", "more than 1,000"),
        ("1,000+", "at least 1,000"),
        ("1,000 or more", "at least 1,000"),
        ("not less than 30", "at least 30"),
        ("no more than 30", "at most 30"),
        ("fewer than 30", "less than 30"),
        ("nearly 3 000", "nearly 3,000"),
        ("almost 3,000", "nearly 3,000"),
        ("майже 3 000", "nearly 3,000"),
        ("fast 3.000", "nearly 3,000"),
        ("près de 3 000", "nearly 3,000"),
        ("понад 1000", "more than 1,000"),
        ("plus de 1 000", "more than 1,000"),
        ("up to 12,000", "up to 12,000"),
        ("bis zu 12.000", "up to 12,000"),
        ("до 12000", "up to 12,000"),
        ("some 300", "about 300"),
        ("~300", "about 300"),
        ("c. 300", "about 300"),
        ("1.000-1.500", "1,000 to 1,500"),
        ("1,000–1,500", "1,000 to 1,500"),
        ("between 1,000 and 1,500", "1,000 to 1,500"),
        ("from 10 to 20", "10 to 20"),
        ("від 10 до 20", "10 to 20"),
        ("2-3 million", "2,000,000 to 3,000,000"),
        ("about 1,500 to 2,000", "about 1,500 to 2,000"),
    ],
)
def test_it_is_understood(typed, words):
    assert parse(typed).words == words


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Type a number"),
        ("killed", "No number could be read in “killed”"),
        ("dozens", "“dozens” has no number in it"),
        ("more than", "No number could be read"),
        ("20 killed", "Understood “20”, but not “killed”"),
        ("nearly 3,000 men", "Understood “nearly 3,000”, but not “men”"),
        ("23 December 2024", "Understood “23 to 2,024”, but not “december”"),
        ("0.0000004", "no more than 6 digits after the point"),
        ("2024-12-23", "Understood 3 numbers: 2,024, 12, 23"),
        ("1,00,0", "can be read in more than one way"),
        ("1.2.3", "can be read in more than one way"),
        ("20 10", "but not what stands between the two numbers"),
        ("20-10", "a range goes from the smaller number to the larger"),
        ("more than 10-20", "“more than” goes with one number"),
        ("9" * 30, "more than this desk counts"),
        ("9" * 200, "too long"),
        ("over 20, perhaps 30", "but not “, perhaps”"),
    ],
)
def test_it_is_refused_with_what_was_understood(typed, told):
    with pytest.raises(Unclear, match=told.replace("(", r"\(")):
        parse(typed)


NUMBERS = st.integers(1, 10**9).map(Decimal)
QUANTITIES = st.builds(
    lambda qualifier, one, other: (
        Quantity(qualifier, one, None)
        if qualifier in FROM_BELOW
        else Quantity(qualifier, None, one)
        if qualifier in FROM_ABOVE
        else Quantity(qualifier, min(one, other), max(one, other))
    ),
    st.sampled_from(Qualifier),
    NUMBERS,
    NUMBERS,
)


@settings(max_examples=200, deadline=None)
@given(QUANTITIES)
def test_what_the_desk_writes_it_reads_the_same(quantity):
    assert parse(quantity.words) == quantity


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789.,' -–+~<>#abcто", max_size=30))
def test_whatever_is_typed_is_understood_or_refused_in_words(typed):
    with suppress(Unclear):
        quantity = parse(typed)
        assert quantity.interval.low <= quantity.interval.high
