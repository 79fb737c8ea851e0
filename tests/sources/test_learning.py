"""Sources and parties: what is learned from a copy, what a person sets, and what follows from it."""

import pytest

from apps.accounts.permissions import NotAllowed
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims.actions import correct_source
from apps.claims.tasks import reconsider_citing
from apps.sources.actions import learn_from_capture, register_party
from apps.sources.credits import credit_names
from apps.sources.models import Party, Source
from apps.sources.tasks import learn
from tests.newsroom import (
    corroborate,
    make_capture,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_person,
    make_source,
    make_two_lines,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


def test_a_copy_that_brings_a_shared_credit_line_sends_a_verdict_back_to_review(ada):
    claim = make_claim(ada)
    first, _ = make_two_lines(claim, ada)
    corroborate(claim, ada)
    copy = make_capture(first.source.page)
    make_extract(copy, credit_line="Yonhap")
    learn(copy.pk)
    reconsider_citing(copy.pk)
    reconsider_citing(copy.pk)
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == ("corroborated", "in_review")
    flagged = Entry.objects.get(verb="claim_flagged")
    assert (flagged.actor_kind, flagged.seq) == ("worker", claim.version)


def test_a_source_learns_once_from_a_copy_and_never_from_an_older_one(ada):
    citation = make_citation(make_claim(ada), ada)
    newer = make_capture(citation.source.page)
    make_extract(citation.capture, title="Old")
    make_extract(newer, title="New")
    for copy in (newer, newer, citation.capture):
        learn_from_capture(copy)
    assert Source.objects.get(pk=citation.source_id).learned_from == newer
    assert Entry.objects.filter(verb="source_read").count() == 1


def test_a_fact_emptied_by_hand_stays_empty_when_a_copy_says_otherwise(ada):
    citation = make_citation(make_claim(ada), ada, outlet="Yonhap", credit_line="AFP")
    source = correct_source(citation.source, by=ada, expected_version=1, credit_line="")
    copy = make_capture(source.page)
    make_extract(copy, credit_line="AFP", byline="Anna Orlova")
    learn_from_capture(copy)
    source.refresh_from_db()
    assert (source.credit_line, source.byline) == ("", "Anna Orlova")


def test_a_corrected_credit_line_sends_a_verdict_that_rested_on_it_back_to_review(ada):
    claim = make_claim(ada)
    first, _ = make_two_lines(claim, ada)
    corroborate(claim, ada)
    correct_source(first.source, by=ada, expected_version=1, title="The same, in other words")
    claim.refresh_from_db()
    assert claim.stage == "settled"
    correct_source(first.source, by=ada, expected_version=2, credit_line="Yonhap")
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == ("corroborated", "in_review")
    assert "One more independent line" in Entry.objects.in_streams([claim.stream])[0].sentence


def test_a_reporter_corrects_and_an_auditor_may_not(ada):
    source = make_source()
    with pytest.raises(NotAllowed):
        correct_source(source, by=make_person("aziz", "auditor"), expected_version=1, title="Mine")
    assert correct_source(source, by=make_person("tom", "reporter"), expected_version=1, title="Mine").title == "Mine"


@pytest.mark.parametrize(("first", "second"), [("iHA", "İHA"), ("AFP", "afp"), ("K", "\u212a")])
def test_a_name_that_differs_only_in_case_never_breaks_registering(ada, first, second):
    party = register_party(first, kind=Party.Kind.OUTLET, by=ada)
    again = register_party(second, kind=Party.Kind.OUTLET, by=ada)
    assert register_party(second, kind=Party.Kind.OUTLET, by=None) == again
    assert register_party(first, kind=Party.Kind.OUTLET, by=None) == party


def test_the_sweep_finds_every_copy_that_its_source_has_not_learned_from(ada):
    waiting = make_citation(make_claim(ada), ada)
    make_extract(waiting.capture, title="Read")
    Source.objects.update(learned_from=None)
    learned = make_citation(make_claim(ada), ada)
    make_extract(learned.capture)
    make_citation(make_claim(ada), ada, state=Capture.State.QUEUED)
    assert list(Source.objects.waiting()) == [waiting.capture_id]
    learn(waiting.capture_id)
    assert list(Source.objects.waiting()) == []


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", set()),
        ("AFP", {"afp"}),
        ("(AFP)", {"afp"}),
        ("APP - UrduPoint", {"app", "urdupoint"}),
        ("AFP, via APP", {"afp", "app"}),
        ("Source: Reuters", {"reuters"}),
        ("With AP and Reuters", {"ap", "reuters"}),
        ("AFP/Yonhap", {"afp", "yonhap"}),
    ],
)
def test_a_credit_line_is_read_as_the_names_in_it(line, names):
    assert credit_names(line) == names
