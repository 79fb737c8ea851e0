"""Citing documents and interviews: what they count for, what is one, and what stays apart."""

import hashlib
import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.permissions import NotAllowed
from apps.archive.actions import UploadRefused
from apps.archive.models import Capture, Page, Passage, Watch
from apps.archive.reading import reader
from apps.audit.models import Entry
from apps.audit.versioned import ChangedMeanwhile
from apps.claims import policy
from apps.claims.actions import (
    cite_document,
    cite_interview,
    cite_words,
    correct_source,
    pick_passage,
    register_confidential,
    withdraw_citation,
)
from apps.claims.evidence import gather
from apps.claims.models import Citation
from apps.claims.quotes import Picked
from apps.claims.refusals import AlreadyCited, KeptConfidential, Refusal
from apps.claims.states import Stance, State
from apps.claims.tasks import reconsider_citing
from apps.sources.models import ConfidentialSource, Fingerprint, Interview, Party, Source
from apps.sources.tasks import learn, suggest
from tests.archive import sounds, uploads
from tests.archive.stores import stored_files
from tests.newsroom import corroborate, make_citation, make_claim, make_editor, make_person, make_reporter

pytestmark = pytest.mark.django_db
AT = datetime(2024, 12, 27, 14, 5, tzinfo=UTC)
ORDER = b"Order No. 4\n\nTwo soldiers are to be brought to Kyiv by the evening.\n"
SAID = "Yes, we hold two of them. One is wounded in the hand."


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def claim(rita):
    return make_claim(rita, "Ukraine captured two North Korean soldiers.")


@pytest.fixture
def hand_in(claim, rita):
    def handed_in(data=ORDER, *, on=None, by=None, **more):
        told = {
            "file_name": "order.txt",
            "title": "Order No. 4",
            "comes_from": "Mailed by the press office.",
            "author": "Ministry of Defence",
            "stance": Stance.SUPPORTS,
            **more,
        }
        return read(cite_document(on or claim, by=by or rita, file=io.BytesIO(data), **told))

    return handed_in


@pytest.fixture
def talk(claim, rita):
    def talked(party="NIS", words=SAID, *, on=None, by=None, **more):
        told = {
            "held_by": rita,
            "held_at": AT,
            "how": Interview.How.TELEPHONE,
            "stance": Stance.SUPPORTS,
            **more,
        }
        return read(cite_interview(on or claim, by=by or rita, party=party, words=words, **told))

    return talked


def read(citation):
    """The workers' part."""
    reader.run(citation.capture_id)
    learn(citation.capture_id)
    suggest(citation.capture_id)
    reconsider_citing(citation.capture_id)
    return Citation.objects.with_evidence().get(pk=citation.pk)


def lines(claim):
    return {line.name: len(line.members) for line in gather(claim).lines.counted(Stance.SUPPORTS)}


