"""How pages call and announce what stands around their articles: names of classes, and phrases, by language."""

import re
from functools import lru_cache
from typing import Any

# Names are compared word by word: "userComments", "user-comments" and "user_comments" all have the word "comments".
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z]+")
LONGEST_NAMES = 400
LONGEST_PHRASE = 3

# Wholly these words, so that "section--with-ads" and "cookie-monster" stay.
NO_ARTICLE = frozenset(
    {
        "ad",
        "ads",
        "advert",
        "advertisement",
        "advertising",
        "ad-slot",
        "ad-container",
        "adsbygoogle",
        "sponsored",
        "cookie-banner",
        "cookie-consent",
        "cookie-notice",
    }
)
COMMENTS = {
    "any": "comment comments commentlist commentslist commentlists commenttext commenttexts disqus livefyre viafoura"
    " talkback talkbacks spcv_conversation",
    "fr": "commentaire commentaires",
    "es, pt": "comentario comentarios",
    "it": "commenti",
    "de, da, no, sv": "kommentare kommentarer kommentarene",
    "nl": "reacties",
    "pl": "komentarze",
    "cs, sk, sl, hr": "komentare komentari",
    "hu": "hozzaszolas hozzaszolasok",
    "tr": "yorumlar",
}
# An article may be a "Kommentar" and have a "discussion": believed of several beside one another, or of a crowd.
SOMETIMES_COMMENTS = {
    "en": "discussion responses",
    "de, da, no, sv": "kommentar diskussion",
    "cs, pl, sk": "diskusia diskuze komentarz",
    "tr": "yorum",
}
# "no-comments" or "comments-open" on an article's own wrapper.
BEFORE_COMMENTS = "no has with open closed status show hide allow"
AFTER_COMMENTS = "open opened closed enabled disabled status off on"
# What is said of a picture, and who took it.
CAPTIONS = {
    "en": "caption captions caption_text img_desc img_descr image_desc image_description photo_desc photo_description"
    " pic_desc picture_description photo_credit photo_credits image_credit image_credits picture_credit img_credit",
    "de": "bildunterschrift bildtext",
    "fr, pt, es": "legende legenda pie_de_foto pie_foto foto_pie foto_texto",
    "it": "didascalia",
}
BEFORE_CAPTIONS = "has with no without show hide"
# The sentence or two between headline and article.
LEADS = {
    "en": "lead leads lede lead_text standfirst intro introduction intro_text summary subtitle sub_title subtitles"
    " subheadline sub_headline subheading sub_heading subhead deck dek abstract excerpt desc",
    "cs, sk": "perex",
    "de": "vorspann",
    "es": "bajada copete entradilla subtitulo sumario",
    "fr": "chapeau chapo",
    "it": "catenaccio sommario",
    "da, no, sv": "ingress manchet",
    "pt": "linha_fina resumo",
    "ru, uk": "announce anons",
    "tr": "spot",
}
NO_LEADS = {"any": "author authors bio byline caption image images photo photos img media picture video"}
# What stands beside an article and may hold sentences.
MARGINS = {
    "en": "teaser teasers related recommend recommended recommendation recommendations recirc promo promos newsletter"
    " newsletters most_read mostread most_popular mostpopular read_more readmore more_from trending sign_up signup"
    " author_bio author_box about_author about_the_author",
}


def _listed(names: dict[str, str]) -> frozenset[str]:
    """Every name of a list by language; words of one name are joined by an underscore there."""
    return frozenset(name.replace("_", " ") for group in names.values() for name in group.split())


def _joined(before: str, nouns: tuple[str, ...], after: str = "") -> frozenset[str]:
    return frozenset(
        [f"{word} {noun}" for word in before.split() for noun in nouns]
        + [f"{noun} {word}" for word in after.split() for noun in nouns]
    )


NAMES = {
    "comments": _listed(COMMENTS),
    "sometimes comments": _listed(SOMETIMES_COMMENTS),
    "about comments": _joined(BEFORE_COMMENTS, ("comment", "comments"), AFTER_COMMENTS),
    "caption": _listed(CAPTIONS),
    "about captions": _joined(BEFORE_CAPTIONS, ("caption", "captions")),
    "lead": _listed(LEADS),
    "no lead": _listed(NO_LEADS),
    "margin": _listed(MARGINS),
}
FIRST_WORDS = frozenset(name.split()[0] for names in NAMES.values() for name in names)


def named(element: Any) -> frozenset[str]:
    """Which of the `NAMES` an element's class and id have, and whether it is an "advertisement"."""
    kept, identity = element.get("class"), element.get("id")
    return _kinds(f"{kept or ''} {identity or ''}"[:LONGEST_NAMES]) if kept or identity else frozenset()


def is_comments(element: Any) -> bool:
    names = named(element)
    return "comments" in names and "about comments" not in names


def is_caption(element: Any) -> bool:
    names = named(element)
    return "caption" in names and "about captions" not in names


def is_lead(element: Any) -> bool:
    return "lead" in named(element)


def is_no_lead(element: Any) -> bool:
    return "no lead" in named(element)


def is_margin(element: Any) -> bool:
    return "margin" in named(element)


@lru_cache(maxsize=1_024)
def _kinds(names: str) -> frozenset[str]:
    whole = frozenset() if NO_ARTICLE.isdisjoint(names.lower().split()) else frozenset({"advertisement"})
    words = " ".join(WORDS.split(names)).lower().split()
    if FIRST_WORDS.isdisjoint(words):
        return whole
    phrases = {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words))
    }
    return whole.union(kind for kind, known in NAMES.items() if not known.isdisjoint(phrases))


