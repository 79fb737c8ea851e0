"""Who says something and who is told it, by the words for that in the languages that are read."""

from __future__ import annotations

import re

_CAPITAL = r"[^\W\d_a-zà-öø-ÿа-яёіїєґ]"
_SMALL = r"[a-zà-öø-ÿа-яёіїєґ]"
# A name doesn't end within a word, nor is a word read twice for that.
_WORD = rf"(?:\b(?:[A-Z]\.){{2,5}}|\b{_CAPITAL}(?:[.'’&-]?\w){{0,30}}+)"
_LINK = (
    r"(?:of|for|and|de|des|du|la|le|del|der|für|di|al|van|von)"
    r"(?:\s+(?:the|la|las|los|le|les|der|dem|den))?\s+(?:l['’])?"
)
NAME = rf"{_WORD}(?:\s+(?:{_LINK})?{_WORD}){{0,6}}"
BEFORE_A_NAME = re.compile(rf"(?<!\w){_WORD}(?:\s+{_WORD}){{0,2}}\s+$")
ROLE = (
    r"(?:(?:South|North|a|the|its|les?|la|der|die|das|dem|den|el|los|las|state|local|national|federal|country['’]s)\s+"
    r"|l['’]\s*)*"
)
_BARE_ROLE = r"(?:news agency\s+|agency\s+|Nachrichtenagentur\s+|агентств\w*\s+|agencia\s+|l['’]agence\s+|agence\s+)?"
BRACKETED = r"(?:\s*\([^()\n]{2,40}\))?"

# When and where, between the name and what it does: "on Monday", "late Tuesday", "in a statement", "in Seoul".
_DAY = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|tonight"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|aujourd['’]hui"
    r"|lunes|martes|miércoles|jueves|viernes|sábado|domingo|ayer|hoy"
    r"|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|ieri|oggi"
    r"|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag|gestern|heute"
    r"|понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье|вчера|сегодня)"
)
_PART_OF_DAY = (
    r"(?:\s+(?:morning|afternoon|evening|night|matin|après-midi|soir|por la (?:mañana|tarde|noche)|mattina|pomeriggio"
    r"|sera|früh|утром|днём|днем|вечером)|(?:morgen|mittag|nachmittag|abend|vormittag)\b)?"
)
_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre"
    r"|octubre|noviembre|diciembre|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|März|Mai|Juni|Juli|Okt|Dez"
    r"|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w*\.?"
)
_WHEN = (
    r"(?:,?\s+(?:(?:(?:late|early|earlier|later|noch)\s+)?(?:(?:on|le|el|lo|il|am|во?|ce|este|questo)\s+)?"
    rf"{_DAY}{_PART_OF_DAY}"
    rf"|(?:on|le|el|il|am)\s+(?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\.?\s+(?:de\s+)?{_MONTH})(?:,?\s+\d{{4}})?"
    rf"|\d{{1,2}}\s+{_MONTH}"
    r"|(?:(?:earlier|later)\s+)?(?:this|last|that|the same)\s+"
    r"(?:week|month|year|morning|afternoon|evening|night|weekend|day)"
    r"|cette semaine|esta semana|questa settimana|diese Woche|in dieser Woche|на этой неделе"
    r"|(?:in|dans|en|auf|в)\s+(?:an?|its|his|her|their|the|une?|su|un[ao']?|einer|einem|seiner|ihrer)\s*"
    rf"(?:{_SMALL}[\w-]*\s+){{0,2}}[\w-]+"
    rf"|(?:in|at|à|en|a|в)\s+{_WORD}(?:\s+{_WORD}){{0,2}}),?)"
)
_BETWEEN = (
    rf"(?:{_WHEN}|,?\s+(?:news agency|spokes\w+|officials?|has|have|had|also|later|then|again|meanwhile"
    r"|ha|hanno|hat|haben|a|ont|avait|également|auch|también|anche|также)\b,?)"
)
_BESIDE_IT = r"(?:,\s[^,.;:«»„“”\"\n]{2,80},)?"

