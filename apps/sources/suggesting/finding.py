"""Everything that one copy says and shows of where its information comes from: as leads, for an editor to judge."""

from __future__ import annotations

from collections.abc import Iterator

from apps.archive.models import Capture
from apps.sources.models import Attribution, Source
from apps.sources.suggesting.agencies import Agencies, listed
from apps.sources.suggesting.carried import Carried
from apps.sources.suggesting.overlaps import EXTRACTED, Overlap, Text, find, site_number
from apps.sources.suggesting.passages import compare
from apps.sources.suggesting.quoting import is_of_one_speaker, quoting
from apps.sources.suggesting.sheets import Lead, Match, Sheet, measured, mention_of, turned, when
from apps.sources.suggesting.stated import stated
from apps.sources.suggesting.verdicts import Verdict, judge

# A member of a group of copies that shares nearly as much as the best one is taken in its stead when it is older.
NEARLY = 0.6
# No page is copy of more than a few; where more match, it is what they all have around them.
MOST_COPIED = 3
MOST_ROOTS = 3
FARTHEST_ROOT = 2

Relation, FoundBy = Attribution.Relation, Attribution.FoundBy


def sheet_of(capture: Capture) -> Sheet | None:
    """This copy as it is compared; None when no source that may be matched stands on it, or it has no text."""
    source = Source.objects.matchable().select_related("page", "outlet").filter(page=capture.page_id).first()
    return Sheet(source, capture, listed()) if source and capture.extract.text else None


def text_of(sheet: Sheet) -> Text:
    """What the index is asked about, and what is entered into it."""
    page = sheet.source.page
    return Text(page.pk, sheet.capture.pk, site_number(page), sheet.words)


def leads_from(sheet: Sheet) -> list[Lead]:
    """Everything there is to suggest of this copy, the surest first."""
    credited = [
        Lead(
            sheet.source,
            Relation.REPUBLISHES,
            mention_of(credit.agency),
            FoundBy.BYLINE if credit.in_byline else FoundBy.CREDIT_LINE,
            {"words": credit.words},
        )
        for credit in sheet.credits
    ]
    published = [
        Lead(
            sheet.source, Relation.REPUBLISHES, mention_of(agency), FoundBy.ADDRESS, {"host": sheet.source.page.host_id}
        )
        for agency in sheet.published_by
    ]
    matches = matches_of(sheet)
    carried = Carried([sheet.source.pk, *(match.sheet.source.pk for match in matches)])
    matches = _with_roots(sheet, matches, carried)
    return [*credited, *published, *_copied(sheet, matches, carried), *quoting(sheet, matches), *stated(sheet)]


def matches_of(sheet: Sheet) -> list[Match]:
    """The other pages that share copy or quotations with this one."""
    overlaps = find(text_of(sheet))
    sheets = _sheets(sheet.agencies, overlaps)
    matches = []
    for overlap in overlaps:
        other = sheets.get(overlap.capture.pk)
        if other is None:
            continue
        verdict = judge(overlap.common, is_same_site=overlap.is_same_site)
        if (
            not overlap.is_same_site
            and verdict is not Verdict.COPY
            and judge(overlap.common, share_a_credit=True) is Verdict.COPY
        ):
            verdict = judge(overlap.common, share_a_credit=sheet.shares_a_credit_with(other))
        if verdict is Verdict.NOTHING and is_of_one_speaker(sheet, other, overlap.common):
            verdict = Verdict.SAME_QUOTES
        if verdict is not Verdict.NOTHING:
            matches.append(Match(other, overlap.common, verdict))
    return matches


def _sheets(agencies: Agencies, overlaps: list[Overlap]) -> dict[int, Sheet]:
    telling = [overlap for overlap in overlaps if overlap.common.passages or overlap.common.word_for_word]
    if not telling:
        return {}
    of_pages = Source.objects.matchable().select_related("page", "outlet")
    sources = {source.page_id: source for source in of_pages.filter(page__in=[one.page_id for one in telling])}
    return {
        one.capture.pk: Sheet(sources[one.page_id], one.capture, agencies, one.common.there)
        for one in telling
        if one.page_id in sources
    }


