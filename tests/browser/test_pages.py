"""Every page at a phone's, a desk's and a wall's width, in both themes; by keyboard; and without a jump."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.saved import save_view
from apps.archive.models import Capture, Drift, Look, Watch
from apps.claims import actions
from apps.claims.models import Claim
from apps.claims.quotes import Picked
from apps.claims.states import Stance
from apps.desk.views.captures import VIEWS
from apps.sources.actions import suggest_attribution
from apps.sources.models import Party
from tests.archive.recorded import PNG, store_page
from tests.archive.servers import Route, site
from tests.newsroom import (
    PASSWORD,
    corroborate,
    make_capture,
    make_citation,
    make_claim,
    make_extract,
    make_figure,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)
from tests.workers import worker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
]
LONG = "https://news.example.org/" + "a-very-long-path-without-any-break" * 12
SHIFTS = """() => { window.shifted = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift'}); }"""


@pytest.fixture
def paths():
    """The pages of a desk with everything on it that could break a page: long words, failures, verdicts, withdrawals."""
    sofia = make_person("sofia", "standards_editor")
    story = make_story(sofia, "North Korean troops in Kursk")
    claim = make_claim(sofia, "Ukraine captured two soldiers. " + "Donaudampfschifffahrtsgesellschaft" * 4, story=story)
    for citation in make_two_lines(claim, sofia):
        make_extract(citation.capture, "A paragraph. " * 80, title="Two captured")
    failed = make_citation(claim, sofia, state=Capture.State.FAILED, code="http_403", url=LONG, quote="Word " * 60)
    corroborate(claim, sofia, "Two bodies know. " * 20)
    dispute = make_citation(claim, sofia, outlet="TASS", stance=Stance.DISPUTES)
    actions.withdraw_citation(failed, by=sofia, reason="It can't be copied.")
    make_citation(claim, sofia, state=Capture.State.BLOCKED, code="blocked_address", url=LONG + "/2")
    source = claim.citations.first().source
    figure = make_figure(claim, sofia, "more than 1,000", "Donaudampfschifffahrtsgesellschaft" * 4)
    make_figure(claim, sofia, measure="killed or wounded")
    before = store_page(source.page, f"<p>{LONG}</p><table width=3000><tr><td>Wide</table>", screenshot=PNG)
    after = store_page(source.page, b"%PDF-1.7\n%%EOF", content_type="application/pdf")
    make_extract(
        before, f"{LONG}\nTwo men were captured.\n" + "A paragraph. \n" * 40, title="Two captured", byline="Ann"
    )
    actions.pick_passage(claim.citations.first(), by=sofia, picked=Picked(before, "Two men were captured."))
    make_extract(after, f"{LONG}{LONG}\nThree men were captured.\n" + "A paragraph. \n" * 40, title="Three" * 30)
    found = {"page": source.page, "before": claim.citations.first().capture}
    Watch.objects.create(page=source.page, next_look_at=timezone.now(), compared=found["before"])
    Look.objects.create(page=source.page, outcome="failed", code="http_5xx", detail="x" * 400)
    Drift.objects.create(kind="changed", share=0.3, after=make_capture(source.page), **found)
    Drift.objects.create(kind="moved", detail=LONG, **found)
    shared = {"containment": 0.9, "similarity": 0.5, "shared": [{"here": LONG, "there": "A passage. " * 30}]}
    suggested = suggest_attribution(
        source, "republishes", failed.source, found_by="text_overlap", grounds=shared, capture=found["before"]
    )
    nis = Party.objects.create(name="NIS", kind="body")
    somebody = Party.objects.create(name="a source in the " + "Verteidigungsministerium" * 4, is_named=False)
    for party in (nis, somebody):
        actions.attribute(source, "quotes", party, by=sofia, reason=LONG)
    ruled = {"by": sofia, "reason": "They were met. " * 20, "expected_version": Claim.objects.get(pk=claim.pk).version}
    save_view("queue", "Donaudampfschifffahrtsgesellschaft" * 2, "stage=open", by=sofia, is_shared=True)
    late = make_claim(sofia, "Kraftfahrzeughaftpflichtversicherung" * 4, due=timezone.now(), assignee=sofia)
    ruling = actions.rule_apart(claim, nis, source, **ruled)
    return [
        reverse("desk:suggestions"),
        reverse("desk:attribution_reject", args=[suggested.pk]),
        reverse("desk:source_attribute", args=[source.pk]),
        reverse("desk:claim_rule_apart", args=[claim.pk]),
        reverse("desk:ruling_withdraw", args=[ruling.pk]),
        reverse("desk:home"),
        reverse("desk:queue"),
        reverse("desk:queue") + "?text=nothing+like+it",
        reverse("desk:queue") + f"?stage=open&due=none&assignee=none&flagged=yes&story={story.pk}&text={'x' * 80}",
        reverse("desk:queue") + "?view=board",
        reverse("desk:claims_assign") + f"?claim={claim.pk}.1&claim={claim.pk}.2&assignee={sofia.pk}",
        reverse("desk:claims_stage") + f"?claim={late.pk}.{late.version}&stage=settled",
        reverse("desk:story_dossier", args=[story.pk]),
        reverse("desk:claim", args=[claim.pk]),
        reverse("desk:claim_open"),
        reverse("desk:claim_edit", args=[claim.pk]),
        reverse("desk:citation_withdraw", args=[claim.citations.first().pk]),
        reverse("desk:citation_edit", args=[claim.citations.first().pk]),
        reverse("desk:claim_figure", args=[claim.pk]),
        reverse("desk:figure_edit", args=[figure.pk]),
        reverse("desk:figure_withdraw", args=[figure.pk]),
        reverse("desk:capture_cite", args=[before.pk]),
        reverse("desk:story", args=[story.pk]),
        reverse("desk:citation_answer", args=[dispute.pk]),
        reverse("desk:policy"),
        reverse("desk:policy_edit"),
        reverse("desk:source", args=[source.pk]),
        reverse("desk:source", args=[failed.source_id]),
        reverse("desk:source_correct", args=[source.pk]),
        *(reverse("desk:capture", args=[before.pk]) + f"?view={view}" for view in VIEWS),
        reverse("desk:capture", args=[after.pk]) + "?view=page",
        reverse("desk:capture", args=[failed.capture_id]),
        reverse("desk:capture_diff", args=[before.pk, after.pk]),
        reverse("desk:page_upload", args=[failed.source.page_id]),
        reverse("desk:stories"),
        reverse("desk:story", args=[story.pk]),
        reverse("desk:story_open"),
        reverse("desk:trail"),
        reverse("desk:needs_a_person"),
        reverse("desk:archive_health"),
        reverse("desk:drifts"),
        reverse("desk:capture_let_go", args=[failed.capture_id]),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_window_or_lacks_a_heading(somebody, paths, scheme):
    page = somebody("sofia", color_scheme=scheme).page
    for path in paths:
        page.goto(path)
        for width in (390, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
        assert page.locator("h1").count() == 1, path
        assert page.locator("main").count() == 1, path
        background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        dark = sum(int(part) for part in background.strip("rgba()").split(",")[:3]) < 384
        assert dark == (scheme == "dark"), (path, background)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_when_a_copy_arrives(somebody, settings, tmp_path, width):
    story = "<html><head><title>Two captured</title></head><body><article><p>Two were captured in Kursk.</p></article></body></html>"
    claim = make_claim(make_reporter())
    with site({"/story": Route(story, delay=2.5)}) as where, worker(tmp_path, ARCHIVE_ALLOW=str(where)):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        page = somebody("rita").page
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(reverse("desk:claim", args=[claim.pk]))
        page.get_by_label("Address of the page").fill(f"http://{where}/story")
        page.get_by_role("button", name="Cite", exact=True).click()
        expect(page.locator('[data-capture-state="queued"], [data-capture-state="fetching"]')).to_be_visible()
        page.wait_for_timeout(600)
        page.evaluate(SHIFTS)
        expect(page.locator('[data-capture-state="stored"]')).to_be_visible(timeout=20_000)
        expect(page.locator("#evidence")).to_contain_text("Two captured", timeout=20_000)
        page.wait_for_timeout(600)
        assert page.evaluate("window.shifted") < 0.05


def test_the_main_job_is_done_by_keyboard_alone(somebody):
    rita = make_reporter()
    make_claim(rita, "The one claim.")
    page = somebody().page
    page.goto("/sign-in/")
    keys = page.keyboard
    reach(page, "id_username")
    keys.type("rita")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(lambda address: address.endswith(reverse("desk:home")) and "sign-in" not in address)
    keys.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#main", "the first stop is the link past the navigation"
    reach_words(page, "The one claim.")
    keys.press("Enter")
    page.wait_for_url("**/claims/*/")
    reach(page, "id_url")
    keys.type("https://news.example.org/story")
    keys.press("Enter")
    expect(page.locator('[data-capture-state="queued"]')).to_be_visible()


def reach(page, name):
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"#{name} can't be reached by Tab")


def reach_words(page, words):
    for _ in range(60):
        if words in page.evaluate("document.activeElement.textContent"):
            visible = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert visible != "none", "the focus can't be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{words}” can't be reached by Tab")
