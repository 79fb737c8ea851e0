"""Claims that say nearly the same: found through an index of words, ranked by likeness. Never a look at all claims.

A claim is kept as numbers: its words, cut so that an ending makes no difference, and each two and three that stand
together, in whatever order. Of a new statement the rarest few are asked for, each for its newest claims: what a search
costs does not grow with the desk.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from django.db import connection
from rapidfuzz import fuzz

from apps.claims.models import Claim, ClaimTerm

STEM = 5
MOST_TERMS = 150
# A term that more claims have than this tells nothing; the rarest terms tell most.
COMMON = 300
ASKED = 16
RANKED = 60
LIKE, NEARLY_THE_SAME = 62, 80
_WORDS = re.compile(r"\w+")
# Scripts without spaces between words are read two signs at a time.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True)
class Likeness:
    """A claim, and how like it is: from 0 to 100."""

    claim: Claim
    score: int

    @property
    def is_nearly_the_same(self) -> bool:
        return self.score >= NEARLY_THE_SAME


def words(statement: str) -> list[str]:
    """The words of a statement, folded: no case, no accents, no endings."""
    plain = unicodedata.normalize("NFKD", statement.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    found = []
    for word in _WORDS.findall(plain):
        if _UNSPACED.search(word):
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        elif len(word) > 2 or word.isdigit():
            found.append(word if word.isdigit() else word[:STEM])
    return found


def terms(statement: str) -> list[int]:
    """The numbers that a statement is found by."""
    found = words(statement)
    pairs = [" ".join(sorted(pair)) for pair in pairwise(found)]
    threes = [" ".join(sorted(three)) for three in zip(found, found[1:], found[2:], strict=False)]
    return list(dict.fromkeys(_number(term) for term in [*threes, *pairs, *found]))[:MOST_TERMS]


def _number(term: str) -> int:
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), signed=True)


def index(claim: Claim) -> None:
    """Make a claim findable by the words that it has now."""
    ClaimTerm.objects.filter(claim=claim).delete()
    ClaimTerm.objects.bulk_create(ClaimTerm(term=term, claim=claim) for term in terms(claim.statement))


def similar(statement: str, *, apart_from: int = 0, most: int = 5, at_least: int = LIKE) -> list[Likeness]:
    """The claims most like this statement, the likest first."""
    shared: Counter[int] = Counter()
    for claim_id, weight in _candidates(terms(statement)):
        shared[claim_id] += weight
    shared.pop(apart_from, None)
    likest = [pk for pk, _ in shared.most_common(RANKED)]
    told = " ".join(words(statement))
    found = []
    for claim in Claim.objects.filter(pk__in=likest).select_related("claimant", "story"):
        score = round(fuzz.token_sort_ratio(told, " ".join(words(claim.statement))))
        if score >= at_least:
            found.append(Likeness(claim, score))
    return sorted(found, key=lambda one: (-one.score, -one.claim.pk))[:most]


def _candidates(asked: list[int]) -> list[tuple[int, int]]:
    """Claims that share the rarest of these terms, each with a weight: two steps into the index for each term at most.

    How many have a term is counted first, no further than it matters: most of the rows would be of words that everybody
    uses, and be thrown away.
    """
    if not asked:
        return []
    table = connection.ops.quote_name(ClaimTerm._meta.db_table)
    holders = f"SELECT 1 FROM {table} AS held WHERE held.term = asked.term LIMIT {COMMON}"  # noqa: S608
    values = ", ".join(f"({term:d})" for term in asked)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH asked(term) AS (VALUES {values}) "  # noqa: S608
            f"SELECT term, (SELECT COUNT(*) FROM ({holders}) AS few) FROM asked"
        )
        having = {term: number for term, number in cursor.fetchall() if number}
        rarest = sorted(having, key=lambda term: having[term])[:ASKED]
        if not rarest:
            return []
        newest = f"SELECT term, claim_id FROM {table} WHERE term = %s ORDER BY claim_id DESC LIMIT {COMMON}"  # noqa: S608
        # One question for all terms, each with a limit of its own.
        cursor.execute(" UNION ALL ".join(f"SELECT * FROM ({newest}) AS t{at}" for at in range(len(rarest))), rarest)  # noqa: S608
        rows = cursor.fetchall()
    weight = {term: 1 + COMMON // having[term] for term in rarest}
    return [(claim_id, weight[term]) for term, claim_id in rows]
