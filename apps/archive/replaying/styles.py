"""Stylesheets that reach for nothing but what the record holds. Linear in time; escapes are undone before judging.

Tokens are those of CSS Syntax Level 3: an escaped name is the name, a string ends at its line, and an address without
quotes ends at the first parenthesis.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from apps.archive.replaying.addressing import Base

NOTHING = 'url("data:,")'
_STRING = r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}\s?|[^\n0-9a-fA-F])"
_LETTER = r"[-\w\x80-\U0010ffff]"
_COMMENT = r"/\*(?:.*?\*/|.*)"
# Functions whose strings are addresses.
_BY_STRING = r"src|image|(?:-[a-z]+-)?(?:image-set|cross-fade)"
_SPECIAL = rf"(?:url|url-prefix|{_BY_STRING})\(|@import(?!{_LETTER}|\\)"
TOKEN = re.compile(
    rf"(?P<comment>{_COMMENT})|(?P<string>{_STRING})"
    rf"|(?<![-\w\x80-\U0010ffff\\])(?P<special>{_SPECIAL})"
    rf"|(?<![-\w\x80-\U0010ffff\\])(?P<escaped>@?{_LETTER}*+(?:{_ESCAPE})(?:{_LETTER}|{_ESCAPE})*+\(?)",
    re.DOTALL | re.IGNORECASE,
)
# Inside of a function by string: every string and every function is looked at.
INNER = re.compile(
    rf"(?P<comment>{_COMMENT})|type\(\s*+(?:{_STRING})|(?P<string>{_STRING})"
    rf"|(?P<name>(?:{_LETTER}|{_ESCAPE})*+\()|(?P<close>\))|(?P<end>[;{{}}])",
    re.DOTALL | re.IGNORECASE,
)
HARMLESS = re.compile(
    r"(?:(?:-[a-z]+-)?(?:repeating-)?(?:linear|radial|conic)-gradient|calc|min|max|rgba?|hsla?|color)\("
)
ARGUMENT = re.compile(rf"\s*+(?:(?P<string>{_STRING})(?:[^)\\]|\\.)*+|(?P<bare>(?:[^)\\]|\\.)*+))\)?", re.DOTALL)
IMPORTED = re.compile(rf"(?:\s|{_COMMENT})*+(?:(?P<string>{_STRING})|(?P<name>(?:{_LETTER}|{_ESCAPE})*+\())", re.DOTALL)
TO_THE_END = re.compile(rf"(?:{_COMMENT}|{_STRING}|[^;{{}}\"'/]|/)*+;?", re.DOTALL)
ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
LINE_ENDS = re.compile(r"\r\n|\r|\f")
MARKUP = re.compile(r"[<&](?=[A-Za-z/!?#])")


def rewrite(css: str, base: Base) -> str:
    """A stylesheet, or the declarations of one element."""
    css = LINE_ENDS.sub("\n", css).replace("\0", "\ufffd")
    kept: list[str] = []
    at = 0
    while found := TOKEN.search(css, at):
        kept.append(css[at : found.start()])
        at = found.end()
        if found["comment"]:
            kept.append("/**/")
            continue
        if found["string"]:
            kept.append(found[0])
            continue
        name = (found["special"] or plain(found["escaped"])).lower()
        if name in ("url(", "url-prefix("):
            text, at = _address(css, at, base)
        elif name == "@import":
            text, at = _import(css, at, base)
        elif name.endswith("(") and re.fullmatch(_BY_STRING, name[:-1]):
            text, at = _by_string(css, at, base)
            text = name + text
        else:
            text = found[0]
        kept.append(text)
    kept.append(css[at:])
    return "".join(kept)


def in_markup(css: str) -> str:
    """The stylesheet as it may stand inside of a page: nothing in it begins a tag, an end or a character reference."""
    return MARKUP.sub(lambda found: f"{found[0]} ", css)


def plain(text: str) -> str:
    """What a name or a string with escapes says."""
    return ESCAPED.sub(_character, text) if "\\" in text else text


def _character(escape: re.Match[str]) -> str:
    if not escape[1]:
        return "" if escape[2] == "\n" else escape[2]
    number = int(escape[1], 16)
    return chr(number) if 0 < number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\ufffd"


def _quoted(string: str) -> str:
    """What stands in quotes, without them."""
    closed = len(string) > 1 and string[-1] == string[0]
    return plain(string[1:-1] if closed else string[1:])


def _address(css: str, at: int, base: Base) -> tuple[str, int]:
    """What follows ``url(``, and where it ends."""
    value, end = _argument(css, at)
    if value.startswith("#"):
        return f"url({_string(value)})", end
    leads = base.find(value)
    return (f"url({_string(leads)})" if leads else NOTHING), end


def _argument(css: str, at: int) -> tuple[str, int]:
    """The address in a ``url(`` that has just begun, and where it ends."""
    found = ARGUMENT.match(css, at)
    if found is None:
        return "", len(css)
    return _quoted(found["string"]) if found["string"] else plain(found["bare"].strip()), found.end()


def _import(css: str, at: int, base: Base) -> tuple[str, int]:
    """What follows ``@import``: kept when the record holds it, and gone to its end when not."""
    leads, after = None, at
    found = IMPORTED.match(css, at)
    if found and found["string"]:
        leads, after = base.find(_quoted(found["string"])), found.end()
    elif found and plain(found["name"]).lower() == "url(":
        value, after = _argument(css, found.end())
        leads = base.find(value)
    if leads and not leads.startswith("data:"):
        return f"@import {_string(leads)}", after
    rest = TO_THE_END.match(css, at)
    return "", rest.end() if rest else len(css)


def _by_string(css: str, at: int, base: Base) -> tuple[str, int]:
    """The arguments of a function whose strings are addresses. A function that could make one up is not called."""
    kept: list[str] = []
    depth = 1
    while depth and (found := INNER.search(css, at)):
        kept.append(css[at : found.start()])
        at = found.end()
        if found["string"]:
            kept.append(_string(base.find(_quoted(found["string"])) or "data:,"))
        elif found["name"]:
            name = plain(found["name"]).lower()
            if name == "url(":
                text, at = _address(css, at, base)
                kept.append(text)
                continue
            depth += 1
            known = HARMLESS.fullmatch(name) or re.fullmatch(_BY_STRING, name[:-1])
            kept.append(name if known else "none(")
        elif found["end"]:
            at -= 1
            break
        else:
            depth -= bool(found["close"])
            kept.append("/**/" if found["comment"] else found[0])
            if not found["comment"] and not found["close"]:
                depth += 1  # type("…
    else:
        if depth:
            kept.append(css[at:])
            at = len(css)
    return "".join(kept), at


def _string(value: str) -> str:
    return f'"{quote(value, safe="!#$%()*+,-./:;=?@[]^_`{|}~ " + chr(39))}"'
