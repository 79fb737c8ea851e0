"""The rule: what evidence a state needs. Pure functions of a claim's live citations.

``assess`` says, for a state, what is met and what is missing, in sentences that name the sources. The claim page, the
refusal and the decision all speak these sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.claims.models import Citation
from apps.claims.states import Stance, State

LINES_NEEDED = 2


@dataclass(frozen=True)
class Assessment:
    """What the rule says of one state for one claim, in sentences: what is met, what is missing, and what to know.

    ``noted`` is neither met nor missing: what doesn't count and why, what is one line, what nobody could read.
    """

    state: State
    met: tuple[str, ...]
    missing: tuple[str, ...]
    noted: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.missing


def assess(to_state: State, citations: Iterable[Citation]) -> Assessment:
    """What is met and missing for a move to this state, given the claim's live citations."""
    live = list(citations)
    if to_state == State.CORROBORATED:
        return _corroborated(live)
    if to_state == State.DISPUTED:
        return _disputed(live)
    return Assessment(to_state, ("A claim can be reopened at any time, with a reason.",), ())


def lines(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Citations grouped by what they share: one outlet, or a name in their credit lines. One group counts once.

    The order of the citations makes no difference to the groups.
    """
    groups: list[tuple[set[str], list[Citation]]] = []
    for citation in citations:
        marks = _marks(citation)
        touching = [group for group in groups if group[0] & marks]
        groups = [group for group in groups if not group[0] & marks]
        members = sorted([citation, *(one for group in touching for one in group[1])], key=lambda one: one.pk or 0)
        groups.append((marks.union(*(group[0] for group in touching)), members))
    return sorted((members for _, members in groups), key=lambda members: members[0].pk or 0)


def _corroborated(live: list[Citation]) -> Assessment:
    supporting = [citation for citation in live if citation.stance == Stance.SUPPORTS]
    counted = [citation for citation in supporting if citation.is_read and citation.source.outlet]
    found = lines(counted)
    noted = [_why_one(line) for line in found if len(line) > 1]
    noted += [_why_not_counted(citation) for citation in supporting if citation not in counted]
    noted += [_nothing_to_read(citation) for citation in counted if citation.has_no_text]
    noted += [_by_hand(citation) for citation in counted if citation.capture.by_hand]
    if len(found) >= LINES_NEEDED:
        met = f"{len(found)} archived sources stand apart: {_names(line[0] for line in found)}."
        return Assessment(State.CORROBORATED, (met,), (), tuple(noted))
    if counted:
        missing = (
            f"One more archived source that supports the claim, apart from {_names(found[0])}:"
            " another outlet, with another credit line."
        )
    else:
        missing = "Two archived sources that support the claim, from different outlets and with different credit lines."
    return Assessment(State.CORROBORATED, (), (missing,), tuple(noted))


def _disputed(live: list[Citation]) -> Assessment:
    disputing = [citation for citation in live if citation.stance == Stance.DISPUTES]
    archived = [citation for citation in disputing if citation.is_archived]
    noted = [_why_not_counted(citation) for citation in disputing if citation not in archived]
    noted += [_nothing_to_read(citation) for citation in archived if citation.has_no_text]
    noted += [_by_hand(citation) for citation in archived if citation.capture.by_hand]
    if not archived:
        return Assessment(State.DISPUTED, (), ("One archived source that disputes the claim.",), tuple(noted))
    names, verbs = _names(archived), ("disputes", "is") if len(archived) == 1 else ("dispute", "are")
    met = f"{names} {verbs[0]} the claim and {verbs[1]} archived."
    return Assessment(State.DISPUTED, (met,), (), tuple(noted))


def _marks(citation: Citation) -> set[str]:
    outlet = citation.source.outlet
    marks = {f"credit {name}" for name in citation.source.credits}
    if outlet:
        # An outlet's own name in somebody else's credit line is the same mark: AFP's page, and a page credited to AFP.
        marks |= {f"outlet {outlet.pk}", f"credit {outlet.name.casefold()}"}
    return marks


def _why_one(line: Sequence[Citation]) -> str:
    names = _names(line)
    if len({citation.source.outlet_id for citation in line}) == 1:
        return f"{len(line)} pages of {line[0].source.label} are one line: they are one outlet's."
    credits = [citation.source.credit_line for citation in line if citation.source.credit_line]
    shared = f" “{credits[0]}”" if credits else ""
    return f"{names} are one line: their credit lines lead to the same copy{shared}."


def _why_not_counted(citation: Citation) -> str:
    name = citation.source.label
    capture = citation.capture
    if capture.is_in_flight:
        return f"{name} does not count yet: its page is still being archived."
    if not capture.is_stored:
        return f"{name} does not count: its page could not be archived. {capture.failure}"
    if not citation.is_read:
        return f"{name} does not count yet: the archived page is still being read."
    return f"{name} does not count: nobody has named its outlet."


def _nothing_to_read(citation: Citation) -> str:
    return f"No text could be read from the copy of {citation.source.label}: see for yourself what it says."


def _by_hand(citation: Citation) -> str:
    return f"The copy of {citation.source.label} was uploaded by hand: the archive has not seen it come from the site."


def _names(citations: Iterable[Citation]) -> str:
    """The outlets, each once, as a sentence lists them."""
    names = list(dict.fromkeys(citation.source.label for citation in citations))
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
