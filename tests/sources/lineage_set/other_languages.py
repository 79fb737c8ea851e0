"""The like in other languages, those without spaces between words among them."""

EVENTS = {
    "fr": {
        "agency": [
            "BAMAKO - Au moins dix-sept civils ont été tués lundi dans l'attaque d'un convoi de marchandises par des hommes armés dans le centre du Mali, ont indiqué des élus locaux et une source sécuritaire.",
            "Le convoi, escorté par une poignée de gendarmes, transportait du riz et du carburant entre Sévaré et la localité de Boni, soumise à un blocus depuis plus d'un an.",
            "Les assaillants ont incendié neuf camions avant de se replier à moto vers la forêt de Serma, où l'armée a effectué plusieurs survols dans l'après-midi.",
            "Aucun groupe n'a revendiqué cette action, mais la région est un bastion de la Katiba Macina, affiliée à la nébuleuse jihadiste.",
            "{QUOTE}",
            "Le Mali est plongé depuis 2012 dans une crise profonde, sécuritaire, politique et humanitaire, qui a fait des milliers de morts et chassé de chez eux des centaines de milliers d'habitants.",
            "La junte au pouvoir a rompu avec ses anciens partenaires occidentaux pour se tourner vers la Russie et demandé le départ de la mission des Nations unies.",
        ],
        "quote": (
            "Amadou Cissé",
            "Nous avons compté les corps jusqu'à la nuit. Il y avait des enfants sous les bâches, parce que leurs mères voulaient vendre du mil au marché. Qu'on ne vienne pas nous dire que c'étaient des combattants.",
        ),
        "rival": [
            "Oumar Guindo conduisait le quatrième camion. Il raconte, la main bandée, qu'il a sauté dans le fossé quand la citerne devant lui s'est mise à brûler.",
            "Dix-sept personnes au moins ne sont pas arrivées à Boni, où l'on attendait ce convoi depuis des semaines et où le sac de riz se vend désormais le triple.",
            "Selon deux commerçantes rescapées, les gendarmes de l'escorte ont tiré jusqu'à leur dernière cartouche.",
            "Les motos ont disparu vers la forêt de Serma. Un avion est passé, puis plus rien, disent-elles.",
            "À Sévaré, le syndicat des transporteurs réclame des escortes plus solides et menace d'arrêter toute livraison.",
        ],
    },
    "de": {
        "agency": [
            "Hamburg - Nach dem Zusammenstoß zweier Frachtschiffe in der Deutschen Bucht werden vier Seeleute vermisst, ein Mensch kam ums Leben, teilte das Havariekommando am Dienstagabend mit.",
            "Der unter britischer Flagge fahrende Frachter «Verena» sank rund 22 Kilometer südwestlich von Helgoland binnen weniger Minuten, nachdem er mit dem deutlich größeren Massengutschiff «Polar Star» kollidiert war.",
            "An der Suche beteiligten sich Seenotretter, zwei Hubschrauber der Marine und ein Kreuzfahrtschiff, dessen Bordarzt die Geborgenen versorgte.",
            "Taucher konnten wegen der starken Strömung nur kurz zum Wrack vordringen, das in etwa 30 Metern Tiefe auf der Seite liegt.",
            "{QUOTE}",
            "Warum die beiden Schiffe trotz guter Sicht und moderner Technik nicht auswichen, ist Gegenstand von Ermittlungen der Bundesstelle für Seeunfalluntersuchung.",
            "Die «Verena» hatte Stahlrollen geladen und war auf dem Weg von Bremen in den englischen Hafen Immingham.",
        ],
        "quote": (
            "Robby Renner",
            "Wir ziehen alle Mittel heran, die es überhaupt gibt, um Überlebende zu finden. Bei zwölf Grad Wassertemperatur bleibt uns nicht mehr viel Zeit, und das wissen auch die Familien.",
        ),
        "rival": [
            "Auf Helgoland brannten in der Nacht zum Mittwoch alle Lichter. Die Wirtin Antje Krüss kochte Kaffee für Männer, die seit sechs Uhr früh auf See waren und kaum sprachen.",
            "Vier Seeleute der «Verena» fehlen noch immer, ein Toter liegt in der Halle der Seenotretter.",
            "Ein Lotse, der beide Schiffe auf seinem Bildschirm hatte, sagte unserer Zeitung, er habe zweimal gefunkt und keine Antwort erhalten.",
            "Das Wrack in etwa 30 Metern Tiefe sei von Stahlrollen umgeben, die sich losgerissen hätten, so der Taucher Jens Ohlsen.",
            "Mit «Polar Star» fuhr ein Schiff weiter, das nach Auskunft der Reederei nur Kratzer am Bug hat.",
        ],
    },
    "es": {
        "agency": [
            "Quito - Un motín en la cárcel de Esmeraldas, en la costa norte de Ecuador, dejó este jueves diecisiete reclusos muertos y una veintena de heridos, informó el organismo encargado de las prisiones.",
            "Los enfrentamientos comenzaron poco después de las seis de la mañana, cuando miembros de una banda forzaron la puerta que separa dos pabellones y atacaron a sus rivales con armas de fuego y machetes.",
            "Unos trescientos policías y militares recuperaron el control del recinto tras cuatro horas, mientras decenas de familiares esperaban noticias ante las rejas.",
            "{QUOTE}",
            "Las prisiones ecuatorianas se han convertido en centros de operaciones de organizaciones vinculadas con carteles mexicanos y colombianos, y más de seiscientos internos han perdido la vida en ellas desde 2021.",
            "El presidente declaró a principios de año un conflicto armado interno y ordenó el despliegue de soldados en las calles y en los penales.",
            "Apenas tres días antes, otra revuelta en Machala había costado la vida a catorce personas, entre ellas un guardia.",
        ],
        "quote": (
            "William Calle",
            "Encontramos cuerpos en los techos y en los lavaderos. Nadie puede explicarme cómo entraron nueve fusiles en una cárcel que revisamos la semana pasada, pero alguien va a tener que explicarlo.",
        ),
        "rival": [
            "Rosa Quiñónez reconoció a su hijo por una camiseta amarilla. Llevaba desde el amanecer junto a la reja, sin desayunar, con otras madres que rezaban en voz baja.",
            "Diecisiete presos murieron en Esmeraldas, y ella cuenta que él iba a salir en octubre.",
            "Un guardia que pidió no ser identificado aseguró a este diario que la puerta entre los pabellones estaba rota desde hacía meses.",
            "Los vecinos oyeron disparos durante cuatro horas. Después llegó el silencio, dice el dueño de la tienda, y eso fue peor.",
            "Tres días antes habían muerto catorce en Machala, y en la morgue ya no quedaba sitio.",
        ],
    },
    "ru": {
        "agency": [
            "ТБИЛИСИ - Не менее одиннадцати человек погибли в результате схода селя в горном районе Рача на западе Грузии, поиски ещё двадцати двух продолжаются, заявили в четверг спасатели.",
            "Поток воды, грязи и камней накрыл курорт Шови во второй половине дня, когда в коттеджах у реки находились десятки отдыхающих с детьми.",
            "Мосты оказались разрушены, поэтому людей вывозили вертолётами пограничной службы, а тяжёлую технику доставили лишь к утру следующего дня.",
            "{QUOTE}",
            "Геологи полагают, что причиной стали обильные дожди и таяние ледника, от которого откололась скальная порода объёмом около пяти миллионов кубометров.",
            "Власти объявили день траура и пообещали семьям погибших единовременные выплаты, а также временное жильё для тех, кто лишился домов.",
            "Оппозиция требует выяснить, почему в долине не было системы раннего оповещения, о которой специалисты говорили последние десять лет.",
        ],
        "quote": (
            "Заза Гиоргадзе",
            "Мы работаем руками, потому что экскаватор туда не пройдёт. Каждый час мы останавливаем моторы и слушаем. Пока мы слышим хоть что-нибудь, никто отсюда не уедет.",
        ),
        "rival": [
            "Нана Майсурадзе держала в руках две детские сандалии и не помнила, где их подобрала. Её дом стоял третьим от реки, теперь там только валуны.",
            "Одиннадцать погибших нашли к вечеру четверга. О двадцати двух по-прежнему ничего не известно.",
            "Местный проводник Гела рассказал нашему корреспонденту, что ледник трещал уже в июне и что он звонил об этом в районную управу.",
            "Вертолёты садились на футбольное поле, где в очереди стояли старики с узлами и собаками.",
            "В Шови ездили ещё при советской власти, говорит бывший врач санатория, и никогда никто не боялся воды.",
        ],
    },
    "ko": {
        "agency": [
            "(부산) 부산항 신항에서 컨테이너 크레인이 강풍에 쓰러져 작업자 세 명이 숨지고 다섯 명이 다쳤다고 소방 당국이 수요일 밝혔다.",
            "사고는 이날 오전 열한 시께 초속 삼십 미터가 넘는 돌풍이 부두를 덮치면서 일어났으며, 높이 칠십 미터의 구조물이 정박 중이던 화물선 갑판 위로 무너져 내렸다.",
            "구조대는 절단기를 동원해 일그러진 철골 사이에 갇힌 근로자들을 두 시간 만에 모두 끌어냈다.",
            "{QUOTE}",
            "부두 운영사는 기상 특보가 내려진 직후 작업을 멈췄다고 설명했지만, 노동조합은 대피 방송이 늦었다며 책임자 처벌을 요구하고 있다.",
            "고용노동부는 해당 사업장에 작업 중지 명령을 내리고 중대재해처벌법 위반 여부를 들여다보고 있다.",
            "신항의 하역은 전면 중단됐으며 선박 열네 척이 외항에서 차례를 기다리고 있는 것으로 집계됐다.",
        ],
        "quote": (
            "박준형",
            "바람이 한 번에 방향을 바꾸면서 고정 장치가 버티지 못한 것으로 보입니다. 우리는 어제도 점검을 요청했고 그 기록은 그대로 남아 있습니다.",
        ),
        "rival": [
            "점심 도시락을 나르던 김순자 씨는 하늘이 내려앉는 줄 알았다고 했다. 돌아보니 늘 그 자리에 서 있던 크레인이 배 위에 누워 있었다.",
            "세 사람이 돌아오지 못했다. 스물여덟 살 막내는 다음 달 결혼을 앞두고 있었다는 게 동료들의 말이다.",
            "신항에서 이십 년을 일한 하역 반장은 고정 핀 두 개가 지난겨울부터 헐거웠다고 털어놓았다.",
            "병원 복도에는 작업복 차림의 사내들이 말없이 앉아 있었고 다친 다섯 명 가운데 둘은 아직 의식이 없다.",
            "바다 쪽에는 배들이 불을 켠 채 밤새 기다렸다.",
        ],
    },
    "ja": {
        "agency": [
            "【札幌】北海道の知床沖で十五日朝、二十六人が乗った観光船との連絡が途絶え、海上保安庁は巡視船六隻と航空機四機を出して捜索を始めた。",
            "同庁によると、午前十時ごろ「船首が浸水し沈みかけている」との通報があり、約一時間後に運航会社への連絡を最後に消息が分からなくなった。",
            "現場付近には当時、強風と波浪の注意報が出ており、波の高さは三メートルに達していたとみられる。",
            "{QUOTE}",
            "観光船は全長十二メートルで、乗客の中には三歳の子どもを含む親子連れが複数いたことが関係者への取材で判明した。",
            "国土交通省は特別監査に入り、出航を決めた経緯や通信設備の点検状況について社長から事情を聴く方針だ。",
            "同じ船は昨年六月にも浅瀬に乗り上げる事故を起こし、行政指導を受けていた。",
        ],
        "quote": (
            "豊田徹",
            "水温は四度しかなく、一刻を争う状況です。漁協の皆さんには自分の船を出していただいており、感謝の言葉もありません。最後の一人が見つかるまで捜索を続けます。",
        ),
        "rival": [
            "港の食堂を営む佐々木ヨシさんは、出ていく船を窓から見て手を振った。波を見て嫌な予感がしたという。",
            "二十六人は今も戻らない。待合室では毛布にくるまった家族が、壁の時計から目を離せずにいた。",
            "地元のある船長は本紙に、あの日は自分たちは誰も出さなかった、無線も壊れたままだったと話した。",
            "捜索に加わった漁師の一人は、冷たい海面に子ども用の帽子が浮いているのを見つけ、それきり口をつぐんだ。",
            "去年の夏に座礁したときも客がいたことを、町の人々は覚えている。",
        ],
    },
    "zh": {
        "agency": [
            "本报昆明电 云南省镇雄县一处山体周一清晨发生滑坡，造成十八户四十七人被埋，应急管理部门已派出千余名救援人员赶赴现场。",
            "滑坡发生在凉水村的一个陡坡下方，滑落的土石方量约五万立方米，厚度平均六米，多数村民当时还在睡梦之中。",
            "当地气温降至零下三度并伴有降雪，大型机械只能沿一条窄路缓慢推进，增加了搜救难度。",
            "{QUOTE}",
            "专家组初步判断，事故系陡崖顶部岩体崩塌所致，现场周边仍有裂缝，两百多名居民已被转移到学校安置。",
            "民政部门紧急调运帐篷四百顶、棉被两千床以及取暖设备，并为遇难者家属安排了心理疏导。",
            "镇雄地处乌蒙山区，二零一三年一月同一县内的另一次滑坡曾夺去四十六人的生命。",
        ],
        "quote": (
            "王俊",
            "黄金七十二小时还没有过去，我们绝不放弃任何一个生命迹象。生命探测仪在东侧有反应，队员们正在徒手清理，不敢用机器。",
        ),
        "rival": [
            "天还没亮，罗大妈听见像打雷一样的声音，推开门，对面的邻居家已经不见了。",
            "她数了又数，四十七个名字里有九个跟她同姓。最小的孙女昨天才学会写自己的名字。",
            "在外打工的年轻人连夜往回赶，有人从广东开了二十个小时的车，到了村口却被拦在雪地里。",
            "一位退休的地质队员告诉记者，山顶那道缝十年前就有，大家都以为它不会再动。",
            "学校的教室里生起了炉火，孩子们围着一只没有主人的黄狗。",
        ],
    },
}
