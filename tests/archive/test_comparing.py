"""How much of a text is otherwise: typography and the clock are no change."""

import time

import pytest

from apps.archive.models import in_per_cent
from apps.archive.watching.comparing import MOST_CHARACTERS, difference

TEXT = "The service said that two men were captured.\nIt gave no further details.\nBoth were wounded, a doctor said."


class TestDifference:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("It said “two men” were taken.", 'It said "two men" were taken.'),
            ("The ministry’s answer", "The ministry's answer"),
            ("Kursk — the region", "Kursk – the region"),
            ("two  men\nwere taken", "two men were taken"),
            ("co\u00adoperate", "cooperate"),
            ("\u00a03,000 men", "3,000 men"),
            ("TWO CAPTURED\nText", "Two captured\nText"),
            ("Updated 3 minutes ago\nText", "Updated 2 hours ago\nText"),
            ("Last updated: 12 January 2025, 10:30 GMT\nText", "Last updated: 13 January 2025, 09:05 GMT\nText"),
            ("12 comments\nText", "4,013 comments\nText"),
        ],
    )
    def test_typography_and_the_clock_are_no_change(self, before, after):
        assert difference(before, after) == difference(after, before) == 0

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("Nearly 3,000 were killed.", "Nearly 1,000 were killed."),
            ("Killed\n3,000", "Killed\n1,000"),
            ("On 9 January two were taken.", "On 8 January two were taken."),
            ("Two men, one wounded", "Two men one wounded"),
            ("He did say so.", "He didn't say so."),
            (TEXT, TEXT.replace("Both", "Neither")),
        ],
    )
    def test_a_figure_a_day_a_comma_or_a_word_is_a_change(self, before, after):
        assert 0 < difference(before, after) < 1

    def test_nothing_in_common_is_all_of_it(self):
        assert difference("one two three", "four five six") == 1
        assert difference("one two three", "") == 1
        assert difference("", "") == 0

    def test_a_tenth_of_the_words_is_a_tenth(self):
        words = [f"word{number}" for number in range(1_000)]
        changed = [f"other{number}" if number % 10 == 0 else word for number, word in enumerate(words)]
        assert difference(" ".join(words), " ".join(changed)) == pytest.approx(0.1)

    @pytest.mark.parametrize("size", [MOST_CHARACTERS, 20_000_000])
    def test_giants_take_bounded_time_and_a_changed_line_is_found_in_them(self, size):
        line = "a line of about a hundred characters, as they stand in long tables of figures, one after the other: "
        lines = [f"{line} {number}" for number in range(size // 130)]
        began = time.process_time()
        shuffled = sorted(lines, key=lambda line: line[::-1])
        assert difference("\n".join(lines), "\n".join(lines)) == 0
        share = difference("\n".join(lines), "\n".join([*lines[:-1], "Something else altogether."]))
        assert 0 < share < 0.001
        assert difference("\n".join(lines), "\n".join(shuffled)) < 1
        assert time.process_time() - began < 20

    def test_shares_are_told_as_people_say_them(self):
        assert [in_per_cent(share) for share in (0.0001, 0.012, 0.124, 0.999, 1.0)] == [
            "Less than 1 %", "1 %", "12 %", "99 %", "100 %",
        ]  # fmt: skip
