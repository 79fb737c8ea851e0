"""Which pages are one line of evidence, and in which words the desk says why."""

from __future__ import annotations

from apps.sources.chains import Edge, Node, SourceRow, node_of
from apps.sources.lineage import Cited, LineOf, Rows, both_readings, lineage
from apps.sources.telling import Teller

SBU, NIS, AFP = "Security Service of Ukraine", "NIS", "AFP"
ALLY, SOMEBODY = "an allied country's agency", "an intelligence source"


class Newsroom:
    """Pages by what they are called, and the attributions among them."""

    def __init__(self, *unnamed: str) -> None:
        self.sources: dict[int, SourceRow] = {}
        self.pages: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.edges: list[Edge] = []
        self.unnamed = unnamed
        self.apart: set[frozenset[Node]] = set()

    def page(self, outlet: str, *, credits: tuple[str, ...] = (), title: str = "") -> str:
        pk = len(self.sources) + 1
        self.sources[pk] = SourceRow(pk, outlet, outlet.casefold(), frozenset(name.casefold() for name in credits))
        for name in (outlet, *credits):
            self.names.setdefault(name.casefold(), name)
        self.pages[title or outlet] = pk
        return title or outlet

    def node(self, name: str) -> Node:
        if name in self.pages:
            return ("source", self.pages[name])
        self.names.setdefault(name.casefold(), name)
        return node_of(None, name.casefold())

    def says(self, of: str, relation: str, to: str, state: str = "confirmed", *, party: bool = True) -> None:
        target = node_of(None, to.casefold()) if party else self.node(to)
        self.names.setdefault(to.casefold(), to)
        self.edges.append(Edge(self.node(of), relation, target, state, len(self.edges) + 1))

    def rule_apart(self, one: str, other: str) -> None:
        self.apart.add(frozenset(node_of(None, name.casefold()) for name in (one, other)))

    @property
    def rows(self) -> Rows:
        unnamed = frozenset(name.casefold() for name in self.unnamed)
        return Rows(self.sources, self.edges, self.names, unnamed, frozenset(self.apart))

    def lines(self, *pages: str) -> list[LineOf]:
        cited = [Cited(self.pages[name], self.pages[name]) for name in pages or self.pages]
        return lineage(cited, self.rows)

    def why(self, *pages: str) -> list[str]:
        teller = Teller(self.rows, *both_readings(self.rows))
        return [sentence for line in self.lines(*pages) for sentence in teller.why(line)]

    def cautions(self, *pages: str) -> list[str]:
        teller = Teller(self.rows, *both_readings(self.rows))
        return [sentence for line in self.lines(*pages) for sentence in teller.cautions(line)]

    def origins(self, *pages: str) -> list[str]:
        teller = Teller(self.rows, *both_readings(self.rows))
        return [teller.origins(line) for line in self.lines(*pages)]


def counted(lines: list[LineOf]) -> int:
    return sum(line.counts for line in lines)