def _copied(sheet: Sheet, matches: list[Match], carried: Carried) -> Iterator[Lead]:
    """Of pages that lead to one another one is named, the one that the copy is likeliest from; of all others, too.

    A page that comes late may be what brings together those that came before it: whoever it matches, and what it
    doesn't lead to yet, gets an edge of its own.
    """
    copies = [match for match in matches if match.verdict is Verdict.COPY]
    strangers = {match.sheet.source.pk for match in matches if not match.common.passages}
    by_source = {match.sheet.source.pk: match for match in copies}
    groups = [[by_source[one] for one in group] for group in carried.groups(by_source)]
    groups.sort(key=lambda group: -max(match.common.containment for match in group))
    printed = 0

    def is_mixed(match: Match) -> bool:
        """Whether it also prints somebody of whom nothing stands here: who follows it would be taken for theirs."""
        return not strangers.isdisjoint(carried.ends(match.sheet.source.pk))

    for group in groups:
        best = max(match.common.containment for match in group)
        near = [match for match in group if match.common.containment >= NEARLY * best]
        chosen = next(
            (match for match in near if sheet.prints(match.sheet)),
            min(near, key=lambda match: (is_mixed(match), when(match.sheet), -match.common.containment)),
        )
        others = [match for match in group if match is not chosen]
        others.sort(key=lambda match: (carried.leads_on(match.sheet.source.pk), -match.common.containment))
        for match in [chosen, *others]:
            if match is not chosen and carried.meet(sheet.source.pk, match.sheet.source.pk):
                continue
            here, there, shared = sheet, match.sheet, match.common.shown()
            if is_from(there, here) or (is_mixed(match) and not here.prints(there)):
                here, there, shared = there, here, turned(shared)
            elif printed == MOST_COPIED:
                continue
            else:
                printed += 1
            carried.add(here.source.pk, there.source.pk)
            grounds = {**measured(match.common), "shared": shared}
            yield Lead(here.source, Relation.REPUBLISHES, there.source, FoundBy.TEXT_OVERLAP, grounds)


def is_from(one: Sheet, other: Sheet) -> bool:
    """Whether the first is likelier printed from the second than the other way round."""
    if one.prints(other) != other.prints(one):
        return one.prints(other)
    agencies_page = [bool(sheet.agencies_own) for sheet in (one, other)]
    if agencies_page[0] != agencies_page[1]:
        return agencies_page[1]
    several = [len(sheet.credits) > 1 for sheet in (one, other)]
    if several[0] != several[1]:
        # Who names two agencies has put together what neither of them has of the other.
        return several[0]
    if one.published and other.published and one.published != other.published:
        return one.published > other.published
    if bool(one.credits) != bool(other.credits):
        return bool(one.credits)
    return one.capture.pk > other.capture.pk


def _with_roots(sheet: Sheet, matches: list[Match], carried: Carried) -> list[Match]:
    """The matches, and the pages that they print, whatever these are to ours: who wrote it counts, not who printed."""
    if not matches:
        return matches
    known = {sheet.source.pk, *(match.sheet.source.pk for match in matches)}
    roots: set[int] = set()
    for _ in range(FARTHEST_ROOT):
        roots |= carried.follow() - known
    if not roots:
        return matches
    nearest = sorted(roots, key=lambda one: (carried.leads_on(one), -one))[:MOST_ROOTS]
    sources = Source.objects.matchable().select_related("page", "outlet").in_bulk(nearest)
    copies = Capture.objects.select_related("extract").filter(extract__isnull=False).only("page", *EXTRACTED)
    copies_by_number = copies.in_bulk([source.learned_from_id for source in sources.values() if source.learned_from_id])
    found = list(matches)
    for source in sources.values():
        if copy := copies_by_number.get(source.learned_from_id):
            other = Sheet(source, copy, sheet.agencies)
            common = compare(sheet.words, other.words)
            found.append(Match(other, common, judge(common)))
    return found
