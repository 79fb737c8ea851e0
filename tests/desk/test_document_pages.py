"""The forms for what has no address, and how it is shown, downloaded and exported afterwards."""

import hashlib
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.audit.models import Entry
from apps.claims.actions import register_confidential
from apps.claims.models import Citation
from apps.sources.models import ConfidentialSource, Source
from apps.sources.tasks import learn
from tests.archive import sounds, uploads
from tests.newsroom import PASSWORD, make_citation, make_claim, make_editor, make_person, make_reporter

pytestmark = pytest.mark.django_db
ORDER = b"Order No. 4\n\nTwo soldiers are to be brought to Kyiv.\n"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


@pytest.fixture
def claim(rita):
    return make_claim(rita)


def document(**more):
    return {
        "title": "Order No. 4",
        "author": "Ministry of Defence",
        "provided_by": "A clerk of the press office",
        "comes_from": "Mailed to the desk this morning.",
        "published_at": "2024-12-27T08:00",
        "stance": "supports",
        "file": SimpleUploadedFile("order.txt", ORDER),
        **more,
    }


def interview(by, **more):
    return {
        "party": "NIS",
        "held_by": by.pk,
        "held_at": "2024-12-27T14:05",
        "how": "telephone",
        "words": "Yes, we hold two of them.",
        "stance": "supports",
        **more,
    }


def form_of(claim, what):
    return reverse(f"desk:claim_cite_{what}", args=[claim.pk])


def cite(client, claim, what, told):
    response = client.post(form_of(claim, what), told)
    assert response.status_code == 302, text_of(response)
    citation = Citation.objects.latest("pk")
    assert response.headers["Location"] == f"{reverse('desk:claim', args=[claim.pk])}#citation-{citation.pk}"
    reader.run(citation.capture_id)
    learn(citation.capture_id)
    return citation


def text_of(response):
    return " ".join(response.content.decode().split())


def get(client, name, *args, **query):
    return text_of(client.get(reverse(f"desk:{name}", args=args), query))


def test_both_forms_are_offered_beside_the_one_for_an_address(client, claim):
    shown = get(client, "claim", claim.pk)
    assert "Something without an address" in shown
    for what in ("document", "interview"):
        assert f'href="{form_of(claim, what)}"' in shown
        form = text_of(client.get(form_of(claim, what)))
        assert f'href="{reverse("desk:claim_confide", args=[claim.pk])}"' in form
        assert "confidential source" in form
        assert 'enctype="multipart/form-data"' in form
    client.force_login(make_person("aziz", "auditor"))
    assert "Something without an address" not in get(client, "claim", claim.pk)


def test_a_document_is_cited_and_shown_with_its_digest_and_where_it_comes_from(client, claim):
    citation = cite(client, claim, "document", document())
    digest = hashlib.sha256(ORDER).hexdigest()
    source = get(client, "source", citation.source_id)
    for said in (
        f"No web address. SHA-256 {digest}",
        "Ministry of Defence</span> · Document",
        "A clerk of the press office",
        "Mailed to the desk this morning.",
        "Two soldiers are to be brought to Kyiv.",
        "Kept under its digest",
        "Download the document",
        "Document SHA-256",
        "Ministry of Defence’s own document",
        "27 Dec 2024",
    ):
        assert said in source, said
    for unsaid in ("Upload a copy", "Draw it in a browser", 'id="watch"', "Final URL", "robots.txt", 'href="urn:'):
        assert unsaid not in source, unsaid
    shown = get(client, "claim", claim.pk)
    assert "Ministry of Defence</span> · Document" in shown
    assert reverse("desk:capture_document", args=[citation.capture_id]) in shown
    assert "Original" not in shown
    assert 'href="urn:' not in shown


def test_an_interview_is_cited_and_shown_with_whom_by_whom_when_and_how(client, claim, rita):
    told = interview(rita, recording=SimpleUploadedFile("call.mp3", sounds.mp3()))
    citation = cite(client, claim, "interview", told)
    source = get(client, "source", citation.source_id)
    for said in (
        "NIS</span> · Interview",
        "Interview by telephone",
        "by telephone</dd>",
        "27 Dec 2024, 14:05",
        "Yes, we hold two of them.",
        "Download the notes",
        "Download the recording",
        "call.mp3",
        hashlib.sha256(sounds.mp3()).hexdigest(),
        "NIS’s own word",
    ):
        assert said in source, said
    assert re.search(r"<dt>By</dt><dd[^>]*>Rita</dd>", source)
    assert "Uploaded by hand" not in source


