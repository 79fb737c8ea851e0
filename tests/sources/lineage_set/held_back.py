"""A second set, built another way: nothing is generated, every version is written or retyped by hand.

It was kept aside while the figures of the first were looked at. ``kin`` says which versions of an event are copy of one
another, ``party`` which only quote the same speaker; any other two of one event are independent.
"""

from __future__ import annotations

from typing import Any

from tests.sources.lineage_set.written import paired

EVENTS: list[dict[str, Any]] = [
    {
        "texts": {
            "wire": (
                "TALLINN, Feb 11 (Reuters) - An undersea power cable between Finland and Estonia was severed on Tuesday, the fourth "
                "incident of its kind in the Baltic Sea in fourteen months, and Estonian police boarded a tanker suspected of dragging "
                "its anchor across the seabed, officials said.\nThe Brightwater Star, registered in the Cook Islands and loaded with "
                "35,000 tonnes of unleaded petrol from a Russian port, was escorted into Estonian waters by a patrol vessel, the "
                "coast guard said.\nGrid operator Balticlink said repairs to the 170-kilometre link would take until August, cutting "
                "the capacity for trade between the two countries to 358 megawatts from 1,016.\n“We do not believe in coincidences at "
                "this frequency,” Interior Minister Liis Tamm told reporters. “A ship does not lose an anchor and fail to notice it "
                "for sixty miles, and we intend to ask the crew why nobody looked.”\nThe vessel is part of what Western governments "
                "call a shadow fleet, ageing tankers with obscure ownership that are used to get around sanctions imposed over "
                "Moscow's war in Ukraine.\nNATO promised last year to step up patrols after two data cables were cut within hours of "
                "each other in November.\nElectricity prices in Estonia rose by about a tenth on the Nord Pool exchange after the "
                "outage, traders said.\nThe Kremlin declined to comment on what it called a purely technical matter."
            ),
            "retyped": (
                "Estonian police have boarded a tanker that is suspected of cutting an undersea power cable between Finland and "
                "Estonia by dragging its anchor over the seabed. It is the 4th such incident in the Baltic Sea in 14 months.\nThe "
                "Brightwater Star, which is registered in the Cook Islands and carries 35,000 tons of unleaded petrol from a Russian "
                "port, has been escorted into Estonian waters by a patrol boat, according to the coast guard.\nRepairs to the "
                "170-km link will take until August, the grid operator Balticlink said. Capacity for trade between the two countries "
                "falls to 358 MW from 1,016.\nThe vessel belongs to what Western governments call a “shadow fleet” of ageing tankers "
                "with obscure ownership, used to get round sanctions imposed over Moscow's war in Ukraine.\nIn November, two data "
                "cables were cut within hours of each other, and NATO has promised to step up patrols.\nThe Kremlin declined to "
                "comment."
            ),
            "brief": (
                "Estonian police boarded a tanker on Tuesday that is suspected of dragging its anchor across the seabed and severing "
                "an undersea power cable between Finland and Estonia. Grid operator Balticlink said repairs to the 170-kilometre link "
                "would take until August."
            ),
            "feature": (
                "Captain Madis Rebane has fished these waters since he was eleven, and he can tell you where every cable lies, because "
                "that is where one may not trawl. On Tuesday morning his radio went mad.\nA tanker, the Brightwater Star, had crossed "
                "the marked corridor at seven knots with something heavy behind her, he says. He had never heard of the Cook Islands "
                "flag being flown so far north.\nBy evening she lay off Naissaar under floodlights. Through binoculars one could make "
                "out the starboard anchor chain, hanging slack and empty.\nWhat was severed is an undersea power cable between Finland "
                "and Estonia. Until August, people here will depend on an older line of 358 megawatts, and many have begun to read "
                "their meters at night.\n“I have bought a wood stove,” said Helgi Sepp, a retired teacher in Viimsi. “My daughter "
                "laughs at me. Last year she laughed about the torch as well.”\nInsurers in London say privately that they have no "
                "idea who owns the ship. A mailbox in Ajman leads to another in Victoria."
            ),
            "pressroom": (
                "Interior Minister Liis Tamm came without notes. “We do not believe in coincidences at this frequency,” she said. “A "
                "ship does not lose an anchor and fail to notice it for sixty miles, and we intend to ask the crew why nobody looked.”\n"
                "The Social Democrat has been pressing for a law that would let the navy stop vessels outside of territorial waters. "
                "Her own coalition has twice taken it off the agenda, most recently because of doubts voiced by the justice "
                "chancellor.\nAfter Tuesday that may change. Three deputies of the Reform Party, asked in the corridor, said that they "
                "would now vote for it, and one had already changed the date of a holiday.\nFinland is watching closely, since its "
                "courts freed the crew of another tanker in the autumn for lack of jurisdiction."
            ),
            "liveblog": (
                "09.12 Good morning. We will be following the storm in the west, the trial in Tartu and whatever else the day brings.\n"
                "09.40 Schools on Saaremaa stay closed until noon, the municipality has told parents in a message. Buses run by the "
                "Saturday timetable.\n10.05 The prosecutor in Tartu has asked for nine years. The defence will speak after lunch; our "
                "reporter says that the accused, a former bank clerk, followed the plea without any visible emotion.\n10.31 An "
                "undersea power cable between Finland and Estonia was severed on Tuesday, the fourth incident of its kind in the "
                "Baltic Sea in fourteen months, and Estonian police boarded a tanker suspected of dragging its anchor across the "
                "seabed, officials said. The Brightwater Star, registered in the Cook Islands and loaded with 35,000 tonnes of "
                "unleaded petrol from a Russian port, was escorted into Estonian waters by a patrol vessel, the coast guard said. "
                "Grid operator Balticlink said repairs to the 170-kilometre link would take until August, cutting the capacity for "
                "trade between the two countries to 358 megawatts from 1,016.\n11.15 Ferries between Virtsu and Kuivastu are running "
                "again, with waiting times of up to three hours. Lorries are let on first.\n11.50 In Tartu the court has adjourned. "
                "A juror felt unwell, and proceedings will go on tomorrow at ten.\n12.20 A reader from Haapsalu has sent us a picture "
                "of a trampoline in an apple tree. Nobody was hurt, she writes, and the tree bears it with patience."
            ),
        },
        "kin": [["wire", "retyped", "brief", "liveblog"]],
        "party": [["wire", "pressroom"]],
        "credits": {"retyped": "Reuters", "brief": ""},
    },
    {
        "texts": {
            "wire": (
                "MANILA (AFP) - Typhoon Amihan slammed into the eastern Philippines on Sunday with gusts of 240 kilometres an hour, "
                "tearing roofs from houses and forcing more than 750,000 people into shelters.\nThe storm made landfall on the island "
                "province of Catanduanes shortly after four in the morning and was expected to cross the densely populated main "
                "island of Luzon before nightfall, the state weather service said.\nAt least five people were killed, among them a "
                "five-year-old boy swept away by a mud flow in the town of Guinobatan, where volcanic debris buried some 150 homes.\n"
                "“We are hearing of people on rooftops who cannot be reached because the bridges are gone,” said Ricardo Jalandoni, who "
                "heads the disaster agency. “Two of our boats have capsized, and I will not send a third one before the wind drops.”\n"
                "Airports in the capital were shut for twenty-four hours and cargo ships sought refuge in Manila Bay.\nThe Philippines "
                "is hit by an average of twenty storms and typhoons a year, which typically wipe out harvests and keep millions of "
                "people in poverty.\nOfficials urged residents of low-lying villages to stay in evacuation centres, where face masks "
                "were being handed out.\nAnother tropical storm, gaining strength over the Pacific, could reach the country by "
                "Thursday, forecasters warned."
            ),
            "rewritten": (
                "Five dead as super typhoon batters Philippines. Gusts of 240 km per hour tore roofs from houses when Typhoon Amihan "
                "slammed into the east of the country on Sunday, and more than 750,000 people were forced into shelters.\nLandfall was "
                "made on the island province of Catanduanes just after 4am. By nightfall the storm was expected to have crossed "
                "densely populated Luzon, the main island, according to the state weather service.\nAmong the dead is a boy of five who "
                "was swept away by a mud flow in Guinobatan, a town where volcanic debris has buried some 150 homes.\nIn the capital "
                "airports were shut for 24 hours. Cargo ships sought refuge in Manila Bay.\nAn average of 20 storms and typhoons hit the "
                "Philippines a year. They typically wipe out harvests and keep millions of people in poverty.\nForecasters warned that "
                "another tropical storm is gaining strength over the Pacific and could reach the country by Thursday."
            ),
            "scan": (
                "MANILA (AFP) Typhoon Amihan slamrned into the eastern Philippines on Sunday with gusts of 240 kilometres an hour, "
                "tearing roofs frorn houses and forcing rnore than 750,000 people into shelters. The storrn made landfall on the island "
                "province of Catanduanes shortly after four in the rnorning and was expected to cross the densely pop- ulated main "
                "island of Luzon before nightfall, the state weather servioe said. At least five people were killed, arnong them a "
                "five-year-old boy swept away by a mud flow in the town of Guinobatan, where volcanic debris bur- ied sorne 150 homes. "
                "Airports in the capital were shut for twenty-four hours and cargo ships sought refuqe in Manila Bay."
            ),
            "correspondent": (
                "Nanay Cora tied her grandchildren to the mango tree with the rope of the carabao. That was at three in the morning. At "
                "four the roof left, she says, and she makes a sound with her lips like a kite.\nWe reached Virac on a fishing boat on "
                "Monday. On the island of Catanduanes there is hardly a palm left with its crown, and the abaca, from which people live, "
                "lies flat like combed hair.\nTyphoon Amihan had gusts of 240 kilometres an hour. The mayor, Sinag Arcilla, has slept "
                "two hours since, on a table in the gymnasium, between women in labour.\nHer list of the dead for the town has three "
                "names on it. The radio speaks of five for the whole country and of more than 750,000 people in shelters.\nIn Guinobatan, "
                "across the strait, priests dug with their hands for a five-year-old boy. They found him on Monday towards noon.\n"
                "Another storm might come on Thursday. Nobody here talks about it."
            ),
            "agencyman": (
                "Rescuers on the Philippine island of Luzon were waiting for the wind to drop on Sunday evening. “Two of our boats have "
                "capsized, and I will not send a third one before the wind drops,” said Ricardo Jalandoni of the disaster agency. “We are "
                "hearing of people on rooftops who cannot be reached because the bridges are gone.”\nHis critics accuse him of having "
                "started too late. Budgets for the agency's boats were cut by a third in the spring, a paper shows that this newspaper "
                "has obtained, and eleven of nineteen vessels in Bicol were not seaworthy when the season began.\nJalandoni's deputy "
                "resigned over it in July. She now teaches swimming in Legazpi and, when reached by telephone, was filling sandbags with "
                "her pupils.\nThe audit commission wants to hear both of them next week."
            ),
        },
        "kin": [["wire", "rewritten", "scan"]],
        "party": [["wire", "agencyman"]],
        "credits": {"rewritten": "AFP"},
    },
    {
        "texts": {
            "wire": (
                "BRUSSELS - The European Union will cut its imports of Moroccan tomatoes by a quarter from January after a court ruled "
                "that fruit grown in Western Sahara must be labelled as such, the bloc's executive said on Thursday.\nThe decision "
                "follows months of talks with Rabat, which regards the disputed desert territory as its own and had threatened to halt "
                "cooperation on migration.\nGrowers in Spain, France and Belgium, who had blocked roads with tractors over what they "
                "call unfair competition, welcomed the step but said that it came too late for this season.\nSome 210,000 tonnes of "
                "Moroccan tomatoes reached Europe last year, three times as many as a decade ago, according to the commission's "
                "figures.\nImporters warned that cherry tomatoes would become dearer in winter, when northern greenhouses are costly to "
                "heat.\nThe Polisario Front, which seeks independence for the territory and brought the case to court, said it would "
                "watch whether the labels told the truth."
            ),
            "released": (
                "European shoppers will find fewer Moroccan tomatoes in their supermarkets. From January the European Union will cut its "
                "imports by a quarter, the bloc's executive said on Thursday, after a court ruled that fruit grown in Western Sahara "
                "must be labelled as such. Rabat, which regards the disputed desert territory as its own, had threatened to halt "
                "cooperation on migration during months of talks.\nIn Almeria the news was received with a shrug. Paco Ibarra has torn "
                "out two of his five greenhouses. He used to sell to Perpignan, he says, and names prices that would make a Moroccan "
                "foreman laugh.\nThree times as many Moroccan tomatoes as a decade ago reached Europe last year, some 210,000 tonnes, "
                "according to the commission's figures. Ibarra keeps one of them in his office, under a bell of glass, as a reminder."
            ),
            "rabat": (
                "In the packing halls of Dakhla the women work in hairnets of three colours, and each colour stands for a buyer. The "
                "blue ones, for a chain in Germany, were sent home on Thursday.\nA foreman who did not want to be named had heard it on "
                "the radio: from January, a quarter less. He does the sum on the back of a crate, and what comes out is four hundred "
                "women.\nThe European Union calls this place Western Sahara. On the crates it says Morocco, and a court wants another "
                "word there.\nHamid Bennani, who exports for nine growers, has already telephoned with Moscow, where nobody reads "
                "labels.\nLast year some 210,000 tonnes of Moroccan tomatoes went to Europe. He would have bet on 250,000.\nA delegate "
                "of the Polisario Front in Brussels says by telephone that his people have waited for fifty years and do not live from "
                "tomatoes."
            ),
        },
        "kin": [["wire", "released"]],
        "party": [],
        "credits": {},
    },
    {
        "texts": {
            "depeche": (
                "Genève (ATS) - Un glissement de terrain a coupé samedi la ligne ferroviaire du Lötschberg entre Frutigen et Kandersteg, "
                "dans le canton de Berne, et la circulation des trains ne reprendra pas avant une semaine, a annoncé la compagnie BLS.\n"
                "Quelque 20 000 mètres cubes de boue et de rochers se sont détachés vers cinq heures du matin d'un versant détrempé par "
                "dix jours de pluie, emportant deux pylônes et une centaine de mètres de voie.\nPersonne n'a été blessé, le premier "
                "convoi ayant été arrêté à temps par un système d'alarme installé en 2019.\nDes autobus relient les deux localités, mais "
                "les wagons qui transportent des camions à travers les Alpes sont détournés par le Gothard.\n« La montagne bouge encore "
                "de deux centimètres par jour », a expliqué la géologue cantonale Anne Zbinden. « Tant qu'elle bouge, personne ne mettra "
                "les pieds sous cette paroi. »\nLe tunnel de faîte, ouvert en 1913, voit passer chaque jour une centaine de trains."
            ),
            "reprise": (
                "La ligne du Lötschberg est interrompue depuis samedi entre Frutigen et Kandersteg à la suite d'un glissement de terrain. "
                "La circulation des trains ne reprendra pas avant une semaine, selon la compagnie BLS.\nVers 5 h du matin, quelque 20'000 "
                "m3 de boue et de rochers se sont détachés d'un versant détrempé par dix jours de pluie. Ils ont emporté deux pylônes et "
                "une centaine de mètres de voie.\nIl n'y a pas eu de blessé: le premier convoi a été arrêté à temps par un système "
                "d'alarme installé en 2019.\nLes wagons qui transportent des camions à travers les Alpes sont détournés par le Gothard, "
                "tandis que des autobus relient les deux localités."
            ),
            "reportage": (
                "Le boulanger de Kandersteg a fait ses croissants pour rien. À six heures, d'ordinaire, il les pose sur le quai et le "
                "mécanicien les emporte vers Frutigen; samedi, le quai est resté vide.\nEn contrebas, là où passait la ligne du "
                "Lötschberg, on entend l'eau courir sous les pierres. Un pylône s'est couché dans un verger. Vreni Rieder l'a vu partir "
                "depuis sa cuisine, « comme une allumette », et elle a d'abord pensé à ses vaches.\nDix jours qu'il pleuvait. Son "
                "beau-père disait toujours de ne pas bâtir de ce côté, ajoute-t-elle, mais on a bâti.\nDes autobus sont là, bleus et "
                "presque vides. Les routiers, eux, ont déjà fait demi-tour pour le Gothard et s'échangent les temps d'attente par radio."
            ),
            "depesche-de": (
                "Genf (SDA) - Ein Erdrutsch hat am Samstag die Bahnlinie am Lötschberg zwischen Frutigen und Kandersteg im Kanton Bern "
                "unterbrochen. Züge verkehren nach Angaben der Gesellschaft BLS frühestens in einer Woche wieder.\nRund 20'000 Kubikmeter "
                "Schlamm und Fels lösten sich gegen fünf Uhr früh von einem Hang, der nach zehn Tagen Regen durchnässt war, und rissen "
                "zwei Masten sowie etwa hundert Meter Gleis mit.\nVerletzt wurde niemand, weil ein im Jahr 2019 eingebautes Warnsystem "
                "den ersten Zug rechtzeitig anhielt."
            ),
        },
        "kin": [["depeche", "reprise"]],
        "party": [["depeche", "depesche-de"]],
        "not_judged": [["reprise", "depesche-de"]],
        "credits": {},
    },
    {
        "texts": {
            "wire": (
                "서울=연합뉴스) 국가기상센터는 토요일 새벽 전남 남해안에 시간당 구십 밀리미터가 넘는 폭우가 쏟아져 주민 육백여 명이 대피했다고 "
                "밝혔다.\n순천에서는 하천 둑이 무너지며 비닐하우스 백스무 동이 물에 잠겼고 국도 이 호선 일부 구간의 통행이 통제됐다.\n산림청은 "
                "지반이 약해진 열일곱 개 시군에 산사태 경보를 발령하고 급경사지 접근을 삼가 달라고 당부했다.\n이번 비는 일요일 오후 들어 차츰 "
                "그치겠으나 월요일에는 또 다른 비구름대가 서쪽에서 접근할 것으로 예보됐다."
            ),
            "reprint": (
                "토요일 새벽 전남 남해안에 시간당 90㎜가 넘는 폭우가 쏟아져 주민 육백여 명이 대피했다. 순천에서는 하천 둑이 무너지며 비닐하우스 "
                "백스무 동이 물에 잠겼고 국도 2호선 일부 구간의 통행이 통제됐다. 산림청은 지반이 약해진 열일곱 개 시군에 산사태 경보를 발령하고 "
                "급경사지 접근을 삼가 달라고 당부했다."
            ),
            "local": (
                "순천 해룡면에서 딸기를 키우는 정만호 씨는 새벽 네 시에 장화를 신고 나갔다가 가슴까지 차오른 물에 되돌아왔다.\n마을 방송은 정전으로 "
                "끊겼고 이장이 손전등을 들고 집집이 문을 두드렸다고 한다.\n하천 둑이 터진 자리에는 굴착기 두 대가 흙을 퍼 올리고 있었다. 십 년 전에도 "
                "같은 곳이 터졌다고 그는 말했다.\n초등학교 강당에 모인 사람들은 젖은 통장을 난로 곁에 널어 말리고 있었다."
            ),
        },
        "kin": [["wire", "reprint"]],
        "party": [],
        "credits": {},
    },
]


def make_held_back_set() -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Documents and pairs, in the order in which they are written above."""
    return paired("h", EVENTS)
