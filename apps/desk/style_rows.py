"""Rows for the page of the desk's components: made in memory, of no database. Their numbers lead nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.utils import timezone

from apps.accounts.models import SavedView, User
from apps.archive.models import Capture, Drift, Look, Page, Passage, Upload, Watch
from apps.archive.models.pages import DOCUMENT, NO_ADDRESS
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from apps.audit.versioned import ChangedMeanwhile
from apps.claims.models import Claim, MoveRequest, Story
from apps.claims.policy import Badge
from apps.claims.states import Stage, State
from apps.desk.attribution_forms import AnswerForm
from apps.desk.badges import Note
from apps.desk.watch_panel import Panel
from apps.sources.models import Attribution, Party, Source

# No row of a desk has such a number: what is sent from the page finds nothing that it could change.
NOWHERE = 10**12
ELSEWHERE = "https://news.example.org/2024/12/27/two-captured"
DIGEST = "2c8350075d6e1afa74381e967a10476306f27cfa0c0d3c1c4e0e2f7a9c1d5b6e"
SAID = "Two North Korean soldiers were captured in Kursk."
PASSAGES = [{"here": "Two soldiers were captured.", "there": "Two soldiers were taken captive."}]
OVERLAP = {"containment": 0.92, "similarity": 0.5, "shared": PASSAGES}


def person(number: int = 0) -> User:
    """Ada, or Grace."""
    return User(pk=NOWHERE + number, username=("ada", "grace")[number], name=("Ada", "Grace")[number])


def page() -> Page:
    return Page(pk=NOWHERE, url=ELSEWHERE, host_id="news.example.org")


def source(number: int = 0) -> Source:
    outlet = Party(pk=NOWHERE, name=("The Daily Example", "The Example Post")[number])
    return Source(pk=NOWHERE + number, page=page(), outlet=outlet, title=("Two captured", "Two taken")[number])


def copies() -> list[Capture]:
    """A chip has the state of the copy, unless somebody brought it, or it is a document."""
    there = page()
    paper = Page(url=DOCUMENT + DIGEST, host_id=NO_ADDRESS)
    return [
        *(Capture(page=there, state=state) for state in Capture.State),
        *(Capture(page=there, state="stored", method=method) for method in Capture.Method),
        Capture(page=paper, state="stored", method="uploaded"),
    ]


def comparable() -> list[Capture]:
    """Two copies of a page, the newer one first."""
    now, there = timezone.now(), page()
    return [
        Capture(pk=NOWHERE + 1, page=there, state="stored", method="rendered", fetched_at=now),
        Capture(pk=NOWHERE, page=there, state="stored", fetched_at=now - timedelta(days=3)),
    ]


def uploads() -> list[dict[str, Any]]:
    """A page that says much of itself, and a document."""
    now, ada = timezone.now(), person()
    page_file = Upload(kind="mhtml", file_name="two-captured.mhtml", file_bytes=81_920, file_digest=DIGEST)
    page_file.note, page_file.says_at, page_file.says_url = "Saved while the site was down for others.", now, ELSEWHERE
    paper = Upload(kind="pdf", file_name="statement.pdf", file_bytes=2_048, provided_by="A spokeswoman, by mail")
    paper.note = "She sent it when she was asked."
    places = page(), Page(url=DOCUMENT + DIGEST, host_id=NO_ADDRESS)
    made = zip(places, (page_file, paper), strict=True)
    return [
        {"capture": Capture(page=place, requested_by=ada, method="uploaded"), "upload": file} for place, file in made
    ]


# State, stage, citations that support and that dispute, what its row says of them.
CLAIMS = [
    (State.UNVERIFIED, Stage.INBOX, 0, 0, None),
    (State.UNVERIFIED, Stage.IN_PROGRESS, 2, 0, Badge(1, 2, 0)),
    (State.CORROBORATED, Stage.IN_REVIEW, 4, 2, Badge(2, 2, 1)),
    (State.DISPUTED, Stage.SETTLED, 900, 1, None),
    (State.UNVERIFIED, Stage.SETTLED, 5, 1, Badge(3, 2, 1)),
]


def claims() -> tuple[list[Claim], dict[int, Note]]:
    """Claims in each state and stage, and what their rows say of their evidence and of what is asked for."""
    now, story = timezone.now(), Story(pk=NOWHERE, title="North Korean troops in Kursk")
    rows, notes = [], {}
    for number, (state, stage, supporting, disputing, badge) in enumerate(CLAIMS):
        claim = Claim(pk=NOWHERE + number, statement=SAID, state=state, stage=stage, changed_at=now, story=story)
        claim.against_rule = stage == Stage.IN_REVIEW
        claim.assignee, claim.due = (person(), now - timedelta(hours=number * 24 - 25)) if number else (None, None)
        for name, value in {"support": supporting, "dispute": disputing, "flag": disputing}.items():
            setattr(claim, f"{name}_count", value)
        asked = MoveRequest(to_state=State.CORROBORATED, asked_by=person(1)) if stage == Stage.IN_PROGRESS else None
        rows.append(claim)
        notes[claim.pk] = Note(badge, asked)
    return rows, notes


def lines() -> list[Entry]:
    """A line of each kind of doer, a verdict among them, and one that words were taken from."""
    staged = {
        "before": {"stage": "inbox"},
        "after": {"stage": "in_review"},
        "reason": "Two bodies know for themselves.",
    }
    told: list[tuple[Verb, dict[str, Any]]] = [
        (Verb.SIGNED_IN, {"actor_kind": "person", "channel": "web"}),
        (Verb.CLAIM_STAGED, {"actor_kind": "person", "channel": "web", "target_label": SAID, "erasures": 1, **staged}),
        (Verb.CLAIM_CORROBORATED, {"actor_kind": "person", "channel": "api", "target_label": SAID}),
        (Verb.CAPTURE_STORED, {"actor_kind": "worker", "channel": "worker", "target_label": ELSEWHERE}),
        (Verb.PERSON_ADDED, {"actor_kind": "command", "channel": "command", "target_label": "Ada"}),
        (Verb.PARTY_REGISTERED, {"actor_kind": "migration", "channel": "migration", "target_label": "AFP"}),
        (Verb.SIGN_IN_FAILED, {"actor_kind": "nobody", "channel": "web", "target_label": "ada"}),
    ]
    labels = {"person": "Ada", "worker": "The archive", "command": "The operator", "migration": "An update"}
    return [
        Entry(
            pk=NOWHERE + number,
            at=timezone.now(),
            verb=verb,
            actor_label=labels.get(facts["actor_kind"], "Somebody"),
            **facts,
        )
        for number, (verb, facts) in enumerate(told)
    ]


def meanwhile() -> list[ChangedMeanwhile]:
    """What happened while somebody typed: known, and not known any more."""
    claim = Claim(pk=NOWHERE, statement=SAID)
    return [ChangedMeanwhile(claim, lines()[1:3]), ChangedMeanwhile(claim, [])]


def told() -> list[Message]:
    """A message of each level that the desk tells: what is below “info” is for programmers."""
    said = "What happened, and what to do about it."
    levels = {name: level for name, level in constants.DEFAULT_LEVELS.items() if level >= constants.INFO}
    return [Message(level, f"{name.capitalize()}: {said}") for name, level in levels.items()]


def saved_views(viewer: User, query: str) -> list[SavedView]:
    """One's own, which the list shows now; one's own for everybody; and somebody else's."""
    kept = {"page": "queue"}
    return [
        SavedView(pk=NOWHERE, owner=viewer, name="Captured, and open", query=query, **kept),
        SavedView(pk=NOWHERE + 1, owner=viewer, name="Mine to sign", query="stage=in_review", is_shared=True, **kept),
        SavedView(pk=NOWHERE + 2, owner=person(1), name="Late", query="due=late", is_shared=True, **kept),
    ]


