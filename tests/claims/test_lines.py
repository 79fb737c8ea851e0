"""A claim's lines of evidence, from its rows."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.claims.lines import lines_of
from apps.claims.states import Stance
from apps.sources.actions import edit_agency, edit_party, list_agency, register_party, reject_credit
from apps.sources.models import Attribution, Party
from apps.sources.tracing import leading_to
from tests.newsroom import make_citation, make_claim, make_editor, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada)


def make_party(name, kind="body", **fields):
    return Party.objects.get_or_create(name=name, kind=kind, defaults=fields)[0]


def make_edge(by, of, relation, to, state="confirmed"):
    ends = {f"{end}_{'party' if isinstance(row, Party) else 'source'}": row for end, row in (("of", of), ("to", to))}
    answer = {} if state == "suggested" else {"decided_by": by, "decided_at": timezone.now(), "reason": "It says so."}
    return Attribution.objects.create(relation=relation, state=state, found_by="editor", **ends, **answer)


def live(claim):
    return list(claim.citations.live().with_evidence())


def test_copies_of_one_agency_are_one_line_and_the_line_says_why(claim, ada):
    afp = make_party("AFP", "agency")
    for outlet in ["UrduPoint", "The Straits Times"]:
        make_edge(ada, make_citation(claim, ada, outlet=outlet).source, "republishes", afp)
    make_citation(claim, ada, outlet="KCNA", stance=Stance.DISPUTES)
    lines = lines_of(live(claim))
    assert [line.why for line in lines.of(Stance.SUPPORTS)] == [
        ("The UrduPoint and the Straits Times pages are one line: both print AFP's copy.",)
    ]
    assert [line.name for line in lines.of(Stance.DISPUTES)] == ["KCNA"]
    assert lines.of(Stance.CONTEXT) == ()


def test_a_chain_is_followed_beyond_the_cited_sources_and_through_parties_of_any_kind(claim, ada):
    other = make_claim(ada, "Another claim.")
    beyond = make_citation(other, ada, outlet="AFP").source
    for outlet in ["UrduPoint", "The Straits Times"]:
        make_edge(ada, make_citation(claim, ada, outlet=outlet).source, "republishes", beyond)
    make_edge(ada, beyond, "quotes", make_party("Nis", "other"))
    make_edge(ada, make_party("NIS"), "rests_on", make_party("an ally", is_named=False))
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert line.name == "NIS"
    assert line.cautions == ("NIS has it from somebody without a name: an ally.",)


def test_a_name_is_one_in_whatever_case_and_script_it_is_written(claim, ada):
    """Not every database knows the small letters of every alphabet."""
    for outlet, name, kind in (("UrduPoint", "Разведка", "body"), ("The News", "РАЗВЕДКА", "person")):
        make_edge(ada, make_citation(claim, ada, outlet=outlet).source, "quotes", make_party(name, kind))
    make_edge(ada, make_party("разведка", "other"), "rests_on", make_party("an ally", is_named=False))
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert len(line.members) == 2
    assert line.is_dead_end
    cited = {citation.source_id for citation in live(claim)}
    assert leading_to(make_party("разведка", "other")) >= cited
    assert leading_to(make_party("an ally", is_named=False)) >= cited
    credited = make_citation(claim, ada, outlet="Lenta", credit_line="РАЗВЕДКА").source
    assert credited.pk in leading_to(make_party("разведка", "other"))


def test_credit_lines_name_what_they_have_in_their_own_spelling(claim, ada):
    make_citation(claim, ada, outlet="UrduPoint", credit_line="(AFP)")
    make_citation(claim, ada, outlet="The News", credit_line="AFP")
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert line.why == ("The UrduPoint and the News pages are one line: both print AFP's copy (by the credit line).",)
    assert line.is_pending
    assert line.suggestions == ()


def test_an_agency_is_one_by_whatever_name_a_credit_line_calls_it(claim, ada):
    named = {"UrduPoint": "(Agence France-Presse)", "The News": "AFP", "Lenta": "АФП", "The Paper": "Reuters"}
    cited = {outlet: make_citation(claim, ada, outlet=outlet, credit_line=line) for outlet, line in named.items()}
    own = make_citation(claim, ada, outlet="Agence France-Presse", credit_line="Agence France-Presse")
    lines = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert {(line.name, len(line.members)) for line in lines} == {("AFP", 4), ("Reuters", 1)}
    (line,) = (line for line in lines if own in line.members)
    assert "the Agence France-Presse page is AFP's own reporting" in line.why[0]
    assert {edge.of for edge in line.found.pending}.isdisjoint({("source", own.source_id)})
    assert leading_to(Party.objects.get(name="AFP", kind="agency")) >= {
        cited[outlet].source_id for outlet in ("UrduPoint", "The News", "Lenta")
    }


@pytest.mark.parametrize("outlet", ["Yonhap News Agency", "연합뉴스", "YONHAP"])
def test_an_agencys_own_page_is_one_line_with_those_that_print_it_by_whatever_name_it_publishes(claim, ada, outlet):
    own = make_citation(claim, ada, outlet=outlet).source
    make_citation(claim, ada, outlet="The Paper", credit_line="Yonhap")
    make_edge(ada, make_citation(claim, ada, outlet="The News").source, "republishes", make_party("yonhap", "other"))
    long = make_party("Yonhap News", "other")
    make_edge(ada, make_citation(claim, ada, outlet="UrduPoint").source, "republishes", long)
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert len(line.members) == 4
    assert line.name.casefold() == "yonhap"
    cited = {citation.source_id for citation in live(claim)}
    assert own.pk in cited
    assert leading_to(long) == leading_to(Party.objects.get(name="Yonhap", kind="agency")) == cited


def test_what_an_agency_is_called_for_short_may_be_another_outlet(claim, ada):
    """The short name of one and the name of another: whoever prints it by that name may mean either."""
    agency = make_party("Anadolu", "agency")
    make_citation(claim, ada, outlet="AA")
    make_citation(claim, ada, outlet="Anadolu Agency")
    assert len(lines_of(live(claim)).of(Stance.SUPPORTS)) == 2
    paper = make_citation(claim, ada, outlet="The Paper", credit_line="AA").source
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert len(line.members) == 3
    make_edge(ada, paper, "republishes", agency, state="rejected")
    assert sorted(len(line.members) for line in lines_of(live(claim)).of(Stance.SUPPORTS)) == [1, 2]
    reject_credit(paper, "AA", by=ada, reason="It is a report of its own.")
    assert len(lines_of(live(claim)).of(Stance.SUPPORTS)) == 3


def test_the_lines_follow_the_list_of_agencies(claim, ada):
    olga = make_person("olga", "administrator")
    own = make_citation(claim, ada, outlet="Kurierdienst").source
    make_citation(claim, ada, outlet="The Paper", credit_line="Kurier Wire")

    def count():
        return len(lines_of(live(claim)).of(Stance.SUPPORTS))

    assert count() == 2
    agency = list_agency("Kurier Wire", by=olga, spellings=["Kurierdienst"])
    assert count() == 1
    assert list(Party.objects.with_news()) == [agency.party]
    edit_agency(agency, by=olga, spellings=["KD"])
    assert count() == 2
    edit_agency(agency, by=olga, spellings=["Kurierdienst"])
    edit_party(agency.party, by=ada, name="Kurier Press")
    assert Party.objects.get(pk=own.outlet_id).identity == "kurier press"
    # The paper's line has the old name still, by which the agency goes, too.
    assert count() == 1


def test_a_name_typed_is_kept_where_its_agency_goes_by_another(ada):
    outlet = register_party("Agence France-Presse", kind="outlet", by=ada)
    assert outlet == register_party("agence  france-presse", kind="outlet", by=ada)
    assert outlet != register_party("AFP", kind="outlet", by=ada)
    assert {party.name for party in Party.objects.one_with(["afp"])} == {"AFP", "Agence France-Presse"}


def test_what_an_editor_says_of_the_agency_settles_its_credit_line_however_it_is_spelled(claim, ada):
    afp = Party.objects.get(name="AFP", kind="agency")
    first = make_citation(claim, ada, outlet="UrduPoint", credit_line="Agence France-Presse").source
    second = make_citation(claim, ada, outlet="The News", credit_line="Agence France-Presse").source
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert line.is_pending
    edges = [make_edge(ada, source, "republishes", afp) for source in (first, second)]
    (line,) = lines_of(live(claim)).of(Stance.SUPPORTS)
    assert not line.is_pending
    Attribution.objects.filter(pk=edges[1].pk).update(state="rejected")
    assert len(lines_of(live(claim)).of(Stance.SUPPORTS)) == 2


def test_what_it_asks_of_the_database_does_not_grow(claim, ada, django_assert_max_num_queries):
    afp = make_party("AFP", "agency")
    for number in range(12):
        source = make_citation(claim, ada, outlet=f"Outlet {number}", credit_line="AFP").source
        make_edge(ada, source, "republishes", afp, "suggested")
    citations = live(claim)
    with django_assert_max_num_queries(5):
        (line,) = lines_of(citations).of(Stance.SUPPORTS)
    assert len(line.members) == 12
    assert len(line.suggestions) == 12
