"""What differs between two texts: by words where that can be, and in bounded time where it can't."""

from __future__ import annotations

import random

from apps.archive.replaying.differences import Kind, Run, compare


def marked(runs: list[Run]) -> str:
    return "".join({"removed": f"[-{run.text}-]", "added": f"[+{run.text}+]"}.get(run.kind, run.text) for run in runs)


def rows(before: str, after: str) -> list[tuple[str, str]]:
    return [(marked(row.before), marked(row.after)) for row in compare(before, after).rows]


def test_words_that_changed_are_marked_in_their_paragraph():
    assert rows(
        "Same.\nTwo men were captured on Thursday, it says.", "Same.\nThree men were captured on Friday, it says."
    ) == [
        ("Same.", "Same."),
        ("[-Two -]men were captured on [-Thursday, -]it says.", "[+Three +]men were captured on [+Friday, +]it says."),
    ]


def test_a_paragraph_that_is_another_one_is_not_compared_word_by_word():
    assert rows("An old thing of the past here.", "Utterly different words now.") == [
        ("[-An old thing of the past here.-]", ""),
        ("", "[+Utterly different words now.+]"),
    ]


def test_paragraphs_that_are_alike_stand_beside_each_other_though_one_came_between():
    found = rows("A b c d e f.\nG h i j k l.", "New words come first, many of them.\nA b c d e x.\nG h i j k y.")
    assert [bool(before) and bool(after) for before, after in found] == [False, True, True]


def test_spaces_and_empty_lines_are_no_difference():
    assert compare("One  two.\n\n\nThree.", "One two.\nThree. ").is_empty


def test_a_script_without_spaces_is_compared_by_its_signs():
    assert rows("兵士二人が捕虜になった。", "兵士三人が捕虜になった。") == [
        ("兵士[-二-]人が捕虜になった。", "兵士[+三+]人が捕虜になった。")
    ]


def test_it_counts_words_and_their_share_of_both_texts():
    difference = compare("one two three four", "one two three five six")
    assert (difference.added, difference.removed, difference.words) == (2, 1, 9)
    assert round(difference.share, 1) == 33.3
    assert compare("", "").share == 0


def test_unchanged_stretches_are_folded_but_for_what_stands_beside_a_change():
    same = [f"Paragraph {number} stays." for number in range(20)]
    found = compare("\n".join([*same, "old words"]), "\n".join([*same, "new words"])).stretches
    assert [(stretch.kind, stretch.folded, len(stretch.rows)) for stretch in found] == [
        (Kind.SAME, True, 19),
        (Kind.SAME, False, 1),
        (Kind.CHANGED, False, 1),
    ]
    (whole,) = compare("\n".join(same), "\n".join(same)).stretches
    assert not whole.folded


def megabyte(seed: int, per_line: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311
    words = [f"word{number}" for number in range(3_000)]
    return [" ".join(chance.choices(words, k=per_line)) for _ in range(1_000_000 // (8 * per_line))]


def test_two_texts_of_a_megabyte_are_compared_by_words_where_few_paragraphs_changed():
    before = megabyte(1, 40)
    after = [line.replace("word1 ", "changed ") if number % 50 == 0 else line for number, line in enumerate(before)]
    difference = compare("\n".join(before), "\n".join([*after, "A last line."]))
    assert difference.by_words
    assert difference.added == 3 + sum(line.split().count("changed") for line in after)


def test_a_megabyte_in_one_paragraph_is_compared_as_one():
    before, after = " ".join(megabyte(1, 40)), " ".join(megabyte(2, 40))
    difference = compare(before, after)
    assert not difference.by_words
    assert [row.kind for row in difference.rows] == [Kind.REMOVED, Kind.ADDED]


def test_a_hundred_thousand_short_lines_that_all_changed_places_are_held_together_by_those_that_did_not():
    lines = [str(number) for number in range(100_000)]
    turned = [*lines[50_000:], *lines[:50_000]]
    difference = compare("\n".join(lines), "\n".join(turned))
    by_words, counts = difference.by_words, (difference.added, difference.removed)
    assert not by_words
    assert counts == (50_000, 50_000)


def test_many_paragraphs_that_all_changed_are_not_looked_at_in_pairs():
    difference = compare("\n".join(f"a{n}" for n in range(5_000)), "\n".join(f"b{n}" for n in range(5_000)))
    assert not difference.by_words
    assert (difference.added, difference.removed) == (5_000, 5_000)
