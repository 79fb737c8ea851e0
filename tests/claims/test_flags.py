"""What changes under a claim flags it and the claims that hang on it; nothing moves by itself, nothing is lost."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.archive.models import Drift, Passage
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.actions import find_words, pick_passage
from apps.claims.actions.bells import carry_on
from apps.claims.actions.spreading import carry
from apps.claims.models import Cause, Citation, Claim, ClaimLink, Flag, TextQuote
from apps.claims.numerals import parse
from apps.claims.quotes import Picked
from apps.claims.refusals import ReasonMissing, Refusal
from apps.claims.states import Stage, Stance, State
from apps.claims.tasks import hear_drifts, sweep
from apps.sources.actions import suggest_attribution
from apps.sources.models import Party
from tests.newsroom import (
    decide,
    make_capture,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_figure,
    make_reporter,
    make_source,
    make_two_lines,
    store_record,
)

pytestmark = pytest.mark.django_db
Kind = ClaimLink.Kind


@pytest.fixture
def ada():
    return make_editor()


def corroborated(ada, statement="Two North Korean soldiers were captured."):
    claim = make_claim(ada, statement)
    make_two_lines(claim, ada)
    decide(claim, State.CORROBORATED, ada)
    return claim


def drift_at(citation, kind=Drift.Kind.CHANGED, **fields):
    page = citation.source.page
    after = None if kind == Drift.Kind.GONE else make_capture(page)
    return Drift.objects.create(page=page, kind=kind, before=citation.capture, after=after, share=0.2, **fields)


def carry_everything():
    for _ in range(50):
        waiting = list(Cause.objects.to_carry().values_list("pk", flat=True))
        if not waiting:
            return
        for pk in waiting:
            carry_on(pk)
    raise AssertionError("news that never comes to an end")


def flagged(claim):
    return [flag.cause.kind for flag in claim.flags.select_related("cause").order_by("id")]


class TestDrift:
    def test_it_flags_the_claim_sends_it_to_review_and_leaves_the_state(self, ada):
        claim = corroborated(ada)
        drift = drift_at(claim.citations.first())
        hear_drifts(0)
        carry_everything()
        claim.refresh_from_db()
        assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
        flag = claim.flags.get()
        assert flag.cause.drift == drift
        assert flag.sentence == "Security Service of Ukraine: 20 % of the text has changed."
        entry = Entry.objects.in_streams([claim.stream])[0]
        assert (entry.verb, entry.seq, entry.actor_kind) == ("claim_flagged", claim.version, "worker")

    def test_the_same_finding_is_news_once_however_often_the_bell_rings(self, ada):
        claim = corroborated(ada)
        drift_at(claim.citations.first())
        for _ in range(3):
            hear_drifts(0)
            carry_everything()
            sweep()
        assert claim.flags.count() == 1
        actions.clear_flag(claim.flags.get(), by=ada, reason="The words we rest on are there.")
        hear_drifts(0)
        carry_everything()
        assert not claim.flags.open().exists()

    def test_who_cited_the_page_as_it_is_now_and_who_cites_it_for_context_are_not_flagged(self, ada):
        claim = corroborated(ada)
        old = claim.citations.first()
        drift = drift_at(old)
        late, context = make_claim(ada, "It was cited later."), make_claim(ada, "It is only context.")
        Citation.objects.create(
            claim=late, source=old.source, capture=drift.after, stance=Stance.SUPPORTS, cited_by=ada
        )
        Citation.objects.create(
            claim=context, source=old.source, capture=old.capture, stance=Stance.CONTEXT, cited_by=ada
        )
        hear_drifts(0)
        carry_everything()
        assert (claim.flags.count(), late.flags.count(), context.flags.count()) == (1, 0, 0)

    def test_a_quote_that_is_gone_concerns_those_who_quote_it(self, ada):
        first, second = make_claim(ada, "One was captured."), make_claim(ada, "One was wounded.")
        citation = make_citation(first, ada, outlet="NIS", quote="was captured ")
        other = Citation.objects.create(
            claim=second,
            source=citation.source,
            capture=citation.capture,
            stance=Stance.SUPPORTS,
            cited_by=ada,
            quote="was wounded",
        )
        drift = drift_at(citation, Drift.Kind.QUOTE_GONE)
        drift.passages.add(Passage.objects.create(page=citation.source.page, exact="was captured", digest="0" * 64))
        hear_drifts(0)
        carry_everything()
        assert flagged(first) == ["quote_gone"]
        assert flagged(other.claim) == []

    def test_so_it_does_where_the_words_were_typed_otherwise_or_are_several_passages(self, ada):
        """What the watch misses are the copy's own words; what a citation says is what somebody typed."""
        claims = [
            make_claim(ada, statement) for statement in ("It was confirmed.", "It was seen.", "It is of another.")
        ]
        typed = make_citation(claims[0], ada, outlet="NIS", quote='the service "confirmed" it')
        make_extract(typed.capture, "On Friday the service “confirmed” it. Two men were seen. It said no more.")
        find_words(typed)
        rest = {"source": typed.source, "capture": typed.capture, "stance": Stance.SUPPORTS, "cited_by": ada}
        several = Citation.objects.create(claim=claims[1], quote="It said no more.", **rest)
        other = Citation.objects.create(claim=claims[2], quote="It said no more.", **rest)
        for citation in (several, other):
            find_words(citation)
        pick_passage(several, by=ada, picked=Picked(typed.capture, "Two men were seen."))
        drift = drift_at(typed, Drift.Kind.QUOTE_GONE)
        for exact in ("the service “confirmed” it", "Two men were seen."):
            drift.passages.add(Passage.objects.create(page=typed.source.page, exact=exact, digest=f"{len(exact):064}"))
        hear_drifts(0)
        carry_everything()
        assert [flagged(claim) for claim in claims] == [["quote_gone"], ["quote_gone"], []]

    def test_a_page_that_is_gone_flags_and_one_that_is_back_or_moved_does_not(self, ada):
        claim = corroborated(ada)
        citation = claim.citations.first()
        drift_at(citation, Drift.Kind.BACK)
        drift_at(citation, Drift.Kind.MOVED)
        hear_drifts(0)
        carry_everything()
        assert flagged(claim) == []
        drift_at(citation, Drift.Kind.GONE, found_at=timezone.now())
        hear_drifts(0)
        carry_everything()
        assert flagged(claim) == ["page_gone"]
        assert not Drift.objects.untaken().exists()

    def test_a_claim_still_being_worked_on_is_flagged_and_stays_where_it_is(self, ada):
        claim = make_claim(ada)
        drift_at(make_citation(claim, ada))
        hear_drifts(0)
        carry_everything()
        claim.refresh_from_db()
        assert (claim.stage, claim.flags.count()) == (Stage.INBOX, 1)


