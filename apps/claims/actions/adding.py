"""Claims with what they were found in: many pages at once, or a passage of a copy. All of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.claims.actions.citations import WhatIsSaid, cite, cite_words
from apps.claims.actions.claims import open_claim
from apps.claims.models import Citation, Claim, Story
from apps.claims.quotes import Picked
from apps.claims.refusals import AlreadyCited
from apps.claims.states import Stance


@dataclass(frozen=True)
class Added:
    """What came of it: the claim, how many pages were cited on it now, and how many stood there before."""

    claim: Claim
    cited: int
    known: int


class Opening(TypedDict, total=False):
    """What is said of a claim that is opened; ``claimant`` is a name. One ``submission`` opens one claim."""

    claimant: str
    story: Story | None
    submission: UUID | None


def cite_pages(claim: Claim, urls: Iterable[str], *, by: User, stance: Stance) -> Added:
    """Attach the pages at all of these addresses to the claim; those that stand there already stay as they are.

    Raises archive.addresses.Refused for what is no web address, and then none is attached.
    """
    require(by, Capability.CITE)
    cited = known = 0
    with transaction.atomic():
        # Always in one order: two people who bring the same pages wait for each other, and neither for both.
        for url in sorted(urls):
            try:
                cite(claim, by=by, url=url, stance=stance)
                cited += 1
            except AlreadyCited:
                known += 1
    return Added(claim, cited, known)


def open_with_pages(
    statement: str, urls: Iterable[str], *, by: User, stance: Stance, **opening: Unpack[Opening]
) -> Added:
    """Open a claim and attach the pages at these addresses to it. Raises archive.addresses.Refused."""
    require(by, Capability.OPEN_CLAIMS)
    with transaction.atomic():
        claim = open_claim(statement, by=by, **opening)
        return cite_pages(claim, urls, by=by, stance=stance)


def open_on_words(
    statement: str,
    picked: Picked,
    *,
    by: User,
    opening: Opening,
    stance: Stance,
    **said: Unpack[WhatIsSaid],
) -> Citation:
    """Open a claim and cite these words of a stored copy on it. Raises WordsNotThere, and then no claim is opened."""
    require(by, Capability.OPEN_CLAIMS)
    with transaction.atomic():
        claim = open_claim(statement, by=by, **opening)
        try:
            return cite_words(claim, picked, by=by, stance=stance, **said)
        except AlreadyCited:
            # The same form, sent twice.
            return claim.citations.live().get(source__page=picked.capture.page_id)
