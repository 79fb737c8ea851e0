"""What an archived page says: headline, byline, date and article text, without what stands around them."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from apps.archive.reading.body import article_text
from apps.archive.reading.frame import without_frame
from apps.archive.reading.markup import MOST_OPEN, tame

LONGEST_TEXT = 2_000_000
MOST_DATA_ITEMS = 2_000
LONGEST_TITLE = 500
LONGEST_BYLINE = 300
LONGEST_SITE = 200
LONGEST_CREDIT = 200
LONGEST_URL = 2_048
LONGEST_SUFFIX = 40
SHORT_TEXT = 200


PUBLISHED_METAS = (
    "article:published_time",
    "datePublished",
    "parsely-pub-date",
    "sailthru.date",
    "article:published",
    "og:article:published_time",
    "article.published",
    "dc.date.issued",
    "dcterms.created",
    "publish-date",
    "pubdate",
    "dc.date",
    "date",
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
SPACES = re.compile(r"\s+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")
SUFFIX = re.compile(r"\s+(?:[-\u2013\u2014|\u00b7\u2022\u00bb:]|::)\s+")
SEPARATED = re.compile(r"\s*[-\u2013\u2014|\u00b7\u2022\u00bb:\uff1a\u2026]")
SHORTEST_HEADING = 12
ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review)$")
BY = re.compile(r"^(?:by|author|autor|von|par|от|автор)\b[\s:]*", re.IGNORECASE)

MONTH = r"(?:jan|feb|mar|m\u00e4r|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]{0,6}\.?"
AFTER_A_NAME = re.compile(
    rf"(?:^|\s)(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
    rf"(?:{MONTH}\s+\d{{1,2}}\b|\d{{1,2}}\.?\s+{MONTH}\s+\d{{4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}"
    rf"|\d{{1,2}}[:.]\d\d\s*(?:[ap]\.?m\b|uhr)|(?:updated|published|posted|last updated|aktualisiert)\b|@\w)",
    re.IGNORECASE,
)

AGENCY = (
    r"(?:Agence France-Presse|Associated Press|Press Trust of India|Pakistan Point News|Deutsche Presse-Agentur"
    r"|AFP|AP|APP|ANI|ANSA|Anadolu(?: Agency)?|Bernama|Bloomberg|DPA|dpa|EFE|IANS|Interfax(?:-Ukraine)?|KCNA"
    r"|Kyodo(?: News)?|PA Media|PTI|Reuters|RIA Novosti|SPA|TASS|Ukrinform|UNI|UPI|UrduPoint|WAM|Xinhua"
    r"|Yonhap(?: News(?: Agency)?)?)"
)
AGENCIES = rf"{AGENCY}(?:\s*(?:[-\u2013\u2014/,&]|and|via)\s*{AGENCY}){{0,3}}"
IN_BRACKETS = re.compile(rf"\(\s*({AGENCIES})\b(?!\s+(?:[Pp]hoto|[Ii]mage|[Ff]ile))[^()\n]{{0,60}}\)")
ON_A_LINE = re.compile(
    rf"[\s(\[\u2013\u2014*-]*(?:(?i:source|credit|via|with inputs? from|by)\b[\s:]*)?({AGENCIES})[\s)\].*]*"
)
ENDS_A_BYLINE = re.compile(rf"(?:^|[\s,/|(-])({AGENCIES})\)?$")
SURE_CREDITS = frozenset({"credit-line", "article-source", "news-source", "story-source", "article-credit"})
CREDIT_ELEMENTS = ", ".join(f".{name}" for name in (*sorted(SURE_CREDITS), "agency", "source", "credit"))
CREDIT_LABEL = re.compile(r"(?:source|credit|quelle|fuente|fonte)s?\s*:\s*", re.IGNORECASE)
PICTURE = re.compile(
    r"\W*(?:(?:source|credit)s?\s*:\s*)?(?:photos?|images?|pictures?|illustration|foto|bild|video)\b", re.IGNORECASE
)
PICTURE_NAME = re.compile(r"image|photo|picture|gallery|video|caption|slide", re.IGNORECASE)
NEAR = 4
LEADING = 400
CLOSING_LINES = 4


@dataclass(frozen=True)
class Article:
    """What was read from one page. Empty where the page doesn't say."""

    title: str = ""
    text: str = ""
    byline: str = ""
    site_name: str = ""
    published: datetime | None = None
    language: str = ""
    canonical_url: str = ""
    credit_line: str = ""


