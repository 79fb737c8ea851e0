"""An archived page written anew, so that it shows and does nothing: no script, no request, no way out.

A scanner and no parser: parsers take quadratic time on hostile nesting. What it writes is safe however a browser
reads it, because every tag it writes is one of a closed list, every value stands in quotes, and no other ``<`` is left.
"""

from __future__ import annotations

import html
import re

from django.utils.translation import gettext_lazy as _

from apps.archive.replaying import styles
from apps.archive.replaying.addressing import Base, Lookup
from apps.archive.replaying.vocabulary import (
    ATTRIBUTES,
    DROPPED,
    DROPPED_RAW,
    ELEMENTS,
    FIELDS,
    FREE,
    LONGEST_FREE,
    META,
    RENAMED,
    TEXT,
    VOID,
)

LONGEST_INPUT = 5_000_000
MOST_TAGS = 100_000
MOST_ATTRIBUTES = 64
MOST_CANDIDATES = 100
NOT_ALL = _(
    "The desk shows only the beginning of this page: it is far longer than pages are. The record holds all of it."
)
TAG = re.compile(
    r"<(?:(?P<comment>!--(?:-?>|.*?--!?>|.*))|(?P<other>(?:[!?]|/[^A-Za-z>])[^>]*+>?|/>)"
    r"|(?P<close>/?)(?P<name>[A-Za-z][^\s/>]*+))",
    re.DOTALL,
)
ATTRIBUTE = re.compile(
    r"[\s/]*+(?P<name>[^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s>]*+)))?"
)
DOCTYPE = re.compile(
    r"\s*+(?:<!--.{0,4000}?-->\s*+|<\?[^>]{0,200}>\s*+)*+(<!doctype\s[^<>]{1,300}>)", re.IGNORECASE | re.DOTALL
)
OWN_NAME = re.compile(r"[a-z][a-z0-9]*-[a-z0-9-]{1,60}")
CANDIDATE = re.compile(r"[\s,]*+(?P<url>\S*[^\s,])(?P<size>[^,]*+),?")
SIZE = re.compile(r"\s*\d+(?:\.\d+)?[wx](?:\s+\d+h)?\s*")
ENDS = {name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE) for name in (*DROPPED_RAW, *TEXT, "style")}

Attributes = dict[str, str]


def rewrite(source: str, url: str, lookup: Lookup) -> str:
    """The page at `url`, with every name looked up in its record. `lookup` gives our address of one, or None."""
    return _Page(source, Base(url, lookup)).written()


def as_text(text: str) -> str:
    """A document that is no page, as one: its text and nothing else."""
    return f"<!doctype html><title>Text</title><pre>{html.escape(text[:LONGEST_INPUT])}</pre>"


