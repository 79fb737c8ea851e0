"""Which lines of a page are its article, and which stand around it."""

import json
from html import escape

import pytest

from apps.archive.reading.body import LONGEST_COMPARED, MOST_ELEMENTS_COMPARED
from apps.archive.reading.extraction import read_article

URL = "https://news.example/world/captured"
SENTENCES = [
    "South Korea's intelligence service said on Friday that a wounded soldier had been captured in the Kursk region.",
    "The service said it had confirmed the capture through information shared in real time by an allied agency.",
    "An official in Kyiv declined to say where the man was being held, and gave no further details of his condition.",
    "Relatives of the soldier had been told nothing, a neighbour said, and learned of the capture from television.",
    "The ministry is expected to answer questions in parliament next week, when the winter recess ends.",
]
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
REMARKS = [
    "I have said for years that this would happen, and nobody in the capital wanted to listen to any of it.",
    "Whoever believes a word of this has never been anywhere near a front line, and should stay at home.",
    "Why does the paper print this, when the bridge in our own town has been closed since the summer of last year?",
]


def lines(body: str, head: str = "") -> list[str]:
    page = f"<!DOCTYPE html><html><head><title>Captured</title>{head}</head><body>{body}</body></html>"
    return read_article(page, URL).text.split("\n")


# Readers' comments


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="visitors_comment_block">{}</div>',
        '<div class="box"><ol id="userComments">{}</ol></div>',
        '<section class="b-comments b-comments--wide">{}</section>',
        '<article class="comment">{}</article>',
        '<div id="noticia_comentarios">{}</div>',
        '<div class="sf_comment_1073341">{}</div>',
    ],
)
def test_what_readers_wrote_is_not_the_article(markup: str) -> None:
    remarks = markup.format("".join(f"<li><p>{remark}</p></li>" for remark in REMARKS))
    assert lines(f"<div><h1>Captured</h1><div class=text>{BODY}</div>{remarks}</div>") == SENTENCES


@pytest.mark.parametrize("name", ["b-kommentarer", "reacties", "listaKomentarze", "yorumlar", "spcv_conversation"])
def test_nor_is_it_under_the_names_that_it_has_elsewhere(name: str) -> None:
    remarks = "".join(f"<p>{remark}</p>" for remark in REMARKS)
    assert lines(f'<div><h1>Captured</h1>{BODY}<div class="{name}">{remarks}</div></div>') == SENTENCES


@pytest.mark.parametrize(
    "wrapper",
    [
        '<div class="post comments-open">{}</div>',
        '<div class="has-comments"><div>{}</div></div>',
        '<section class="commentary">{}</section>',
        '<div class="comments"><h1>Captured</h1>{}</div>',
        '<div class="comment"><div itemprop="articleBody">{}</div></div>',
    ],
)
def test_an_article_in_a_wrapper_that_speaks_of_comments_is_read(wrapper: str) -> None:
    assert lines(wrapper.format(BODY)) == SENTENCES


# Advertisements and pointers in the middle of an article