class TestTheyCount:
    def test_an_interview_with_the_ministry_and_a_document_are_two_lines_and_corroborate(self, claim, hand_in, talk):
        hand_in(author="Security Service of Ukraine")
        talk("Ministry of Defence", first_hand=True)
        assert lines(claim) == {"Security Service of Ukraine": 1, "Ministry of Defence": 1}
        assessment = policy.assess(State.CORROBORATED, gather(claim))
        assert assessment.missing == ()
        assert "First-hand: Ministry of Defence." in assessment.met
        corroborate(claim, make_editor())
        assert claim.state == State.CORROBORATED

    def test_a_call_to_the_ministry_and_the_ministrys_page_and_paper_are_one_line(self, claim, rita, hand_in, talk):
        make_citation(claim, rita, outlet="NIS")
        hand_in(author="NIS")
        talk("nis")
        assert lines(claim) == {"NIS": 3}
        [line] = gather(claim).lines.of(Stance.SUPPORTS)
        assert line.why[0] == (
            "The NIS page, the NIS document and the NIS interview are one line: the NIS page is NIS's own reporting; "
            "the NIS document is NIS's own document; the NIS interview is NIS's own word."
        )

    def test_the_rule_says_what_to_know_of_them(self, claim, hand_in, talk):
        hand_in()
        talk()
        noted = policy.assess(State.CORROBORATED, gather(claim)).noted
        assert "What NIS said stands in the desk's own notes: nobody else can look it up." in noted
        assert any(one.startswith("The document of Ministry of Defence was handed in by Rita") for one in noted)
        assert not any("uploaded by hand" in one for one in noted)

    def test_a_document_that_nobody_is_said_to_have_made_does_not_count_and_the_rule_says_so(self, claim, hand_in):
        hand_in(author="")
        assessment = policy.assess(State.CORROBORATED, gather(claim))
        assert "“Order No. 4” does not count: nobody has said who made this document." in assessment.noted
        assert not policy.lines_that_count(gather(claim))

    def test_those_without_a_name_are_one_line(self, claim, talk):
        talk("a clerk of the ministry", is_unnamed=True)
        talk("a guard", words="I saw them.", is_unnamed=True)
        assert list(lines(claim).values()) == [2]
        assert Party.objects.filter(is_named=False).count() == 2

    def test_who_is_called_unnamed_has_no_name_whether_that_was_ticked_or_not(self, claim, talk, hand_in):
        for number, party in enumerate(["an unnamed official", "Unnamed guards", "two anonymous officers"]):
            talk(party, words=f"I saw {number}.")
        hand_in(author="an unnamed official")
        assert list(lines(claim).values()) == [4]
        talk("Anonymous Sudan", words="We did it.")
        assert len(lines(claim)) == 2

    def test_somebody_whom_the_desk_knows_by_name_is_not_unnamed(self, claim, rita, talk):
        talk("NIS")
        with pytest.raises(Refusal, match="knows NIS by name"):
            talk("NIS", words="Something else.", is_unnamed=True)

    def test_it_counts_once_it_is_read_and_not_before(self, claim, rita):
        cite_interview(
            claim, by=rita, party="NIS", words=SAID, held_by=rita, held_at=AT, how="video", stance=Stance.SUPPORTS
        )
        assert not policy.lines_that_count(gather(claim))
        assert any(
            "the archived interview is still being read" in one
            for one in policy.assess(State.CORROBORATED, gather(claim)).noted
        )

    def test_what_is_frozen_of_them_names_the_very_bytes(self, claim, hand_in):
        frozen = gather(claim).frozen()["citations"]
        assert frozen == []
        citation = hand_in()
        [frozen] = gather(claim).frozen()["citations"]
        digest = hashlib.sha256(ORDER).hexdigest()
        assert (frozen["url"], frozen["body_sha256"]) == (f"urn:sha256:{digest}", digest)
        assert (frozen["kind"], frozen["title"], frozen["outlet"]) == ("document", "Order No. 4", "Ministry of Defence")
        assert frozen["record_sha256"] == citation.capture.warc_digest


class TestWhatIsKept:
    def test_a_document_is_what_a_person_said_of_it_whatever_it_says_of_itself(self, hand_in):
        info = {"Title": "Forged", "Author": "A clerk", "CreationDate": "D:20200101000000Z"}
        source = hand_in(uploads.pdf("Two captured.", info=info)).source
        assert (source.kind, source.title, source.outlet.name) == ("document", "Order No. 4", "Ministry of Defence")
        assert source.published_at is None
        assert source.byline == "A clerk"

    def test_a_picture_is_a_picture(self, hand_in):
        citation = hand_in(uploads.png(), title="Two men in bunks")
        assert citation.source.kind == "picture"
        assert citation.has_no_text

    def test_notes_say_with_whom_when_and_how_and_so_are_evidence_by_themselves(self, talk, rita):
        citation = talk("Ministry  of Defence")
        assert citation.capture.extract.text == (
            f"Interview by telephone with Ministry of Defence\n27 December 2024, 14:05 UTC, by telephone\n\n{SAID}"
        )
        source = citation.source
        assert (source.kind, source.title, source.published_at) == ("interview", "Interview by telephone", AT)
        assert (source.interview.held_by, source.interview.how) == (rita, "telephone")
        assert str(source.interview) == "Ministry of Defence, by telephone"

    def test_a_recording_lies_beside_the_notes_which_name_its_digest(self, talk):
        citation = talk(recording=io.BytesIO(sounds.mp3()), recording_name="call.mp3")
        digest = hashlib.sha256(sounds.mp3()).hexdigest()
        interview = citation.source.interview
        assert (interview.recording_digest, interview.recording_kind) == (digest, "mp3")
        assert f"Recording (MP3), SHA-256 {digest}" in citation.capture.extract.text

    def test_it_is_on_record_in_the_streams_of_claim_source_and_place(self, claim, hand_in):
        citation = hand_in()
        page = citation.source.page
        [cited] = Entry.objects.filter(verb="source_cited")
        assert (cited.stream, cited.after["source"]) == (claim.stream, "Ministry of Defence: Order No. 4")
        assert Entry.objects.filter(stream=page.stream, verb="document_handed_in").exists()
        registered = Entry.objects.get(stream=citation.source.stream, verb="source_registered")
        assert registered.after == {"kind": "Document", "sha256": page.digest}

    def test_nothing_watches_or_seeks_it(self, hand_in, talk):
        withdraw_citation(hand_in(quote="Two soldiers"), by=talk().cited_by, reason="Forged.")
        assert not Watch.objects.exists()
        assert not Passage.objects.exists()
        assert not Capture.objects.in_flight().exists()


