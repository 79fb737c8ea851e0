"""Citations and their words, figures, copies, watches, and evidence that leaves the desk."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from apps.archive.actions import watch_page
from apps.archive.models import Watch
from apps.audit.verbs import Verb
from apps.claims.models import Claim, Measure
from tests.archive.recorded import store_page
from tests.archive.uploads import PAGE, URL
from tests.audit.complete.rows import COMMAND, DIGEST, FORM, HTMX, NUMBER, TEXT, WEB, Deed, admin, changed, operation
from tests.newsroom import (
    corroborate,
    make_attempt,
    make_capture,
    make_citation,
    make_claim,
    make_extract,
    make_figure,
    make_page,
    make_source,
    make_two_lines,
    store_record,
)

STATEMENT = "Two North Korean soldiers were captured."
SAID = "The service confirmed that one wounded soldier was captured. It said no more."
WHY = "Because it is so."


def with_a_citation(desk, text="", **fields):
    citation = make_citation(make_claim(desk.rita), desk.rita, url=URL, **fields)
    if text:
        make_extract(citation.capture, text)
    return citation


@operation("claims.actions.citations.cite", Verb.SOURCE_CITED, WEB, HTMX)
def cite(desk, door):
    """The page becomes a source, a copy is asked for, and it is watched."""
    claim = make_claim(desk.rita)
    act = desk.post(desk.ada, "claim_cite", claim.pk, url=URL, stance="supports", quote="Two.", note="Mine.")
    after = {"citation": NUMBER, "source": URL, "url": URL, "stance": "supports", "quote": "Two.", "quoted": ""}
    after |= {"first_hand": False, "note": "Mine.", "stage": "in_progress"}
    others = ["source_registered", "capture_requested", "page_watched"]
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before={"stage": "inbox"}, after=after, others=others)


@operation("claims.actions.citations.cite_words", Verb.SOURCE_CITED, WEB, HTMX)
def cite_picked_words(desk, door):
    """Words picked in a stored copy: no other copy is asked for."""
    source, claim = make_source(URL), make_claim(desk.rita)
    capture = make_capture(source.page)
    make_extract(capture, SAID)
    words = "one wounded soldier"
    act = desk.post(desk.ada, "capture_cite", capture.pk, exact=words, where="new", claim=claim.pk, stance="supports")
    after = {
        "citation": NUMBER,
        "source": source.called,
        "url": URL,
        "stance": "supports",
        "quote": words,
        "quoted": "",
    }
    after |= {"first_hand": False, "note": "", "stage": "in_progress"}
    others = ["page_watched"]
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before={"stage": "inbox"}, after=after, others=others)


PASTED = "https://b.example.com/2 and https://a.example.com/1"
BOTH = {"pasted": PASTED, "page-1": "https://b.example.com/2", "page-2": "https://a.example.com/1"}
COPIED = ["source_registered", "capture_requested", "page_watched"]


@operation("claims.actions.adding.open_with_pages", Verb.CLAIM_OPENED, WEB, HTMX)
def open_with_pages(desk, door):
    act = desk.post(desk.rita, "add", act="add", where="new", statement=STATEMENT, **BOTH)
    after = {"statement": STATEMENT, "claimant": "", "story": "", "due": "", "state": "unverified", "stage": "inbox"}
    stream = lambda: Claim.objects.latest("pk").stream  # noqa: E731
    return Deed(act, stream, STATEMENT, by=desk.rita, after=after, others=["source_cited", *COPIED] * 2)


@operation("claims.actions.adding.cite_pages", Verb.SOURCE_CITED, WEB, HTMX)
def cite_pages(desk, door):
    claim, url = make_claim(desk.rita), "https://a.example.com/1"
    told = {"pasted": url, "page-1": url, "where": "other", "other": claim.pk, "stance": "context"}
    act = desk.post(desk.ada, "add", act="add", **told)
    after = {"citation": NUMBER, "source": url, "url": url, "stance": "context", "quote": "", "quoted": ""}
    after |= {"first_hand": False, "note": "", "stage": "in_progress"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before={"stage": "inbox"}, after=after, others=COPIED)


@operation("claims.actions.adding.open_on_words", Verb.CLAIM_OPENED, WEB, HTMX)
def open_on_words(desk, door):
    capture = make_capture(make_source(URL).page)
    make_extract(capture, SAID)
    told = {"exact": "one wounded soldier", "where": "open", "statement": STATEMENT, "claimant": "NIS"}
    act = desk.post(desk.ada, "capture_cite", capture.pk, **told)
    after = {"statement": STATEMENT, "claimant": "NIS", "story": "", "due": "", "state": "unverified", "stage": "inbox"}
    stream, others = lambda: Claim.objects.latest("pk").stream, ["party_registered", "source_cited", "page_watched"]
    return Deed(act, stream, STATEMENT, by=desk.ada, after=after, others=others)


@operation("claims.actions.citations.cite", Verb.SOURCE_CITED, WEB)
def cite_against_a_verdict(desk, door):
    """A new dispute flags the claim at once."""
    claim = make_claim(desk.rita)
    make_two_lines(claim, desk.rita)
    corroborate(claim, desk.ada)
    act = desk.post(desk.rita, "claim_cite", claim.pk, url=URL, stance="disputes")
    after = {"citation": NUMBER, "source": URL, "url": URL, "stance": "disputes", "quote": "", "quoted": ""}
    after |= {"first_hand": False, "note": ""}
    others = ["source_registered", "capture_requested", "page_watched", "claim_flagged"]
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, after=after, others=others)


@operation("claims.actions.citations.withdraw_citation", Verb.CITATION_WITHDRAWN, WEB, HTMX)
def withdraw_citation(desk, door):
    """Nobody cites the page any more: its watch ends. The verdict loses a leg: the claim is flagged."""
    claim = make_claim(desk.rita)
    citation, _ = make_two_lines(claim, desk.rita)
    watch_page(citation.source.page, by=desk.rita)
    corroborate(claim, desk.ada)
    act = desk.post(desk.ada, "citation_withdraw", citation.pk, reason=WHY)
    source = f"{citation.source.outlet}: {citation.source.title}"
    before = {"citation": citation.pk, "source": source, "stance": "supports"}
    others = ["claim_flagged", "watch_ended"]
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, reason=WHY, others=others)


@operation("claims.actions.quotes.edit_citation", Verb.CITATION_EDITED, WEB, HTMX)
def edit_citation(desk, door):
    citation = with_a_citation(desk, SAID, outlet="Yonhap")
    begun = {"quote": "", "quoted": "", "quoted_verb": "", "note": ""}
    typed = changed(begun, quote="It said no more.", quoted="NIS", quoted_verb="says")
    act = desk.post(desk.ada, "citation_edit", citation.pk, **typed, expected_version=1)
    told = {"citation": citation.pk, "source": f"Yonhap: {citation.source.title}"}
    before = {**told, "quote": "", "quoted": ""}
    after = {**told, "quote": "It said no more.", "quoted": "NIS says", "changed": "quote, quoted"}
    others, stream = ["party_registered"], citation.claim.stream
    return Deed(act, stream, STATEMENT, by=desk.ada, before=before, after=after, others=others)


@operation("claims.actions.quotes.pick_passage", Verb.PASSAGE_PICKED, WEB, HTMX)
def pick_passage(desk, door):
    citation = with_a_citation(desk, SAID)
    words, capture = "one wounded soldier", citation.capture_id
    act = desk.post(desk.ada, "capture_cite", capture, exact=words, where=citation.pk)
    told = {"citation": citation.pk, "source": citation.source.called}
    before, after = {**told, "quote": ""}, {**told, "quote": words, "passage": words, "capture": capture}
    return Deed(act, citation.claim.stream, STATEMENT, by=desk.ada, before=before, after=after)


NUMBERS = {"quantity": "nearly 3,000", "confirmed": "nearly 3,000", "party": "Kyiv", "as_of_first": "2024-12-23"}
FACTS = {"says": "nearly 3,000", "party": "Kyiv", "measure": "killed", "unit": "soldiers", "on": ""}
FIGURE = {"figure": "Kyiv: nearly 3,000 killed", "number": NUMBER}


@operation("claims.actions.figures.add_figure", Verb.FIGURE_ADDED, WEB, HTMX)
def add_figure(desk, door):
    """Two transactions of one request: the measure is there before the figure."""
    claim = make_claim(desk.rita)
    act = desk.post(desk.rita, "claim_figure", claim.pk, **NUMBERS, measure="killed", unit="soldiers")
    after = {**FIGURE, **FACTS, "as_of": TEXT}
    others = ["measure_registered", "party_registered"]
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, before=FIGURE, after=after, others=others)


@operation("claims.actions.figures.register_measure", Verb.MEASURE_REGISTERED, WEB)
def name_a_measure_with_its_first_figure(desk, door):
    deed = add_figure(desk, door)
    deed.stream, deed.target, deed.before = lambda: Measure.objects.get().stream, "killed", {}
    deed.after = {"unit": "soldiers", "counting": TEXT, "definition": ""}
    deed.others = ["figure_added", "party_registered"]
    return deed


@operation("claims.actions.figures.edit_figure", Verb.FIGURE_EDITED, WEB, HTMX)
def edit_figure(desk, door):
    claim = make_claim(desk.rita)
    figure = make_figure(claim, desk.rita, measure="killed")
    typed = changed({**NUMBERS, "as_of_last": "", "citation": ""}, quantity="2,000", confirmed="2,000")
    act = desk.post(desk.ada, "figure_edit", figure.pk, **typed, expected_version=2)
    told = {"figure": "Kyiv: 2,000 killed", "number": figure.pk}
    before, after = {**told, "says": "nearly 3,000"}, {**told, "says": "2,000", "changed": "says"}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=after)


@operation("claims.actions.figures.withdraw_figure", Verb.FIGURE_WITHDRAWN, WEB, HTMX)
def withdraw_figure(desk, door):
    claim = make_claim(desk.rita)
    figure = make_figure(claim, desk.rita, measure="killed")
    act = desk.post(desk.ada, "figure_withdraw", figure.pk, reason=WHY)
    before = {**FIGURE, **FACTS, "as_of": TEXT}
    return Deed(act, claim.stream, STATEMENT, by=desk.ada, before=before, after=FIGURE, reason=WHY)


@operation("claims.actions.figures.register_measure", Verb.MEASURE_REGISTERED, FORM)
def register_measure(desk, door):
    told = {"name": "killed", "unit": "soldiers", "counting": "total", "definition": "In Kursk."}
    act = desk.panel(desk.sofia, admin(Measure, "add"), **told)
    after = {"unit": "soldiers", "counting": TEXT, "definition": "In Kursk."}
    return Deed(act, lambda: Measure.objects.get().stream, "killed", by=desk.sofia, after=after)


@operation("claims.actions.figures.edit_measure", Verb.MEASURE_EDITED, FORM)
def edit_measure(desk, door):
    measure = make_figure(make_claim(desk.rita), desk.rita, measure="killed").measure
    begun = {"name": "killed", "unit": "soldiers", "counting": measure.counting, "definition": ""}
    act = desk.panel(desk.sofia, admin(Measure, "change", measure.pk), **changed(begun, name="killed in action"))
    before, after = {"name": "killed"}, {"name": "killed in action", "changed": "name"}
    return Deed(act, measure.stream, "killed", by=desk.sofia, before=before, after=after)


@operation("archive.actions.captures.request_capture", Verb.CAPTURE_REQUESTED, WEB, HTMX)
def draw_a_page(desk, door):
    source = make_source(URL)
    act = desk.post(desk.rita, "source_render", source.pk)
    return Deed(act, source.page.stream, URL, by=desk.rita, after={"capture": NUMBER, "drawn": True})


@operation("archive.actions.captures.retry_capture", Verb.CAPTURE_RETRIED, WEB, HTMX)
def retry_capture(desk, door):
    capture = with_a_citation(desk, state="failed", code="http_404").capture
    act = desk.post(desk.rita, "capture_retry", capture.pk)
    before = {"capture": capture.pk, "state": "failed", "attempt": 1, "http_status": None, "final_url": ""}
    before |= {"body_sha256": "", "record_sha256": "", "failure": capture.failure}
    after = {"capture": capture.pk, "state": "queued"}
    return Deed(act, capture.page.stream, URL, by=desk.rita, before=before, after=after)


@operation("archive.actions.captures.let_go", Verb.CAPTURE_LET_GO, WEB, HTMX)
def let_go(desk, door):
    capture = with_a_citation(desk, state="failed", code="http_404").capture
    act = desk.post(desk.rita, "capture_let_go", capture.pk, reason=WHY)
    after = {"capture": capture.pk, "failure": capture.failure}
    return Deed(act, capture.page.stream, URL, by=desk.rita, after=after, reason=WHY)


@operation("archive.actions.uploads.upload_copy", Verb.CAPTURE_UPLOADED, WEB, HTMX)
def upload_copy(desk, door):
    page = make_page(URL)
    act = desk.post(desk.rita, "page_upload", page.pk, file=SimpleUploadedFile("a.html", PAGE), note=WHY)
    after = {"capture": NUMBER, "state": "stored", "attempt": 0, "http_status": None, "final_url": TEXT}
    after |= {"body_sha256": DIGEST, "record_sha256": DIGEST, "method": "uploaded"}
    after |= {"file": "a.html", "kind": TEXT, "file_sha256": DIGEST}
    return Deed(act, page.stream, URL, by=desk.rita, after=after, reason=WHY)


@operation("archive.actions.watches.watch_page", Verb.PAGE_WATCHED, WEB, HTMX)
def watch_a_page(desk, door):
    source = make_source(URL)
    return Deed(desk.post(desk.rita, "source_watch", source.pk), source.page.stream, URL, by=desk.rita)


@operation("archive.actions.watches.end_watch", Verb.WATCH_ENDED, WEB, HTMX)
def end_watch(desk, door):
    source = make_source(URL)
    watch_page(source.page, by=desk.rita)
    return Deed(desk.post(desk.rita, "source_watch", source.pk, end="1"), source.page.stream, URL, by=desk.rita)


@operation("archive.actions.watches.look_again", Verb.LOOK_REQUESTED, WEB, HTMX)
def look_again(desk, door):
    source = make_source(URL)
    watch_page(source.page, by=desk.ada)
    Watch.objects.update(compared=make_capture(source.page))
    return Deed(desk.post(desk.rita, "source_look", source.pk), source.page.stream, URL, by=desk.rita)


def with_a_record(desk):
    citation = with_a_citation(desk)
    citation.capture = store_page(citation.source.page, "<p>Two were captured.</p>")
    citation.save(update_fields=["capture"])
    return citation


@operation("archive.actions.evidence.record_download", Verb.WARC_DOWNLOADED, WEB)
def download_a_record(desk, door):
    capture = with_a_record(desk).capture
    after = {"capture": capture.pk, "record_sha256": capture.warc_digest}
    act = desk.get(desk.aziz, "capture_record", capture.pk)
    return Deed(act, capture.page.stream, URL, by=desk.aziz, after=after)


@operation("archive.actions.evidence.record_download", Verb.WARC_DOWNLOADED, WEB)
def download_the_record_of_an_attempt(desk, door):
    capture = with_a_citation(desk).capture
    store_record(capture, b"evidence")
    attempt = make_attempt(capture, warc_digest=capture.warc_digest)
    after = {"capture": capture.pk, "record_sha256": capture.warc_digest}
    act = desk.get(desk.aziz, "attempt_record", attempt.pk)
    return Deed(act, capture.page.stream, URL, by=desk.aziz, after=after)


@operation("archive.actions.evidence.record_download", Verb.WARC_DOWNLOADED, WEB)
def download_a_document(desk, door):
    capture = store_page(make_source(URL).page, b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    after = {"capture": capture.pk, "record_sha256": capture.warc_digest, "document": "application/pdf"}
    act = desk.get(desk.aziz, "capture_document", capture.pk)
    return Deed(act, capture.page.stream, URL, by=desk.aziz, after=after)


@operation("archive.actions.evidence.record_export", Verb.WACZ_DOWNLOADED, WEB, COMMAND)
def export_a_copy(desk, door):
    capture = with_a_record(desk).capture
    act, by = desk.get(desk.aziz, "capture_wacz", capture.pk), desk.aziz
    if door == COMMAND:
        place = Path(mkdtemp()) / "copy.wacz"
        act, by = (lambda: call_command("export_wacz", str(place), str(capture.pk), verbosity=0)), None
    return Deed(act, capture.page.stream, URL, by=by, after=exported(capture))


@operation("archive.actions.evidence.record_export", Verb.WACZ_DOWNLOADED, WEB)
def export_the_copies_of_a_claim(desk, door):
    citation = with_a_record(desk)
    act = desk.get(desk.aziz, "claim_wacz", citation.claim_id)
    return Deed(act, citation.claim.stream, STATEMENT, by=desk.aziz, after=exported(citation.capture))


def exported(capture):
    records = {f"capture {capture.pk}": capture.warc_digest}
    return {"copies": "1 archived copy", "wacz_sha256": DIGEST, "record_sha256": records}