# Before a colon these begin a pointer to another page; alone before its one link, without a colon too.
POINTERS = {
    "en": "read more|read also|read next|see also|also read|also see",
    "de": "lesen sie auch|mehr zum thema|sehen sie auch",
    "fr": "(?:à|a) lire aussi|lire aussi|(?:à|a) voir aussi|voir aussi",
    "es": "lee también|lea también|lea además|ver también|vea también",
    "pt": "leia também|leia mais|veja também",
    "it": "leggi anche|guarda anche|vedi anche",
    "nl": "lees ook|lees meer|bekijk ook",
    "da, no, sv": "læs også|les også|läs också",
    "pl": "czytaj też|czytaj także|zobacz też|zobacz także|przeczytaj też|przeczytaj także",
    "cs, sk": "čtěte také|čítajte tiež|přečtěte si také|prečítajte si aj",
    "ru": "читайте также|смотрите также",
    "uk": "читайте також|читати також|дивіться також",
    "tr": "ayrıca okuyun|bunları da okuyun",
    "ar": "اقرأ أيضا|اقرأ أيضًا|اقرأ المزيد",
    "zh": "相关阅读|相關閱讀|延伸阅读|延伸閱讀",
    "ja": "関連記事|あわせて読みたい",
    "ko": "관련기사|관련 기사",
}
# Words of other sentences too: only with a colon.
HALF_POINTERS = {"en": r"related(?: \w+)?|more (?:from|on)\b[^:]{0,40}|watch"}
# And these only with a sign after them, before one link that ends the block.
LABELS = {
    "en": "more|read|read this|see|see more|also|background|analysis|explainer|explained|opinion|listen|photos?"
    "|pictures|videos?|exclusive",
    "de": "mehr|hintergrund|analyse|video",
    "fr": "lire|à lire|voir|vidéo|analyse",
    "es": "más|más información|vea|lea|video|vídeo",
    "pt": "mais|leia|veja|vídeo",
    "it": "approfondisci|leggi|guarda|video",
    "ru": "подробнее|видео",
    "uk": "докладніше|детальніше|відео",
}
# A call says what to do as a sentence begins, and names what is to be got. Only so written: "sign up" is an article's.
CALLS = {
    "en": "(?:Please )?(?:Sign up|SIGN UP|Subscribe|SUBSCRIBE|Download|DOWNLOAD|Click here|CLICK HERE|Follow us|Join us"
    "|Get (?:the|our|all the))",
    "de": "Abonnieren Sie|Melden Sie sich|Laden Sie",
    "fr": "Inscrivez-vous|Abonnez-vous|Recevez|Téléchargez|Suivez-nous",
    "es": "Suscríbete|Suscríbase|Suscribirse|Apúntate|Síguenos|Descarga",
    "pt": "Assine|Cadastre-se|Inscreva-se|Receba|Siga",
    "it": "Iscriviti|Abbonati|Seguici|Scarica",
    "nl": "Meld je aan|Schrijf je in",
    "pl": "Zapisz się|Pobierz",
    "ru": "Подпишитесь|Подписывайтесь|Подпишись",
    "uk": "Підпишіться|Підписуйтесь|Підписуйтеся|Підпишись",
    "tr": "Abone olun",
}
CALLED_FOR = {
    "any": r"newsletters?|podcasts?|telegram|whatsapp|youtube|facebook|apps?|APP",
    "en": r"inbox|channel|(?:e-?mail|breaking news) (?:newsletters?|alerts?|updates?|briefings?)",
    "de": r"kanal",
    "fr": r"infolettre|chaîne",
    "es, pt": r"bolet[ií]n|boletim|canal",
    "it": r"canale",
    "ru, uk": r"канал\w*|рассылк\w*|розсилк\w*",
}
# What comes at such times may be signed up for with no other name.
REGULAR = {"en": r"[Ee]very (?:day|morning|evening|week)|[Dd]aily|[Ww]eekly|[Nn]ewsletters?"}
RIGHTS = {
    "en": "all rights reserved",
    "de": "alle rechte vorbehalten",
    "fr": "tous droits réservés",
    "es": "todos los derechos reservados",
    "pt": "todos os direitos reservados",
    "it": "riproduzione riservata|tutti i diritti riservati",
    "pl": "wszelkie prawa zastrzeżone",
    "ru": "все права защищены",
    "uk": "(?:усі|всі) права захищен[оі]",
    "tr": "tüm hakları saklıdır",
    "ar": "جميع الحقوق محفوظة",
    "zh": "版权所有|版權所有",
    "ja": r"無断転載|無断複製",
    "ko": r"저작권자|무단\s*전재",
}


def _any_of(*lists: dict[str, str]) -> str:
    return "|".join(phrases for one in lists for phrases in one.values())


POINTER = re.compile(rf"\W*(?:{_any_of(POINTERS, HALF_POINTERS)})\s*[:\uff1a]", re.IGNORECASE)
LABEL = re.compile(
    rf"\W*(?:(?:{_any_of(POINTERS)})\W*|(?:{_any_of(LABELS)})\s*[:\uff1a|\u2013\u2014-]\W*)", re.IGNORECASE
)
CALL = re.compile(
    rf"[^\w\"'\u2018\u201c\u201e\u00ab]*(?:[^.!?:]{{1,40}}[:\u2013\u2014-]\s+)?"
    rf"(?:(?:{_any_of(CALLS)})\b[^.!?]{{0,150}}?\b(?i:{_any_of(CALLED_FOR)})\b"
    rf"|(?=[^.!?]{{0,150}}\b(?:{_any_of(REGULAR)})\b)[^.!?]{{1,150}}[.!?]\s+"
    r"(?:Sign up|Subscribe)\b[^.!?]{0,40}\bhere\b)"
)
RIGHT = re.compile(rf"(?i:{_any_of(RIGHTS)}|\bcopyright\b|©|\([c]\))")