class TestOneIsOne:
    def test_the_same_file_on_another_claim_is_the_same_source_and_copy(self, rita, hand_in):
        first = hand_in()
        files = stored_files()
        tom = make_reporter("tom")
        again = hand_in(on=make_claim(rita, "Another."), by=tom, title="Something else", author="Somebody else")
        assert (again.source, again.capture) == (first.source, first.capture)
        assert again.source.title == "Order No. 4"
        assert stored_files() == files
        assert not Party.objects.named("Somebody else").exists()

    def test_on_one_claim_it_stands_once_and_a_refused_one_leaves_nothing(self, claim, hand_in, talk):
        hand_in()
        talk()
        files, entries = stored_files(), Entry.objects.count()
        with pytest.raises(AlreadyCited, match="This document is cited"):
            hand_in()
        with pytest.raises(AlreadyCited, match="This interview is cited"):
            talk()
        assert stored_files() == files
        assert Entry.objects.count() == entries
        assert claim.citations.count() == 2

    def test_two_who_said_the_same_word_are_two_interviews(self, claim, talk):
        talk("Moscow", "No comment.")
        talk("Pyongyang", "No comment.")
        talk("Moscow", "No comment.", held_at=AT + timedelta(hours=1))
        assert Source.objects.filter(kind="interview").count() == 3

    @pytest.mark.django_db(transaction=True)
    def test_brought_by_several_at_once_it_is_one(self, rita):
        claims = [make_claim(rita, f"Claim {number}.") for number in range(4)]
        told = {"title": "Order", "comes_from": "Mail.", "author": "MoD", "stance": Stance.SUPPORTS}
        start, problems = threading.Barrier(4), []

        def bring(one):
            start.wait()
            try:
                cite_document(one, by=rita, file=io.BytesIO(ORDER), file_name="o.txt", **told)
            except Exception as error:
                problems.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=bring, args=[one]) for one in claims]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert (Page.objects.count(), Source.objects.count(), Capture.objects.count()) == (1, 1, 1)
        assert Citation.objects.count() == 4
        assert len(stored_files()) == 1


class TestQuotes:
    def test_words_are_picked_in_a_document_and_in_notes_as_in_a_page(self, claim, rita, hand_in, talk):
        for citation, words in ((hand_in(), "Two soldiers are to be brought"), (talk(), "we hold two of them")):
            quote = pick_passage(citation, by=rita, picked=Picked(citation.capture, words))
            assert quote.exact == words

    def test_words_picked_in_one_are_cited_on_another_claim(self, rita, hand_in):
        citation, other = hand_in(), make_claim(rita, "Another.")
        cited = cite_words(other, Picked(citation.capture, "to Kyiv"), by=rita, stance=Stance.CONTEXT)
        assert (cited.source, cited.capture, cited.quote) == (citation.source, citation.capture, "to Kyiv")

    def test_typed_words_are_found_when_it_is_read(self, hand_in):
        citation = hand_in(quote="Two soldiers … by the evening")
        assert [one.exact for one in citation.passages] == ["Two soldiers", "by the evening"]