@pytest.mark.parametrize(
    ("markup", "stays"),
    [
        ('<div class="advertisement"><p>A telephone at half its price, today and tomorrow only, in every shop.</p></div>', False),
        ('<p class="ad">A telephone at half its price, today and tomorrow only, in every shop of the town.</p>', False),
        ('<div id="cookie-notice"><p>We and our partners use cookies to make this site better for all of you.</p></div>', False),
        ('<section class="text--ads"><p>The man had been wounded in the leg, two of his comrades told the agency.</p></section>', True),
        ('<p>Read more: <a href="/b">Families wait for word from the front in the north</a></p>', False),
        ('<p>See also: <a href="/b">Families wait for word from the front in the north</a></p>', False),
        ('<p><b>Lesen Sie auch: <a href="/b">Familien warten auf Nachricht von der Front im Norden</a></b></p>', False),
        ('<p>Read more: the man was wounded in the leg, two of his comrades told <a href="/b">the agency</a>.</p>', True),
        ('<p>Read more <a href="/b">Families wait for word from the front in the north</a></p>', False),
        ('<p><span>À lire aussi</span> <a href="/b">Les familles attendent des nouvelles du front</a></p>', False),
        ('<p><strong>Читайте також: <a href="/b">Родини чекають на звістку з фронту</a></strong></p>', False),
        ('<p><b>À VOIR AUSSI -</b> <a href="/b">Les familles attendent des nouvelles du front</a></p>', False),
        ('<p><b>More:</b> <a href="/b">Families wait for word from the front in the north</a></p>', False),
        ('<p><b>Read this: </b><a href="/b">Families wait for word from the front in the north</a></p>', False),
        ('<p>See also <a href="/b">the ruling of the court in Seoul</a>, which the ministry calls wrong.</p>', True),
        ('<p>Read more books, said <a href="/b">the minister of education in his speech on Monday</a></p>', True),
        ('<p>Full report: <a href="/b">The state of the bridges, volume two, of December 2024</a></p>', True),
        ('<p>More <a href="/b">soldiers have been captured since, an official in Kyiv said on Saturday.</a></p>', True),
        ('<p>More: <a href="/b">families</a> wait for <a href="/c">word from the front in the north</a></p>', True),
        ('<p><a href="/b">Two of his comrades told the agency that the man had been wounded in the leg.</a></p>', True),
    ],
)  # fmt: skip
def test_what_stands_between_its_paragraphs_and_is_not_its_own_goes(markup: str, stays: bool) -> None:
    half = len(BODY) // 2
    cut = BODY.index("<p>", half)
    found = lines(f"<article>{BODY[:cut]}{markup}{BODY[cut:]}</article>")
    assert (len(found) == len(SENTENCES) + 1) is stays
    assert [line for line in found if line in SENTENCES] == SENTENCES


HEADLINE = '<p><b><a href="/b">FAMILIES WAIT FOR WORD FROM THE NORTH</a></b></p>'


def test_a_paragraph_that_is_another_headline_goes_where_few_are_so() -> None:
    assert lines(f"<article>{BODY}{HEADLINE}<p>{REMARKS[0]}</p></article>") == [*SENTENCES, REMARKS[0]]


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"{HEADLINE}<p>{sentence}</p>" for sentence in SENTENCES),
        f"<p>{SENTENCES[0]}</p>{HEADLINE}<p>{SENTENCES[1]}</p><p>{SENTENCES[2]}</p>",
        f'{BODY}<p><a href="/b">Families wait for word from the north, and hear nothing from there.</a></p><p>{REMARKS[0]}</p>',
        f'{BODY}<p><a href="/b">FAMILIES WAIT FOR</a> <a href="/c">WORD FROM THE NORTH</a></p><p>{REMARKS[0]}</p>',
    ],
)
def test_paragraphs_that_are_links_stay_where_they_may_be_the_articles_own(body: str) -> None:
    shown = " ".join(lines(f"<article>{body}</article>")).casefold()
    assert shown.count("word from the north") == body.casefold().count("word from the north")


# Calls to subscribe


@pytest.mark.parametrize(
    ("markup", "stays"),
    [
        ('<p>Sign up for our <a href="/n">weekly newsletter</a> and never miss a story like this one again.</p>', False),
        ('<p>Sign up for our weekly newsletter <a href="/n">here</a> to get stories like this one in your inbox.</p>', False),
        ('<p>Every evening we send out a selection of what has happened that day. <a href="/n">Sign up here</a>.</p>', False),
        ('<p><a href="/n">CLICK HERE TO GET THE APP OF THE PAPER</a></p>', False),
        ('<p>Редакція: <a href="/n">Підпишіться на наш канал</a></p>', False),
        ('<p><a href="/n">Inscrivez-vous</a> à notre newsletter du matin, qui raconte la journée de la veille.</p>', False),
        ('<p>Abonnieren Sie unseren <a href="/n">Newsletter</a>, der jeden Morgen das Wichtigste vom Vortag erzählt.</p>', False),
        ('<p>Volunteers can sign up <a href="/n">here</a> before Saturday, the town council said in a letter.</p>', True),
        ('<p>Readers who <a href="/n">sign up</a> for the newsletter of the company were told of it in March.</p>', True),
        ('<p>The <a href="/n">download</a> of the app was stopped on Monday, a spokesman for the ministry said.</p>', True),
        ('<p>The ministry had no comment on Friday night. Follow us on <a href="/n">Facebook</a> for more news.</p>', True),
        ('<p>“Sign up for the newsletter of the <a href="/n">ministry</a>,” the official told the families.</p>', True),
        ("<p>Sign up for the newsletter, the ministry wrote to the families of the soldiers on Saturday night.</p>", True),
        ('<p>Sign up <a href="/n">here</a> for a place on the buses that leave the town on Saturday morning.</p>', True),
    ],
)  # fmt: skip
def test_a_call_to_subscribe_is_not_the_article(markup: str, stays: bool) -> None:
    found = lines(f"<article>{BODY}{markup}<p>{REMARKS[0]}</p></article>")
    assert (len(found) == len(SENTENCES) + 2) is stays
    assert [line for line in found if line in SENTENCES] == SENTENCES


