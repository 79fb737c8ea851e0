"""Fetches what lineage looks at: the edges that sources lead to, however far, in a constant number of queries."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from apps.sources.chains import NOTHING, Edge, Node, SourceRow, node_of
from apps.sources.lineage import Rows
from apps.sources.models import Agency, Party, Source
from apps.sources.models.parties import Alias
from apps.sources.names import fold

# No chain of newsrooms is as long; what lies beyond is taken for its end.
DEPTH = 16

# First the edges that leave what is cited, then all that lies beyond: a row is a source, a party's name, or a source
# with its outlet's name. Parties are joined by what they compare by, whatever their kind. Numbers and names are one
# parameter each, however many there are.
REACHED = """
WITH RECURSIVE cited(id) AS ({numbers}), near AS (
    SELECT edge.id, edge.relation, edge.state, edge.of_source_id, edge.of_party_id, edge.to_source_id, edge.to_party_id
    FROM sources_attribution edge WHERE edge.of_source_id IN (SELECT id FROM cited)
), reached(source_id, name, depth) AS (
    SELECT CAST(NULL AS BIGINT), CAST(named.name AS TEXT), 0 FROM ({names}) named
  UNION
    SELECT near.to_source_id, CAST(COALESCE(party.folded, outlet.folded) AS TEXT), 1
    FROM near
    LEFT JOIN sources_party party ON party.id = near.to_party_id
    LEFT JOIN sources_source target ON target.id = near.to_source_id
    LEFT JOIN sources_party outlet ON outlet.id = target.outlet_id
    WHERE near.state IN ('suggested', 'confirmed')
        AND (near.to_source_id IS NULL OR near.to_source_id NOT IN (SELECT id FROM cited))
  UNION
    SELECT edge.to_source_id, CAST(COALESCE(party.folded, outlet.folded) AS TEXT), reached.depth + 1
    FROM reached
    LEFT JOIN sources_party of_party ON of_party.folded = reached.name
    JOIN sources_attribution edge ON (edge.of_source_id = reached.source_id OR edge.of_party_id = of_party.id)
    LEFT JOIN sources_party party ON party.id = edge.to_party_id
    LEFT JOIN sources_source target ON target.id = edge.to_source_id
    LEFT JOIN sources_party outlet ON outlet.id = target.outlet_id
    WHERE edge.state IN ('suggested', 'confirmed') AND reached.depth < {depth}
)
SELECT near.id, near.relation, near.state,
    near.of_source_id, NULL, NULL, NULL, near.to_source_id, to_party.folded, to_party.name, to_party.is_named
FROM near LEFT JOIN sources_party to_party ON to_party.id = near.to_party_id
UNION ALL
SELECT edge.id, edge.relation, edge.state,
    edge.of_source_id, of_party.folded, of_party.name, of_party.is_named,
    edge.to_source_id, to_party.folded, to_party.name, to_party.is_named
