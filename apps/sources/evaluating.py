"""How well suggestions come out on texts whose relations are known: the desk's own code, on rows that are undone."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from apps.archive.models import Capture, Extract, Host, Page
from apps.sources.actions import host_outlet, register_party, suggest_from_capture
from apps.sources.models import Attribution, Party, Sifting, Source
from apps.sources.suggesting.agencies import fold, listed
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.passages import compare
from apps.sources.suggesting.words import Words

RELATIONS = ["copy", "same-party", "independent"]
# Blank to Python, and no blank in any text.
_CONTROLS = frozenset(map(chr, (11, 12, *range(28, 32))))


class BadInput(Exception):
    """A file that can't be used, with its name and line."""


@dataclass(frozen=True)
class Document:
    id: str
    url: str
    title: str
    text: str
    credit: str
    published: datetime | None


@dataclass(frozen=True)
class Pair:
    a: str
    b: str
    relation: str


@dataclass
class Figures:
    """What came out: for each known relation how often which was found, what it cost, and each pair that went wrong."""

    documents: int
    confusion: dict[str, dict[str, int]]
    cpu_ms: list[float]
    wrong: list[dict[str, str]] = field(default_factory=list)
    suggestions: dict[str, int] = field(default_factory=dict)

    def precision(self, relation: str) -> float | None:
        said = sum(row[relation] for row in self.confusion.values())
        return self.confusion[relation][relation] / said if said else None

    def recall(self, relation: str) -> float | None:
        there = sum(self.confusion[relation].values())
        return self.confusion[relation][relation] / there if there else None

    @property
    def false_merges(self) -> int:
        return self.confusion["independent"]["copy"]

    def cpu(self) -> dict[str, float]:
        times = sorted(self.cpu_ms) or [0.0]
        return {
            "mean": round(sum(times) / len(times), 2),
            "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 2),
            "most": round(times[-1], 2),
        }


def read_documents(path: Path) -> list[Document]:
    """Every document of the file, in its order. Raises BadInput."""
    found: dict[str, Document] = {}
    for where, row in _rows(path):
        values = {name: "" if row.get(name) is None else row[name] for name in ("url", "title", "text", "credit")}
        for name, value in values.items():
            if not isinstance(value, str):
                raise BadInput(f"{where}: “{name}” is no text.")
        if not values["text"].strip():
            raise BadInput(f"{where}: there is no “text”.")
        number = _identity(where, row, "id")
        if number in found:
            raise BadInput(f"{where}: the id {number} is there twice.")
        clean = {name: as_read(value) for name, value in values.items()}
        url = clean["url"].strip()[:1900] or f"https://{hashlib.sha256(number.encode()).hexdigest()[:12]}.invalid/"
        found[number] = Document(
            number,
            url,
            clean["title"][:500],
            clean["text"],
            clean["credit"][:200],
            _moment(where, row.get("published")),
        )
    if not found:
        raise BadInput(f"{path}: there are no documents in it.")
    return list(found.values())


def as_read(text: str) -> str:
    """A text without what nobody sees, soft hyphens and marks of direction too, as the archive reads a page."""
    return "".join(char for char in text if char.isprintable() or (char.isspace() and char not in _CONTROLS))


def read_pairs(path: Path, known: set[str]) -> list[Pair]:
    """Every pair of the file. Raises BadInput."""
    pairs = []
    for where, row in _rows(path):
        a, b = _identity(where, row, "a"), _identity(where, row, "b")
        for number in (a, b):
            if number not in known:
                raise BadInput(f"{where}: there is no document {number}.")
        if a == b:
            raise BadInput(f"{where}: {a} is paired with itself.")
        if row.get("relation") not in RELATIONS:
            raise BadInput(f"{where}: the relation “{row.get('relation')}” is none of {', '.join(RELATIONS)}.")
        pairs.append(Pair(a, b, row["relation"]))
    return pairs


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                where = f"{path}, line {number}"
                try:
                    row = json.loads(line.decode("utf-8-sig"))
                except (ValueError, RecursionError) as error:
                    raise BadInput(f"{where}: this is no JSON in UTF-8: {error}") from error
                if not isinstance(row, dict):
                    raise BadInput(f"{where}: this is no object.")
                yield where, row
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error


