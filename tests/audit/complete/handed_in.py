"""What has no web address, grades, stances judged anew, many claims at once, and a claim that leaves as a bundle."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from apps.archive.models import Page
from apps.audit.verbs import Verb
from apps.claims.models import Claim
from apps.sources.models import Source
from tests.audit.complete.claims import newest
from tests.audit.complete.rows import (
    ACTION,
    COMMAND,
    DIGEST,
    HTMX,
    NUMBER,
    TEXT,
    WEB,
    Deed,
    Some,
    admin,
    operation,
)
from tests.newsroom import corroborate, make_citation, make_claim, make_outlet, make_story, make_two_lines

STATEMENT = "Two North Korean soldiers were captured."
WHY = "Because it is so."
NOTES = b"A list of two names, as the hospital keeps it. Both of them came in on Thursday night, and both are wounded."


def handed_in(desk, by):
    claim = make_claim(desk.rita)
    told = {"title": "The list", "comes_from": WHY, "stance": "supports", "author": "The hospital"}
    file = SimpleUploadedFile("list.txt", NOTES)
    return claim, desk.post(by, "claim_cite_document", claim.pk, file=file, **told)


def cited(source, **more):
    after = {"citation": NUMBER, "source": source, "url": TEXT, "stance": "supports", "quote": "", "quoted": ""}
    return {**after, "first_hand": False, "note": "", "stage": "in_progress", **more}


def kept(file, **more):
    after = {"capture": NUMBER, "state": "stored", "attempt": 0, "http_status": None, "final_url": TEXT}
    after |= {"body_sha256": DIGEST, "record_sha256": DIGEST, "method": "uploaded"}
    return {**after, "file": file, "kind": TEXT, "file_sha256": DIGEST, "provided_by": "", **more}


@operation("claims.actions.documents.cite_document", Verb.SOURCE_CITED, WEB, HTMX)
def cite_a_document(desk, door):
    claim, act = handed_in(desk, desk.rita)
    after, others = cited("The hospital: The list"), ["document_handed_in", "party_registered", "source_registered"]
    return Deed(act, claim.stream, STATEMENT, by=desk.rita, before={"stage": "inbox"}, after=after, others=others)


@operation("claims.actions.documents.cite_document", Verb.DOCUMENT_HANDED_IN, WEB)
def hand_in_a_document(desk, door):
    _, act = handed_in(desk, desk.rita)
    others = ["party_registered", "source_cited", "source_registered"]
    after = kept("list.txt")
    return Deed(act, newest(Page), "The list", by=desk.rita, after=after, reason=WHY, others=others)


@operation("claims.actions.documents.cite_document", Verb.SOURCE_REGISTERED, WEB)
def register_a_document(desk, door):
    _, act = handed_in(desk, desk.rita)
    others = ["party_registered", "source_cited", "document_handed_in"]
    after = {"kind": TEXT, "sha256": DIGEST}
    return Deed(act, newest(Source), "The hospital: The list", by=desk.rita, after=after, others=others)


@operation("claims.actions.documents.cite_document", Verb.DOCUMENT_HANDED_IN_AGAIN, WEB)
def hand_in_what_the_desk_has(desk, door):
    handed_in(desk, desk.rita)[1]()
    _, act = handed_in(desk, desk.ada)
    after = kept("list.txt")
    return Deed(act, newest(Page), "The list", by=desk.ada, after=after, reason=WHY, others=["source_cited"])


@operation("claims.actions.documents.cite_interview", Verb.NOTES_KEPT, WEB, HTMX)
def cite_an_interview(desk, door):
    told = {"party": "The hospital", "held_by": desk.ada.pk, "held_at": "2026-11-20T09:30", "how": "telephone"}
    claim = make_claim(desk.rita)
    act = desk.post(desk.rita, "claim_cite_interview", claim.pk, **told, words=NOTES.decode(), stance="supports")
    others = ["party_registered", "source_cited", "source_registered"]
    target, reason = "The hospital: Interview by telephone", "Notes of Ada."
    after = kept(Some(str))
    return Deed(act, newest(Page), target, by=desk.rita, after=after, reason=reason, others=others)


@operation("claims.actions.quotes.change_stance", Verb.STANCE_CHANGED, WEB, HTMX)
def change_a_stance(desk, door):
    """A verdict stands on it: the claim goes back to review, and is flagged."""
    claim = make_claim(desk.rita)
    citation, _ = make_two_lines(claim, desk.rita)
    corroborate(claim, desk.ada)
    typed = {"stance": "context", "reason": WHY, "expected_version": claim.version}
    act = desk.post(desk.ada, "citation_stance", citation.pk, **typed)
    told = {"citation": citation.pk, "source": f"{citation.source.outlet}: {citation.source.title}"}
    before = {**told, "stance": "supports", "stage": "settled"}
    after, others = {**told, "stance": TEXT, "stage": "in_review"}, ["claim_flagged"]
    by, stream = desk.ada, claim.stream
    return Deed(act, stream, STATEMENT, by=by, before=before, after=after, reason=WHY, others=others)


@operation("claims.actions.grades.grade_information", Verb.INFORMATION_GRADED, WEB, HTMX)
def grade_information(desk, door):
    citation = make_citation(make_claim(desk.rita), desk.rita, outlet="Yonhap")
    typed = {"grade": "2", "rationale": WHY, "expected_version": 1}
    act = desk.post(desk.ada, "citation_grade", citation.pk, **typed)
    before = {"citation": citation.pk, "source": "Yonhap"}
    after = {**before, "credibility": TEXT}
    stream = citation.claim.stream
    return Deed(act, stream, STATEMENT, by=desk.ada, before=before, after=after, reason=WHY)


@operation("sources.actions.grades.grade_party", Verb.PARTY_GRADED, WEB, HTMX)
def grade_a_party(desk, door):
    party = make_outlet("Yonhap")
    act = desk.post(desk.ada, "party_grade", party.pk, grade="B", rationale=WHY)
    return Deed(act, f"party:{party.pk}", "Yonhap", by=desk.ada, after={"reliability": TEXT}, reason=WHY)


@operation("claims.actions.bulk.stage_many", Verb.CLAIM_STAGED, ACTION, WEB)
def stage_many(desk, door):
    """Each of them has a line; one that is there already has none."""
    one, two = make_claim(desk.rita), make_claim(desk.rita, "One was captured.")
    chosen = {"action": "stage_settled", "_selected_action": [one.pk, two.pk]}
    if door == WEB:
        act = desk.post(desk.sofia, "claims_stage", claim=[f"{one.pk}.1", f"{two.pk}.1"], stage="settled")
    else:
        act = desk.panel(desk.sofia, admin(Claim, "changelist"), **chosen)
    before, after = {"stage": "inbox"}, {"stage": "settled"}
    others = ["claim_staged"]
    return Deed(act, one.stream, STATEMENT, by=desk.sofia, before=before, after=after, others=others)


@operation("claims.actions.bulk.assign_many", Verb.CLAIM_ASSIGNED, WEB)
def assign_many(desk, door):
    """Each of them has a line; one that somebody has already has none."""
    one, two = make_claim(desk.rita), make_claim(desk.rita, "One was captured.", assignee=desk.rita)
    act = desk.post(desk.ada, "claims_assign", claim=[f"{one.pk}.1", f"{two.pk}.1"], assignee=desk.rita.pk)
    before, after = {"assignee": "nobody", "stage": "inbox"}, {"assignee": "Rita", "stage": "in_progress"}
    return Deed(act, one.stream, STATEMENT, by=desk.ada, before=before, after=after)


@operation("bundles.actions.export_bundle", Verb.BUNDLE_EXPORTED, WEB, COMMAND)
def export_a_bundle(desk, door):
    claim = make_claim(desk.rita)
    act, by = desk.post(desk.aziz, "claim_bundle", claim.pk), desk.aziz
    if door == COMMAND:
        place = Path(mkdtemp()) / "claim.zip"
        act, by = (lambda: call_command("export_bundle", str(claim.pk), output=place, verbosity=0)), None
    after = {"bundle_sha256": DIGEST, "entries": NUMBER, "copies": 0, "sealed": NUMBER}
    return Deed(act, claim.stream, STATEMENT, by=by, after=after)


@operation("bundles.actions.export_dossier", Verb.DOSSIER_EXPORTED, WEB)
def export_a_dossier(desk, door):
    story = make_story(desk.ada, "Kursk")
    act = desk.get(desk.aziz, "story_dossier", story.pk)
    after = {"format": "page", "claims": 0, "sha256": ""}
    return Deed(act, story.stream, "Kursk", by=desk.aziz, after=after)
