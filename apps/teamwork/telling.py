"""Makes notices of the lines of the trail, each exactly once.

The trail's leaves are numbered without gaps in the order in which their entries were committed, once they are sealed.
So a position in them is all there is to remember: the notices of what comes after it are made in the transaction that
moves it on. Whoever dies in the middle has done nothing; nobody can have written a line that was passed over.

When nothing is sealed (no key, a tree that was tampered with), notices must not wait for whoever repairs it: entries
that wait too long for their seal are told of ahead of it. These may come out of order, so the leaves are gone through
again once there are any, and the database keeps each line from being told twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.audit.models import Entry, Leaf, Pending
from apps.audit.verbs import Verb
from apps.claims.models import Claim, MoveRequest
from apps.teamwork.codes import OWN, Kind, Pace, Scope
from apps.teamwork.mentions import readers
from apps.teamwork.models import Comment, Notice, Position, Preference, Watcher

log = logging.getLogger(__name__)

AT_ONCE = 500
# A seal is late when it comes so many rounds after its time.
LATE_ROUNDS = 6
LATE_AT_LEAST = 30

VERDICTS = {
    Verb.CLAIM_CORROBORATED,
    Verb.CLAIM_DISPUTED,
    Verb.CLAIM_REOPENED,
    Verb.CORROBORATED_BY_OVERRIDE,
    Verb.DISPUTED_BY_OVERRIDE,
}
FLAGS = {Verb.CLAIM_FLAGGED, Verb.VERIFY_AGAIN}
COMMENTS = {Verb.COMMENT_POSTED, Verb.COMMENT_EDITED}
ANSWERS = {Verb.MOVE_REFUSED, Verb.REQUEST_VOIDED}
STANCES = {Verb.SOURCE_CITED, Verb.STANCE_CHANGED}
OPENED = {Verb.CLAIM_OPENED, Verb.CLAIM_ASSIGNED, Verb.MOVE_REQUESTED}
HEARD = VERDICTS | FLAGS | COMMENTS | ANSWERS | STANCES | OPENED


def tell(at_once: int = AT_ONCE) -> bool:
    """Tell of up to so many leaves; whether more wait. Without new leaves, of entries whose seal is late."""
    place = Position.objects.filter(pk=1).first() or Position(pk=1)
    if Leaf.objects.filter(index__gte=place.next_leaf).exists():
        return _tell_leaves(at_once)
    late = _late()
    if Pending.objects.filter(entry_id__gt=place.ahead, entry__at__lt=late).exists():
        return _tell_ahead(late, at_once)
    return False


def is_late() -> bool:
    """Whether what happened is not told of in time: the clock or the workers stand still."""
    place = Position.objects.filter(pk=1).first() or Position(pk=1)
    waiting = Pending.objects.filter(entry_id__gt=place.ahead, entry__at__lt=_late() - timedelta(minutes=1))
    behind = Leaf.objects.filter(index__gte=place.next_leaf, entry__at__lt=_late() - timedelta(minutes=1))
    return waiting.exists() or behind.exists()


def _late() -> datetime:
    return timezone.now() - timedelta(seconds=max(LATE_AT_LEAST, LATE_ROUNDS * settings.AUDIT_SEAL_SECONDS))


def _tell_leaves(at_once: int) -> bool:
    with transaction.atomic():
        place = _held()
        leaves = Leaf.objects.filter(index__gte=place.next_leaf).order_by("index")
        found = list(leaves.values_list("index", "entry_id")[: at_once + 1])
        taken = found[:at_once]
        if taken:
            tell_of(pk for _, pk in taken)
            place.next_leaf = taken[-1][0] + 1
            place.save(update_fields=["next_leaf"])
    return len(found) > at_once


def _tell_ahead(late: datetime, at_once: int) -> bool:
    with transaction.atomic():
        place = _held()
        waiting = Pending.objects.filter(entry_id__gt=place.ahead, entry__at__lt=late).order_by("entry_id")
        found = list(waiting.values_list("entry_id", flat=True)[: at_once + 1])
        taken = found[:at_once]
        if taken:
            tell_of(taken)
            place.ahead = taken[-1]
            place.save(update_fields=["ahead"])
    log.warning("The trail is not sealed: %s entries were told of ahead of their seal.", len(taken))
    return len(found) > at_once


def _held() -> Position:
    Position.objects.get_or_create(pk=1)
    return Position.objects.select_for_update().get(pk=1)


@dataclass
class Known:
    """What the notices of some entries need to know, asked once for all of them."""

    claims: dict[int, Claim]
    comments: dict[int, Comment]
    requests: dict[int, int]
    people: dict[int, User]
    assigned_later: set[int]
    chosen: dict[int, Preference]
    mentioned: set[tuple[int, int]]
    watchers: dict[int, dict[int, datetime]] = field(default_factory=dict)

    def watching(self, claim: Claim, at: datetime) -> list[int]:
        """Who watched the claim at that time."""
        return [person for person, since in self.watchers.get(claim.pk, {}).items() if since <= at]

    def who_may(self, capability: Capability) -> list[int]:
        return [pk for pk, person in self.people.items() if person.may(capability)]


def tell_of(entry_ids: Iterable[int]) -> None:
    """Make the notices of these entries; private ones make none. Inside of the caller's transaction."""
    found = Entry.objects.filter(pk__in=list(entry_ids), verb__in=HEARD)
    at = {entry.pk: entry for entry in found}
    # In the order they happened: whoever is given a claim watches it before what comes next.
    entries = sorted(at.values(), key=attrgetter("at", "pk"))
    if not entries:
        return
    known = _known(entries)
    _begin_to_watch(entries, known)
    rows = Watcher.objects.filter(claim__in=known.claims, is_on=True).values_list("claim", "person", "since")
    for claim, person, since in rows:
        known.watchers.setdefault(claim, {})[person] = since
    notices = [notice for entry in entries for notice in _notices(entry, known)]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1_000)