def suggestions() -> list[dict[str, Any]]:
    """What an editor answers, found in each way; the last is a reporter's, as it is for whom may not answer."""
    found, does, there = Attribution.FoundBy, Attribution.Relation, source()
    agency, unnamed = Party(name="AFP"), Party(name="an intelligence source", is_named=False)
    line = {"sentence": "KYIV (AFP): Two soldiers were captured.", "words": "KYIV (AFP)"}
    rows: list[dict[str, Any]] = [
        {"found_by": found.CREDIT_LINE, "relation": does.REPUBLISHES, "to_party": agency, "grounds": {"words": "AFP"}},
        {"found_by": found.BYLINE, "relation": does.RESTS_ON, "to_party": agency, "grounds": line},
        {
            "found_by": found.ADDRESS,
            "relation": does.REPUBLISHES,
            "to_party": agency,
            "grounds": {"host": "factcheck.afp.com"},
        },
        {"found_by": found.TEXT_OVERLAP, "relation": does.TRANSLATES, "to_source": source(1), "grounds": OVERLAP},
        {
            "found_by": found.STATED_ORIGIN,
            "relation": does.QUOTES,
            "to_party": unnamed,
            "grounds": {"shared": PASSAGES},
        },
        {"found_by": found.REPORTER, "relation": does.QUOTES, "to_party": agency, "entered_by": person()},
    ]
    last = len(rows) - 1
    return [
        {
            "attribution": Attribution(pk=NOWHERE + number, of_source=there, state="suggested", **facts),
            "form": AnswerForm({} if number == 1 else None, auto_id=f"id_answer_{number}_%s"),
            "may": ["decide"] if number < last else [],
        }
        for number, facts in enumerate(rows)
    ]


