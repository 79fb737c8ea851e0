"""What holds of lineage whatever the rows are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.sources.chains import Edge, SourceRow
from apps.sources.lineage import Cited, LineOf, Rows, _Grouping, both_readings, lineage
from apps.sources.telling import Teller

SOURCES = list(range(1, 8))
OUTLETS = ["", "ora", "orb", "afp", "kio"]
PARTIES = ["afp", "app", "nis", "sbu", "kio", "anon", "ally"]
UNNAMED = frozenset({"anon", "ally"})
RELATIONS = ["republishes", "translates", "quotes", "rests_on"]

source_nodes = st.sampled_from(SOURCES).map(lambda pk: ("source", pk))
party_nodes = st.sampled_from(PARTIES).map(lambda name: ("party", name))
nodes = source_nodes | party_nodes


@dataclass(frozen=True)
class World:
    cited: tuple[int, ...]
    rows: Rows


@st.composite
def worlds(draw, states=("confirmed", "suggested", "rejected"), credits=True) -> World:
    sources = {
        pk: SourceRow(
            pk,
            f"page {pk}",
            draw(st.sampled_from(OUTLETS)),
            frozenset(draw(st.lists(st.sampled_from(["afp", "app", "ora"]), max_size=2))) if credits else frozenset(),
        )
        for pk in SOURCES
    }
    drawn = draw(st.lists(st.tuples(nodes, st.sampled_from(RELATIONS), nodes, st.sampled_from(states)), max_size=12))
    edges = [
        Edge(of, relation, to, state, number)
        for number, (of, relation, to, state) in enumerate(drawn, start=1)
        if of != to
    ]
    apart = draw(st.lists(st.tuples(party_nodes, party_nodes), max_size=2))
    cited = tuple(draw(st.lists(st.sampled_from(SOURCES), min_size=1, unique=True)))
    ruled = frozenset(frozenset(pair) for pair in apart if pair[0] != pair[1])
    return World(cited, Rows(sources, edges, {}, UNNAMED, ruled))


def lines(world: World, *, without: int | None = None) -> list[LineOf]:
    return lineage([Cited(pk, pk) for pk in world.cited if pk != without], world.rows)


def counted(found: list[LineOf]) -> int:
    return sum(line.counts for line in found)


def shape(found: list[LineOf]) -> list[tuple]:
    return [(line.origins, [page.key for page in line.members], line.is_circular) for line in found]


def with_edges(world: World, *edges: Edge) -> World:
    return replace(world, rows=replace(world.rows, edges=[*world.rows.edges, *edges]))


@settings(deadline=None)
@given(worlds(), st.randoms())
def test_the_order_of_the_rows_makes_no_difference(world, random):
    edges, cited = list(world.rows.edges), list(world.cited)
    random.shuffle(edges)
    random.shuffle(cited)
    sources = dict(sorted(world.rows.sources.items(), key=lambda item: random.random()))
    other = World(tuple(cited), replace(world.rows, edges=edges, sources=sources))
    assert shape(lines(other)) == shape(lines(world))


@settings(deadline=None)
@given(worlds())
def test_every_citation_is_in_a_line_and_circles_end(world):
    found = lines(world)
    assert {page.key for line in found for page in line.members} == set(world.cited)
    teller = Teller(world.rows, *both_readings(world.rows))
    for line in found:
        assert all(teller.why(line))
        assert line.origins or line.circles
        assert not line.is_circular or teller.cautions(line)


@settings(deadline=None)
@given(
    worlds(),
    st.sampled_from(SOURCES),
    st.sampled_from(["republishes", "translates"]),
    st.sampled_from(["confirmed", "suggested"]),
)
def test_a_republication_of_something_cited_never_adds_a_line(world, number, relation, state):
    original = world.cited[number % len(world.cited)]
    copy = SourceRow(99, "the copy", "an outlet that prints copies")
    edge = Edge(("source", 99), relation, ("source", original), state, 99)
    rows = replace(world.rows, sources={**world.rows.sources, 99: copy}, edges=[*world.rows.edges, edge])
    before, after = lines(world), lines(World((*world.cited, 99), rows))
    assert len(after) <= len(before)
    # What is only suggested to copy a circle may be a report of its own: its line may begin to count.
    assert counted(after) <= counted(before) + sum(line.is_circular for line in before if state == "suggested")


@settings(deadline=None)
@given(worlds(), st.sampled_from(SOURCES))
def test_withdrawing_a_citation_takes_no_other_one_out_of_its_lines(world, number):
    gone = world.cited[number % len(world.cited)]
    assert {page.key for line in lines(world, without=gone) for page in line.members} == {*world.cited} - {gone}


@settings(deadline=None)
@given(worlds(states=("confirmed", "rejected"), credits=False), st.sampled_from(SOURCES))
def test_withdrawing_a_citation_leaves_as_many_lines_as_the_others_bear_themselves(world, number):
    gone = world.cited[number % len(world.cited)]
    kept = {pk for pk in world.cited if pk != gone}
    own = {pk: {end for line in lineage([Cited(pk, pk)], world.rows) for end in line.origins} for pk in kept}
    before = [
        line
        for line in lines(world)
        if any(own[page.key] & set(line.origins) for page in line.members if page.key in kept)
    ]
    assert len(lines(world, without=gone)) >= len(before)


def founded_by(world: World, without: int) -> dict[int, frozenset]:
    """The origins that each of the others has among them, whether suggestions are followed or not."""
    pages = [Cited(pk, pk) for pk in world.cited if pk != without]
    found = _Grouping(pages, world.rows, *both_readings(world.rows))
    return {page.source: found.by_live[page.source] & found.by_sure[page.source] for page in pages}


@settings(deadline=None, max_examples=300)
@given(worlds(), st.sampled_from(SOURCES))
def test_withdrawing_a_citation_never_takes_a_line_that_another_bears_whatever_is_answered(world, number):
    gone = world.cited[number % len(world.cited)]
    theirs = founded_by(world, gone)
    borne = [
        line
        for line in lines(world)
        if any(theirs[page.key] & {*line.origins, *line.circles} for page in line.members if page.key != gone)
    ]
    assert len(lines(world, without=gone)) >= len(borne)


def outlets(*names: str) -> dict[int, SourceRow]:
    return {pk: SourceRow(pk, f"page {pk}", outlet) for pk, outlet in enumerate(names, start=1)}


def test_what_waits_joins_no_lines_when_what_held_it_is_withdrawn():
    """Two outlets print reports of their own, and a page each that AFP's copy is suggested of. AFP's own is cited too."""
    sources = outlets("afp", "ora", "orb", "ora", "orb")
    suggested = [Edge(("source", pk), "republishes", ("party", "afp"), "suggested", pk) for pk in (4, 5)]

    def counts(state: str) -> tuple[int, int]:
        world = World((1, 2, 3, 4, 5), Rows(sources, [edge._replace(state=state) for edge in suggested]))
        return len(lines(world)), len(lines(world, without=1))

    assert counts("confirmed") == (3, 3)
    assert counts("rejected") == (3, 2)
    assert counts("suggested") == (3, 2)


def test_a_suggested_copy_goes_where_the_page_stands_that_it_may_be_a_copy_of():
    """A page that is suggested to rest on SBU counts as its outlet's until then; so does what may be printed from it."""
    edges = [
        Edge(("source", 2), "rests_on", ("party", "sbu"), "suggested", 1),
        Edge(("source", 3), "republishes", ("source", 2), "suggested", 2),
    ]
    world = World((1, 2, 3), Rows(outlets("kio", "kio", "ora"), edges))
    [line] = lines(world)
    assert [page.key for page in line.members] == [1, 2, 3]
    teller = Teller(world.rows, *both_readings(world.rows))
    assert teller.why(line)[0].endswith("prints the copy of the page 2 page (suggested).")


