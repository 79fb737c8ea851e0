"""What workers and the command line do with copies, with news under claims, and with the trail."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.accounts.trail import ask_to_verify
from apps.archive import tasks as archive
from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture as workshop
from apps.archive.management.commands import capture as command
from apps.archive.models import Capture, Watch
from apps.archive.reading import reader
from apps.audit import tasks as audit
from apps.audit.verbs import Verb
from apps.claims import tasks as claims
from apps.claims.actions import edit_policy, link_claims, reopen
from apps.claims.actions.bells import carry_on
from apps.claims.models import Cause, Claim, ClaimLink
from apps.sources import tasks as sources
from apps.sources.actions import edit_agency, suggest_attribution
from apps.sources.models import Agency, Sifting
from tests.archive.servers import Route
from tests.archive.watched import FIRST, STORY, THIRD, Watched, article
from tests.audit.complete.people import NEW, stream_of
from tests.audit.complete.rows import COMMAND, DIGEST, NUMBER, TASK, TEXT, Deed, Some, operation
from tests.newsroom import (
    corroborate,
    make_capture,
    make_citation,
    make_claim,
    make_extract,
    make_person,
    make_two_lines,
)

STATEMENT = "Two North Korean soldiers were captured."
SETTLED, IN_REVIEW = {"stage": "settled"}, {"stage": "in_review", "missing": TEXT}
CHANGED = article(FIRST, "Both men were released on Friday, the service added in a second statement.", THIRD)


def facts(capture, state, status, digest=DIGEST, final_url=TEXT):
    told = {"capture": capture.pk, "state": state, "attempt": 1, "http_status": status, "final_url": final_url}
    return {**told, "body_sha256": digest, "record_sha256": digest}


def asked_for(desk, route, *, attempts=1, rendered=False):
    """A copy that Rita asked for, of a page at a real site."""
    where = desk.site({"/story": route}, ARCHIVE_ATTEMPTS=attempts, ARCHIVE_RENDER="ask")
    return request_capture(register_page(f"http://{where}/story"), by=desk.rita, rendered=rendered)


@operation("archive.tasks.capture_page", Verb.CAPTURE_STORED, TASK)
def store_a_copy(desk, door):
    capture = asked_for(desk, Route(STORY))
    url, act = capture.page.url, lambda: archive.capture_page(capture.pk)
    return Deed(act, capture.page.stream, url, behalf=desk.rita, after=facts(capture, "stored", 200, final_url=url))


@operation("archive.tasks.capture_page", Verb.CAPTURE_POSTPONED, TASK)
def postpone_a_copy(desk, door):
    capture = asked_for(desk, Route("Later.", status=503), attempts=4)
    act = lambda: archive.capture_page(capture.pk)  # noqa: E731
    after = {**facts(capture, "queued", None, "", ""), "failure": TEXT}
    return Deed(act, capture.page.stream, capture.page.url, behalf=desk.rita, after=after)


@operation("archive.tasks.capture_page", Verb.CAPTURE_FAILED, TASK)
def fail_to_copy(desk, door):
    capture = asked_for(desk, Route("Gone.", status=410))
    act = lambda: archive.capture_page(capture.pk)  # noqa: E731
    after = {**facts(capture, "failed", None, "", ""), "failure": TEXT}
    return Deed(act, capture.page.stream, capture.page.url, behalf=desk.rita, after=after)


@operation("archive.tasks.render_page", Verb.CAPTURE_FAILED, TASK)
def fail_to_draw(desk, door):
    """A page that isn't there is not drawn: the browser's worker says so like any other."""
    capture = asked_for(desk, Route("Gone.", status=410), rendered=True)
    act = lambda: archive.render_page(capture.pk)  # noqa: E731
    after = {**facts(capture, "failed", None, "", ""), "failure": TEXT}
    return Deed(act, capture.page.stream, capture.page.url, behalf=desk.rita, after=after)


@operation("archive.tasks.read_capture", Verb.TEXT_READ, TASK)
def read_a_copy(desk, door):
    capture = asked_for(desk, Route(STORY))
    workshop.run(capture.pk)
    act = lambda: archive.read_capture(capture.pk)  # noqa: E731
    after = {"capture": capture.pk, "title": "Two captured", "words": NUMBER}
    return Deed(act, capture.page.stream, capture.page.url, behalf=desk.rita, after=after)


@operation("archive.actions.captures.request_capture", Verb.CAPTURE_REQUESTED, COMMAND)
def ask_for_a_copy_at_the_machine(desk, door):
    deed = copy_at_the_machine(desk, door)
    deed.after, deed.others = {"capture": NUMBER}, ["capture_stored", "text_read"]
    return deed


@operation("archive.management.commands.capture", Verb.CAPTURE_STORED, COMMAND)
def copy_at_the_machine(desk, door):
    where = desk.site({"/story": Route(STORY)})
    url = f"http://{where}/story"
    page = register_page(url)
    after = {"capture": NUMBER, "state": "stored", "attempt": 1, "http_status": 200, "final_url": url}
    after |= {"body_sha256": DIGEST, "record_sha256": DIGEST}
    others = ["capture_requested", "text_read"]

    def act():
        # Nobody else has taken the row: where it fails, there is no other worker to wait for.
        with mock.patch.object(command, "ANOTHER_WORKER_SECONDS", 0):
            call_command("capture", url, "--json")

    return Deed(act, page.stream, url, after=after, others=others)


def a_watched_page(desk):
    """Copied, read and watched; from now on the site says something else."""
    routes = {"/story": Route(STORY)}
    where = desk.site(routes, ARCHIVE_HOST_PAUSE_SECONDS=0)
    watched = Watched(f"http://{where}/story", desk.rita)
    routes["/story"] = Route(CHANGED)
    Watch.objects.update(next_look_at=timezone.now())
    return watched


@operation("archive.tasks.look", Verb.CAPTURE_REQUESTED, TASK)
def ask_for_a_copy_of_what_changed(desk, door):
    """The clock's wish and nobody's."""
    page = a_watched_page(desk).page
    return Deed(lambda: archive.look(page.pk), page.stream, page.url, after={"capture": NUMBER})


@operation("archive.tasks.look", Verb.DRIFT_FOUND, TASK)
def find_a_page_back(desk, door):
    watched = a_watched_page(desk)
    Watch.objects.update(standing=Watch.Standing.GONE)
    page, before = watched.page, {"capture": watched.watch.baseline_id}
    after, others = {"drift": NUMBER, "finding": TEXT}, ["capture_requested"]
    act = lambda: archive.look(page.pk)  # noqa: E731
    return Deed(act, page.stream, page.url, before=before, after=after, others=others)


@operation("archive.tasks.compare", Verb.DRIFT_FOUND, TASK)
def find_a_page_changed(desk, door):
    """In a copy that Ada asked for."""
    watched = a_watched_page(desk)
    before = {"capture": watched.watch.baseline_id}
    Capture.objects.update(requested_at=timezone.now() - timedelta(hours=1))
    capture = request_capture(watched.page, by=desk.ada)
    workshop.run(capture.pk)
    reader.run(capture.pk)
    act = lambda: archive.compare(capture.pk)  # noqa: E731
    after = {"drift": NUMBER, "finding": TEXT, "capture": capture.pk}
    page = watched.page
    return Deed(act, page.stream, page.url, behalf=desk.ada, before=before, after=after)


@operation("sources.actions.sources.learn_from_capture", Verb.SOURCE_READ, TASK)
def learn_from_a_copy(desk, door):
    citation = make_citation(make_claim(desk.rita), desk.rita)
    capture = make_capture(citation.source.page, requested_by=desk.rita)
    make_extract(capture, title="Another", site_name="The Paper", byline="A. Writer")
    source, act = citation.source, lambda: sources.learn(capture.pk)
    before = {"outlet": "", "byline": ""}
    after = {"outlet": "The Paper", "byline": "A. Writer", "changed": "outlet, byline"}
    others = ["party_registered"]
    return Deed(act, source.stream, source.title, behalf=desk.rita, before=before, after=after, others=others)


@operation("sources.actions.suggestions.suggest_from_capture", Verb.ATTRIBUTION_SUGGESTED, TASK)
def suggest_from_a_copy(desk, door):
    citation = make_citation(make_claim(desk.rita), desk.rita, outlet="The Paper", credit_line="Nowhere Press")
    capture = make_capture(citation.source.page, requested_by=desk.rita)
    make_extract(capture, "A soldier was seen on a bridge.\n" * 30, credit_line="AFP")
    source = citation.source
    source.learned_from, source.credit_line = capture, "AFP"
    source.save(update_fields=["learned_from", "credit_line"])
    Sifting.objects.create(capture=capture)
    act = lambda: sources.suggest(capture.pk)  # noqa: E731
    target = f"The Paper: {source.title} republishes AFP"
    return Deed(act, source.stream, target, behalf=desk.rita, after={"attribution": NUMBER, "found_by": TEXT})


def with_words(desk, words):
    citation = make_citation(make_claim(desk.rita), desk.rita, quote=words)
    Capture.objects.filter(pk=citation.capture_id).update(requested_by=desk.rita)
    make_extract(citation.capture, "It said no more.")
    return citation


def looked_for(desk, words):
    citation = with_words(desk, words)
    told = {"citation": citation.pk, "source": citation.source.called}
    act = lambda: claims.reconsider_citing(citation.capture_id)  # noqa: E731
    after = {**told, "quote": words, "capture": citation.capture_id}
    return Deed(act, citation.claim.stream, STATEMENT, behalf=desk.rita, before=told, after=after)


@operation("claims.actions.quotes.find_words", Verb.QUOTE_FOUND, TASK)
def find_cited_words(desk, door):
    return looked_for(desk, "no more")


@operation("claims.actions.quotes.find_words", Verb.QUOTE_NOT_FOUND, TASK)
def miss_cited_words(desk, door):
    return looked_for(desk, "Three men were taken")


@operation("claims.actions.citations.adopt_copy", Verb.COPY_ADOPTED, TASK)
def adopt_a_copy(desk, door):
    """Ada asked for the copy that Rita's citation waited for."""
    citation = make_citation(make_claim(desk.rita), desk.rita, state="failed", code="http_404")
    capture = make_capture(citation.source.page, requested_by=desk.ada)
    act = lambda: claims.reconsider_citing(capture.pk)  # noqa: E731
    before = {"citation": citation.pk, "capture": citation.capture_id}
    after = {"source": citation.source.called, "capture": capture.pk, "method": "fetched"}
    return Deed(act, citation.claim.stream, STATEMENT, behalf=desk.ada, before=before, after=after)