class TestTakenAway:
    def test_document_notes_and_recording_are_downloaded_as_they_are_and_it_is_on_record(self, client, claim, rita):
        first = cite(client, claim, "document", document())
        told = interview(rita, recording=SimpleUploadedFile("call.mp3", sounds.mp3()))
        second = cite(client, claim, "interview", told)
        for citation, name, body, kind, suffix in (
            (first, "capture_document", ORDER, "text/plain", "txt"),
            (second, "capture_recording", sounds.mp3(), "audio/mpeg", "mp3"),
        ):
            response = client.get(reverse(f"desk:{name}", args=[citation.capture_id]))
            assert (response.content, response.headers["Content-Type"]) == (body, kind)
            assert response.headers["Content-Disposition"] == (
                f'attachment; filename="capture-{citation.capture_id}.{suffix}"'
            )
            line = Entry.objects.filter(verb="warc_downloaded").latest("id")
            assert (line.stream, line.after["document"]) == (citation.source.page.stream, kind)
        notes = client.get(reverse("desk:capture_document", args=[second.capture_id]))
        assert b"Yes, we hold two of them." in notes.content

    def test_there_is_no_recording_where_there_is_none(self, client, claim, rita):
        for what, told in (("document", document()), ("interview", interview(rita))):
            citation = cite(client, claim, what, told)
            assert client.get(reverse("desk:capture_recording", args=[citation.capture_id])).status_code == 404
        page = make_citation(claim, rita)
        assert client.get(reverse("desk:capture_recording", args=[page.capture_id])).status_code == 404

    def test_the_claims_wacz_holds_both(self, client, claim, rita):
        kept = [cite(client, claim, "document", document()), cite(client, claim, "interview", interview(rita))]
        response = client.get(reverse("desk:claim_wacz", args=[claim.pk]))
        with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as file:
            assert {f"archive/{one.capture.warc_digest}.warc.gz" for one in kept} <= set(file.namelist())

    def test_record_and_wacz_of_one_are_handed_out_like_those_of_a_page(self, client, claim):
        citation = cite(client, claim, "document", document())
        for name in ("capture_record", "capture_wacz"):
            assert client.get(reverse(f"desk:{name}", args=[citation.capture_id])).status_code == 200


class TestLookedAt:
    def test_a_text_can_be_read_quoted_and_seen_as_it_was_handed_in(self, client, claim):
        citation = cite(client, claim, "document", document())
        reader_view = get(client, "capture", citation.capture_id)
        assert "Two soldiers are to be brought to Kyiv." in reader_view
        assert f"SHA-256 {citation.source.page.digest}" in reader_view
        picked = {"exact": "to Kyiv", "where": str(citation.pk)}
        response = client.post(reverse("desk:capture_cite", args=[citation.capture_id]), picked)
        assert response.status_code == 302
        assert citation.text_quotes.get().exact == "to Kyiv"
        as_captured = client.get(reverse("desk:capture", args=[citation.capture_id]), {"view": "page"})
        frame = re.search(r'<iframe sandbox src="([^"]+)"', as_captured.content.decode())[1]
        assert b"Two soldiers" in client.get(frame, headers={"Sec-Fetch-Dest": "iframe"}).content

    def test_words_of_a_document_are_cited_on_another_claim(self, client, claim, rita):
        citation, other = cite(client, claim, "document", document()), make_claim(rita, "Quite another matter.")
        picked = {"exact": "to Kyiv", "where": "new", "claim": str(other.pk), "stance": "context"}
        response = client.post(reverse("desk:capture_cite", args=[citation.capture_id]), picked)
        assert response.status_code == 302
        assert other.citations.get().source == citation.source

    def test_a_picture_and_a_pdf_are_shown_as_those_of_a_page_are(self, client, claim):
        for data, said in ((uploads.png(), "The archived picture"), (uploads.pdf("Two."), "This copy is a PDF")):
            citation = cite(client, claim, "document", document(file=SimpleUploadedFile("x", data), title=said))
            assert said in get(client, "capture", citation.capture_id, view="page")
        assert set(Source.objects.values_list("kind", flat=True)) == {"picture", "document"}

    def test_hostile_words_stay_words(self, client, claim, rita):
        told = document(title=HOSTILE, author=HOSTILE, provided_by=HOSTILE, comes_from=HOSTILE)
        told["file"] = SimpleUploadedFile(f"{HOSTILE}.txt", f"Order\n{HOSTILE}".encode())
        first = cite(client, claim, "document", told)
        sound = SimpleUploadedFile(f"{HOSTILE}.mp3", sounds.mp3())
        second = cite(client, claim, "interview", interview(rita, words=HOSTILE, recording=sound))
        for citation in (first, second):
            pages = [("source", citation.source_id), ("capture", citation.capture_id), ("claim", claim.pk)]
            for name, pk in pages:
                assert "<script>alert" not in client.get(reverse(f"desk:{name}", args=[pk])).content.decode()
                assert "<img src=x" not in client.get(reverse(f"desk:{name}", args=[pk])).content.decode()


