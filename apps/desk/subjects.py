"""What lines of the trail are about, by the names that things have now. The sentences stay as they were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from apps.audit.models import Entry
from apps.claims.models import Citation, Claim, Story
from apps.sources.models import Source


@dataclass(frozen=True)
class Subject:
    """Something that an entry is about: its present name and its page."""

    name: str
    url: str


def subjects(entries: Sequence[Entry], *, apart_from: str = "") -> dict[int, list[Subject]]:
    """What each entry is about, by the entry's id, in four queries however many there are.

    ``apart_from`` is the stream of the page that asks: it needs no link to itself.
    """
    wanted = {entry.pk: _streams(entry) - {apart_from} for entry in entries}
    known = _named(set().union(*wanted.values()))
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


def _named(streams: set[str]) -> dict[str, Subject]:
    """The present name and page of each of these, where it has one."""
    claims, stories = _ids(streams, "claim"), _ids(streams, "story")
    cited = dict(Citation.objects.filter(pk__in=_ids(streams, "citation")).values_list("pk", "source_id"))
    known = {f"claim:{pk}": _subject("claim", pk, name) for pk, name in _names(Claim, "statement", claims)}
    known |= {f"story:{pk}": _subject("story", pk, name) for pk, name in _names(Story, "title", stories)}
    about = Q(pk__in={*cited.values(), *_ids(streams, "source")}) | Q(page__in=_ids(streams, "page"))
    sources = {}
    for source in Source.objects.filter(about).select_related("page", "outlet"):
        sources[source.pk] = _subject("source", source.pk, source.called)
        known[source.stream] = known[source.page.stream] = sources[source.pk]
    return known | {f"citation:{pk}": sources[source_id] for pk, source_id in cited.items()}


def _names(model: type[Claim] | type[Story], field: str, ids: set[int]) -> list[tuple[int, str]]:
    return list(model._default_manager.filter(pk__in=ids).values_list("pk", field))


def _subject(kind: str, pk: int, name: str) -> Subject:
    return Subject(name, reverse(f"desk:{kind}", args=[pk]))


def _ids(streams: set[str], kind: str) -> set[int]:
    parts = [stream.partition(":") for stream in streams]
    return {int(key) for name, _, key in parts if name == kind and key.isdecimal()}
