"""The rule applied: what a state needs, what is met and what is missing. Pure functions of loaded rows.

``assess`` says it in sentences that name the sources. The claim page, the queue's badges, the refusal, the request and
the decision all speak these sentences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import ngettext

from apps.audit.wording import plainly
from apps.claims.evidence import Evidence
from apps.claims.lines import Line, Lines
from apps.claims.models import Citation, Decision, Policy
from apps.claims.models.policies import in_words
from apps.claims.states import Stance, State
from apps.sources.telling import capital, listed


@dataclass(frozen=True)
class Assessment:
    """What the rule says of one state for one claim, in sentences: what is met, what is missing, and what to know.

    ``noted`` is neither met nor missing: what doesn't count and why, what is one line, what nobody could read.
    ``needs_second`` is whether somebody else has to sign when everything is met.
    """

    state: State
    met: tuple[str, ...]
    missing: tuple[str, ...]
    noted: tuple[str, ...] = ()
    needs_second: bool = False

    @property
    def allowed(self) -> bool:
        return not self.missing

    def told(self) -> dict[str, Any]:
        """The same as plain values, for whoever asks by machine."""
        return {
            "state": self.state.value,
            "allowed": self.allowed,
            "met": list(self.met),
            "missing": list(self.missing),
            "noted": list(self.noted),
            "needs_second_editor": self.needs_second,
        }


@dataclass(frozen=True)
class Badge:
    """A claim's evidence in a few signs: lines that count, of how many that the rule asks for, and open disputes."""

    lines: int
    needed: int
    disputes: int

    @property
    def words(self) -> str:
        if self.lines > self.needed:
            return ngettext("%(lines)d line", "%(lines)d lines", self.lines) % {"lines": self.lines}
        said = ngettext("%(lines)d of %(needed)d line", "%(lines)d of %(needed)d lines", self.needed)
        return said % {"lines": self.lines, "needed": self.needed}

    @property
    def is_enough(self) -> bool:
        return self.lines >= self.needed


@plainly
def assess(to_state: State, evidence: Evidence) -> Assessment:
    """What is met and missing for a move of the claim to this state."""
    if to_state == State.CORROBORATED:
        return _corroborated(evidence)
    if to_state == State.DISPUTED:
        return _disputed(evidence)
    return Assessment(to_state, ("A claim can be reopened at any time, with a reason.",), ())


def lost(evidence: Evidence, decision: Decision | None) -> list[str]:
    """What the rule misses now of the claim's verdict; what an override knew to be missing is no news."""
    state = State(evidence.claim.state)
    if state == State.UNVERIFIED:
        return []
    missing = list(assess(state, evidence).missing)
    if not decision or not decision.is_override:
        return missing
    # What was known of one source is known of it by whatever name its sentence has now.
    short = evidence.lines.teller.shortened
    known = Counter(map(short, decision.missing))
    # A dispute that was entered since is another one, though its outlet may have disputed before.
    frozen = {one["citation"] for one in decision.evidence["citations"]}
    since = {_answer_wanted(evidence.lines.called(one)) for one in evidence.of(Stance.DISPUTES) if one.pk not in frozen}
    told = []
    for sentence in missing:
        if sentence not in since:
            known[short(sentence)] -= 1
        if sentence in since or known[short(sentence)] < 0:
            told.append(sentence)
    return told


def badge(evidence: Evidence) -> Badge:
    """What the queue shows of the evidence."""
    unanswered = sum(citation.is_unanswered for citation in evidence.citations)
    return Badge(len(lines_that_count(evidence)), evidence.rule.minimum_lines, unanswered)