class TestCopies:
    def test_two_outlets_with_reports_of_their_own_are_two_lines(self):
        desk = Newsroom()
        desk.page("Yonhap")
        desk.page("Ukrainska Pravda")
        assert desk.origins() == ["Yonhap", "Ukrainska Pravda"]
        assert desk.why()[0] == "The Yonhap page is Yonhap's own reporting."

    def test_two_pages_of_one_outlet_are_one_line(self):
        desk = Newsroom()
        desk.page("Yonhap", title="morning")
        desk.page("Yonhap", title="evening")
        assert desk.why() == ["The Yonhap pages are one line: both are Yonhap's own reporting."]

    def test_six_addresses_that_print_one_agencys_copy_are_one_line(self):
        desk = Newsroom()
        for outlet in ["UrduPoint", "The Straits Times", "Le Monde", "The News", "Barron's", "France 24"]:
            desk.page(outlet)
            desk.says(outlet, "republishes", AFP)
        assert desk.origins() == ["AFP"]
        assert desk.why() == [
            "The UrduPoint, the Straits Times, the Le Monde, the News, the Barron's and the France 24 pages are one"
            " line: all 6 print AFP's copy."
        ]

    def test_the_sentence_of_the_design(self):
        desk = Newsroom()
        desk.page("UrduPoint")
        desk.page("The Straits Times")
        for outlet in ["UrduPoint", "The Straits Times"]:
            desk.says(outlet, "republishes", AFP)
        assert desk.why() == ["The UrduPoint and the Straits Times pages are one line: both print AFP's copy."]

    def test_a_credit_line_counts_until_somebody_refuses_it(self):
        desk = Newsroom()
        desk.page("UrduPoint", credits=("APP", "UrduPoint", "AFP"))
        desk.page("The News", credits=("AFP",))
        assert counted(desk.lines()) == 1
        assert desk.lines()[0].pending
        desk.says("UrduPoint", "republishes", AFP, "rejected")
        assert counted(desk.lines()) == 2

    def test_the_outlet_and_the_agency_of_one_name_are_one(self):
        desk = Newsroom()
        desk.page("AFP")
        desk.page("The News", credits=("afp",))
        assert counted(desk.lines()) == 1

    def test_a_translation_is_the_same_line(self):
        desk = Newsroom()
        desk.page("Yonhap")
        desk.page("Lenta")
        desk.says("Lenta", "translates", "Yonhap", party=False)
        assert desk.why() == [
            "The Yonhap and the Lenta pages are one line: the Yonhap page is Yonhap's own reporting;"
            " the Lenta page translates the copy of the Yonhap page."
        ]

    def test_who_carries_copy_is_in_the_lines_of_those_who_know_where_it_is_from(self):
        desk = Newsroom()
        desk.page("AFP")
        desk.says("AFP", "quotes", NIS)
        desk.page("UrduPoint", credits=("AFP",))
        assert desk.origins() == ["NIS"]
        assert len(desk.lines()[0].members) == 2


class TestWhoKnows:
    def test_pages_that_quote_the_same_party_are_one_line(self):
        desk = Newsroom()
        for outlet in ["Yonhap", "Reuters"]:
            desk.page(outlet)
            desk.says(outlet, "quotes", NIS)
        assert desk.why() == ["The Yonhap and the Reuters pages are one line: both quote NIS."]

    def test_two_named_origins_that_one_page_carries_stand_apart(self):
        desk = Newsroom()
        desk.page("AFP")
        desk.says("AFP", "quotes", NIS)
        desk.says("AFP", "quotes", SBU)
        assert desk.origins() == ["NIS", "Security Service of Ukraine"]

    def test_two_that_are_only_suggested_of_one_page_do_not(self):
        desk = Newsroom()
        desk.page("AFP")
        desk.says("AFP", "quotes", NIS, "suggested")
        desk.says("AFP", "quotes", SBU, "suggested")
        assert counted(desk.lines()) == 1

    def test_a_suggestion_moves_a_page_to_the_line_that_it_may_belong_to(self):
        desk = Newsroom()
        desk.page("Yonhap")
        desk.says("Yonhap", "quotes", NIS)
        desk.page("Reuters")
        desk.says("Reuters", "quotes", NIS, "suggested")
        assert counted(desk.lines()) == 1
        desk.edges[-1] = Edge(*[getattr(desk.edges[-1], name) for name in ("of", "relation", "to")], "rejected", 2)
        assert counted(desk.lines()) == 2

    def test_an_anonymous_source_beside_a_named_one_is_no_second_line_until_somebody_rules_so(self):
        desk = Newsroom(SOMEBODY)
        desk.page("AFP")
        desk.says("AFP", "quotes", NIS)
        desk.says("AFP", "quotes", SOMEBODY)
        assert counted(desk.lines()) == 1
        assert desk.why()[-1] == (
            "NIS and an intelligence source count as one origin until an editor rules that they stand apart:"
            " nobody can tell who has no name."
        )
        desk.rule_apart(NIS, SOMEBODY)
        assert counted(desk.lines()) == 2

    def test_two_anonymous_sources_of_two_outlets_are_one_line(self):
        desk = Newsroom("a Kyiv official", "a Seoul official")
        desk.page("Reuters")
        desk.says("Reuters", "quotes", "a Kyiv official")
        desk.page("Yonhap")
        desk.says("Yonhap", "quotes", "a Seoul official")
        assert counted(desk.lines()) == 1
        desk.rule_apart("a Kyiv official", "a Seoul official")
        assert counted(desk.lines()) == 2

    def test_two_bodies_that_rest_on_one_unnamed_ally_are_one_line(self):
        desk = Newsroom(ALLY)
        for outlet, body in [("Yonhap", NIS), ("Reuters", "the Pentagon")]:
            desk.page(outlet)
            desk.says(outlet, "quotes", body)
            desk.says(body, "rests_on", ALLY)
        assert counted(desk.lines()) == 1
        assert desk.cautions() == [
            "NIS has it from somebody without a name: an allied country's agency.",
            "The Pentagon has it from somebody without a name: an allied country's agency.",
        ]