class TestRefused:
    @pytest.mark.parametrize(
        ("told", "where", "sentence"),
        [
            ({"title": ""}, "title", "Give it a title"),
            ({"comes_from": " "}, "comes_from", "Say where it comes from"),
            ({"file": ""}, "file", "Choose the file"),
            ({"file": SimpleUploadedFile("a.html", uploads.PAGE)}, "file", "This file is a page of the web."),
            ({"file": SimpleUploadedFile("a.pdf", b"MZ\x90\0")}, "file", "none of the kinds that can be kept"),
            ({"quoted": "NIS"}, "quoted_verb", "Choose what they do"),
            ({"is_unnamed": "on", "author": ""}, "author", "Say who it is, without a name."),
            ({"published_at": "0001-01-01T00:00"}, "published_at", "year between 1900 and 2100"),
        ],
    )
    def test_a_document_that_won_t_do_is_told_beside_its_field_and_all_else_is_kept(
        self, client, claim, told, where, sentence
    ):
        response = client.post(form_of(claim, "document"), {**document(), "note": "For Ada.", **told})
        assert response.status_code == 422
        page = text_of(response)
        assert re.search(rf'id="id_{where}_error"[^>]*>.{{0,100}}{re.escape(sentence)}', page)
        assert "For Ada." in page
        assert not Capture.objects.exists()

    @pytest.mark.parametrize(
        ("told", "where", "sentence"),
        [
            ({"party": ""}, "party", "Say whom the desk talked with."),
            ({"words": " "}, "words", "Write down what was said"),
            ({"held_at": "2099-01-01T00:00"}, "held_at", "still to come"),
            ({"held_by": 0}, "held_by", "Select a valid choice"),
            ({"how": "telepathy"}, "how", "Select a valid choice"),
            ({"recording": SimpleUploadedFile("a.mp3", uploads.png())}, "recording", "no recording"),
            ({"recording": SimpleUploadedFile("a.mp3", sounds.mp3() + b"<?php")}, "recording", "something else in it"),
        ],
    )
    def test_an_interview_that_won_t_do(self, client, claim, rita, told, where, sentence):
        response = client.post(form_of(claim, "interview"), {**interview(rita), "note": "For Ada.", **told})
        assert response.status_code == 422
        page = text_of(response)
        assert re.search(rf'id="id_{where}_error"[^>]*>.{{0,100}}{re.escape(sentence)}', page)
        assert "For Ada." in page
        assert not Capture.objects.exists()

    def test_a_file_that_is_too_large_is_dropped_and_said_so_in_both(self, client, claim, rita, settings):
        settings.ARCHIVE_UPLOAD_BYTES = 1_000
        large = SimpleUploadedFile("a.txt", b"x" * 200_000)
        for what, told, field in (
            ("document", document(file=large), "file"),
            ("interview", interview(rita, recording=SimpleUploadedFile("a.mp3", b"x" * 200_000)), "recording"),
        ):
            response = client.post(form_of(claim, what), told)
            assert response.status_code == 422
            assert re.search(rf'id="id_{field}_error"[^>]*>.{{0,100}}larger than 1 kB', text_of(response))
        assert not Capture.objects.exists()

    def test_what_stands_there_already_is_told(self, client, claim, rita):
        for what, told in (("document", document), ("interview", lambda: interview(rita))):
            cite(client, claim, what, told())
            response = client.post(form_of(claim, what), told())
            assert response.status_code == 409
            assert f"This {what} is cited on this claim already." in text_of(response)

    def test_somebody_known_by_name_is_not_unnamed(self, client, claim, rita):
        cite(client, claim, "interview", interview(rita))
        response = client.post(form_of(claim, "interview"), interview(rita, words="No.", is_unnamed="on"))
        assert response.status_code == 409
        assert "The desk knows NIS by name" in text_of(response)

    def test_a_session_that_ends_meanwhile_keeps_what_was_typed(self, client, claim, rita):
        client.logout()
        form = form_of(claim, "interview")
        response = client.post(form, interview(rita, words="They hold two."))
        assert response.status_code == 401
        told = {name: response.context[name] for name in ("carried", "next")}
        client.post("/sign-in/", {"username": "rita", "password": PASSWORD, **told})
        assert "They hold two." in text_of(client.get(form))


