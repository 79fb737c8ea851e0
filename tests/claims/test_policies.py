"""The rule as data: versions that are added and never changed, and verdicts that outlive them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import actions
from apps.claims.models import Claim, Decision, MoveRequest, Policy
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import Stage, State
from apps.claims.tasks import sweep
from apps.claims.trying import try_out
from tests.newsroom import corroborate, make_claim, make_editor, make_person, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def sofia():
    return make_person("sofia", "standards_editor")


def edit(by, version=None, reason="We learned.", **changes):
    expected = version or Policy.objects.current().version
    return actions.edit_policy(by=by, reason=reason, expected_version=expected, **changes)


def test_a_new_desk_has_the_rule_of_the_design():
    rule = Policy.objects.get()
    assert (rule.version, rule.made_by) == (1, None)
    assert rule.sentences == [
        "Corroborated needs at least two independent lines that support the claim, at least one of them first-hand.",
        "A citation counts when its page has been archived and read.",
        "No dispute may stand unanswered.",
        "Disputed needs at least one archived citation that disputes it, or two figures that can't both hold.",
        "A second editor signs before a claim is corroborated; one editor may mark it disputed.",
        "A verdict has no date on which it must be verified again.",
    ]


def test_an_edit_is_a_version_of_its_own_with_who_and_why(sofia):
    made = edit(sofia, minimum_lines=3, shelf_life_days=90)
    assert (made.version, made.made_by, made.reason, made.minimum_lines) == (2, sofia, "We learned.", 3)
    assert Policy.objects.get(version=1).minimum_lines == 2
    entry = Entry.objects.get(verb="policy_edited")
    assert (entry.stream, entry.seq, entry.reason) == ("policy:1", 2, "We learned.")
    assert (entry.before["minimum_lines"], entry.after["minimum_lines"]) == (2, 3)
    assert "verified again after 90 days" in made.sentences[-1]


def test_a_version_is_never_changed(sofia):
    rule = edit(sofia, minimum_lines=3)
    rule.minimum_lines = 1
    with pytest.raises(TypeError, match="never changed"):
        rule.save()


def test_it_refuses_an_editor_no_reason_nothing_new_and_the_impossible(sofia):
    with pytest.raises(NotAllowed, match="may not change the rule"):
        edit(make_editor(), minimum_lines=1)
    with pytest.raises(ReasonMissing):
        edit(sofia, reason=" ", minimum_lines=3)
    with pytest.raises(Refusal, match="Nothing of the rule is different"):
        edit(sofia, minimum_lines=2)
    with pytest.raises(Refusal, match="More lines can't be first-hand"):
        edit(sofia, first_hand_lines=3)
    assert Policy.objects.count() == 1


def test_the_second_of_two_who_edit_hears_of_the_first(sofia):
    edit(make_person("stan", "standards_editor"), minimum_lines=3)
    with pytest.raises(ChangedMeanwhile) as refused:
        edit(sofia, version=1, minimum_disputes=2)
    assert [entry.sentence for entry in refused.value.entries] == ["Stan changed the rule: minimum lines"]
    assert edit(sofia, version=2, minimum_disputes=2).minimum_lines == 3


@pytest.mark.parametrize("fields", [{"minimum_lines": 0}, {"first_hand_lines": 3}, {"reason": ""}, {"made_by": None}])
def test_the_database_refuses_a_rule_that_breaks_the_rules(sofia, fields):
    values = {"version": 2, "reason": "Why not.", "made_by": sofia, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Policy.objects.create(**values)


def test_a_decision_and_a_request_remember_their_version(sofia):
    ada = make_editor()
    first, second = make_claim(ada), make_claim(ada, "Another.")
    for claim in (first, second):
        make_two_lines(claim, ada)
    corroborate(first, ada)
    edit(sofia, first_hand_lines=0)
    corroborate(second, ada)
    assert [one.policy.version for one in Decision.objects.order_by("id")] == [1, 2]
    assert [one.policy.version for one in MoveRequest.objects.order_by("id")] == [1, 2]


def test_where_the_rule_lets_one_person_decide_asking_decides(sofia):
    ada = make_editor()
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    edit(sofia, four_eyes=False)
    decision = actions.request_move(claim, State.CORROBORATED, by=ada, reason="Yes.", expected_version=claim.version)
    assert isinstance(decision, Decision)
    assert (decision.asked_by, decision.decided_by, decision.was_signed) == (ada, ada, False)


def test_a_draft_is_tried_on_the_verdicts_that_stand_and_changes_none(sofia):
    ada = make_editor()
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    corroborate(claim, ada)
    current = Policy.objects.current()
    trial = try_out(Policy(version=2, **{**current.facts, "minimum_lines": 3}))
    assert (trial.looked_at, trial.lost) == (1, 1)
    assert trial.claims[0][1][0].startswith("One more independent line")
    assert try_out(Policy(version=2, **{**current.facts, "first_hand_lines": 0})).lost == 0
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.SETTLED)


class TestShelfLife:
    @pytest.fixture
    def claim(self):
        ada = make_editor()
        claim = make_claim(ada)
        make_two_lines(claim, ada)
        corroborate(claim, ada)
        return claim

    def older(self, claim, days):
        Claim.objects.filter(pk=claim.pk).update(verified_at=timezone.now() - timedelta(days=days))

    def test_a_verdict_past_its_time_goes_back_to_review_and_stays_a_verdict(self, claim, sofia):
        edit(sofia, shelf_life_days=90)
        self.older(claim, 89)
        sweep()
        claim.refresh_from_db()
        assert claim.stage == Stage.SETTLED
        self.older(claim, 91)
        sweep()
        sweep()
        claim.refresh_from_db()
        assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
        entry = Entry.objects.get(verb="verify_again")
        assert entry.sentence == "The verdict is older than 90 days: verify the claim again"
        assert (entry.actor_kind, entry.seq) == ("worker", claim.version)

    def test_whoever_settles_it_again_has_looked_and_is_left_in_peace(self, claim, sofia):
        edit(sofia, shelf_life_days=90)
        self.older(claim, 91)
        sweep()
        claim.refresh_from_db()
        actions.change_stage(claim, by=sofia, expected_version=claim.version, stage=Stage.SETTLED)
        sweep()
        claim.refresh_from_db()
        assert claim.stage == Stage.SETTLED

    def test_without_a_shelf_life_no_verdict_grows_old(self, claim):
        self.older(claim, 3000)
        sweep()
        claim.refresh_from_db()
        assert claim.stage == Stage.SETTLED
