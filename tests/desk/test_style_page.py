"""The page of the components shows every one of them, with what it can be, and asks the database for none of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.messages import constants
from django.db import connection
from django.template.base import Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from apps.archive.models import Capture, Drift, Look, Watch
from apps.audit.models import Entry
from apps.claims.states import Stage, Stance, State
from apps.desk.templatetags.desk import ICONS
from apps.sources.models import Attribution
from tests.desk.stylesheet import DESK, ROOT, STYLE_PAGE, rules
from tests.newsroom import make_person

pytestmark = pytest.mark.django_db
COMPONENTS = {f"components/{path.name}" for path in (ROOT / "templates/components").glob("*.html")}


@pytest.fixture
def shown(client: Any) -> LexborHTMLParser:
    return look(client)


def look(client: Any, query: str = "") -> LexborHTMLParser:
    client.force_login(make_person("sofia", "standards_editor", "administrator"))
    answer = client.get(reverse("desk:style") + query)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.content.decode())


def words(shown: LexborHTMLParser, selector: str) -> set[str]:
    """What each of these elements says."""
    return {" ".join(node.text().split()) for node in shown.css(selector)}


def test_every_component_puts_something_on_the_page(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, bool] = {}
    render = Template._render

    def telling(template: Template, context: Any) -> Any:
        said = render(template, context)
        told[template.name] = told.get(template.name, False) or bool(said.strip())
        return said

    monkeypatch.setattr(Template, "_render", telling)
    look(client)
    assert len(COMPONENTS) > 25
    assert COMPONENTS - {name for name, says in told.items() if says} == set()


def test_every_colour_of_the_sheet_has_a_swatch_and_every_swatch_a_colour(shown: LexborHTMLParser) -> None:
    tokens = next(rule for rule in rules(DESK.read_text()) if rule.within == ("@layer tokens",))
    colours = {name.removeprefix("--") for name, value in tokens.says if value.startswith("#")}
    assert len(colours) > 20
    assert words(shown, ".swatches li:has(.swatch) code") == colours
    drawn = {classes for node in shown.css(".swatch") for classes in node.attributes["class"].split()} - {"swatch"}
    assert drawn == {f"swatch-{name}" for name in colours}
    says = {rule.prelude: dict(rule.says) for rule in rules(STYLE_PAGE.read_text())}
    assert {name: says[f".swatch-{name}"]["background"] for name in colours} == {
        name: f"var(--{name})" for name in colours
    }


def test_every_icon_is_shown(shown: LexborHTMLParser) -> None:
    named = {node.text() for node in shown.css(".swatches li:has(> .icon) > code")}
    assert named == set(ICONS)
    for name in ICONS:
        assert shown.css_first(f"li > .icon-{name}"), name


def test_every_way_a_button_looks_is_shown_as_it_is_on_its_way_and_as_a_link(shown: LexborHTMLParser) -> None:
    """Each class that the sheet has for a button."""
    styled = {name for rule in rules(DESK.read_text()) for name in rule.classes if name.startswith("button")}
    for name in styled:
        for kind in (f"button.{name}:not([disabled])", f"button.{name}[disabled]", f"a.{name}"):
            assert shown.css_first(f".acts > {kind}"), kind


def test_every_kind_of_field_is_shown_as_it_comes_sent_back_and_resting(shown: LexborHTMLParser) -> None:
    styled = {name for rule in rules(DESK.read_text()) for name in rule.classes if name.startswith("field-")}
    # How fields stand together, and not how one looks.
    kinds = styled - {"field-pair", "field-choices"}
    forms = shown.css("#style-fields + .style-forms > form")
    assert [form.css_first("h3").text() for form in forms] == ["As it comes", "Sent back", "Resting"]
    for form, state in zip(forms, ("", "[aria-invalid=true]", "[disabled]"), strict=True):
        for kind in kinds:
            assert form.css_first(f".{kind}"), kind
        for kind in ("input[type=checkbox]", "input[type=number]", "select", "textarea", "input[type=file]"):
            assert form.css_first(kind + state), kind
    assert len(forms[1].css(".errorlist")) >= 8
    assert all(one.attributes.keys() >= {"disabled"} for one in forms[2].css("input, select, textarea"))


@pytest.mark.parametrize(
    ("selector", "known"),
    [
        (".badge-{}", State.values),
        (".chip-{}", Capture.State.values),
        (".notice-{}", [tag for level, tag in constants.DEFAULT_TAGS.items() if level >= constants.INFO]),
        (".watch .finding-{}", Drift.Kind.values),
        (".entry-{}", Entry.ActorKind.values),
        (".attribution-{}", Attribution.State.values),
        ("[name=stance][value={}]", Stance.values),
        (".badge-{}", ["against"]),
        (".chip-{}", ["by-hand", "drift"]),
    ],
)
def test_every_state_of_a_closed_list_is_shown(shown: LexborHTMLParser, selector: str, known: list[str]) -> None:
    assert [one for one in known if not shown.css_first("main " + selector.format(one))] == []


@pytest.mark.parametrize(
    ("selector", "known"),
    [
        (".claims .cell-stage", [*Stage.labels, "Could not be verified"]),
        (".watch > p", [*Watch.Standing.labels, "Nobody watches this page.", "Not watched since", "The watch begins"]),
        (".watch .changes li", Look.Outcome.labels),
        (".suggestion-says b", Attribution.Relation.labels),
        (
            ".suggestion > .under",
            [Attribution.FoundBy(one).label for one in ("credit_line", "byline", "text_overlap", "stated_origin")],
        ),
        (".saved-views li", ["for everybody", "from Grace"]),
        (".claims .cell-evidence", ["None yet", "1 of 2 lines", "3 lines", "900 citations", "unanswered", "asks:"]),
        (".claims .cell-due", ["No due time", "Overdue"]),
        (
            ".facts dt",
            ["Uploaded by hand", "Handed in", "Provided by", "Says it was fetched", "Says it was saved from"],
        ),
        (
            ".notice",
            ["Intact", "Something was changed", "Changed meanwhile.", "This has changed while you typed.", "left out"],
        ),
        (".empty", ["Nothing is here yet", "Nothing matches"]),
        (".pages", ["Back to the newest", "Older"]),
        (".bulk", ["Assign…", "Take…", "Set stage…", "Tick none", "Tick all"]),
        ("main .unread", ["3 unread", "99+ unread"]),
        (".entry", ["Words of this line were erased.", "Details"]),
        (".card", ["Overdue", "Against the rule", "2 flags", "Grace asks"]),
    ],
)
def test_what_a_component_can_say_is_said(shown: LexborHTMLParser, selector: str, known: list[str]) -> None:
    said = " | ".join(words(shown, selector))
    assert [str(one) for one in known if str(one) not in said] == []


def test_lists_show_where_one_is(shown: LexborHTMLParser) -> None:
    for place in (".archive-tabs[aria-label=Archive]", ".archive-tabs[aria-label=Review]", ".saved-views"):
        assert len(shown.css(f"{place} [aria-current=page]")) == 1, place
        assert len(shown.css(f"{place} a")) > 1, place


def test_what_a_suggestion_rests_on_is_shown_in_each_way_and_with_no_answer_for_whom_may_give_none(
    shown: LexborHTMLParser,
) -> None:
    kinds = (".quote", ".shared", "p b[dir=auto]", "form [aria-invalid=true]")
    for kind in kinds:
        assert shown.css_first(f".suggestion {kind}"), kind
    assert 0 < len(shown.css(".suggestion form")) < len(shown.css(".suggestion"))


def test_the_numbers_of_the_chart_stand_beside_it(shown: LexborHTMLParser) -> None:
    bars = {node.text() for node in shown.css(".chart-bars title")}
    rows = [[cell.text() for cell in row.css("th, td")] for row in shown.css(".charts .figures tbody tr")]
    assert bars == {f"{day}: {number}" for day, number in rows if number != "0"}
    assert len(rows) == 5


def test_what_scripts_put_on_pages_is_shown_as_they_put_it(shown: LexborHTMLParser) -> None:
    """The bar over a draft, and the sheet of keys: the same as on every page."""

    def alike(markup: str) -> str:
        return re.sub(
            r"<time>.*?</time>", "<time></time>", " ".join(re.sub(r">\s+", ">", markup.replace('=""', "")).split())
        )

    source = (ROOT / "templates/base.html").read_text()
    bar = re.search(r'<template id="draft">(.*?)</template>', source, re.DOTALL)
    assert bar
    marked = re.sub(r"{% (?:end)?(?:blocktranslate trimmed|blocktranslate) %}", "", bar[1])
    assert alike(shown.css_first("main .draft").html) == alike(re.sub(r'{% translate "([^"]*)" %}', r"\1", marked))
    sheets = [shown.css_first("#keys form"), shown.css_first("main dialog[open] form")]
    assert len({alike(sheet.html.replace("style-keys-heading", "keys-heading")) for sheet in sheets}) == 1
    assert len(shown.css(".mentions [role=option]")) > len(shown.css(".mentions [aria-selected=true]")) == 1


def test_the_page_can_wait(client: Any) -> None:
    assert not look(client).css_first("[aria-busy]")
    waiting = LexborHTMLParser(client.get(reverse("desk:style") + "?waiting").content.decode())
    assert waiting.css_first("main [aria-busy=true] .button[disabled]")


def test_nothing_shown_is_of_the_database(client: Any) -> None:
    """It asks for what every page asks for: who is signed in, what they may, what waits for them."""
    client.force_login(make_person("sofia", "standards_editor", "administrator"))

    def asked(name: str) -> set[str]:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return {table for query in queries for table in re.findall(r'(?:FROM|JOIN|INTO|UPDATE) "(\w+)"', query["sql"])}

    # Beside that its filters offer stories.
    assert asked("desk:style") - asked("desk:keys") == {"claims_story"}


def test_what_is_sent_from_the_page_leads_nowhere(client: Any, shown: LexborHTMLParser) -> None:
    forms = [form for form in shown.css("main form") if form.attributes.get("method") == "post"]
    addresses = {one.attributes["formaction"] for one in shown.css("main form[method=post] [formaction]")}
    addresses |= {form.attributes["action"] for form in forms}
    assert len(addresses) > 8
    assert {address: client.post(address, {"reason": "Why."}).status_code for address in addresses} == dict.fromkeys(
        addresses, 404
    )


def test_no_id_stands_twice(shown: LexborHTMLParser) -> None:
    ids = [node.attributes["id"] for node in shown.css("[id]")]
    assert {one for one in ids if ids.count(one) > 1} == set()
