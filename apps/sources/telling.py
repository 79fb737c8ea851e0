"""Lineage in sentences that name the sources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from functools import cached_property

from apps.sources.chains import CIRCLE, NOTHING, PUBLISHED, Chains, Edge, Node, SourceRow
from apps.sources.lineage import Cited, LineOf, Rows

NAMED_AT_MOST = 6
LONGEST_HEADLINE = 60
# What stands between a source and its day, and its address.
OF, AT = " of ", " at "
# What one does, and what several do.
VERBS = {
    "republishes": ("prints", "print"),
    "translates": ("translates", "translate"),
    "quotes": ("quotes", "quote"),
    "rests_on": ("rests on", "rest on"),
}
# The same of what nobody has to say, because it is plain: who published a page, made a document, or spoke.
FROM = {
    "page": ("is published by", "are published by"),
    "document": ("was made by", "were made by"),
    "picture": ("was made by", "were made by"),
    "interview": ("is the word of", "are the word of"),
}
OWN = {
    "page": ("own reporting", "own reporting"),
    "document": ("own document", "own documents"),
    "picture": ("own picture", "own pictures"),
    "interview": ("own word", "own word"),
}
# How people without a name are called to begin with. Other first words may be names: "Ukrainian officers".
_FIRST_WORDS = """
    a an the one two three some several many various somebody someone whoever source sources official officials unnamed
    anonymous senior
