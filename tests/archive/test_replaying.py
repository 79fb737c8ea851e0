"""Pages and stylesheets written anew: what shows stays, what would do anything goes, and hostile ones take no time."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.archive.replaying import pages, styles
from apps.archive.replaying.addressing import Base
from tests.browser.hostile_page import WAYS, hostile_page, way

PAGE = "https://paper.example.com/news/story"
HELD = {
    "https://paper.example.com/a.png": "/r/1",
    "https://paper.example.com/news/s.css": "/r/2",
    "https://cdn.example.com/f.woff2?v=1": "/r/3",
}
CANARY = "http://canary.example"


def page(source: str) -> str:
    return pages.rewrite(source, PAGE, HELD.get)


def style(css: str) -> str:
    return styles.rewrite(css, Base(PAGE, HELD.get))


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<!DOCTYPE html><p class=a id='b'>Words &amp; more", '<!DOCTYPE html><p class="a" id="b">Words &amp; more'),
        ("1 < 2 <3 <", "1 &lt; 2 &lt;3 &lt;"),
        ("<title>a<b</title>", "<title>a&lt;b</title>"),
        ("<img src=/a.png alt='x>y' width=3>", '<img alt="x&gt;y" width="3" src="/r/1">'),
        ("<base href='/'><img src=a.png>", '<img src="/r/1">'),
        ("<img src=/none.png alt=Bridge>", '<img alt="Bridge">'),
        ("<img data-src=/a.png>", '<img data-src="/a.png" src="/r/1">'),
        (
            "<img src='data:,' data-src=/a.png><noscript><img src=/a.png></noscript>",
            '<img data-src="/a.png" src="/r/1">',
        ),
        ("<noscript><img src=/a.png></noscript>", '<img src="/r/1">'),
        ("<img srcset='/a.png 2x, /none.png 3x'>", '<img srcset="/r/1 2x">'),
        ("<picture><source srcset=/none.webp><img src=/a.png></picture>", '<picture><img src="/r/1"></picture>'),
        ("<link rel=stylesheet href=s.css media=print>", '<link rel="stylesheet" href="/r/2" media="print">'),
        ("<link rel='alternate stylesheet' href=s.css><link rel=icon href=/a.png>", ""),
        (
            "<a href=/other>k</a><a href='#x'>k</a>",
            '<a title="https://paper.example.com/other">k</a><a href="#x">k</a>',
        ),
        ("<a href='java\nscript:x'>k</a>", "<a>k</a>"),
        (
            "<form action=/x><input name=q value=1><button formaction=/y>Go</button></form>",
            '<div><input name="q" value="1" type="text" disabled=""><button>Go</button></div>',
        ),
        ("<input type=password><input type=hidden value=x>", '<input type="text" disabled="">'),
        ("<video poster=/a.png><source src=x.mp4>Too old</video>", '<img src="/r/1">'),
        ("<object data=x>inside</object><iframe src=x>inside</iframe>out", "out"),
        ("<template><p>no</p><template></template></template><p>yes", "<p>yes"),
        ("<x-host><template shadowrootmode=open><p>yes</template></x-host>", "<x-host><p>yes</x-host>"),
        (
            "<svg viewBox='0 0 9 9'><path d='M0 0'/><use href='#i'/><use href='/a.png#i'/></svg>",
            '<svg viewbox="0 0 9 9"><path d="M0 0" /><use href="#i" /><use /></svg>',
        ),
        ("<svg><image xlink:href=/a.png /></svg>", '<svg><image href="/r/1" /></svg>'),
        ("<script>var a = '</p>'</script>after", "after"),
        ("a<!-- b --!>c<!---->d<!-->e", "acde"),
        (
            "<meta name=viewport content='width=1'><meta http-equiv=refresh content=0>",
            '<meta name="viewport" content="width=1">',
        ),
        ("<p hidden onclick=x() data-on='a\"b'>t", '<p hidden="" data-on="a&quot;b">t'),
        ("<plaintext><b>", "<pre>&lt;b&gt;"),
        ("a\0b", "a\ufffdb"),
    ],
)
def test_a_page_is_written_anew(source, written):
    assert page(source) == written


@pytest.mark.parametrize(
    ("css", "written"),
    [
        ("a{background:url(/a.png) no-repeat}", 'a{background:url("/r/1") no-repeat}'),
        ("a{background:URL( '/a.png' )}", 'a{background:url("/r/1")}'),
        ("a{background:url(/none.png)}", 'a{background:url("data:,")}'),
        ("a{fill:url(#x)}", 'a{fill:url("#x")}'),
        (
            "@font-face{src:url(https://cdn.example.com/f.woff2?v=1) format('woff2')}",
            "@font-face{src:url(\"/r/3\") format('woff2')}",
        ),
        ("@import 's.css' print; b{c:d}", '@import "/r/2" print; b{c:d}'),
        ("@import url(s.css);b{}", '@import "/r/2";b{}'),
        ("@import url(none.css) print;b{}", "b{}"),
        ("@import 'data:text/css,a';b{}", "b{}"),
        (
            "a{b:image-set('/a.png' 1x, '/n.png' type('image/png') 2x) c}",
            'a{b:image-set("/r/1" 1x, "data:," type(\'image/png\') 2x) c}',
        ),
        ("a{b:image-set(var(--x) 1x)}", "a{b:image-set(none(--x) 1x)}"),
        ("a{content:'url(/a.png)'}", "a{content:'url(/a.png)'}"),
        (".md\\:x{a:b}.my-url(1){}", ".md\\:x{a:b}.my-url(1){}"),
        ("a{b:u\\72l(/none)}", 'a{b:url("data:,")}'),
        ("@\\69mport '/none';b{}", "b{}"),
        ("a{/* url(x) */b:c}", "a{/**/b:c}"),
        ("a{b:url(data:image/gif;base64,R0lG)}", 'a{b:url("data:image/gif;base64,R0lG")}'),
        ("a{b:url(data:text/html,x)}", 'a{b:url("data:,")}'),
        ("a{b:url(data:image/svg+xml,<svg></svg>)}", 'a{b:url("data:image/svg+xml,%3Csvg%3E%3C/svg%3E")}'),
    ],
)
def test_a_stylesheet_is_written_anew(css, written):
    assert style(css) == written


def test_nothing_in_a_style_block_ends_it():
    assert page("<style>a{b:'<\\/style><i>'}</style>") == "<style>a{b:'<\\/style>< i>'}</style>".replace("<\\/", "<\\/")
    assert "<!" not in page("<style><!-- a{} --></style>")


SAFE_TAG = re.compile(r"</?[a-z][a-z0-9-]*(?: [a-z][a-z0-9_.:-]*=\"[^\"<>]*\")*(?: /)?>")


def tags_of(written: str) -> list[str]:
    return re.findall(r"<[^>]*>?", written)


@pytest.mark.parametrize("name", WAYS)
def test_no_way_out_is_left_in_the_markup(name):
    written = page(way(name, CANARY))
    said = re.sub(r' title="[^"]*"| data-[a-z-]+="[^"]*"', "", written)
    if not said.startswith("<pre>"):
        assert "RAN" not in re.sub(r"(?s)>[^<]*<|^[^<]*|>[^<]*$", "><", said)
        assert not re.search(r"(?i)(?:src|href|url\(|@import)[^>]*canary\.example", said)
    for tag in tags_of(written):
        assert SAFE_TAG.fullmatch(tag) or tag.startswith(("<style", "<!DOCTYPE", "< ")), tag


MARKUP = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "/",
            "'",
            '"',
            "=",
            " ",
            "<!--",
            "-->",
            "<script",
            "</script>",
            "<style>",
            "</style>",
            "<svg>",
            "<a ",
            "<img ",
            "onerror=x",
            "src=http://canary.example",
            "<title>",
            "</title>",
            "<textarea>",
            "<template>",
            "\0",
            "&lt;",
            "<noscript>",
            "</noscript>",
            "<math>",
            "<![CDATA[",
            "]]>",
            "<plaintext>",
            "javascript:",
            "text",
            "style=",
            "url(",
            "\\",
            ")",
            "<video>",
            "</video>",
            "<x-y ",
            "<IFRAME ",
            "<base href=http://canary.example>",
            "\n",
        ]
    ),
    max_size=40,
).map("".join)


@given(MARKUP)
@settings(max_examples=300, deadline=None)
def test_whatever_comes_in_only_plain_tags_come_out(source):
    written = page(source)
    outside = re.sub(r"(?s)(<style[^>]*>).*?(?:</style>|$)", r"\1", written)
    for tag in tags_of(outside):
        assert SAFE_TAG.fullmatch(tag) or re.fullmatch(r"<!doctype\s[^<>]+>", tag, re.IGNORECASE), tag
    assert not re.search(r"(?i)<(script|iframe|object|embed|base|template|video)[\s/>]", outside)


@given(st.text(alphabet="url(@import\\'\"/*);{} \n2x72#a:-,imagestvr", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_stylesheet_names_what_the_record_does_not_hold(css):
    for found in re.finditer(r"url\(\"?([^\")]*)", re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", style(css))):
        assert found[1] in ("''", ""), (css, style(css))


GIANTS = {
    "open elements": "<div>" * 400_000,
    "attributes": "<p " + "a=b " * 400_000 + ">",
    "quotes": "<p a='" * 200_000,
    "comments": "<!--" * 400_000,
    "styles": "<style>" * 300_000,
    "titles": "<title>" * 300_000,
    "tags that end nowhere": "<" * 1_000_000 + "<a " * 300_000,
    "escapes": "<style>" + "\\75" * 400_000,
    "urls": "<style>" + "url(" * 400_000,
    "sets in sets": "<style>" + "image-set(" * 200_000,
    "imports": "<style>" + "@import " * 200_000,
    "css comments": "<style>" + "/*" * 700_000,
    "css strings": "<style>" + "'\n" * 700_000,
    "a long name": "<style>" + "u" * 2_000_000 + "\\",
    "srcset": "<img srcset='" + "a, " * 400_000 + "'>",
    "entities": "<p title='" + "&amp;" * 400_000 + "'>",
}


@pytest.mark.parametrize("name", GIANTS)
def test_giant_pages_take_time_in_proportion(name):
    """No clock: what took the square of its length would not end before the test's own limit."""
    written = page(GIANTS[name])
    assert len(written) <= 4 * len(GIANTS[name]) + 1_000


def test_of_a_page_without_end_the_beginning_is_shown_and_that_is_said():
    assert str(pages.NOT_ALL) in page("<p>x" * 150_000)
    assert str(pages.NOT_ALL) not in page("<p>x" * 1_000)


def test_the_whole_hostile_page_leaves_its_words():
    assert "A quiet page" in page(hostile_page(CANARY))