def test_a_file_that_the_desk_has_is_that_source_and_its_person_is_told(client, claim, rita):
    first = cite(client, claim, "document", document())
    other = make_claim(rita, "Quite another matter.")
    response = client.post(form_of(other, "document"), document(title="Another title"), follow=True)
    assert "The desk had this very file already, as “Order No. 4”" in text_of(response)
    assert other.citations.get().source == first.source
    assert "which the desk had already" in get(client, "source", first.source_id)


def test_a_file_that_is_confidential_to_its_person_is_asked_for_once_more(client, claim, rita):
    digest = hashlib.sha256(ORDER).hexdigest()
    kind = ConfidentialSource.Kind.DOCUMENT
    register_confidential(by=rita, kind=kind, title="The order", document_digest=digest)
    response = client.post(form_of(claim, "document"), document())
    assert response.status_code == 409
    assert "is a confidential source that names you" in text_of(response)
    assert 'name="knowingly"' in text_of(response)
    client.force_login(make_editor())
    assert 'name="knowingly"' not in text_of(client.get(form_of(claim, "document")))
    client.force_login(rita)
    cite(client, claim, "document", document(knowingly="on"))


def test_what_is_for_pages_only_is_refused_in_words(client, claim, rita):
    source = cite(client, claim, "document", document()).source
    for name in ("source_render", "source_look", "source_watch"):
        response = client.post(reverse(f"desk:{name}", args=[source.pk]), follow=True)
        assert re.search("no web address|turned that off|Nobody watches", text_of(response)), name
    assert client.get(reverse("desk:page_upload", args=[source.page_id])).status_code == 404
    assert Capture.objects.count() == 1


def test_facts_are_corrected_in_the_words_for_what_it_is(client, claim, rita):
    for what, told, label in (
        ("document", document(), "Who made it"),
        ("interview", interview(rita), "With whom"),
    ):
        source = cite(client, claim, what, told).source
        address = reverse("desk:source_correct", args=[source.pk])
        page = client.get(address)
        assert label in text_of(page)
        form = page.context["form"]
        shown = {f"initial-{name}": form[name].value() or "" for name in ("title", "outlet", "byline", "credit_line")}
        told = {**shown, "title": "", "outlet": "", "expected_version": form["expected_version"].value()}
        response = client.post(address, told)
        assert response.status_code == 409
        assert f"Give the {what} a title" in text_of(response)


def test_the_queue_counts_their_lines(client, claim, rita):
    cite(client, claim, "document", document())
    cite(client, claim, "interview", interview(rita))
    assert "2 of 2 lines" in get(client, "queue")


def test_the_form_for_an_interview_begins_with_who_asks_and_now(client, claim, rita):
    page = client.get(form_of(claim, "interview"))
    form = page.context["form"]
    assert form["held_by"].value() == rita.pk
    assert 0 <= (timezone.now() - form.fields["held_at"].initial).total_seconds() < 120
    assert timezone.localtime().strftime("%Y-%m-%dT%H") in str(form["held_at"])
