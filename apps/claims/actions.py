"""Every way that the newsroom's subject changes: stories, claims, citations, verdicts.

Each action asks in this order: permission, lock, rule; then it writes and records, in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.actions import request_capture
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.versioned import differences, lock, write
from apps.claims import policy
from apps.claims.models import Citation, Claim, Decision, Story
from apps.claims.refusals import AlreadyCited, Decided, NoSuchMove, NotEnoughEvidence, ReasonMissing, Refusal
from apps.claims.states import Stage, Stance, State
from apps.sources import actions as sources
from apps.sources.actions import SourceFacts, register_party, register_source
from apps.sources.models import Party, Source


class StoryFacts(TypedDict, total=False):
    """What can be edited of a story."""

    title: str
    summary: str


class ClaimFacts(TypedDict, total=False):
    """What can be edited of a claim; ``claimant`` is a name, empty for nobody."""

    statement: str
    claimant: str
    story: Story | None
    due: datetime | None


# Stories


def open_story(title: str, *, by: User, summary: str = "") -> Story:
    """Begin a running matter that groups claims. Raises Refusal when one has this title."""
    require(by, Capability.OPEN_CLAIMS)
    try:
        with transaction.atomic():
            story = Story.objects.create(title=title, summary=summary, opened_by=by)
            record(
                Verb.STORY_OPENED,
                stream=story.stream,
                seq=story.version,
                target=title,
                by=by,
                after={"summary": summary},
            )
    except IntegrityError as error:
        raise Refusal("There is a story with this title already.") from error
    return story


def edit_story(story: Story, *, by: User, expected_version: int, **changes: Unpack[StoryFacts]) -> Story:
    """Change what is given and leave the rest. Raises ChangedMeanwhile, and Refusal when another has the title."""
    require(by, Capability.OPEN_CLAIMS)
    try:
        with transaction.atomic():
            story = lock(story, expected_version)
            before = _story_facts(story)
            story.title = changes.get("title", story.title)
            story.summary = changes.get("summary", story.summary)
            was, became = differences(before, _story_facts(story))
            if became:
                write(
                    story,
                    Verb.STORY_EDITED,
                    by=by,
                    fields=["title", "summary"],
                    target=story.title,
                    before=was,
                    after=became,
                )
    except IntegrityError as error:
        raise Refusal("There is a story with this title already.") from error
    return story


# Claims


def open_claim(
    statement: str,
    *,
    by: User,
    claimant: str = "",
    story: Story | None = None,
    assignee: User | None = None,
    due: datetime | None = None,
    submission: UUID | None = None,
) -> Claim:
    """Put a checkable assertion into the inbox. One ``submission`` opens one claim, however often it is sent.

    Naming somebody else as assignee needs the right to assign.
    """
    require(by, Capability.OPEN_CLAIMS)
    if assignee and assignee != by:
        require(by, Capability.ASSIGN)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                statement=statement,
                claimant=_party(claimant, by),
                story=story,
                assignee=assignee,
                due=due,
                opened_by=by,
                submission=submission,
            )
            record(
                Verb.CLAIM_OPENED,
                stream=claim.stream,
                seq=claim.version,
                target=statement,
                by=by,
                after={**_facts(claim), "state": claim.state, "stage": claim.stage},
            )
    except IntegrityError:
        if submission is None:
            raise
        return Claim.objects.get(submission=submission, opened_by=by)
    return claim


def edit_claim(claim: Claim, *, by: User, expected_version: int, **changes: Unpack[ClaimFacts]) -> Claim:
    """Change what is given of a claim's wording or frame and leave the rest. Raises ChangedMeanwhile.

    A verdict is on the words: Decided is raised for a new statement on a claim that has one.
    """
    require(by, Capability.OPEN_CLAIMS)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        statement = changes.get("statement", claim.statement)
        if statement != claim.statement and claim.state != State.UNVERIFIED:
            raise Decided(
                f"The claim is {claim.get_state_display().lower()} in the words it has."
                " Reopen it to change them, or open a new claim."
            )
        before = _facts(claim)
        claim.statement = statement
        claim.claimant = _party(changes["claimant"], by) if "claimant" in changes else claim.claimant
        claim.story = changes.get("story", claim.story)
        claim.due = changes.get("due", claim.due)
        was, became = differences(before, _facts(claim))
        if became:
            fields = ["statement", "claimant", "story", "due"]
            _write(claim, Verb.CLAIM_EDITED, by, fields=fields, before=was, after=became)
    return claim


def assign(claim: Claim, *, by: User, expected_version: int, assignee: User | None) -> Claim:
    """Give the claim to somebody, or to nobody. Reporters may take a claim that nobody has."""
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if not (assignee == by and claim.assignee is None and by.may(Capability.OPEN_CLAIMS)):
            require(by, Capability.ASSIGN)
        if assignee and not assignee.is_active:
            raise Refusal(f"{assignee} has left the desk: choose somebody else.")
        if claim.assignee == assignee:
            return claim
        before = {"assignee": str(claim.assignee or "nobody"), "stage": claim.get_stage_display()}
        claim.assignee = assignee
        if assignee and claim.stage == Stage.INBOX:
            claim.stage = Stage.IN_PROGRESS
        _write(
            claim,
            Verb.CLAIM_ASSIGNED,
            by,
            fields=["assignee", "stage"],
            before=before,
            after={"assignee": str(assignee or "nobody"), "stage": claim.get_stage_display()},
        )
    return claim


def change_stage(claim: Claim, *, by: User, expected_version: int, stage: Stage) -> Claim:
    """Move the claim through the desk's work; the verdict stays as it is."""
    require(by, Capability.ASSIGN)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if claim.stage == stage:
            return claim
        before = {"stage": claim.get_stage_display()}
        claim.stage = stage
        _write(
            claim, Verb.CLAIM_STAGED, by, fields=["stage"], before=before, after={"stage": claim.get_stage_display()}
        )
    return claim


