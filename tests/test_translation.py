"""Whatever the desk says on its pages is marked for translation: a newsroom that works in another language adds words.

Left as they are, on purpose: the sentences of the trail and of the rule, which are part of what is signed and have to
read the same for everybody, and the style page and the demo newsroom, which are the desk's own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OUR_OWN = {
    "desk/style.html",
    *(str(path.relative_to(ROOT / "templates")) for path in TEMPLATES if path.parent.name == "style"),
}
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}

# What is no language: names, keys of the keyboard, units, and addresses that stand as an example.
SAID_ALIKE = re.compile(
    r"\b(?:VerifyDesk|WARC|WACZ|PDF|CSV|JSON Lines|JSON|SHA-256|URL|HTML|HTTP|DOM|UTC|API|Ctrl|Esc)\b"
)
WORDS = re.compile(r"[^\W\d_]{2,}")
READ_ALOUD = {"aria-label", "aria-description", "aria-roledescription", "title", "alt", "placeholder", "label"}
# A tag's literal that is put on the page: {% include "x.html" with title="Some words" %}. Codes are one word.
TAG_LITERAL = re.compile(r"""(_\()?(["'])((?:(?!\2).)*)\2""")


class Words(HTMLParser):
    """The words that a template puts before people by itself: text, and attributes that are read aloud."""

    SILENT = frozenset({"script", "style", "code", "kbd", "samp", "svg"})
    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.silent: list[str] = []
        self.found: list[str] = []

    def keep(self, text: str) -> None:
        text = " ".join(SAID_ALIKE.sub("", text).split())
        if WORDS.search(text):
            self.found.append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name in READ_ALOUD & values.keys():
            self.keep(values[name] or "")
        is_silent = tag in self.SILENT or values.get("translate") == "no" or bool(self.silent)
        if is_silent and tag not in self.VOID:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.keep(data)


def unmarked(source: str) -> list[str]:
    """The words of a template that stand in no `translate` and no `blocktranslate`."""
    page, within = [], ""
    found: list[str] = []
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            if within:
                within = "" if word == f"end{within}" else within
            elif word in {"blocktranslate", "comment", "verbatim"} or token.contents == "block main_class":
                within = word
            else:
                if word not in {"translate", "load", "url", "static", "extends", "if", "elif", "with_query"}:
                    literals = TAG_LITERAL.findall(token.contents)
                    found += [text for mark, _, text in literals if not mark and " " in text and WORDS.search(text)]
                page.append("\N{FULL BLOCK}")
        elif token.token_type == TokenType.TEXT and not within:
            page.append(token.contents)
        elif token.token_type == TokenType.VAR and not within:
            literals = TAG_LITERAL.findall(token.contents)
            found += [text for mark, _, text in literals if not mark and " " in text and WORDS.search(text)]
            page.append("\N{FULL BLOCK}")
    words = Words()
    words.feed("".join(page))
    words.close()
    return [*found, *words.found]


def test_every_word_of_a_template_is_marked() -> None:
    found = {
        name: unmarked(path.read_text())
        for path in TEMPLATES
        if (name := str(path.relative_to(ROOT / "templates"))) not in OUR_OWN
    }
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Some words</p>", ["Some words"]),
        ('<p>{% translate "Some words" %} {{ claim.statement }}</p>', []),
        ("<p>{% blocktranslate %}Some {{ words }}{% endblocktranslate %} more</p>", ["more"]),
        ('<a aria-label="Close it"></a><input placeholder="Words">', ["Close it", "Words"]),
        ('{% include "components/no_rows.html" with said="Nothing is here" %}', ["Nothing is here"]),
        ('{% include "components/no_rows.html" with said=_("Nothing is here") %}', []),
        ('{{ name|default:"not yet named" }}', ["not yet named"]),
        ("{% block main_class %}page page-form{% endblock %}{% block main %}<p>Words</p>{% endblock %}", ["Words"]),
        (
            "<kbd>Ctrl</kbd> <code>desk run</code> <b translate=no>Ada</b> VerifyDesk, WACZ · 12 × <style>a</style>",
            [],
        ),
    ],
)
def test_what_is_not_marked_is_found(template: str, found: list[str]) -> None:
    assert unmarked(template) == found


# In Python: what a form says, what a choice is called, what is refused and what is told after a deed.

