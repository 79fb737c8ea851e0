"""Headline, byline, date and text of pages as the web has them, and pages that no newsroom ever published."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.archive.reading.extraction import Article, read_article, read_plain
from apps.archive.reading.markup import MOST_FORMATTING, MOST_OPEN, tame
from apps.archive.web.decoding import LONGEST_TEXT

URL = "https://news.example/world/captured"
PARAGRAPHS = [
    "South Korea's intelligence service said on Friday that a wounded soldier had been captured in the Kursk region.",
    "The service said it had confirmed the capture through information shared in real time by an allied agency.",
    "An official in Kyiv declined to say where the man was being held, and gave no further details of his condition.",
]
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>One soldier captured, Seoul says - The Example</title>
{head}</head><body><div class="cookie-banner"><p>We use cookies to make this site better for you.</p>
<button>Accept all</button></div><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<main><article><h1>One soldier captured, Seoul says</h1>{top}{body}{bottom}</article>
<aside class="advertisement"><p>Advertisement: a telephone at half its price, today only</p></aside></main>
<footer><p>Copyright The Example. All rights reserved.</p></footer></body></html>"""


def page(*, head: str = "", top: str = "", body: str = BODY, bottom: str = "") -> str:
    return PAGE.format(head=head, top=top, body=body, bottom=bottom)


def data(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def article(**fields: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", **fields}


def read(**parts: str) -> Article:
    return read_article(page(**parts), URL)


def test_it_reads_the_article_and_not_what_stands_around_it() -> None:
    found = read()
    assert found.text.split("\n") == PARAGRAPHS
    for boilerplate in ("cookies", "Accept", "Sport", "Advertisement", "Copyright"):
        assert boilerplate not in found.text


def test_a_page_that_declares_everything_is_believed() -> None:
    found = read(
        head=data(
            article(
                headline="Seoul: one soldier &amp; no more",
                author=[{"@type": "Person", "name": "Ada Lee"}, {"@type": "Person", "name": "Ben Cho"}],
                publisher={"@type": "Organization", "name": "The Example"},
                datePublished="2024-12-27T09:30:00+09:00",
                creditText="AFP",
            )
        )
        + '<link rel="canonical" href="/world/captured?utm=no"><meta property="og:title" content="Not this one">'
    )
    assert found.title == "Seoul: one soldier & no more"
    assert found.byline == "Ada Lee, Ben Cho"
    assert found.site_name == "The Example"
    assert found.published == datetime(2024, 12, 27, 0, 30, tzinfo=UTC)
    assert found.language == "en-GB"
    assert found.canonical_url == "https://news.example/world/captured?utm=no"
    assert found.credit_line == "AFP"


@pytest.mark.parametrize(
    "value",
    [
        article(headline="Found"),
        [article(headline="Found")],
        {"@graph": [{"@type": "WebSite", "name": "The Example"}, article(headline="Found")]},
        [{"@type": "Organization", "headline": "Not this one"}, [article(headline="Found")]],
        {"@type": "WebPage", "headline": "Not this one", "mainEntity": article(headline="Found")},
        {"@type": ["Report", "NewsArticle"], "headline": "Found"},
        f"<!-- {json.dumps(article(headline='Found'))} -->",
        json.dumps(article(headline="Found")) + ";",
        '{"@type": "NewsArticle", "headline": "Found", "description": "a raw\nline break"}',
    ],
)
def test_json_ld_is_read_in_the_shapes_that_sites_use(value: Any) -> None:
    assert read(head=data(value)).title == "Found"


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "",
        "null",
        "17",
        '"text"',
        "[[[[]]]]",
        "[" * 100_000,
        '{"@graph":' * 20_000 + "1" + "}" * 20_000,
        '{"headline": ' + "9" * 5_000 + "}",
        article(headline=17, author={"name": ["x"]}, publisher=None, datePublished={"a": 1}, inLanguage=[]),
        article(headline=None, author=[None, 1, [], {}], datePublished="yesterday", **{"@graph": "x"}),
        article(headline="", datePublished="9999-99-99T99:99:99Z"),
        article(datePublished="0001-01-01T00:00:00+23:59"),
    ],
)
def test_json_ld_that_makes_no_sense_leaves_the_page_to_speak(value: Any) -> None:
    found = read(head=data(value))
    assert (found.title, found.byline, found.published) == ("One soldier captured, Seoul says", "", None)
    assert PARAGRAPHS[0] in found.text


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ('<meta property="og:title" content="From the card">', "From the card"),
        ('<META NAME="twitter:title" CONTENT="From the card">', "From the card"),
        (
            '<meta property="og:title" content="Headline | The Wire"><meta property="og:site_name" content="The Wire">',
            "Headline",
        ),
        ('<meta property="og:title" content="Seoul - a capital">', "Seoul - a capital"),
    ],
)
def test_a_title_is_taken_without_the_name_of_the_site(markup: str, title: str) -> None:
    assert read(head=markup).title == title


