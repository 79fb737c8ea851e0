"""Carrying news to every claim that rests on what changed: batch by batch, each its own transaction, none twice.

What is left to do stands in the rows: a cause knows which claims it has reached, a flag if its links were followed.
A worker that dies costs time; circles end because a cause flags a claim once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.verbs import Verb
from apps.audit.versioned import write_many
from apps.claims import policy
from apps.claims.evidence import gather_all
from apps.claims.models import FARTHEST, Cause, Citation, Claim, ClaimLink, Decision, Figure, Flag, TextQuote
from apps.claims.states import Stage, Stance, State
from apps.sources.tracing import leading_to

BATCH = 100
# Of so many claims the evidence is looked at at once: one may have two thousand citations.
GATHERED = 10
# Which way news travels. A whole rests on its parts, and no part on the whole. What superseded a claim was built on it,
# and the older one was put aside because of the newer: both ways. Contradiction carries nothing: neither rests on it.
TO_FROM_SIDE = [ClaimLink.Kind.SUPERSEDES, ClaimLink.Kind.DUPLICATE]
TO_TO_SIDE = [ClaimLink.Kind.SUPERSEDES, ClaimLink.Kind.DUPLICATE, ClaimLink.Kind.PART_OF]
# What changes which citations are one line, or which figures hold: the rule is asked again, and the flag says what it
# misses now.
ASKS_THE_RULE = [Cause.Kind.SOURCE_CHANGED, Cause.Kind.ATTRIBUTION, Cause.Kind.FIGURES_CHANGED]


def carry(cause: Cause, *, batches: int) -> bool:
    """Take the news so many batches further; whether it has reached everything. The worker's, and safe to run twice."""
    for _ in range(batches):
        with transaction.atomic():
            cause = Cause.objects.select_for_update(of=("self",)).get(pk=cause.pk)
            if cause.is_carried:
                return True
            if not (reach_directly(cause) or _reach_over_links(cause)):
                cause.carried_at = timezone.now()
                cause.save(update_fields=["carried_at"])
                return True
    return False


def reach_directly(cause: Cause, most: int = BATCH) -> bool:
    """Flag the next claims that rest on what changed; whether there were any. Needs the cause's row lock."""
    found = resting_on(cause)
    if found is None:
        return False
    ahead = found.filter(claim__gt=cause.reached).order_by("claim_id").values_list("claim_id", flat=True)
    claims = list(ahead.distinct()[:most])
    if not claims:
        return False
    concerned = _concerned(cause, claims)
    raise_flags(cause, {claim: [] for claim in concerned})
    if cause.kind in ASKS_THE_RULE and _is_news_by_itself(cause):
        unflagged: dict[int, list[int]] = {claim: [] for claim in claims if claim not in concerned}
        while unflagged and _follow(cause, unflagged):
            pass
    cause.reached = claims[-1]
    cause.save(update_fields=["reached"])
    return True


def resting_on(cause: Cause) -> models.QuerySet[Any] | None:
    """The live citations, or figures, that rest on what changed and bear on a claim. Context bears nothing.

    Where lines of evidence may be otherwise now, these are the citations of every source that leads there.
    """
    if cause.measure_id:
        return Figure.objects.live().filter(measure=cause.measure_id)
    if cause.source_id is None and cause.attribution_id is None and cause.party_id is None:
        return None
    found = Citation.objects.live().exclude(stance=Stance.CONTEXT)
    if cause.kind in ASKS_THE_RULE:
        changed: Any = cause.attribution.of if cause.attribution else cause.party or cause.source
        return found.filter(source__in=leading_to(changed))
    found = found.filter(source=cause.source_id)
    if cause.capture_id:
        passages = TextQuote.objects.live().filter(capture=cause.capture_id)
        return found.filter(Q(capture=cause.capture_id) | Q(pk__in=passages.values("citation")))
    if (drift := cause.drift) is None:
        return found
    # Whoever cited the page after it had changed has seen it so.
    return found.filter(
        Q(capture__lt=drift.after_id) if drift.after_id else Q(capture__requested_at__lt=drift.found_at)
    )


def _concerned(cause: Cause, claims: list[int]) -> set[int]:
    """Those of these claims that are flagged themselves.

    Of changed lines and figures nobody hears who only works on a claim and sees them: only who is linked to it does.
    """
    if cause.kind in ASKS_THE_RULE:
        found = Claim.objects.filter(pk__in=claims)
        found = found.relied_on(cause.by) if _is_news_by_itself(cause) else found.decided()
        return set(found.values_list("pk", flat=True))
    if (gone := _words_gone(cause)) is None:
        return set(claims)
    citations = Citation.objects.live().filter(source=cause.source_id, claim__in=claims).with_passages()
    return {one.claim_id for one in citations if not gone.isdisjoint(words.strip() for words in one.words)}