# Captions

UNDER = "Soldiers in the Kursk region, where the man was captured, on a picture of Friday. He is not on it."


@pytest.mark.parametrize(
    ("markup", "stays"),
    [
        ('<p class="imageCaption">{}</p>', False),
        ('<span><em class="img_desc">{}</em></span>', False),
        ('<div class="box"><span class="photo-credit">{}</span></div>', False),
        ('<div><p class="pie-de-foto">{}</p></div>', False),
        ('<p class="bildunterschrift">{}</p>', False),
        ('<div class="didascalia">{}</div>', False),
        ('<p class="image">{}</p>', True),
        ('<p class="pie">{}</p>', True),
    ],
)
def test_what_stands_under_a_picture_is_not_the_article(markup: str, stays: bool) -> None:
    cut = BODY.index("<p>", len(BODY) // 2)
    found = lines(f"<article>{BODY[:cut]}{markup.format(UNDER)}{BODY[cut:]}</article>")
    assert (UNDER in found) is stays
    assert [line for line in found if line in SENTENCES] == SENTENCES


def test_where_captions_are_the_article_they_stay() -> None:
    pictures = "".join(f'<div><img><p class="pie-foto">{text}</p></div>' for text in (*SENTENCES, *REMARKS))
    found = lines(f"<article><h1>Captured</h1><p>{UNDER}</p>{pictures}</article>")
    assert [line for line in found if line in SENTENCES] == SENTENCES


def test_what_has_a_caption_is_none() -> None:
    wrapper = f'<div class="media-with-caption"><p>{"</p><p>".join(REMARKS)}</p></div>'
    found = lines(f"<article><h1>Captured</h1>{BODY}{wrapper}</article>", data(" ".join([*SENTENCES, *REMARKS])))
    assert found == [*SENTENCES, *REMARKS]


def test_a_long_text_in_an_element_that_is_named_a_caption_stays() -> None:
    found = lines(f'<article><p>{"</p><p>".join(REMARKS)}</p><div class="pie-de-foto">{BODY * 2}</div>{BODY}</article>')
    assert found.count(SENTENCES[0]) == 3


def test_what_follows_an_element_that_is_taken_out_stays() -> None:
    found = lines(f'<article>{BODY}<div>The man <span class="ad">Buy now</span>was wounded in the leg.</div></article>')
    assert found == [*SENTENCES, "The man was wounded in the leg."]


# Around the article

SIDE = """<div class="side"><p>Printed edition no. 52</p><p>All rights reserved</p>
<p>The digital world of news</p></div>"""
OTHERS = "".join(
    f'<div class="box"><h3><a href="/{number}">Another story altogether, told in number {number}</a></h3>'
    f"<p>What the story with the number {number} tells is told here in a sentence that is longer than most.</p></div>"
    for number in range(2)
)


def cards(number: int = 12, to: str = "/", head: str = "h3") -> str:
    return "".join(
        f'<div class="card c{at}"><{head}><a href="{to}{at}">Another story altogether, told in number {at}</a></{head}>'
        f"<p>What number {at} tells is told here by Ann Other. {REMARKS[at % 3]}</p></div>"
        for at in range(number)
    )


def told_elsewhere(page: str) -> int:
    return sum("What number" in line for line in lines(page))


def test_teasers_in_a_row_are_other_articles_however_many_they_are() -> None:
    page = f"<div><div><h1>Captured</h1>{BODY}</div></div><div><h2>More</h2>{cards()}</div>"
    assert lines(page) == SENTENCES
    boxes = "".join(
        f'<li><span>1{at}:20</span> <a href="/{at}">Another story altogether, told in number {at}</a>'
        f"<div>What number {at} tells is told here by Ann Other. {REMARKS[at % 3]}</div></li>"
        for at in range(9)
    )
    assert lines(f"<div><h1>Captured</h1>{BODY}</div><ul>{boxes}</ul>") == SENTENCES


@pytest.mark.parametrize(
    "page",
    [
        f"<div><h1>Captured</h1><p>{SENTENCES[0]}</p>{cards()}</div>",
        f"<div><h2>Captured</h2>{BODY}</div><div>{cards()}</div>",
        f"<div><h1>Captured</h1>{BODY}</div><div>{cards(to='#')}</div>",
        f"<div><h1>Captured</h1>{BODY}</div><div>{cards().replace('</h3><p>', ': ').replace('<h3>', '')}</div>",
        f'<div><h1>Captured</h1><div class="lead">{BODY}</div></div><div>{cards()}</div>',
        f"<div><h1>Captured</h1>{BODY}</div><div><p>{'</p><p>'.join(3 * REMARKS)}</p>{cards()}</div>",
        f"<div><h1>Captured</h1>{BODY}</div><div><h1>And what came of it</h1><p>{SENTENCES[0]}</p>{cards()}</div>",
    ],
    ids=[
        "its own list",
        "no headline",
        "a live report",
        "no headlines in them",
        "a lead apart",
        "half of it",
        "two headlines",
    ],
)
def test_what_is_built_as_teasers_are_stays_where_it_may_be_the_article(page: str) -> None:
    assert told_elsewhere(page) == 12


def test_a_discussion_beside_the_article_is_not_the_article() -> None:
    posts = "".join(f'<div class="post"><b>Somebody {at}</b><p>{REMARKS[at % 3]}</p></div>' for at in range(30))
    article = f"<article><h1>Captured</h1>{BODY}</article>"
    assert lines(f"<main>{article}<section id=discussion>{posts}</section></main>") == SENTENCES
    several = posts.replace('class="post"', 'class="kommentar"')
    assert lines(f"<main>{article}<div>{several}</div></main>") == SENTENCES


def test_the_answers_of_an_interview_stay() -> None:
    answers = [f"In the year {year} it was so. {remark}" for year in range(2020, 2024) for remark in REMARKS]
    asked = "".join(f"<h4>And then?</h4><div class=response><p>{answer}</p></div>" for answer in answers)
    found = lines(f"<div><div><h1>Captured</h1>{BODY}</div><div>{asked}</div></div>")
    assert [line for line in found if line in answers] == answers


@pytest.mark.parametrize("name", ["discussion", "kommentar", "yorum", "responses"])
def test_an_article_under_a_name_that_comments_have_too_is_read(name: str) -> None:
    body = "".join(f'<div class="{name}">{sentence}</div>' for sentence in SENTENCES)
    assert lines(f'<header><h1>Captured</h1></header><div class="{name}">{body}</div>') == SENTENCES


ELSEWHERE = "Another story altogether, which is told at greater length elsewhere"


def test_the_majority_of_readings_wins_where_one_takes_the_margin_for_the_article() -> None:
    body = "".join(f'<div class="abs">{sentence}</div>' for sentence in SENTENCES)
    side = SIDE.replace("</div>", f"<p>{REMARKS[0]}</p><p>{REMARKS[1]}</p></div>")
    found = lines(f'<h1>Captured</h1><div class="col">{body}</div>{side}')
    assert found[: len(SENTENCES)] == SENTENCES
    assert "Printed edition no. 52" not in found


def test_short_lines_outside_of_the_article_go_and_sentences_stay() -> None:
    top = "<div><p>World</p><p>posted on 27 December, 9:30</p><p>He was wounded, an official said.</p></div>"
    found = lines(f'<article><h1>Captured</h1>{top}<div class="text">{BODY}</div>{SIDE}</article>')
    assert found == ["He was wounded, an official said.", *SENTENCES]


def test_what_stands_under_other_headlines_is_another_article() -> None:
    assert lines(f'<article><h1>Captured</h1><div class="text">{BODY}</div>{OTHERS}</article>') == SENTENCES


LEAD = "He is the first of them who is known to be alive, say those who have seen him; and nobody else has."


@pytest.mark.parametrize(
    "lead",
    [
        '<h2 class="standfirst">{}</h2>',
        '<div class="articleLead"><h3>{}</h3></div>',
        '<div class="chapo">{}</div><p>By Ann Other</p>',
        '<p>27 December</p><h2 class="c-head__subtitle">{}</h2>',
        '<div class="news-detail-spot">{}</div>',
    ],
)
def test_the_lead_between_headline_and_article_is_read_with_it(lead: str) -> None:
    page = (
        f"<div class=hero><div><h1>Captured</h1>{lead.format(LEAD)}</div></div><div class=row><div>{BODY}</div></div>"
    )
    found = lines(page)
    assert found[0] == LEAD
    assert found[-len(SENTENCES) :] == SENTENCES


@pytest.mark.parametrize(
    "page",
    [
        f'<div><h1>Captured</h1><div class="author-intro">{LEAD}</div></div><div>{BODY}</div>',
        f'<div><h1>Captured</h1><div class="lead-image-caption">{LEAD}</div></div><div>{BODY}</div>',
        f'<div><h1>Captured</h1></div><div>{BODY}</div><div class="summary">{LEAD}</div>',
        f'<div><h1>Captured</h1><h2 class="intro"><a href="/b">{LEAD}</a></h2></div><div>{BODY}</div>',
        f'<div><h2>Captured</h2><h2 class="intro">{LEAD}</h2></div><div>{BODY}</div>',
    ],
)
def test_what_is_only_named_like_a_lead_is_not_put_before_the_article(page: str) -> None:
    assert lines(f"<div>{page}</div>")[0] == SENTENCES[0]


def test_a_lead_that_was_read_is_there_once_and_below_it_no_headline() -> None:
    inside = f'<article><h1>Captured in the night</h1><p class="lead">{LEAD}</p>{BODY}</article>'
    assert lines(inside) == [LEAD, *SENTENCES]
    apart = f'<div><h1>Captured</h1><h2 class="lead">{LEAD}</h2></div><div><p>Captured</p>{BODY}</div>'
    assert lines(apart) == [LEAD, *SENTENCES]


@pytest.mark.parametrize(
    ("name", "stays"),
    [("trending", False), ("recirc-unit", False), ("mostRead", False), ("rail", True), ("paywall", True), ("", True)],
)
def test_sentences_in_a_margin_that_is_named_so_go(name: str, stays: bool) -> None:
    beside = f'<div class="{name}"><p>{REMARKS[0]}</p></div>'
    found = lines(f'<article><h1>Captured</h1><div class="text">{BODY}</div>{beside}</article>')
    assert found == [*SENTENCES, REMARKS[0]][: len(SENTENCES) + stays]


def test_headlines_of_other_articles_at_the_end_go_with_the_line_above_them() -> None:
    items = "".join(f'<li><a href="/{number}">{ELSEWHERE}, number {number}</a></li>' for number in range(4))
    article = f"<article><h1>Captured</h1>{BODY}<p>Our editors recommend:</p><ul>{items}</ul></article>"
    assert lines(article) == SENTENCES


def test_a_list_of_links_within_the_article_stays() -> None:
    items = "".join(
        f'<li><a href="/{number}">The statement of the ministry, part {number}</a></li>' for number in range(3)
    )
    found = lines(f"<article><h1>Captured</h1>{BODY}<ul>{items}</ul><p>The statements are of Friday.</p></article>")
    assert found[-1] == "The statements are of Friday."
    assert sum("The statement of the ministry" in line for line in found) == 3


def test_an_article_whose_paragraphs_lie_scattered_is_kept_whole() -> None:
    parts = "".join(
        f"<div><div><h2>Part {number}</h2><p>{text}</p></div></div>" for number, text in enumerate(SENTENCES)
    )
    found = lines(f"<div><h1>Captured</h1><div>{parts}</div></div>")
    assert [line for line in found if line in SENTENCES] == SENTENCES


def test_an_article_in_two_halves_keeps_the_headings_of_the_smaller() -> None:
    body = f"<div><p>{'</p><p>'.join(SENTENCES[:3])}</p></div><div><h2>At home</h2><p>{'</p><p>'.join(SENTENCES[3:])}</p></div>"
    assert lines(f"<article><h1>Captured</h1>{body}</article>") == [*SENTENCES[:3], "At home", *SENTENCES[3:]]


def data(body: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "articleBody": body})}</script>'


