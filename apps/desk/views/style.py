"""The page of the desk's components, each in every state, for whoever changes them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.archive.models import Capture, Page
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.audit.verifying.findings import Finding, Kind
from apps.claims.models import Claim
from apps.claims.states import Stage, State
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
NOTICES = ["info", "success", "warning", "error"]
DAYS, WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], [3, 0, 12, 7, 40]
ELSEWHERE = "https://news.example.org/2024/12/27/two-captured"


@require_safe
def style(request: DeskRequest) -> HttpResponse:
    """Every component in every state, made of rows that are in no database."""
    return render(request, "desk/style.html", components())


def components() -> dict[str, Any]:
    """What the style page shows."""
    page, now = Page(url=ELSEWHERE), timezone.now()
    sent: dict[str, Any] = {"address": "news.example", "number": "many", "choice": "3"}
    lines = [
        Entry(pk=1, at=now, verb=Verb.SIGNED_IN, actor_kind="person", actor_label="Ada", channel="web"),
        Entry(
            pk=2,
            at=now,
            verb=Verb.CLAIM_STAGED,
            actor_kind="person",
            actor_label="Ada",
            target_label="Two North Korean soldiers were captured.",
            before={"stage": "inbox"},
            after={"stage": "in_review"},
            reason="Two bodies know for themselves.",
            channel="web",
            erasures=1,
        ),
    ]
    return {
        "colours": COLOURS,
        "icons": list(ICONS),
        "buttons": BUTTONS,
        "notices": NOTICES,
        "forms": [
            ("As it comes", StyleForm()),
            ("Sent back", StyleForm(sent)),
            ("Resting", StyleForm(is_resting=True)),
        ],
        "verdicts": [*(Claim(state=state) for state in State), Claim(state=State.DISPUTED, against_rule=True)],
        "copies": [
            *(Capture(page=page, state=state) for state in Capture.State),
            *(Capture(page=page, state="stored", method=method) for method in Capture.Method),
        ],
        "claims": [_claim(number, state) for number, state in enumerate(State, 1)],
        "lines": lines,
        "chart": chart(Series("week", "Copies in a week", WEEK, str), DAYS, [DAYS[0], DAYS[-1]]),
        "filter": ClaimFilter({}, Claim.objects.none()),
        "narrowings": [Narrowing("State", "Unverified", ""), Narrowing("Words", "two captured", "")],
        "saved_page": "queue",
        "query": "state=unverified&text=two+captured",
        "slice": SimpleNamespace(next_query="", is_first=False, first_query=""),
        "broken": [Finding(Kind.BODY_CHANGED, "line 3 of claim:42 (entry 77)", "")],
        "left_out": ["“tomorrow” is no date: the filter “Due before” is left out."],
    }


def _claim(number: int, state: State) -> Claim:
    claim = Claim(pk=number, statement="Two North Korean soldiers were captured in Kursk.", state=state)
    claim.stage, claim.changed_at, claim.due = Stage.IN_REVIEW, timezone.now(), timezone.now()
    counts = {
        "support_count": number - 1,
        "dispute_count": 1 if state == State.DISPUTED else 0,
        "flag_count": number - 1,
    }
    for name, value in counts.items():
        setattr(claim, name, value)
    return claim
