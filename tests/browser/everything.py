"""A desk that has one of each thing, and the address of every page on it, by the name of its view.

What is on it is what could break a page: long words, failures, verdicts, withdrawals, markup in other people's text.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.saved import save_view
from apps.archive.models import Capture, Drift, Look, Page, Watch
from apps.audit.models import Entry
from apps.audit.sealing.sealer import seal
from apps.claims import actions
from apps.claims.models import Citation, Claim
from apps.claims.quotes import Picked
from apps.claims.states import Stance, State
from apps.desk.urls import urlpatterns
from apps.desk.views.captures import VIEWS
from apps.search.catching_up import catch_up
from apps.search.models import Kind
from apps.sources.actions import suggest_attribution
from apps.sources.models import Party
from apps.teamwork.actions import post_comment, withdraw_comment
from apps.teamwork.models import Comment, Delivery, Presence
from apps.teamwork.telling import tell
from tests.archive.recorded import PNG, store_page
from tests.newsroom import (
    ask,
    corroborate,
    make_capture,
    make_citation,
    make_claim,
    make_confidential,
    make_editor,
    make_extract,
    make_figure,
    make_interview,
    make_knowledge,
    make_person,
    make_story,
    make_two_lines,
)

LONG = "https://news.example.org/" + "a-very-long-path-without-any-break" * 12
WORD = "Donaudampfschifffahrtsgesellschaft" * 4
GIVEN = {"IntConverter": 1, "StringConverter": "csv", "SlugConverter": "trail", "UUIDConverter": uuid4()}
# What a view answers that is no page of its own: files, parts of pages, and ways on to other pages.
NO_PAGES = frozenset(
    [
        "attempt_record",
        "capture_document",
        "capture_record",
        "capture_recording",
        "capture_wacz",
        "claim_evidence",
        "claim_live",
        "claim_similar",
        "claim_wacz",
        "entry_body",
        "entry_proof",
        "health",
        "notices_count",
        "page_compare",
        "story_dossier_pdf",
        "trail_export",
    ]
)


def answering(client: Client) -> set[str]:
    """The name of every view of the desk that answers GET, asked as whoever is signed in."""
    return {pattern.name for pattern in urlpatterns if _is_read(client, pattern)}


def _is_read(client: Client, pattern: Any) -> bool:
    given = {name: GIVEN[type(converter).__name__] for name, converter in pattern.pattern.converters.items()}
    answer = client.generic("TRACE", reverse(f"desk:{pattern.name}", kwargs=given))
    return answer.status_code != 405 or "GET" in answer.headers["Allow"]


def everything() -> dict[str, list[str]]:
    """The addresses of each view's pages, for Sofia, who may see all of them."""
    sofia = make_person("sofia", "standards_editor", "administrator")
    story = make_story(sofia, "North Korean troops in Kursk")
    claim = make_claim(sofia, f"Ukraine captured two soldiers. {WORD}", story=story)
    return {
        **_of_the_claim(claim, sofia),
        **_of_a_request(sofia),
        **_of_what_is_confidential(sofia),
        **_of_what_is_looked_for(),
        "home": [reverse("desk:home")],
        "claim_open": [reverse("desk:claim_open")],
        **_of_the_queue(sofia),
        "stories": [reverse("desk:stories")],
        "story_open": [reverse("desk:story_open")],
        "story": [reverse("desk:story", args=[story.pk])],
        "story_dossier": [reverse("desk:story_dossier", args=[story.pk])],
        "story_edit": [reverse("desk:story_edit", args=[story.pk])],
        **{
            name: [reverse(f"desk:{name}")]
            for name in (
                "suggestions",
                "flags",
                "replies_due",
                "corrections",
                "policy",
                "policy_edit",
                "needs_a_person",
                "archive_health",
                "drifts",
                "trail",
                "verifications",
                "notices",
                "notices_settings",
                "keys",
                "style",
            )
        },
    }


def _at(pages: dict[str, Any]) -> dict[str, list[str]]:
    """Addresses by the names of their views, each given the arguments of its address."""
    return {
        name: [reverse(f"desk:{name}", args=given if isinstance(given, list) else [given])]
        for name, given in pages.items()
    }