@pytest.mark.parametrize(
    ("title", "heading", "found"),
    [
        (
            "Talks end without a word - Ada Lee and Ben Cho - The Desk",
            "Talks end without a word",
            "Talks end without a word",
        ),
        ("The Wire | Talks end without a word", "Talks end without a word", "Talks end without a word"),
        ("Talks end without a word | TW | 27.12.2024", "Talks end without a word", "Talks end without a word"),
        ("Talks end without a word of regret", "Talks end without a word", "Talks end without a word of regret"),
        ("Why the talks ended - and what follows", "The Example", "Why the talks ended - and what follows"),
    ],
)
def test_a_heading_at_the_edge_of_the_title_is_the_title(title: str, heading: str, found: str) -> None:
    head = f'<meta property="og:title" content="{title}">'
    assert read_article(f"<html><head>{head}</head><body><h1>{heading}</h1>{BODY}", URL).title == found


def test_the_heading_that_the_title_element_begins_with_is_preferred_to_the_sites_own() -> None:
    markup = f"<title>Talks end without a word - The Example</title><body><h1>The Example News</h1><h1>Talks end without a word</h1>{BODY}"
    assert read_article(markup, URL).title == "Talks end without a word"


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("One soldier captured - The Example", "One soldier captured"),
        ("One soldier captured – NIS – The Example", "One soldier captured – NIS"),
        ("One soldier captured | The Example", "One soldier captured"),
        ("North-South talks", "North-South talks"),
        (
            "News - A very long second half that cannot be the name of any site",
            "News - A very long second half that cannot be the name of any site",
        ),
    ],
)
def test_the_title_element_is_the_last_resort(title: str, cleaned: str) -> None:
    assert read_article(f"<html><title>{title}</title><body>{BODY}", URL).title == cleaned


@pytest.mark.parametrize(
    ("head", "top", "byline"),
    [
        ('<meta name="author" content="Ada Lee">', "", "Ada Lee"),
        (
            '<meta property="article:author" content="https://social.example/ada">',
            '<p class="byline">By Ada Lee</p>',
            "Ada Lee",
        ),
        ("", '<a rel="author" href="/ada">Ada Lee</a>', "Ada Lee"),
        ("", '<p class="byline"></p>', ""),
        ("", '<p class="byline">9:39AM GMT 27 Dec 2024</p><p class="byline">By Ada Lee</p>', "Ada Lee"),
        ("", '<p class="byline">By Ada Lee Friday, Dec. 27, 2024</p>', "Ada Lee"),
        ("", '<p class="byline">Ada Lee on December 27, 2024 09:30 am @adalee</p>', "Ada Lee"),
        ("", '<p class="byline">Ada Lee , The Example 9:30 a.m. KST December 27</p>', "Ada Lee, The Example"),
        ("", '<p class="byline">Ada Lee - 2024-12-27 09:30 UTC</p>', "Ada Lee"),
        ("", '<p class="byline">Ada Lee Updated: 27 December</p>', "Ada Lee"),
        ("", '<p class="byline">Ada May and Ben March</p>', "Ada May and Ben March"),
        ("", f'<div class="author">{"about me " * 200}</div>', ""),
    ],
)
def test_a_byline_is_found_where_sites_put_it(head: str, top: str, byline: str) -> None:
    assert read(head=head, top=top).byline == byline


