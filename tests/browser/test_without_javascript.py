"""The desk's flows beside its twelve journeys, by keys alone and without JavaScript, from the page where each begins."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import SavedView
from apps.audit.models import Entry
from apps.claims.models import (
    Caveat,
    Citation,
    Claim,
    ClaimLink,
    Figure,
    ReplyRequest,
    Use,
)
from apps.sources.models import Attribution, ConfidentialSource
from apps.teamwork.models import Comment
from tests.browser.by_keys import choose, press, reach, write, write_moment
from tests.newsroom import (
    corroborate,
    make_claim,
    make_editor,
    make_person,
    make_reporter,
    make_story,
    make_two_lines,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def rita():
    return make_reporter()


@pytest.fixture
def claim(ada, rita):
    claim = make_claim(ada, "Two were captured.", story=make_story(ada))
    make_two_lines(claim, ada)
    return claim


@pytest.fixture
def page(somebody, ada, claim):
    """Ada's, at the claim."""
    page = somebody("ada", java_script_enabled=False).page
    page.goto(reverse("desk:claim", args=[claim.pk]))
    return page


def follow(what):
    """Press what leads to another page, and be there."""
    with what.page.expect_navigation():
        press(what)


def button(page, name):
    follow(page.locator("main").get_by_role("button", name=name, exact=True))


def link(page, name, within="main"):
    follow(page.locator(within).get_by_role("link", name=name).first)


def said(page, words):
    """The desk has taken it, and says so."""
    expect(page.locator("main .notices")).to_contain_text(words)