_SAYS = (
    r"(?:said|says|reported|reports|announced|announces|confirmed|confirms|stated|disclosed|told|claimed|quoted|estimates|"
    r"estimated|added|wrote|warned|tells|denied|denies|insisted|explained|recalled|acknowledged|alleged|alleges|testified"
    r"|déclaré|indiqué|affirmé|annoncé|confirmé|précisé|expliqué|rapporté|estimé|raconté|confié|ajouté|assuré"
    r"|dit|témoigné|souligné|regretté"
    r"|dijo|declaró|informó|confirmó|anunció|afirmó|aseguró|explicó|señaló|indicó|relató|reportó"
    r"|detto|dichiarato|riferito|confermato|annunciato|spiegato|precisato|affermato|raccontato|aggiunto"
    r"|sagte|erklärte|berichtete|meldete|bestätigte|betonte|teilte|gesagt|erklärt|mitgeteilt|berichtet|gemeldet|bestätigt"
    r"|(?:сказал|заявил|сообщил|подтвердил|рассказал|добавил|отметил)[аио]?|сообщает|заявляет|передает|передаёт"
    r"|(?:сказа|заяви|повідоми|розпові|підтверди|дода)(?:в|ла|ло|ли)|повідомляє)"
)
_NAME_SAYS = re.compile(rf"({NAME}{BRACKETED}){_BESIDE_IT}{_BETWEEN}{{0,4}},?\s+{_SAYS}\b")
ACCORDING_TO = re.compile(
    r"\b(?:[Aa]ccording to|[Cc]iting|[Qq]uoted by|[Rr]eported by|[Ii]nformation from)\s+"
    rf"{ROLE}{_BARE_ROLE}({NAME}{BRACKETED})"
    rf"|\b(?:[Ss]elon|[Dd]['’]après|[Ll]aut|[Ss]egún|[Ss]econdo|[Nn]ach Angaben (?:von|der|des|vom)|[Cc]itant)\s+"
    rf"{ROLE}{_BARE_ROLE}({NAME}{BRACKETED})"
    rf"|\b(?:[Пп]о данным|[Пп]о сведениям|[Пп]о информации|[Сс]о ссылкой на)\s+{_BARE_ROLE}({NAME})"
)
_IN_THE_EAST = [
    re.compile(r"([가-힣A-Za-z]{2,14}?)(?:\([^()]{2,24}\))?(?:이|가|은|는)?\s*(?:에 따르면|에 의하면)"),
    re.compile(
        r"([가-힣A-Za-z]{2,14}?)(?:\([^()]{2,24}\))?(?:은|는|이|가) [^.\n]{0,120}?"
        r"(?:밝혔다|발표했다|보도했다|확인했다|전했다)"
    ),
    re.compile(r"([一-鿿ァ-ヶーA-Za-z]{2,16}?)(?:（[^（）]{2,24}）)?(?:によると|によれば)"),
    re.compile(
        r"([一-鿿ァ-ヶーA-Za-z]{2,16}?)(?:（[^（）]{2,24}）)?は[^。\n]{0,120}?(?:発表した|明らかにした|報じた|伝えた|確認した)"
    ),
    re.compile(
        r"[据據]([一-鿿A-Za-z]{2,14}?)(?:(?:[周週]|星期)[一二三四五六日天]|\d{1,2}日|[今昨]天|[今昨]日)?"
        r"(?:[报報]道|消息|通[报報]|表示|[称稱]|，)"
    ),
]
# Whoever is named so says it.
SPEAKING = [
    ACCORDING_TO,
    _NAME_SAYS,
    re.compile(
        rf"\b(?:said|announced|reported|confirmed)\s+(?:the\s+)?({NAME}{BRACKETED})(?=[,.;]|\s+(?:on|in|late)\b)"
    ),
    re.compile(rf"(?:dijo|declaró|informó|confirmó){_WHEN}?\s+(?:el|la)\s+{_BARE_ROLE}({NAME}{BRACKETED})"),
    re.compile(
        rf"(?:sagte|teilte|berichtete|meldete|bestätigte){_WHEN}?\s+(?:der|die|das|dem)?\s*{_BARE_ROLE}({NAME}{BRACKETED})"
    ),
    re.compile(
        rf"(?:[Сс]ообщает|[Сс]ообщил[аио]?|[Пп]ередает|[Зз]аявил[аио]?){_WHEN}?\s+(?:в\s+)?{_BARE_ROLE}({NAME}{BRACKETED})"
    ),
    *_IN_THE_EAST,
]
# Whoever is named so was told it.
LISTENING = [
    re.compile(rf"\b(?:told|tells|interview with|statement to)\s+{ROLE}{_BARE_ROLE}({NAME})"),
    re.compile(
        rf"(?:déclaré|indiqué|confié|affirmé|précisé|expliqué|precisato|dichiarato|detto|spiegato)\s+"
        rf"(?:à|a|al|alla|all['’])\s*(?:l['’])?{_BARE_ROLE}({NAME})"
    ),
    re.compile(rf"(?:dijo|declaró|informó|confirmó|explicó|afirmó|señaló)\s+a\s+{ROLE}{_BARE_ROLE}({NAME})"),
]

