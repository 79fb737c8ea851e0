"""Cautions: a page for subscribers and a page without words, told from the many that only speak of such things."""

import json

import pytest

from apps.archive.codes import CAUTIONS, Code
from apps.archive.models import Capture, Extract
from apps.archive.reading import reader
from apps.archive.reading.cautions import caution
from apps.archive.reading.extraction import read_article
from apps.archive.receiving.documents import receive
from apps.audit.models import Entry
from tests.archive.uploads import URL
from tests.newsroom import make_capture, make_page

SENTENCE = "Two soldiers were captured in Kursk on Thursday, the service said in a statement to reporters. "
SHORT = f"<p>{SENTENCE * 4}</p>"
LONG = "".join(f"<p>{number} men. {SENTENCE * 4}</p>" for number in range(8))
SCRIPTS = '<script src="/app.js"></script>'


def page(body: str, *, head: str = "", lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>Two captured</title>{head}</head>'
        f"<body><article><h1>Two captured</h1>{body}</article></body></html>"
    )


def data(**said) -> str:
    article = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Two captured", **said}
    return f'<script type="application/ld+json">{json.dumps(article)}</script>'


def judged(html: str):
    return caution(html, read_article(html, URL).text)


PART = [{"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"}]
FOR_SUBSCRIBERS = {
    "data: false": page(SHORT, head=data(isAccessibleForFree=False, hasPart=PART)),
    "data: a word": page(SHORT, head=data(isAccessibleForFree="False")),
    "data: an address": page(SHORT, head=data(isAccessibleForFree="http://schema.org/False")),
    "data: in a graph": page(
        SHORT,
        head=f'<script type="application/ld+json">{json.dumps({"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "isAccessibleForFree": False}]})}</script>',
    ),
    "data: of a long text": page(LONG, head=data(isAccessibleForFree=False)),
    "tier: locked": page(SHORT, head='<meta property="article:content_tier" content="locked">'),
    "tier: metered": page(SHORT, head='<meta content="metered" property="article:content_tier">'),
    "box: paywall": page(SHORT + '<div class="article-paywall">Offers</div>'),
    "box: by its id": page(SHORT + '<section id="paywall-container"></section>'),
    "box: among others": page(SHORT + '<div class="grid wide subscriber-only dark">Offers</div>'),
    "box: regwall": page(SHORT + '<div data-testid="regwall_overlay">Offers</div>'),
    "english": page(
        SHORT + "<p>This article is for subscribers only.</p><p>This article is available to paying subscribers.</p>"
    ),
    "english, subscribe": page(SHORT + "<div>Subscribe now to continue reading</div>"),
    "english, count": page(
        SHORT
        + "<div>You’ve reached your limit of free articles. You have read all 3 of your free articles this month.</div>"
    ),
    "english, already": page(SHORT + "<aside>Already a subscriber? Sign in</aside>"),
    "german": page(SHORT + "<p>Dieser Artikel ist nur für Abonnenten.</p>", lang="de"),
    "german, go on": page(SHORT + "<div>Diesen Artikel weiterlesen mit unserem Abo</div>", lang="de"),
    "french": page(SHORT + "<div>Article réservé aux abonnés</div>", lang="fr"),
    "french, the rest": page(SHORT + "<div>Il vous reste 80 % de cet article à lire.</div>", lang="fr"),
    "spanish": page(SHORT + "<div>Contenido exclusivo para suscriptores</div>", lang="es"),
    "italian": page(SHORT + "<div>Contenuto riservato agli abbonati</div>", lang="it"),
    "portuguese": page(SHORT + "<div>Conteúdo exclusivo para assinantes</div>", lang="pt"),
    "dutch": page(SHORT + "<div>Dit artikel is exclusief voor abonnees</div>", lang="nl"),
    "russian": page(
        SHORT + "<div>Материал доступен по подписке. Статья доступна только для подписчиков</div>", lang="ru"
    ),
    "ukrainian": page(SHORT + "<div>Матеріал доступний лише за передплатою</div>", lang="uk"),
    "polish": page(SHORT + "<div>Artykuł dostępny tylko dla prenumeratorów</div>", lang="pl"),
    "chinese": page(SHORT + "<div>本文仅供订阅用户阅读</div>", lang="zh"),
    "japanese": page(SHORT + "<div>この記事は有料会員限定です。残り 1234 文字</div>", lang="ja"),
    "korean": page(SHORT + "<div>이 기사는 유료 회원 전용입니다</div>", lang="ko"),
    "arabic": page(SHORT + "<div>هذا المقال متاح للمشتركين فقط</div>", lang="ar"),
}
FOR_EVERYBODY = {
    "a plain article": page(SHORT),
    "free, by its data": page(SHORT + '<div class="paywall">Offers</div>', head=data(isAccessibleForFree=True)),
    "free, by a word": page(SHORT + "<p>Already a subscriber? Sign in</p>", head=data(isAccessibleForFree="True")),
    "its part is not free": page(SHORT, head=data(hasPart=PART)),
    "another article is not free": page(
        SHORT, head=data(mentions={"@type": "NewsArticle", "isAccessibleForFree": False})
    ),
    "tier: free": page(SHORT, head='<meta property="article:content_tier" content="free">'),
    "tier of something else": page(SHORT, head='<meta property="article:section" content="locked">'),
    "long, with a footer": page(LONG + "<footer>Already a subscriber? Subscribe now to continue reading.</footer>"),
    "long, with a box": page(LONG + '<div class="paywall">Offers</div>'),
    "about paywalls": page(
        "<p>Publishers build paywalls, and a paywall has its price: readers who meet a paywall leave. The paywall of a "
        "paper in Oslo lets ten articles through, and a subscription costs less than a coffee a week. Subscribers stay "
        "for years, the publisher says; the paywall pays for three reporters.</p>"
    ),
    "a box that is none": page(SHORT + '<div class="no-paywall paywalled-links paywall-info-link">Words</div>'),
    "a newsletter": page(SHORT + "<p>Subscribe to our newsletter. Sign up for free.</p>"),
    "a script that speaks of it": page(SHORT + '<script>var t = "Already a subscriber?";</script>' + SCRIPTS),
    "a comment that speaks of it": page(SHORT + "<!-- <div class='nothing'>Already a subscriber? -->"),
}
EMPTY = {
    "an application": f'<!doctype html><title>News</title><div id="root"></div>{SCRIPTS}',
    "a spinner": page("<p>Loading, please wait.</p>" + SCRIPTS),
    "please turn it on": f"<!doctype html><title>News</title><noscript>Enable JavaScript.</noscript>{SCRIPTS}",
}
NOT_EMPTY = {
    "short, without scripts": page("<p>Two soldiers were captured in Kursk.</p>"),
    "an article with scripts": page(SHORT + SCRIPTS),
    "a chinese one": page(
        "<p>" + "两名士兵星期四在库尔斯克被俘，该机构在一份声明中对记者说，没有提供更多细节。" * 4 + "</p>" + SCRIPTS,
        lang="zh",
    ),
}