@pytest.mark.parametrize(
    ("head", "published"),
    [
        (
            '<meta property="article:published_time" content="2024-12-27T00:30:00Z">',
            datetime(2024, 12, 27, 0, 30, tzinfo=UTC),
        ),
        ('<meta name="pubdate" content="Fri, 27 Dec 2024 09:30:00 +0900">', datetime(2024, 12, 27, 0, 30, tzinfo=UTC)),
        ('<meta itemprop="datePublished" content="2024-12-27">', datetime(2024, 12, 27, tzinfo=UTC)),
        ('<meta name="sailthru.date" content="2024-12-27T00:30:00Z">', datetime(2024, 12, 27, 0, 30, tzinfo=UTC)),
        ('<meta name="DC.date.issued" content="2024-12-27">', datetime(2024, 12, 27, tzinfo=UTC)),
        ('<span itemprop="datePublished" content="2024-12-27"></span>', datetime(2024, 12, 27, tzinfo=UTC)),
        ('<time itemprop="datePublished" datetime="2024-12-27"></time>', datetime(2024, 12, 27, tzinfo=UTC)),
        (data(article(dateCreated="2024-12-27T00:30:00Z")), datetime(2024, 12, 27, 0, 30, tzinfo=UTC)),
        ('<meta name="date" content="1066-10-14">', None),
        ('<meta name="date" content="soon">', None),
    ],
)
def test_a_date_is_read_or_left_open(head: str, published: datetime | None) -> None:
    assert read(head=head).published == published


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://other.example/a", "https://other.example/a"),
        ("/b", "https://news.example/b"),
        ("javascript:alert(1)", ""),
        ("ftp://news.example/a", ""),
        ("https://user@news.example/", ""),
        ("https://[broken/", ""),
        ("https://news.example/a b", ""),
        ("http:///nowhere", ""),
        ("", ""),
        ("https://news.example/" + "a" * 1_900, "https://news.example/" + "a" * 1_900),
        ("https://news.example/" + "a" * 2_100, ""),
    ],
)
def test_a_canonical_address_must_be_one(href: str, canonical: str) -> None:
    assert read(head=f'<link rel="canonical" href="{href}">').canonical_url == canonical


def test_a_site_that_names_itself_by_its_address_is_called_without_the_scheme() -> None:
    assert read(head='<meta property="og:site_name" content="https://www.wire.example/">').site_name == "wire.example"


@pytest.mark.parametrize(
    ("attribute", "language"),
    [
        ('lang="ko"', "ko"),
        ('lang="pt_BR"', "pt-BR"),
        ('xml:lang="fr"', "fr"),
        ('lang="<b>"', ""),
        ('lang=""', ""),
        ("", ""),
    ],
)
def test_a_language_is_a_language_tag(attribute: str, language: str) -> None:
    assert read_article(f"<html {attribute}><body>{BODY}</body></html>", URL).language == language


# Whose copy it is