# Citations


def cite(claim: Claim, *, by: User, url: str, stance: Stance, quote: str = "", note: str = "") -> Citation:
    """Attach the page at this address to the claim and ask the archive for a copy.

    Raises archive.addresses.Refused for what is no web address, AlreadyCited for a page that stands here already.
    """
    require(by, Capability.CITE)
    with transaction.atomic():
        claim = lock(claim)
        source = register_source(url, by=by)
        if claim.citations.live().filter(source=source).exists():
            raise AlreadyCited(
                "This page is cited on this claim already. To cite it anew, that citation has to be withdrawn first."
            )
        citation = Citation.objects.create(
            claim=claim,
            source=source,
            capture=request_capture(source.page, by=by),
            stance=stance,
            quote=quote,
            note=note,
            cited_by=by,
        )
        if claim.stage == Stage.INBOX:
            claim.stage = Stage.IN_PROGRESS
        elif claim.stage == Stage.SETTLED and claim.state == State.CORROBORATED and stance == Stance.DISPUTES:
            claim.stage = Stage.IN_REVIEW
        _write(
            claim,
            Verb.SOURCE_CITED,
            by,
            fields=["stage"],
            after={
                "citation": citation.pk,
                "source": _label(source),
                "url": source.page.url,
                "stance": citation.get_stance_display().lower(),
                "quote": quote,
                "note": note,
            },
        )
    return citation


def withdraw_citation(citation: Citation, *, by: User, reason: str) -> Citation:
    """Take a citation off the claim; it stays in the record. Whoever cited may, and whoever decides."""
    if citation.cited_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    if not reason.strip():
        raise ReasonMissing("Say why this citation is withdrawn.")
    with transaction.atomic():
        claim = lock(citation.claim)
        citation = Citation.objects.select_related("source__page", "source__outlet").get(pk=citation.pk)
        if citation.withdrawn_at:
            raise Refusal("This citation is withdrawn already.")
        citation.withdrawn_by, citation.withdrawn_at, citation.withdrawn_because = by, timezone.now(), reason
        citation.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        if claim.stage == Stage.SETTLED and claim.state != State.UNVERIFIED:
            claim.stage = Stage.IN_REVIEW
        _write(
            claim,
            Verb.CITATION_WITHDRAWN,
            by,
            fields=["stage"],
            before={"citation": citation.pk, "source": _label(citation.source), "stance": citation.stance},
            reason=reason,
        )
    return citation