"""
UNCAPITALISED = frozenset(_FIRST_WORDS.split())
UNANSWERED = ", as long as nobody confirms what is suggested"


class Teller:
    """Says of the nodes of these rows what they are called, and of lines why they are lines.

    Of the sources that are ``cited``, and of those that they lead to, two of one name are told apart by their day, else
    by their headline, else by their address; without ``cited`` no two are.
    """

    def __init__(self, rows: Rows, live: Chains, sure: Chains, cited: Iterable[int] = ()) -> None:
        self.rows, self.live, self.sure, self.cited = rows, live, sure, tuple(cited)

    def name(self, node: Node) -> str:
        """A party by its name, a source as "the UrduPoint page"."""
        kind, key = node
        if kind == CIRCLE:
            return f"a circle of {listed(self.name(member) for member in key)}"
        if kind == "source":
            row = self.rows.sources.get(key)
            return f"the {_bare(row.label)} {row.noun}{self._marks.get(key, '')}" if row else "another page"
        name = self.rows.names.get(key, key)
        return _small(name) if self.live.is_unnamed(node) else name

    def label(self, node: Node) -> str:
        """The name alone, for where it is plain what it is: "AFP", of two "AFP, 12 January", or "AFP, interview"."""
        if node[0] == "source" and node[1] in self.rows.sources:
            row = self.rows.sources[node[1]]
            kind = row.noun if sum(label == row.label for label, _ in self._alike) > 1 else ""
            mark = self._marks.get(node[1], "").removeprefix(OF).removeprefix(AT).strip()
            return ", ".join(filter(None, [row.label, kind, mark]))
        return capital(self.name(node))

    def called(self, source: int) -> str:
        """A cited source by its outlet alone, as the rule's sentences have it; by its name where that is not enough."""
        label = self.rows.sources[source].label
        return label if self._labels[label] < 2 else self.name(("source", source))

    def shortened(self, sentence: str) -> str:
        """A sentence as it reads where no other source has the outlet of any that it names, to be known again by."""
        rows = [self.rows.sources[pk] for pk in self.cited]
        for row in sorted(rows, key=lambda one: -len(one.label)):
            short = f"the {_bare(row.label)} {row.noun}"
            for name in sorted((f"{short}{mark}" for mark in ["", *_possible(row)]), key=len, reverse=True):
                sentence = sentence.replace(name, row.label).replace(capital(name), capital(row.label))
        return sentence

    @cached_property
    def _labels(self) -> Counter[str]:
        """How many of the cited have each outlet."""
        return Counter(self.rows.sources[pk].label for pk in self.cited)

    @cached_property
    def _alike(self) -> dict[tuple[str, str], list[SourceRow]]:
        """Those of one outlet and kind, among what is cited and what that leads to."""
        alike = defaultdict(list)
        ahead: list[Node] = [("source", pk) for pk in self.cited]
        seen = set(ahead)
        for node in ahead:
            if node[0] == "source" and (row := self.rows.sources.get(node[1])):
                alike[row.label, row.noun].append(row)
            beyond = [edge.to for edge in self.live.leaving(node) if edge.to not in seen]
            ahead += dict.fromkeys(beyond)
            seen.update(beyond)
        return alike

    @cached_property
    def _marks(self) -> dict[int, str]:
        """What tells each from others of its outlet and kind, by its number; nothing where there is one alone."""
        return {pk: mark for rows in self._alike.values() if len(rows) > 1 for pk, mark in _apart(rows)}

    def origins(self, line: LineOf) -> str:
        """What the line comes from, to begin with: "NIS", "An intelligence source", "No origin: a circle"."""
        return capital(self.within(line)) if line.origins else "No origin: a circle"

    def within(self, line: LineOf) -> str:
        """The same inside a sentence: "an intelligence source"."""
        return listed(self.name(node) for node in sorted(line.origins, key=self.live.is_unnamed))

    def why(self, line: LineOf) -> tuple[str, ...]:
        """Why its members belong together; for one member alone, where it has its information from."""
        reasons: dict[tuple[str, str, str], list[Cited]] = {}
        for page in line.members:
            reasons.setdefault(self._reason(page, line), []).append(page)
        told = [self._members(reasons, line)]
        for one, other in (sorted(pair, key=self.live.is_unnamed) for pair in line.joined):
            told.append(
                f"{capital(self.name(one))} and {self.name(other)} count as one origin until an editor rules that they"
                " stand apart: nobody can tell who has no name."
            )
        unnamed = {node for pair in line.joined for node in pair}
        if len(others := [node for node in line.origins if node not in unnamed]) > 1:
            rows = (self.rows.sources[page.source] for page in line.members)
            if {key for _, key in others} <= NOTHING.union(*[row.either for row in rows]):
                why = "a credit line may mean either, as long as nobody has said which"
            elif any(not edge.carries for edge in line.pending):
                why = "until somebody answers what is suggested of them"
            else:
                why = "one copy has passed through them"
            told.append(f"{capital(listed(self.name(node) for node in others))} count as one origin: {why}.")
        return tuple(told)

    def cautions(self, line: LineOf) -> tuple[str, ...]:
        """The circle written out, and chains that end in somebody without a name."""
        told = [self._round(circle, line) for circle in line.circles]
        for node, end in line.dead_ends:
            if node == end:
                told.append(f"The chain ends in somebody without a name: {self.name(end)}.")
            else:
                told.append(f"{capital(self.name(node))} has it from somebody without a name: {self.name(end)}.")
        return tuple(told)

    def step(self, edge: Edge, *, several: bool = False) -> str:
        """What an edge says: "prints AFP's copy", "quotes NIS"."""
        noun = self.rows.sources[edge.of[1]].noun if edge.relation == PUBLISHED else ""
        verb = (FROM[noun] if noun else VERBS[edge.relation])[several]
        target = self.name(edge.to)
        if not edge.carries:
            return f"{verb} {target}"
        return f"{verb} {_possessive(target)} copy" if edge.to[0] == "party" else f"{verb} the copy of {target}"

    def _members(self, reasons: dict[tuple[str, str, str], list[Cited]], line: LineOf) -> str:
        pages = self._pages(line.members)
        if len(line.members) == 1:
            return f"{pages} {next(iter(reasons))[0]}."
        if len(reasons) == 1:
            every = "both" if len(line.members) == 2 else f"all {len(line.members)}"
            return f"{pages} are one line: {every} {next(iter(reasons))[1]}."
        parts = []
        for (one, several, _), members in reasons.items():
            names = self._pages(members)
            parts.append(f"{names[0].lower()}{names[1:]} {one if len(members) == 1 else several}")
        return f"{pages} are one line: {'; '.join(parts)}."

    def _reason(self, page: Cited, line: LineOf) -> tuple[str, str, str]:
        """What this page does to belong to the line, as one and as several say it, and what tells it from others."""
        start: Node = ("source", page.source)
        if any(start in circle[1] for circle in line.circles):
            return "goes round in a circle", "go round in a circle", ""
        ends = {*line.origins, *line.circles, *(member for circle in line.circles for member in circle[1])}
        for chains in (self.live, self.sure):
            path = [] if start in ends else chains.path(start, ends)
            if path is None:
                continue
            if path and path[0].relation != PUBLISHED:
                return self._told(path)
            unsure = UNANSWERED if chains is self.sure and start in self.live.out else ""
            if not path:
                return f"names no origin{unsure}", f"name no origin{unsure}", ""
            rest = "".join(f", which {self.step(edge)}" for edge in path[1:])
            whose, (one, several) = _possessive(self.name(path[0].to)), OWN[self.rows.sources[page.source].noun]
            return f"is {whose} {one}{rest}{unsure}", f"are {whose} {several}{rest}{unsure}", ""
        beside = {("source", other.source) for other in line.members} - {start}
        if path := self.live.path(start, beside):
            return self._told(path)
        if carried := next((edge for edge in self.live.out.get(start, ()) if edge.carries), None):
            one, several, mark = self._told([carried])
            return f"{one}, as others here do", f"{several}, as others here do", mark
        return "belongs to them", "belong to them", ""

    def _told(self, path: Sequence[Edge]) -> tuple[str, str, str]:
        ahead = [edge for edge in path[1:] if edge.relation != PUBLISHED]
        rest = "".join(f", which {self.step(edge)}{doubt(edge)}" for edge in ahead)
        unsure = doubt(path[0])
        return (
            f"{self.step(path[0])}{unsure}{rest}",
            f"{self.step(path[0], several=True)}{unsure}{rest}",
            f"{path[0].relation} {path[0].to}{unsure}",
        )

    def _round(self, circle: Node, line: LineOf) -> str:
        members, start = set(circle[1]), circle[1][0]
        path = self.live.path(start, {start}, members) or self.sure.path(start, {start}, members) or []
        rest = "".join(f", which {self.step(edge)}" for edge in path[1:])
        told = f"{capital(self.name(start))} {self.step(path[0])}{rest}"
        return f"{told}: a circle has no origin{', so this line does not count' if line.is_circular else ''}."

    def _pages(self, pages: Sequence[Cited]) -> str:
        """ "The UrduPoint and the Straits Times pages", "The NIS page and the NIS interview"."""
        rows = [self.rows.sources[page.source] for page in pages]
        here = Counter((row.label, row.noun) for row in rows)
        labels: dict[str, list[str]] = {}
        apart: list[str] = []
        for row in rows:
            # Where all of an outlet's are meant, or there are too many to be named, nobody has to tell them apart.
            kind = (row.label, row.noun)
            if len(rows) <= NAMED_AT_MOST and here[kind] < len(self._alike.get(kind, ())):
                apart.append(self.name(("source", row.pk)))
            else:
                labels.setdefault(row.noun, []).append(_bare(row.label))
        return capital(listed([*(_of_a_kind(noun, names) for noun, names in labels.items()), *apart]))