@pytest.mark.parametrize("name", FOR_SUBSCRIBERS)
def test_a_page_for_subscribers_is_known(name):
    assert judged(FOR_SUBSCRIBERS[name]) == Code.PAYWALL


@pytest.mark.parametrize("name", FOR_EVERYBODY)
def test_a_page_for_everybody_is_none(name):
    assert judged(FOR_EVERYBODY[name]) is None


@pytest.mark.parametrize("name", EMPTY)
def test_a_page_without_words_is_known(name):
    assert judged(EMPTY[name]) == Code.CONTENT_EMPTY


@pytest.mark.parametrize("name", NOT_EMPTY)
def test_a_page_with_words_is_none(name):
    assert judged(NOT_EMPTY[name]) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "<" * 1_000_000,
        "<a class=" * 100_000,
        '<a class="' * 100_000,
        "<meta " * 150_000,
        "<script " * 120_000,
        "<svg" * 250_000,
        "this article is for our " * 40_000,
        "you have read all " * 60_000,
        '<script type="application/ld+json">' + "[" * 900_000,
        '<div class="' + "paywall-" * 100_000 + '">',
    ],
    ids=lambda value: value[:12],
)
def test_what_was_made_to_take_for_ever_does_not(hostile):
    """Each of these took minutes with a backtracking pattern; the whole table takes seconds."""
    assert judged(hostile) in (None, Code.CONTENT_EMPTY)


@pytest.mark.django_db
class TestOnTheCopy:
    def read(self, tmp_path, html, **fields):
        file = tmp_path / "page.html"
        file.write_text(html)
        with file.open("rb") as opened:
            received = receive(opened, URL, name="page.html")
        capture = make_capture(
            make_page(URL), read_at=None, warc_digest=received.warc_digest, **{**received.facts, **fields}
        )
        reader.run(capture.pk)
        capture.refresh_from_db()
        return capture

    def test_the_copy_stays_stored_and_says_so(self, tmp_path):
        capture = self.read(tmp_path, FOR_SUBSCRIBERS["data: false"])
        assert (capture.state, capture.code, capture.failure) == ("stored", Code.PAYWALL, "")
        assert capture.caution == Code.PAYWALL.label
        assert capture.hint
        assert "captured in Kursk" in capture.extract.text
        assert Entry.objects.get(verb="text_read").after["caution"] == Code.PAYWALL.label

    def test_one_about_the_words_takes_the_place_of_one_about_pictures(self, tmp_path):
        capture = self.read(tmp_path, EMPTY["a spinner"], state=Capture.State.PARTIAL, code=Code.REQUISITES_CUT)
        assert (capture.state, capture.code) == ("partial", Code.CONTENT_EMPTY)

    def test_where_there_is_nothing_to_say_what_is_there_stays(self, tmp_path):
        capture = self.read(tmp_path, FOR_EVERYBODY["a plain article"], code=Code.REQUISITES_CUT)
        assert capture.code == Code.REQUISITES_CUT
        assert "caution" not in Entry.objects.get(verb="text_read").after

    def test_one_that_is_about_no_caution_stays(self, tmp_path):
        """A code of another kind on a stored copy is not ours to take away."""
        capture = self.read(tmp_path, FOR_SUBSCRIBERS["data: false"], code=Code.INTERNAL)
        assert capture.code == Code.INTERNAL

    def test_it_is_read_all_the_same(self, tmp_path):
        self.read(tmp_path, EMPTY["an application"])
        assert "No article text" in Extract.objects.get().problem


def test_a_caution_is_never_a_reason_to_fail():
    assert {Code.PAYWALL, Code.CONTENT_EMPTY} <= CAUTIONS
