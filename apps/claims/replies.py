"""What a story may say of who was asked, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    found = [
        _("%(party)s answered: “%(answer)s”") % {"party": one.party, "answer": one.answer}
        for one in newest.values()
        if one.outcome == Outcome.ANSWERED
    ]
    if declined:
        said = ngettext("%(names)s declined to comment.", "%(names)s declined to comment.", len(declined))
        found.append(said % {"names": _and([str(one.party) for one in declined])})
    if silent:
        found.append(_nobody([str(one.party) for one in silent]))
    if asked:
        said = ngettext(
            "%(names)s has been asked and has not answered yet.",
            "%(names)s have been asked and have not answered yet.",
            len(asked),
        )
        found.append(said % {"names": _and([str(one.party) for one in asked])})
    return found


def _nobody(names: Sequence[str]) -> str:
    if len(names) == 1:
        return _("%(party)s has not answered.") % {"party": names[0]}
    if len(names) == 2:
        return _("Neither %(one)s nor %(other)s has answered.") % {"one": names[0], "other": names[1]}
    return _("None of %(names)s has answered.") % {"names": _and(names)}


def _and(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
