"""What to be careful about with a page that was stored: one for subscribers, or one that says nothing without scripts.

Both are cautions, never a reason to store less. Everything here takes time in proportion to the page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from apps.archive.codes import Code
from apps.archive.reading.markup import tame

# An article that is longer than this was shown to us, whatever is said in its margins.
MOST_WORDS_OF_A_TEASER = 250
FEWEST_WORDS = 25
MOST_ITEMS = 2_000
LOCKED_TIERS = frozenset({"locked", "metered", "paid", "premium", "subscriber", "subscribers", "subscription"})
NO = frozenset({"false", "http://schema.org/false", "https://schema.org/false"})
SAYS_SOMETHING = re.compile(r"isAccessibleForFree|content_tier", re.IGNORECASE)
META = re.compile(r"<meta\b[^<>]{0,2000}", re.IGNORECASE)
TIER = re.compile(r"(?:property|name)\s*=\s*[\"']?(?:article:content_tier|og:article:content_tier)\b", re.IGNORECASE)
CONTENT = re.compile(r"\bcontent\s*=\s*[\"']?([\w-]{1,40})", re.IGNORECASE)
CLASSED = re.compile(r"<[a-z][^<>]{0,1000}?\b(?:class|id|data-testid)\s*=\s*[\"']([^\"'<>]{1,500})", re.IGNORECASE)
# Names of the box that stands where the rest of the article would. "no-paywall" and "paywall-disabled" are none.
WALL_NAME = re.compile(
    r"(?:article-?|post-?|content-?|story-?)?(?:paywall|pay-wall|regwall|meteredcontent|metered-content|piano-offer"
    r"|subscriber-only|subscribers-only|subscription-wall|paid-content|premium-content|tp-modal|gateway-content)"
    r"(?:[-_]{1,2}(?:container|wrapper|box|content|overlay|banner|message|active|prompt|offer|barrier|teaser|body|cta))?",
    re.IGNORECASE,
)
PHRASE = re.compile(
    "|".join(
        (
            r"(?:this|the) (?:article|story|content|page) is (?:only |exclusively )?(?:available )?(?:for|to) "
            r"(?:our |paying |registered ){0,2}(?:subscribers|members)",
            r"(?:subscribe|sign up|register|log ?in|sign in)(?: now| today)? "
            r"(?:to (?:continue|keep) reading|to read (?:the )?(?:full|rest|whole|more|this))",
            r"to continue reading,? (?:please )?(?:subscribe|log in|sign in|register)",
            r"(?:continue|keep) reading with a subscription",
            r"you(?:'|’)?(?:ve| have) (?:reached|used|read) (?:your|all|the) .{0,40}free (?:articles|stories)",
            r"already a subscriber\?",
            r"(?:diesen|dieser) artikel .{0,60}(?:abonnent|abonnieren|abo\b)",
            r"(?:jetzt|weiter) ?lesen mit .{0,40}(?:abo\b|plus\b)",
            r"(?:dieser|der) (?:artikel|beitrag|inhalt) ist (?:nur |exklusiv )?für (?:unsere )?abonnent",
            r"(?:cet )?article (?:est )?réservé (?:à nos |aux )abonnés",
            r"il vous reste .{0,40}de cet article à lire",
            r"(?:artículo|contenido|noticia) (?:es )?(?:exclusiv[oa]|s[oó]lo|reservad[oa]) para (?:nuestros )?"
            r"suscriptores",
            r"suscríbete para (?:seguir|continuar) leyendo",
            r"(?:articolo|contenuto) (?:è )?(?:riservato|esclusivo)(?: per| agli| ai)? (?:nostri )?abbonati",
            r"(?:conteúdo|artigo|matéria|reportagem) exclusiv[oa] para assinantes",
            r"(?:dit artikel|dit verhaal) is (?:alleen|exclusief) (?:voor|beschikbaar voor) abonnees",
            r"(?:материал|статья|текст) (?:доступна?|только) (?:только )?(?:по подписке|для подписчиков|подписчикам)",
            r"(?:матеріал|стаття) доступн(?:ий|а) (?:лише|тільки) (?:за передплатою|для передплатників|передплатникам)",
            r"(?:artykuł|treść|tekst) (?:jest )?(?:dostępn[ya] )?(?:tylko|wyłącznie) dla (?:naszych )?"
            r"(?:prenumeratorów|subskrybentów)",
            r"[此本](?:文|文章|内容)[仅只][供限](?:订阅|付费|会员)",
            r"この記事は(?:有料|会員)(?:会員)?(?:限定|記事)",
            r"残り\s*\d{1,5}\s*文字",
            r"[이본] (?:기사|콘텐츠)는 (?:유료|구독) ?(?:회원|자)? ?(?:전용|만)",
            r"هذا (?:المقال|المحتوى) (?:متاح )?للمشتركين فقط",
        )
    ),
    re.IGNORECASE,
)
SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{0,5000}>")
SPACES = re.compile(r"\s+")
WITHOUT_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+")
LOOKED_AT = 1_000_000
LONGEST_VISIBLE = 200_000


def caution(html_text: str, text: str) -> Code | None:
    """What to be careful about: `paywall`, `content_empty` or nothing. ``text`` is the article that was read.

    What a page says of itself in its data is believed. Boxes and phrases are looked for only where the text is short,
    because an article about paywalls has them too, and a free one may ask for subscribers below its end.
    """
    words = _words(text)
    if words > MOST_WORDS_OF_A_TEASER and not SAYS_SOMETHING.search(html_text):
        return None
    markup = tame(html_text)
    page = markup.html[:LOOKED_AT]
    free = _is_free(markup.data)
    if free is False or _tier(page) in LOCKED_TIERS:
        return Code.PAYWALL
    if free is None and words <= MOST_WORDS_OF_A_TEASER and (_has_wall(page) or PHRASE.search(_visible(page))):
        return Code.PAYWALL
    if words < FEWEST_WORDS and SCRIPT.search(html_text):
        return Code.CONTENT_EMPTY
    return None


def _words(text: str) -> int:
    """How many words there are; in writing without spaces, two characters count as one."""
    return len(text.split()) + sum(map(len, WITHOUT_SPACES.findall(text))) // 2


def _is_free(blocks: list[str]) -> bool | None:
    """What the page's own data say of the article; None when they say nothing. The article comes before its parts."""
    found: bool | None = None
    for block in blocks:
        for item in _items(block):
            said = item.get("isAccessibleForFree")
            if said is None:
                continue
            if said is False or str(said).strip().lower() in NO:
                return False
            found = True
    return found


def _items(block: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-LD block that are about the page, not about its parts or about other pages."""
    try:
        waiting = [json.loads(block.strip().rstrip(";"), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(MOST_ITEMS):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value[:MOST_ITEMS]
        elif isinstance(value, dict):
            yield value
            waiting += [value[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in value]


def _tier(page: str) -> str:
    for tag in META.findall(page):
        if TIER.search(tag) and (content := CONTENT.search(tag)):
            return content[1].lower()
    return ""


def _has_wall(page: str) -> bool:
    return any(WALL_NAME.fullmatch(name) for names in CLASSED.findall(page) for name in names.split()[:30])


def _visible(page: str) -> str:
    return SPACES.sub(" ", TAG.sub(" ", page))[:LONGEST_VISIBLE]
