"""Tests that wait are run beside tests that work, and those that share something by one worker."""

from itertools import pairwise
from pathlib import Path

from tests import scheduling


def test_those_that_wait_come_evenly_and_none_at_the_end() -> None:
    tests = [f"work {number}" for number in range(40)] + [f"wait {number}" for number in range(10)]

    mixed = scheduling.mixed(tests, [test.startswith("wait") for test in tests])

    places = [mixed.index(f"wait {number}") for number in range(10)]
    assert {later - earlier for earlier, later in pairwise(places)} == {4}
    assert mixed[-10:] == [f"work {number}" for number in range(30, 40)]
    assert [test for test in mixed if test.startswith("work")] == tests[:40]


def test_without_any_that_wait_the_order_stays() -> None:
    assert scheduling.mixed(["one", "another"], [False, False]) == ["one", "another"]


def test_a_file_whose_tests_share_a_fixture_stays_whole() -> None:
    here = Path(__file__).parent
    assert scheduling.is_shared(str(here / "processes" / "test_supervisor.py"))
    assert not scheduling.is_shared(str(here / "processes" / "test_clock.py"))
