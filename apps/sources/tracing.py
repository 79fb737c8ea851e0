"""Fetches what lineage looks at: the edges that sources lead to, however far, in a constant number of queries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection

from apps.sources.chains import NOTHING, Edge, Node, SourceRow, node_of
from apps.sources.credits import credit_names
from apps.sources.lineage import Rows
from apps.sources.models import Agency, Party, Source
from apps.sources.models.parties import AgencyNames
from apps.sources.names import fold

# No chain of newsrooms is as long; what lies beyond is taken for its end.
DEPTH = 16

# First the edges that leave what is cited, then all that lies beyond: a row is a source, a party's name, or a source
# with its outlet's name. Last, whom the desk has without a name: that makes nobody of all who are called so. Parties
# are joined by their identity, whatever their kind. Numbers and names are one parameter each, however many there are.
REACHED = """
WITH RECURSIVE cited(id) AS ({numbers}), near AS (
    SELECT edge.id, edge.relation, edge.state, edge.of_source_id, edge.of_party_id, edge.to_source_id, edge.to_party_id
    FROM sources_attribution edge WHERE edge.of_source_id IN (SELECT id FROM cited)
), reached(source_id, name, depth) AS (
    SELECT CAST(NULL AS BIGINT), CAST(named.name AS TEXT), 0 FROM ({names}) named
  UNION
    SELECT near.to_source_id, CAST(COALESCE(party.identity, outlet.identity) AS TEXT), 1
    FROM near
    LEFT JOIN sources_party party ON party.id = near.to_party_id
    LEFT JOIN sources_source target ON target.id = near.to_source_id
    LEFT JOIN sources_party outlet ON outlet.id = target.outlet_id
    WHERE near.state IN ('suggested', 'confirmed')
        AND (near.to_source_id IS NULL OR near.to_source_id NOT IN (SELECT id FROM cited))
  UNION
    SELECT edge.to_source_id, CAST(COALESCE(party.identity, outlet.identity) AS TEXT), reached.depth + 1
    FROM reached
    LEFT JOIN sources_party of_party ON of_party.identity = reached.name
    JOIN sources_attribution edge ON (edge.of_source_id = reached.source_id OR edge.of_party_id = of_party.id)
    LEFT JOIN sources_party party ON party.id = edge.to_party_id
    LEFT JOIN sources_source target ON target.id = edge.to_source_id
    LEFT JOIN sources_party outlet ON outlet.id = target.outlet_id
    WHERE edge.state IN ('suggested', 'confirmed') AND reached.depth < {depth}
)
SELECT near.id, near.relation, near.state,
    near.of_source_id, NULL, NULL, NULL, near.to_source_id, to_party.identity, to_party.name, to_party.is_named
FROM near LEFT JOIN sources_party to_party ON to_party.id = near.to_party_id
UNION ALL
SELECT edge.id, edge.relation, edge.state,
    edge.of_source_id, of_party.identity, of_party.name, of_party.is_named,
    edge.to_source_id, to_party.identity, to_party.name, to_party.is_named
