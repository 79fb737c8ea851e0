"""A story as the desk knows it, for somebody who was not there: every claim with why it stands where it stands.

Nothing here knows of confidential sources. Names and reasons of decisions are those that their lines of the trail still
tell: what was erased there is gone from here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Entry
from apps.claims import policy
from apps.claims.evidence import Evidence, gather_all
from apps.claims.figures import conflicts
from apps.claims.lines import Line
from apps.claims.models import (
    Caveat,
    Citation,
    Claim,
    ClaimLink,
    Correction,
    Decision,
    Figure,
    Flag,
    Measure,
    MoveRequest,
    Policy,
    ReplyRequest,
    Story,
    Use,
)
from apps.claims.replies import sentences
from apps.claims.states import Stance, State

# What a person reads, and a browser prints, in one go. The rest is named, not silently left out.
MOST_CLAIMS, MOST_CITATIONS = 100, 1_500
ORDER = (State.CORROBORATED, State.DISPUTED, State.UNVERIFIED)
TITLES = {Stance.SUPPORTS: _("Supports"), Stance.DISPUTES: _("Disputes"), Stance.CONTEXT: _("Gives context")}


@dataclass(frozen=True)
class Verdict:
    """One decision, with who and why as the trail tells it now. Older than the trail, it tells it itself."""

    decision: Decision
    asked_by: str
    decided_by: str
    reason: str


@dataclass(frozen=True)
class ClaimTold:
    """One claim of the dossier."""

    claim: Claim
    evidence: Evidence
    verdicts: list[Verdict]
    caveats: list[Caveat]
    replies: list[ReplyRequest]
    reply_sentences: list[str]
    figures: list[Figure]
    uses: list[Use]
    open_questions: list[str]

    @property
    def lines(self) -> list[tuple[str, int, int, list[tuple[Line, tuple[str, ...]]]]]:
        """Of each stance that has any: how many lines count, how many don't, and each line with why it doesn't."""
        told = []
        for stance in Stance:
            lines = [(one, policy.why_uncounted(one, self.evidence.rule)) for one in self.evidence.lines.of(stance)]
            if lines:
                uncounted = sum(bool(why) for _, why in lines)
                told.append((str(TITLES[stance]), len(lines) - uncounted, uncounted, lines))
        return told


@dataclass(frozen=True)
class Dossier:
    """A story with its claims by state, its figures by measure, how its claims hang together, and the rules they met.

    ``left_out`` is how many claims are not in it.
    """

    story: Story
    made_at: datetime
    claims: list[ClaimTold]
    left_out: int
    measures: list[tuple[Measure, list[Figure], list[str]]]
    links: list[ClaimLink]
    rules: list[Policy]

    @property
    def counts(self) -> list[tuple[State, int]]:
        return [(state, sum(one.claim.state == state for one in self.claims)) for state in ORDER]


def dossier_of(story: Story) -> Dossier:
    """Everything that a dossier tells, in as many queries for many claims as for one."""
    newest = list(Claim.objects.filter(story=story).for_queue().order_by("-changed_at", "-id")[: MOST_CLAIMS + 1])
    chosen = _within(newest)
    left_out = Claim.objects.filter(story=story).count() - len(chosen) if len(newest) > len(chosen) else 0
    claims = sorted(chosen, key=lambda one: (ORDER.index(State(one.state)), one.opened_at, one.pk))
    told = _told(claims)
    figures = [figure for one in told for figure in one.figures]
    links = list(ClaimLink.objects.in_story(story)[:MOST_CLAIMS])
    return Dossier(story, timezone.now(), told, left_out, _measures(figures), links, _rules(told))


def _within(claims: list[Any]) -> list[Claim]:
    """The last changed of them, as many as a dossier holds with their citations."""
    found: list[Claim] = []
    cited = 0
    for claim in claims[:MOST_CLAIMS]:
        cited += claim.support_count + claim.dispute_count
        if cited > MOST_CITATIONS:
            break
        found.append(claim)
    return found


def _told(claims: list[Claim]) -> list[ClaimTold]:
    evidence = gather_all(claims)
    verdicts = _verdicts(claims)
    caveats = _by_claim(Caveat.objects.live().told().filter(claim__in=claims).order_by("pk"))
    replies = _by_claim(ReplyRequest.objects.told().filter(claim__in=claims).order_by("pk"))
    uses = _by_claim(Use.objects.live().filter(claim__in=claims).order_by("published_at", "pk"))
    flags = _by_claim(Flag.objects.open().told().filter(claim__in=claims).order_by("pk"))
    asked = _by_claim(MoveRequest.objects.open().with_people().filter(claim__in=claims))
    needed = defaultdict(list)
    for correction in Correction.objects.open().select_related("use").filter(use__claim__in=claims).order_by("pk"):
        needed[correction.use.claim_id].append(correction)
    return [
        ClaimTold(
            claim,
            evidence[claim.pk],
            verdicts[claim.pk],
            caveats[claim.pk],
            replies[claim.pk],
            sentences(replies[claim.pk]),
            list(evidence[claim.pk].figures),
            uses[claim.pk],
            [
                *_of_evidence(evidence[claim.pk], verdicts[claim.pk]),
                *(_of_request(one) for one in asked[claim.pk]),
                *(flag.sentence for flag in flags[claim.pk]),
                *(
                    gettext("%(party)s was asked and has not answered: %(question)s")
                    % {"party": one.party, "question": one.question}
                    for one in _waiting(replies[claim.pk])
                ),
                *(
                    gettext("“%(headline)s” needs correction.") % {"headline": one.use.headline}
                    for one in needed[claim.pk]
                ),
            ],
        )
        for claim in claims
    ]


def _verdicts(claims: list[Claim]) -> dict[int, list[Verdict]]:
    """The decisions of each claim, newest first, in the words of their lines."""
    decisions = list(
        Decision.objects.filter(claim__in=claims).select_related("policy", "asked_by", "decided_by").order_by("-pk")
    )
    streams = {claim.stream for claim in claims}
    versions = {one.claim_version for one in decisions}
    entries = Entry.objects.filter(stream__in=streams, seq__in=versions)
    lines = {(entry.stream, entry.seq): entry for entry in entries}
    found: dict[int, list[Verdict]] = defaultdict(list)
    for decision in decisions:
        line = lines.get((f"claim:{decision.claim_id}", decision.claim_version))
        if line:
            told = (str(line.after.get("asked_by") or line.actor_label), line.actor_label, line.reason)
        else:
            told = (str(decision.asked_by or decision.decided_by), str(decision.decided_by), decision.reason)
        found[decision.claim_id].append(Verdict(decision, *told))
    return found


def _of_evidence(evidence: Evidence, verdicts: list[Verdict]) -> list[str]:
    """What the rule misses, and what of the evidence is not as it should be."""
    if evidence.claim.state == State.UNVERIFIED:
        missing = policy.assess(State.CORROBORATED, evidence).missing
        said = [gettext("To be corroborated it lacks: %(missing)s") % {"missing": one} for one in missing]
    else:
        last = verdicts[0].decision if verdicts else None
        said = [gettext("The rule misses now: %(missing)s") % {"missing": one} for one in policy.lost(evidence, last)]
    for line in (line for stance in Stance for line in evidence.lines.of(stance)):
        if line.is_pending:
            said.append(gettext("Not all that joins the line of %(line)s is confirmed.") % {"line": line.within})
    return [*said, *(words for one in evidence.citations for words in _of_citation(one))]


def _of_citation(citation: Citation) -> Iterable[str]:
    if not citation.capture.is_stored:
        why = citation.capture.failure or f"{citation.capture.get_state_display()}."
        yield gettext("There is no stored copy of “%(source)s”: %(why)s") % {"source": citation.source, "why": why}
    elif citation.is_quote_missing:
        said = gettext("The words quoted from “%(source)s” were not found in its copy.")
        yield said % {"source": citation.source}


def _of_request(request: MoveRequest) -> str:
    return gettext("%(name)s asks to mark it %(state)s; nobody has signed yet.") % {
        "name": request.asked_by,
        "state": request.get_to_state_display().lower(),
    }


def _waiting(replies: Iterable[ReplyRequest]) -> list[ReplyRequest]:
    return [one for one in replies if not one.outcome]


def _measures(figures: list[Figure]) -> list[tuple[Measure, list[Figure], list[str]]]:
    by_measure: dict[Measure, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_measure[figure.measure].append(figure)
    return [
        (measure, rows, [found.sentence for found in conflicts(rows)])
        for measure, rows in sorted(by_measure.items(), key=lambda one: one[0].name)
    ]


def _rules(claims: Iterable[ClaimTold]) -> list[Policy]:
    """The versions of the rule that its verdicts were decided by, and the one that holds now."""
    rules = {
        one.decision.policy.version: one.decision.policy
        for told in claims
        for one in told.verdicts
        if one.decision.policy
    }
    rules |= {told.evidence.rule.version: told.evidence.rule for told in claims}
    return [rule for _, rule in sorted(rules.items())]


def _by_claim(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.claim_id].append(row)
    return found