# What an agency's name, and what somebody quoted says, are replaced by before it is asked who speaks.
AGENCY, QUOTED = "\x00", "\x01"
_PERSON_LINK = r"(?:of|de|del|du|des|van|von|di|da|al|bin)(?:\s+(?:la|los))?"
_PERSON = rf"{_WORD}(?:\s+(?:{_PERSON_LINK}\s+)?{_WORD}){{0,5}}"
_ARTICLE = r"(?:the|le|la|les|l['’]|el|los|las|il|lo|der|die|das|une?|una)"
_LISTENER = rf"(?:{AGENCY}+|{_WORD}(?:\s+{_WORD}){{0,3}}(?=\s+{_ARTICLE}\b)|{_WORD})"
_TO = (
    rf"\s+(?:(?:à|aux?|al?|alla|all['’]|der|dem|агентству|корреспонденту)\s*(?:{_ARTICLE}\s*)?{_LISTENER}"
    rf"|(?:{_ARTICLE}\s*)?{AGENCY}+)"
)
_OF = r"(?:de|del|de la|di|della)"
_NO_ROLE = (
    r"(?:à|au|dans|en|sur|pour|lors|devant|depuis|après|que|in|at|on|to|that|su|per|che|dopo|durante|por|para|ante|tras"
    r"|auf|bei|vor|nach|dass|как|что|в|во|на|об?|при|по|из|для|после)\b"
)
_SAYS_NAME = re.compile(
    rf"[\"”“’»]\s*,?\s*[-–—]?\s*(?:(?:a|ha|hat|had|has)\s+)?{_SAYS}{_WHEN}?(?:{_TO}(?=\s))?{_WHEN}?\s+"
    rf"(?:(?!{_NO_ROLE}|{_OF}\s+{_CAPITAL}){_SMALL}[\w'’-]*,?\s+){{0,6}}"
    rf"(?:{_OF}\s+(?:{_WORD}\s+(?={_WORD}\s+{_WORD}))?)?({_PERSON})"
)
# Whoever is named so speaks the words that stand beside it.
BESIDE_WORDS = [_SAYS_NAME, _NAME_SAYS, ACCORDING_TO, *_IN_THE_EAST]

# "Which Reuters said it was unable to verify": whoever says that passes on what it doesn't know.
_UNSURE = (
    r"(?:(?:could|can|has|had|did) ?not|(?:could|ca|has|had|did)n['’]t|(?:was|is|were|are) (?:unable|not able))"
    r"(?:\s+(?:to|been able to|yet|immediately|independently|be))*"
)
_CHECK = r"(?:verif(?:y|ied)|confirm(?:ed)?|authenticated?|corroborated?|establish|check|determine)"
_TO_CHECK = r"[^.\n]{0,40}?(?:v[ée]rifi|confi?rm|conferm|authentifi|comprob|провер|подтверд)"
# Before what it can't do nobody else is named, but in German, where what can't be verified stands there.
_ITSELF = rf"{_WHEN}?[^.\n]{{0,12}}?\b"
CAVEAT = re.compile(
    rf"{_WHEN}?(?:\s+(?:that\s+)?(?:it|they|its \w+))?(?:\s+(?:also|yet|so far))?\s+{_UNSURE}\s+{_CHECK}"
    rf"|{_WHEN}?\s+(?:that\s+)?(?:the|this|that|these|those|its|their)\s[^.,;\n]{{2,60}}?\s(?:could|can) ?not"
    rf"(?:\s+\w+)?\s+be\s+(?:\w+\s+)?{_CHECK}"
    rf"|{_ITSELF}n(?:e\s+pas\s+(?:pouvoir|être en mesure)|e\s+(?:pouvait|peut)\s+pas){_TO_CHECK}"
    rf"|{_ITSELF}n['’](?:a|ont|avait|est|était|être)\s+pas\s+(?:pu|en mesure){_TO_CHECK}"
    rf"|{_ITSELF}no\s+(?:ha(?:bía)?\s+)?(?:pudo|podía|puede|podido|haber podido|poder){_TO_CHECK}"
    rf"|{_ITSELF}non\s+(?:ha\s+|aver\s+)?(?:potuto|può|poteva|poter|è stat\w in grado){_TO_CHECK}"
    rf"|{_ITSELF}не\s+(?:смог\w*|мог\w*|может|удалось|удаётся|удается|имеет возможности){_TO_CHECK}"
    r"|[^.\n]{0,60}?\bnicht\s+(?:\w+\s+)?(?:überprüfen|bestätigen|verifizieren)\s+(?:zu\s+)?(?:k[oö]nn|lassen|ließ)"
)
# "The footage could not be verified, Reuters said."
CAVEAT_BEFORE = re.compile(rf"\b(?:could|can) ?not(?:\s+\w+)?\s+be\s+(?:\w+\s+)?{_CHECK},[”\"’]?\s+$")
CAVEAT_IN_THE_EAST = re.compile(
    r"(?:확인|검증)(?:하지 못|할 수 없|되지 않)|(?:確認|検証)(?:でき(?:な|ていな|てな)|が取れ)"
    r"|(?:无法|無法|未能)(?:独立|獨立)?(?:核实|核實|证实|證實|查证|查證)"
)
