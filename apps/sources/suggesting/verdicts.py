"""What two texts that share words are to each other. The figures are measured: see decision 0018."""

from __future__ import annotations

from enum import StrEnum

from apps.sources.suggesting.passages import Common

# In words that say something, outside of quotations: most of a short text, or a good part of a longer one.
COPY_WORDS = 14
COPY_SHARE = 0.4
PART_WORDS = 28
PART_SHARE = 0.22
# One official sentence that two reporters took down alike is one passage, and shorter than this.
ONE_PASSAGE_WORDS = 45
# Where one credit line names whose copy it is, less is needed.
CREDITED_WORDS = 8
CREDITED_SHARE = 0.10
# A brief opens with them: two of the agency's sentences one after the other, which no official has said.
OPENING = 0.1
# What an agency, or a house, puts beneath each story on a matter stands in one paragraph, down the page, on both sides;
# or it is the end of both, in however many, and less than most of either.
HEAD = 0.25
END = 0.05
ENDING = 0.4
BACKGROUND_WORDS = 90
# Much copy is copy in however long a text.
MUCH_WORDS = 90
MUCH_SHARE = 0.08
# Two pages of one site have furniture in common that nobody else has.
OWN_SITE_SHARE = 0.5
# Of one speaker's words, in quotation marks in one text at least.
QUOTED_WORDS = 7


class Verdict(StrEnum):
    COPY = "copy"
    SAME_QUOTES = "same quotes"
    NOTHING = "nothing"


def judge(common: Common, *, share_a_credit: bool = False, is_same_site: bool = False) -> Verdict:
    """Copy, only the same speaker's words, or nothing that tells."""
    if _is_enough(common, share_a_credit, is_same_site) and (
        common.opens_within(HEAD) or not (is_same_site or _is_background(common))
    ):
        return Verdict.COPY
    return Verdict.SAME_QUOTES if max(common.quoted, common.spoken) >= QUOTED_WORDS else Verdict.NOTHING


def _is_enough(common: Common, share_a_credit: bool, is_same_site: bool) -> bool:
    words, share = common.copied, common.containment
    is_most = words >= COPY_WORDS and share >= (OWN_SITE_SHARE if is_same_site else COPY_SHARE)
    is_part = (
        words >= PART_WORDS
        and share >= (OWN_SITE_SHARE if is_same_site else PART_SHARE)
        and (len(common.passages) > 1 or words >= ONE_PASSAGE_WORDS or common.opens_with_sentences(OPENING))
    )
    is_much = words >= MUCH_WORDS and share >= MUCH_SHARE
    is_credited = share_a_credit and words >= CREDITED_WORDS and share >= CREDITED_SHARE
    return is_most or is_part or is_much or is_credited


def _is_background(common: Common) -> bool:
    is_apart = common.is_one_paragraph or (not common.opens_within(ENDING) and common.is_one_block_at_the_end(END))
    return common.copied < BACKGROUND_WORDS and is_apart
