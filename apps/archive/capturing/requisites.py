"""What a page needs to be shown: the addresses that its markup and its stylesheets name. Pure, and linear in time."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin

from apps.archive.web.addresses import LONGEST_URL
from apps.archive.web.decoding import LONGEST_TEXT

MOST_FOUND = 2_000
MOST_TAGS = 50_000
MOST_VALUES = 20_000
# A scanner instead of a parser: parsers take quadratic time on hostile nesting, and taming drops styles and scripts.
# Only tags that can name something are looked at: by their name, or with a style of their own before the next "<".
# The case is left open only where it may differ: an expression that leaves it open as a whole is tried at every letter.
TAG = re.compile(
    r"<(?:!--(?:.*?-->|.*)"
    r"|(?P<name>(?i:(?:base|image|img|input|link|meta|script|source|style|template|textarea|title|video)(?![A-Za-z0-9])"
    r"|[A-Za-z][A-Za-z0-9]*+(?=[\s/\"'][^<s]*+(?:s(?!tyle)[^<s]*+)*+style))))",
    re.DOTALL,
)
ATTRIBUTE = re.compile(
    r"[\s/]*+(?P<name>[^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'>]++)))?"
)
ENDS = {name: re.compile(f"</(?i:{name})") for name in ("script", "style", "template", "textarea", "title")}
CANDIDATE = re.compile(r"[\s,]*+(?P<url>\S*[^\s,])[^,]*+,?")
CSS = re.compile(
    r"/\*(?:.*?\*/|.*)"
    r"|[uU](?i:rl)\(\s*+(?:\"(?P<double>[^\"\n]*+)\"|'(?P<single>[^'\n]*+)'|(?P<bare>[^\s\"'()]*+))"
    r"|@(?i:import)\s*+(?:\"(?P<import_double>[^\"\n]*+)\"|'(?P<import_single>[^'\n]*+)')"
    r"|\"[^\"\n]*+\"|'[^'\n]*+'",
    re.DOTALL,
)
ICONS = frozenset({"icon", "apple-touch-icon", "apple-touch-icon-precomposed"})
PRELOADED = frozenset({"style", "script", "image", "font"})
SOURCES = {
    "script": ("src",),
    "img": ("src", "data-src"),
    "video": ("poster",),
    "image": ("href", "xlink:href"),
}
Attributes = dict[str, str]


def in_html(html_text: str, base_url: str) -> list[str]:
    """The addresses that a page needs, in the order in which it names them, each once."""
    found = _Found(base_url)
    based = icon = False
    for name, attributes, block in _tags(_readable(html_text)):
        if found.full:
            break
        relations = frozenset(attributes.get("rel", "").lower().split()) if name == "link" else frozenset()
        if name == "base" and not based and "href" in attributes:
            based = True
            found.rebase(attributes["href"])
        icon = icon or bool(relations & ICONS)
        for value in _named(name, attributes, relations):
            found.add(value)
        for css in (attributes.get("style", ""), block if name == "style" else ""):
            for value in _css_values(css):
                found.add(value)
    if not icon:
        found.add(urljoin(base_url, "/favicon.ico"))
    return list(found.urls)


def in_css(css_text: str, base_url: str) -> list[str]:
    """The addresses that a stylesheet needs, imports and fonts included, in its order, each once."""
    found = _Found(base_url)
    for value in _css_values(_readable(css_text)):
        if found.full:
            break
        found.add(value)
    return list(found.urls)


class _Found:
    """The addresses found so far, made absolute."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.urls: dict[str, None] = {}
        self.values: set[str] = set()

    @property
    def full(self) -> bool:
        return len(self.urls) >= MOST_FOUND or len(self.values) >= MOST_VALUES

    def rebase(self, href: str) -> None:
        self.base_url = _absolute(self.base_url, href) or self.base_url

    def add(self, value: str) -> None:
        value = value.strip()
        if value in self.values or self.full or value.startswith("#") or not 0 < len(value) <= LONGEST_URL:
            return
        self.values.add(value)
        if url := _absolute(self.base_url, value):
            self.urls[url] = None


def _readable(text: str) -> str:
    """What is looked at. Both standards put this in the place of a NUL, which no PostgreSQL can store."""
    return text[:LONGEST_TEXT].replace("\0", "\ufffd")


def _absolute(base_url: str, value: str) -> str:
    """The address without its fragment; empty when it is not of the web."""
    try:
        url = urldefrag(urljoin(base_url, value.strip())).url
    except ValueError:
        return ""
    return url if url.lower().startswith(("http://", "https://")) else ""


def _tags(source: str) -> Iterator[tuple[str, Attributes, str]]:
    """Each opening tag: its name, its attributes, and what stands inside when that is not markup."""
    at = tags = 0
    while tags < MOST_TAGS and (found := TAG.search(source, at)):
        at = found.end()
        if not found["name"]:
            continue
        tags += 1
        name = found["name"].lower()
        attributes: Attributes = {}
        while matched := ATTRIBUTE.match(source, at):
            at = matched.end()
            value = matched["double"] or matched["single"] or matched["bare"] or ""
            attributes.setdefault(matched["name"].lower(), html.unescape(value))
        block = ""
        if name in ENDS:
            closed = ENDS[name].search(source, at)
            end = closed.start() if closed else len(source)
            block, at = source[at:end], end
        yield name, attributes, block


def _named(name: str, attributes: Attributes, relations: frozenset[str]) -> Iterator[str]:
    """What the attributes of one tag name."""
    preloaded = "preload" in relations and attributes.get("as", "").lower() in PRELOADED
    if name == "link" and (preloaded or relations & (ICONS | {"stylesheet"})):
        yield attributes.get("href", "")
    if name == "input" and attributes.get("type", "").lower() == "image":
        yield attributes.get("src", "")
    if name == "meta" and "og:image" in (attributes.get("property"), attributes.get("name")):
        yield attributes.get("content", "")
    for attribute in SOURCES.get(name, ()):
        yield attributes.get(attribute, "")
    if name in ("img", "source"):
        srcset, at = attributes.get("srcset", ""), 0
        while candidate := CANDIDATE.match(srcset, at):
            at = candidate.end()
            yield candidate["url"]


def _css_values(css: str) -> Iterator[str]:
    for matched in CSS.finditer(css):
        yield next(filter(None, matched.groups()), "")
