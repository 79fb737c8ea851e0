"""Attributions: entered by people, suggested by the worker, answered by editors. All are kept, with who and why."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.capabilities import Capability
from apps.accounts.models import User
from apps.accounts.permissions import require
from apps.archive.models import Capture
from apps.audit.actions import record
from apps.audit.statements import insert
from apps.audit.verbs import Verb
from apps.audit.wording import plain, plainly
from apps.sources.actions.parties import register_party
from apps.sources.models import Agency, Attribution, Party, Source
from apps.sources.names import fold
from apps.sources.refusals import AlreadyAttributed, ReasonMissing, Refusal
from apps.sources.tracing import as_written, credited_by

State, FoundBy, Relation = Attribution.State, Attribution.FoundBy, Attribution.Relation


def attribute(of: Source | Party, relation: str, to: Source | Party, *, by: User, reason: str) -> Attribution:
    """Enter where a source or a party has its information from, with the reason.

    An editor's word is confirmed at once, and confirms what was only suggested. A reporter's waits for an editor, like
    what the archive suggests: one more origin can make a line. Raises AlreadyAttributed, ReasonMissing, Refusal.
    """
    require(by, Capability.CITE)
    _need_a_reason(reason)
    if of == to:
        raise Refusal(_("Nothing can be attributed to itself."))
    with transaction.atomic():
        known = Attribution.objects.live().between(of, relation, to).select_for_update(of=("self",)).first()
        if known is None:
            try:
                with transaction.atomic():
                    return _enter(of, relation, to, by, reason)
            except IntegrityError:
                known = Attribution.objects.live().between(of, relation, to).select_for_update(of=("self",)).get()
        if not known.is_pending:
            raise AlreadyAttributed(_("The desk knows already: %(sentence)s.") % {"sentence": _sentence(known)})
        if not by.may(Capability.DECIDE):
            said = _("This is suggested already, and waits for an editor: %(sentence)s.")
            raise AlreadyAttributed(said % {"sentence": _sentence(known)})
        return _answer(known, State.CONFIRMED, Verb.ATTRIBUTION_CONFIRMED, by, reason)


def suggest_attribution(
    of: Source | Party,
    relation: str,
    to: Source | Party,
    *,
    found_by: str,
    grounds: dict[str, Any],
    capture: Capture | None = None,
) -> Attribution | None:
    """Offer an attribution to the editors: the worker's door, so no person. None when it was offered or entered before.

    What an editor refused or took back is never offered again. Suggesting twice, or at once, suggests one.
    """
    if of == to or Attribution.objects.between(of, relation, to).exists():
        return None
    with transaction.atomic():
        try:
            with transaction.atomic():
                edge = Attribution(
                    **_ends(of, to),
                    relation=relation,
                    state=State.SUGGESTED,
                    found_by=found_by,
                    grounds=grounds,
                    capture=capture,
                )
                insert(edge)
        except IntegrityError:
            return None
        _record(edge, Verb.ATTRIBUTION_SUGGESTED, None, after={"found_by": plain(FoundBy(edge.found_by).label).lower()})
    return edge


def confirm_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """An editor says that a suggestion is right. Raises ReasonMissing, and Refusal when it is answered already."""
    require(by, Capability.DECIDE)
    return _answer_suggestion(attribution, State.CONFIRMED, Verb.ATTRIBUTION_CONFIRMED, by, reason)


def reject_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """An editor says that a suggestion is wrong: it is kept, and never offered again. Raises what confirming raises."""
    require(by, Capability.DECIDE)
    return _answer_suggestion(attribution, State.REJECTED, Verb.ATTRIBUTION_REJECTED, by, reason)


def reject_credit(source: Source, name: str, *, by: User, reason: str) -> Attribution:
    """Say that a source does not print the copy of whom its credit line names: kept like a suggestion that is rejected.

    Raises ReasonMissing, and Refusal where the line names nobody of this name, or somebody has answered already.
    """
    require(by, Capability.DECIDE)
    _need_a_reason(reason)
    agencies, named = Agency.objects.names(), credited_by(source)
    key = next((key for key in (agencies.identity(name), fold(name)) if key in named), "")
    if not key:
        raise Refusal(_("The credit line does not name %(name)s.") % {"name": name})
    # By the very name that the line has: what was answered of it stays so when an agency no longer goes by it.
    written = next((one for one in sorted(source.credits) if agencies.identity(one) == key), key)
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
        party = Party.objects.one_with([key]).filter(folded=written).first()
        party = party or register_party(as_written(written, source.credit_line), kind=Party.Kind.OTHER, by=by)
        if known := Attribution.objects.between(source, Relation.REPUBLISHES, party).order_by("-pk").first():
            return reject_attribution(known, by=by, reason=reason)
        edge = Attribution.objects.create(
            **_ends(source, party),
            relation=Relation.REPUBLISHES,
            state=State.REJECTED,
            found_by=FoundBy.CREDIT_LINE,
            grounds={"words": source.credit_line},
            decided_by=by,
            decided_at=timezone.now(),
            reason=reason,
        )
        _record(edge, Verb.ATTRIBUTION_REJECTED, by, after={"state": edge.state}, reason=reason)
    return edge


def withdraw_attribution(attribution: Attribution, *, by: User, reason: str) -> Attribution:
    """Take back a confirmed attribution; it is kept. Whoever entered it may, and whoever decides."""
    if attribution.entered_by_id != by.pk:
        require(by, Capability.DECIDE)
    require(by, Capability.CITE)
    _need_a_reason(reason)
    with transaction.atomic():
        attribution = _locked(attribution)
        if attribution.state != State.CONFIRMED:
            raise Refusal(_("There is nothing to take back: %(answered)s") % {"answered": _answered(attribution)})
        return _answer(attribution, State.WITHDRAWN, Verb.ATTRIBUTION_WITHDRAWN, by, reason)


def _answer_suggestion(attribution: Attribution, state: str, verb: Verb, by: User, reason: str) -> Attribution:
    _need_a_reason(reason)
    with transaction.atomic():
        attribution = _locked(attribution)
        if not attribution.is_pending:
            raise Refusal(_("Somebody was faster: %(answered)s") % {"answered": _answered(attribution)})
        return _answer(attribution, state, verb, by, reason)


def _answer(edge: Attribution, state: str, verb: Verb, by: User, reason: str) -> Attribution:
    before = {"state": edge.state, **({"reason": edge.reason} if edge.reason else {})}
    edge.state = state
    edge.decided_by, edge.decided_at, edge.reason, edge.has_news = by, timezone.now(), reason, True
    edge.save(update_fields=["state", "decided_by", "decided_at", "reason", "has_news"])
    _record(edge, verb, by, before=before, after={"state": state}, reason=reason)
    return edge


def _enter(of: Source | Party, relation: str, to: Source | Party, by: User, reason: str) -> Attribution:
    said: dict[str, Any] = {"state": State.SUGGESTED, "found_by": FoundBy.REPORTER, "grounds": {"sentence": reason}}
    if by.may(Capability.DECIDE):
        said = {"state": State.CONFIRMED, "found_by": FoundBy.EDITOR, "reason": reason}
        said |= {"decided_by": by, "decided_at": timezone.now()}
    edge = Attribution.objects.create(**_ends(of, to), relation=relation, entered_by=by, **said)
    if edge.is_pending:
        found_by = plain(FoundBy(edge.found_by).label).lower()
        _record(edge, Verb.ATTRIBUTION_SUGGESTED, by, after={"found_by": found_by}, reason=reason)
    else:
        _record(edge, Verb.ATTRIBUTION_ENTERED, by, reason=reason)
    return edge


def _ends(of: Source | Party, to: Source | Party) -> dict[str, Any]:
    return {f"{end}_{'source' if isinstance(row, Source) else 'party'}": row for end, row in (("of", of), ("to", to))}


def _locked(attribution: Attribution) -> Attribution:
    return Attribution.objects.with_ends().select_for_update(of=("self",)).get(pk=attribution.pk)


def _need_a_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing(_("Give a reason: somebody will ask for it."))


@plainly
def _sentence(edge: Attribution) -> str:
    return f"{_called(edge.of)} {edge.get_relation_display()} {_called(edge.to)}"


def _called(end: Source | Party) -> str:
    if isinstance(end, Party):
        return end.name
    return end.called


def _answered(edge: Attribution) -> str:
    if edge.is_pending:
        return _("nobody has confirmed it yet.")
    return _("%(name)s has %(answer)s it, because: %(reason)s") % {
        "name": edge.decided_by,
        "answer": edge.get_state_display().lower(),
        "reason": edge.reason,
    }


def _record(
    edge: Attribution,
    verb: Verb,
    by: User | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    stream = f"source:{edge.of_source_id}" if edge.of_source_id else f"party:{edge.of_party_id}"
    told = {"attribution": edge.pk, **(after or {})}
    record(verb, stream=stream, target=_sentence(edge), by=by, before=before, after=told, reason=reason)