def attributions() -> list[Attribution]:
    """One in each state."""
    agency, there = Party(name="AFP"), source()
    facts: dict[str, Any] = {"of_source": there, "relation": "quotes", "to_party": agency}
    return [Attribution(state=state, **facts) for state in Attribution.State]


def _drifts(now: Any) -> list[Drift]:
    older, newer = NOWHERE, NOWHERE + 1
    passage = Passage(exact="Two soldiers were captured")
    details = {Drift.Kind.MOVED: "https://news.example.org/moved", Drift.Kind.GONE: "It answers with 404."}
    made = []
    for kind in Drift.Kind:
        drift = Drift(pk=NOWHERE, kind=kind, found_at=now, before_id=older, detail=details.get(kind, ""))
        if kind in (Drift.Kind.CHANGED, Drift.Kind.QUOTE_GONE, Drift.Kind.QUOTE_BACK):
            drift.after_id, drift.share = newer, 0.3
        # So that its sentence asks the database for nothing.
        vars(drift)["_prefetched_objects_cache"] = {"passages": [passage]}
        made.append(drift)
    return made


def watches() -> list[tuple[str, str, Panel]]:
    """A name, words and what is shown: where nobody watches, before the first copy, in each standing, and after."""
    now, standing = timezone.now(), Watch.Standing
    first = Watch(page=page(), next_look_at=now)
    facts: dict[str, Any] = {"page": page(), "next_look_at": now, "compared_id": NOWHERE}
    known = {**facts, "baseline": comparable()[1]}
    looks = [*(Look(at=now, outcome=outcome) for outcome in Look.Outcome), Look(at=now, outcome="failed", detail="403")]
    failing = Watch(**facts, standing=standing.UNREACHED, failing_since=now)
    return [
        ("-nobody", "Nobody watches", Panel(None, [], [])),
        ("-first", "Before the first copy", Panel(first, [], [])),
        ("-there", "With everything that was seen", Panel(Watch(**known), looks, _drifts(now))),
        ("-moved", "Moved", Panel(Watch(**known, standing=standing.MOVED), [], [])),
        ("-gone", "Gone", Panel(Watch(**known, standing=standing.GONE), [], [])),
        ("-unreached", "Not reached, and no copy shows it whole", Panel(failing, [], [])),
        ("-ended", "Ended", Panel(Watch(**known, ended_at=now), [], [])),
    ]