def _corroborated(evidence: Evidence) -> Assessment:
    rule, supporting = evidence.rule, evidence.of(Stance.SUPPORTS)
    found = lines_that_count(evidence)
    counted = [one for line in found for one in line.members if counts(one, rule)]
    counted = list({citation.pk: citation for citation in counted}.values())
    met: list[str] = []
    missing: list[str] = []
    noted = [said for line in evidence.lines.of(Stance.SUPPORTS) for said in _of_line(line)]
    noted += [
        _why_not_counted(citation, rule, evidence.lines.called(citation))
        for citation in supporting
        if not counts(citation, rule)
    ]
    noted += _of_copies(counted, evidence.lines)
    (met if len(found) >= rule.minimum_lines else missing).append(_of_lines(found, rule.minimum_lines))
    if rule.first_hand_lines:
        first_hand = [line for line in found if any(one.first_hand and counts(one, rule) for one in line.members)]
        said = _of_first_hand(first_hand, found, rule)
        (met if len(first_hand) >= rule.first_hand_lines else missing).append(said)
    for citation in evidence.of(Stance.DISPUTES):
        name = evidence.lines.called(citation)
        if citation.answer:
            met.append(f"{capital(name)} disputes the claim; {citation.answered_by} has answered: {citation.answer}")
        elif rule.disputes_block:
            missing.append(_answer_wanted(name))
        else:
            noted.append(f"{capital(name)} disputes the claim, and nobody has answered it.")
    needs_second = rule.wants_second_editor(State.CORROBORATED)
    return Assessment(State.CORROBORATED, tuple(met), tuple(missing), tuple(noted), needs_second)


def _answer_wanted(name: str) -> str:
    return f"An editor's answer to {name}, which disputes the claim."


def _disputed(evidence: Evidence) -> Assessment:
    rule, disputing = evidence.rule, evidence.of(Stance.DISPUTES)
    archived = [citation for citation in disputing if citation.is_archived]
    noted = [_why_not_archived(one, evidence.lines.called(one)) for one in disputing if one not in archived]
    noted += _of_copies(archived, evidence.lines)
    noted += [
        f"{capital(evidence.lines.called(one))} is answered by {one.answered_by}: {one.answer}"
        for one in disputing
        if one.answer
    ]
    met: list[str] = []
    if len(archived) >= rule.minimum_disputes:
        verbs = ("disputes", "is") if len({one.source.label for one in archived}) == 1 else ("dispute", "are")
        met.append(f"{capital(_names(archived))} {verbs[0]} the claim and {verbs[1]} archived.")
    met += evidence.conflicts
    missing = () if met else (_disputes_missing(len(archived), rule.minimum_disputes),)
    needs_second = rule.wants_second_editor(State.DISPUTED)
    return Assessment(State.DISPUTED, tuple(met), missing, tuple(noted), needs_second)


def lines_that_count(evidence: Evidence) -> list[Line]:
    """The lines that support the claim, know something, and have a citation that counts."""
    supporting = evidence.lines.counted(Stance.SUPPORTS)
    return [line for line in supporting if any(counts(one, evidence.rule) for one in line.members)]


@plainly
def why_uncounted(line: Line, rule: Policy) -> tuple[str, ...]:
    """Why a line does not count by this rule, in sentences; none where it does. Context is not counted at all."""
    if line.is_circular:
        return line.cautions
    if line.stance == Stance.SUPPORTS:
        missed = [_why_not_counted(one, rule, line.called(one)) for one in line.members if not counts(one, rule)]
    elif line.stance == Stance.DISPUTES:
        missed = [_why_not_archived(one, line.called(one)) for one in line.members if not one.is_archived]
    else:
        missed = []
    return tuple(missed) if len(missed) == len(line.members) else ()


def counts(citation: Citation, rule: Policy) -> bool:
    """Whether a citation bears a line: its outlet is known, and its copy is stored and read if the rule wants that."""
    return bool(citation.source.outlet) and (citation.is_read or not rule.archived)


def _of_line(line: Line) -> list[str]:
    """Why several citations are one line, and what to be careful of."""
    said = list(line.why) if len(line.members) > 1 else []
    if line.is_pending and len(line.members) > 1:
        said.append(
            f"Not all that joins them is confirmed; until it is, it counts against independence: {line.within}."
        )
    return [*said, *line.cautions]


