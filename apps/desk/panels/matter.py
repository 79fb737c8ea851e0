"""The timeline of a matter: what happened in a story, from where it is told in other places, newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.archive.models import Drift
from apps.claims.models import Citation, Claim, Decision, ReplyRequest, Story, Use
from apps.claims.states import State
from apps.sources.models import Source

ROWS = 25


@dataclass(frozen=True)
class Event:
    """One thing that happened: of which kind, in a sentence, and to which claim or at which page."""

    at: datetime
    rank: int
    pk: int
    icon: str
    kind: str
    sentence: str
    about: str
    url: str

    @property
    def place(self) -> str:
        """Where it stands among all events, for an address."""
        return f"{self.at.isoformat()}_{self.rank}_{self.pk}"


@dataclass(frozen=True)
class Told:
    """One kind of event: its rows of a story, the field that says when, and how a row is told."""

    rows: Callable[[Story], Any]
    at: str
    event: Callable[[Any, int], Event]


def matter(request: HttpRequest, story: Story) -> dict[str, Any]:
    """The events from ``?events=TIME_KIND_NUMBER`` on, at most ROWS; a query for each kind, however many there are."""
    place = _place(request.GET.get("events", ""))
    found: list[Event] = []
    for rank, told in enumerate(KINDS):
        rows = told.rows(story)
        if place:
            rows = rows.filter(_before(place, rank, told.at))
        found += [told.event(row, rank) for row in rows.order_by(f"-{told.at}", "-pk")[: ROWS + 1]]
    found.sort(key=lambda one: (one.at, -one.rank, one.pk), reverse=True)
    return {
        "events": found[:ROWS],
        "earlier": _query(request, found[ROWS - 1].place) if len(found) > ROWS else "",
        "newest": _query(request, "") if place else "",
        "is_begun": place is not None,
    }


def _before(place: tuple[datetime, int, int], rank: int, at: str) -> Q:
    """What stands after a place in the list. Of one time, kinds stand in their order and rows newest first."""
    time, its_rank, pk = place
    if rank < its_rank:
        return Q(**{f"{at}__lt": time})
    if rank > its_rank:
        return Q(**{f"{at}__lte": time})
    return Q(**{f"{at}__lt": time}) | Q(**{at: time, "pk__lt": pk})


def _place(typed: str) -> tuple[datetime, int, int] | None:
    """The place that an address names; none where it can't be read, which is the start."""
    try:
        moment, rank, pk = typed.split("_")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None or not 1900 < at.astimezone(UTC).year < 2100:
            return None
        return at, int(rank[:2]), int(pk[:18])
    except (ValueError, OverflowError):
        return None


def _query(request: HttpRequest, place: str) -> str:
    query = request.GET.copy()
    query.pop("events", None)
    return "&".join(filter(None, [query.urlencode(), urlencode({"events": place}) if place else ""]))


def _cited(story: Story) -> Any:
    """The sources that the story's claims cite now."""
    return Citation.objects.live().filter(claim__story=story).values("source")


def _opened(claim: Claim, rank: int) -> Event:
    return _of_claim(
        claim,
        claim,
        claim.opened_at,
        rank,
        "noted",
        _("Claim"),
        _("%(name)s opened the claim.") % {"name": claim.opened_by},
    )


def _decided(decision: Decision, rank: int) -> Event:
    state = State(decision.to_state)
    told = {"name": decision.decided_by, "state": state.label.lower(), "reason": decision.reason}
    if state == State.UNVERIFIED:
        said = _("%(name)s reopened it: %(reason)s") % told
    elif decision.is_override:
        said = _("%(name)s marked it %(state)s, against the rule: %(reason)s") % told
    else:
        said = _("%(name)s marked it %(state)s: %(reason)s") % told
    return _of_claim(decision, decision.claim, decision.decided_at, rank, state.value, _("Verdict"), said)


def _asked(asked: ReplyRequest, rank: int) -> Event:
    said = _("%(party)s was asked: %(question)s") % {"party": asked.party, "question": asked.question}
    return _of_claim(asked, asked.claim, asked.asked_at, rank, "queued", _("Reply asked"), said)


def _replied(asked: ReplyRequest, rank: int) -> Event:
    outcomes = {
        ReplyRequest.Outcome.ANSWERED: _("%(party)s answered: %(answer)s"),
        ReplyRequest.Outcome.DECLINED: _("%(party)s declined to comment."),
    }
    said = outcomes.get(ReplyRequest.Outcome(asked.outcome), _("%(party)s has not answered."))
    said %= {"party": asked.party, "answer": asked.answer}
    at = asked.outcome_at or asked.asked_at
    icon = "met" if asked.outcome == ReplyRequest.Outcome.ANSWERED else "missing"
    return _of_claim(asked, asked.claim, at, rank, icon, _("Reply"), said)


def _used(use: Use, rank: int) -> Event:
    return _of_claim(use, use.claim, use.published_at, rank, "out", _("Printed"), use.headline)


def _published(source: Source, rank: int) -> Event:
    at = source.published_at or source.registered_at
    url = reverse("desk:source", args=[source.pk])
    return Event(
        at,
        rank,
        source.pk,
        "context",
        _("Published"),
        _("%(source)s published") % {"source": source.label},
        str(source),
        url,
    )


def _drifted(drift: Drift, rank: int) -> Event:
    source = drift.page.source
    url = f"{reverse('desk:source', args=[source.pk])}#watch"
    said = f"{source.label}: {drift.get_kind_display().lower()}."
    return Event(drift.found_at, rank, drift.pk, "drift", _("Changed"), said, str(source), url)


def _of_claim(row: Any, claim: Claim, at: datetime, rank: int, icon: str, kind: str, said: str) -> Event:
    return Event(at, rank, row.pk, icon, kind, said, claim.statement, reverse("desk:claim", args=[claim.pk]))


KINDS = (
    Told(
        lambda story: Decision.objects.filter(claim__story=story).select_related("claim", "decided_by"),
        "decided_at",
        _decided,
    ),
    Told(lambda story: Use.objects.live().filter(claim__story=story).select_related("claim"), "published_at", _used),
    Told(
        lambda story: ReplyRequest.objects.told().filter(claim__story=story, outcome_at__isnull=False),
        "outcome_at",
        _replied,
    ),
    Told(lambda story: ReplyRequest.objects.told().filter(claim__story=story), "asked_at", _asked),
    Told(
        lambda story: Drift.objects.filter(page__source__in=_cited(story)).select_related(
            "page__source__outlet", "page__source__page"
        ),
        "found_at",
        _drifted,
    ),
    Told(lambda story: Claim.objects.filter(story=story).select_related("opened_by"), "opened_at", _opened),
    Told(
        lambda story: Source.objects.filter(pk__in=_cited(story), published_at__isnull=False).select_related(
            "outlet", "page"
        ),
        "published_at",
        _published,
    ),
)