def read_article(html_text: str, url: str) -> Article:
    """The article on a page. Never raises: what can't be read stays empty."""
    markup = tame(html_text)
    page = _Page(LexborHTMLParser(markup.html), [item for block in markup.data for item in _items(block)])
    said = _several_lines(page.from_data(_plain("articleBody")))
    text = _several_lines(article_text(markup.html, said))
    if len(text) < SHORT_TEXT:
        text = max(text, said, key=len)
    site_name = page.from_data(_name_of("publisher")) or page.meta("og:site_name", "application-name")
    site_name = re.sub(r"^https?://(?:www\.)?", "", _line(site_name, LONGEST_SITE)).rstrip("/")
    byline = BY.sub("", _line(_byline(page), LONGEST_BYLINE))
    title, published = _title(page, site_name), _published(page)
    credit_line = _line(_credit(page, byline, text), LONGEST_CREDIT)
    return Article(
        title=title,
        text=without_frame(text, title, byline, credit_line, site_name),
        byline=byline,
        site_name=site_name,
        published=published,
        language=_language(page),
        canonical_url=_canonical(page, url),
        credit_line=credit_line,
    )


def read_plain(text: str) -> Article:
    """A page of plain text: its first line is the title."""
    text = _several_lines(text)
    lines = text.split("\n", 1)
    return Article(title=_line(lines[0], LONGEST_TITLE), text=text, credit_line=_credit_in(text))


@dataclass
class _Page:
    tree: LexborHTMLParser
    data: list[dict[str, Any]]

    def from_data(self, read: Callable[[dict[str, Any]], str]) -> str:
        """The first JSON-LD item about an article that answers, or else any item that does."""
        return html.unescape(next(filter(None, map(read, self.data)), ""))

    def meta(self, *names: str) -> str:
        """The content of the first meta element with one of these names, in the order of the names."""
        for name in names:
            for attribute in ("property", "name", "itemprop"):
                for element in self.tree.css(f'meta[{attribute}="{name}" i]'):
                    if content := (element.attributes.get("content") or "").strip():
                        return content
        return ""

    def text_of(self, selector: str, longest: int) -> Iterator[str]:
        """The texts of the elements that match, when they are short enough to be what they are taken for."""
        for element in self.tree.css(selector)[:20]:
            text = SPACES.sub(" ", element.text(separator=" ")[: longest * 4]).strip()
            if 0 < len(text) <= longest:
                yield text