def test_what_the_page_says_of_itself_decides_between_readings() -> None:
    body = "".join(f'<div class="abs">{sentence}</div>' for sentence in SENTENCES)
    side = f"<div class=side><p>{'</p><p>'.join(REMARKS)}</p></div>"
    page = f'<h1>Captured</h1><div class="col">{body}</div>{side}'
    assert lines(page, data(" ".join(SENTENCES)))[0] == SENTENCES[0]
    assert lines(page, data(" ".join(REMARKS))) == REMARKS
    assert (
        lines(page, data("Another text altogether, which stands nowhere on this page, said for no reason."))[0]
        == SENTENCES[0]
    )


def test_what_the_page_says_of_itself_is_read_where_nothing_else_is() -> None:
    said = " ".join(SENTENCES)
    assert lines('<div id="app"><p>Loading</p></div>', data(said)) == [said]
    assert lines(f"<article>{BODY}</article>", data(said)) == SENTENCES


# Its last lines, and its first

PAPER = '<meta property="og:site_name" content="Valley Echo"><meta name="author" content="Ann Other">'


@pytest.mark.parametrize(
    "line",
    [
        "Copyright 2024 Valley Echo. All rights reserved.",
        "\u00a9 2019-2024 Valley Echo",
        "Alle Rechte vorbehalten.",
        "\u00a9 Riproduzione riservata",
        "ann.other@echo.example",
        "By Ann Other, ann.other@echo.example",
    ],
)
def test_the_papers_own_rights_and_its_writers_address_are_not_its_last_lines(line: str) -> None:
    assert lines(f"<article>{BODY}<p>{line}</p></article>", PAPER) == SENTENCES


