"""What answers about origins do to the claims that rest on them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.lines import lines_of
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import Stance
from apps.claims.tasks import hear
from apps.sources.actions import suggest_attribution
from apps.sources.models import Attribution, Party
from apps.sources.tracing import leading_to
from tests.newsroom import make_citation, make_claim, make_editor, make_reporter, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


@pytest.fixture
def nis():
    return Party.objects.create(name="NIS", kind="body")


@pytest.fixture
def somebody():
    return Party.objects.create(name="an intelligence source", kind="person", is_named=False)


def counted(claim):
    return len(lines_of(claim.citations.live().with_evidence()).counted(Stance.SUPPORTS))


@pytest.fixture
def both_in_one(claim, ada, nis, somebody):
    """One page that quotes NIS and somebody unnamed."""
    page = make_citation(claim, ada, outlet="AFP").source
    for party in (nis, somebody):
        actions.attribute(page, "quotes", party, by=ada, reason="It says so.")
    return page


class TestRulingApart:
    def test_two_are_one_line_until_an_editor_rules_and_again_when_the_ruling_is_taken_back(
        self, claim, ada, both_in_one, nis, somebody
    ):
        assert counted(claim) == 1
        ruling = actions.rule_apart(claim, nis, somebody, by=ada, reason="AFP met him.", expected_version=1)
        assert counted(claim) == 2
        claim.refresh_from_db()
        assert claim.version == 2
        entry = Entry.objects.get(verb="origins_ruled_apart")
        assert (entry.seq, entry.reason, entry.after["one"]) == (2, "AFP met him.", "NIS")
        actions.withdraw_ruling(ruling, by=ada, reason="AFP doubts it.")
        assert counted(claim) == 1
        assert Entry.objects.get(verb="ruling_withdrawn").reason == "AFP doubts it."

    def test_a_ruling_holds_on_its_own_claim_only(self, claim, ada, both_in_one, nis, somebody):
        other = make_claim(ada, "Another claim.")
        other.citations.create(
            source=both_in_one, capture=claim.citations.get().capture, stance="supports", cited_by=ada
        )
        actions.rule_apart(claim, nis, somebody, by=ada, reason="AFP met him.", expected_version=1)
        assert (counted(claim), counted(other)) == (2, 1)

    def test_it_refuses_a_reporter(self, claim, both_in_one, nis, somebody):
        with pytest.raises(PermissionDenied):
            actions.rule_apart(claim, nis, somebody, by=make_reporter(), reason="I think so.", expected_version=1)

    def test_it_refuses_without_a_reason_twice_the_same_and_a_late_one(self, claim, ada, both_in_one, nis, somebody):
        with pytest.raises(ReasonMissing):
            actions.rule_apart(claim, nis, somebody, by=ada, reason=" ", expected_version=1)
        with pytest.raises(Refusal, match="itself"):
            actions.rule_apart(claim, nis, nis, by=ada, reason="So.", expected_version=1)
        ruling = actions.rule_apart(claim, nis, somebody, by=ada, reason="AFP met him.", expected_version=1)
        with pytest.raises(Refusal, match="ruled already"):
            actions.rule_apart(claim, somebody, nis, by=ada, reason="So.", expected_version=2)
        with pytest.raises(ChangedMeanwhile):
            actions.rule_apart(claim, somebody, both_in_one, by=ada, reason="So.", expected_version=1)
        with pytest.raises(ReasonMissing):
            actions.withdraw_ruling(ruling, by=ada, reason="")
        actions.withdraw_ruling(ruling, by=ada, reason="No.")
        with pytest.raises(Refusal, match="taken back already"):
            actions.withdraw_ruling(ruling, by=ada, reason="No.")


class TestNewsTravelsUp:
    def test_what_leads_to_a_party_is_found_through_pages_outlets_and_credit_lines(self, ada, nis):
        outlet, credited, unrelated = (
            make_source(outlet="NIS"),
            make_source(outlet="Kyodo", credit_line="via NIS"),
            make_source(outlet="KCNA"),
        )
        quoting, carrying = make_source(outlet="Yonhap"), make_source(outlet="Lenta")
        actions.attribute(quoting, "quotes", nis, by=ada, reason="So.")
        actions.attribute(carrying, "translates", quoting, by=ada, reason="So.")
        assert leading_to(nis) == {outlet.pk, credited.pk, quoting.pk, carrying.pk}
        assert leading_to(quoting) == {quoting.pk, carrying.pk}
        assert leading_to(unrelated) == {unrelated.pk}

    def test_a_suggestion_of_the_worker_is_heard_once(self, claim, ada, nis):
        page = make_citation(claim, ada, outlet="AFP").source
        suggest_attribution(page, "quotes", nis, found_by="stated_origin", grounds={})
        assert Attribution.objects.with_news().count() == 1
        hear()
        assert not Attribution.objects.with_news().exists()

    def test_what_an_editor_answers_is_heard_at_once(self, claim, ada, nis):
        page = make_citation(claim, ada, outlet="AFP").source
        edge = actions.attribute(page, "quotes", nis, by=ada, reason="So.")
        edge.refresh_from_db()
        assert not edge.has_news
        actions.withdraw_attribution(edge, by=ada, reason="Not so.")
        assert not Attribution.objects.with_news().exists()