FROM sources_attribution edge
LEFT JOIN sources_party of_party ON of_party.id = edge.of_party_id
LEFT JOIN sources_party to_party ON to_party.id = edge.to_party_id
WHERE edge.id IN (
    SELECT leaving.id FROM sources_attribution leaving
    WHERE leaving.of_source_id IN (SELECT source_id FROM reached WHERE source_id IS NOT NULL)
        AND leaving.of_source_id NOT IN (SELECT id FROM cited)
  UNION ALL
    SELECT leaving.id FROM sources_attribution leaving JOIN sources_party party ON party.id = leaving.of_party_id
    WHERE party.folded IN (SELECT name FROM reached WHERE name IS NOT NULL)
)
"""
LISTED = {
    "postgresql": ("SELECT unnest(%s::bigint[])", "SELECT unnest(%s::text[]) AS name"),
    "sqlite": ("SELECT value FROM json_each(%s)", "SELECT value AS name FROM json_each(%s)"),
}

# The other way round: whose chains go through this source or this name. A source of an outlet leads to the outlet.
LEADING = """
WITH RECURSIVE led(source_id, name, depth) AS (
    SELECT CAST(%s AS BIGINT), CAST(%s AS TEXT), 0
  UNION
    SELECT
        CASE step.kind WHEN 'edge' THEN edge.of_source_id ELSE published.id END,
        CAST(of_party.folded AS TEXT),
        led.depth + 1
    FROM led
    CROSS JOIN (SELECT 'edge' AS kind UNION ALL SELECT 'outlet') step
    LEFT JOIN sources_party party ON party.folded = led.name
    LEFT JOIN sources_attribution edge ON step.kind = 'edge'
        AND (edge.to_source_id = led.source_id OR edge.to_party_id = party.id)
    LEFT JOIN sources_party of_party ON of_party.id = edge.of_party_id
    LEFT JOIN sources_source published ON step.kind = 'outlet' AND published.outlet_id = party.id
    WHERE (edge.state IN ('suggested', 'confirmed') OR published.id IS NOT NULL) AND led.depth < {depth}
)
SELECT DISTINCT source_id FROM led WHERE source_id IS NOT NULL
"""


def leading_to(end: Source | Party) -> set[int]:
    """The numbers of the sources whose chains go through this source or party, itself included."""
    seed = [end.pk, None] if isinstance(end, Source) else [None, end.folded]
    with connection.cursor() as cursor:
        cursor.execute(LEADING.format(depth=DEPTH), seed)
        found = {source for (source,) in cursor.fetchall()}
    if isinstance(end, Party):
        credited = Q()
        # Not every database knows the small letter of every capital one: a name is looked for in either.
        for name in _names_of(end):
            for written in {name, name.lower(), name.upper()}:
                credited |= Q(credit_line__icontains=written)
        found |= set(Source.objects.filter(credited).values_list("pk", flat=True))
    return found


def _names_of(party: Party) -> set[str]:
    """What a credit line may call it."""
    agency = Agency.objects.filter(party__folded=party.folded).first()
    return {party.name, *(agency.spellings + agency.short_names if agency else ())}


def trace(sources: Iterable[Source], apart: Iterable[tuple[Node, Node]] = ()) -> Rows:
    """The rows behind these sources, which have their outlet with them: three queries, however many there are."""
    cited = list(sources)
    if not cited:
        return Rows({})
    parties = {_called(source.outlet) for source in cited if source.outlet}
    credits = _Credits(cited)
    numbers = {source.pk for source in cited}
    edges, reached = _edges(sorted(numbers), sorted({party.key for party in parties} | credits.names.keys()))
    if beyond := {node[1] for edge in edges for node in (edge.of, edge.to) if node[0] == "source"} - numbers:
        further = list(Source.objects.select_related("outlet", "page").filter(pk__in=beyond))
        reached |= {_called(source.outlet) for source in further if source.outlet}
        credits.read(further)
        cited += further
    parties |= reached
    known = {party.key for party in parties}
    names: dict[str, str] = {}
    written = {*credits.names.items(), *((party.key, party.name) for party in parties)}
    # An agency by its own name, where that is among them.
    for key, name in sorted(written, key=lambda one: (fold(one[1]) != one[0], one[1])):
        names.setdefault(key, name)
    return Rows(
        sources={source.pk: _row(source, credits.among(known, source)) for source in cited},
        edges=edges,
        names=names,
        # Of two parties that share a name, one without a name makes it nobody's.
        unnamed=frozenset(party.key for party in parties if not party.is_named),
        apart=frozenset(frozenset(pair) for pair in apart),
    )


def credited_by(source: Source) -> frozenset[str]:
    """Whom its credit line names or may name, by what parties compare by."""
    return _Credits([source]).among(None, source)


class _Called(NamedTuple):
    """A party by what it compares by, and as it is written."""

    key: str
    name: str
    is_named: bool


def _called(party: Party) -> _Called:
    return _Called(party.folded, party.name, party.is_named)


def _row(source: Source, credits: frozenset[str]) -> SourceRow:
    outlet = source.outlet
    label, key = (outlet.name, outlet.folded) if outlet else (source.label, "")
    return SourceRow(source.pk, label, key, credits, source.noun)


class _Credits:
    """Whom credit lines name, by what parties compare by, and how they write it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.names: dict[str, str] = {}
        self._agencies: Mapping[str, Alias] = {}
        self._of: dict[int, tuple[frozenset[str], frozenset[str]]] = {}
        self.read(sources)

    def read(self, sources: Iterable[Source]) -> None:
        """Read the credit lines of these. The list of agencies is asked for where there is one."""
        for source in sources:
            if source.credit_line:
                self._agencies = self._agencies or Agency.objects.names()
                self._of[source.pk] = self._named(source)

    def among(self, known: Container[str] | None, source: Source) -> frozenset[str]:
        """Whom it names. What agencies are called for short may be another of these parties, or of all: then both."""
        if source.pk not in self._of:
            return NOTHING
        surely, maybe = self._of[source.pk]
        return surely | {key for key in maybe if known is None or key in known} if maybe else surely

    def _named(self, source: Source) -> tuple[frozenset[str], frozenset[str]]:
        """Whom it names for sure, and who may be meant as well."""
        own = source.outlet.folded if source.outlet else ""
        surely, maybe = set(), set()
        for name in source.credits:
            agency = self._agencies.get(name)
            # An outlet that goes by an agency's name is meant itself on its own pages.
            if agency is None or name == own:
                surely.add(name)
                self.names.setdefault(name, _as_written(name, source.credit_line))
                continue
            key = fold(agency.agency)
            surely.add(key)
            self.names.setdefault(key, agency.agency)
            if agency.is_short and name != key:
                maybe.add(name)
                self.names.setdefault(name, _as_written(name, source.credit_line))
        return frozenset(surely), frozenset(maybe)


def _as_written(name: str, credit_line: str) -> str:
    """A folded name of a credit line as the line has it."""
    found = re.search(re.escape(name), credit_line, re.IGNORECASE)
    return found.group() if found else name


def _edges(sources: list[int], names: list[str]) -> tuple[list[Edge], set[_Called]]:
    """The edges that chains from these go through, refused ones too (they silence a credit line), and their parties."""
    numbers_sql, names_sql = LISTED[connection.vendor]
    given: list[Any] = [sources, names]
    if connection.vendor == "sqlite":
        given = [json.dumps(values) for values in given]
    with connection.cursor() as cursor:
        cursor.execute(REACHED.format(numbers=numbers_sql, names=names_sql, depth=DEPTH), given)
        rows = cursor.fetchall()
    edges, parties = [], set()
    for pk, relation, state, of_source, *of_party, to_source, to_key, to_name, to_named in rows:
        edges.append(Edge(node_of(of_source, of_party[0]), relation, node_of(to_source, to_key), state, pk))
        if of_party[0]:
            parties.add(_Called(of_party[0], of_party[1], bool(of_party[2])))
        if to_key:
            parties.add(_Called(to_key, to_name, bool(to_named)))
    return edges, parties
