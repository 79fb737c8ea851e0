"""A third set: what desks do to copy at its worst, and what independent pages have in common all the same.

Heavy edits that keep different parts, briefs, roundups of two agencies, background paragraphs, lists, boilerplate. By
hand, as the second. ``sites`` says which versions stand on one site, ``published`` which hours are known.
"""

from __future__ import annotations

from typing import Any

from tests.sources.lineage_set.written import paired

FERRY = [
    "BERGEN, Norway (AFP) - A car ferry with 61 people on board ran aground in thick fog off the western coast of Norway early "
    "on Monday, and rescuers brought all but two of the passengers ashore by helicopter before the hull began to break apart.",
    "The Solvaer, built in 1987, struck an unlit skerry barely four hundred metres from the pier at Austrheim after its radar "
    "had failed twice during the short crossing, the coastal administration said.",
    "Two lorry drivers remained missing on Monday evening, and divers had searched the flooded car deck until the current became "
    "too strong for them to hold on to their lines.",
    "Engineer Torgeir Hauge told AFP that he had reported the faulty radar in writing on three occasions since the spring, and "
    "that the spare part had been lying in a customs warehouse in Stavanger for eleven weeks.",
    "The shipping company Fjordlinks rejected the accusation and said that its vessel had passed an inspection in September "
    "without a single remark, a copy of which it handed out to reporters.",
    "Some nine tonnes of diesel had leaked into the sound by nightfall, threatening a hatchery that supplies a fifth of the "
    "region's young salmon, according to the county's environment office.",
    "Schoolchildren from the islands will travel by bus and military landing craft until a replacement ferry arrives from "
    "Sweden, which the transport ministry expects in the second week of the month.",
    "Norway operates around two hundred ferry crossings along its ragged coastline, many of them put out to tender every eight "
    "years, and the auditor general has warned repeatedly that the cheapest bidder sails with the oldest ships.",
]
HARBOUR_BACKGROUND = (
    "The port town was fought over for eleven months during the civil war and changed hands four times before the ceasefire "
    "of 2019, which left more than thirty thousand people displaced, most of them fishermen whose boats had been burned or "
    "confiscated by one side or the other."
)
STRIKE_AFP = [
    "LISBON (AFP) - Air traffic controllers in Portugal walked off the job for six hours on Friday, forcing airlines to cancel "
    "214 flights and stranding some thirty thousand passengers at the start of the autumn holidays.",
    "Controllers demand a fifth crew for the night shift in the capital's tower, where two colleagues collapsed at their "
    "screens in the summer, union leader Marcia Valadares said at the picket line.",
    "Budget carriers were hit hardest because they keep no spare aircraft in the country, and hundreds of families slept on "
    "camp beds that the airport's chaplain had borrowed from a regiment.",
]
STRIKE_AP = [
    "BRUSSELS (AP) - Europe's network manager rerouted more than six hundred planes around the Iberian peninsula on Friday, "
    "adding an average of forty minutes to each journey as a Portuguese walkout rippled across the continent.",
    "Every detour burned roughly a tonne and a half of additional kerosene, analyst Dirk Vossen calculated, and a few long-haul "
    "flights from Brazil had to land in the Azores because their crews had run out of hours.",
    "Spain lent eleven controllers to the sectors over the Atlantic but declined to take over approaches to Porto, citing an "
    "agreement of 2004 under which neither country may break the other's strikes.",
]
LINEUP = (
    "Vestby: Halvorsen; Lund, Aas, Brekke (Moen 71), Dahl; Nygard, Tveit, Solli (Foss 60); Haug, Eide (Ruud 83), Bakken. "
    "Coach: Strand.\n"
    "Malmen: Ekdahl; Sjoberg, Wallin, Nyman, Hedlund (Frisk 46); Lindh, Bergvall, Oster (Palm 77); Sundin, Rask, Holm "
    "(Kvist 88). Coach: Brolin.\n"
    "Standings: 1. Malmen 9 6 2 1 20; 2. Torvik 9 6 1 2 19; 3. Vestby 9 5 2 2 17; 4. Granli 9 4 3 2 15; 5. Skogen 9 4 1 4 13; "
    "6. Fossum 9 3 2 4 11; 7. Sande 9 2 3 4 9; 8. Aurdal 9 1 1 7 4."
)
ABOUT = (
    "About Corvane Systems\n"
    "Corvane Systems designs inverters and storage controllers for municipal utilities in nineteen countries and employs "
    "around 2,300 people at sites in Graz, Brno and Monterrey, with shares listed in Vienna since 2011.\n"
    "This release contains forward-looking statements that rest on assumptions of the management, which involve risks and "
    "uncertainties and may cause actual results to differ materially; the company undertakes no obligation to update them "
    "in the light of later events unless securities law requires it."
)
CUP = (
    "Two goals within four minutes turned the semi-final at Vestby on its head on Saturday, and a crowd of nine thousand that "
    "had already been singing fell silent as Malmen's substitutes danced along the touchline in the rain.",
    "Sundin levelled with a header nobody had expected from the smallest man on the pitch, and Rask finished a counter-attack "
    "which had begun with a throw-in next to his own corner flag.",
    "Strand, who has coached the hosts for twelve seasons, walked straight down the tunnel and was later found sitting alone "
    "in the laundry room with a cup of coffee.",
)

