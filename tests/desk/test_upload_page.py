"""The form for a copy by hand: from where it is reached, what it says of a file that won't do, and what it keeps."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.audit.models import Entry
from apps.claims.tasks import reconsider_citing
from apps.desk.uploads import BoundedUpload
from tests.archive import uploads
from tests.archive.uploads import PAGE, URL
from tests.newsroom import PASSWORD, make_capture, make_citation, make_claim, make_page, make_person, make_reporter

pytestmark = pytest.mark.django_db
NOTE = "Saved by me in Firefox this morning."


@pytest.fixture
def rita(client):
    rita = make_reporter()
    client.force_login(rita)
    return rita


@pytest.fixture
def citation(rita):
    return make_citation(make_claim(rita), rita, outlet="The Paper", state="failed", code="bot_wall", url=URL)


def form_of(page):
    return reverse("desk:page_upload", args=[page.pk])


def file(data=PAGE, name="story.html"):
    return SimpleUploadedFile(name, data)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_it_is_offered_where_a_copy_is_missing(client, rita, citation):
    link = form_of(citation.source.page)
    for where in (
        reverse("desk:needs_a_person"),
        reverse("desk:source", args=[citation.source_id]),
        reverse("desk:claim", args=[citation.claim_id]),
    ):
        assert f'href="{link}"' in client.get(where).content.decode(), where


def test_a_page_that_nobody_cites_can_be_uploaded_from_the_list_too(client, rita):
    capture = make_capture(make_page("https://a.example.com/x"), state=Capture.State.FAILED, code="http_403")
    form = form_of(capture.page)
    assert form in client.get(reverse("desk:needs_a_person")).content.decode()
    assert client.get(form).status_code == 200
    answer = client.post(form, {"note": NOTE, "file": file()})
    assert answer.headers["Location"] == reverse("desk:needs_a_person")


def test_an_auditor_is_offered_none(client, citation):
    client.force_login(make_person("aziz", "auditor"))
    for where in (reverse("desk:needs_a_person"), reverse("desk:source", args=[citation.source_id])):
        assert "Upload a copy" not in client.get(where).content.decode()


def test_an_upload_is_shown_as_one_everywhere(client, rita, citation):
    answer = client.post(form_of(citation.source.page), {"note": NOTE, "file": file()})
    assert answer.headers["Location"] == reverse("desk:source", args=[citation.source_id])
    capture = Capture.objects.get(method="uploaded")
    reader.run(capture.pk)
    reconsider_citing(capture.pk)
    source = text_of(client.get(answer.headers["Location"]))
    for said in (
        "Uploaded by hand",
        "Rita",
        NOTE,
        "story.html",
        capture.upload.file_digest,
        "from a file that was <strong>uploaded by hand</strong>",
        "Rita uploaded a copy of",
        "captured in Kursk",
    ):
        assert said in source, said
    assert "<dt>Fetched</dt>" not in source
    claim = text_of(client.get(reverse("desk:claim", args=[citation.claim_id])))
    assert re.search(r'chip-by-hand">.{0,400}Uploaded by hand', claim)
    assert "The copy of The Paper was uploaded by hand" in claim
    assert URL not in client.get(reverse("desk:needs_a_person")).content.decode()


def test_what_a_warc_says_of_its_time_is_marked_as_its_word(client, rita, citation):
    client.post(form_of(citation.source.page), {"note": NOTE, "file": file(uploads.warc(), "a.warc.gz")})
    source = text_of(client.get(reverse("desk:source", args=[citation.source_id])))
    assert "Says it was fetched" in source
    assert "nobody has checked that" in source


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "This file is empty."),
        (b"Two captured.", "none of the kinds that can be kept"),
        (uploads.png()[:-9], "breaks off before its end"),
    ],
)
def test_a_file_that_won_t_do_is_said_so_beside_it_and_the_note_is_kept(client, rita, citation, data, sentence):
    response = client.post(form_of(citation.source.page), {"note": NOTE, "file": file(data)})
    assert response.status_code == 422
    page = text_of(response)
    assert re.search(rf'id="id_file_error"[^>]*>.{{0,100}}{re.escape(sentence)}', page)
    assert NOTE in page
    assert not Capture.objects.filter(method="uploaded").exists()


def test_without_a_note_the_form_asks_for_one_and_for_the_file_again(client, rita, citation):
    response = client.post(form_of(citation.source.page), {"note": " ", "file": file()})
    assert response.status_code == 422
    assert "Say where the file comes from" in text_of(response)
    assert not Capture.objects.filter(method="uploaded").exists()


class TestTooLarge:
    @pytest.fixture(autouse=True)
    def _small(self, settings):
        settings.ARCHIVE_UPLOAD_BYTES = 200_000

    def test_it_is_said_so_and_the_note_is_kept_wherever_it_stands_in_the_form(self, client, rita, citation):
        for fields in ({"note": NOTE, "file": file(PAGE * 2_000)}, {"file": file(PAGE * 2_000), "note": NOTE}):
            response = client.post(form_of(citation.source.page), fields)
            assert response.status_code == 422
            assert re.search(r'id="id_file_error"[^>]*>.{0,100}This file is larger than 200 kB', text_of(response))
            assert NOTE in text_of(response)
        assert not Capture.objects.filter(method="uploaded").exists()

    def test_nothing_beyond_the_limit_is_written_to_the_disk(self, client, rita, citation, settings, tmp_path):
        """Counted where it would be written: in the handler that stands after ours."""
        settings.FILE_UPLOAD_HANDLERS = [*settings.FILE_UPLOAD_HANDLERS[:1], "tests.desk.test_upload_page.Counting"]
        Counting.written = 0
        client.post(form_of(citation.source.page), {"note": NOTE, "file": file(bytes(3_000_000))})
        assert 0 < Counting.written <= 200_000

    def test_the_page_says_the_limit_before_anything_is_sent(self, client, rita, citation):
        page = text_of(client.get(form_of(citation.source.page)))
        assert "200 kB at most" in page
        assert 'data-most-bytes="200000"' in page


class Counting(BoundedUpload):
    """Takes what comes through, and counts it."""

    written = 0

    def new_file(self, *args, **kwargs):
        return None

    def receive_data_chunk(self, raw_data, start):
        Counting.written += len(raw_data)


class TestFilesThatNobodyAskedFor:
    """A body is read for its token before anybody asks who sent it."""

    @pytest.fixture(autouse=True)
    def _counting(self, settings):
        settings.FILE_UPLOAD_HANDLERS = [*settings.FILE_UPLOAD_HANDLERS[:1], "tests.desk.test_upload_page.Counting"]
        Counting.written = 0

    def test_from_somebody_not_signed_in_nothing_is_written(self, client, citation):
        client.logout()
        assert client.post(form_of(citation.source.page), {"note": NOTE, "file": file()}).status_code == 401
        assert Counting.written == 0

    def test_at_an_address_that_takes_none_nothing_is_written(self, client, rita, citation):
        client.post(reverse("desk:citation_withdraw", args=[citation.pk]), {"reason": "", "file": file()})
        assert Counting.written == 0

    def test_where_one_is_taken_it_is_written(self, client, rita, citation):
        client.post(form_of(citation.source.page), {"note": NOTE, "file": file()})
        assert Counting.written == len(PAGE)


def test_a_session_that_ends_meanwhile_keeps_the_note_and_asks_for_the_file_again(client, rita, citation):
    client.logout()
    form = form_of(citation.source.page)
    response = client.post(form, {"note": NOTE, "file": file()})
    assert response.status_code == 401
    carried, following = response.context["carried"], response.context["next"]
    answer = client.post("/sign-in/", {"username": "rita", "password": PASSWORD, "next": following, "carried": carried})
    assert answer.headers["Location"] == form
    page = text_of(client.get(form))
    assert NOTE in page
    assert "choose it again" in page
    assert not Capture.objects.filter(method="uploaded").exists()


def test_a_form_of_another_sign_in_is_refused_and_keeps_the_note(rita, citation):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)
    form = form_of(citation.source.page)
    fields = {"note": NOTE, "file": io.BytesIO(PAGE), "csrfmiddlewaretoken": "x" * 64}
    assert strict.post(form, fields, headers={"Origin": "http://testserver"}).status_code == 403
    assert NOTE in strict.get(form).content.decode()
    assert not Entry.objects.filter(verb="capture_uploaded").exists()


def test_an_upload_beside_a_copy_on_its_way_says_so(client, rita):
    citation = make_citation(make_claim(rita), rita, state=Capture.State.QUEUED, url=URL)
    assert "still trying by itself" in text_of(client.get(form_of(citation.source.page)))
    assert client.post(form_of(citation.source.page), {"note": NOTE, "file": file()}).status_code == 302
    assert set(Capture.objects.values_list("state", flat=True)) == {"queued", "stored"}
