"""What lines of the trail are about, by the names that things have now. The sentences stay as they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from apps.audit.models import Entry
from apps.claims.models import Citation, Claim, Story
from apps.desk.addresses import address
from apps.sources.models import Source


@dataclass(frozen=True)
class Subject:
    """Something that an entry is about: its present name and its page."""

    name: str
    url: str


def subjects(
    entries: Sequence[Entry], *, apart_from: str = "", citations: Iterable[Citation] = ()
) -> dict[int, list[Subject]]:
    """What each entry is about, by the entry's id, in four queries however many there are.

    ``apart_from`` is the stream of the page that asks: it needs no link to itself. Of these ``citations``, which have
    their source, its page and its outlet with them, nothing is asked.
    """
    wanted = {entry.pk: _streams(entry) - {apart_from} for entry in entries}
    known = _named(set().union(*wanted.values()), citations)
    found = {}
    for entry in entries:
        named = [known[stream] for stream in sorted(wanted[entry.pk]) if stream in known]
        copy = entry.after.get("capture") if entry.stream.startswith("page:") else None
        found[entry.pk] = [Subject(one.name, f"{one.url}?capture={copy}") if copy else one for one in named]
    return found


def _streams(entry: Entry) -> set[str]:
    """The entry's own stream, and the citation or the claim that it tells of."""
    citation = entry.after.get("citation") or entry.before.get("citation")
    told = {entry.stream, f"citation:{citation}"} if citation else {entry.stream}
    # Lines of a comment, or of who watches, have a stream of their own.
    claim = entry.after.get("claim") or entry.before.get("claim")
    return told | {f"claim:{claim}"} if isinstance(claim, int) else told


def _named(streams: set[str], citations: Iterable[Citation]) -> dict[str, Subject]:
    """The present name and page of each of these, where it has one."""
    claims, stories = _ids(streams, "claim"), _ids(streams, "story")
    at_hand = {one.pk: one for one in citations}
    cited = {pk: at_hand[pk].source_id for pk in _ids(streams, "citation") & at_hand.keys()}
    if others := _ids(streams, "citation") - cited.keys():
        cited |= dict(Citation.objects.filter(pk__in=others).order_by().values_list("pk", "source_id"))
    known = {f"claim:{pk}": _subject("claim", pk, name) for pk, name in _names(Claim, "statement", claims)}
    known |= {f"story:{pk}": _subject("story", pk, name) for pk, name in _names(Story, "title", stories)}
    sources = {}
    numbers, pages = {*cited.values(), *_ids(streams, "source")}, _ids(streams, "page")
    for source in _sources(numbers, pages, {one.source_id: one.source for one in at_hand.values()}):
        sources[source.pk] = _subject("source", source.pk, source.called)
        known[source.stream] = known[source.page.stream] = sources[source.pk]
    return known | {f"citation:{pk}": sources[source_id] for pk, source_id in cited.items()}


def _sources(numbers: set[int], pages: set[int], at_hand: Mapping[int, Source]) -> list[Source]:
    """The sources of these numbers and of these pages; those at hand are not asked for."""
    found = [one for one in at_hand.values() if one.pk in numbers or one.page_id in pages]
    numbers, pages = numbers - at_hand.keys(), pages - {one.page_id for one in found}
    if numbers or pages:
        about = Q(pk__in=numbers) | Q(page__in=pages)
        found += Source.objects.filter(about).select_related("page", "outlet").order_by()
    return found


def _names(model: type[Claim] | type[Story], field: str, ids: set[int]) -> list[tuple[int, str]]:
    return list(model._default_manager.filter(pk__in=ids).order_by().values_list("pk", field)) if ids else []


def _subject(kind: str, pk: int, name: str) -> Subject:
    return Subject(name, address(f"desk:{kind}", pk))


def _ids(streams: set[str], kind: str) -> set[int]:
    parts = [stream.partition(":") for stream in streams]
    return {int(key) for name, _, key in parts if name == kind and key.isdecimal()}
