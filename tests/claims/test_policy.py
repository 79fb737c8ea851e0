"""The first rule: what counts, and in which words it says what is missing."""

import json
import re
from itertools import product

import pytest

from apps.archive.models import Capture
from apps.claims import actions, policy
from apps.claims.evidence import gather
from apps.claims.models import Policy
from apps.claims.states import Stance, State
from apps.sources.models import Attribution
from tests.newsroom import (
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_figure,
    make_outlet,
    make_two_lines,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


def assessed(claim, state=State.CORROBORATED):
    return policy.assess(state, gather(claim))


def test_it_allows_two_outlets_with_different_credit_lines(claim, ada):
    make_citation(claim, ada, outlet="Yonhap", credit_line="Yonhap")
    make_citation(claim, ada, outlet="Reuters", credit_line="Reuters", first_hand=True)
    found = assessed(claim)
    assert found.allowed
    assert found.needs_second
    assert found.met == (
        "Two independent lines support the claim: Yonhap and Reuters.",
        "First-hand: Reuters.",
    )


def test_it_names_as_first_hand_only_what_counts(claim, ada):
    """A page that is still being archived bears no line, whatever is marked."""
    make_citation(claim, ada, outlet="Yonhap", credit_line="Yonhap")
    make_citation(claim, ada, outlet="Reuters", credit_line="Reuters", first_hand=True)
    make_citation(claim, ada, outlet="The News", credit_line="Reuters", first_hand=True, state=Capture.State.QUEUED)
    assert "First-hand: Reuters." in assessed(claim).met


def test_it_refuses_two_lines_of_which_none_is_first_hand_and_names_them(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="Reuters")
    found = assessed(claim)
    assert found.met == ("Two independent lines support the claim: Yonhap and Reuters.",)
    assert found.missing == ("A first-hand line: Yonhap and Reuters are not marked first-hand.",)


def test_it_refuses_while_a_dispute_is_unanswered_and_names_it_and_keeps_the_answer_in_sight(claim, ada):
    make_two_lines(claim, ada)
    dispute = make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES, state=Capture.State.QUEUED)
    assert assessed(claim).missing == ("An editor's answer to TASS, which disputes the claim.",)
    actions.answer_dispute(dispute, by=ada, answer="TASS names nobody.")
    found = assessed(claim)
    assert found.allowed
    assert "TASS disputes the claim; Ada has answered: TASS names nobody." in found.met


def test_a_rule_of_the_desks_own_is_what_is_asked_for(claim, ada):
    make_citation(claim, ada, outlet="Yonhap", state=Capture.State.QUEUED)
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    lenient = {"minimum_lines": 1, "first_hand_lines": 0, "archived": False, "disputes_block": False}
    rule = Policy(version=2, **lenient, four_eyes=False, minimum_disputes=2)
    found = policy.assess(State.CORROBORATED, gather(claim, rule))
    assert found.allowed
    assert not found.needs_second
    assert "TASS disputes the claim, and nobody has answered it." in found.noted
    assert policy.assess(State.DISPUTED, gather(claim, rule)).missing == (
        "One more archived source that disputes the claim.",
    )


def test_two_figures_that_can_not_both_hold_dispute_a_claim_without_a_citation(claim, ada):
    make_figure(claim, ada, "nearly 3,000", party="Kyiv")
    assert not assessed(claim, State.DISPUTED).allowed
    make_figure(claim, ada, "fewer than 1,000", party="Seoul")
    found = assessed(claim, State.DISPUTED)
    assert found.allowed
    assert "can't both hold" in found.met[0]
    assert {"Kyiv", "Seoul"} <= set(re.findall(r"\w+", found.met[0]))


def test_the_badge_counts_lines_and_not_links(claim, ada):
    for _ in range(3):
        make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    badge = policy.badge(gather(claim))
    assert (badge.words, badge.is_enough, badge.disputes) == ("1 of 2 lines", False, 1)


def test_what_it_says_can_be_told_to_a_machine(claim):
    told = assessed(claim).told()
    assert json.loads(json.dumps(told)) == told
    assert (told["state"], told["allowed"], told["needs_second_editor"]) == ("corroborated", False, True)