class TestWhoIsCompared:
    def test_the_desks_notes_are_nobodys_copy_and_a_document_may_be(self, hand_in, talk):
        long = " ".join(f"The {number}. soldier crossed the river at dawn with his rifle." for number in range(60))
        talk(words=long)
        assert not Fingerprint.objects.exists()
        hand_in(long.encode())
        assert Fingerprint.objects.exists()

    def test_two_documents_are_no_two_pages_of_one_site(self, hand_in):
        hand_in(" ".join(f"The {number}. soldier crossed the river at dawn." for number in range(60)).encode())
        hand_in(" ".join(f"The {number}. ship left the harbour in the night." for number in range(60)).encode())
        assert Fingerprint.objects.values("site").distinct().count() == 2


class TestRefused:
    def test_somebody_who_may_not_cite(self, claim, hand_in, talk, rita):
        aziz = make_person("aziz", "auditor")
        for door in (hand_in, talk):
            with pytest.raises(NotAllowed):
                door(by=aziz)
            assert stored_files() == set()
        hand_in()
        talk()

    @pytest.mark.parametrize(
        ("more", "sentence"), [({"title": " "}, "title"), ({"quoted": "NIS"}, "Say what NIS does")]
    )
    def test_a_document_without_a_title_or_somebody_quoted_without_a_verb(self, hand_in, more, sentence):
        with pytest.raises(Refusal, match=sentence):
            hand_in(**more)
        assert stored_files() == set()

    @pytest.mark.parametrize(
        ("more", "sentence"),
        [
            ({"party": " "}, "whom the desk talked with"),
            ({"words": "\n "}, "what was said"),
            ({"held_at": timezone.now() + timedelta(hours=1)}, "still to come"),
        ],
    )
    def test_an_interview_with_nobody_of_nothing_or_to_come(self, talk, more, sentence):
        with pytest.raises(Refusal, match=sentence):
            talk(**more)
        assert stored_files() == set()

    def test_a_recording_that_is_none(self, talk):
        with pytest.raises(UploadRefused, match="no recording"):
            talk(recording=io.BytesIO(uploads.png()), recording_name="call.mp3")
        assert stored_files() == set()
        assert not Citation.objects.exists()

    def test_a_correction_that_takes_away_what_it_is_known_by(self, hand_in, talk, rita):
        document, interview = hand_in().source, talk().source
        with pytest.raises(Refusal, match="title"):
            correct_source(document, by=rita, expected_version=document.version, title=" ")
        with pytest.raises(Refusal, match="whom the desk talked with"):
            correct_source(interview, by=rita, expected_version=interview.version, outlet="")
        with pytest.raises(ChangedMeanwhile):
            correct_source(document, by=rita, expected_version=1, title="Order No. 5")
        corrected = correct_source(document, by=rita, expected_version=document.version, outlet="General Staff")
        assert corrected.outlet.name == "General Staff"


class TestConfidential:
    """What is handed in is for everybody; what is confidential is not found out by handing it in."""

    def keep(self, by, people=()):
        digest = hashlib.sha256(ORDER).hexdigest()
        kind = ConfidentialSource.Kind.DOCUMENT
        register_confidential(by=by, kind=kind, title="The order", document_digest=digest, people=people)

    def test_whoever_is_named_on_the_very_file_is_asked_once_more(self, rita, hand_in):
        self.keep(rita)
        with pytest.raises(KeptConfidential, match="everybody on the desk sees it"):
            hand_in()
        assert stored_files() == set()
        assert not Source.objects.exists()
        assert hand_in(knowingly=True).source.kind == "document"

    def test_nobody_else_learns_of_it(self, rita, hand_in):
        self.keep(make_editor())
        before = Entry.every_line.filter(stream__startswith="confidential:").count()
        assert hand_in().source.kind == "document"
        assert Entry.every_line.filter(stream__startswith="confidential:").count() == before

    def test_no_row_of_either_leads_to_a_confidential_one(self):
        for model in (Interview, Source, Page, Capture):
            named = {field.related_model for field in model._meta.get_fields() if field.is_relation}
            assert ConfidentialSource not in named
