"""What a story may say of who was asked, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from apps.claims.models import ReplyRequest

Outcome = ReplyRequest.Outcome


def sentences(requests: Iterable[ReplyRequest]) -> list[str]:
    """Who answered, declined or kept silent. The last word of each party counts; an answer stands above silence."""
    newest: dict[str, ReplyRequest] = {}
    for request in sorted(requests, key=lambda one: (bool(one.outcome and one.outcome != Outcome.NO_ANSWER), one.pk)):
        newest[request.party.name] = request
    asked = [one for one in newest.values() if not one.outcome]
    silent = [one for one in newest.values() if one.outcome == Outcome.NO_ANSWER]
    declined = [one for one in newest.values() if one.outcome == Outcome.DECLINED]
    found = [f"{one.party} answered: “{one.answer}”" for one in newest.values() if one.outcome == Outcome.ANSWERED]
    if declined:
        found.append(f"{_and([str(one.party) for one in declined])} declined to comment.")
    if silent:
        found.append(_nobody([str(one.party) for one in silent]))
    if asked:
        verb = "has" if len(asked) == 1 else "have"
        found.append(f"{_and([str(one.party) for one in asked])} {verb} been asked and {verb} not answered yet.")
    return found


def _nobody(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} has not answered."
    if len(names) == 2:
        return f"Neither {names[0]} nor {names[1]} has answered."
    return f"None of {_and(names)} has answered."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
