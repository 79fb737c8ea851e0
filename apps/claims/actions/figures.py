"""Recording, correcting and withdrawing figures, and naming what they are figures of."""

from __future__ import annotations

from datetime import date
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.audit.actions import record
from apps.audit.verbs import Verb
from apps.audit.versioned import differences, lock
from apps.audit.wording import plain
from apps.claims.actions.flags import flag_for_figure, flag_for_measure
from apps.claims.actions.naming import party_named
from apps.claims.actions.writing import write_claim
from apps.claims.figures import conflicts_of
from apps.claims.models import Citation, Claim, Figure, Measure
from apps.claims.models.figures import day
from apps.claims.quantities import Counting, Quantity
from apps.claims.refusals import Impossible, ReasonMissing, Refusal
from apps.sources.names import fold

MOST_FIGURES = 200


class MeasureFacts(TypedDict, total=False):
    """What can be edited of a measure."""

    name: str
    unit: str
    definition: str
    counting: str


class FigureFacts(TypedDict, total=False):
    """What can be edited of a figure; ``party`` is a name."""

    quantity: Quantity
    party: str
    as_of_first: date | None
    as_of_last: date | None
    citation: Citation | None


def register_measure(
    name: str, *, by: User, unit: str, counting: str = Counting.TOTAL, definition: str = ""
) -> Measure:
    """The measure of this name, new or known. Raises Refusal for a known one that is counted in another unit."""
    require(by, Capability.CITE)
    name, unit = " ".join(name.split())[:200], " ".join(unit.split())[:60]
    with transaction.atomic():
        known = Measure.objects.named(name).first()
        if known is None:
            if not name or not unit:
                raise Refusal(_("A new measure needs a name, and a unit that it is counted in."))
            try:
                with transaction.atomic():
                    known = Measure.objects.create(
                        name=name, unit=unit, counting=counting, definition=definition, registered_by=by
                    )
            except IntegrityError:
                known = Measure.objects.get(name__iexact=name)
            else:
                told = {"unit": unit, "counting": plain(Counting(known.counting).label), "definition": definition}
                record(Verb.MEASURE_REGISTERED, stream=known.stream, target=name, by=by, after=told)
                return known
        if unit and fold(unit) != fold(known.unit):
            raise Refusal(
                _("“%(measure)s” is counted in %(known)s, not in %(unit)s: units are never mixed.")
                % {"measure": known, "known": known.unit, "unit": unit}
            )
    return known


def edit_measure(measure: Measure, *, by: User, **changes: Unpack[MeasureFacts]) -> Measure:
    """Change what is given of what a measure is called or how it counts. All its figures are compared by that.

    Claims with such figures are flagged. Raises Refusal for a name that another measure has.
    """
    require(by, Capability.DECIDE)
    try:
        with transaction.atomic():
            measure = Measure.objects.select_for_update().get(pk=measure.pk)
            before = _measure_facts(measure)
            measure.name = changes.get("name", measure.name)
            if Measure.objects.named(measure.name).exclude(pk=measure.pk).exists():
                raise Refusal(_("There is a measure of this name already."))
            measure.unit = changes.get("unit", measure.unit)
            measure.definition = changes.get("definition", measure.definition)
            measure.counting = changes.get("counting", measure.counting)
            was, became = differences(before, _measure_facts(measure))
            if became:
                measure.save(update_fields=["name", "folded", "unit", "definition", "counting"])
                record(
                    Verb.MEASURE_EDITED, stream=measure.stream, target=before["name"], by=by, before=was, after=became
                )
            if changed := [name for name in ("name", "unit", "counting") if name in became]:
                told = "; ".join(f"its {name} “{was[name]}” is “{became[name]}” now" for name in changed)
                flag_for_measure(measure, f"The measure “{before['name']}” has changed: {told}.", by=by)
    except IntegrityError as error:
        raise Refusal(_("There is a measure of this name already.")) from error
    return measure


def add_figure(
    claim: Claim,
    *,
    by: User,
    measure: Measure,
    quantity: Quantity,
    party: str,
    as_of_first: date | None = None,
    as_of_last: date | None = None,
    citation: Citation | None = None,
) -> Figure:
    """Record a number that a party gives, of a measure, on the claim. One day is both its first and its last.

    Raises Impossible, and Refusal.
    """
    require(by, Capability.CITE)
    as_of_first, as_of_last = _days(as_of_first, as_of_last)
    with transaction.atomic():
        claim = lock(claim)
        _check_citation(claim, citation)
        if Figure.objects.live().filter(claim=claim).count() >= MOST_FIGURES:
            raise Refusal(
                _("This claim has %(number)d figures: record further ones on another claim of the story.")
                % {"number": MOST_FIGURES}
            )
        before = conflicts_of(claim)
        figure = Figure.objects.create(
            claim=claim,
            citation=citation,
            measure=measure,
            party=_whose(party, by),
            qualifier=quantity.qualifier,
            low=quantity.low,
            high=quantity.high,
            as_of_first=as_of_first,
            as_of_last=as_of_last,
            added_by=by,
        )
        _write(claim, Verb.FIGURE_ADDED, by, figure, before, after=_facts(figure))
    return figure


