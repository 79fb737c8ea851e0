"""Words found again: whatever their typography, never as other words, and exactly where they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apps.archive.passages import Selector, Span, find, find_all, fold, holds, selector_at, touched, whole_words

TEXT = "The service said that two men were captured.\nIt gave no further details.\nBoth were wounded, a doctor said."
KYIV = "Kyiv says that nearly 3,000 North Korean soldiers were killed or wounded in Kursk. It showed no proof."


def found(text: str, words: str, prefix: str = "", suffix: str = "") -> str | None:
    span = find(fold(text), Selector(words, prefix, suffix))
    return None if span is None else text[span.start : span.end]


class TestTypographyIsNoChange:
    @pytest.mark.parametrize(
        "words",
        [
            "two men were captured",
            "“It gave no further details.”",
            "captured. It  gave",
            "The service said ... Both were wounded",
            "The service said […] no further details",
            "two men (...) wounded",
            "BOTH WERE WOUNDED",
        ],
    )
    def test_words_are_found_again_however_they_are_set(self, words):
        assert holds(fold(TEXT), words)

    @pytest.mark.parametrize(
        ("text", "words", "there"),
        [
            (
                "He said: «We — all of us — don’t know».",
                '"we - all of us - don\'t know"',
                "«We — all of us — don’t know»",
            ),
            ("war—peace", "war – peace", "war—peace"),
            ("Il dit : « Nous ne savons pas ».", 'Il dit: "Nous ne savons pas".', "Il dit : « Nous ne savons pas »."),
            ("the cap-\ntured men", "the captured men", "the cap-\ntured men"),
            ("They cooperate.", "co-operate", "cooperate"),
            ("They co\u00adoperate.", "cooperate", "co\u00adoperate"),
            ("a ﬁrst ﬂag", "first flag", "ﬁrst ﬂag"),
            ("Cafe\u0301 society", "café society", "Cafe\u0301 society"),
            ("3\u202f000 men", "3 000 men", "3\u202f000 men"),
            ("wait… what", "wait... what", "wait… what"),
            ("STRASSE", "straße", "STRASSE"),
            ("Київ каже, що майже 3000", "КИЇВ КАЖЕ, ЩО", "Київ каже, що"),
            ("북한군 병사 한 명이 생포됐다", "병사 한 명이", "병사 한 명이"),
            ("北朝鮮の兵士が捕虜になった", "兵士が捕虜", "兵士が捕虜"),
        ],
    )
    def test_the_place_is_that_of_the_text_as_it_is(self, text, words, there):
        assert found(text, words) == there


class TestOtherWordsAreNotFound:
    @pytest.mark.parametrize(
        "words", ["three men were captured", "Both were wounded ... The service said", "gave further details"]
    )
    def test_words_that_are_not_there(self, words):
        assert not holds(fold(TEXT), words)

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("11,000 men", "1,000 men"),
            ("11,000 men", "000 men"),
            ("about 3,000 men", "about 3"),
            ("about 3.5 million", "about 3"),
            ("The concatenation", "cat"),
            ("10-20 killed", "1020 killed"),
            ("10 20 killed", "1020 killed"),
            ("He is nowhere", "He is now here"),
            ("It fell to -5 degrees", "It fell to 5 degrees"),
            ("he cannot", "he can not"),
            ("", "words"),
            ("words", ""),
            ("words", "“ ”"),
        ],
    )
    def test_a_part_of_a_word_or_number_is_another_one(self, text, words):
        assert found(text, words) is None


class TestSeveralPlaces:
    TEXT = "At noon: no comment. At night: no comment. At dawn: no comment."

    def test_what_stands_before_and_after_decides(self):
        for at in (9, 31, 52):
            span = Span(at, at + len("no comment"))
            assert find(fold(self.TEXT), selector_at(self.TEXT, span)) == span

    def test_it_still_does_when_that_was_set_anew(self):
        span = find(fold(self.TEXT), Selector("no comment", "“At  NIGHT”: "))
        assert span == Span(31, 41)

    def test_without_any_the_first_is_taken(self):
        assert find(fold(self.TEXT), Selector("No comment")) == Span(9, 19)

    def test_thousands_of_places_take_no_time(self):
        text = fold("no comment. " * 50_000)
        began = time.process_time()
        assert find(text, Selector("no comment", "before", "after")) == Span(0, 10)
        assert time.process_time() - began < 2


class TestASmallEdit:
    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            ("nearly 2,000 North Korean soldiers were killed", "“2,000” is “3,000” now"),
            ("North Korean soldiers killed or wounded", "“were” is new"),
            ("nearly 3,000 North Korean soldiers were all killed", "“all” is gone"),
        ],
    )
    def test_says_how(self, words, sentence):
        edited = touched(fold(KYIV), Selector(words))
        assert edited is not None
        assert edited.sentence == sentence
        assert KYIV[edited.span.start : edited.span.end] == edited.text

    @pytest.mark.parametrize("words", ["Moscow denies that anybody was ever sent there", "3,000", "nearly 2,000"])
    def test_other_words_are_no_edit(self, words):
        assert touched(fold(KYIV), Selector(words)) is None

    def test_long_texts_take_bounded_time(self):
        text = fold("a line of words as they stand in very long reports, one after the other. " * 27_000)
        began = time.process_time()
        touched(text, Selector("another sentence that is nowhere at all in there, however long one may look " * 12))
        assert time.process_time() - began < 5


def test_half_a_word_is_all_of_it():
    picked = whole_words(Selector("wo men were capt", "that t", "ured. It gave"))
    assert picked == Selector("two men were captured", "that ", ". It gave")


WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäéßñ0123456789жщ", min_size=1, max_size=8)
GAPS = st.sampled_from([" ", "  ", "\n", "\u00a0", " \u2009"])
QUOTES = st.sampled_from(list("'\"‘’“”„«»‹›"))
DASHES = st.sampled_from(["-", "–", "—", "‐", "−", " – ", " — ", "--"])
SENTENCE = st.lists(WORDS, min_size=3, max_size=25)


@st.composite
def set_twice(draw):
    """One text in the typography of two houses, and which of its words somebody picked."""
    words = draw(SENTENCE)
    first = draw(st.integers(0, len(words) - 1))
    last = draw(st.integers(first, len(words) - 1))
    settings_ = []
    joints = [draw(st.sampled_from(["space", "space", "space", "dash", "quote", "comma"])) for _ in words]
    for _ in range(2):
        text, bounds = "", []
        for number, (word, joint) in enumerate(zip(words, joints, strict=True)):
            if draw(st.booleans()) and len(word) > 2:
                word = f"{word[:2]}\u00ad{word[2:]}"
            word = word.upper() if draw(st.booleans()) and word.upper().casefold() == word.casefold() else word
            start = len(text)
            text += word
            bounds.append((start, len(text)))
            if number < len(words) - 1:
                gap = draw(GAPS)
                text += {
                    "space": gap,
                    "dash": draw(DASHES),
                    "quote": f"{gap}{draw(QUOTES)}",
                    "comma": f",{gap}",
                }[joint]
        settings_.append((text, Span(bounds[first][0], bounds[last][1])))
    return settings_


@settings(max_examples=150, deadline=None)
@given(set_twice())
def test_a_quote_of_one_copy_is_found_in_the_other_exactly_where_it_stands(both):
    (one, span), (other, there) = both
    assert find(fold(one), selector_at(one, span)) is not None
    again = find(fold(other), selector_at(one, span))
    assert again is not None
    assert fold(other[again.start : again.end]).text == fold(other[there.start : there.end]).text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_every_place_of_a_folded_text_lies_in_the_text_in_order(text):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)


@settings(max_examples=150, deadline=None)
@given(SENTENCE, SENTENCE)
def test_what_is_found_is_really_there(text, words):
    span = find(fold(" ".join(text)), Selector(" ".join(words)))
    is_there = any(text[at : at + len(words)] == words for at in range(len(text)))
    if span is None:
        assert not is_there
    else:
        assume(fold("ß").text == "ss")
        joined = " ".join(text)[span.start : span.end]
        assert fold(joined).text == fold(" ".join(words)).text


def test_parts_that_are_left_out_are_found_one_by_one():
    spans = find_all(fold(TEXT), "The service said ... Both were wounded")
    assert [TEXT[span.start : span.end] for span in spans] == ["The service said", "Both were wounded"]