class _Page:
    def __init__(self, source: str, base: Base) -> None:
        self.source = source[:LONGEST_INPUT].replace("\0", "\ufffd")
        self.base = base
        self.based = False
        self.out: list[str] = []
        # The element whose end is waited for, and how many of its kind are open inside of it.
        self.dropping, self.depth = "", 0
        self.late: set[str] = set()
        self.in_noscript = False
        # Whether the tag that is being read ends in a slash: in drawings that closes it.
        self.slash = False

    def written(self) -> str:
        source, at, tags = self.source, 0, 0
        if doctype := DOCTYPE.match(source):
            self.out.append(doctype[1])
        while tags < MOST_TAGS and (found := TAG.search(source, at)):
            self._say(source[at : found.start()])
            at = found.end()
            if not found["name"]:
                continue
            tags += 1
            name = found["name"].lower()
            attributes: Attributes = {}
            while matched := ATTRIBUTE.match(source, at):
                at = matched.end()
                if len(attributes) < MOST_ATTRIBUTES and not found["close"]:
                    attributes.setdefault(
                        matched["name"].lower(), matched["double"] or matched["single"] or matched["bare"] or ""
                    )
            end = source.find(">", at) + 1 or len(source)
            self.slash = "/" in source[at:end]
            at = end
            if found["close"]:
                self._close(name)
            else:
                at = self._open(name, attributes, at)
        if tags < MOST_TAGS and len(self.source) < LONGEST_INPUT:
            self._say(source[at:])
        else:
            self.dropping = ""
            self.out.append(f"<p>{html.escape(str(NOT_ALL))}</p>")
        return "".join(self.out)

    def _say(self, text: str) -> None:
        if text and not self.dropping:
            self.out.append(text.replace("<", "&lt;") if "<" in text else text)

    def _close(self, name: str) -> None:
        if self.dropping:
            if name == self.dropping:
                self.depth -= 1
                self.dropping = self.dropping if self.depth else ""
        elif name == "noscript":
            self.in_noscript = False
        elif name in ELEMENTS and name not in VOID:
            self.out.append(f"</{name}>")
        elif name in RENAMED:
            self.out.append(f"</{RENAMED[name]}>")
        elif OWN_NAME.fullmatch(name):
            self.out.append(f"</{name}>")

    def _open(self, name: str, attributes: Attributes, at: int) -> int:
        """Writes what may be written of an opening tag; returns where to go on, past the text that belongs to it."""
        block, after = "", at
        if name in ENDS:
            closed = ENDS[name].search(self.source, at)
            after = closed.start() if closed else len(self.source)
            block = self.source[at:after]
        if self.dropping:
            self.depth += name == self.dropping
            return after
        if name in DROPPED_RAW:
            return after
        if name == "plaintext":
            self.out.append(f"<pre>{_escaped(self.source[at:])}")
            return len(self.source)
        if name in DROPPED and not (name == "template" and "shadowrootmode" in attributes):
            self._stand_in(name, attributes)
            self.dropping, self.depth = name, 1
            return after
        if name == "noscript":
            self.in_noscript = True
        elif name == "style":
            css = styles.in_markup(styles.rewrite(block, self.base))
            self._write("style", {key: value for key, value in attributes.items() if key in ("media", "title")}, css)
        elif name in TEXT:
            self._write(
                RENAMED.get(name, name), attributes, block.replace("<", "&lt;") if name != "xmp" else _escaped(block)
            )
        else:
            self._element(name, attributes)
        return after

    def _element(self, name: str, attributes: Attributes) -> None:
        if name == "base":
            if not self.based and "href" in attributes:
                self.based = True
                self.base = self.base.moved(html.unescape(attributes["href"]))
        elif name == "meta":
            if html.unescape(attributes.get("name", "")).lower() in META and "http-equiv" not in attributes:
                self.out.append(
                    f'<meta name="{_escaped(attributes["name"])}" content="{_value(attributes, "content")}">'
                )
        elif name == "link":
            self._link(attributes)
        elif name in ("img", "image", "input", "source"):
            self._picture(name, attributes)
        elif name in RENAMED or name in ELEMENTS or OWN_NAME.fullmatch(name):
            self._write(RENAMED.get(name, name), attributes)

    def _link(self, attributes: Attributes) -> None:
        relations = html.unescape(attributes.get("rel", "")).lower().split()
        leads = self.base.find(html.unescape(attributes.get("href", "")))
        if "stylesheet" in relations and "alternate" not in relations and leads and not leads.startswith("data:"):
            self.out.append(f'<link rel="stylesheet" href="{_escaped(leads)}" media="{_value(attributes, "media")}">')

    def _picture(self, name: str, attributes: Attributes) -> None:
        given = {
            key: html.unescape(attributes.get(key, ""))
            for key in ("src", "srcset", "data-src", "href", "xlink:href", "type")
        }
        if name == "input":
            kind = given["type"].strip().lower()
            if kind != "image":
                shown = kind if kind in FIELDS else "text"
                if kind != "hidden":
                    self._write("input", {**attributes, "type": shown, "disabled": ""})
                return
            name = "img"
        own: dict[str, str | None] = {}
        if name == "image" and (given["href"] or given["xlink:href"]):
            own["href"] = self.base.find(given["href"] or given["xlink:href"])
        else:
            name = "source" if name == "source" else "img"
            own["srcset"] = self._candidates(given["srcset"])
            if name == "img":
                own["src"] = self.base.find(given["src"])
                if (own["src"] or "data:").startswith("data:") and not own["srcset"]:
                    self._come_late(own, given["data-src"])
                if self.in_noscript and own["src"] in self.late:
                    return
            elif not own["srcset"]:
                return
        self._write(name, {key: value for key, value in attributes.items() if key != "type"}, own=own)

    def _come_late(self, own: dict[str, str | None], value: str) -> None:
        """A picture that a script would have put in its place; the same one may stand there for browsers without."""
        if value and (leads := self.base.find(value)):
            own["src"] = leads
            self.late.add(leads)

    def _candidates(self, srcset: str) -> str | None:
        kept: list[str] = []
        at = tried = 0
        while tried < MOST_CANDIDATES and (candidate := CANDIDATE.match(srcset, at)):
            at = candidate.end()
            tried += 1
            leads = self.base.find(candidate["url"])
            if leads and "," not in leads:
                size = candidate["size"] if SIZE.fullmatch(candidate["size"]) else ""
                kept.append(f"{leads}{size.rstrip()}")
        return ", ".join(kept) or None

    def _stand_in(self, name: str, attributes: Attributes) -> None:
        """The picture that stands for a film until it is played."""
        if name == "video" and (leads := self.base.find(html.unescape(attributes.get("poster", "")))):
            self._write("img", attributes, own={"src": leads})

    def _write(
        self, name: str, attributes: Attributes, inside: str = "", *, own: dict[str, str | None] | None = None
    ) -> None:
        """One tag: the attributes that do nothing, and our own in the place of those that would."""
        kept: list[str] = []
        for key, raw in attributes.items():
            if key in ATTRIBUTES or (key.startswith(FREE) and len(raw) <= LONGEST_FREE and _is_plain(key)):
                kept.append(f'{key}="{self._harmless(key, raw)}"')
            elif key == "href" or (key == "xlink:href" and name == "use" and "href" not in attributes):
                kept += self._reference(name, html.unescape(raw))
            elif key == "usemap" and raw.startswith("#"):
                kept.append(f'usemap="{_escaped(html.unescape(raw))}"')
            elif key == "background" and (leads := self.base.find(html.unescape(raw))):
                kept.append(f'background="{_escaped(leads)}"')
        kept += [f'{key}="{_escaped(value)}"' for key, value in (own or {}).items() if value]
        slash = " /" if self.slash and not inside else ""
        self.out.append(f"<{' '.join([name, *kept])}{slash}>{inside}")

    def _reference(self, name: str, value: str) -> list[str]:
        """Where it would lead is said and not linked, unless it is on the page itself."""
        value = value.strip()
        if value.startswith("#"):
            return (
                [f'href="{_escaped(value)}"']
                if name in ("a", "area", "use", "lineargradient", "radialgradient")
                else []
            )
        if name in ("a", "area") and (leads := self.base.absolute(value)):
            return [f'title="{_escaped(leads)}"']
        return []

    def _harmless(self, key: str, raw: str) -> str:
        value = html.unescape(raw) if "&" in raw else raw
        if key == "style" or (("(" in value or "\\" in value) and not key.startswith(FREE) and key not in PROSE):
            value = styles.rewrite(value, self.base)
        return _escaped(value)


PROSE = frozenset({"alt", "title", "value", "placeholder", "label", "summary", "sizes", "media", "class", "id", "name"})
PLAIN = re.compile(r"[a-z][a-z0-9_.:-]{0,80}")


def _is_plain(name: str) -> bool:
    return PLAIN.fullmatch(name) is not None


def _value(attributes: Attributes, name: str) -> str:
    return _escaped(html.unescape(attributes.get(name, "")))


def _escaped(value: str) -> str:
    return html.escape(value, quote=True)