def _words_gone(cause: Cause) -> set[str] | None:
    """The words that can't be found any more, where that is what happened: only who quotes them is concerned."""
    if cause.kind != Cause.Kind.QUOTE_GONE or cause.drift is None:
        return None
    return {words.strip() for words in cause.drift.passages.values_list("exact", flat=True)}


def _reach_over_links(cause: Cause) -> bool:
    """Flag the next claims that are linked to flagged ones; whether there is more to do."""
    if cause.claim_id and cause.is_of_one_claim and not cause.reached:
        # The claim itself may need no flag for what happened on it: its links do.
        if _follow(cause, {cause.claim_id: []}):
            return True
        cause.reached = 1
        cause.save(update_fields=["reached"])
    flags = list(Flag.objects.to_carry(cause)[:BATCH])
    if not flags:
        return False
    if not _follow(cause, {flag.claim_id: flag.path for flag in flags if len(flag.path) < FARTHEST}):
        Flag.objects.filter(pk__in=[flag.pk for flag in flags]).update(is_carried=True)
    return True


def _follow(cause: Cause, paths: dict[int, list[int]]) -> bool:
    """Flag a batch of the claims that these are linked to and that have no flag for it; whether there were any."""
    reached: dict[int, list[int]] = {}
    for near, far in _links(cause, paths):
        reached.setdefault(far, [*paths[near], near])
    raise_flags(cause, reached)
    return bool(reached)


def _links(cause: Cause, paths: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    for near, far, kinds in (("from_claim", "to_claim", TO_TO_SIDE), ("to_claim", "from_claim", TO_FROM_SIDE)):
        has_one = Flag.objects.filter(cause=cause, claim=OuterRef(far))
        links = ClaimLink.objects.live().filter(**{f"{near}__in": list(paths)}, kind__in=kinds)
        if cause.is_of_one_claim:
            links = links.exclude(**{far: cause.claim_id})
        yield from links.exclude(Exists(has_one)).order_by("pk").values_list(near, far)[:BATCH]


def raise_flags(cause: Cause, paths: dict[int, list[int]]) -> list[Flag]:
    """Flag these claims, once each, and send those with a verdict or an end of work back to review. Never the state."""
    has_one = set(Flag.objects.filter(cause=cause, claim__in=list(paths)).values_list("claim", flat=True))
    wanted = [pk for pk in sorted(paths) if pk not in has_one]
    raised, is_quiet = [], cause.kind in ASKS_THE_RULE and not _is_news_by_itself(cause)
    claims = list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    asked = [claim for claim in claims if not paths[claim.pk]] if cause.kind in ASKS_THE_RULE else []
    details = _missing(asked)
    by_way_of = Claim.objects.in_bulk({path[-1] for path in paths.values() if path})
    for claim in claims:
        path, detail = paths[claim.pk], details.get(claim.pk, "")
        if is_quiet and not detail and not path:
            continue
        near = by_way_of.get(path[-1]) if path else None
        raised.append(Flag(claim=claim, cause=cause, path=path, by_way_of=near, detail=detail))
    _send_back(raised, cause.by)
    return Flag.objects.bulk_create(raised)


def _is_news_by_itself(cause: Cause) -> bool:
    """Whether somebody has to look though the verdict still stands.

    A suggestion counts before it is confirmed, and what a copy says of itself is no judgement: the rule tells of these.
    """
    if cause.by_id is None:
        return False
    edge = cause.attribution
    return edge is None or edge.found_by == edge.FoundBy.EDITOR or edge.state != edge.State.CONFIRMED


def _send_back(flags: list[Flag], by: User | None) -> None:
    """Write on the flagged claims that they are, in as many statements for a hundred as for one."""
    now, sent = timezone.now(), {}
    for flag in flags:
        claim = flag.claim
        if claim.stage != Stage.IN_REVIEW and (claim.stage == Stage.SETTLED or claim.state != State.UNVERIFIED):
            claim.stage = Stage.IN_REVIEW
        claim.changed_at = now
        sent[claim.pk] = flag.sentence
    write_many(
        [flag.claim for flag in flags],
        Verb.CLAIM_FLAGGED,
        by=by,
        fields=["stage", "changed_at"],
        told=lambda claim: {"target": claim.statement, "after": {"missing": sent[claim.pk]}},
    )


def _missing(claims: list[Claim]) -> dict[int, str]:
    """What the rule misses now for the verdicts of these claims, by the claim's number, where it misses anything."""
    told = {}
    decided = Decision.objects.filter(claim__in=claims).defer("evidence", "met").order_by("id")
    newest = {one.claim_id: one for one in decided} if claims else {}
    for start in range(0, len(claims), GATHERED):
        some = claims[start : start + GATHERED]
        evidence = gather_all(some)
        for claim in some:
            if missing := policy.lost(evidence[claim.pk], newest.get(claim.pk)):
                told[claim.pk] = f"The rule now misses: {' '.join(missing)}"
    return told