def _of_the_claim(claim: Claim, sofia: User) -> dict[str, list[str]]:
    for citation in make_two_lines(claim, sofia):
        make_extract(citation.capture, "A paragraph. " * 80, title="Two captured")
    failed = make_citation(claim, sofia, state=Capture.State.FAILED, code="http_403", url=LONG, quote="Word " * 60)
    corroborate(claim, sofia, "Two bodies know. " * 20)
    dispute = make_citation(claim, sofia, outlet="TASS", stance=Stance.DISPUTES)
    actions.withdraw_citation(failed, by=sofia, reason="It can't be copied.")
    make_citation(claim, sofia, state=Capture.State.BLOCKED, code="blocked_address", url=f"{LONG}/2")
    make_interview(claim, sofia)
    known = make_knowledge(claim, sofia)
    remark = _remarks(claim, sofia)
    figure = make_figure(claim, sofia, "more than 1,000", WORD)
    make_figure(claim, sofia, measure="killed or wounded")
    first = claim.citations.order_by("pk").first()
    before, after = _copies(first, claim, sofia)
    edges = _edges(first, failed, before, sofia)
    ruled = {"by": sofia, "reason": "They were met. " * 20, "expected_version": Claim.objects.get(pk=claim.pk).version}
    ruling = actions.rule_apart(claim, edges["nis"], first.source, **ruled)
    seal()
    entry = Entry.objects.filter(stream=claim.stream).order_by("seq").first()
    of_claim = [
        "claim", "claim_edit", "claim_assign", "claim_stage", "claim_link", "claim_ask", "claim_caveat", "claim_use",
        "claim_confide", "claim_dispute", "claim_reopen", "claim_override", "claim_cite", "claim_cite_document",
        "claim_cite_interview", "claim_rule_apart", "claim_figure", "claim_verify",
    ]  # fmt: skip
    found = _at(
        {
            **dict.fromkeys(of_claim, claim.pk),
            "ruling_withdraw": ruling.pk,
            "citation_edit": first.pk,
            "citation_stance": first.pk,
            "citation_grade": first.pk,
            "citation_withdraw": first.pk,
            "citation_answer": dispute.pk,
            "party_grade": edges["nis"].pk,
            "claim_comment": claim.pk,
            "comment_edit": remark.pk,
            "comment_withdraw": remark.pk,
            "figure_edit": figure.pk,
            "figure_withdraw": figure.pk,
            "source_correct": first.source_id,
            "source_attribute": first.source_id,
            "source_reject_credit": first.source_id,
            "attribution_confirm": edges["suggested"].pk,
            "attribution_reject": edges["suggested"].pk,
            "attribution_withdraw": edges["entered"].pk,
            "capture_cite": before.pk,
            "capture_diff": [before.pk, after.pk],
            "capture_let_go": failed.capture_id,
            "page_upload": failed.source.page_id,
            "flag_clear": known["flag"].pk,
            "link_withdraw": known["link"].pk,
            "reply_settle": known["reply"].pk,
            "caveat_withdraw": known["caveat"].pk,
            "correction_settle": known["correction"].pk,
            "use_withdraw": known["use"].pk,
            "entry": entry.pk if entry else 0,
            "entry_erase": entry.pk if entry else 0,
        }
    )
    copy = reverse("desk:capture", args=[before.pk])
    found["capture"] = [f"{copy}?view={view}" for view in VIEWS] + [
        reverse("desk:capture", args=[after.pk]) + "?view=page",
        reverse("desk:capture", args=[failed.capture_id]),
    ]
    found["source"] = [reverse("desk:source", args=[one]) for one in (first.source_id, failed.source_id)]
    return found


def _of_the_queue(sofia: User) -> dict[str, list[str]]:
    """The queue with filters and a saved view, as a table and as a board, and many claims at once."""
    late = make_claim(sofia, f"A late one: {WORD}", due=timezone.now(), assignee=sofia)
    free = make_claim(sofia, "Nobody's.")
    save_view("queue", WORD[:70], "stage=open", by=sofia, is_shared=True)
    queue, asked = reverse("desk:queue"), f"claim={late.pk}.{late.version}&claim={free.pk}.0"
    return {
        "queue": [queue, f"{queue}?text=nothing+like+it", f"{queue}?stage=open&selected=page", f"{queue}?view=board"],
        "view_save": [f"{reverse('desk:view_save', args=['queue'])}?query=stage%3Dopen"],
        "claims_assign": [f"{reverse('desk:claims_assign')}?{asked}&assignee={sofia.pk}"],
        "claims_stage": [f"{reverse('desk:claims_stage')}?{asked}&stage=settled"],
    }