@pytest.mark.parametrize(
    ("parts", "credit"),
    [
        ({"head": data(article(sourceOrganization={"@type": "Organization", "name": "Yonhap"}))}, "Yonhap"),
        ({"head": '<meta name="source" content="Reuters">'}, "Reuters"),
        ({"bottom": '<div class="article-source">Source: AFP</div>'}, "AFP"),
        ({"bottom": '<span class="credit">Agence France-Presse</span>'}, "Agence France-Presse"),
        ({"bottom": '<p class="source">Source: The Harbour Gazette</p>'}, "The Harbour Gazette"),
        ({"bottom": '<p class="article-source">The Harbour Gazette</p>'}, "The Harbour Gazette"),
        ({"head": '<meta name="author" content="AFP">'}, "AFP"),
        ({"head": '<meta name="author" content="Hong Gildong, AFP">'}, "AFP"),
        ({"head": '<meta name="author" content="APP - UrduPoint">'}, "APP - UrduPoint"),
        ({"top": '<p class="byline">By Reuters</p>'}, "Reuters"),
        ({"body": f"<p>SEOUL, Dec 27 (AFP) - {PARAGRAPHS[0]}</p>{BODY}"}, "AFP"),
        (
            {"body": f"<p>Seoul, (APP - UrduPoint / Pakistan Point News - 27th Dec, 2024) {PARAGRAPHS[0]}</p>{BODY}"},
            "APP - UrduPoint / Pakistan Point News",
        ),
        ({"bottom": "<p>— Yonhap</p>"}, "Yonhap"),
        ({"bottom": "<p>(With inputs from AFP)</p>"}, "AFP"),
        ({"bottom": "<p>AFP/Reuters</p>"}, "AFP/Reuters"),
    ],
)
def test_an_agency_is_recognised_by_its_credit_line(parts: dict[str, str], credit: str) -> None:
    assert read(**parts).credit_line == credit


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"body": f"<p>The National Intelligence Service (NIS) spoke to AFP by telephone.</p>{BODY}"},
        {"body": f"<p>The app was mentioned by Reuters readers in a letter (see below).</p>{BODY}"},
        {"top": '<figure><figcaption>A road. <span class="credit">Photo: AFP</span></figcaption></figure>'},
        {"body": f"<p>A road near Kursk (AP Photo/Ada Lee). {PARAGRAPHS[0]}</p>{BODY}"},
        {"top": '<div class="photoBox"><p class="source">Reuters</p></div>', "body": BODY * 2},
        {"top": '<p class="credit">Photo: Ada Lee</p>'},
        {"top": '<p class="article-source">Photo: Ada Lee</p>'},
        {"top": '<div class="source">Washington CNN —</div>'},
        {"bottom": '<li class="source">Source The ministry of defence</li>'},
        {"head": '<meta name="source" content="https://news.example/">'},
        {"head": '<meta name="author" content="Tass Miller">'},
    ],
)
def test_a_name_in_passing_and_a_photographer_are_no_credit_line(parts: dict[str, str]) -> None:
    assert read(**parts).credit_line == ""


# What may come back


def test_nothing_invisible_and_nothing_endless_comes_back() -> None:
    long = "x" * 10_000
    dirty = "Cap\u202etured\u2066 \x00\x07\x1b[31m\ufeff\u200fnow\x85"
    found = read(
        head=data(
            article(
                headline=dirty + long,
                author={"name": dirty + long},
                publisher={"name": dirty + long},
                creditText=dirty + long,
            )
        ),
        body=f"<p>{dirty} {long}</p>" + BODY * 8_000,
    )
    assert found.title.startswith("Captured [31m\u200fnow")
    lengths = [len(text) for text in (found.title, found.byline, found.site_name, found.credit_line)]
    assert lengths == [500, 300, 200, 200]
    assert 0 < len(found.text) <= 2_000_000
    for text in (found.title, found.byline, found.site_name, found.credit_line, found.text):
        assert not set("\x00\x07\x1b\x85\u202e\u2066\ufeff") & set(text)


def test_an_article_that_stands_only_in_the_data_is_found_there() -> None:
    words = " ".join(PARAGRAPHS)
    markup = f'<html><head>{data(article(headline="Found", articleBody=words))}</head><body><div id="app"></div></body>'
    assert read_article(markup, URL).text == words


def test_plain_text_has_its_first_line_for_a_title() -> None:
    found = read_plain("\r\n  Statement of the ministry\r\nIt says\x00 something.\r\n\r\n(AFP)\r\n")
    assert found == Article(
        title="Statement of the ministry",
        text="Statement of the ministry\nIt says something.\n\n(AFP)",
        credit_line="AFP",
    )
    assert read_plain("") == Article()