def test_it_refuses_when_there_is_nothing(claim):
    found = assessed(claim)
    assert found.missing == (
        "Two independent lines that support the claim.",
        "A first-hand line: a source that saw it, made it or decided it.",
    )


def test_it_refuses_one_source_and_names_it(claim, ada):
    make_citation(claim, ada, outlet="Yonhap", credit_line="Yonhap")
    found = assessed(claim)
    assert not found.allowed
    assert "apart from Yonhap" in found.missing[0]


def test_it_refuses_when_both_sources_are_one_wire_copy(claim, ada):
    make_citation(claim, ada, outlet="The Straits Times", credit_line="AFP")
    make_citation(claim, ada, outlet="UrduPoint", credit_line="AFP, via APP")
    found = assessed(claim)
    assert not found.allowed
    assert found.noted[0].startswith("The Straits Times and the UrduPoint pages are one line: ")
    assert "AFP" in found.noted[0]
    assert any("counts against independence" in sentence for sentence in found.noted)


def test_a_suggestion_that_nobody_has_answered_counts_against_independence_and_it_says_so(claim, ada):
    make_two_lines(claim, ada)
    assert assessed(claim).allowed
    edge = Attribution.objects.create(
        of_source=claim.citations.last().source,
        relation="republishes",
        to_source=claim.citations.first().source,
        state="suggested",
        found_by="text_overlap",
    )
    found = assessed(claim)
    assert found.missing[0].startswith("One more independent line")
    assert any("counts against independence" in sentence for sentence in found.noted)
    actions.reject_attribution(edge, by=ada, reason="They only quote the same man.")
    assert assessed(claim).allowed


def test_a_circle_never_counts(claim, ada):
    one, other = make_two_lines(claim, ada)
    actions.attribute(one.source, "quotes", other.source, by=ada, reason="It says so.")
    actions.attribute(other.source, "quotes", one.source, by=ada, reason="It says so.")
    found = assessed(claim)
    assert found.missing[0] == "Two independent lines that support the claim."
    assert any("a circle has no origin" in sentence for sentence in found.noted)


def test_it_refuses_when_one_source_is_credited_to_the_other(claim, ada):
    make_citation(claim, ada, outlet="AFP")
    make_citation(claim, ada, outlet="The Straits Times", credit_line="AFP")
    assert not assessed(claim).allowed


def test_it_refuses_two_pages_of_one_outlet(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="Yonhap")
    found = assessed(claim)
    assert not found.allowed
    assert found.noted == ("The Yonhap pages are one line: both are Yonhap's own reporting.",)


def test_a_third_page_can_make_two_lines_one(claim, ada):
    make_citation(claim, ada, outlet="A", credit_line="AFP", first_hand=True)
    make_citation(claim, ada, outlet="B", credit_line="APP")
    assert assessed(claim).allowed
    make_citation(claim, ada, outlet="C", credit_line="AFP, via APP")
    assert not assessed(claim).allowed


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (Capture.State.QUEUED, "", "still being archived"),
        (Capture.State.FAILED, "http_410", "could not be archived"),
    ],
)
def test_it_does_not_count_a_page_that_is_not_stored(claim, ada, state, code, words):
    make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="Reuters", state=state, code=code)
    found = assessed(claim)
    assert not found.allowed
    assert any("Reuters" in sentence and words in sentence for sentence in found.noted)


def test_it_does_not_count_context_or_disputes_as_support(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="Reuters", stance=Stance.CONTEXT)
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    assert not assessed(claim).allowed


def test_disputed_needs_one_archived_source_that_disputes(claim, ada):
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES)
    found = assessed(claim, State.DISPUTED)
    assert found.met == ("TASS disputes the claim and is archived.",)


def test_disputed_is_refused_while_the_source_is_not_archived(claim, ada):
    make_citation(claim, ada, outlet="TASS", stance=Stance.DISPUTES, state=Capture.State.QUEUED)
    found = assessed(claim, State.DISPUTED)
    assert found.missing == ("One archived source that disputes the claim.",)
    assert found.noted == ("TASS does not count yet: its page is still being archived.",)


