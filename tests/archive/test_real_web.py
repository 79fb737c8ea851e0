"""Articles as the web really serves them: headline and text are found, and what stands around them is not."""

import gzip

import pytest

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture
from apps.archive.models import Capture
from apps.archive.reading import reader
from apps.audit.context import Channel, entered_by
from apps.sources.actions import register_source
from apps.sources.tasks import learn
from tests.archive.servers import Route, redirect, site
from tests.newsroom import make_reporter

pytestmark = pytest.mark.django_db

RUSSIAN = """<!DOCTYPE html><html lang="ru"><head><meta charset="windows-1251">
<title>Двое военных взяты в плен под Курском | Вестник</title>
<meta property="og:site_name" content="Вестник"><meta property="og:title" content="Двое военных взяты в плен под Курском">
<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Вестник"},
{"@type": "NewsArticle", "headline": "Двое военных взяты в плен под Курском", "datePublished": "2025-01-12T09:30:00+03:00",
"author": [{"@type": "Person", "name": "Анна Орлова"}], "publisher": {"@type": "Organization", "name": "Вестник"}}]}</script>
<script>window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);}</script>
<style>.ad { display: block }</style></head><body>
<div id="cookie-banner" class="cookie-consent"><p>Мы используем файлы cookie, чтобы сайт работал лучше.</p><button>Согласен</button></div>
<header><nav><ul><li><a href="/">Главная</a></li><li><a href="/sport">Спорт</a></li><li><a href="/kultura">Культура</a></li></ul></nav></header>
<main><article><h1>Двое военных взяты в плен под Курском</h1><p class="byline">Анна Орлова, 12 января 2025</p>
<p>Служба безопасности сообщила в субботу, что двое военных были взяты в плен 9 января в Курской области. Оба ранены.</p>
<div class="ad advertisement"><p>Реклама: купите новый телефон со скидкой до пятидесяти процентов</p></div>
<p>По словам представителя службы, пленных допросили с помощью переводчика. Документов, которые подтверждали бы их гражданство, он не показал.</p>
<p>Независимые наблюдатели пока не смогли проверить это сообщение. Власти других стран на него не ответили.</p></article>
<aside class="related"><h2>Читайте также</h2><ul><li><a href="/1">Погода на выходные в столице</a></li></ul></aside></main>
<footer><p>Все права защищены. Использование материалов только со ссылкой на источник.</p></footer></body></html>"""

JAPANESE = """<html lang="ja"><head><meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS">
<title>北朝鮮兵二人を拘束、韓国情報機関が確認 - 港新聞</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "北朝鮮兵二人を拘束、韓国情報機関が確認",
"author": {"name": "山田花子"}, "publisher": {"name": "港新聞"}, "datePublished": "2025-01-12"}</script></head><body>
<div class="gdpr cookie-notice">当サイトはクッキーを使用しています。同意する</div>
<nav class="menu"><a href="/">トップ</a><a href="/economy">経済</a><a href="/sports">スポーツ</a></nav>
<div class="article-body"><h1>北朝鮮兵二人を拘束、韓国情報機関が確認</h1>
<p>韓国の国家情報院は十二日、ウクライナ軍が九日にクルスク州で北朝鮮兵二人を拘束したことを確認したと明らかにした。二人とも負傷しているという。</p>
<p>同院によると、二人は治療を受けながら事情を聴かれている。国籍を示す証拠は公表されていない。</p>
<p>ロシアと北朝鮮はこの発表についてまだ反応を示していない。韓国政府は引き続き関係国と情報を共有するとしている。</p></div>
<div class="sponsored">広告：春の新生活セール開催中、最大七割引きで家電をご提供します</div>
<footer>著作権は港新聞に属します。無断転載を禁じます。</footer></body></html>"""


def archived(settings, where, path):
    settings.ARCHIVE_ALLOW = frozenset([str(where)])
    rita = make_reporter()
    url = f"http://{where}{path}"
    source = register_source(url, by=rita)
    asked = request_capture(register_page(url), by=rita)
    with entered_by(Channel.WORKER):
        assert capture.run(asked.pk)
        reader.run(asked.pk)
    learn(asked.pk)
    source.refresh_from_db()
    return source, Capture.objects.select_related("extract").get(pk=asked.pk)


def test_a_russian_page_in_windows_1251_gzipped_behind_a_redirect(settings):
    body = gzip.compress(RUSSIAN.encode("windows-1251"))
    headers = {"Content-Type": "text/html; charset=windows-1251", "Content-Encoding": "gzip"}
    routes = {
        "/short": redirect("/news/2025/01/12/kursk", status=301),
        "/news/2025/01/12/kursk": Route(body, headers=headers),
    }
    with site(routes) as where:
        source, copy = archived(settings, where, "/short")
    found = copy.extract
    assert found.title == "Двое военных взяты в плен под Курском"
    assert (found.byline, found.site_name, found.charset) == ("Анна Орлова", "Вестник", "windows-1251")
    assert found.published_at.isoformat() == "2025-01-12T06:30:00+00:00"
    for words in ("Оба ранены.", "с помощью переводчика", "Независимые наблюдатели"):
        assert words in found.text
    for boilerplate in ("cookie", "Спорт", "Реклама", "Читайте также", "Погода", "Все права защищены", "dataLayer"):
        assert boilerplate not in found.text
    assert (source.title, source.outlet.name) == (found.title, "Вестник")


def test_a_japanese_page_in_shift_jis_that_names_its_charset_only_in_the_markup(settings):
    body = JAPANESE.encode("shift_jis")
    with site({"/a": Route(body, headers={"Content-Type": "text/html"})}) as where:
        source, copy = archived(settings, where, "/a")
    found = copy.extract
    assert found.title == "北朝鮮兵二人を拘束、韓国情報機関が確認"
    assert (found.byline, found.site_name) == ("山田花子", "港新聞")
    for words in ("クルスク州で北朝鮮兵二人を拘束した", "国籍を示す証拠は公表されていない", "関係国と情報を共有する"):
        assert words in found.text
    for boilerplate in ("クッキー", "スポーツ", "広告", "著作権"):
        assert boilerplate not in found.text
    assert source.outlet.name == "港新聞"
