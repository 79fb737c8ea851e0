"""Who may say where a source has it from, and what becomes of what the machine suggests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import connection

from apps.audit.models import Entry
from apps.sources.actions import (
    attribute,
    confirm_attribution,
    edit_party,
    register_party,
    reject_attribution,
    suggest_attribution,
    withdraw_attribution,
)
from apps.sources.models import Attribution, Party
from apps.sources.refusals import AlreadyAttributed, ReasonMissing, Refusal
from tests.newsroom import make_editor, make_person, make_reporter, make_source

pytestmark = pytest.mark.django_db
GROUNDS = {"words": "(AFP)"}


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def page():
    return make_source(outlet="UrduPoint", title="One captured")


@pytest.fixture
def afp(ada):
    return register_party("AFP", kind=Party.Kind.AGENCY, by=ada)


def suggest(page, afp):
    return suggest_attribution(page, "republishes", afp, found_by="credit_line", grounds=GROUNDS)


class TestEntering:
    def test_an_editor_enters_an_attribution_and_it_is_confirmed_and_on_record(self, page, afp, ada):
        edge = attribute(page, "republishes", afp, by=ada, reason="The footer says so.")
        assert (edge.state, edge.found_by, edge.entered_by, edge.decided_by) == ("confirmed", "editor", ada, ada)
        entry = Entry.objects.get(verb="attribution_entered")
        assert (entry.stream, entry.actor, entry.reason) == (page.stream, ada, "The footer says so.")
        assert entry.target_label == "UrduPoint: One captured republishes AFP"

    def test_it_refuses_without_a_reason_and_leaves_nothing(self, page, afp, rita):
        with pytest.raises(ReasonMissing):
            attribute(page, "republishes", afp, by=rita, reason="  ")
        assert not Attribution.objects.exists()

    def test_it_refuses_who_may_not_cite(self, page, afp):
        with pytest.raises(PermissionDenied):
            attribute(page, "republishes", afp, by=make_person("olga", "auditor"), reason="I see it.")

    def test_a_reporters_word_waits_for_an_editor_who_confirms_it(self, page, afp, rita, ada):
        edge = attribute(page, "republishes", afp, by=rita, reason="The footer says so.")
        assert (edge.state, edge.found_by, edge.entered_by, edge.decided_by) == ("suggested", "reporter", rita, None)
        assert edge.grounds == {"sentence": "The footer says so."}
        entry = Entry.objects.get(verb="attribution_suggested")
        assert (entry.actor, entry.reason) == (rita, "The footer says so.")
        confirm_attribution(edge, by=ada, reason="I looked.")
        edge.refresh_from_db()
        assert (edge.state, edge.decided_by) == ("confirmed", ada)

    def test_a_reporter_confirms_nothing_by_entering_it(self, page, afp, rita):
        suggested = suggest(page, afp)
        with pytest.raises(AlreadyAttributed, match="waits for an editor"):
            attribute(page, "republishes", afp, by=rita, reason="I asked them.")
        suggested.refresh_from_db()
        assert suggested.is_pending

    def test_it_refuses_what_is_known_and_says_so(self, page, afp, ada):
        attribute(page, "republishes", afp, by=ada, reason="The footer says so.")
        with pytest.raises(AlreadyAttributed, match="The desk knows already: UrduPoint: One captured republishes AFP"):
            attribute(page, "republishes", afp, by=ada, reason="The footer says so.")
        attribute(page, "quotes", afp, by=ada, reason="It quotes AFP too.")
        assert Attribution.objects.count() == 2

    def test_it_refuses_to_attribute_a_source_to_itself(self, page, ada):
        with pytest.raises(Refusal, match="itself"):
            attribute(page, "quotes", page, by=ada, reason="It does.")

    def test_entering_what_is_only_suggested_confirms_the_suggestion(self, page, afp, ada):
        suggested = suggest(page, afp)
        edge = attribute(page, "republishes", afp, by=ada, reason="I asked them.")
        assert edge == suggested
        assert (edge.state, edge.found_by, edge.decided_by) == ("confirmed", "credit_line", ada)


class TestSuggesting:
    def test_a_suggestion_waits_with_its_grounds_and_nobody_answers_for_it(self, page, afp):
        edge = suggest(page, afp)
        assert (edge.state, edge.grounds, edge.decided_by) == ("suggested", GROUNDS, None)
        entry = Entry.objects.get(verb="attribution_suggested")
        assert (entry.after["found_by"], entry.reason) == ("its credit line", "")

    def test_it_suggests_once_however_often_it_is_asked(self, page, afp):
        assert suggest(page, afp)
        assert suggest(page, afp) is None
        assert Attribution.objects.count() == 1

    @pytest.mark.parametrize("answer", [confirm_attribution, reject_attribution])
    def test_it_never_suggests_again_what_was_answered(self, page, afp, ada, answer):
        answer(suggest(page, afp), by=ada, reason="I looked.")
        assert suggest(page, afp) is None

    def test_it_never_suggests_again_what_was_taken_back(self, page, afp, ada):
        withdraw_attribution(attribute(page, "republishes", afp, by=ada, reason="So."), by=ada, reason="Not so.")
        assert suggest(page, afp) is None

    def test_a_source_is_never_suggested_to_be_its_own_origin(self, page):
        assert suggest_attribution(page, "republishes", page, found_by="text_overlap", grounds={}) is None


class TestAnswering:
    @pytest.mark.parametrize(
        ("answer", "state"), [(confirm_attribution, "confirmed"), (reject_attribution, "rejected")]
    )
    def test_an_editor_answers_with_a_reason_and_both_are_kept(self, page, afp, ada, answer, state):
        edge = answer(suggest(page, afp), by=ada, reason="I looked.")
        assert (edge.state, edge.decided_by, edge.reason) == (state, ada, "I looked.")
        assert Entry.objects.get(verb=f"attribution_{state}").reason == "I looked."

    @pytest.mark.parametrize("answer", [confirm_attribution, reject_attribution])
    def test_a_reporter_does_not_answer(self, page, afp, rita, answer):
        with pytest.raises(PermissionDenied):
            answer(suggest(page, afp), by=rita, reason="I looked.")

    @pytest.mark.parametrize("answer", [confirm_attribution, reject_attribution])
    def test_it_refuses_an_answer_without_a_reason(self, page, afp, ada, answer):
        edge = suggest(page, afp)
        with pytest.raises(ReasonMissing):
            answer(edge, by=ada, reason="")
        edge.refresh_from_db()
        assert edge.is_pending

    def test_it_refuses_a_second_answer_and_says_who_was_faster(self, page, afp, ada):
        edge = suggest(page, afp)
        reject_attribution(edge, by=ada, reason="Another agency.")
        with pytest.raises(Refusal, match="Ada has rejected it, because: Another agency"):
            confirm_attribution(edge, by=make_editor("bert"), reason="It is theirs.")

    def test_who_entered_an_attribution_takes_it_back_and_another_reporter_does_not(self, page, afp, rita, ada):
        edge = attribute(page, "republishes", afp, by=rita, reason="The footer says so.")
        edge = confirm_attribution(edge, by=ada, reason="It does.")
        with pytest.raises(PermissionDenied):
            withdraw_attribution(edge, by=make_reporter("rolf"), reason="No.")
        edge = withdraw_attribution(edge, by=rita, reason="I misread it.")
        assert edge.state == "withdrawn"
        entry = Entry.objects.get(verb="attribution_withdrawn")
        assert (entry.before["reason"], entry.reason) == ("It does.", "I misread it.")
        with pytest.raises(Refusal, match="nothing to take back"):
            withdraw_attribution(edge, by=rita, reason="Again.")

    def test_a_suggestion_is_rejected_not_taken_back(self, page, afp, ada):
        with pytest.raises(Refusal, match="nobody has confirmed it yet"):
            withdraw_attribution(suggest(page, afp), by=ada, reason="No.")


class TestUnnamedParties:
    def test_a_party_without_a_name_is_registered_as_such(self, rita):
        party = register_party("an intelligence source", kind=Party.Kind.PERSON, by=rita, is_named=False)
        assert not Party.objects.get(pk=party.pk).is_named

    def test_whether_it_has_a_name_is_edited_on_record_and_the_claims_hear_of_it(self, page, afp, ada):
        edit_party(afp, by=ada, is_named=False)
        assert Entry.objects.get(verb="party_edited").after == {"is_named": False, "changed": "is named"}
        assert list(Party.objects.with_news()) == [afp]


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_suggest_one(page, afp):
    def one(_):
        try:
            return suggest(page, afp)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        made = [edge for edge in pool.map(one, range(10)) if edge]
    assert len(made) == 1
    assert Attribution.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other"), [("Служба НИС", "служба нис"), ("O'Brien", "O\u2019Brien"), ("ＡＦＰ", "afp ")]
)
def test_a_party_is_registered_once_however_its_name_is_written(ada, one, other):
    party = register_party(one, kind="body", by=ada)
    assert register_party(other, kind="body", by=ada) == party
    edit_party(party, by=ada, name="МИД")
    assert register_party("мид", kind="body", by=ada) == party
    assert register_party(other, kind="body", by=ada) != party


def test_parties_that_are_there_already_are_found_by_their_folded_names(ada):
    party = register_party("НИС", kind="body", by=ada)
    Party.objects.update(folded="")
    import_module("apps.sources.migrations.0010_fold_the_names_there_are").fold(apps, None)
    assert Party.objects.named("нис").get() == party