def _identity(where: str, row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise BadInput(f"{where}: “{name}” is missing, or neither a text nor a number.")
    return str(value)


def _moment(where: str, value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{where}: “published” is no date as ISO 8601 writes it.") from error
    return moment if 1900 <= moment.year < 2100 else None


class _Undo(Exception):
    pass


def evaluate(documents: list[Document], pairs: list[Pair], tell: Callable[[int], None] = lambda done: None) -> Figures:
    """Put the documents into the archive one after the other, let the desk suggest, compare, and undo everything."""
    figures: Figures | None = None
    try:
        with transaction.atomic():
            figures = _evaluate(documents, pairs, tell)
            raise _Undo
    except _Undo:
        pass
    assert figures is not None  # noqa: S101  # set before it is undone
    return figures


def _evaluate(documents: list[Document], pairs: list[Pair], tell: Callable[[int], None]) -> Figures:
    sources: dict[str, int] = {}
    times = []
    for number, document in enumerate(documents, 1):
        capture, source = _stored(document)
        began = time.process_time()
        suggest_from_capture(capture)
        times.append((time.process_time() - began) * 1000)
        sources[document.id] = source.pk
        tell(number)
    relate = _Relations(set(sources.values()))
    figures = Figures(len(documents), {known: dict.fromkeys(RELATIONS, 0) for known in RELATIONS}, times)
    for pair in pairs:
        found = relate(sources[pair.a], sources[pair.b])
        figures.confusion[pair.relation][found] += 1
        if found != pair.relation:
            figures.wrong.append({"a": pair.a, "b": pair.b, "relation": pair.relation, "found": found})
    edges = Attribution.objects.filter(of_source__in=set(sources.values()))
    figures.suggestions = dict(
        Counter(f"{relation} ({by})" for relation, by in edges.values_list("relation", "found_by"))
    )
    return figures


def _stored(document: Document) -> tuple[Capture, Source]:
    """The rows that a citation, a capture and its reading would have left behind."""
    try:
        name = (urlsplit(document.url).hostname or "")[:260]
    except ValueError:
        name = ""
    host = Host.objects.get_or_create(name=name or "nowhere.invalid")[0]
    digest = hashlib.sha256(document.text.encode("utf-8", "replace")).hexdigest()
    # Two documents may have been read at one address, and are two things all the same.
    page = Page.objects.create(url=f"{document.url}#{hashlib.sha256(document.id.encode()).hexdigest()[:16]}", host=host)
    now = timezone.now()
    capture = Capture.objects.create(
        page=page,
        state=Capture.State.STORED,
        attempt=1,
        last_attempt=1,
        settled_at=now,
        read_at=now,
        body_digest=digest,
        warc_digest=digest,
    )
    facts = {"title": document.title, "credit_line": document.credit, "published_at": document.published}
    capture.extract = Extract.objects.create(capture=capture, text=document.text, text_digest=digest, **facts)
    outlet = register_party(host_outlet(page), kind=Party.Kind.OUTLET, by=None)
    source = Source.objects.create(page=page, outlet=outlet, learned_from=capture, **facts)
    Sifting.objects.create(capture=capture)
    return capture, source


class _Relations:
    """What the suggestions say of two sources."""

    def __init__(self, sources: set[int]) -> None:
        self.carried = Carried()
        self.parties: defaultdict[int, set[str]] = defaultdict(set)
        # The agencies that it is of, or is copy of: of two pages' own stories nobody's words are in both.
        self.agencies: defaultdict[int, set[str]] = defaultdict(set)
        self.quotations: defaultdict[int, list[tuple[str, Words]]] = defaultdict(list)
        edges = Attribution.objects.live().filter(of_source__in=sources).select_related("to_party")
        for edge in edges:
            of_source = edge.of_source_id or 0
            if edge.to_party is not None:
                name = fold(edge.to_party.name)
                (self.agencies if edge.relation in Attribution.CARRIES_COPY else self.parties)[of_source].add(name)
                if edge.found_by == Attribution.FoundBy.TEXT_OVERLAP:
                    said = [(name, Words(passage["here"])) for passage in edge.grounds["shared"]]
                    self.quotations[of_source] += said
            elif edge.relation in Attribution.CARRIES_COPY:
                self.carried.add(of_source, edge.to_source_id or 0)
        agencies = listed()
        for source in Source.objects.filter(pk__in=sources).select_related("outlet", "page"):
            outlet = source.outlet.name if source.outlet else ""
            numbers = agencies.whose(source.page.host_id, outlet)
            own = [known.name for known in agencies.by_name.values() if known.party_id in numbers]
            self.agencies[source.pk] |= {fold(outlet), *map(fold, own)} if own else set()

    def __call__(self, one: int, other: int) -> str:
        if self.carried.meet(one, other):
            return "copy"
        ours, theirs = self._quoted_by(one), self._quoted_by(other)
        is_shared = ours & (theirs | self.agencies[other]) or theirs & self.agencies[one]
        return "same-party" if is_shared else "independent"

    def _quoted_by(self, source: int) -> set[str]:
        """The parties that it is said to quote, and those that its copy is said to, where it prints their words."""
        found = set(self.parties[source])
        inherited = [said for carried in self.carried.at_first_hand(source) for said in self.quotations[carried]]
        if any(name not in found for name, _ in inherited):
            text = Source.objects.values_list("learned_from__extract__text", flat=True).get(pk=source)
            words = Words(text)
            found |= {name for name, said in inherited if _stand_in(said, words)}
        return found


def _stand_in(said: Words, text: Words) -> bool:
    """Whether these words stand in a text: few of them do only when most do."""
    shared = sum(1 for shingle in said.shingles if shingle in text.places)
    return bool(compare(said, text).passages) or 2 * shared > len(said.shingles)