def correct_source(source: Source, *, by: User, expected_version: int, **changes: Unpack[SourceFacts]) -> Source:
    """Correct a source's facts; verdicts that no longer stand on enough evidence go back to review, and stay verdicts.

    Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        source = sources.correct_source(source, by=by, expected_version=expected_version, **changes)
        for claim in Claim.objects.decided().citing(source).order_by("pk"):
            _reconsider(lock(claim), by)
    return source


def _reconsider(claim: Claim, by: User) -> None:
    assessment = policy.assess(State(claim.state), claim.citations.live().with_evidence())
    if not assessment.allowed and claim.stage == Stage.SETTLED:
        claim.stage = Stage.IN_REVIEW
        _write(
            claim,
            Verb.CLAIM_FLAGGED,
            by,
            fields=["stage"],
            before={"stage": Stage.SETTLED.label},
            after={"stage": Stage.IN_REVIEW.label, "missing": " ".join(assessment.missing)},
        )


# Verdicts


def corroborate(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Mark the claim corroborated. Raises ChangedMeanwhile, NoSuchMove, ReasonMissing, NotEnoughEvidence."""
    return _decide(claim, State.CORROBORATED, Verb.CLAIM_CORROBORATED, by, reason, expected_version)


def dispute(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Mark the claim disputed. Raises what ``corroborate`` raises."""
    return _decide(claim, State.DISPUTED, Verb.CLAIM_DISPUTED, by, reason, expected_version)


def reopen(claim: Claim, *, by: User, reason: str, expected_version: int) -> Decision:
    """Take a verdict back: the claim is unverified again. Raises what ``corroborate`` raises, but for evidence."""
    return _decide(claim, State.UNVERIFIED, Verb.CLAIM_REOPENED, by, reason, expected_version)


def _decide(claim: Claim, to_state: State, verb: Verb, by: User, reason: str, expected_version: int) -> Decision:
    require(by, Capability.DECIDE)
    with transaction.atomic():
        claim = lock(claim, expected_version)
        if to_state not in claim.moves:
            raise NoSuchMove(
                f"The claim is {claim.get_state_display().lower()}:"
                f" there is no move from there to {to_state.label.lower()}."
            )
        if not reason.strip():
            raise ReasonMissing("Every move needs a reason: somebody will ask for it.")
        citations = list(claim.citations.live().with_evidence())
        assessment = policy.assess(to_state, citations)
        if not assessment.allowed:
            raise NotEnoughEvidence(*assessment.missing, *assessment.noted)
        evidence = [citation.frozen() for citation in citations]
        from_state = State(claim.state)
        claim.state = to_state
        claim.stage = Stage.IN_PROGRESS if to_state == State.UNVERIFIED else Stage.SETTLED
        decision = Decision.objects.create(
            claim=claim,
            from_state=from_state,
            to_state=to_state,
            statement=claim.statement,
            reason=reason,
            decided_by=by,
            claim_version=claim.version + 1,
            evidence=evidence,
            evidence_digest=hashlib.sha256(
                json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            ).hexdigest(),
            met=list(assessment.met),
        )
        _write(
            claim,
            verb,
            by,
            fields=["state", "stage"],
            before={"state": from_state.label},
            after={
                "state": to_state.label,
                "decision": decision.pk,
                "evidence_sha256": decision.evidence_digest,
                "rule": " ".join(assessment.met),
            },
            reason=reason,
        )
    return decision


# What they share


def _write(
    claim: Claim,
    verb: Verb,
    by: User,
    *,
    fields: list[str],
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Save the locked claim under its next version, with its time, and record the change under the same number."""
    claim.changed_at = timezone.now()
    write(
        claim,
        verb,
        by=by,
        fields=[*fields, "changed_at"],
        target=claim.statement,
        before=before,
        after=after,
        reason=reason,
    )


def _party(name: str, by: User) -> Party | None:
    name = name.strip()
    if not name:
        return None
    known = Party.objects.named(name).order_by("id").first()
    return known or register_party(name, kind=Party.Kind.OTHER, by=by)


def _story_facts(story: Story) -> dict[str, str]:
    return {"title": story.title, "summary": story.summary}


def _facts(claim: Claim) -> dict[str, str]:
    return {
        "statement": claim.statement,
        "claimant": str(claim.claimant or ""),
        "story": str(claim.story or ""),
        "due": claim.due.isoformat() if claim.due else "",
    }


def _label(source: Source) -> str:
    return f"{source.outlet}: {source.title}" if source.outlet and source.title else source.page.url