EVENTS: list[dict[str, Any]] = [
    {
        "texts": {
            "wire": "\n".join(FERRY),
            "ship": (
                "Rescuers brought all but two of the passengers ashore by helicopter after a car ferry with 61 people on board had run "
                "aground in dense fog off Norway's western coast.\n"
                "Built in 1987, the Solvaer hit a skerry without a light. It was barely four hundred metres from the pier at Austrheim, "
                "and its radar had failed twice during the short crossing.\n"
                "Divers searched the flooded car deck for two missing lorry drivers until the current became too strong for them to hold "
                "on.\n"
                "Our harbour at Leith knows such nights. In 1998 the pilot cutter Gannet was lost within sight of the lighthouse, and "
                "Moira Geddes still lays a wreath there each November."
            ),
            "firm": (
                "All but two passengers were flown to safety early on Monday after a car ferry with 61 people on board ran aground in "
                "thick fog off the western coast of Norway, whose owner now faces questions.\n"
                "Fjordlinks, the shipping company, said that its vessel had passed an inspection in September without a single remark "
                "and handed out a copy.\n"
                "Shares of the parent, listed in Oslo, lost eight percent. A fund from Rotterdam that holds every tenth of them wants an "
                "extraordinary meeting before Christmas.\n"
                "The auditor general has warned repeatedly that the cheapest bidder sails with the oldest ships in a country where "
                "around two hundred ferry crossings are put out to tender every eight years."
            ),
            "salmon": (
                "Fish farmers watch the sound with dread since a car ferry with 61 people on board ran aground in thick fog off the "
                "western coast of Norway.\n"
                "By nightfall some nine tonnes of diesel had leaked, threatening a hatchery that supplies a fifth of the region's young "
                "salmon.\n"
                "Prices at the auction in Boulogne barely moved, traders there say, since smolt set out this winter reach the counter in "
                "two years at the earliest.\n"
                "Schoolchildren from the islands will travel by bus and military landing craft until a replacement arrives from Sweden, "
                "which the ministry expects in the second week of the month."
            ),
            "brief": (
                "A car ferry with 61 people on board ran aground in thick fog off the western coast of Norway on Monday. Rescuers brought "
                "all but two of the passengers ashore by helicopter before the hull began to break apart. The Solvaer, built in 1987, struck "
                "an unlit skerry barely four hundred metres from the pier at Austrheim after its radar had failed twice.\n"
                "In Hamburg a court sentenced a forger of vaccination passes to four years. He had sold nine thousand of them from a "
                "kiosk behind the fish market, and had paid taxes on the proceeds.\n"
                "Snow closed the Brenner motorway for the third time since the weekend. Lorries were parked on the hard shoulder as far "
                "as Sterzing, where bakers handed out bread to drivers.\n"
                "The Nobel medal of a Danish chemist fetched two million crowns at an auction in Aarhus. It goes to a museum that wants "
                "to show it beside the slide rule with which he worked.\n"
                "Bees have returned to the roof of the opera in Ghent after two summers. Singers had missed the honey, which the porter "
                "sells in the interval, and the mezzo claims that it cures everything but critics."
            ),
            "told": (
                "Why had nobody mended the radar? Ever since the spring, Torgeir Hauge told AFP, he had warned in writing, on three "
                "occasions, and all the while the spare part had been lying in a customs warehouse in Stavanger.\n"
                "The engineer was off duty when the Solvaer was wrecked near Austrheim. He learned of it from a cousin, put on his "
                "boots and went down to the shore with a flask.\n"
                "His employer denies any fault. An inspection has found nothing, it maintains, and waves a paper.\n"
                "Politicians in the capital have rediscovered the coast overnight; even the minister now recalls a childhood on the "
                "water. Ships of this age are a bargain, and bargains win tenders. That won't change before the election, says a "
                "lobbyist over herring, nor after it."
            ),
            "islander": (
                "Kari Tveiten heard the horn at ten to six and then a sound like a drawer full of cutlery. When the fog lifted the "
                "Solvaer lay on the skerry that everyone in Austrheim calls the Priest.\n"
                "She rowed out twice. The first time she came back with a mother and two boys in pyjamas, the second time with nobody.\n"
                "People here have written to Fjordlinks about the crossing for years, mostly concerning timetables. The radar was news to "
                "them, and so is the diesel that has coloured the mussel lines.\n"
                "Of the two lorry drivers one came through every Monday. He brought her the newspaper from Bergen, she says, and never "
                "let her pay for it."
            ),
        },
        "kin": [["wire", "ship", "firm", "salmon", "brief", "told"]],
        "party": [],
        "credits": {"wire": "AFP"},
        "sites": {"wire": "www.afp.com"},
        "published": {"wire": 5},
    },
    {
        "texts": {
            "trial": (
                "PORT SABLE (AFP) - A court in Port Sable sentenced a former militia commander to twenty-two years in prison on Tuesday "
                "for shelling a hospital, the first verdict against an officer of either camp.\n"
                "Judge Amadou Keita read for nearly three hours from a list of the dead while relatives in the gallery held up "
                "photographs, some of them burned at the edges.\n"
                "The defendant, once a teacher of geography, thanked the bench for its patience and announced an appeal.\n"
                + HARBOUR_BACKGROUND
            ),
            "cannery": (
                "PORT SABLE (AFP) - The first tins of sardines in a decade left the rebuilt cannery of Port Sable this week, bound for "
                "supermarkets in Marseille and stamped with a blue heron that older customers will recognise.\n"
                "Manager Fanta Diop has hired four hundred women, twice as many as the grant from the development bank foresaw, because "
                "machines ordered in Vigo have not come through customs.\n"
                + HARBOUR_BACKGROUND
                + "\nCatches remain poor, and trawlers with borrowed flags fish within sight of the breakwater at night."
            ),
            "cannery-cut": (
                "The rebuilt cannery of Port Sable has sent its first tins of sardines in a decade to supermarkets in Marseille, stamped "
                "with a blue heron that older customers will recognise.\n"
                "Manager Fanta Diop has hired four hundred women, twice as many as the grant from the development bank foresaw, because "
                "machines ordered in Vigo have not come through customs."
            ),
        },
        "kin": [["cannery", "cannery-cut"]],
        "party": [],
        "credits": {"trial": "AFP", "cannery": "AFP", "cannery-cut": "AFP"},
    },
    {
        "texts": {
            "afp": "\n".join(STRIKE_AFP),
            "ap": "\n".join(STRIKE_AP),
            "roundup": (
                "Holidaymakers across Europe are stranded after Portuguese controllers stopped work (with AFP, AP).\n"
                + STRIKE_AFP[1]
                + "\n"
                + STRIKE_AFP[2]
                + "\n"
                + STRIKE_AP[1]
                + "\n"
                + STRIKE_AP[2]
                + "\nIreland's embassy has opened a hotline, which a recorded voice answers."
            ),
            "update": (
                "Airlines cancelled 231 flights after all, the airport counted at midnight, and a minister called for mediation.\n"
                + "\n".join(STRIKE_AFP[1:])
                + "\nBoth sides will meet at the labour ministry on Sunday, where sandwiches have been ordered for forty."
            ),
            "detour": (
                "Passengers from Recife sat for seven hours on Terceira on Friday.\n"
                + "\n".join(STRIKE_AP[1:])
                + "\nThe mayor of Praia sent a brass band to the terminal, which played until the lights went out."
            ),
        },
        "kin": [["afp", "roundup", "update"], ["ap", "roundup", "detour"]],
        "party": [],
        "credits": {},
    },
    {
        "texts": {
            "report": "\n".join([*CUP, LINEUP]),
            "reprint": "\n".join([CUP[1], CUP[0].replace("Saturday", "Saturday evening"), LINEUP]),
            "other": (
                "It was the kind of evening for which people buy season tickets and then regret it. Ahead until the eightieth minute, "
                "Vestby contrived to lose to the visitors from across the border and now must hope for the league.\n"
                "Per Rasmus Lie, who sells sausages behind the east stand, had closed early and missed everything. He says he will do "
                "so again, since it is bad luck to look.\n" + LINEUP
            ),
        },
        "kin": [["report", "reprint"]],
        "party": [],
        "credits": {},
    },
    {
        "texts": {
            "results": (
                "GRAZ - Corvane Systems sold more storage controllers than ever in the third quarter, lifting revenue by eleven percent "
                "to 412 million euros, and now expects to end the year at the upper end of its range.\n"
                "Orders from Latin America doubled. Chief executive Ilse Brandauer thanked the workers in Monterrey, who had repaired a "
                "flooded production hall within nine days.\n" + ABOUT
            ),
            "takeover": (
                "GRAZ - Corvane Systems buys the Finnish software house Polku, whose forty developers forecast the yield of solar parks, "
                "and pays in shares held since the buyback of last spring.\n"
                "Regulators in Helsinki still have to agree. The founders stay on board for three years and keep their office above a "
                "bakery in Turku.\n" + ABOUT
            ),
            "early": (
                "Utility suppliers are doing well again. Record sales of storage controllers lifted revenue at Corvane Systems by eleven "
                "percent to 412 million euros in the third quarter, the company from Graz said on Wednesday.\n"
                "Orders from Latin America doubled after a hall in Monterrey had been repaired.\n"
                "Analysts at two banks had expected less, and one of them raised the price at which she would sell."
            ),
            "late": (
                "Utility suppliers are doing well again. Record sales of storage controllers lifted revenue at Corvane Systems by eleven "
                "percent to 412 million euros in the third quarter, the company from Graz said on Wednesday.\n"
                "Orders from Latin America doubled after a hall in Monterrey had been repaired within nine days, which the works council "
                "claims as its own achievement.\n"
                "Analysts at two banks had expected less. The share closed at a record 88 euros."
            ),
        },
        "kin": [["early", "late"]],
        "party": [],
        "not_judged": [["results", "early"], ["results", "late"]],
        "credits": {},
        "sites": {
            "results": "www.corvane.example",
            "takeover": "www.corvane.example",
            "early": "www.paper.example",
            "late": "www.paper.example",
        },
    },
]


def make_heavy_set() -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Documents and pairs, in the order in which they are written above."""
    return paired("v", EVENTS)
