"""Every way that sources, parties and the attributions among them change."""

from apps.sources.actions.agencies import AgencyFacts, edit_agency, list_agency
from apps.sources.actions.attributions import (
    attribute,
    confirm_attribution,
    reject_attribution,
    reject_credit,
    suggest_attribution,
    withdraw_attribution,
)
from apps.sources.actions.documents import notes_of, register_document, register_interview
from apps.sources.actions.grades import grade_party
from apps.sources.actions.parties import PartyFacts, edit_party, party_called, register_party
from apps.sources.actions.sources import (
    FACT_FIELDS,
    SourceFacts,
    correct_source,
    host_outlet,
    learn_from_capture,
    register_source,
)
from apps.sources.actions.suggestions import suggest_from_capture

__all__ = [
    "FACT_FIELDS",
    "AgencyFacts",
    "PartyFacts",
    "SourceFacts",
    "attribute",
    "confirm_attribution",
    "correct_source",
    "edit_agency",
    "edit_party",
    "grade_party",
    "host_outlet",
    "learn_from_capture",
    "list_agency",
    "notes_of",
    "party_called",
    "register_document",
    "register_interview",
    "register_party",
    "register_source",
    "reject_attribution",
    "reject_credit",
    "suggest_attribution",
    "suggest_from_capture",
    "withdraw_attribution",
]
