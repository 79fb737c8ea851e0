"""Pages that share somebody's words: whose they are, under one name for all of them."""

from __future__ import annotations

from collections.abc import Iterator

from apps.sources.models import Attribution
from apps.sources.suggesting.origins import fullest, is_one_person, speaker_beside, stands_in
from apps.sources.suggesting.passages import Common
from apps.sources.suggesting.sheets import Lead, Match, Mention, Sheet, measured, mention_of, turned, when
from apps.sources.suggesting.verdicts import Verdict
from apps.sources.suggesting.words import Words

LONGEST_OPENING = 60
# Of the pages that share only somebody's words with this one, so many are told of at once.
MOST_QUOTING = 3

Relation, FoundBy = Attribution.Relation, Attribution.FoundBy
# A match, and where the words that it shares stand here and there.
Quoting = tuple[Match, tuple[tuple[int, int], tuple[int, int]]]


def is_of_one_speaker(here: Sheet, there: Sheet, common: Common) -> bool:
    """Whether few words that both pages quote word for word are said by one and the same: a slogan has many mouths."""
    places = common.quotation() if common.word_for_word else None
    if places is None:
        return False
    one, other = (speaker_beside(page.text, *at, page.agencies) for page, at in zip((here, there), places, strict=True))
    if one and other:
        return is_one_person(one, other)
    return stands_in(other, here.text) if other else stands_in(one, there.text)


def quoting(sheet: Sheet, matches: list[Match]) -> Iterator[Lead]:
    """Where only somebody's words are shared, both pages quote the same party."""
    matches = sorted(
        (match for match in matches if match.verdict is Verdict.SAME_QUOTES), key=lambda match: when(match.sheet)
    )
    found = [(match, places) for match in matches[:MOST_QUOTING] if (places := match.common.quotation())]
    if not found:
        return
    already = _quoted_already([sheet, *(match.sheet for match, _ in found)])
    while found:
        # Words that overlap here are one quotation, whoever has more of it.
        (start, end), _ = found[0][1]
        together = [one for one in found if one[1][0][0] < end and start < one[1][0][1]]
        found = [one for one in found if one not in together]
        mention = _speaker(sheet, together, already)
        for match, _ in together:
            shared = match.common.shown_quotations()
            for source, passages in ((sheet.source, shared), (match.sheet.source, turned(shared))):
                grounds = {**measured(match.common), "shared": passages}
                yield Lead(source, Relation.QUOTES, mention, FoundBy.TEXT_OVERLAP, grounds)


def _quoted_already(sheets: list[Sheet]) -> list[Attribution]:
    """Whom the desk takes these pages to quote already, the surest first."""
    edges = Attribution.objects.live().filter(of_source__in=[sheet.source.pk for sheet in sheets])
    edges = edges.filter(relation=Relation.QUOTES, found_by=FoundBy.TEXT_OVERLAP, to_party__isnull=False)
    named = edges.select_related("to_party")
    return sorted(named, key=lambda edge: (edge.is_pending, not (edge.to_party and edge.to_party.is_named), edge.pk))


def _speaker(sheet: Sheet, together: list[Quoting], already: list[Attribution]) -> Mention:
    """Whose words they are: as the desk has it of any of these pages, else as these say, by the fullest name."""
    places = [(sheet, together[0][1][0]), *((match.sheet, place) for match, (_, place) in together)]
    words = {shingle for page, place in places for shingle in page.words.shingles_between(*place)}
    had = next((edge.to_party for edge in already if _shows(edge, words)), None)
    if had is not None and had.is_named:
        return Mention(had.name, had.kind, had.pk)
    names = [name for page, place in places if (name := speaker_beside(page.text, *place, page.agencies))]
    if name := fullest(name for name in names if is_one_person(name, names[0])):
        agency = sheet.agencies.named(name)
        return mention_of(agency) if agency else Mention(name)
    if had is not None:
        return Mention(had.name, had.kind, had.pk, is_named=False)
    # Nobody is named: who it was is told from the words, as they stand on the page that had them first.
    match, (_, place) = together[0]
    there = match.sheet
    start = next((first for first, last in there.words.quotes if first <= place[0] < last), place[0])
    opening = " ".join(there.text[start : place[1]].split())[:LONGEST_OPENING].strip(" .,“”\"'«»„「」")
    return Mention(f"Whoever said “{opening}…”", is_named=False)


def _shows(edge: Attribution, shingles: set[int]) -> bool:
    """Whether any of these runs of words are what an attribution was made for."""
    return any(not shingles.isdisjoint(Words(passage["here"]).shingles) for passage in edge.grounds.get("shared", ()))