SAYS = {"label", "help_text", "empty_label", "lead", "submit", "hint", "nothing"}
SAYS |= {"said", "title", "act", "lede", "consequence", "failure", "told", "notice", "heading", "question", "why"}
TELLS = {"Refusal", "NotAllowed", "NotSaved", "CannotExport", "CouldNotKeep", "PermissionDenied", "ValidationError"}
CHOICES = {"TextChoices", "IntegerChoices", "Choices"}
# Written down as they stand: in the trail, and in a package for other programs.
RECORDED = {"not named on it", "All pages"}
# See above, and what only operators and programs read.
PART_OF_THE_RECORD = {"apps/audit/verbs.py"}
ELSEWHERE = re.compile(r"/(migrations|management|bench)/|/(admin|style|style_forms|style_rows|checks|triggers)\.py$")
SOURCES = [
    path
    for path in [*sorted((ROOT / "apps").rglob("*.py")), ROOT / "verifydesk" / "panel.py"]
    if not ELSEWHERE.search(str(path)) and str(path.relative_to(ROOT)) not in PART_OF_THE_RECORD
]


def is_said(node: ast.expr) -> bool:
    """Whether an expression is words that nobody has marked."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value not in RECORDED and WORDS.search(node.value) is not None
    if isinstance(node, ast.JoinedStr):
        return any(is_said(part) for part in node.values)
    if isinstance(node, ast.BinOp):
        return is_said(node.left) or is_said(node.right)
    if isinstance(node, ast.IfExp):
        return is_said(node.body) or is_said(node.orelse)
    return False


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_message(call: ast.Call) -> bool:
    """Whether it puts a message at the head of the next page."""
    return isinstance(call.func, ast.Attribute) and name_of(call.func.value) == "messages"


def passed_on(tree: ast.AST) -> dict[str, dict[str, int]]:
    """By function, which of its arguments it makes a message of, and at what place of a call they stand."""
    found: dict[str, dict[str, int]] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and is_message(node)]
            given = {name_of(argument) for call in calls for argument in call.args}
            names = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
            found[function.name] = {name: names.index(name) for name in names if name in given and name != "request"}
    return found


def told_back(tree: ast.AST) -> Iterator[ast.expr]:
    """What functions of the module return whose answer is made a message of."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_message(node)]
    asked = {name_of(given.func) for call in calls for given in call.args if isinstance(given, ast.Call)} - MARKS
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in asked:
            yield from (node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value)


def said_by(tree: ast.AST) -> Iterator[ast.expr]:
    """Every expression that people read by what it is given to."""
    helpers = passed_on(tree)
    yield from told_back(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if is_message(node) or name_of(node.func) in TELLS:
                yield from node.args
            places = helpers.get(name_of(node.func), {})
            yield from (node.args[place] for place in places.values() if place < len(node.args))
            yield from (keyword.value for keyword in node.keywords if keyword.arg in SAYS | places.keys())
        elif isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in named if isinstance(key, ast.Constant) and key.value in SAYS)
        elif isinstance(node, ast.ClassDef) and CHOICES & {name_of(base) for base in node.bases}:
            for row in node.body:
                if isinstance(row, ast.Assign) and isinstance(row.value, ast.Tuple):
                    yield row.value.elts[1]


def test_what_is_said_from_python_is_marked() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for path in SOURCES
        for node in said_by(ast.parse(path.read_text()))
        if is_said(node)
    ]
    assert found == []


def test_no_sentence_is_put_together_before_it_is_translated() -> None:
    """A catalogue has the sentence with its gaps, never the sentence of one claim: no f-string is given to a mark."""
    given = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and name_of(node.func) in MARKS
        if any(not isinstance(argument, ast.Constant) for argument in node.args[:1])
    ]
    assert given == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('ask(request, form, back="/", said="Linked.", title=_("Link"), act="Link it")', ["Linked.", "Link it"]),
        ('render(request, "desk/ask.html", {"lede": "Some words", "kind": "code"})', ["Some words"]),
        ('held.update(failed_at=now, failure=f"It said: {reason}")', ["It said: "]),
        (
            'def _answer(request, verb, said):\n messages.success(request, said)\n_answer(r, "code", "Signed.")',
            ["Signed."],
        ),
        ('def _said(made):\n return "Asked for."\nmessages.success(request, _said(made))', ["Asked for."]),
        ('messages.success(request, _("Kept."))\nask(said=gettext("Kept.") % {"number": 1})', []),
    ],
)
def test_what_python_does_not_mark_is_found(source: str, found: list[str]) -> None:
    said = [ast.unparse(node) for node in said_by(ast.parse(source)) if is_said(node)]
    assert [words in one for words, one in zip(found, said, strict=True)] == [True] * len(found)