def edit_figure(figure: Figure, *, by: User, expected_version: int, **changes: Unpack[FigureFacts]) -> Figure:
    """Correct what is given of a figure; one of a single day stays one unless it is given a last day too.

    ``expected_version`` is the claim's. Raises ChangedMeanwhile, Impossible, and Refusal.
    """
    if figure.added_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    with transaction.atomic():
        claim = lock(figure.claim, expected_version)
        figure = _live(figure)
        before, conflicts_before = _facts(figure), conflicts_of(claim)
        if quantity := changes.get("quantity"):
            figure.qualifier, figure.low, figure.high = quantity.qualifier, quantity.low, quantity.high
        if "party" in changes:
            figure.party = _whose(changes["party"], by)
        last = figure.as_of_last if figure.as_of_last != figure.as_of_first else None
        figure.as_of_first, figure.as_of_last = _days(
            changes.get("as_of_first", figure.as_of_first), changes.get("as_of_last", last)
        )
        if "citation" in changes:
            _check_citation(claim, changes["citation"])
            figure.citation = changes["citation"]
        was, became = differences(before, _facts(figure))
        if became:
            figure.save(update_fields=["qualifier", "low", "high", "party", "as_of_first", "as_of_last", "citation"])
            _write(claim, Verb.FIGURE_EDITED, by, figure, conflicts_before, before=was, after=became)
    return figure


def withdraw_figure(figure: Figure, *, by: User, reason: str) -> Figure:
    """Take a figure off the claim; it stays in the record. Whoever recorded it may, and whoever decides."""
    if figure.added_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    if not reason.strip():
        raise ReasonMissing(_("Say why this figure is withdrawn."))
    with transaction.atomic():
        claim = lock(figure.claim)
        figure = _live(figure)
        before = conflicts_of(claim)
        figure.withdrawn_by, figure.withdrawn_at, figure.withdrawn_because = by, timezone.now(), reason
        figure.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
        _write(claim, Verb.FIGURE_WITHDRAWN, by, figure, before, before=_facts(figure), reason=reason)
    return figure


def _whose(name: str, by: User) -> Any:
    party = party_named(name, by)
    if party is None:
        raise Refusal(_("Say who gives this number."))
    return party


def _days(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """The first and the last day of a figure; without a last one it is of the first alone."""
    if last and not first:
        raise Impossible("as_of_first", _("Give the first day too: the last one is %(last)s.") % {"last": day(last)})
    if first and last and last < first:
        said = _("The last day, %(last)s, is before the first.") % {"last": day(last)}
        raise Impossible("as_of_last", said)
    return first, last or first


def _live(figure: Figure) -> Figure:
    found = Figure.objects.select_related("measure", "party", "claim", "citation").get(pk=figure.pk)
    if found.withdrawn_at:
        raise Refusal(_("This figure is withdrawn."))
    return found


def _check_citation(claim: Claim, citation: Citation | None) -> None:
    if citation and (citation.claim_id != claim.pk or citation.withdrawn_at):
        raise Refusal(_("A figure rests on a citation of its own claim that has not been withdrawn."))


def _write(
    claim: Claim,
    verb: Verb,
    by: User,
    figure: Figure,
    conflicts_before: list[str],
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record it on the claim, which is flagged when figures come or cease to conflict, or evidence is withdrawn."""
    said = f"{figure.party}: {figure.quantity.words} {figure.measure}"
    told = {"figure": said, "number": figure.pk}
    write_claim(
        claim,
        verb,
        by,
        fields=[],
        before={**told, **(before or {})},
        after={**told, **(after or {})},
        reason=reason,
    )
    if verb == Verb.FIGURE_WITHDRAWN or conflicts_before != conflicts_of(claim):
        happened = {Verb.FIGURE_ADDED: "recorded", Verb.FIGURE_EDITED: "corrected", Verb.FIGURE_WITHDRAWN: "withdrawn"}
        flag_for_figure(figure, claim, f"A figure was {happened[verb]}: {said}.", by=by)


def _facts(figure: Figure) -> dict[str, Any]:
    citation = figure.citation
    return {
        "says": figure.quantity.words,
        "party": figure.party.name,
        "measure": figure.measure.name,
        "unit": figure.measure.unit,
        "as_of": figure.as_of,
        "on": citation.source.label if citation else "",
    }


def _measure_facts(measure: Measure) -> dict[str, str]:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "definition": measure.definition,
        "counting": plain(Counting(measure.counting).label),
    }
