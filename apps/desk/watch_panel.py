"""What the watch says of a page, and of each citation: for the source's page and for the claim's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from apps.archive.models import Drift, Look, Page, Passage, Watch, in_per_cent
from apps.claims.models import Citation

LOOKS = 8
FINDINGS = 10
# A page that changes every hour must not make its claims slow: older findings stand on the source's page.
NEWEST = 300
_ABOUT_THE_PAGE = (Drift.Kind.GONE, Drift.Kind.MOVED)


@dataclass(frozen=True)
class Panel:
    """The watch of one page, its newest looks and findings."""

    watch: Watch | None
    looks: list[Look]
    drifts: list[Drift]

    @property
    def can_look(self) -> bool:
        return self.watch is not None and self.watch.is_kept and self.watch.compared_id is not None


@dataclass(frozen=True)
class Chip:
    """The worst that was found at a cited page since the copy that the citation rests on."""

    kind: str
    words: str
    sentence: str


def panel(page: Page) -> Panel:
    """What the source's page shows of the watch, in four questions."""
    watch = Watch.objects.select_related("baseline").filter(page=page).first()
    if watch is None:
        return Panel(None, [], [])
    looks = Look.objects.ended().filter(page=page).order_by("-id")[:LOOKS]
    return Panel(watch, list(looks), list(Drift.objects.told().filter(page=page)[:FINDINGS]))


def chips(citations: list[Citation]) -> dict[int, Chip]:
    """A chip for each citation whose page is not as it was, by the citation's number; one question where all are."""
    pages = {citation.capture.page_id for citation in citations}
    found: dict[int, list[Drift]] = defaultdict(list)
    for drift in Drift.objects.filter(page__in=pages).order_by("-id")[:NEWEST]:
        found[drift.page_id].append(drift)
    if not found:
        return {}
    standing, missing = _standings(found), _missing(found)
    made = {}
    for citation in citations:
        page_id = citation.capture.page_id
        news = [drift for drift in found[page_id] if drift.is_news_to(citation.capture)]
        digests = [sha256(words.strip().encode()).hexdigest() for words in citation.words]
        is_missing = any((digest, page_id) in missing for digest in digests)
        if chip := _chip(news, standing.get(page_id, ""), is_missing):
            made[citation.pk] = chip
    return made


def _standings(found: Mapping[int, Iterable[Drift]]) -> dict[int, str]:
    """How those of these pages stand that were gone or had moved, by the page's number."""
    pages = [page for page, drifts in found.items() if any(one.kind in _ABOUT_THE_PAGE for one in drifts)]
    return dict(Watch.objects.filter(page__in=pages).values_list("page_id", "standing")) if pages else {}


def _missing(found: Mapping[int, Iterable[Drift]]) -> set[tuple[str, int]]:
    """The passages that are missing now, by digest and page; those that were found gone learn which they are."""
    gone = [one for drifts in found.values() for one in drifts if one.kind == Drift.Kind.QUOTE_GONE]
    if not gone:
        return set()
    prefetch_related_objects(gone, "passages")
    pages = {one.page_id for one in gone}
    return set(Passage.objects.filter(page__in=pages, missing_since__isnull=False).values_list("digest", "page"))


def _chip(news: list[Drift], standing: str, quote_is_missing: bool) -> Chip | None:
    """`news` is newest first. What was taken back since says nothing any more."""
    newest = {drift.kind: drift for drift in reversed(news)}
    if standing == Watch.Standing.GONE and Drift.Kind.GONE in newest:
        return _of(newest[Drift.Kind.GONE], _("Page gone"))
    if quote_is_missing and Drift.Kind.QUOTE_GONE in newest:
        return _of(newest[Drift.Kind.QUOTE_GONE], _("Quote gone"))
    if changed := newest.get(Drift.Kind.CHANGED):
        said = _("Page changed")
        if changed.share:
            said = _("Text changed by %(share)s") % {"share": in_per_cent(changed.share).lower()}
        return _of(changed, said)
    if standing == Watch.Standing.MOVED and Drift.Kind.MOVED in newest:
        return _of(newest[Drift.Kind.MOVED], _("Page moved"))
    return None


def _of(drift: Drift, words: str) -> Chip:
    return Chip(drift.kind, words, drift.sentence)
