"""Admiralty grades: three judgements stay apart, and none of the grades counts."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions, policy
from apps.claims.evidence import digest, gather
from apps.claims.models import Credibility
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import State
from apps.sources.actions import grade_party
from apps.sources.models import Party, Reliability
from tests.newsroom import ask, make_claim, make_editor, make_person, make_reporter, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def nis():
    return Party.objects.create(name="NIS", kind="body")


@pytest.fixture
def claim(ada):
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    return claim


@pytest.fixture
def citation(claim):
    return claim.citations.first()


def grade(citation, by, value="2", rationale="Two others saw it.", version=None):
    citation.claim.refresh_from_db()
    expected = version or citation.claim.version
    return actions.grade_information(citation, by=by, grade=value, rationale=rationale, expected_version=expected)


class TestParties:
    def test_an_editor_grades_a_party_and_the_trail_has_grade_and_rationale(self, nis, ada):
        given = grade_party(nis, by=ada, grade="B", rationale="Right four times of five.")
        assert given.words == "B, usually reliable"
        entry = Entry.objects.in_streams([f"party:{nis.pk}"]).get()
        assert entry.sentence == "Ada graded NIS: B, usually reliable"
        assert entry.reason == "Right four times of five."

    def test_a_new_grade_takes_the_place_of_the_old_one_which_stays(self, nis, ada):
        old = grade_party(nis, by=ada, grade="B", rationale="Right four times of five.")
        new = grade_party(nis, by=ada, grade="D", rationale="Wrong three times since.")
        assert list(nis.grades.live()) == [new]
        assert list(nis.grades.told()) == [new, old]
        assert Entry.objects.in_streams([f"party:{nis.pk}"]).first().before == {"reliability": "B, usually reliable"}

    def test_it_refuses_a_grade_without_a_rationale_and_the_same_one_twice(self, nis, ada):
        with pytest.raises(ReasonMissing):
            grade_party(nis, by=ada, grade="B", rationale=" ")
        grade_party(nis, by=ada, grade="B", rationale="Right four times of five.")
        with pytest.raises(Refusal, match="has this grade already"):
            grade_party(nis, by=ada, grade="B", rationale="Right four times of five.")
        assert nis.grades.count() == 1

    @pytest.mark.parametrize("role", ["reporter", "auditor", "administrator"])
    def test_only_editors_grade(self, nis, citation, role):
        somebody = make_person("somebody", role)
        with pytest.raises(NotAllowed):
            grade_party(nis, by=somebody, grade="B", rationale="So.")
        with pytest.raises(NotAllowed):
            grade(citation, somebody)

    def test_the_database_holds_to_known_grades_with_a_rationale_one_for_a_party(self, nis, ada):
        for values in ({"grade": "G", "rationale": "So."}, {"grade": "A", "rationale": ""}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Reliability.objects.create(party=nis, graded_by=ada, **values)
        Reliability.objects.create(party=nis, graded_by=ada, grade="A", rationale="So.")
        with pytest.raises(IntegrityError), transaction.atomic():
            Reliability.objects.create(party=nis, graded_by=ada, grade="B", rationale="So.")


class TestInformation:
    def test_an_editor_grades_what_a_citation_says_and_the_claims_trail_has_it(self, citation, ada):
        grade(citation, ada)
        entry = Entry.objects.in_streams([citation.claim.stream]).first()
        assert entry.sentence == "Ada graded what Security Service of Ukraine says: 2, probably true"
        assert entry.reason == "Two others saw it."

    def test_a_new_grade_takes_the_place_of_the_old_one_which_stays(self, citation, ada):
        old, new = grade(citation, ada), grade(citation, ada, "5", "The date can't be.")
        assert list(citation.grades.live()) == [new]
        assert list(citation.grades.told()) == [new, old]

    def test_it_refuses_who_is_late_who_gives_no_rationale_and_what_is_withdrawn(self, citation, ada):
        with pytest.raises(ChangedMeanwhile):
            grade(citation, ada, version=99)
        with pytest.raises(ReasonMissing):
            grade(citation, ada, rationale="")
        actions.withdraw_citation(citation, by=ada, reason="The outlet took it back.")
        with pytest.raises(Refusal, match="is withdrawn"):
            grade(citation, ada)
        assert not Credibility.objects.exists()


def test_grades_change_neither_what_the_rule_says_nor_the_evidence_that_waits_for_a_signature(claim, citation, ada):
    vera = make_editor("vera")
    waiting = ask(claim, State.CORROBORATED, ada)
    before = policy.assess(State.CORROBORATED, gather(claim)), digest(gather(claim).frozen())
    grade(citation, vera, "5", "The date can't be.")
    grade_party(citation.source.outlet, by=vera, grade="E", rationale="Wrong every time.")
    assert (policy.assess(State.CORROBORATED, gather(claim)), digest(gather(claim).frozen())) == before
    claim.refresh_from_db()
    assert actions.sign_off(waiting, by=vera, expected_version=claim.version).to_state == State.CORROBORATED


def test_a_reporter_who_cited_it_may_not_grade_it(claim, citation):
    rita = make_reporter()
    citation.cited_by = rita
    citation.save(update_fields=["cited_by"])
    with pytest.raises(NotAllowed):
        grade(citation, rita)
