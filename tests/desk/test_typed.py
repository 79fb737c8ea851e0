"""No form of the desk loses what was typed into it when its session has ended: every page's forms are tried."""

from collections import defaultdict

import pytest
from django.test import Client
from django.urls import resolve, reverse
from selectolax.lexbor import LexborHTMLParser

from apps.accounts.models import User
from tests.browser.everything import everything
from tests.newsroom import PASSWORD

pytestmark = pytest.mark.django_db
MOMENTS = {"date": "2031-02-03", "datetime-local": "2031-02-03T04:05", "time": "04:05", "number": "7"}


def fields_of(form):
    """The controls of a form that somebody fills in."""
    found = form.css("input[name], textarea[name], select[name]")
    return [one for one in found if one.attributes.get("type") not in {"hidden", "submit", "file", "password"}]


def boxes_of(form):
    """The boxes of a form, each with its name and its value, and whether it is ticked."""
    return {
        (box.attributes["name"], box.attributes.get("value") or "on"): "checked" in box.attributes
        for box in form.css("input[type=checkbox][name]")
    }


def typed_into(form):
    """Other values for every control than those that stand there, and the hidden ones as they are.

    Boxes are ticked, but for the first where there are several.
    """
    sent = defaultdict(list)
    boxes = list(boxes_of(form))
    left_out = boxes[:1] if len(boxes) > 1 else []
    for hidden in form.css("input[type=hidden][name]"):
        if hidden.attributes["name"] != "csrfmiddlewaretoken":
            sent[hidden.attributes["name"]].append(hidden.attributes.get("value") or "")
    for number, one in enumerate(fields_of(form)):
        name, kind = one.attributes["name"], one.attributes.get("type") or ""
        if one.tag == "select":
            values = [option.attributes.get("value") or "" for option in one.css("option")]
            if values:
                sent[name].append(values[-1])
        elif kind in {"checkbox", "radio"}:
            value = one.attributes.get("value") or "on"
            if (name, value) in left_out:
                continue
            sent[name] = [value] if kind == "radio" else [*sent[name], value]
        else:
            sent[name].append(MOMENTS.get(kind, f"Typed “{number}” <here>."))
    return dict(sent)


def shown_on(page):
    """Each name's values, as the controls of all forms of the page have them."""
    shown = defaultdict(set)
    for one in page.css("input[name], textarea[name], select[name]"):
        name, kind = one.attributes["name"], one.attributes.get("type") or ""
        if one.tag == "select":
            shown[name] |= {option.attributes.get("value") or "" for option in one.css("option[selected]")}
        elif one.tag == "textarea":
            shown[name].add(one.text())
        elif kind in {"checkbox", "radio"}:
            if "checked" in one.attributes:
                shown[name].add(one.attributes.get("value") or "on")
        else:
            shown[name].add(one.attributes.get("value") or "")
    return shown


def ticks_on(page, names):
    """Of each form of the page, which boxes of these names are ticked. One that isn't there is as good as unticked."""
    found = [boxes_of(form) for form in page.css("main form[method=post]")]
    return [{box for box, is_ticked in boxes.items() if is_ticked and box[0] in names} for boxes in found]


def forms_on(client, address):
    page = LexborHTMLParser(client.get(address).content.decode())
    for form in page.css("main form[method=post]"):
        if fields_of(form):
            yield form.attributes.get("action") or address, form


def lost(address, sent, boxes):
    """What of it isn't on the page that the sign-in leads to, and boxes of which others are ticked there."""
    stranger = Client()
    ended = stranger.post(address, sent)
    assert ended.status_code == 401, address
    going_on = {name: ended.context[name] for name in ("next", "carried")}
    answer = stranger.post(reverse("desk:sign_in"), {"username": "sofia", "password": PASSWORD, **going_on})
    address = answer.headers["Location"]
    page = LexborHTMLParser(stranger.get(address).content.decode())
    shown = shown_on(page)
    # Where the form leads back to nobody has typed.
    missing = {name: values for name, values in sent.items() if name != "back" and not set(values) <= shown[name]}
    ticked = {box for box in boxes if box[1] in sent.get(box[0], [])}
    if ticked and ticked not in ticks_on(page, {name for name, _ in boxes}):
        missing["boxes"] = sorted(ticked)
    return missing


def test_a_session_that_has_ended_costs_no_form_a_word_a_tick_or_a_choice():
    pages = everything()
    sofia = Client()
    sofia.force_login(User.objects.get(username="sofia"))
    tried, missing, several = set(), {}, 0
    for addresses in pages.values():
        for address in addresses:
            for action, form in forms_on(sofia, address):
                view = resolve(action.partition("?")[0])
                if view.url_name in tried or getattr(view.func, "is_confidential", False):
                    continue
                tried.add(view.url_name)
                boxes = boxes_of(form).keys()
                several += len(boxes) > 1
                if found := lost(action, typed_into(form), boxes):
                    missing[view.url_name] = found
    assert missing == {}
    assert {"claim_cite", "claims_assign", "entry_erase", "view_save", "figure_edit", "policy_edit", "add"} <= tried
    assert len(tried) > 40, sorted(tried)
    assert several > 2
