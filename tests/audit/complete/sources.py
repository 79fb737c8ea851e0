"""Sources, the parties behind them, news agencies, attributions, and rulings over them."""

from __future__ import annotations

from apps.audit.verbs import Verb
from apps.claims.actions import rule_apart
from apps.sources.actions import attribute, list_agency, suggest_attribution
from apps.sources.models import Agency, Party
from tests.audit.complete.claims import newest
from tests.audit.complete.rows import FORM, HTMX, NUMBER, TEXT, WEB, Deed, admin, changed, operation
from tests.newsroom import corroborate, make_claim, make_outlet, make_source, make_two_lines

URL = "https://paper.example.com/story"
WHY = "The page says so."


@operation("claims.actions.citations.correct_source", Verb.SOURCE_CORRECTED, WEB, HTMX)
def correct_source(desk, door):
    """A verdict rests on whose words they are: the claim is flagged in the same breath."""
    claim = make_claim(desk.rita)
    first, _ = make_two_lines(claim, desk.rita)
    corroborate(claim, desk.ada)
    source = first.source
    begun = {"title": source.title, "outlet": source.outlet.name, "byline": "", "credit_line": "", "published_at": ""}
    typed = changed(begun, credit_line="Yonhap", outlet="SBU")
    act = desk.post(desk.rita, "source_correct", source.pk, **typed, expected_version=1)
    before = {"outlet": source.outlet.name, "credit_line": ""}
    after = {"outlet": "SBU", "credit_line": "Yonhap", "changed": "outlet, credit line"}
    others = ["party_registered", "claim_flagged"]
    return Deed(act, source.stream, str(source), by=desk.rita, before=before, after=after, others=others)


@operation("sources.actions.parties.register_party", Verb.PARTY_REGISTERED, FORM)
def register_party(desk, door):
    act = desk.panel(desk.sofia, admin(Party, "add"), name="NIS", kind="body", note="", is_named="on")
    return Deed(act, newest(Party), "NIS", by=desk.sofia, after={"kind": "body"})


@operation("sources.actions.parties.edit_party", Verb.PARTY_EDITED, FORM)
def edit_party(desk, door):
    party = make_outlet("Yonhap")
    shown = {"name": "Yonhap", "kind": "outlet", "note": "", "is_named": "on", "initial-is_named": "True"}
    typed = {**changed(shown, note="Seoul."), "initial-is_named": "True"}
    act = desk.panel(desk.sofia, admin(Party, "change", party.pk), **typed)
    before, after = {"note": ""}, {"note": "Seoul.", "changed": "note"}
    return Deed(act, f"party:{party.pk}", "Yonhap", by=desk.sofia, before=before, after=after)


@operation("sources.actions.agencies.list_agency", Verb.AGENCY_LISTED, FORM)
def list_an_agency(desk, door):
    told = {"name": "Nowhere Press", "spellings": "NOWHERE PRESS\nNP", "short_names": "", "hosts": "www.np.example"}
    act = desk.panel(desk.sofia, admin(Agency, "add"), **told)
    after = {"spellings": ["NOWHERE PRESS", "NP"], "short_names": [], "hosts": ["np.example"]}
    others = ["party_registered"]
    return Deed(act, newest(Party), "Nowhere Press", by=desk.sofia, after=after, others=others)


@operation("sources.actions.agencies.edit_agency", Verb.AGENCY_EDITED, FORM)
def edit_an_agency(desk, door):
    agency = list_agency("Nowhere Press", by=desk.sofia, spellings=["NP"])
    typed = changed({"spellings": "NP", "short_names": "", "hosts": ""}, hosts="np.example")
    act = desk.panel(desk.sofia, admin(Agency, "change", agency.pk), **typed)
    before, after = {"hosts": []}, {"hosts": ["np.example"], "changed": "hosts"}
    return Deed(act, f"party:{agency.party_id}", "Nowhere Press", by=desk.sofia, before=before, after=after)


def suggested(source):
    return suggest_attribution(source, "quotes", make_outlet("AFP"), found_by="stated_origin", grounds={})


def sentence(source):
    return f"{source.label}: {source.title} quotes AFP"


@operation("claims.actions.attributions.attribute_by_name", Verb.ATTRIBUTION_ENTERED, WEB, HTMX)
def attribute_to_a_party(desk, door):
    source = make_source(URL)
    told = {"relation": "quotes", "party": "AFP", "kind": "agency", "reason": WHY}
    make_outlet("AFP")
    act = desk.post(desk.ada, "source_attribute", source.pk, **told)
    return Deed(act, source.stream, sentence(source), by=desk.ada, after={"attribution": NUMBER}, reason=WHY)