@settings(deadline=None)
@given(worlds())
def test_suggestions_that_wait_never_give_more_lines_than_refusing_all_of_them(world):
    """What a credit line says waits too, until somebody has confirmed it."""
    refused = {pk: source._replace(credits=frozenset()) for pk, source in world.rows.sources.items()}
    answered = [edge._replace(state="rejected") if edge.is_pending else edge for edge in world.rows.edges]
    sure = World(world.cited, replace(world.rows, sources=refused, edges=answered))
    assert counted(lines(world)) <= counted(lines(sure))


@settings(deadline=None)
@given(worlds(), party_nodes, party_nodes)
def test_ruling_two_origins_apart_never_takes_a_line_away(world, one, other):
    ruled = replace(world.rows, apart=world.rows.apart | {frozenset((one, other))}) if one != other else world.rows
    assert counted(lines(replace(world, rows=ruled))) >= counted(lines(world))


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 400), st.sampled_from(RELATIONS), st.booleans())
def test_chains_and_circles_of_any_length_end(length, relation, is_circle):
    sources = {pk: SourceRow(pk, f"page {pk}", f"outlet {pk}") for pk in range(length)}
    edges = [Edge(("source", pk), relation, ("source", pk + 1), "confirmed", pk + 1) for pk in range(length - 1)]
    if is_circle:
        edges.append(Edge(("source", length - 1), relation, ("source", 0), "confirmed", length))
    found = lineage([Cited(pk, pk) for pk in range(length)], Rows(sources, edges))
    assert len(found) == 1
    assert found[0].is_circular == is_circle
