"""Fetches what lineage looks at: the edges that sources lead to, however far, in a constant number of queries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Lower

from apps.sources.chains import Edge, Node, SourceRow, party_node
from apps.sources.lineage import Rows
from apps.sources.models import Attribution, Party, Source

# No chain of newsrooms is as long; what lies beyond is taken for its end.
DEPTH = 16

# Each row is a source, a party's name, or a source with its outlet's name. Parties are joined by name, whatever their
# kind. The database folds names as its constraint does; Python folds them again before it compares.
REACHED = """
WITH RECURSIVE reached(source_id, name, depth) AS (
    SELECT source.id, LOWER(outlet.name), 0
    FROM sources_source source LEFT JOIN sources_party outlet ON outlet.id = source.outlet_id
    WHERE source.id IN ({sources})
  UNION
    SELECT CAST(NULL AS BIGINT), LOWER(party.name), 0 FROM sources_party party WHERE LOWER(party.name) IN ({names})
  UNION
    SELECT edge.to_source_id, LOWER(COALESCE(party.name, outlet.name)), reached.depth + 1
    FROM reached
    LEFT JOIN sources_party of_party ON LOWER(of_party.name) = reached.name
    JOIN sources_attribution edge ON (edge.of_source_id = reached.source_id OR edge.of_party_id = of_party.id)
    LEFT JOIN sources_party party ON party.id = edge.to_party_id
    LEFT JOIN sources_source target ON target.id = edge.to_source_id
    LEFT JOIN sources_party outlet ON outlet.id = target.outlet_id
    WHERE edge.state IN ('suggested', 'confirmed') AND reached.depth < {depth}
)
SELECT DISTINCT source_id, name FROM reached
"""


def trace(sources: Iterable[Source], apart: Iterable[tuple[Node, Node]] = ()) -> Rows:
    """The rows behind these sources, which have their outlet with them: three queries, however many there are."""
    known = {source.pk: source for source in sources}
    if not known:
        return Rows({})
    credits = {name for source in known.values() for name in source.credits}
    reached, names = _reached(list(known), sorted(credits))
    beyond = reached - known.keys()
    if beyond:
        known |= Source.objects.select_related("outlet", "page").in_bulk(beyond)
    edges, parties = _edges(set(known), names)
    folded: dict[str, str] = {}
    unnamed = set()
    parties |= {(source.outlet.name, source.outlet.is_named) for source in known.values() if source.outlet}
    for name, is_named in sorted(parties):
        folded.setdefault(party_node(name)[1], name)
        if not is_named:
            unnamed.add(party_node(name)[1])
    for source in known.values():
        for name in source.credits - folded.keys():
            folded[name] = _as_written(name, source.credit_line)
    return Rows(
        sources={source.pk: source_row(source) for source in known.values()},
        edges=edges,
        names=folded,
        unnamed=frozenset(unnamed),
        apart=frozenset(frozenset(pair) for pair in apart),
    )


def source_row(source: Source) -> SourceRow:
    """A source as the chains see it."""
    outlet = source.outlet.name if source.outlet else ""
    return SourceRow(source.pk, source.label, outlet, source.credits)


def node_of(source_id: int | None, party: str | None) -> Node:
    """The node of an end of an edge."""
    return ("source", source_id) if source_id is not None else party_node(party or "")


def _as_written(name: str, credit_line: str) -> str:
    """A folded name of a credit line as the line has it."""
    found = re.search(re.escape(name), credit_line, re.IGNORECASE)
    return found.group() if found else name


def _reached(sources: list[int], names: list[str]) -> tuple[set[int], set[str]]:
    def holders(values: list[Any]) -> str:
        return ", ".join(["%s"] * len(values)) or "NULL"

    sql = REACHED.format(sources=holders(sources), names=holders(names), depth=DEPTH)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*sources, *names])
        rows = cursor.fetchall()
    return {source for source, _ in rows if source is not None}, {name for _, name in rows if name is not None}


def _edges(sources: set[int], names: set[str]) -> tuple[list[Edge], set[tuple[str, bool]]]:
    """The edges that leave these, refused ones too (they silence a credit line), and the parties at their ends."""
    of_party = Party.objects.alias(folded=Lower("name")).filter(folded__in=names).values("pk") if names else []
    rows = (
        Attribution.objects.filter(Q(of_source__in=sources) | Q(of_party__in=of_party))
        .order_by("pk")
        .values_list(
            *("pk", "relation", "state", "of_source", "of_party__name", "of_party__is_named"),
            *("to_source", "to_party__name", "to_party__is_named"),
        )
    )
    edges, parties = [], set()
    for pk, relation, state, of_source, of_name, of_named, to_source, to_name, to_named in rows:
        edges.append(Edge(node_of(of_source, of_name), relation, node_of(to_source, to_name), state, pk))
        parties |= {(name, named) for name, named in ((of_name, of_named), (to_name, to_named)) if name}
    return edges, parties
