"""The origin graph of a claim: claim ← sources ← who they have it from, laid out by the server."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from textwrap import wrap

from django.utils.translation import gettext as _

from apps.claims.lines import Lines
from apps.sources.chains import PUBLISHED, Edge, Node, sort_key
from apps.sources.telling import Teller, capital, doubt

# Narrow enough for a telephone without being scaled down to dust; wider screens stretch it.
WIDTH, BAR, LEFT = 360, 14, 36
HEIGHT, STEP, PADDING = 58, 68, 6
PER_CHARACTER = 5.6
DRAWN = 24


@dataclass(frozen=True)
class Box:
    """One node: where it stands, and its words, line by line."""

    kind: str
    x: int
    y: int
    width: int
    lines: list[tuple[int, str]]
    stance: str
    title: str


@dataclass(frozen=True)
class Link:
    """One arrow, from who is asked to who has it from them."""

    path: str
    kind: str
    is_pending: bool
    title: str


@dataclass(frozen=True)
class Graph:
    """The drawing, and how many cited sources did not fit into it."""

    height: int
    boxes: list[Box]
    links: list[Link]
    left_out: int

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def box_height(self) -> int:
        return HEIGHT


def origin_graph(lines: Lines) -> Graph | None:
    """The graph of all stances; none without a citation."""
    stances: dict[Node, str] = {}
    for stance, found in lines.by_stance.items():
        for line in found:
            for citation in line.members:
                stances.setdefault(("source", citation.source_id), stance)
    if not stances:
        return None
    sources = list(stances)[:DRAWN]
    teller = lines.teller
    edges = _edges(teller, sources)
    leads = {edge.of for edge in edges}
    others = list(dict.fromkeys(edge.to for edge in edges if edge.to not in stances or edge.to not in sources))
    through = [node for node in others if node in leads]
    columns = [column for column in (sources, through, [node for node in others if node not in leads]) if column]
    wide = (WIDTH - LEFT - 26 * (len(columns) - 1)) // len(columns) if len(columns) > 2 else 130
    gap = (WIDTH - LEFT - wide * len(columns)) // max(1, len(columns) - 1)
    places: dict[Node, tuple[int, int]] = {node: (LEFT, STEP * number) for number, node in enumerate(sources)}
    came: dict[Node, list[Node]] = defaultdict(list)
    for edge in edges:
        came[edge.to].append(edge.of)
    for number, column in enumerate(columns[1:], start=1):
        places |= _column(column, came, places, LEFT + number * (wide + gap))
    height = max(y for _, y in places.values()) + HEIGHT
    boxes = [
        _box(node, x, y, wide, teller.label(node), stances.get(node, ""), teller.live.is_unnamed(node))
        for node, (x, y) in places.items()
    ]
    links = [_to_claim(places[node], stances[node]) for node in sources]
    links += [_link(edge, places, wide, _said(teller, edge)) for edge in edges]
    return Graph(height, boxes, links, len(stances) - len(sources))


def steps(teller: Teller, sources: list[Node]) -> list[str]:
    """Every arrow of the drawing that leaves these sources, or lies behind them, as a sentence; and who has none."""
    told = [_said(teller, edge) for edge in _edges(teller, sources)]
    told += [f"{capital(teller.name(node))} names no origin" for node in sources if not teller.live.leaving(node)]
    return [f"{sentence}." for sentence in told]


def _edges(teller: Teller, sources: list[Node]) -> list[Edge]:
    """Every step of the chains of these, each once."""
    found: dict[tuple[Node, str, Node], Edge] = {}
    seen = set(sources)
    ahead = list(sources)
    for node in ahead:
        for edge in teller.live.leaving(node):
            found[edge.of, edge.relation, edge.to] = edge
            if edge.to not in seen:
                seen.add(edge.to)
                ahead.append(edge.to)
    return list(found.values())


def _column(
    nodes: list[Node], came: dict[Node, list[Node]], places: dict[Node, tuple[int, int]], x: int
) -> dict[Node, tuple[int, int]]:
    """Each beside the middle of those that lead to it, and none upon another."""

    def wished(node: Node) -> float:
        ys = [places[one][1] for one in came[node] if one in places]
        return sum(ys) / len(ys) if ys else 0.0

    placed, free = {}, 0
    for node in sorted(nodes, key=lambda one: (wished(one), sort_key(one))):
        y = max(free, round(wished(node)))
        placed[node] = (x, y)
        free = y + STEP
    return placed


def _box(node: Node, x: int, y: int, width: int, label: str, stance: str, is_unnamed: bool) -> Box:
    most = int((width - 2 * PADDING) / PER_CHARACTER)
    words = wrap(label, most, max_lines=3, placeholder="…") or [label[:most]]
    kind = "cited" if stance else "unnamed" if is_unnamed else node[0]
    top = y + (HEIGHT - 13 * (len(words) + (1 if stance or is_unnamed else 0))) // 2 + 10
    lines = [(top + 13 * number, word) for number, word in enumerate(words)]
    return Box(kind, x, y, width, lines, stance or (_("no name") if is_unnamed else ""), label)


def _to_claim(place: tuple[int, int], stance: str) -> Link:
    x, y = place
    middle = y + HEIGHT // 2
    return Link(f"M{x} {middle}H{BAR + 5}", f"claim link-{stance}", False, "")


def _link(edge: Edge, places: dict[Node, tuple[int, int]], width: int, title: str) -> Link:
    (x, y), (to_x, to_y) = places[edge.of], places[edge.to]
    start, end = to_y + HEIGHT // 2, y + HEIGHT // 2
    kind = "own" if edge.relation == PUBLISHED else "carries" if edge.carries else "knows"
    right = x + width
    if to_x > x:
        bend = min(40, (to_x - right) // 2)
        path = f"M{to_x} {start}C{to_x - bend} {start} {right + bend + 5} {end} {right + 5} {end}"
    else:
        # Those of one column are joined round the right side.
        out = max(right, to_x + width) + 16
        path = f"M{to_x + width} {start}C{out} {start} {out} {end + 6} {right + 5} {end + 6}"
    return Link(path, kind, edge.is_pending, title)


def _said(teller: Teller, edge: Edge) -> str:
    """What an arrow says, with what shows in the drawing: who has no name, and what nobody has confirmed."""
    unnamed = f" ({_('no name')})" if teller.live.is_unnamed(edge.to) else ""
    return f"{capital(teller.name(edge.of))} {teller.step(edge)}{unnamed}{doubt(edge)}"