def test_a_copy_that_the_check_finds_damaged_flags_the_claims_that_rest_on_it_once_for_each_finding(ada, capsys):
    claim = corroborated(ada)
    capture = claim.citations.first().capture

    def check():
        with pytest.raises(SystemExit):
            call_command("archive_check", str(capture.pk))
        carry_everything()

    check()
    check()
    assert flagged(claim) == ["capture_damaged"]
    assert claim.flags.get().sentence.endswith(f"stored copy {capture.pk} is damaged: the record is missing.")
    assert capsys.readouterr().err.count("are being flagged") == 1
    claim.refresh_from_db()
    assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
    store_record(capture, b"no record at all")
    check()
    assert flagged(claim) == ["capture_damaged", "capture_damaged"]


def test_whoever_rests_on_a_sound_copy_of_the_page_is_not_flagged_for_a_damaged_one(ada):
    first, second, third = (make_claim(ada, f"Claim {number}.") for number in range(3))
    damaged = make_citation(first, ada, outlet="NIS")
    sound = make_capture(damaged.source.page)
    rest = {"source": damaged.source, "stance": Stance.SUPPORTS, "cited_by": ada}
    Citation.objects.create(claim=second, capture=sound, **rest)
    picked = Citation.objects.create(claim=third, capture=sound, **rest)
    TextQuote.objects.create(citation=picked, capture=damaged.capture, exact="Two were captured.")
    with pytest.raises(SystemExit):
        call_command("archive_check", str(damaged.capture_id))
    carry_everything()
    assert [flagged(claim) for claim in (first, second, third)] == [["capture_damaged"], [], ["capture_damaged"]]


