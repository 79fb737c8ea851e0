"""Which addresses a page and its stylesheets need: found in order, made absolute, in linear time."""

import time

import pytest

from apps.archive.capturing.requisites import in_css, in_html

BASE = "https://news.example.org/a/story"
ICON = '<link rel="icon" href="data:,">'


@pytest.mark.parametrize(
    ("markup", "paths"),
    [
        ('<link rel="stylesheet" href="s.css"><script src=/j.js></script>', ["/a/s.css", "/j.js"]),
        ("<link rel='Apple-Touch-Icon' href='/t.png'><link rel=canonical href=/c>", ["/t.png"]),
        ('<link rel=preload as=font href="/f.woff2"><link rel=preload as=fetch href="/x">', ["/f.woff2"]),
        ('<img src="1.png?a=1&amp;b=2" srcset="2.png 1x, 3,4.png 2x" data-src=5.png>',
         ["/a/1.png?a=1&b=2", "/a/5.png", "/a/2.png", "/a/3,4.png"]),
        ('<picture><source srcset="/w.webp 640w,/x.webp 1280w"></picture>', ["/w.webp", "/x.webp"]),
        ("<video poster=/p.jpg></video><input type=image src=/i.gif><input src=/no>", ["/p.jpg", "/i.gif"]),
        ('<svg><image xlink:href="/v.png"/></svg><meta property="og:image" content="/o.png">', ["/v.png", "/o.png"]),
        ("<p style=\"background:url('/b.png')\"><style>@import '/i.css';p{x:url(/c.png)}</style>",
         ["/b.png", "/i.css", "/c.png"]),
        ("<base href=/z/><base href=/no/><img src=1.png><img src=1.png#top>", ["/z/1.png"]),
        ("<img src=data:,x><img src='javascript:x()'><img src=about:blank><img src=#a><img src='//['>", []),
        ("<!-- <img src=/no> --><script>'<img src=/no>'</script><title><img src=/no></title>", []),
    ],
)  # fmt: skip
def test_a_page_names_what_it_needs_in_order(markup: str, paths: list[str]) -> None:
    assert in_html(ICON + markup, BASE) == [f"https://news.example.org{path}" for path in paths]


def test_the_site_icon_is_guessed_only_when_the_page_names_none() -> None:
    assert in_html("<p>Text", BASE) == ["https://news.example.org/favicon.ico"]
    assert in_html("<link rel='shortcut icon' href=/own.ico>", BASE) == ["https://news.example.org/own.ico"]


def test_a_stylesheet_names_imports_images_and_fonts_but_not_what_is_quoted_or_commented() -> None:
    css = """@import "a.css"; @import url(b.css); /* url(no.png) */ p { content: "url(no.png)"; background: url( 'c.png' ) }
    @font-face { src: url("d.woff2") format("woff2"), local(x) } i { mask: url(#m) url(data:,x) }"""
    assert in_css(css, "https://cdn.example.org/s/main.css") == [
        f"https://cdn.example.org/s/{name}" for name in ("a.css", "b.css", "c.png", "d.woff2")
    ]


@pytest.mark.parametrize(
    "piece",
    ["url(", 'url("', "/*", "@import ", "<img srcset='", "<img a=", "<", "<!--", "<style>", "<p a ", "<title</title"],
)
def test_five_megabytes_of_nonsense_are_read_in_linear_time(piece: str) -> None:
    text = piece * (5_000_000 // len(piece))
    started = time.process_time()
    in_html(text, BASE)
    in_css(text, BASE)
    in_html(f"<style>{text}", BASE)
    assert time.process_time() - started < 4, "three passes on a shared machine"


def test_a_srcset_of_commas_ends() -> None:
    started = time.process_time()
    assert in_html(f"{ICON}<img srcset='{',' * 3_900_000}'>", BASE) == []
    assert in_html(f"{ICON}<img srcset='/a{',' * 3_900_000}'>", BASE) == ["https://news.example.org/a"]
    assert time.process_time() - started < 2


def test_a_nul_in_an_address_is_replaced_as_the_standards_have_it():
    """PostgreSQL stores no NUL: a page that named one could not be captured at all."""
    page = '<link rel=icon href=/i><img src="/a\0b.png"><img src="/c&#0;d.png"><style>a{background:url(/e\0f)}</style>'
    named = [*in_html(page, "https://example.org/"), *in_css("a{background:url(/g\0h)}", "https://example.org/")]
    assert [url.removeprefix("https://example.org/") for url in named] == [
        "i",
        "a\ufffdb.png",
        "c\ufffdd.png",
        "e\ufffdf",
        "g\ufffdh",
    ]