@operation("claims.actions.attributions.attribute", Verb.ATTRIBUTION_ENTERED, WEB, HTMX)
def attribute_to_a_page(desk, door):
    claim = make_claim(desk.rita)
    source, other = (citation.source for citation in make_two_lines(claim, desk.rita))
    told = {"relation": "quotes", "source": other.pk, "kind": "other", "reason": WHY}
    act = desk.post(desk.ada, "source_attribute", source.pk, **told)
    target = f"{source.label}: {source.title} quotes {other.label}: {other.title}"
    return Deed(act, source.stream, target, by=desk.ada, after={"attribution": NUMBER}, reason=WHY)


@operation("claims.actions.attributions.attribute_by_name", Verb.ATTRIBUTION_SUGGESTED, WEB)
def suggest_as_a_reporter(desk, door):
    """A reporter's word waits for an editor. Nobody knew the party: it is registered."""
    source = make_source(URL)
    told = {"relation": "quotes", "party": "Nobody's Press", "kind": "agency", "reason": WHY}
    act = desk.post(desk.rita, "source_attribute", source.pk, **told)
    after, others = {"attribution": NUMBER, "found_by": TEXT}, ["party_registered"]
    target = f"{source.label}: {source.title} quotes Nobody's Press"
    return Deed(act, source.stream, target, by=desk.rita, after=after, reason=WHY, others=others)


@operation("claims.actions.attributions.confirm_attribution", Verb.ATTRIBUTION_CONFIRMED, WEB, HTMX)
def confirm_attribution(desk, door):
    source = make_source(URL)
    edge = suggested(source)
    act = desk.post(desk.ada, "attribution_confirm", edge.pk, reason=WHY)
    before, after = {"state": "suggested"}, {"attribution": edge.pk, "state": "confirmed"}
    return Deed(act, source.stream, sentence(source), by=desk.ada, before=before, after=after, reason=WHY)


@operation("claims.actions.attributions.reject_attribution", Verb.ATTRIBUTION_REJECTED, WEB, HTMX)
def reject_attribution(desk, door):
    source = make_source(URL)
    edge = suggested(source)
    act = desk.post(desk.ada, "attribution_reject", edge.pk, reason=WHY)
    before, after = {"state": "suggested"}, {"attribution": edge.pk, "state": "rejected"}
    return Deed(act, source.stream, sentence(source), by=desk.ada, before=before, after=after, reason=WHY)


@operation("claims.actions.attributions.reject_credit", Verb.ATTRIBUTION_REJECTED, WEB, HTMX)
def reject_credit(desk, door):
    make_outlet("AFP")
    source = make_source(URL, credit_line="AFP")
    act = desk.post(desk.ada, "source_reject_credit", source.pk, name="AFP", reason=WHY)
    target, after = f"{source.label}: {source.title} republishes AFP", {"attribution": NUMBER, "state": "rejected"}
    return Deed(act, source.stream, target, by=desk.ada, after=after, reason=WHY)


@operation("claims.actions.attributions.withdraw_attribution", Verb.ATTRIBUTION_WITHDRAWN, WEB, HTMX)
def withdraw_attribution(desk, door):
    source = make_source(URL)
    edge = attribute(source, "quotes", make_outlet("AFP"), by=desk.ada, reason="At first sight.")
    act = desk.post(desk.ada, "attribution_withdraw", edge.pk, reason=WHY)
    before = {"state": "confirmed", "reason": "At first sight."}
    after = {"attribution": edge.pk, "state": "withdrawn"}
    return Deed(act, source.stream, sentence(source), by=desk.ada, before=before, after=after, reason=WHY)


@operation("claims.actions.attributions.rule_apart", Verb.ORIGINS_RULED_APART, WEB, HTMX)
def rule_two_apart(desk, door):
    claim, one, other = make_claim(desk.rita), make_outlet("AFP"), make_outlet("KCNA")
    typed = {"one": f"party:{one.pk}", "other": f"party:{other.pk}", "reason": WHY, "expected_version": 1}
    act = desk.post(desk.ada, "claim_rule_apart", claim.pk, **typed)
    after = {"ruling": NUMBER, "one": "AFP", "other": "KCNA"}
    return Deed(act, claim.stream, claim.statement, by=desk.ada, after=after, reason=WHY)


@operation("claims.actions.attributions.withdraw_ruling", Verb.RULING_WITHDRAWN, WEB, HTMX)
def withdraw_ruling(desk, door):
    claim, two = make_claim(desk.rita), (make_outlet("AFP"), make_outlet("KCNA"))
    ruling = rule_apart(claim, *two, by=desk.ada, reason="So.", expected_version=1)
    act = desk.post(desk.ada, "ruling_withdraw", ruling.pk, reason=WHY)
    before = {"ruling": ruling.pk, "one": "AFP", "other": "KCNA"}
    return Deed(act, claim.stream, claim.statement, by=desk.ada, before=before, reason=WHY)