def _items(block: str) -> list[dict[str, Any]]:
    """Every object in a JSON-LD block, those about articles first."""
    block = block.strip().removeprefix("<!--").removeprefix("//<![CDATA[").removesuffix("-->").removesuffix("//]]>")
    try:
        waiting = [json.loads(block.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        return []
    items: list[dict[str, Any]] = []
    for _ in range(MOST_DATA_ITEMS):
        if not waiting:
            break
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = value[:MOST_DATA_ITEMS]
        elif isinstance(value, dict):
            items.append(value)
            waiting += [value[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in value]
    return sorted(items, key=lambda item: not ARTICLE_TYPE.search(str(item.get("@type", "")).rstrip("']")))


def _plain(key: str) -> Callable[[dict[str, Any]], str]:
    def read(item: dict[str, Any]) -> str:
        value = item.get(key)
        return value if isinstance(value, str) else ""

    return read


def _name_of(key: str) -> Callable[[dict[str, Any]], str]:
    def read(item: dict[str, Any]) -> str:
        values = item.get(key)
        names = []
        for value in values[:10] if isinstance(values, list) else [values]:
            name = value.get("name") if isinstance(value, dict) else value
            if isinstance(name, str) and name.strip() and not name.startswith(("http://", "https://")):
                names.append(name.strip())
        return ", ".join(names)

    return read


def _title(page: _Page, site_name: str) -> str:
    chosen = page.from_data(_plain("headline")) or page.meta("og:title", "twitter:title")
    element = next(page.text_of("title", LONGEST_TITLE), "")
    headings = list(page.text_of("h1", LONGEST_TITLE))
    title = _line(chosen or element, LONGEST_TITLE)
    # A heading that the title begins or ends with is the title without the site's name, section or date.
    for heading in headings:
        if len(heading) >= SHORTEST_HEADING and title != heading and _is_edge_of(heading, title):
            return _line(heading, LONGEST_TITLE)
    if not chosen and headings:
        title = _line(headings[0], LONGEST_TITLE)
    *_, ending = [None, *SUFFIX.finditer(title)]
    if ending is None:
        return title
    last = title[ending.end() :]
    is_site = last.casefold() == site_name.casefold() or (
        not (chosen or headings) and len(last) <= min(LONGEST_SUFFIX, ending.start())
    )
    return title[: ending.start()] if is_site else title


def _is_edge_of(heading: str, title: str) -> bool:
    short, long = heading.casefold(), title.casefold()
    after, before = long.removeprefix(short), long.removesuffix(short)
    return bool((after != long and SEPARATED.match(after)) or (before != long and SEPARATED.search(before[-2:])))


def _byline(page: _Page) -> str:
    written = page.from_data(_name_of("author"))
    written = written or page.meta("author", "article:author", "parsely-author", "sailthru.author", "dc.creator")
    if written and not written.startswith(("http://", "https://")):
        return written
    marked = page.text_of('[rel~="author"], [itemprop="author"], .byline, .author', LONGEST_BYLINE)
    return next(filter(None, map(_without_date, marked)), "")


def _without_date(byline: str) -> str:
    """A byline as it stands on a page, up to the date, the account or the "updated" that follows the names."""
    found = AFTER_A_NAME.search(byline)
    names = byline[: found.start()] if found else byline
    return re.sub(r"\s+,", ",", names).strip(" ,;|/\u00b7\u2022\u2013\u2014-")


def _published(page: _Page) -> datetime | None:
    candidates = [page.from_data(_plain("datePublished")), *(page.meta(name) for name in PUBLISHED_METAS)]
    marked = [*page.tree.css('[itemprop~="datePublished"]')[:3], *page.tree.css("time[pubdate], time[datetime]")[:1]]
    for element in marked:
        candidates += [element.attributes.get(name) or "" for name in ("datetime", "content", "title")]
    candidates.append(page.from_data(_plain("dateCreated")))
    for candidate in candidates:
        if moment := _moment(candidate.strip()):
            return moment
    return None


def _moment(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text[:60])
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if moment.year >= 1990 and moment <= datetime.now(UTC) + timedelta(days=1):
            return moment
    return None


def _language(page: _Page) -> str:
    root = page.tree.css_first("html")
    declared = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "") if root else ""
    for candidate in (declared, page.meta("og:locale"), page.from_data(_plain("inLanguage"))):
        if LANGUAGE.fullmatch(candidate.strip()):
            return candidate.strip().replace("_", "-")
    return ""


def _canonical(page: _Page, url: str) -> str:
    links = [element.attributes.get("href") or "" for element in page.tree.css('link[rel~="canonical" i]')[:1]]
    for candidate in (*links, page.meta("og:url")):
        try:
            absolute = urljoin(url, candidate.strip())
            parts = urlsplit(absolute)
        except ValueError:
            continue
        plain = parts.hostname and "@" not in parts.netloc and not re.search(r"[\x00-\x20\x7f-\x9f\\]", absolute)
        if candidate.strip() and parts.scheme in ("http", "https") and plain and len(absolute) <= LONGEST_URL:
            return absolute
    return ""


def _credit(page: _Page, byline: str, text: str) -> str:
    said = page.from_data(_plain("creditText")) or page.from_data(_name_of("sourceOrganization"))
    said = said or page.meta("source", "news_source", "article:source", "dc.source", "dcterms.source")
    if said and not said.startswith(("http://", "https://")):
        return said
    # Inside a figure, and in most elements that are only called "credit", it is the photographer's.
    for element in page.tree.css(CREDIT_ELEMENTS)[:10]:
        line = SPACES.sub(" ", element.text(separator=" ")[:400]).strip()
        if not 0 < len(line) <= LONGEST_CREDIT or _beside_a_picture(element):
            continue
        sure = not SURE_CREDITS.isdisjoint((element.attributes.get("class") or "").split())
        if ON_A_LINE.fullmatch(line) or ((sure or CREDIT_LABEL.match(line)) and not PICTURE.match(line)):
            return CREDIT_LABEL.sub("", line)
    found = ENDS_A_BYLINE.search(byline)
    return found[1] if found else _credit_in(text)


def _beside_a_picture(element: Any) -> bool:
    """Within a figure, or within an element that is named after one."""
    for step in range(MOST_OPEN):
        if element is None:
            break
        names = element.attributes.get("class") or ""
        if element.tag in ("figure", "figcaption") or (step < NEAR and PICTURE_NAME.search(names)):
            return True
        element = element.parent
    return False


def _credit_in(text: str) -> str:
    """An agency named in brackets at the beginning, or alone on one of the last lines."""
    if found := IN_BRACKETS.search(text[:LEADING]):
        return found[1]
    for line in reversed(text[-2_000:].split("\n")[-CLOSING_LINES:]):
        if found := ON_A_LINE.fullmatch(line.strip()):
            return found[1]
    return ""


def _line(text: str, longest: int) -> str:
    return SPACES.sub(" ", UNSEEN.sub("", text[: longest * 10])).strip()[:longest].rstrip()


def _several_lines(text: str) -> str:
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:LONGEST_TEXT].rstrip()
