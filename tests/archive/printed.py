"""Texts printed as the pages of twelve papers, no two built alike, with all that papers print around an article.

What a reader would call the article is known of each, for it was put there: see ``test_article_text``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

Print = Callable[[str, list[str]], str]

HEADLINES = [
    "Ferry company cancels its winter timetable",
    "Why the price of butter has doubled since spring",
    "Three museums open their doors on Sunday night",
    "Council votes on the bridge for the fourth time",
    "What the new teachers' contract says about holidays",
    "Storm brings down power lines in two valleys",
]
PLACES = ["Home", "World", "Politics", "Business", "Culture", "Sport", "Weather", "Obituaries", "Podcasts", "Archive"]
REMARKS = [
    "I have lived there for thirty years and nobody has ever asked any of us what we thought about it.",
    "This paper used to be better. Where is the crossword, and why is the weather on the last page now?",
    "Thank you for a report without shouting. More of this, please, and less of the other thing.",
]
LETTER = "Get the morning letter: the five stories that matter, in your inbox before breakfast, every day but Sunday."
COOKIES = (
    "We and our 812 partners store and read information on your device, such as cookies, to show you advertisements "
    "that suit you and to count who reads what. You can change your mind at any time under Settings."
)
ABOUT = "The author has reported from eleven countries and lives in a village with more goats than voters."


def paragraphs(texts: list[str], tag: str = "p", more: str = "") -> str:
    return "".join(f"<{tag}{more}>{escape(text)}</{tag}>" for text in texts)


def links(texts: list[str], tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/{at}">{escape(text)}</a></{tag}>' for at, text in enumerate(texts))


def page(title: str, body: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)} | The Paper</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def in_an_article(title: str, texts: list[str]) -> str:
    return page(
        title,
        f"<header><nav><ul>{links(PLACES)}</ul></nav></header><main><article><h1>{escape(title)}</h1>"
        f"<p class=byline>By <a href=/a>Ann Other</a> and Ben Else</p><time>27 December 2024, 9.30 am</time>"
        f"{paragraphs(texts)}</article><aside><h2>Most read</h2><ol>{links(HEADLINES)}</ol></aside></main>"
        f"<footer><p>© 2024 The Paper. All rights reserved.</p><ul>{links(['Imprint', 'Privacy', 'Contact'])}</ul></footer>",
    )


def in_boxes(title: str, texts: list[str]) -> str:
    inner = "".join(f'<div class="txt-block"><p>{escape(text)}</p></div>' for text in texts)
    return page(
        title,
        f"<div id=top><div class=menu>{links(PLACES, 'span')}</div></div><div class=wrap><div class=col-8>"
        f'<div class=hd><h1>{escape(title)}</h1><div class=meta>27.12.2024 · 3 min</div></div><div class="story-body">{inner}</div>'
        f"<div class=tags>Tags: {links(['Asia', 'Europe', 'War'], 'span')}</div></div>"
        f"<div class=col-4><div class=box><h3>Latest</h3>{links(HEADLINES, 'div')}</div></div></div>"
        f"<div id=foot><p>The Paper is printed on paper from forests that are looked after.</p></div>",
    )


def in_broken_lines(title: str, texts: list[str]) -> str:
    inner = "<br><br>".join(escape(text) for text in texts)
    return page(
        title,
        f"<div class=nav>{links(PLACES, 'b')}</div><h2 class=title>{escape(title)}</h2><div id=content>{inner}</div>"
        f"<div class=more><h4>More news</h4><ul>{links(HEADLINES)}</ul></div>",
    )


def with_a_script_of_its_own(title: str, texts: list[str]) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": title,
        "articleBody": "\n".join(texts),
    }
    state = {"props": {"page": {"title": title, "body": texts, "related": HEADLINES * 20}}}
    return page(
        title,
        f'<div id="__app"><div class="css-1k2j"><div class="css-9x">{links(PLACES, "div")}</div><div class="css-2b"><h1 '
        f'class="css-77">{escape(title)}</h1>{paragraphs(texts, "div", " class=css-p0")}</div></div></div>'
        f"<script id=state type=application/json>{json.dumps(state).replace('<', '&lt;')}</script>",
        f"<script type=application/ld+json>{json.dumps(data).replace('<', '&lt;')}</script>",
    )


def with_comments(title: str, texts: list[str]) -> str:
    said = "".join(f"<li class=comment><b>reader{at}</b><p>{text}</p></li>" for at, text in enumerate(REMARKS))
    return page(
        title,
        f'<div id=page><div class="post type-post"><h1 class=entry-title>{escape(title)}</h1><div class=entry-content>'
        f"{paragraphs(texts)}<div class=sharedaddy><h3>Share this:</h3><ul>{links(['Mail', 'Print', 'Link'])}</ul></div></div>"
        f"<div class=yarpp-related><h3>Related posts</h3><ol>{links(HEADLINES)}</ol></div></div>"
        f"<div id=comments><h2>3 thoughts on this</h2><ol class=comment-list>{said}</ol><form><label>Your comment"
        f"<textarea></textarea></label></form></div></div>",
    )


def in_a_table(title: str, texts: list[str]) -> str:
    inner = paragraphs(texts, "p", " align=justify")
    return page(
        title,
        f"<table width=100%><tr><td colspan=3>{links(PLACES, 'font')}</td></tr><tr><td width=20%>{links(HEADLINES, 'p')}</td>"
        f"<td><font size=5>{escape(title)}</font><br><font size=1>27 Dec 2024</font>{inner}</td><td width=20%><p>Advertisement"
        f"</p><p>Weather: 3 degrees, rain</p></td></tr></table>",
    )


def interrupted(title: str, texts: list[str]) -> str:
    between = [
        "<div class=advertisement><p>Advertisement</p><p>Boots that last a lifetime, now at half their price.</p></div>",
        f'<p><strong>Read more: <a href="/r">{HEADLINES[0]}</a></strong></p>',
        f"<aside class=newsletter-signup><h4>Morning letter</h4><p>{LETTER}</p><button>Sign up</button></aside>",
        '<div class="related-inline"><ul>' + links(HEADLINES[1:4]) + "</ul></div>",
    ]
    inner = "".join(
        f"<p>{escape(text)}</p>{between[at // 2 % 4] if at % 2 and at + 1 < len(texts) else ''}"
        for at, text in enumerate(texts)
    )
    return page(
        title, f"<main><article><header><h1>{escape(title)}</h1></header><section>{inner}</section></article></main>"
    )


def behind_a_question(title: str, texts: list[str]) -> str:
    return page(
        title,
        f'<div id="cookie-consent" role=dialog><h2>We value your privacy</h2><p>{COOKIES}</p><button>Accept</button></div>'
        f"<div class=site><div role=navigation>{links(PLACES, 'div')}</div><div role=main><h1>{escape(title)}</h1>"
        f"<div itemprop=articleBody>{paragraphs(texts)}</div><div class=author-bio><h4>Ann Other</h4><p>{ABOUT}</p></div></div>"
        f"<div class=promo><p>Subscribe now: four weeks for one pound, and then eight pounds a month.</p></div></div>",
    )


def with_its_lead_apart(title: str, texts: list[str]) -> str:
    lead = f'<p class="standfirst lead">{escape(texts[0])}</p>' if len(texts) > 1 else ""
    inner = paragraphs(texts[1:] if lead else texts)
    return page(
        title,
        f"<nav>{links(PLACES, 'span')}</nav><article><div class=head><h1>{escape(title)}</h1>{lead}</div>"
        f"<figure><img src=/p.jpg alt=''></figure><div class=article-text>{inner}</div></article>"
        f"<section class=recommended><h2>Recommended</h2><ul>{links(HEADLINES)}</ul></section>",
    )


def with_teasers_below(title: str, texts: list[str]) -> str:
    teasers = "".join(
        f'<article class=teaser><h3><a href="/{at}">{text}</a></h3><p>What that story tells is told here in one sentence, '
        f"and nobody but its own readers would miss number {at}.</p></article>"
        for at, text in enumerate(HEADLINES)
    )
    return page(
        title,
        f"<main><article class=full><h1>{escape(title)}</h1>{paragraphs(texts)}</article><section>{teasers}</section></main>",
    )


def with_headings_and_quotations(title: str, texts: list[str]) -> str:
    parts = [f"<blockquote><p>{escape(text)}</p></blockquote>" if at % 4 == 2 else f"<p>{escape(text)}</p>" for at, text in enumerate(texts)]  # fmt: skip
    return page(
        title,
        f"<div class=l-page><ul class=crumbs>{links(PLACES[:3])}</ul><div class=l-main><h1>{escape(title)}</h1>"
        f"<div class=rich-text>{''.join(parts)}</div></div><div class=l-side><h2>In this section</h2>{links(HEADLINES, 'p')}</div></div>",
    )


def for_a_telephone(title: str, texts: list[str]) -> str:
    inner = "".join(f"<section><p>{escape(text)}</p></section>" for text in texts)
    return page(
        title,
        f"<amp-sidebar><ul>{links(PLACES)}</ul></amp-sidebar><div class=amp-wp-article><h1>{escape(title)}</h1>"
        f"<div class=amp-wp-article-content>{inner}</div></div><div class=amp-wp-footer><p>Back to top</p></div>",
    )


PAPERS: list[Print] = [
    in_an_article,
    in_boxes,
    in_broken_lines,
    with_a_script_of_its_own,
    with_comments,
    in_a_table,
    interrupted,
    behind_a_question,
    with_its_lead_apart,
    with_teasers_below,
    with_headings_and_quotations,
    for_a_telephone,
]