def _of_lines(found: list[Line], needed: int) -> str:
    names = _origins(found)
    if len(found) >= needed:
        if len(found) == 1:
            return f"One line of evidence supports the claim: {names}."
        return f"{in_words(len(found)).capitalize()} independent lines support the claim: {names}."
    lacking = needed - len(found)
    noun = "line" if lacking == 1 else "lines"
    if not found:
        return f"{in_words(needed).capitalize()} independent {noun} that support{'s' * (needed == 1)} the claim."
    verb = "supports" if lacking == 1 else "support"
    return f"{in_words(lacking).capitalize()} more independent {noun} that {verb} the claim, apart from {names}."


def _of_first_hand(first_hand: list[Line], found: list[Line], rule: Policy) -> str:
    needed = rule.first_hand_lines
    if len(first_hand) >= needed:
        names = _names(one for line in first_hand for one in line.members if one.first_hand and counts(one, rule))
        return f"First-hand: {names}."
    lacking = needed - len(first_hand)
    noun = "line" if lacking == 1 else "lines"
    if first_hand:
        return f"{in_words(lacking).capitalize()} more first-hand {noun}, apart from {_origins(first_hand)}."
    what = "A first-hand line" if lacking == 1 else f"{in_words(lacking).capitalize()} first-hand lines"
    if not found:
        return f"{what}: {'a source' if lacking == 1 else 'sources'} that saw it, made it or decided it."
    is_one = sum(len(line.found.origins) for line in found) == 1
    return f"{what}: {_origins(found)} {'is' if is_one else 'are'} not marked first-hand."


def _disputes_missing(archived: int, needed: int) -> str:
    if needed == 1:
        return "One archived source that disputes the claim."
    more = " more" if archived else ""
    lacking = needed - archived
    nouns = "source that disputes" if lacking == 1 else "sources that dispute"
    return f"{in_words(lacking).capitalize()}{more} archived {nouns} the claim."


def _why_not_counted(citation: Citation, rule: Policy, name: str) -> str:
    """Why a citation bears no line by this rule. Whose it is may still be learned from a copy that is awaited."""
    source, unread = citation.source, rule.archived and not citation.is_read
    if unread and (source.outlet or citation.capture.is_in_flight or citation.is_archived):
        return _why_not_archived(citation, name)
    nobody = "nobody has named its outlet"
    if not source.has_address:
        nobody = f"nobody has said who made this {source.noun}"
    if unread:
        return f"{_why_not_archived(citation, name)} Besides, {nobody}."
    return f"{capital(name)} does not count: {nobody}."


def _why_not_archived(citation: Citation, name: str) -> str:
    name, capture = capital(name), citation.capture
    if capture.is_in_flight:
        return f"{name} does not count yet: its page is still being archived."
    if not capture.is_stored:
        return f"{name} does not count: its page could not be archived. {capture.failure}".rstrip()
    return f"{name} does not count yet: the archived {citation.source.noun} is still being read."


def _of_copies(counted: Sequence[Citation], lines: Lines) -> list[str]:
    """What to know of the copies that count."""
    unread = [lines.called(one) for one in counted if one.has_no_text]
    by_hand = [lines.called(one) for one in counted if one.capture.by_hand and one.source.has_address]
    handed_in = [one for one in counted if not one.source.has_address]
    return [
        *(f"No text could be read from the copy of {name}: see for yourself what it says." for name in unread),
        *(
            f"The copy of {name} was uploaded by hand: the archive has not seen it come from the site."
            for name in by_hand
        ),
        *(_handed_in(one, lines.called(one)) for one in handed_in),
    ]


def _handed_in(citation: Citation, name: str) -> str:
    source = citation.source
    is_enough = name == source.label
    if source.kind == source.Kind.INTERVIEW:
        said = f"What {name} said" if is_enough else f"What was said in {name}"
        return f"{said} stands in the desk's own notes: nobody else can look it up."
    what = f"the {source.noun} of {name}" if is_enough else name
    return (
        f"{capital(what)} was handed in by {citation.capture.requested_by}: it has no address at which anybody could "
        "look it up."
    )


def _names(citations: Iterable[Citation]) -> str:
    """The outlets, each once, as a sentence lists them."""
    return listed(dict.fromkeys(citation.source.label for citation in citations))


def _origins(lines: Iterable[Line]) -> str:
    """The lines by where they come from, inside a sentence."""
    return listed(line.within for line in lines)