def a_verdict(desk):
    claim = make_claim(desk.rita)
    citations = make_two_lines(claim, desk.rita)
    corroborate(claim, desk.ada)
    claim.refresh_from_db()
    return claim, citations


@operation("claims.actions.spreading.carry", Verb.CLAIM_FLAGGED, TASK)
def carry_news_to_a_linked_claim(desk, door):
    """Ben took a verdict back; the worker tells the claim that it was part of, on his behalf."""
    claim, _ = a_verdict(desk)
    whole = make_claim(desk.rita, "A battle was fought.")
    link_claims(claim, ClaimLink.Kind.PART_OF, whole, by=desk.rita)
    claim.refresh_from_db()
    reopen(claim, by=desk.ben, reason="It was another.", expected_version=claim.version)
    act = lambda: carry_on(Cause.objects.get().pk)  # noqa: E731
    after = {"missing": Some(str, ".*Two North Korean soldiers.*")}
    return Deed(act, whole.stream, whole.statement, behalf=desk.ben, after=after)


@operation("claims.actions.citations.reconsider", Verb.CLAIM_FLAGGED, TASK)
def reconsider_a_verdict(desk, door):
    """A copy that Ada asked for brings a credit line that two sources share: they are one line now."""
    claim, (first, _) = a_verdict(desk)
    capture = make_capture(first.source.page, requested_by=desk.ada)
    make_extract(capture, credit_line="Yonhap")
    sources.learn(capture.pk)
    act = lambda: claims.reconsider_citing(capture.pk)  # noqa: E731
    return Deed(act, claim.stream, STATEMENT, behalf=desk.ada, before=SETTLED, after=IN_REVIEW)


