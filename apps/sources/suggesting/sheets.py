"""A copy as it is compared with others, and what may be suggested of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from apps.archive.models import Capture
from apps.sources.models import Party, Source
from apps.sources.names import fold
from apps.sources.suggesting.agencies import Agencies, Credit, Known, credits_of, others_in, told_in
from apps.sources.suggesting.passages import Common
from apps.sources.suggesting.verdicts import Verdict
from apps.sources.suggesting.words import Words, words_of


@dataclass(frozen=True)
class Mention:
    """A party by name, which may have no row yet; without a name, somebody whom two pages quote."""

    name: str
    kind: str = Party.Kind.OTHER
    party_id: int | None = None
    is_named: bool = True


@dataclass(frozen=True)
class Lead:
    """One attribution that the machine would suggest, and on what grounds."""

    of_source: Source
    relation: str
    to: Source | Mention
    found_by: str
    grounds: dict[str, Any] = field(default_factory=dict)


def mention_of(agency: Known) -> Mention:
    return Mention(agency.name, Party.Kind.AGENCY, agency.party_id)


class Sheet:
    """A source's copy as it is compared: its text, its facts, and whose copy it says it is."""

    def __init__(self, source: Source, capture: Capture, agencies: Agencies, words: Words | None = None) -> None:
        self.source, self.capture, self.agencies = source, capture, agencies
        self.text: str = capture.extract.text
        self.words = words or words_of(self.text)

    @property
    def published(self) -> datetime | None:
        return self.source.published_at or self.capture.extract.published_at

    @cached_property
    def credits(self) -> list[Credit]:
        """The agencies whose copy it says it is; an agency's own page prints nobody's."""
        credit_line = self.source.credit_line
        if not credit_line and "credit_line" not in self.source.by_hand:
            credit_line = self.capture.extract.credit_line
        found = credits_of(self.text, credit_line, self.source.byline or self.capture.extract.byline, self.agencies)
        return [credit for credit in found if not self.is_of(credit.agency)]

    @cached_property
    def agencies_own(self) -> frozenset[int]:
        """The agencies whose own page this is: mostly none."""
        return self.agencies.whose(self.source.page.host_id, self.source.outlet.name if self.source.outlet else "")

    @property
    def published_by(self) -> list[Known]:
        """The agencies at whose address it lies."""
        return self.agencies.at(self.source.page.host_id)

    def is_of(self, agency: Known) -> bool:
        """Whether this is the agency's own page."""
        return agency.party_id in self.agencies_own

    def prints(self, other: Sheet) -> bool:
        """Whether its credit names the outlet of the other one."""
        outlet = fold(other.source.outlet.name) if other.source.outlet else ""
        return any(other.is_of(credit.agency) for credit in self.credits) or bool(
            outlet and outlet in {fold(name) for name in self.source.credits}
        )

    @cached_property
    def credited(self) -> frozenset[int]:
        """The agencies that it is of, or is copy of as it says."""
        return self.agencies_own | {credit.agency.party_id for credit in self.credits}

    @cached_property
    def told(self) -> frozenset[int]:
        """The agencies to which somebody speaks on it."""
        return told_in(self.words.text, self.agencies, self.others)

    @cached_property
    def others(self) -> dict[str, str]:
        """The abbreviations of agencies by which it means somebody else, and whom."""
        return others_in(self.words.text, self.agencies)

    def shares_a_credit_with(self, other: Sheet) -> bool:
        """Whether both say that they are one agency's copy, or one prints the other, or speaks as its agency does."""
        ours = {credit.agency.party_id for credit in self.credits}
        return (
            not ours.isdisjoint(credit.agency.party_id for credit in other.credits)
            or self.prints(other)
            or other.prints(self)
            or bool(other.credited and not other.credited.isdisjoint(self.told))
            or bool(self.credited and not self.credited.isdisjoint(other.told))
        )


@dataclass(frozen=True)
class Match:
    """Another page's copy and what it is to ours."""

    sheet: Sheet
    common: Common
    verdict: Verdict


def measured(common: Common) -> dict[str, Any]:
    return {"containment": round(common.containment, 3), "similarity": round(common.similarity, 3)}


def turned(shared: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{"here": passage["there"], "there": passage["here"]} for passage in shared]


def when(sheet: Sheet) -> tuple[float, int]:
    return (sheet.published.timestamp() if sheet.published else float("inf"), sheet.capture.pk)
