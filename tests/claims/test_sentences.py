"""Sentences of the rule and of the lines: several are several, and a name has its capital where a sentence begins."""

from __future__ import annotations

import pytest

from apps.claims import actions, policy
from apps.claims.evidence import gather
from apps.claims.models import Policy
from apps.claims.policy import Badge
from apps.claims.states import Stance, State
from apps.sources.models import Party
from apps.sources.telling import capital, listed
from tests.newsroom import make_citation, make_claim, make_editor

pytestmark = pytest.mark.django_db
LENIENT = {"minimum_lines": 1, "first_hand_lines": 0, "archived": True, "disputes_block": True, "four_eyes": True}


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


def assessed(claim, state=State.CORROBORATED, **rule):
    found = policy.assess(state, gather(claim, Policy(version=2, **{**LENIENT, **rule}) if rule else None))
    return [*found.met, *found.missing, *found.noted]


def quotes(citation, ada, *names, is_named=True):
    for name in names:
        party, _ = Party.objects.get_or_create(name=name, defaults={"kind": "body", "is_named": is_named})
        actions.attribute(citation.source, "quotes", party, by=ada, reason="It does.")


def test_a_line_of_two_origins_is_several_and_the_unnamed_has_no_capital_inside_a_sentence(claim, ada):
    page = make_citation(claim, ada, outlet="UrduPoint")
    quotes(page, ada, "NIS")
    quotes(page, ada, "An intelligence source", is_named=False)
    said = assessed(claim)
    assert "A first-hand line: NIS and an intelligence source are not marked first-hand." in said
    assert "One more independent line that supports the claim, apart from NIS and an intelligence source." in said


def test_one_origin_is_one_and_begins_small_inside_a_sentence_and_with_a_capital_as_a_heading(claim, ada):
    quotes(make_citation(claim, ada, outlet="UrduPoint"), ada, "an intelligence source", is_named=False)
    assert "A first-hand line: an intelligence source is not marked first-hand." in assessed(claim)
    assert "One line of evidence supports the claim: an intelligence source." in assessed(claim, minimum_lines=1)
    (line,) = gather(claim).lines.of(Stance.SUPPORTS)
    assert line.name == "An intelligence source"
    assert line.cautions == ("The chain ends in somebody without a name: an intelligence source.",)


def test_lines_of_several_origins_are_kept_apart_by_commas(claim, ada):
    page = make_citation(claim, ada, outlet="UrduPoint")
    quotes(page, ada, "NIS")
    quotes(page, ada, "an intelligence source", is_named=False)
    make_citation(claim, ada, outlet="Yonhap")
    said = assessed(claim)
    assert "Two independent lines support the claim: NIS and an intelligence source, and Yonhap." in said


def test_what_is_missing_of_first_hand_lines_agrees_in_number(claim, ada):
    two = {"first_hand_lines": 2}
    assert "Two first-hand lines: sources that saw it, made it or decided it." in assessed(claim, **two)
    make_citation(claim, ada, outlet="NIS", first_hand=True)
    assert "One more first-hand line, apart from NIS." in assessed(claim, **two)
    assert "Two more first-hand lines, apart from NIS." in assessed(claim, first_hand_lines=3)


def test_two_pages_of_one_outlet_dispute_as_one(claim, ada):
    for _ in range(2):
        make_citation(claim, ada, outlet="the Guardian", stance=Stance.DISPUTES)
    assert "The Guardian disputes the claim and is archived." in assessed(claim, State.DISPUTED)
    make_citation(claim, ada, outlet="KCNA", stance=Stance.DISPUTES)
    assert "The Guardian and KCNA dispute the claim and are archived." in assessed(claim, State.DISPUTED)


@pytest.mark.parametrize(
    ("needed", "sentence"),
    [
        (1, "One independent line that supports the claim."),
        (2, "Two independent lines that support the claim."),
    ],
)
def test_what_is_missing_of_lines_agrees_in_number(claim, needed, sentence):
    assert sentence in assessed(claim, minimum_lines=needed)


@pytest.mark.parametrize(
    ("badge", "words"),
    [
        (Badge(0, 1, 0), "0 of 1 line"),
        (Badge(1, 0, 0), "1 line"),
        (Badge(1, 2, 0), "1 of 2 lines"),
        (Badge(3, 2, 0), "3 lines"),
    ],
)
def test_a_badge_agrees_in_number(badge, words):
    assert badge.words == words


@pytest.mark.parametrize(("more", "others"), [(1, "another"), (3, "3 others")])
def test_of_very_many_pages_some_are_named_and_the_rest_is_counted(claim, ada, more, others):
    afp = Party.objects.get(name="AFP", kind="agency")
    for number in range(6 + more):
        page = make_citation(claim, ada, outlet=f"Paper {number}")
        actions.attribute(page.source, "republishes", afp, by=ada, reason="The footer says so.")
    (line,) = gather(claim).lines.of(Stance.SUPPORTS)
    papers = ", ".join(f"Paper {number}" for number in range(6))
    assert line.why == (f"The pages of {papers} and {others} are one line: all {6 + more} print AFP's copy.",)


def test_a_circle_beside_somebody_who_knows_takes_nothing_from_the_line(claim, ada):
    one, other, both = (make_citation(claim, ada, outlet=name).source for name in ("One", "Other", "Both"))
    for of, to in ((one, other), (other, one), (both, one)):
        actions.attribute(of, "republishes", to, by=ada, reason="So.")
    yonhap = Party.objects.get(name="Yonhap", kind="agency")
    actions.attribute(both, "republishes", yonhap, by=ada, reason="So.")
    circle, known = gather(claim).lines.of(Stance.SUPPORTS)
    assert (circle.counts, known.counts) == (False, True)
    assert circle.cautions == (
        "The One page prints the copy of the Other page, which prints the copy of the One page: a circle has no"
        " origin, so this line does not count.",
    )
    assert (known.name, known.cautions) == ("Yonhap", ())


def test_lists_and_beginnings():
    assert listed([]) == ""
    assert listed(["NIS"]) == "NIS"
    assert listed(["A", "B", "C"]) == "A, B and C"
    assert listed(["A", "the Ministry of Trade and Industry"]) == "A, and the Ministry of Trade and Industry"
    assert capital("an intelligence source has it.") == "An intelligence source has it."
    assert capital("news.example.org does not count.") == "news.example.org does not count."
    assert capital("taz.") == "Taz."
    assert capital("") == ""