@operation("claims.actions.attributions.hear_of", Verb.CLAIM_FLAGGED, TASK)
def hear_of_a_suggestion(desk, door):
    claim, (first, second) = a_verdict(desk)
    suggest_attribution(first.source, "republishes", second.source, found_by="text_overlap", grounds={})
    return Deed(lambda: claims.sweep(), claim.stream, STATEMENT, before=SETTLED, after=IN_REVIEW)


@operation("claims.actions.attributions.hear_of_party", Verb.CLAIM_FLAGGED, TASK)
def hear_of_an_agency(desk, door):
    """Sofia lists the one origin of a verdict as another name of the other."""
    claim, (first, _) = a_verdict(desk)
    yonhap = Agency.objects.get(party__name="Yonhap")
    edit_agency(yonhap, by=desk.sofia, spellings=[*yonhap.spellings, first.source.outlet.name])
    return Deed(lambda: claims.sweep(), claim.stream, STATEMENT, before=SETTLED, after=IN_REVIEW)


@operation("claims.actions.claims.verify_again", Verb.VERIFY_AGAIN, TASK)
def send_an_old_verdict_back(desk, door):
    claim, _ = a_verdict(desk)
    edit_policy(by=desk.sofia, reason="News grows old.", expected_version=1, shelf_life_days=90)
    Claim.objects.update(verified_at=timezone.now() - timedelta(days=91))
    before, after = {"stage": "settled"}, {"days": 90, "stage": "in_review"}
    return Deed(lambda: claims.sweep(), claim.stream, STATEMENT, before=before, after=after)


@operation("audit.tasks.verify_for", Verb.TRAIL_VERIFIED, TASK, commits=True)
def verify_the_trail(desk, door):
    asked = ask_to_verify(by=desk.aziz)
    after = {"result": "intact", "entries": NUMBER, "size": 0, "root": ""}
    act = lambda: audit.verify_for(asked.pk)  # noqa: E731
    return Deed(act, "trail", "the trail", behalf=desk.aziz, after=after)


@operation("accounts.actions.record_new_password", Verb.PERSON_CHANGED, COMMAND)
def change_a_password_at_the_machine(desk, door):
    tom = make_person("tom", "reporter")

    def act():
        with pytest.MonkeyPatch.context() as terminal:
            terminal.setattr("getpass.getpass", lambda prompt: NEW)
            call_command("changepassword", "tom", verbosity=0)

    return Deed(act, stream_of(tom), "Tom", after={"changed": "password"})