class TestWhatPeopleDo:
    def test_a_withdrawn_citation_flags_at_once(self, ada):
        claim = corroborated(ada)
        actions.withdraw_citation(claim.citations.first(), by=ada, reason="The outlet took it back.")
        claim.refresh_from_db()
        assert flagged(claim) == ["citation_withdrawn"]
        assert claim.stage == Stage.IN_REVIEW

    def test_withdrawing_while_nobody_relies_on_the_claim_or_from_context_flags_nothing(self, ada):
        working = make_claim(ada)
        actions.withdraw_citation(make_citation(working, ada), by=ada, reason="Read wrong.")
        claim = corroborated(ada, "Another.")
        context = make_citation(claim, ada, stance=Stance.CONTEXT)
        actions.withdraw_citation(context, by=ada, reason="Beside the point.")
        claim.refresh_from_db()
        assert (flagged(working), flagged(claim), claim.stage) == ([], [], Stage.SETTLED)

    def test_a_claim_in_review_is_flagged_and_so_is_one_that_somebody_else_has_in_hand(self, ada):
        """Nobody relies on a claim that is only worked on but whoever works on it, who sees what they do themselves."""
        bert = make_editor("bert")
        claims = {name: make_claim(ada, f"Claim {name}.") for name in ("in review", "ada's", "bert's", "nobody's")}
        for name, by in (("ada's", ada), ("bert's", bert)):
            actions.assign(claims[name], by=ada, expected_version=1, assignee=by)
        actions.change_stage(claims["in review"], by=ada, expected_version=1, stage=Stage.IN_REVIEW)
        for claim in claims.values():
            actions.withdraw_citation(make_citation(claim, ada), by=ada, reason="The outlet took it back.")
            claim.refresh_from_db()
        assert [flagged(claim) for claim in claims.values()] == [["citation_withdrawn"], [], ["citation_withdrawn"], []]
        assert [claim.stage for claim in claims.values()] == ["in_review", "in_progress", "in_progress", "inbox"]

    def test_a_new_dispute_flags_a_settled_claim_that_could_not_be_verified_too(self, ada):
        claim = make_claim(ada)
        actions.change_stage(claim, by=ada, expected_version=1, stage=Stage.SETTLED)
        actions.cite(claim, by=ada, url="https://news.example.org/denial", stance=Stance.DISPUTES)
        claim.refresh_from_db()
        assert (flagged(claim), claim.stage, claim.state) == (["new_dispute"], Stage.IN_REVIEW, State.UNVERIFIED)

    def test_a_corrected_credit_line_flags_everything_that_rests_on_it_and_says_what_the_rule_misses(self, ada):
        claim = corroborated(ada)
        first = claim.citations.first()
        working = make_claim(ada, "Not decided.")
        Citation.objects.create(
            claim=working, source=first.source, capture=first.capture, stance=Stance.SUPPORTS, cited_by=ada
        )
        actions.correct_source(first.source, by=ada, expected_version=1, byline="A. Orlova", title="Otherwise")
        assert flagged(claim) == []
        actions.correct_source(first.source, by=ada, expected_version=2, credit_line="Yonhap")
        assert (flagged(claim), flagged(working)) == (["source_changed"], [])
        assert "The rule now misses: One more independent line" in claim.flags.get().sentence

    def test_a_flag_is_cleared_by_an_editor_with_a_reason_once_and_kept(self, ada):
        claim = corroborated(ada)
        actions.withdraw_citation(claim.citations.first(), by=ada, reason="It was taken back.")
        flag = claim.flags.get()
        with pytest.raises(ReasonMissing):
            actions.clear_flag(flag, by=ada, reason=" ")
        with pytest.raises(NotAllowed):
            actions.clear_flag(flag, by=make_reporter(), reason="Looks fine.")
        actions.clear_flag(flag, by=ada, reason="A third line stands.")
        with pytest.raises(Refusal, match="Ada has cleared this flag already"):
            actions.clear_flag(flag, by=ada, reason="Again.")
        flag.refresh_from_db()
        assert (flag.cleared_by, flag.cleared_because) == (ada, "A third line stands.")
        claim.refresh_from_db()
        assert (claim.state, claim.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
        assert Entry.objects.in_streams([claim.stream])[0].reason == "A third line stands."


class TestOverLinks:
    def linked(self, ada, *links):
        claims = {
            name: make_claim(ada, f"Claim {name}.") for name in sorted({one for a, _, b in links for one in (a, b)})
        }
        for a, kind, b in links:
            actions.link_claims(claims[a], kind, claims[b], by=ada)
        return claims

    def reached(self, claims, start, ada):
        drift_at(make_citation(claims[start], ada))
        hear_drifts(0)
        carry_everything()
        return {name for name, claim in claims.items() if claim.flags.exists()}

    @pytest.mark.parametrize(
        ("kind", "start", "reached"),
        [
            (Kind.PART_OF, "a", {"a", "b"}),
            (Kind.PART_OF, "b", {"b"}),
            (Kind.SUPERSEDES, "a", {"a", "b"}),
            (Kind.SUPERSEDES, "b", {"a", "b"}),
            (Kind.DUPLICATE, "b", {"a", "b"}),
            (Kind.CONTRADICTS, "a", {"a"}),
        ],
    )
    def test_each_kind_of_link_carries_in_its_own_direction(self, ada, kind, start, reached):
        claims = self.linked(ada, ("a", kind, "b"))
        assert self.reached(claims, start, ada) == reached

    def test_it_goes_on_over_many_and_tells_the_way_and_circles_end(self, ada):
        claims = self.linked(
            ada,
            ("a", Kind.DUPLICATE, "b"),
            ("b", Kind.DUPLICATE, "c"),
            ("c", Kind.DUPLICATE, "a"),
            ("c", Kind.PART_OF, "d"),
        )
        assert self.reached(claims, "a", ada) == {"a", "b", "c", "d"}
        flag = claims["d"].flags.get()
        assert flag.path == [claims["a"].pk, claims["c"].pk]
        assert flag.sentence.startswith("It concerns the linked claim “Claim c.”. ")

    def test_it_ends_after_so_many_links(self, ada):
        names = "abcdefghij"
        claims = self.linked(ada, *((a, Kind.PART_OF, b) for a, b in pairwise(names)))
        assert self.reached(claims, "a", ada) == set("abcdefg")

    def test_a_withdrawn_link_carries_nothing(self, ada):
        claims = self.linked(ada, ("a", Kind.PART_OF, "b"))
        actions.withdraw_link(ClaimLink.objects.get(), by=ada, reason="It is no part of it.")
        assert self.reached(claims, "a", ada) == {"a"}

    def withdraw(self, part, ada):
        actions.withdraw_citation(part.citations.get(), by=ada, reason="They took it back.")
        return "The citation of NIS was withdrawn: They took it back."

    def dispute(self, part, ada):
        actions.cite(part, by=ada, url="https://news.example.org/denial", stance=Stance.DISPUTES)
        return "news.example.org was cited as disputing the claim."

    def reject(self, part, ada):
        source, afp = part.citations.get().source, Party.objects.get(name="AFP", kind="agency")
        edge = suggest_attribution(source, "republishes", afp, found_by="byline", grounds={})
        actions.reject_attribution(edge, by=ada, reason="Their own words.")
        return f"An attribution was rejected: {edge}."

    def take_a_figure_off(self, part, ada):
        actions.withdraw_figure(part.figures.get(), by=ada, reason="Mistyped.")
        return "A figure was withdrawn: Kyiv: nearly 3,000 killed or wounded."

    @pytest.mark.parametrize("stage", [Stage.IN_PROGRESS, Stage.SETTLED])
    @pytest.mark.parametrize("happen", [withdraw, dispute, reject, take_a_figure_off])
    def test_what_people_do_is_carried_too_from_claims_that_are_only_worked_on_as_well(self, ada, happen, stage):
        claims = self.linked(ada, ("part", Kind.PART_OF, "whole"), ("whole", Kind.PART_OF, "last"))
        part, whole, last = (claims[name] for name in ("part", "whole", "last"))
        make_figure(part, ada)
        make_citation(part, ada, outlet="NIS")
        for claim in (part, last):
            claim.refresh_from_db()
            to = stage if claim == part else Stage.SETTLED
            actions.change_stage(claim, by=ada, expected_version=claim.version, stage=to)
        sentence = happen(self, part, ada)
        carry_everything()
        assert [claim.flags.count() for claim in (part, whole, last)] == [stage == Stage.SETTLED, 1, 1]
        assert whole.flags.get().sentence == f"It concerns the linked claim “Claim part.”. {sentence}"
        assert last.flags.get().path[-1] == whole.pk
        last.refresh_from_db()
        assert (last.stage, last.state) == (Stage.IN_REVIEW, State.UNVERIFIED)

    def test_a_verdict_taken_back_flags_linked_claims_and_not_itself(self, ada):
        part, whole = corroborated(ada, "One was captured."), corroborated(ada, "Three were captured.")
        actions.link_claims(part, Kind.PART_OF, whole, by=ada)
        part.refresh_from_db()
        actions.reopen(part, by=ada, reason="The video is of another war.", expected_version=part.version)
        carry_everything()
        whole.refresh_from_db()
        assert (flagged(part), flagged(whole)) == ([], ["downgraded"])
        assert (whole.state, whole.stage) == (State.CORROBORATED, Stage.IN_REVIEW)
        assert "was corroborated and is unverified now" in whole.flags.get().sentence


class TestMany:
    def many(self, ada, number):
        source = make_source(outlet="AFP")
        capture = make_capture(source.page)
        claims = Claim.objects.bulk_create(
            Claim(statement=f"Claim number {at}.", opened_by=ada) for at in range(number)
        )
        actions.stage_many(dict.fromkeys(claim.pk for claim in claims), by=ada, stage=Stage.SETTLED)
        Citation.objects.bulk_create(
            Citation(claim=claim, source=source, capture=capture, stance=Stance.SUPPORTS, cited_by=ada)
            for claim in claims
        )
        return Citation.objects.filter(source=source).first()

    def test_many_claims_are_flagged_in_batches_and_none_twice_though_a_worker_dies_between(self, ada):
        citation = self.many(ada, 250)
        drift_at(citation)
        hear_drifts(0)
        cause = Cause.objects.get()
        assert not carry(cause, batches=1)
        assert Flag.objects.count() == 100
        carry_everything()
        assert Flag.objects.count() == 250
        assert not Claim.objects.exclude(stage=Stage.IN_REVIEW).exists()
        assert Entry.objects.filter(verb="claim_flagged").count() == 250

    def test_a_person_waits_for_few_of_them_only(self, ada):
        citation = self.many(ada, 60)
        actions.correct_source(citation.source, by=ada, expected_version=1, credit_line="AFP")
        assert Flag.objects.count() == 20
        carry_everything()
        assert Flag.objects.count() == 60

    def test_the_sweep_finds_what_nobody_rang_for(self, ada):
        drift_at(self.many(ada, 3))
        assert Drift.objects.untaken().count() == 1
        sweep()
        hear_drifts(0)
        sweep()
        assert Cause.objects.to_carry().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_each_claim_gets_one_flag():
    ada = make_editor()
    drift_at(TestMany().many(ada, 150))
    start = threading.Barrier(4)
    errors = []

    def work():
        try:
            start.wait(10)
            hear_drifts(0)
            for cause in Cause.objects.to_carry():
                carry_on(cause.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    carry_everything()
    assert errors == []
    assert (Cause.objects.count(), Flag.objects.count()) == (1, 150)


def test_the_database_refuses_a_second_flag_for_a_cause_and_one_cleared_without_reason(ada):
    claim = corroborated(ada)
    actions.withdraw_citation(claim.citations.first(), by=ada, reason="Taken back.")
    flag = claim.flags.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.create(claim=claim, cause=flag.cause)
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(cleared_at=timezone.now(), cleared_by=ada)


class TestAttributions:
    """What an editor says of where a source has it from, under a verdict that stands."""

    @pytest.fixture
    def verdict(self, ada):
        return corroborated(ada)

    @pytest.fixture
    def nis(self):
        return Party.objects.get_or_create(name="NIS", kind="body")[0]

    def told(self, claim):
        carry_everything()
        claim.refresh_from_db()
        return [flag.sentence for flag in claim.flags.select_related("cause").order_by("id")]

    def suggested(self, claim, nis):
        source = claim.citations.order_by("pk").last().source
        return suggest_attribution(source, "quotes", nis, found_by="stated_origin", grounds={"words": "NIS said"})

    def test_a_suggestion_that_is_rejected_flags_it_and_leaves_the_state(self, verdict, ada, nis):
        edge = self.suggested(verdict, nis)
        actions.reject_attribution(edge, by=ada, reason="It was there itself.")
        [sentence] = self.told(verdict)
        assert sentence.startswith("An attribution was rejected: ")
        assert (verdict.state, verdict.stage) == (State.CORROBORATED, Stage.IN_REVIEW)

    def test_one_that_is_confirmed_and_takes_nothing_away_does_not(self, verdict, ada, nis):
        actions.confirm_attribution(self.suggested(verdict, nis), by=ada, reason="It says so.")
        assert self.told(verdict) == []
        assert verdict.state == State.CORROBORATED

    def test_one_that_is_entered_and_makes_two_lines_one_says_what_is_missing_now(self, verdict, ada):
        first, second = (citation.source for citation in verdict.citations.order_by("pk"))
        actions.attribute(second, "republishes", first.outlet, by=ada, reason="It prints their words.")
        [sentence] = self.told(verdict)
        assert sentence.startswith("An attribution was entered: ")
        assert verdict.flags.get().detail
        assert verdict.stage == Stage.IN_REVIEW

    def test_one_that_is_withdrawn_flags_it_and_so_the_claims_that_hang_on_it(self, verdict, ada, nis):
        edge = actions.attribute(
            verdict.citations.order_by("pk").last().source, "quotes", nis, by=ada, reason="It says so."
        )
        whole = make_claim(ada, "North Koreans fight in Kursk.")
        actions.link_claims(verdict, Kind.PART_OF, whole, by=ada)
        before = len(self.told(verdict))
        actions.withdraw_attribution(edge, by=ada, reason="They deny it.")
        assert self.told(verdict)[before:] == [f"An attribution was withdrawn: {edge}."]
        assert flagged(whole)[-1] == "attribution"


class TestFigures:
    """What a claim's figures say, under a verdict that stands."""

    @pytest.fixture
    def verdict(self, ada):
        claim = make_claim(ada)
        make_two_lines(claim, ada)
        make_figure(claim, ada)
        decide(claim, State.CORROBORATED, ada)
        return claim

    def told(self, claim):
        claim.refresh_from_db()
        assert claim.state == State.CORROBORATED
        return claim.stage, [flag.sentence for flag in claim.flags.order_by("id")]

    def test_one_that_is_withdrawn_flags_it_and_one_that_changes_nothing_does_not(self, verdict, ada):
        added = make_figure(verdict, ada, "about 2,900", party="NIS")
        assert self.told(verdict) == (Stage.SETTLED, [])
        actions.withdraw_figure(added, by=ada, reason="Of another day.")
        assert self.told(verdict) == (
            Stage.IN_REVIEW,
            ["A figure was withdrawn: NIS: about 2,900 killed or wounded."],
        )

    def test_one_that_comes_to_conflict_flags_it_whether_it_is_new_or_corrected(self, verdict, ada):
        added = make_figure(verdict, ada, "more than 1,000", party="Seoul")
        verdict.refresh_from_db()
        actions.edit_figure(added, by=ada, expected_version=verdict.version, quantity=parse("2,900"))
        assert self.told(verdict) == (
            Stage.IN_REVIEW,
            [
                "A figure was recorded: Seoul: more than 1,000 killed or wounded.",
                "A figure was corrected: Seoul: 2,900 killed or wounded.",
            ],
        )

    def test_one_that_is_withdrawn_with_what_only_gives_context_flags_it(self, verdict, ada):
        cited = make_citation(verdict, ada, outlet="TASS", stance=Stance.CONTEXT)
        make_figure(verdict, ada, "about 2,900", party="NIS", citation=cited)
        actions.withdraw_citation(cited, by=ada, reason="It says nothing of it.")
        assert flagged(verdict) == ["citation_withdrawn"]

    def test_a_measure_that_counts_otherwise_flags_every_claim_with_a_figure_of_it(self, verdict, ada):
        measure = verdict.figures.get().measure
        working, other = make_claim(ada, "Not decided."), corroborated(ada, "Of another measure.")
        make_figure(working, ada)
        make_figure(other, ada, measure="at the front")
        other.refresh_from_db()
        actions.edit_measure(measure, by=ada, definition="Since August.")
        assert self.told(verdict) == (Stage.SETTLED, [])
        actions.edit_measure(measure, by=ada, counting="level", unit="people")
        carry_everything()
        stage, [sentence] = self.told(verdict)
        assert stage == Stage.IN_REVIEW
        assert sentence.startswith("The measure “killed or wounded” has changed: ")
        assert "its unit “soldiers” is “people” now" in sentence
        assert (flagged(working), flagged(other)) == ([], [])