def _remarks(claim: Claim, sofia: User) -> Comment:
    """What is said of the claim, by whom else looks at it, and what Sofia is told and was not sent."""
    finn = make_editor("finn")
    withdrawn = post_comment(claim, "A word too many.", by=sofia)
    withdraw_comment(withdrawn, by=sofia, expected_version=1)
    for text in (f"@sofia {LONG} {WORD}", "Seen.\n\n<b>Twice</b>, @nobody."):
        post_comment(claim, text, by=finn)
    Presence.objects.create(claim=claim, person=finn)
    seal()
    tell()
    failure = f"The mail server said: 550 {WORD}"
    Delivery.objects.create(person=sofia, failed_at=timezone.now(), failure=failure)
    return post_comment(claim, "Mine.", by=sofia)


def _copies(first: Citation, claim: Claim, sofia: User) -> tuple[Capture, Capture]:
    """Two copies of the first page, a passage of the earlier one, and what its watch has seen."""
    page: Page = first.source.page
    before = store_page(page, f"<p>{LONG}</p><table width=3000><tr><td>Wide</table>", screenshot=PNG)
    after = store_page(page, b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    text = f"{LONG}\nTwo men were captured.\n" + "A paragraph. \n" * 40
    make_extract(before, text, title="Two captured", byline="Ann")
    make_extract(after, f"{LONG}{text.replace('Two', 'Three')}", title="Three" * 30)
    actions.pick_passage(first, by=sofia, picked=Picked(before, "Two men were captured."))
    Watch.objects.create(page=page, next_look_at=timezone.now(), compared=first.capture)
    Look.objects.create(page=page, outcome="failed", code="http_5xx", detail="x" * 400)
    facts = {"page": page, "before": first.capture}
    Drift.objects.create(kind="changed", share=0.3, after=make_capture(page), **facts)
    Drift.objects.create(kind="moved", detail=LONG, **facts)
    return before, after


def _edges(first: Citation, failed: Citation, before: Capture, sofia: User) -> dict[str, Any]:
    """What the first source rests on: one thing suggested, two entered."""
    shared = {"containment": 0.9, "similarity": 0.5, "shared": [{"here": LONG, "there": "A passage. " * 30}]}
    suggested = suggest_attribution(
        first.source, "republishes", failed.source, found_by="text_overlap", grounds=shared, capture=before
    )
    nis = Party.objects.create(name="NIS", kind="body")
    somebody = Party.objects.create(name=f"a source in the {WORD}", is_named=False)
    entered = [actions.attribute(first.source, "quotes", one, by=sofia, reason=LONG) for one in (nis, somebody)]
    return {"suggested": suggested, "nis": nis, "entered": entered[1]}


def _of_a_request(sofia: User) -> dict[str, list[str]]:
    """A claim beside the first, for which somebody else asks Sofia to sign."""
    claim = make_claim(sofia, "Ukraine captured one soldier.")
    make_two_lines(claim, sofia)
    asked = ask(claim, State.CORROBORATED, make_editor("eva"))
    mine = make_claim(sofia, "Ukraine captured three soldiers.")
    make_two_lines(mine, sofia)
    own = ask(mine, State.CORROBORATED, sofia)
    found = _at({"request_sign": asked.pk, "request_refuse": asked.pk, "request_withdraw": own.pk})
    undecided = make_claim(sofia, "Ukraine captured four soldiers.")
    make_two_lines(undecided, sofia)
    found |= _at({"claim_corroborate": undecided.pk})
    return found


def _of_what_is_confidential(sofia: User) -> dict[str, list[str]]:
    cited = make_confidential(make_claim(sofia, "A ministry knows."), sofia)
    found = _at({"confidential": cited.source.key, "confidential_people": cited.source.key})
    return {**found, "confidentials": [reverse("desk:confidentials")]}


def _of_what_is_looked_for() -> dict[str, list[str]]:
    """Hits of each kind, and none; and what quick add says of pages that the desk has and of an address that it refuses."""
    catch_up()
    search, known = reverse("desk:search"), Citation.objects.live().exclude(source__page__url__contains="urn:").first()
    brought = urlencode(
        {"url": known.source.page.url if known else "", "text": f"Ukraine captured one {LONG} http://10.0.0.1/"}
    )
    return {
        "search": [
            search,
            *(f"{search}?q=captured+-nightjar&in={kind}" for kind in Kind),
            f"{search}?q={WORD}+nightjar",
        ],
        "add": [reverse("desk:add"), f"{reverse('desk:add')}?{brought}"],
        "bookmarklet": [reverse("desk:bookmarklet")],
    }