def test_what_does_not_count_is_noted_and_never_called_met(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    make_citation(claim, ada, outlet="Reuters")
    make_citation(claim, ada, outlet="AFP", state=Capture.State.FAILED, code="http_404")
    found = assessed(claim)
    assert found.met == ("Two independent lines support the claim: Yonhap and Reuters.",)
    assert found.noted[0].startswith("AFP does not count: its page could not be archived.")


def test_a_copy_that_nobody_could_read_is_noted(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    unread = make_citation(claim, ada, outlet="Reuters")
    make_extract(unread.capture, "", problem="No text is read from this kind of document.")
    assert assessed(claim).noted == ("No text could be read from the copy of Reuters: see for yourself what it says.",)


def test_a_copy_that_is_still_being_read_does_not_count(claim, ada):
    make_citation(claim, ada, outlet="Yonhap")
    unread = make_citation(claim, ada, outlet="Reuters")
    Capture.objects.filter(pk=unread.capture_id).update(read_at=None)
    found = assessed(claim)
    assert not found.allowed
    assert found.noted == ("Reuters does not count yet: the archived page is still being read.",)


def test_a_source_without_an_outlet_does_not_count_and_it_says_so(claim, ada):
    make_citation(claim, ada, url="https://a.example.org/1")
    assert assessed(claim).noted == ("a.example.org does not count: nobody has named its outlet.",)


STATES = ["queued", "stored", "partial", "failed", "blocked", "unread"]


@pytest.mark.parametrize("stance", Stance)
@pytest.mark.parametrize("disputes_block", [True, False])
@pytest.mark.parametrize("archived", [True, False])
def test_the_reason_why_a_citation_does_not_count_is_true_by_every_rule(claim, ada, archived, disputes_block, stance):
    """Whatever the sentence names is missing, and no line says otherwise than the badge counts."""
    cited = {}
    for state, outlet in product(STATES, ["Yonhap", ""]):
        stored = Capture.State.STORED if state == "unread" else state
        code = "http_410" if stored in Capture.NOT_HAD else ""
        host = f"{state}-{'known' if outlet else 'nobodys'}.example.org"
        one = make_citation(claim, ada, url=f"https://{host}/1", stance=stance, state=stored, code=code)
        if state == "unread":
            Capture.objects.filter(pk=one.capture_id).update(read_at=None)
        if outlet:
            type(one.source).objects.filter(pk=one.source_id).update(outlet=make_outlet(host))
        cited[host] = one.pk
    rule = Policy(version=2, minimum_lines=1, archived=archived, disputes_block=disputes_block)
    evidence = gather(claim, rule)
    to_state = State.DISPUTED if stance == Stance.DISPUTES else State.CORROBORATED
    told = [one for one in policy.assess(to_state, evidence).noted if "does not count" in one]
    lines = {line.members[0].pk: policy.why_uncounted(line, rule) for line in evidence.lines.of(stance)}
    for host, pk in cited.items():
        state, _, known = host.removesuffix(".example.org").partition("-")
        reasons = [one for one in told if one.casefold().startswith(host)]
        assert lines[pk] == tuple(reasons)
        said = " ".join(reasons)
        wants_copy = stance == Stance.DISPUTES or (stance == Stance.SUPPORTS and archived)
        not_had = wants_copy and state in Capture.NOT_HAD
        assert ("could not be archived" in said) == not_had
        assert ("still being archived" in said) == (wants_copy and state in Capture.IN_FLIGHT)
        assert ("still being read" in said) == (stance == Stance.SUPPORTS and archived and state == "unread")
        is_nobodys = stance == Stance.SUPPORTS and known == "nobodys"
        is_awaited = archived and state in {*Capture.IN_FLIGHT, "unread"}
        assert ("named its outlet" in said) == (is_nobodys and not is_awaited)
    if stance == Stance.SUPPORTS:
        assert policy.badge(evidence).lines == sum(not why for why in lines.values())


def test_reopening_needs_no_evidence(claim):
    assert assessed(claim, State.UNVERIFIED).allowed
