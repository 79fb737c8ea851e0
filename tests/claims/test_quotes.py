"""Words that a citation rests on: picked in a copy, typed before it was there, edited; and who is quoted in them."""

from __future__ import annotations

import pytest

from apps.accounts.permissions import NotAllowed
from apps.archive.actions import register_passage
from apps.archive.models import Passage
from apps.archive.passages import Selector
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.actions import cite, cite_words, edit_citation, find_words, pick_passage, withdraw_citation
from apps.claims.evidence import frozen_citation
from apps.claims.models import Citation, TextQuote
from apps.claims.quotes import Picked
from apps.claims.refusals import Refusal, WordsNotThere
from apps.claims.states import Stage, Stance
from apps.claims.tasks import reconsider_citing, sweep
from apps.sources.models import Party
from tests.newsroom import (
    corroborate,
    make_capture,
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_page,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
TEXT = (
    "Seoul, 27 Dec.\nThe service “confirmed” that one wounded soldier was captured.\nIt said no more. It said no more."
)
AT = TEXT.index("one wounded")
URL = "https://paper.example.com/story"


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def citation(ada):
    citation = make_citation(make_claim(ada), ada, url=URL)
    make_extract(citation.capture, TEXT)
    return citation


@pytest.fixture
def copy():
    capture = make_capture(make_page(URL))
    make_extract(capture, TEXT)
    return capture


def edited(citation, by, **changes):
    citation.claim.refresh_from_db()
    return edit_citation(citation, by=by, expected_version=citation.claim.version, **changes)


def sought():
    return sorted(Passage.objects.relied_on().values_list("exact", flat=True))


class TestPicking:
    def test_words_are_kept_as_the_copy_has_them_with_its_own_context(self, ada, citation):
        picked = Picked(citation.capture, 'service "confirmed" that  one wounded soldier')
        quote = pick_passage(citation, by=ada, picked=picked)
        assert quote.exact == "service “confirmed” that one wounded soldier"
        assert quote.prefix.endswith("Dec.\nThe ")
        assert quote.suffix.startswith(" was captured.")
        assert (quote.capture, quote.picked_by) == (citation.capture, ada)
        citation.refresh_from_db()
        assert citation.quote == quote.exact
        assert sought() == [quote.exact]
        entry = Entry.objects.get(verb="passage_picked")
        assert entry.after["passage"] == quote.exact

    def test_the_second_of_two_equal_places_is_told_by_what_stands_before(self, ada, citation):
        quote = pick_passage(
            citation, by=ada, picked=Picked(citation.capture, "It said no more", prefix="said no more. ")
        )
        assert quote.prefix.endswith("It said no more. ")

    def test_half_words_are_made_whole(self, ada, citation):
        quote = pick_passage(
            citation, by=ada, picked=Picked(citation.capture, "wounded sold", prefix="one ", suffix="ier was")
        )
        assert quote.exact == "wounded soldier"

    def test_a_citation_may_rest_on_several_and_each_is_watched(self, ada, citation):
        for words in ("one wounded soldier", "It said no more"):
            pick_passage(citation, by=ada, picked=Picked(citation.capture, words))
        citation.refresh_from_db()
        assert citation.words == ["one wounded soldier", "It said no more"]
        assert citation.quote == "one wounded soldier … It said no more"
        assert sought() == ["It said no more", "one wounded soldier"]

    def test_the_same_words_twice_are_refused(self, ada, citation):
        picked = Picked(citation.capture, "one wounded soldier")
        pick_passage(citation, by=ada, picked=picked)
        with pytest.raises(Refusal, match="already"):
            pick_passage(citation, by=ada, picked=picked)

    def test_words_that_are_not_in_the_copy_are_refused_and_the_nearest_is_named(self, ada, citation):
        with pytest.raises(WordsNotThere) as refusal:
            pick_passage(citation, by=ada, picked=Picked(citation.capture, "that two wounded soldier was captured"))
        assert "in paragraph 2" in str(refusal.value)
        assert "“two” reads “one” there" in str(refusal.value)
        assert not TextQuote.objects.exists()

    def test_words_of_another_page_are_refused(self, ada, citation):
        other = make_capture(make_page("https://other.example.com/"))
        make_extract(other, TEXT)
        with pytest.raises(Refusal, match="another page"):
            pick_passage(citation, by=ada, picked=Picked(other, "one wounded soldier"))

    def test_a_later_copy_of_the_page_may_be_where_they_are_picked(self, ada, citation):
        later = make_capture(citation.source.page)
        make_extract(later, TEXT + "\nA second one was taken.")
        quote = pick_passage(citation, by=ada, picked=Picked(later, "A second one was taken."))
        assert quote.capture == later
        frozen = frozen_citation(Citation.objects.with_evidence().get(pk=citation.pk))
        assert [(one["exact"], one["capture"]) for one in frozen["passages"]] == [("A second one was taken.", later.pk)]

    def test_only_who_cited_or_decides_may(self, citation):
        with pytest.raises(NotAllowed):
            pick_passage(citation, by=make_reporter(), picked=Picked(citation.capture, "one wounded soldier"))

    def test_a_withdrawn_citation_takes_no_more(self, ada, citation):
        withdraw_citation(citation, by=ada, reason="The wrong page.")
        with pytest.raises(Refusal, match="withdrawn"):
            pick_passage(citation, by=ada, picked=Picked(citation.capture, "one wounded soldier"))

    def test_citing_the_copy_that_is_read_rests_on_that_copy(self, ada, copy):
        claim = make_claim(ada)
        citation = cite_words(claim, Picked(copy, "one wounded soldier"), by=ada, stance=Stance.SUPPORTS)
        assert citation.capture == copy
        assert citation.quote == "one wounded soldier"
        assert citation.passages[0].selector == Selector("one wounded soldier", TEXT[:AT], TEXT[AT + 19 : AT + 83])

    def test_citing_words_that_are_not_there_cites_nothing(self, ada, copy):
        with pytest.raises(WordsNotThere):
            cite_words(make_claim(ada), Picked(copy, "no such words"), by=ada, stance=Stance.SUPPORTS)
        assert not Citation.objects.exists()


class TestTypedBeforeTheCopyWasThere:
    def waiting(self, ada, quote):
        return make_citation(make_claim(ada), ada, url=URL, quote=quote)

    def test_they_are_looked_for_when_the_copy_has_been_read(self, ada):
        citation = self.waiting(ada, 'The service "confirmed"')
        make_extract(citation.capture, TEXT)
        reconsider_citing(citation.capture_id)
        citation.refresh_from_db()
        assert [one.exact for one in citation.passages] == ["The service “confirmed”"]
        assert citation.passages[0].picked_by is None
        assert citation.quote == 'The service "confirmed"'
        assert not citation.is_quote_missing
        assert Entry.objects.filter(verb="quote_found", actor=None).count() == 1
        assert sought() == ["The service “confirmed”"]

    def test_the_watch_learns_what_stands_around_them(self, ada):
        citation = self.waiting(ada, "one wounded soldier")
        register_passage(citation.source.page, citation.quote)
        make_extract(citation.capture, TEXT)
        find_words(citation)
        assert Passage.objects.get().prefix.endswith("that ")

    def test_words_with_a_gap_are_two_passages(self, ada):
        citation = self.waiting(ada, "The service ... It said no more")
        make_extract(citation.capture, TEXT)
        find_words(citation)
        assert [one.exact for one in citation.passages] == ["The service", "It said no more"]

    def test_those_that_are_not_there_are_kept_as_typed_and_said_to_be_missing(self, ada):
        citation = self.waiting(ada, "Three men were taken")
        make_extract(citation.capture, TEXT)
        find_words(citation)
        citation.refresh_from_db()
        assert citation.is_quote_missing
        assert citation.quote == "Three men were taken"
        assert sought() == ["Three men were taken"]
        assert Entry.objects.filter(verb="quote_not_found").count() == 1

    def test_they_are_looked_for_once(self, ada):
        citation = self.waiting(ada, "Three men were taken")
        make_extract(citation.capture, TEXT)
        for _ in range(2):
            find_words(citation)
            reconsider_citing(citation.capture_id)
        assert Entry.objects.filter(verb="quote_not_found").count() == 1

    def test_a_bell_that_was_lost_is_rung_again_until_they_were_looked_for(self, ada):
        citation = self.waiting(ada, "one wounded soldier")
        make_citation(make_claim(ada), ada, state="queued", quote="one wounded soldier")
        make_extract(citation.capture, TEXT)
        sweep()
        assert list(Citation.objects.with_words_to_find()) == [citation]
        find_words(citation)
        assert not Citation.objects.with_words_to_find().exists()

    def test_a_copy_without_any_text_has_none_of_them(self, ada):
        citation = self.waiting(ada, "one wounded soldier")
        make_extract(citation.capture, "", problem="A picture.")
        find_words(citation)
        citation.refresh_from_db()
        assert citation.is_quote_missing


class TestEditing:
    def test_new_words_take_the_place_of_the_old_and_both_are_on_record(self, ada, citation):
        pick_passage(citation, by=ada, picked=Picked(citation.capture, "one wounded soldier"))
        citation = edited(citation, ada, quote="It said no more")
        assert citation.words == ["It said no more"]
        assert sought() == ["It said no more"]
        assert TextQuote.objects.exclude(replaced_at=None).get().exact == "one wounded soldier"
        entry = Entry.objects.get(verb="citation_edited")
        assert (entry.before["quote"], entry.after["quote"]) == ("one wounded soldier", "It said no more")

    def test_words_that_are_not_there_are_refused_with_the_nearest_and_kept_when_insisted_on(self, ada, citation):
        words = "one wounded soldier was released"
        with pytest.raises(WordsNotThere) as refusal:
            edited(citation, ada, quote=words)
        assert "“released” reads “captured” there" in str(refusal.value)
        citation.refresh_from_db()
        assert citation.quote == ""
        assert edited(citation, ada, quote=words, as_typed=True).is_quote_missing
        assert sought() == [words]

    def test_picking_the_right_words_ends_the_wrong_ones(self, ada, citation):
        citation = edited(citation, ada, quote="Never written", as_typed=True)
        pick_passage(citation, by=ada, picked=Picked(citation.capture, "one wounded soldier"))
        citation.refresh_from_db()
        assert citation.quote == "one wounded soldier"
        assert sought() == ["one wounded soldier"]

    def test_who_is_quoted_and_how_is_on_record_and_in_the_frozen_evidence(self, ada, citation):
        citation = edited(citation, ada, quoted="NIS", quoted_verb="confirms", first_hand=True)
        assert (citation.said_by, citation.first_hand) == ("NIS confirms", True)
        entry = Entry.objects.get(verb="citation_edited")
        assert (entry.after["quoted"], entry.after["first_hand"]) == ("NIS confirms", True)
        frozen = frozen_citation(Citation.objects.with_evidence().get(pk=citation.pk))
        assert (frozen["quoted"], frozen["first_hand"]) == ("NIS confirms", True)

    def test_a_known_party_is_not_named_twice(self, ada, citation):
        known = Party.objects.create(name="NIS", kind=Party.Kind.BODY)
        assert edited(citation, ada, quoted="nis", quoted_verb="says").quoted == known

    @pytest.mark.parametrize("changes", [{"quoted": "NIS"}, {"quoted_verb": "confirms"}])
    def test_a_party_without_a_verb_and_a_verb_without_a_party_are_refused(self, ada, citation, changes):
        with pytest.raises(Refusal, match="Say"):
            edited(citation, ada, **changes)

    def test_somebody_else_changed_the_claim_meanwhile(self, ada, citation):
        with pytest.raises(ChangedMeanwhile):
            edit_citation(citation, by=ada, expected_version=citation.claim.version + 1, first_hand=True)

    def test_nothing_changed_is_no_change(self, ada, citation):
        edited(citation, ada, first_hand=False)
        assert not Entry.objects.filter(verb="citation_edited").exists()

    def test_only_who_cited_or_decides_may(self, citation):
        with pytest.raises(NotAllowed):
            edited(citation, make_person("rita", "reporter"), first_hand=True)

    @pytest.mark.parametrize(
        ("changes", "stage"), [({"first_hand": False}, Stage.IN_REVIEW), ({"note": "See p. 2."}, Stage.SETTLED)]
    )
    def test_a_verdict_goes_back_to_review_for_what_weighs_and_not_for_a_note(self, ada, changes, stage):
        claim = make_claim(ada)
        first, _ = make_two_lines(claim, ada)
        corroborate(claim, ada)
        edited(first, ada, **changes)
        claim.refresh_from_db()
        assert (claim.stage, claim.state) == (stage, "corroborated")


def test_citing_says_who_is_quoted_and_whether_it_is_first_hand(ada):
    claim = make_claim(ada)
    cite(claim, by=ada, url=URL, stance=Stance.SUPPORTS, quoted="NIS", quoted_verb="confirms", first_hand=True)
    entry = Entry.objects.get(verb="source_cited")
    assert entry.after["stance"] == "supports; NIS confirms; first-hand"
    assert "(supports; NIS confirms; first-hand)" in entry.sentence


def test_words_that_another_citation_needs_are_watched_still(ada, citation):
    other = make_citation(make_claim(ada), ada, url="https://x.example.com/")
    Citation.objects.filter(pk=other.pk).update(source=citation.source, capture=citation.capture)
    other.refresh_from_db()
    for one in (citation, other):
        pick_passage(one, by=ada, picked=Picked(citation.capture, "one wounded soldier"))
    withdraw_citation(other, by=ada, reason="Twice.")
    assert sought() == ["one wounded soldier"]
    withdraw_citation(citation, by=ada, reason="Done.")
    assert sought() == []