def _possible(row: SourceRow) -> list[str]:
    """What may tell a source from others of its outlet: its day, with its year too; its headline; its address.

    An interview has its hour, for want of a headline of its own, and what has no address its number, last of all.
    """
    source = row.row
    if source is None:
        return []
    marks = []
    if source.published_at:
        day = source.published_at.astimezone(UTC)
        marks += [f"{OF}{day.day} {day:%B}", f"{OF}{day.day} {day:%B %Y}"]
        if source.kind == source.Kind.INTERVIEW:
            marks.append(f"{OF}{day.day} {day:%B %Y}, {day:%H:%M} UTC")
    headline = " ".join(source.title.split())
    marks += [f" “{_cut(headline)}”"] if headline else []
    return [*marks, f"{AT}{source.page.url}" if source.has_address else f" (source {source.pk})"]


def _apart(rows: Sequence[SourceRow]) -> Iterator[tuple[int, str]]:
    """Each with the first mark that no other of these has."""
    marks = {row.pk: _possible(row) for row in rows}
    times = Counter(mark for all_of_one in marks.values() for mark in set(all_of_one))
    for pk, possible in marks.items():
        yield pk, next((mark for mark in possible if times[mark] == 1), f" {pk}")


def _cut(headline: str) -> str:
    """A headline as a sentence has room for it."""
    return headline if len(headline) <= LONGEST_HEADLINE else f"{headline[: LONGEST_HEADLINE - 1].rstrip()}…"


def _of_a_kind(noun: str, labels: list[str]) -> str:
    """ "the UrduPoint and the Straits Times pages", of many "the pages of A, B and 3 others"."""
    names = list(dict.fromkeys(labels))
    noun = noun if len(labels) == 1 else f"{noun}s"
    if (rest := len(names) - NAMED_AT_MOST) > 0:
        others = "another" if rest == 1 else f"{rest} others"
        return f"the {noun} of {', '.join(names[:NAMED_AT_MOST])} and {others}"
    return f"{listed(f'the {name}' for name in names)} {noun}"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them: "A", "A and B", "A, B and C"; and "A and B, and C" where one has an "and"."""
    found = list(names)
    if len(found) < 2:
        return "".join(found)
    comma = "," if any(" and " in name for name in found) else ""
    return f"{', '.join(found[:-1])}{comma} and {found[-1]}"


def capital(sentence: str) -> str:
    """A sentence as it begins. An address keeps its small letter: "news.example.org does not count"."""
    word = sentence.partition(" ")[0]
    return sentence if "." in word[:-1] or "/" in word else f"{sentence[:1].upper()}{sentence[1:]}"


def doubt(edge: Edge) -> str:
    """What stands behind a step that nobody has confirmed."""
    return (" (suggested)" if edge.pk else " (by the credit line)") if edge.is_pending else ""


def _bare(name: str) -> str:
    """A name that takes an article of ours: "The Straits Times" has one."""
    return name[4:] if name[:4].lower() == "the " and len(name) > 4 else name


def _small(name: str) -> str:
    """Somebody without a name, inside a sentence: "an intelligence source", however it was entered."""
    first = name.partition(" ")[0]
    return f"{name[:1].lower()}{name[1:]}" if first.lower() in UNCAPITALISED else name


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