def wanted(kind: Kind, chosen: Preference | None) -> bool:
    """Whether somebody who chose so is told of this on the desk."""
    return kind in OWN or chosen is None or chosen.scope == Scope.EVERYTHING


def mailed(chosen: Preference | None) -> bool:
    """Whether it also goes out by e-mail, some time."""
    return chosen is not None and chosen.pace != Pace.NEVER


def _known(entries: Sequence[Entry]) -> Known:
    streams = [entry.stream.partition(":") for entry in entries]
    comments = Comment.objects.prefetch_related("mentions").in_bulk(
        [int(key) for name, _, key in streams if name == "comment"]
    )
    wanted_claims = {int(key) for name, _, key in streams if name == "claim"}
    wanted_claims |= {comment.claim_id for comment in comments.values()}
    asked = {entry.after.get("request") for entry in entries if entry.verb in ANSWERS}
    opened = [entry.stream for entry in entries if entry.verb == Verb.CLAIM_OPENED]
    given = Entry.objects.filter(stream__in=opened, verb=Verb.CLAIM_ASSIGNED).values_list("stream", flat=True)
    return Known(
        claims=Claim.objects.select_related("assignee").in_bulk(wanted_claims),
        comments=comments,
        requests=dict(MoveRequest.objects.filter(pk__in=asked - {None}).values_list("pk", "asked_by")),
        people=readers(User.objects.active().with_roles()),
        assigned_later={int(stream.partition(":")[2]) for stream in given},
        chosen=Preference.objects.in_bulk(),
        mentioned=set(
            Notice.objects.filter(comment__in=comments, kind=Kind.MENTIONED).values_list("comment", "person")
        ),
    )


