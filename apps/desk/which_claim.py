"""Another claim than those that a form offers: by its number, or by words of it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.claims.models import Claim

MOST_FOUND = 8


def claim_called(typed: str) -> tuple[Claim | None, list[Claim], str]:
    """The claim of this number, or the only one that has these words; else those that have them, and what is wrong."""
    if not typed:
        return None, [], _("Which claim? Type its number, or some words of it.")
    number = typed.removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        claim = Claim.objects.filter(pk=int(number)).first()
        return claim, [], "" if claim else _("There is no claim %(number)s.") % {"number": number}
    found = list(Claim.objects.all().with_words(typed)[:MOST_FOUND])
    if len(found) == 1:
        return found[0], [], ""
    return (
        None,
        found,
        _("Several claims have these words: choose one.") if found else _("No claim has all these words."),
    )
