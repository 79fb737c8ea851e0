"""Flags: what happened under claims becomes news, and a person clears what was looked into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.checking import Finding
from apps.archive.models import Capture, Drift
from apps.audit.verbs import Verb
from apps.audit.versioned import lock
from apps.audit.wording import plain
from apps.claims import policy
from apps.claims.actions.bells import ring_for
from apps.claims.actions.spreading import raise_flags, reach_directly
from apps.claims.actions.writing import write_claim
from apps.claims.evidence import gather
from apps.claims.models import Cause, Citation, Claim, ClaimLink, Figure, Flag, Measure
from apps.claims.refusals import ReasonMissing, Refusal
from apps.sources.models import Attribution, Party, Source
from apps.sources.tracing import leading_to

Kind = Cause.Kind
FOUND = {Drift.Kind.CHANGED: Kind.DRIFT, Drift.Kind.QUOTE_GONE: Kind.QUOTE_GONE, Drift.Kind.GONE: Kind.PAGE_GONE}
# So many claims are flagged while the person waits; the worker takes the rest.
AT_ONCE = 20


def flag_for_drift(drift_id: int) -> Cause | None:
    """The watch has found something: news for every claim that rests on the page as it was. The worker's door.

    Taken up once, in the transaction that makes the news: nothing is lost between the two.
    """
    with transaction.atomic():
        if not Drift.objects.take_up(drift_id):
            return None
        drift = Drift.objects.select_related("page").prefetch_related("passages").get(pk=drift_id)
        source = Source.objects.filter(page=drift.page_id).select_related("outlet", "page").first()
        kind = FOUND.get(Drift.Kind(drift.kind))
        if source is None or kind is None:
            return None
        return news(kind, f"drift:{drift.pk}", f"{source.label}: {drift.sentence}", by=None, source=source, drift=drift)


def flag_for_citation(citation: Citation, claim: Claim, kind: Cause.Kind, sentence: str, *, by: User) -> Cause | None:
    """A citation was withdrawn or judged anew, or a new one disputes: flags the locked claim; the worker, its links."""
    return _flag_at_once(claim, kind, f"{kind}:{citation.pk}:{claim.version}", sentence, by=by, citation=citation)


def flag_for_figure(figure: Figure, claim: Claim, sentence: str, *, by: User) -> Cause | None:
    """A figure was withdrawn, or others hold now: flags the locked claim; the worker, its links."""
    return _flag_at_once(claim, Kind.FIGURES_CHANGED, f"figure:{figure.pk}:{claim.version}", sentence, by=by)


def flag_for_measure(measure: Measure, sentence: str, *, by: User) -> Cause | None:
    """What a measure counts was changed: news for every claim that has a figure of it."""
    if not Figure.objects.live().filter(measure=measure).exists():
        return None
    key = f"measure:{measure.pk}:{uuid4().hex}"
    return _begin(news(Kind.FIGURES_CHANGED, key, sentence, by=by, measure=measure))


def _flag_at_once(claim: Claim, kind: Cause.Kind, key: str, sentence: str, *, by: User, **about: Any) -> Cause | None:
    """The locked claim, where others rely on it: who works on it is not flagged for their own work."""
    is_relied_on = Claim.objects.filter(pk=claim.pk).relied_on(by).exists()
    if not is_relied_on and not ClaimLink.objects.live().of(claim).exists():
        return None
    cause = news(kind, key, sentence, by=by, claim=claim, **about)
    if cause and is_relied_on:
        raise_flags(cause, {claim.pk: []})
        claim.refresh_from_db()
    return cause


def flag_for_source(source: Source, changed: list[str], *, by: User | None) -> Cause | None:
    """Facts that lines rest on have changed. Without a person only verdicts that no longer hold are flagged."""
    if by is None and not Claim.objects.decided().citing_any(leading_to(source)).exists():
        return None
    facts = ", ".join(changed).replace("_", " ")
    sentence = f"What is known of {source.label} has changed{f': {facts}' if facts else ''}."
    cause = news(Kind.SOURCE_CHANGED, f"source:{source.pk}:{source.version}", sentence, by=by, source=source)
    return _begin(cause)


def flag_for_party(party: Party) -> Cause | None:
    """A party is taken for somebody else, or has a name now: news where a verdict no longer holds. The worker's."""
    if not Claim.objects.decided().citing_any(leading_to(party)).exists():
        return None
    sentence = f"Whom “{party.name}” stands for has changed, and so may have what is one line of evidence."
    return _begin(news(Kind.SOURCE_CHANGED, f"party:{party.pk}:{uuid4().hex}", sentence, by=None, party=party))