def test_the_queue_is_narrowed_and_the_view_saved_used_and_removed(page, ada):
    make_claim(ada, "The papers were false.")
    link(page, "Queue", ".masthead")
    filters = page.get_by_role("search", name="Claims")
    write(filters.get_by_label("Words"), "papers")
    choose(filters.get_by_label("Stage"), "Inbox")
    follow(filters.get_by_role("button", name="Show"))
    rows = page.locator(".claims tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("The papers were false.")
    press(page.locator("summary", has_text="Save this view"))
    write(page.get_by_label("Name", exact=True), "Papers")
    press(page.get_by_label("For everybody"))
    button(page, "Save view")
    view = SavedView.objects.get()
    assert (view.name, view.is_shared, view.owner) == ("Papers", True, ada)
    link(page, "Clear all")
    expect(rows).to_have_count(2)
    link(page, "Papers", ".saved-views")
    expect(rows).to_have_count(1)
    link(page, re.compile("Remove the filter Words"))
    expect(page).to_have_url(re.compile(r"\?stage=inbox$"))
    button(page, "Remove the view Papers")
    assert not SavedView.objects.exists()


def test_many_claims_are_given_to_somebody_after_a_look_at_what_changes(page, ada, rita):
    make_claim(ada, "The papers were false.")
    make_claim(ada, "Hers already.", assignee=rita)
    link(page, "Queue", ".masthead")
    link(page, re.compile("^Tick"))
    expect(page.locator(".cell-tick input:checked")).to_have_count(3)
    press(page.get_by_label("Tick claim").last)
    choose(page.get_by_label("Give the ticked claims to"), "Rita")
    button(page, "Assign…")
    expect(page.get_by_role("region", name="These change")).to_contain_text("The papers were false.")
    expect(page.get_by_role("region", name="These stay as they are")).to_contain_text("Hers already.")
    button(page, "Give to Rita")
    said(page, "1 claim changed")
    assert set(Claim.objects.filter(assignee=rita).values_list("statement", flat=True)) == {
        "The papers were false.",
        "Hers already.",
    }


def test_a_claim_is_edited_given_staged_and_watched(page, claim, rita):
    link(page, "Edit", "#claim-header")
    write(page.get_by_label("Who claims it"), "Kyiv")
    write_moment(page.get_by_label("Due"), "2031-02-03T04:05")
    button(page, "Save")
    choose(page.get_by_label("Assigned to"), "Rita")
    button(page, "Assign")
    choose(page.locator("#work").get_by_label("Stage"), "In review")
    button(page, "Set stage")
    button(page, "Watch this claim")
    expect(page.get_by_role("button", name="Stop watching")).to_be_visible()
    claim.refresh_from_db()
    assert (claim.claimant.name, claim.assignee, claim.stage, claim.due.year) == ("Kyiv", rita, "in_review", 2031)


def test_a_comment_tells_somebody_is_edited_and_withdrawn(page, rita):
    write(page.get_by_label("Comment", exact=True), "Who has the video?")
    press(page.locator("summary", has_text="Tell somebody of it"))
    write(page.get_by_label(re.compile("^Tell somebody")), "rita")
    button(page, "Comment")
    expect(page.locator("#comment-list")).to_contain_text("Who has the video?")
    assert Comment.objects.get().text == "@rita Who has the video?"
    link(page, "Edit your comment", "#comment-list")
    write(page.locator("main").get_by_role("textbox").first, "Who has the picture?")
    button(page, "Save it")
    expect(page.locator("#comment-list")).to_contain_text("Who has the picture?")
    link(page, "Withdraw your comment", "#comment-list")
    button(page, "Withdraw it")
    expect(page.locator("#comment-list")).not_to_contain_text("Who has the picture?")


def test_how_one_is_told_is_chosen(page, ada):
    link(page, "Notices", ".masthead")
    link(page, "How you are told")
    press(page.get_by_role("group", name="By e-mail").get_by_role("radio").last)
    choose(page.get_by_label("The daily e-mail comes at"), "09:00")
    write(page.get_by_label("Your time zone"), "Europe/Berlin")
    button(page, "Keep it so")
    expect(page.get_by_label("Your time zone")).to_have_value("Europe/Berlin")
    expect(page.locator("main")).to_contain_text("CET")


def test_a_figure_is_recorded_as_understood_edited_and_withdrawn(page):
    link(page, "Record a figure")
    write(page.get_by_label("The number, as it is said"), "nearly 3,000")
    write(page.get_by_label("What is counted"), "killed")
    write(page.get_by_label("Unit"), "soldiers")
    press(page.locator("summary", has_text="A new measure"))
    choose(page.get_by_label("How a new measure counts"), "A level: it goes up and down")
    write(page.get_by_label("Who says so"), "Kyiv")
    write_moment(page.get_by_label("As of"), "2024-12-23")
    button(page, "Record")
    expect(page.locator(".understood")).to_contain_text("nearly 3,000")
    button(page, "Yes, record it")
    figure = Figure.objects.get()
    assert (figure.quantity.words, str(figure.as_of_first), figure.measure.counting) == (
        "nearly 3,000",
        "2024-12-23",
        "level",
    )
    link(page, re.compile("^Edit"), "#figures")
    write(page.get_by_label("Who says so"), "Seoul")
    button(page, "Save")
    expect(page.locator("#figures")).to_contain_text("Seoul")
    link(page, re.compile("^Withdraw"), "#figures")
    write(page.get_by_label("Reason"), "It was another matter.")
    button(page, "Withdraw")
    figure.refresh_from_db()
    assert figure.withdrawn_because == "It was another matter."


def test_limits_links_and_uses_of_a_claim_are_recorded(page, claim, ada):
    other = make_claim(ada, "One was captured.")
    link(page, "Record a caveat")
    choose(page.get_by_label("The limit"), "Rests on a translation")
    write(page.get_by_label("In words"), "Nobody here reads Korean.")
    button(page, "Record it")
    expect(page.locator("#caveats")).to_contain_text("Nobody here reads Korean.")
    link(page, "No longer holds", "#caveats")
    write(page.get_by_label("Reason"), "Somebody does.")
    button(page, "Withdraw it")
    caveat = Caveat.objects.get()
    assert (caveat.kind, caveat.withdrawn_because) == ("translation", "Somebody does.")
    link(page, "Link to another claim", "#links")
    press(page.get_by_role("radio", name="contradicts"))
    write(page.get_by_label("Claim number"), str(other.pk))
    button(page, "Link")
    expect(page.locator("#links")).to_contain_text("One was captured.")
    made = ClaimLink.objects.get()
    assert (made.kind, made.from_claim, made.to_claim) == ("contradicts", claim, other)
    link(page, "A story relies on it", "#uses")
    write(page.get_by_label("Headline"), "Two captured in Kursk")
    write(page.get_by_label("Address of the story"), "https://paper.example.com/1")
    write_moment(page.get_by_label("Published"), "2024-12-27T10:00")
    button(page, "Note it")
    expect(page.locator("#uses")).to_contain_text("Two captured in Kursk")
    assert Use.objects.get().claim == claim


def test_a_party_is_asked_for_its_side_and_answers(page):
    link(page, "Note that somebody was asked", "#replies")
    write(page.get_by_label("Who was asked"), "Moscow")
    write(page.get_by_label("The question"), "Was a soldier captured?")
    choose(page.get_by_label("How", exact=True), "Telephone")
    write_moment(page.get_by_label("Answer due"), "2031-02-03T04:05")
    button(page, "Note it")
    expect(page.locator("#replies")).to_contain_text("Moscow")
    link(page, "What came of it", "#replies")
    press(page.get_by_role("radio", name="Answered"))
    write(page.get_by_label("What they said"), "No.")
    button(page, "Note it")
    expect(page.locator("#replies")).to_contain_text("No.")
    asked = ReplyRequest.objects.get()
    assert (asked.outcome, asked.answer, asked.channel) == ("answered", "No.", "phone")


def test_a_document_is_handed_in_and_what_somebody_said_is_noted(page, claim):
    link(page, "a document or a picture")
    file = page.get_by_label("File", exact=True)
    reach(file)
    file.set_input_files({"name": "order.txt", "mimeType": "text/plain", "buffer": b"An order of the day."})
    write(page.get_by_label("Title"), "An order of the day")
    write(page.get_by_label("Who made it"), "The General Staff")
    write(page.get_by_label("Where it comes from"), "Handed to Ada in Kyiv.")
    press(page.get_by_role("radio", name="disputes"))
    button(page, "Cite")
    expect(page.locator("#evidence")).to_contain_text("An order of the day")
    link(page, "what somebody told the desk")
    write(page.get_by_label("With whom"), "Captain Lee")
    write_moment(page.get_by_label("When"), "2024-12-27T10:00")
    write(page.get_by_label("Notes, or a transcript"), "He saw two.")
    button(page, "Cite")
    expect(page.locator("#evidence")).to_contain_text("Captain Lee")
    assert Citation.objects.filter(claim=claim).count() == 4


def test_facts_of_a_source_are_corrected_and_it_is_said_where_it_has_it_from(page, claim, ada):
    source = claim.citations.earliest("pk").source
    follow(page.locator("#evidence .citation-title a").first)
    link(page, "Correct the facts")
    write(page.get_by_label("Headline"), "Two prisoners of war")
    write(page.get_by_label("Byline"), "Ann Author")
    button(page, "Save")
    expect(page.locator("h1")).to_have_text("Two prisoners of war")
    link(page, "Say where it has it from")
    choose(page.get_by_label("It", exact=True), "rests on")
    write(page.get_by_label("Who, by name"), "NIS")
    choose(page.get_by_label("What they are, if the desk doesn't know them"), "Public body")
    write(page.get_by_label("Reason"), "It says so.")
    button(page, "Enter")
    expect(page.locator("main")).to_contain_text("NIS")
    source.refresh_from_db()
    assert (source.title, source.byline) == ("Two prisoners of war", "Ann Author")
    assert Attribution.objects.get().entered_by == ada


def test_a_citation_is_judged_anew_edited_and_withdrawn(page, claim):
    citation = claim.citations.earliest("pk")
    row = f"#citation-{citation.pk}"
    press(page.locator(f"{row} details.judge summary"))
    link(page, "Supports, disputes or context?", row)
    press(page.get_by_role("radio", name="disputes"))
    write(page.get_by_label("Reason"), "It says the opposite.")
    button(page, "Change it")
    expect(page.locator(".stance-disputes")).to_contain_text("Security Service of Ukraine")
    link(page, re.compile("^Edit the citation"), row)
    write(page.get_by_label("Note for colleagues"), "See line 3.")
    button(page, "Save")
    expect(page.locator(row)).to_contain_text("See line 3.")
    link(page, "Withdraw", row)
    write(page.get_by_label("Reason"), "It was taken down.")
    button(page, "Withdraw")
    citation.refresh_from_db()
    assert (citation.stance, citation.note, citation.withdrawn_because) == (
        "disputes",
        "See line 3.",
        "It was taken down.",
    )


def test_a_request_is_refused_and_a_verdict_taken_back(page, somebody, claim, ada):
    make_editor("ben")
    write(page.locator("#moves").get_by_label("Reason").first, "Two bodies know.")
    button(page, "Ask to mark corroborated")
    second = somebody("ben", java_script_enabled=False).page
    second.goto(reverse("desk:claim", args=[claim.pk]))
    press(second.locator("summary", has_text="Refuse it"))
    write(second.locator("#asked").get_by_label("Reason"), "One rests on the other.")
    button(second, "Refuse")
    expect(second.locator("#ended")).to_contain_text("One rests on the other.")
    corroborate(claim, ada)
    page.reload()
    write(page.locator("#card-unverified").get_by_label("Reason"), "A new source.")
    follow(page.locator("#move-unverified-submit"))
    claim.refresh_from_db()
    assert claim.state == "unverified"


def test_words_are_erased_from_the_trail(somebody, claim):
    make_person("mia", "administrator", "standards_editor")
    page = somebody("mia", java_script_enabled=False).page
    page.goto(reverse("desk:claim", args=[claim.pk]))
    link(page, re.compile("^Entry"), "#timeline")
    link(page, "Erase words")
    press(page.get_by_role("checkbox").first)
    write(page.get_by_label("Reason"), "The law asks for it.")
    button(page, "Erase for good")
    expect(page.locator("main")).to_contain_text("Words of this line were erased.")
    assert Entry.objects.filter(verb="entry_erased").exists()


def test_a_confidential_source_is_kept_shared_and_taken_off(page, ada, rita):
    link(page, "Hold a confidential source against it")
    write(page.get_by_label("What to call it"), "A captain")
    write(page.get_by_label("Who it is"), "Captain Lee")
    press(page.get_by_role("radio", name="supports"))
    write(page.get_by_label("What it says"), "He saw two.")
    button(page, "Keep it")
    said(page, "Kept. Only those named on it can see it.")
    source = ConfidentialSource.objects.visible_to(ada).get()
    page.goto(reverse("desk:confidential", args=[source.key]))
    link(page, "Change who is named")
    press(page.get_by_role("checkbox", name="Rita"))
    button(page, "Save")
    said(page, "Changed.")
    page.goto(reverse("desk:confidential", args=[source.key]))
    expect(page.locator("main .facts")).to_contain_text("Ada, Rita")
    button(page, "Take it off this claim")
    expect(page.locator("main")).to_contain_text("taken off")