@pytest.mark.parametrize(
    "line",
    [
        "\u00a9 2024 Agence France-Presse. All rights reserved.",
        "<\uc800\uc791\uad8c\uc790(c) \uc5f0\ud569\ub274\uc2a4, \ubb34\ub2e8 \uc804\uc7ac-\uc7ac\ubc30\ud3ec \uae08\uc9c0>",
        "Copyright law leaves no room for such pictures, the court in Seoul had ruled a year before.",
        "Who has the copyright of the video is not known, and the service did not say so.",
        "Whoever knows the man should call 555-0199 or write to police@halifax.example.",
        "Ben Else, Agence France-Presse, ben.else@echo.example",
    ],
)
def test_a_last_line_that_says_whose_it_is_or_more_than_that_stays(line: str) -> None:
    """Lines of evidence are told by them."""
    assert lines(f"<article>{BODY}<p>{escape(line)}</p></article>", PAPER) == [*SENTENCES, line]


def test_its_agency_is_read_above_the_line_of_the_rights() -> None:
    body = f"<article><h1>Captured</h1>{BODY}<p>AFP</p><p>\u00a9 2024 Valley Echo</p></article>"
    article = read_article(f"<html><head>{PAPER}</head><body>{body}</body></html>", URL)
    assert article.credit_line == "AFP"
    assert article.text.split("\n") == SENTENCES