class TestCircles:
    def test_a_circle_is_one_line_that_does_not_count(self):
        desk = Newsroom()
        desk.page("Yonhap")
        desk.page("Lenta")
        desk.says("Yonhap", "quotes", "Lenta", party=False)
        desk.says("Lenta", "republishes", "Yonhap", party=False)
        (line,) = desk.lines()
        assert line.is_circular
        assert not line.counts
        assert desk.cautions() == [
            "The Yonhap page quotes the Lenta page, which prints the copy of the Yonhap page:"
            " a circle has no origin, so this line does not count."
        ]

    def test_a_circle_with_a_way_out_has_an_origin(self):
        desk = Newsroom()
        desk.page("Yonhap")
        desk.page("Lenta")
        desk.says("Yonhap", "quotes", "Lenta", party=False)
        desk.says("Lenta", "republishes", "Yonhap", party=False)
        desk.says("Lenta", "quotes", NIS)
        assert desk.origins() == ["NIS"]
        assert counted(desk.lines()) == 1


class TestTheSeedCase:
    """What design says the desk must show of the two claims."""

    def two_captured(self) -> Newsroom:
        desk = Newsroom(ALLY, SOMEBODY)
        desk.page(SBU)
        desk.page(AFP)
        desk.says(AFP, "quotes", NIS)
        desk.says(AFP, "quotes", SBU)
        for outlet in ["The Straits Times", "The News"]:
            desk.page(outlet, credits=(AFP,))
        desk.page("Yonhap")
        desk.says("Yonhap", "quotes", NIS)
        desk.says(NIS, "rests_on", ALLY)
        return desk

    def one_captured(self) -> Newsroom:
        desk = Newsroom(ALLY, SOMEBODY)
        desk.page(AFP)
        desk.says(AFP, "quotes", NIS)
        desk.says(AFP, "quotes", SOMEBODY)
        desk.says(NIS, "rests_on", ALLY)
        desk.page("UrduPoint", credits=("APP", "UrduPoint"))
        desk.says("UrduPoint", "republishes", AFP)
        desk.page("The Straits Times", credits=(AFP,))
        return desk

    def test_two_captured_has_two_lines_however_many_outlets_print_it(self):
        desk = self.two_captured()
        assert desk.origins() == ["Security Service of Ukraine", "NIS"]
        assert counted(desk.lines()) == 2
        assert [len(line.members) for line in desk.lines()] == [4, 4]

    def test_one_captured_has_one_line_until_an_editor_says_otherwise(self):
        desk = self.one_captured()
        assert counted(desk.lines()) == 1
        assert len(desk.lines()[0].members) == 3
        desk.rule_apart(NIS, SOMEBODY)
        assert counted(desk.lines()) == 2

    def test_one_captured_says_that_its_chains_end_in_the_dark(self):
        assert self.one_captured().cautions() == [
            "NIS has it from somebody without a name: an allied country's agency.",
            "The chain ends in somebody without a name: an intelligence source.",
        ]
