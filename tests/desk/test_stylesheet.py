"""One style sheet, written by hand, in layers: what stands in it is used, and what is used stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import django_htmx
import pytest
from django.forms import forms

from tests.desk.stylesheet import (
    DESK,
    GAP,
    LAYERS,
    ROOT,
    STATIC,
    STYLE_PAGE,
    Rule,
    is_written,
    rules,
    words_in_gaps,
    written_classes,
)

SHEETS = {path.name: rules(path.read_text()) for path in (DESK, STYLE_PAGE)}
OURS = [rule for found in SHEETS.values() for rule in found]
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
# Written by the libraries: Django's list of errors, and what htmx puts on whatever waits for an answer.
LIBRARIES = [Path(forms.__file__), Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"]
STYLED_BY_HAND = re.compile(r"\sstyle=|\.style\.|cssText|setAttribute\(.style|<style")


def test_there_is_one_sheet_and_one_for_the_page_that_shows_it() -> None:
    assert {path.name for path in (ROOT / "apps").rglob("*.css")} == {DESK.name, STYLE_PAGE.name}
    linked = {path.name for path in (ROOT / "templates").rglob("*.html") if STYLE_PAGE.name in path.read_text()}
    assert linked == {"style.html"}


def test_the_layers_are_declared_once_before_all_else_and_each_holds_something() -> None:
    layers = [rule for rule in SHEETS[DESK.name] if rule.prelude.startswith("@layer")]
    assert SHEETS[DESK.name][0].prelude == f"@layer {', '.join(LAYERS)}"
    assert [rule.prelude.removeprefix("@layer ") for rule in layers[1:]] == LAYERS
    assert [rule.prelude for rule in SHEETS[STYLE_PAGE.name] if rule.prelude.startswith("@layer")] == ["@layer pages"]


def outside(found: list[Rule]) -> list[str]:
    """What stands in no layer of those that are declared: it would win over all that does."""
    layers = {f"@layer {name}" for name in LAYERS}
    return [
        rule.prelude
        for rule in found
        if rule.prelude not in layers and rule.is_block and (not rule.within or rule.within[0] not in layers)
    ]


def test_every_rule_stands_in_a_declared_layer() -> None:
    assert outside(OURS) == []
    assert {rule.prelude for rule in OURS if not rule.is_block} == {f"@layer {', '.join(LAYERS)}"}


def test_nothing_is_forced_past_the_layers() -> None:
    assert [rule.prelude for rule in OURS for _, value in rule.says if "!important" in value] == []


def test_tokens_are_named_in_their_layer_and_colours_nowhere_else() -> None:
    """Another theme sets the tokens anew; what is printed does so too. A bare colour would stay as it is in each."""
    named = {rule.within for rule in OURS for name, _ in rule.says if name.startswith("--")}
    assert {within[0] for within in named} == {"@layer tokens", "@layer utilities"}
    assert {within for within in named if within[0] == "@layer utilities"} == {("@layer utilities", "@media print")}
    bare = {
        value
        for rule in OURS
        for name, value in rule.says
        if not name.startswith("--") and re.search(r"#[0-9a-f]{3,8}\b|\b(?:hsl|oklch|lab)\(", value)
    }
    # What somebody else's page or picture stands on, and paper: both are white in each theme.
    assert bare == {"#fff", "linear-gradient(to left, transparent, #000 2rem)"}


def test_what_is_used_is_defined_and_what_is_defined_is_used() -> None:
    defined = {name for rule in OURS for name, _ in rule.says if name.startswith("--")}
    used = {name for rule in OURS for _, value in rule.says for name in VARIABLE.findall(value)}
    assert used - defined == set()
    assert defined - used == set()
    frames = {rule.prelude.removeprefix("@keyframes ") for rule in OURS if rule.prelude.startswith("@keyframes")}
    moved = [value for rule in OURS for name, value in rule.says if name == "animation"]
    # Several stand side by side; what stands in brackets is one of them.
    assert {one.split()[0] for value in moved for one in re.split(r",(?![^(]*\))", value)} - {"none"} == frames


def test_every_theme_sets_every_colour() -> None:
    """A colour that the dark theme forgets is one of the light theme's on a dark page."""
    tokens = [rule for rule in SHEETS[DESK.name] if rule.within[:1] == ("@layer tokens",) and rule.prelude == ":root"]
    light = {name for name, value in tokens[0].says if value.startswith("#")}
    dark = next(rule for rule in tokens if rule.within[1:] == ("@media (prefers-color-scheme: dark)",))
    assert len(light) > 20
    assert {name for name, _ in dark.says} == light


def unused(found: list[Rule]) -> list[str]:
    """Classes that rules are written for and nothing on the desk has."""
    classes, ends = written_classes(), words_in_gaps()
    by_libraries = " ".join(path.read_text() for path in LIBRARIES)
    return sorted(
        name
        for name in {name for rule in found for name in rule.classes}
        if not is_written(name, classes, ends) and f'"{name}"' not in by_libraries
    )


def test_every_class_with_a_rule_is_written_somewhere() -> None:
    assert unused(OURS) == []


def test_every_id_with_a_rule_is_written_somewhere() -> None:
    pages = " ".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = {name for rule in OURS if rule.is_style for name in re.findall(r"#([\w-]+)", rule.prelude)}
    assert named
    assert {name for name in named if f'id="{name}"' not in pages} == set()


def test_nobody_writes_a_style_beside_the_sheet() -> None:
    """The pages' policy refuses it. Templates are looked through with the house rules."""
    sources = {*(ROOT / "apps/desk").rglob("*.py"), *STATIC.glob("*.js")}
    # What stands in its frame where a copy cannot be shown is a page without a sheet.
    sources.remove(ROOT / "apps/desk/views/replay.py")
    assert [path.name for path in sources if STYLED_BY_HAND.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("@layer base { a { color: red } }", []),
        ("a { color: red }", ["a"]),
        ("@media print { a { color: red } }", ["@media print", "a"]),
        ("@layer mine { a { color: red } }", ["@layer mine", "a"]),
        ('@layer base { a::before { content: "}"; color: red; } } /* { */ b { top: 0 }', ["b"]),
    ],
)
def test_what_stands_outside_is_found(css: str, found: list[str]) -> None:
    assert outside(rules(css)) == found


def test_what_nothing_has_is_found() -> None:
    css = '.draft, .never-written:hover, .badge-disputed, .badge-nonesuch [title=".x"], .htmx-request { top: 0 }'
    assert unused(rules(css)) == ["badge-nonesuch", "never-written"]


def test_a_sheet_that_does_not_close_is_no_sheet() -> None:
    with pytest.raises(AssertionError, match="not closed"):
        rules("@layer base { a { top: 0 }")
    with pytest.raises(AssertionError, match="no declaration"):
        rules("a { top }")


def test_classes_that_are_written_are_read() -> None:
    """In attributes, in what a template gives to another, in blocks, in Python and in scripts."""
    found = written_classes()
    assert {"filters-queue", "page-form", "icon", "mentions", "is-crowded", "badge-", "called"} <= found
    assert not any(GAP in name for name in found)