@pytest.mark.parametrize(
    "line",
    [
        "27 December 2024",
        "Published December 27, 2024 at 9:30 am",
        "Dienstag, 27.12.2024 19:02 Uhr",
        "\u0412\u0456\u0432\u0442\u043e\u0440\u043e\u043a, 27 \u0433\u0440\u0443\u0434\u043d\u044f 2024, 19:02",
        "2024\u5e7412\u670827\u65e5 19\u664202\u5206",
        "- Families wait for word from the north",
    ],
)
def test_its_date_and_the_headlines_above_it_are_not_its_first_line(line: str) -> None:
    shown = f"<ul><li>{line[2:]}</li></ul>" if line.startswith("- ") else f"<p>{line}</p>"
    assert lines(f"<article><h1>Captured</h1><div>{shown}{BODY}</div></article>") == SENTENCES


@pytest.mark.parametrize(
    "line",
    [
        "27 December 2024 was a Friday",
        "Winter 2024",
        "On 27 December 2024 he was seen for the last time",
        "- Families wait for word from the north.",
    ],
)
def test_what_only_begins_as_they_do_stays(line: str) -> None:
    shown = f"<ul><li>{line[2:]}</li></ul>" if line.startswith("- ") else f"<p>{line}</p>"
    assert lines(f"<article><h1>Captured</h1><div>{shown}{BODY}</div></article>") == [line, *SENTENCES]