def _begin_to_watch(entries: Sequence[Entry], known: Known) -> None:
    """Whoever opens a claim, is given it, asks for a verdict, says something or is called watches it from then on."""
    rows = []
    for entry in entries:
        claim = _claim_of(entry, known)
        if claim is None:
            continue
        people = {entry.actor_id} if entry.verb in {Verb.CLAIM_OPENED, Verb.MOVE_REQUESTED} else set()
        people |= {_assignee(entry, claim, known)}
        if entry.verb in COMMENTS:
            people |= {entry.actor_id, *_called(entry, known)}
        rows += [Watcher(claim=claim, person_id=pk, since=entry.at) for pk in people if pk in known.people]
    Watcher.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def _notices(entry: Entry, known: Known) -> Iterable[Notice]:
    """One for each person who is to know of it, of the kind that concerns them most. Nobody is told of their own."""
    claim = _claim_of(entry, known)
    if claim is None:
        return
    comment = known.comments.get(_number(entry)) if entry.verb in COMMENTS else None
    told: dict[int, Kind] = {}
    for kind, people in _who(entry, claim, known):
        for person in people:
            told.setdefault(person, kind)
    known.mentioned |= {(comment.pk, person) for person, kind in told.items() if comment and kind == Kind.MENTIONED}
    for person, kind in told.items():
        chosen = known.chosen.get(person)
        if person in known.people and person != entry.actor_id and wanted(kind, chosen):
            yield Notice(
                person_id=person,
                claim=claim,
                kind=kind,
                entry=entry,
                comment=comment,
                at=entry.at,
                awaits_mail=mailed(chosen),
            )


def _who(entry: Entry, claim: Claim, known: Known) -> Iterable[tuple[Kind, Iterable[int]]]:
    """Who is to know of an entry, and as what; what concerns somebody most comes first."""
    verb, watching = entry.verb, known.watching(claim, entry.at)
    if assignee := _assignee(entry, claim, known):
        yield Kind.ASSIGNED, [assignee]
    if verb in COMMENTS:
        yield Kind.MENTIONED, _called(entry, known)
    if verb == Verb.COMMENT_POSTED:
        yield Kind.COMMENTED, watching
    if verb == Verb.MOVE_REQUESTED:
        yield Kind.SIGN, known.who_may(Capability.DECIDE)
    if verb in ANSWERS and (asker := known.requests.get(entry.after.get("request") or 0)):
        yield Kind.ANSWERED, [asker]
    if verb in VERDICTS:
        yield Kind.VERDICT, watching
    if verb in FLAGS:
        yield Kind.FLAGGED, watching
    if verb in STANCES and str(entry.after.get("stance")).lower() == "disputes":
        yield Kind.DISPUTED, watching


def _claim_of(entry: Entry, known: Known) -> Claim | None:
    """The claim that it is about; none for one that is gone."""
    if entry.stream.startswith("comment:"):
        comment = known.comments.get(_number(entry))
        return known.claims.get(comment.claim_id) if comment else None
    return known.claims.get(_number(entry)) if entry.stream.startswith("claim:") else None


def _number(entry: Entry) -> int:
    return int(entry.stream.partition(":")[2])


def _assignee(entry: Entry, claim: Claim, known: Known) -> int | None:
    """Whom the entry gives the claim to, if they have it still: nobody is told of what is no longer theirs."""
    if claim.assignee is None:
        return None
    is_given = entry.verb == Verb.CLAIM_ASSIGNED and entry.after.get("assignee") == str(claim.assignee)
    is_opened_with = entry.verb == Verb.CLAIM_OPENED and claim.pk not in known.assigned_later
    return claim.assignee_id if is_given or is_opened_with else None


def _called(entry: Entry, known: Known) -> list[int]:
    """Whom the comment calls and nobody has told yet: an edited one calls again only whom it did not call before."""
    comment = known.comments.get(_number(entry))
    mentioned = [one.person_id for one in comment.mentions.all()] if comment else []
    return [pk for pk in mentioned if (_number(entry), pk) not in known.mentioned]
