"""The page of the desk's components, each in every state, for whoever changes them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.audit.verifying.findings import Finding, Kind
from apps.claims.models import Claim
from apps.claims.states import Stage, State
from apps.desk import style_forms, style_rows
from apps.desk.charts import Series, chart
from apps.desk.filters import ClaimFilter
from apps.desk.narrowing import Narrowing
from apps.desk.requests import DeskRequest
from apps.desk.style_forms import StyleForm
from apps.desk.templatetags.desk import ICONS

COLOURS = [
    "paper", "sheet", "sunk", "ink", "ink-2", "ink-3", "rule", "edge", "accent", "accent-deep", "on-accent", "focus",
    "good", "good-wash", "bad", "bad-wash", "open", "open-wash", "wait", "wait-wash", "mark",
]  # fmt: skip
BUTTONS = ["", "button-main", "button-quiet", "button-against", "button-small"]
DAYS, WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], [3, 0, 12, 7, 40]
QUERY = "state=unverified&text=two+captured"


@require_safe
def style(request: DeskRequest) -> HttpResponse:
    """Every component in every state, made of rows that are in no database. ``?waiting``: as while an answer is due."""
    context = {**foundations(), **lists(request.user), **evidence(), "is_waiting": "waiting" in request.GET}
    return render(request, "desk/style.html", context)


def foundations() -> dict[str, Any]:
    """Colours, icons, buttons, fields, and what the desk tells."""
    sent: dict[str, Any] = {"address": "news.example", "number": "many", "choice": "3"}
    return {
        "colours": COLOURS,
        "icons": list(ICONS),
        "buttons": BUTTONS,
        "forms": [
            ("As it comes", StyleForm()),
            ("Sent back", StyleForm(sent)),
            ("Resting", StyleForm(is_resting=True)),
        ],
        "told": style_rows.told(),
        "changed": style_rows.meanwhile(),
        "broken": [Finding(kind, "line 3 of claim:42 (entry 77)", "") for kind in (Kind.BODY_CHANGED, Kind.UNSIGNED)],
        "left_out": ["“tomorrow” is no date: the filter “Due before” is left out."],
    }


def lists(viewer: User) -> dict[str, Any]:
    """What lists are made of, and charts."""
    claims, notes = style_rows.claims()
    return {
        "verdicts": [*(Claim(state=state) for state in State), Claim(state=State.DISPUTED, against_rule=True)],
        "claims": claims,
        "notes": notes,
        "lines": style_rows.lines(),
        "filter": ClaimFilter({}, Claim.objects.none()),
        "narrowings": [Narrowing("State", "Unverified", ""), Narrowing("Words", "two captured", "")],
        "views": style_rows.saved_views(viewer, QUERY),
        # No list has this name: the form that saves a view leads nowhere.
        "saved_page": "components",
        "query": QUERY,
        "people": [viewer, style_rows.person(1)],
        "stages": Stage.choices,
        "slice": SimpleNamespace(next_query="after=2", is_first=False, first_query=""),
        "chart": chart(Series("week", "Copies in a week", WEEK, str), DAYS, [DAYS[0], DAYS[-1]]),
        "steps": list(zip(DAYS, WEEK, strict=True)),
    }


def evidence() -> dict[str, Any]:
    """Copies, what is said of them, and where they have it from."""
    return {
        "copies": style_rows.copies(),
        "source": style_rows.source(),
        "comparable": style_rows.comparable(),
        "uploads": style_rows.uploads(),
        "watches": style_rows.watches(),
        "suggestions": style_rows.suggestions(),
        "attributions": style_rows.attributions(),
        "said": style_forms.said_of_it(),
    }