def flag_for_attribution(attribution: Attribution, *, by: User | None) -> Cause | None:
    """An attribution was entered, confirmed, rejected or withdrawn: news for every claim that rests on its source."""
    resting = Claim.objects.citing_any(leading_to(attribution.of))
    if by is None:
        if not resting.decided().exists():
            return None
    elif not resting.relied_on(by).exists() and not ClaimLink.objects.live().of_any(resting).exists():
        return None
    state = plain(attribution.State(attribution.state).label).lower()
    is_entered = attribution.state == attribution.State.CONFIRMED and attribution.found_by == attribution.FoundBy.EDITOR
    sentence = f"An attribution was {'entered' if is_entered else state}: {plain(attribution)}."
    key = f"attribution:{attribution.pk}:{uuid4().hex}"
    return _begin(news(Kind.ATTRIBUTION, key, sentence, by=by, attribution=attribution))


def flag_for_ruling(claim: Claim, ruling: int, *, by: User) -> None:
    """Two origins of the locked claim may be one again: flagged where the rule now misses something."""
    if policy.lost(gather(claim), claim.decisions.first()):
        sentence = "A ruling that two origins stand apart was taken back."
        if cause := news(Kind.ATTRIBUTION, f"ruling:{ruling}", sentence, by=by, claim=claim):
            raise_flags(cause, {claim.pk: []})


def flag_for_damage(capture: Capture, found: Sequence[Finding]) -> Cause | None:
    """``archive_check`` has found a stored copy damaged in these ways: news for every claim that rests on it.

    News once, however often it is found; again where something else is wrong with it than before.
    """
    source = Source.objects.filter(page=capture.page_id).select_related("outlet", "page").first()
    if source is None:
        return None
    names = ".".join(sorted({finding.damage.name.lower() for finding in found}))
    wrong = "; ".join(finding.damage for finding in found)
    told = f"{source.label}: stored copy {capture.pk} is damaged: {wrong}."
    with transaction.atomic():
        return news(
            Kind.CAPTURE_DAMAGED, f"damaged:{capture.pk}:{names}"[:80], told, by=None, source=source, capture=capture
        )


def flag_to_verify_again(claim: Claim, days: int) -> None:
    """The verdict of the locked claim is older than the rule allows. A matter of this claim: its links are not told."""
    sentence = f"The verdict is older than {days} days: verify the claim again."
    now = timezone.now()
    cause = Cause.objects.create(
        key=f"verify:{claim.pk}:{claim.version}", kind=Kind.VERIFY_AGAIN, sentence=sentence, claim=claim, carried_at=now
    )
    Flag.objects.create(claim=claim, cause=cause, is_carried=True)


def news(kind: Cause.Kind, key: str, sentence: str, *, by: User | None, **about: Any) -> Cause | None:
    """Write down that something happened, once for an event, and ring for who carries it. None for what is known."""
    cause, is_new = Cause.objects.get_or_create(
        key=key, defaults={"kind": kind, "sentence": sentence, "by": by, **about}
    )
    if not is_new:
        return None
    ring_for(cause)
    return cause


def _begin(cause: Cause | None) -> Cause | None:
    """The first claims while the person waits: most sources are cited on few."""
    if cause is not None:
        reach_directly(cause, AT_ONCE)
    return cause


def clear_flag(flag: Flag, *, by: User, reason: str) -> Flag:
    """Say that somebody has looked, and what they found. The flag stays on record. Raises ReasonMissing, Refusal."""
    require(by, Capability.DECIDE)
    if not reason.strip():
        raise ReasonMissing(_("Say what you found: somebody will ask why the flag is gone."))
    with transaction.atomic():
        claim = lock(flag.claim)
        flag = Flag.objects.told().get(pk=flag.pk)
        if not flag.is_open:
            raise Refusal(_("%(name)s has cleared this flag already.") % {"name": flag.cleared_by})
        flag.cleared_by, flag.cleared_at, flag.cleared_because = by, timezone.now(), reason
        flag.save(update_fields=["cleared_by", "cleared_at", "cleared_because"])
        write_claim(
            claim, Verb.FLAG_CLEARED, by, fields=[], before={"flag": flag.sentence}, after={"flag": ""}, reason=reason
        )
    return flag