# Hostile pages. Ordinary pages take some hundredths of a second. Before the markup was bounded, single cases here took
# more than a minute or a gigabyte; now the slowest takes about 3 s of CPU, so 10 s leave room for a slow machine and
# still fail when a bound is lost.
SECONDS = 10
FULL = LONGEST_TEXT
HOSTILE = {
    "nothing but div": "<div>" * (FULL // 5),
    "div with text": "<div>a" * (FULL // 6),
    "nothing but b": "<b>" * (FULL // 3),
    "b with attributes": "".join(f"<p><b id={number}>" for number in range(300_000)),
    "lists in lists": "<ul><li>" * (FULL // 8),
    "tables in tables": "<table><tr><td>" * (FULL // 15),
    "closed in the wrong order": ("<a><div>" * 170 + "</a></div>" * 170) * 1_000,
    "half a million attributes": "<div " + " ".join(f"a{number}=1" for number in range(500_000)) + ">",
    "many tags of many attributes": ("<div " + " ".join(f"a{number}" for number in range(350)) + ">") * 2_500,
    "a million paragraphs": "<p>word " * (FULL // 8),
    "a million breaks": "<p>a<br>" * (FULL // 8),
    "links": '<p><a href="http://x.example/">some text</a> and what follows it, a sentence</p>' * (FULL // 80),
    "nothing but <": "<" * FULL,
    "nothing but <a": "<a" * (FULL // 2),
    "comments without end": "<!--" * (FULL // 4),
    "div behind a comment that is none": "<!-->" + "<div>" * (FULL // 5),
    "div in a style in an svg": "<svg><style>" + "<div>" * (FULL // 5),
    "scripts without end": "<script>" * (FULL // 8),
    "NULs": "<p>" + "\0" * FULL,
    "NULs in tags": "<\0div\0>" * (FULL // 7),
    "one long word": "<p>" + "a" * FULL,
    "one long gap": "<p>" + " " * FULL + "x",
    "entities": "&amp;" * (FULL // 5),
    "a deep array": data("[" * 900_000),
    "thirty long arrays": data("[" + "{}," * 300_000 + "{}]") * 5,
    "tables to compare": "<table><tr><td>Words that are long enough, to be read</td></tr></table>" * 12_000,
    "remarks in remarks": '<div class="comment-x">' * 170
    + "word"
    + "</div>" * 170
    + '<p class="comment">x</p>' * 40_000,
    "headlines in boxes in boxes": "<h1>x</h1>"
    + ("<div>" * 170 + "<a href=/x>A headline of another article</a>" + "</div>" * 170) * 145,
    "captions of as many names": "".join(f"<p class='caption-{'x' * 300}-{number}'>a</p>" for number in range(45_000)),
    "calls that come to nothing": ("<p><a href=/x>Sign up</a> " + "a " * 130 + "</p>") * 11_000,
    "an address without end": "<p>Words.</p><p>" + "a.a@" * (FULL // 5),
    "short lines aside": "<article><p>a b</p>"
    + "<p>b a</p>" * 20_000
    + "<div>"
    + "<p>A longer sentence, held here.</p>" * 20_000,
    "twice the limit": "<p>A sentence, of a certain length, that goes on.</p>" * (FULL // 25),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_survived_in_time(name: str) -> None:
    started = time.process_time()
    found = read_article(HOSTILE[name], URL)
    assert time.process_time() - started < SECONDS
    assert isinstance(found.text, str)


@given(st.text(alphabet="<>/!-ab divscriptp=\"'&;\x00\u202e\ud800 ", max_size=200))
def test_no_markup_makes_it_fail(markup: str) -> None:
    found = read_article(markup, URL)
    assert found.text.encode("utf-8") is not None
    assert isinstance(read_plain(markup).text.encode("utf-8"), bytes)


def test_taming_leaves_an_ordinary_page_alone() -> None:
    markup = page(top='<p>a < b and <b class="x">bold</b> &amp; <img src="a.jpg"> text</p>').replace(
        "<!DOCTYPE html>", ""
    )
    assert tame(markup).html == markup


def test_taming_takes_out_what_is_never_text() -> None:
    markup = "<p>one</p><script>if (a<b) {}</script><style>p{}</style><!-- <p>not this</p> --><p>two</p>"
    assert tame(markup).html == "<p>one</p><p>two</p>"


def test_taming_bounds_depth_formatting_and_attributes() -> None:
    assert tame("<div>" * 1_000 + "text").html == "<div>" * MOST_OPEN + "text"
    assert tame("<div>x</div>" * 1_000).html == "<div>x</div>" * 1_000
    assert tame("<p><b>" * 1_000).html.count("<b>") == MOST_FORMATTING
    assert tame("<p><b>x</b>" * 1_000).html.count("<b>") == 1_000
    assert tame(f"<p {'a ' * 2_000}>text").html == "<p>text"