FROM sources_attribution edge
LEFT JOIN sources_party of_party ON of_party.id = edge.of_party_id
LEFT JOIN sources_party to_party ON to_party.id = edge.to_party_id
WHERE edge.id IN (
    SELECT leaving.id FROM sources_attribution leaving
    WHERE leaving.of_source_id IN (SELECT source_id FROM reached WHERE source_id IS NOT NULL)
        AND leaving.of_source_id NOT IN (SELECT id FROM cited)
  UNION ALL
    SELECT leaving.id FROM sources_attribution leaving JOIN sources_party party ON party.id = leaving.of_party_id
    WHERE party.identity IN (SELECT name FROM reached WHERE name IS NOT NULL)
)
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, party.identity, party.name, party.is_named
FROM sources_party party
WHERE party.is_named = {no} AND party.identity IN (SELECT name FROM reached WHERE name IS NOT NULL)
"""
LISTED = {
    "postgresql": ("SELECT unnest(%s::bigint[])", "SELECT unnest(%s::text[]) AS name"),
    "sqlite": ("SELECT value FROM json_each(%s)", "SELECT value AS name FROM json_each(%s)"),
}

# The other way round: whose chains go through these sources and names. A source of an outlet leads to the outlet.
LEADING = """
WITH RECURSIVE given(id) AS ({numbers}), led(source_id, name, depth) AS (
    SELECT CAST(id AS BIGINT), CAST(NULL AS TEXT), 0 FROM given
  UNION
    SELECT CAST(NULL AS BIGINT), CAST(named.name AS TEXT), 0 FROM ({names}) named
  UNION
    SELECT
        CASE step.kind WHEN 'edge' THEN edge.of_source_id ELSE published.id END,
        CAST(of_party.identity AS TEXT),
        led.depth + 1
    FROM led
    CROSS JOIN (SELECT 'edge' AS kind UNION ALL SELECT 'outlet') step
    LEFT JOIN sources_party party ON party.identity = led.name
    LEFT JOIN sources_attribution edge ON step.kind = 'edge'
        AND (edge.to_source_id = led.source_id OR edge.to_party_id = party.id)
    LEFT JOIN sources_party of_party ON of_party.id = edge.of_party_id
    LEFT JOIN sources_source published ON step.kind = 'outlet' AND published.outlet_id = party.id
    WHERE (edge.state IN ('suggested', 'confirmed') OR published.id IS NOT NULL) AND led.depth < {depth}
)
SELECT DISTINCT source_id, name FROM led
"""
# So many values a database takes at once.
VALUES_AT_ONCE = 1_000


def leading_to(end: Source | Party) -> set[int]:
    """The numbers of the sources whose chains go through this source or party, itself included.

    Chains go through credit lines too, at whichever step.
    """
    ahead, names = ({end.pk}, set()) if isinstance(end, Source) else (set(), {end.identity})
    found: set[int] = set()
    passed: set[str] = set()
    while ahead or names:
        led = _asked(LEADING, ahead, names)
        found |= {source for source, _ in led if source is not None}
        names = {name for _, name in led if name is not None} - passed
        passed |= names
        ahead = _credited_to(names) - found
        found |= ahead
        names = set()
    return found


def _credited_to(identities: set[str]) -> set[int]:
    """The numbers of the sources in whose credit lines one of these is named, or may be.

    Each line is read once, however many sources have it: by the million they have few.
    """
    if not identities:
        return set()
    agencies = Agency.objects.names()
    lines = [
        line
        for line in Source.objects.credit_lines()
        if any(not identities.isdisjoint(agencies.may_be(name)) for name in credit_names(line))
    ]
    found: set[int] = set()
    for start in range(0, len(lines), VALUES_AT_ONCE):
        some = lines[start : start + VALUES_AT_ONCE]
        found |= set(Source.objects.filter(credit_line__in=some).values_list("pk", flat=True))
    return found


def _asked(statement: str, numbers: Iterable[int], names: Iterable[str]) -> list[tuple[Any, ...]]:
    """The rows of one of the statements here for these sources and names."""
    numbers_sql, names_sql = LISTED[connection.vendor]
    given: list[Any] = [sorted(numbers), sorted(names)]
    if connection.vendor == "sqlite":
        given = [json.dumps(values) for values in given]
    with connection.cursor() as cursor:
        no = "FALSE" if connection.vendor == "postgresql" else "0"
        cursor.execute(statement.format(numbers=numbers_sql, names=names_sql, depth=DEPTH, no=no), given)
        return cursor.fetchall()


def trace(sources: Iterable[Source], apart: Iterable[tuple[Node, Node]] = ()) -> Rows:
    """The rows behind these sources, which have their outlet with them: three queries, however many there are.

    Two more, where a page that is not cited has a credit line that names somebody new: chains are followed to their
    ends whatever else they are asked for with, or a list of claims would count otherwise than each claim alone.
    """
    cited = list(sources)
    if not cited:
        return Rows({})
    credits = _Credits(cited)
    parties = {_called(source.outlet) for source in cited if source.outlet}
    numbers = {source.pk for source in cited}
    asked = {party.key for party in parties} | credits.names.keys()
    found, reached = _edges(numbers, asked)
    edges = {edge.pk: edge for edge in found}
    while True:
        parties |= reached
        beyond = {node[1] for edge in edges.values() for node in (edge.of, edge.to) if node[0] == "source"} - numbers
        if not beyond:
            break
        further = list(Source.objects.select_related("outlet", "page").filter(pk__in=beyond))
        parties |= {_called(source.outlet) for source in further if source.outlet}
        credits.read(further)
        cited += further
        numbers |= beyond
        if not (new := credits.names.keys() - asked):
            break
        asked |= new
        found, reached = _edges(set(), new)
        edges |= {edge.pk: edge for edge in found}
    written = {*credits.names.items(), *((party.key, party.name) for party in parties)}
    names: dict[str, str] = {}
    # An agency by its own name, where that is among them.
    for key, name in sorted(written, key=lambda one: (fold(one[1]) != one[0], one[1])):
        names.setdefault(key, name)
    return Rows(
        sources={source.pk: _row(source, credits.of.get(source.pk, _NOBODY)) for source in cited},
        edges=sorted(edges.values(), key=lambda edge: edge.order),
        names=names,
        # Of two parties that share a name, one without a name makes it nobody's.
        unnamed=frozenset(party.key for party in parties if not party.is_named),
        apart=frozenset(frozenset(pair) for pair in apart),
    )


def credited_by(source: Source) -> frozenset[str]:
    """The identities of those whom its credit line names or may name."""
    return _Credits([source]).of.get(source.pk, _NOBODY).keys


class _Called(NamedTuple):
    """A party by its identity, and as it is written."""

    key: str
    name: str
    is_named: bool


class _Credited(NamedTuple):
    """Whom a credit line names, by identity; which of them it may mean, of several; and which are mere short names."""

    keys: frozenset[str] = NOTHING
    either: frozenset[str] = NOTHING
    short: frozenset[str] = NOTHING


_NOBODY = _Credited()


def _called(party: Party) -> _Called:
    return _Called(party.identity, party.name, party.is_named)


def _row(source: Source, credited: _Credited) -> SourceRow:
    outlet = source.outlet
    label, key = (outlet.name, outlet.identity) if outlet else (source.label, "")
    return SourceRow(source.pk, label, key, credited.keys, source.noun, credited.either, credited.short, source)


class _Credits:
    """What credit lines say, by the number of each source, and how those whom they name are written."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.of: dict[int, _Credited] = {}
        self.names: dict[str, str] = {}
        self._agencies: AgencyNames | None = None
        self.read(sources)

    def read(self, sources: Iterable[Source]) -> None:
        """Read the credit lines of these. The list of agencies is asked for where there is one."""
        for source in sources:
            if source.credit_line:
                self._agencies = self._agencies or Agency.objects.names()
                self.of[source.pk] = self._credited(source, self._agencies)

    def _credited(self, source: Source, agencies: AgencyNames) -> _Credited:
        """What agencies are called for short may be another's name: then it is either, as long as nobody has said."""
        own = {source.outlet.folded, source.outlet.identity} if source.outlet else set()
        keys: set[str] = set()
        either: set[str] = set()
        short: set[str] = set()
        for name in source.credits:
            named = agencies.may_be(name)
            # An outlet that goes by an agency's name is meant itself on its own pages.
            if name in own or own & named:
                continue
            keys |= named
            either |= named if len(named) > 1 else NOTHING
            short |= {name} if len(named) > 1 and name not in agencies.meant else NOTHING
            for key in named:
                self.names.setdefault(key, agencies.written.get(key) or as_written(key, source.credit_line))
        return _Credited(frozenset(keys), frozenset(either), frozenset(short))


def as_written(name: str, credit_line: str) -> str:
    """A folded name of a credit line as the line has it."""
    found = re.search(re.escape(name), credit_line, re.IGNORECASE)
    return found.group() if found else name


def _edges(sources: set[int], names: set[str]) -> tuple[list[Edge], set[_Called]]:
    """The edges that chains from these go through, refused ones too (they silence a credit line), and their parties."""
    edges, parties = [], set()
    for pk, relation, state, of_source, *of_party, to_source, to_key, to_name, to_named in _asked(
        REACHED, sources, names
    ):
        if to_key:
            parties.add(_Called(to_key, to_name, bool(to_named)))
        if pk is None:
            continue
        edges.append(Edge(node_of(of_source, of_party[0]), relation, node_of(to_source, to_key), state, pk))
        if of_party[0]:
            parties.add(_Called(of_party[0], of_party[1], bool(of_party[2])))
    return edges, parties