def test_a_list_that_is_all_of_it_stays() -> None:
    items = [f"Family number {number} of the valley" for number in range(1, 9)]
    found = lines(f"<article><h1>Captured</h1><ul><li>{'</li><li>'.join(items)}</li></ul></article>")
    assert found == [f"- {item}" for item in items]


# Very long pages


def test_a_page_too_large_to_compare_is_read_all_the_same() -> None:
    many = MOST_ELEMENTS_COMPARED // len(SENTENCES) + 1
    assert lines(f"<article>{BODY * many}</article>")[: len(SENTENCES)] == SENTENCES
    # So many boxes, none of them a paragraph, and the extractor reads nothing at all.
    box = "A sentence, which goes on and on for the sake of it, in a box."
    assert read_article(f"<div><div>{box}</div></div>" * 20_000, URL).text.split("\n")[0] == box
    long = LONGEST_COMPARED // len(" ".join(SENTENCES)) + 1
    paragraphs = "".join(
        f"<p>{' '.join(f'{number} {sentence}' for sentence in SENTENCES)}</p>" for number in range(long)
    )
    found = lines(f"<article>{paragraphs}</article>{SIDE}")
    assert len(found) >= long
    assert found[0].startswith(f"0 {SENTENCES[0]}")


# Tables


COLUMN = f"<td><font size=5>Captured</font>{BODY}</td>"


@pytest.mark.parametrize(
    "page",
    [
        f"<table><tr><td><p>Home</p><p>World</p></td>{COLUMN}<td>Weather: rain</td></tr></table>",
        f"<table><tr><td><table><tbody><tr>{COLUMN}</tr></tbody></table></td></tr></table>",
        f"<table><tr><td>{'<br><br>'.join(SENTENCES)}</td></tr></table>",
    ],
)
def test_a_page_that_is_built_of_tables_is_read_in_paragraphs(page: str) -> None:
    assert [line for line in lines(page) if line in SENTENCES] == SENTENCES
    assert not any("|" in line for line in lines(page))


def test_lines_that_are_broken_in_a_box_of_such_a_page_are_its_paragraphs() -> None:
    links = "".join(f"<tr><td><a href=/{place}>{place}</a></td></tr>" for place in ("Home", "World", "Sport"))
    text = f"<font face=Arial size=2>{'<br><br>'.join(SENTENCES)}</font>"
    others = "".join(
        f'<tr><td><a href="/{at}">{ELSEWHERE}</a><br>{remark}</td></tr>' for at, remark in enumerate(REMARKS)
    )
    page = (
        f"<table><tr><td><table>{links}</table></td><td><table><tr><td><b>Captured</b></td></tr><tr><td>"
        f"<table><tr><td><font size=1><i>{UNDER}</i></font></td></tr></table>{text}</td></tr></table></td>"
        f"<td><table>{others}</table></td></tr></table>"
    )
    assert [line for line in lines(page) if line in SENTENCES] == SENTENCES


def test_figures_stay_in_their_table() -> None:
    rows = "".join(f"<tr><td><p>Week {week}</p></td><td>{week * 40}</td></tr>" for week in range(1, 5))
    found = lines(f"<table><tr><td>{BODY}<table>{rows}</table><p>{REMARKS[0]}</p></td></tr></table>")
    assert sum(line.startswith("| Week ") for line in found) == 4
    assert [line for line in found if line in SENTENCES] == SENTENCES
