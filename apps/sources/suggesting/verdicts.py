"""What two texts that share words are to each other. The figures are measured: see decision 0018."""

from __future__ import annotations

from enum import StrEnum

from apps.sources.suggesting.passages import Common

# In words that say something, outside of quotations.
COPY_WORDS = 14
COPY_SHARE = 0.22
# Where one credit line names whose copy it is, less is needed.
CREDITED_WORDS = 8
CREDITED_SHARE = 0.10
# Much copy is copy in however long a text.
MUCH_WORDS = 90
MUCH_SHARE = 0.08
# Two pages of one site have furniture in common that nobody else has.
OWN_SITE_SHARE = 0.4
# Of one speaker's words, in quotation marks in one text at least.
QUOTED_WORDS = 7


class Verdict(StrEnum):
    COPY = "copy"
    SAME_QUOTES = "same quotes"
    NOTHING = "nothing"


def judge(common: Common, *, share_a_credit: bool = False, is_same_site: bool = False) -> Verdict:
    """Copy, only the same speaker's words, or nothing that tells."""
    words, share = common.copied, common.containment
    if (
        (words >= COPY_WORDS and share >= (OWN_SITE_SHARE if is_same_site else COPY_SHARE))
        or (words >= MUCH_WORDS and share >= MUCH_SHARE)
        or (share_a_credit and words >= CREDITED_WORDS and share >= CREDITED_SHARE)
    ):
        return Verdict.COPY
    return Verdict.SAME_QUOTES if common.quoted >= QUOTED_WORDS else Verdict.NOTHING
