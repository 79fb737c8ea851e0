"""Fetches what lineage looks at: the edges that sources lead to, however far, in a constant number of queries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.sources.aliases import agencies_by_name
from apps.sources.chains import NOTHING, Edge, Node, SourceRow, party_node
from apps.sources.lineage import Rows
from apps.sources.models import Agency, Party, Source
from apps.sources.names import fold

# No chain of newsrooms is as long; what lies beyond is taken for its end.
DEPTH = 16

# First the edges that leave what is cited, then all that lies beyond: a row is a source, a party's name, or a source
# with its outlet's name. Parties are joined by their folded name, whatever their kind. Numbers and names are one
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
    near.of_source_id, NULL, NULL, near.to_source_id, to_party.name, to_party.is_named
FROM near LEFT JOIN sources_party to_party ON to_party.id = near.to_party_id
UNION ALL
SELECT edge.id, edge.relation, edge.state,
    edge.of_source_id, of_party.name, of_party.is_named, edge.to_source_id, to_party.name, to_party.is_named
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
    rows: dict[int, SourceRow] = {}
    # The names of credit lines as they are written, by what they are compared by.
    written: dict[str, str] = {}
    outlets: dict[str, bool] = {}
    agencies: Mapping[str, str] = {}

    def credited(source: Source, outlet: str) -> Iterator[str]:
        nonlocal agencies
        if source.credit_line:
            agencies = agencies or agencies_by_name()
        for name in source.credits if source.credit_line else ():
            # An outlet that goes by an agency's name is meant itself on its own pages.
            known = agencies.get(name) if party_node(name) != party_node(outlet) else None
            node = party_node(known or name)[1]
            written.setdefault(node, known or _as_written(name, source.credit_line))
            yield node

    def take(sources: Iterable[Source]) -> None:
        for source in sources:
            outlet = source.outlet
            name = outlet.name if outlet else ""
            credits = frozenset(credited(source, name)) or NOTHING
            if outlet:
                # Of two parties that share a name, one without a name makes it nobody's.
                outlets[name] = outlets.get(name, True) and outlet.is_named
            rows[source.pk] = SourceRow(source.pk, name or source.label, name, credits, source.noun)

    take(sources)
    if not rows:
        return Rows({})
    edges, parties = _edges(list(rows), sorted({*map(fold, outlets), *written}))
    if beyond := {node[1] for edge in edges for node in (edge.of, edge.to) if node[0] == "source"} - rows.keys():
        take(Source.objects.select_related("outlet", "page").filter(pk__in=beyond))
    parties |= set(outlets.items())
    names: dict[str, str] = {}
    for name, _ in sorted(parties):
        names.setdefault(party_node(name)[1], name)
    for node, name in written.items():
        names.setdefault(node, name)
    return Rows(
        sources=rows,
        edges=edges,
        names=names,
        unnamed=frozenset(party_node(name)[1] for name, is_named in parties if not is_named),
        apart=frozenset(frozenset(pair) for pair in apart),
    )


def node_of(source_id: int | None, party: str | None) -> Node:
    """The node of an end of an edge."""
    return ("source", source_id) if source_id is not None else party_node(party or "")


def _as_written(name: str, credit_line: str) -> str:
    """A folded name of a credit line as the line has it."""
    found = re.search(re.escape(name), credit_line, re.IGNORECASE)
    return found.group() if found else name


def _edges(sources: list[int], names: list[str]) -> tuple[list[Edge], set[tuple[str, bool]]]:
    """The edges that chains from these go through, refused ones too (they silence a credit line), and their parties."""
    numbers_sql, names_sql = LISTED[connection.vendor]
    given: list[Any] = [sources, names]
    if connection.vendor == "sqlite":
        given = [json.dumps(values) for values in given]
    with connection.cursor() as cursor:
        cursor.execute(REACHED.format(numbers=numbers_sql, names=names_sql, depth=DEPTH), given)
        rows = cursor.fetchall()
    edges, parties = [], set()
    for pk, relation, state, of_source, of_name, of_named, to_source, to_name, to_named in rows:
        edges.append(Edge(node_of(of_source, of_name), relation, node_of(to_source, to_name), state, pk))
        if of_name:
            parties.add((of_name, bool(of_named)))
        if to_name:
            parties.add((to_name, bool(to_named)))
    return edges, parties
