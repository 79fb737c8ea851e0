"""The desk's style sheet, taken apart: its rules with what they stand in, and which classes the desk writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django import forms
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "apps/desk/static/desk"
DESK, STYLE_PAGE = STATIC / "desk.css", STATIC / "style-page.css"
LAYERS = ["reset", "tokens", "base", "components", "pages", "utilities"]

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PIECE = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{};"'])+|[{};]""")
STRING = re.compile(r"""(["'`])((?:(?!\1)[^\\]|\\.)*)\1""", re.DOTALL)
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
# A class whose end is written by a template or by Python: what stands before the gap.
GAP = "\N{FULL BLOCK}"


@dataclass
class Rule:
    """A rule or a statement: what stands before its braces, what it says, and the rules that it stands in."""

    prelude: str
    within: tuple[str, ...]
    is_block: bool = True
    says: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_style(self) -> bool:
        """Whether it selects something and says how that looks; frames of an animation are none."""
        return self.is_block and not self.prelude.startswith("@") and not any("keyframes" in one for one in self.within)

    @property
    def classes(self) -> set[str]:
        return set(CLASS.findall(STRING.sub("", self.prelude))) if self.is_style else set()


def rules(css: str) -> list[Rule]:
    """Every rule of a sheet, those inside of others too, in order. Braces that don't close are an error."""
    found: list[Rule] = []
    open_rules: list[Rule] = []
    words = ""
    for piece in PIECE.findall(COMMENT.sub(" ", css)):
        if piece == "{":
            made = Rule(" ".join(words.split()), tuple(rule.prelude for rule in open_rules))
            found.append(made)
            open_rules.append(made)
            words = ""
        elif piece in ";}":
            if words.strip():
                _say(words.strip(), open_rules, found)
            words = ""
            if piece == "}":
                open_rules.pop()
        else:
            words += piece
    assert not open_rules, f"not closed: {open_rules[-1].prelude}"
    assert not words.strip(), f"left over: {words.strip()}"
    return found


def _say(words: str, open_rules: list[Rule], found: list[Rule]) -> None:
    name, colon, value = words.partition(":")
    if words.startswith("@") or not open_rules:
        found.append(Rule(" ".join(words.split()), tuple(rule.prelude for rule in open_rules), is_block=False))
    else:
        assert colon, f"no declaration: {words}"
        open_rules[-1].says.append((name.strip(), value.strip()))


def written_classes() -> set[str]:
    """Each class that a template, Python or a script writes. Of one that ends in a gap only the beginning is known."""
    found: set[str] = set()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found |= set(_of_template(path.read_text()))
    for path in sorted((ROOT / "apps").rglob("*.py")):
        found |= set(_of_python(ast.parse(path.read_text())))
    for path in sorted(STATIC.glob("*.js")):
        for given in re.findall(r'(?:className\s*[:=]|classList\.\w+\()\s*"([^"]*)"', path.read_text()):
            found |= set(given.split())
    begun = {name.split(GAP)[0] for name in found if GAP in name}
    return {name for name in found if GAP not in name} | begun


def is_written(name: str, written: set[str], ends: set[str]) -> bool:
    """Whether the desk writes this class: as it stands, or its beginning, before a gap that this end can fill."""
    if name in written:
        return True
    starts = [name[: at + 1] for at, letter in enumerate(name) if letter == "-"]
    return any(start in written and name[len(start) :] in ends for start in starts)


def _of_template(source: str) -> Iterator[str]:
    page = ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            page += token.contents
        elif token.token_type == TokenType.VAR:
            page += GAP
        elif token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            # {% if here %} is-here{% endif %} writes is-here; so do {% include … with class="is-here" %} and a block.
            page += GAP if word in {"if", "elif", "else", "cycle"} and page[-1:].isalnum() else ""
            page += '<i class="' if token.contents == "block main_class" else ""
            page += '">' if word == "endblock" else ""
            for given in re.findall(r'\bclass="([^"]*)"', token.contents):
                yield from given.split()
    for given in re.findall(r'\bclass="([^"]*)"', page):
        yield from given.split()


def _of_python(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.replace("{}", GAP)
        else:
            continue
        for given in re.findall(r'\bclass="?([^">]*)', text):
            yield from given.split()


def words_in_gaps() -> set[str]:
    """What a class can end in: the words of the closed lists, which stand in Python, and the kinds of fields."""
    found = set()
    for path in sorted((ROOT / "apps").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[\w-]+", node.value):
                found.add(node.value)
    return found | {re.sub(r"widget$|input$", "", kind.__name__.lower()) for kind in _kinds(forms.Widget)}


def _kinds(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _kinds(one)
