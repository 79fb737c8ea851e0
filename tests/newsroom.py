"""The cast and its work: plain functions that make what a test needs."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from importlib import import_module
from itertools import count
from pkgutil import iter_modules
from typing import Any

from django.utils import timezone

from apps.accounts import migrations
from apps.accounts.models import Role, User
from apps.archive.models import Attempt, Capture, Extract, Host, Page
from apps.archive.records.storage import draft
from apps.audit.models import Entry
from apps.claims import actions
from apps.claims.models import (
    Cause,
    Caveat,
    Citation,
    Claim,
    ClaimLink,
    ConfidentialCitation,
    Correction,
    Decision,
    Figure,
    Flag,
    MoveRequest,
    ReplyRequest,
    Story,
)
from apps.claims.numerals import parse
from apps.claims.states import Stance, State
from apps.sources.models import ConfidentialSource, Party, Source
from apps.teamwork.models import Notice
from tests.archive import sounds


def _roles() -> dict[str, tuple[str, list[str]]]:
    """The roles as the migrations make them: the first ones, and what later ones added."""
    steps = sorted(module.name for module in iter_modules(migrations.__path__))
    modules = [import_module(f"{migrations.__name__}.{step}") for step in steps]
    first = next(module.ROLES for module in modules if hasattr(module, "ROLES"))
    added = [module.ADDED for module in modules if hasattr(module, "ADDED")]
    return {slug: (name, sum((more.get(slug, []) for more in added), list(allowed))) for slug, name, allowed in first}


ROLES = _roles()
PASSWORD = "a desk of one's own"
_number = count(1)


def make_role(slug: str) -> Role:
    name, capabilities = ROLES[slug]
    return Role.objects.get_or_create(slug=slug, defaults={"name": name, "capabilities": capabilities})[0]


def make_person(username: str, *roles: str, password: str = PASSWORD) -> User:
    user = User.objects.create_user(username, password, name=username.capitalize())
    user.roles.set([make_role(slug) for slug in roles])
    return user


def make_reporter(username: str = "rita") -> User:
    return make_person(username, "reporter")


def make_editor(username: str = "ada") -> User:
    return make_person(username, "editor")


def make_story(by: User, title: str = "North Korean troops in Kursk") -> Story:
    return actions.open_story(title, by=by)


def make_claim(by: User, statement: str = "Two North Korean soldiers were captured.", **kwargs: Any) -> Claim:
    return actions.open_claim(statement, by=by, **kwargs)


def make_outlet(name: str) -> Party:
    return Party.objects.get_or_create(name=name, kind=Party.Kind.OUTLET)[0]


def make_page(url: str) -> Page:
    host = Host.objects.get_or_create(name=url.split("/")[2])[0]
    return Page.objects.get_or_create(url=url, defaults={"host": host})[0]


def make_source(url: str = "", *, outlet: str = "", credit_line: str = "", title: str = "") -> Source:
    url = url or f"https://news{next(_number)}.example.com/story"
    page = make_page(url)
    return Source.objects.create(
        page=page,
        outlet=make_outlet(outlet) if outlet else None,
        credit_line=credit_line,
        title=title or f"Story at {url}",
    )


def make_capture(page: Page, state: str = Capture.State.STORED, code: str = "", **fields: Any) -> Capture:
    settled = state not in Capture.IN_FLIGHT
    stored = state in Capture.HELD
    digest = hashlib.sha256(f"{page.url} {next(_number)}".encode()).hexdigest()
    values: dict[str, Any] = {
        "attempt": 1 if settled else 0,
        "last_attempt": 4,
        "settled_at": timezone.now() if settled else None,
        "body_digest": digest if stored else "",
        "warc_digest": digest if stored else "",
        "read_at": timezone.now() if stored else None,
    }
    return Capture.objects.create(page=page, state=state, code=code, **{**values, **fields})


def make_attempt(capture: Capture, number: int = 1, code: str = "http_403", **fields: Any) -> Attempt:
    return Attempt.objects.create(capture=capture, number=number, ended_at=timezone.now(), code=code, **fields)


def make_citation(
    claim: Claim,
    by: User,
    *,
    outlet: str = "",
    credit_line: str = "",
    stance: str = Stance.SUPPORTS,
    state: str = Capture.State.STORED,
    code: str = "",
    url: str = "",
    quote: str = "",
    first_hand: bool = False,
) -> Citation:
    """A citation whose copy is in the state that the test asks for."""
    source = make_source(url, outlet=outlet, credit_line=credit_line)
    capture = make_capture(source.page, state, code)
    if capture.is_stored:
        source.learned_from = capture
        source.save(update_fields=["learned_from"])
    return Citation.objects.create(
        claim=claim, source=source, capture=capture, stance=stance, quote=quote, first_hand=first_hand, cited_by=by
    )


def make_extract(capture: Capture, text: str = "The text of the page.", **fields: Any) -> Extract:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Extract.objects.create(capture=capture, text=text, text_digest=digest, **fields)


def make_figure(
    claim: Claim,
    by: User,
    said: str = "nearly 3,000",
    party: str = "Kyiv",
    day: date | None = date(2024, 12, 23),
    measure: str = "killed or wounded",
    **fields: Any,
) -> Figure:
    """A figure of a measure that is counted in soldiers, as somebody would type it."""
    known = actions.register_measure(measure, by=by, unit="soldiers")
    return actions.add_figure(claim, by=by, measure=known, quantity=parse(said), party=party, as_of_first=day, **fields)


def store_record(capture: Capture, data: bytes) -> None:
    """Put these bytes into the archive as the record of a stored copy."""
    with draft() as record:
        record.write(data)
        capture.warc_digest, capture.warc_bytes = record.digest, record.size
        record.keep(capture.warc_name)
    capture.save(update_fields=["warc_digest", "warc_bytes"])


def make_two_lines(claim: Claim, by: User) -> list[Citation]:
    """What the first rule asks of a corroborated claim: two lines, one of them first-hand."""
    return [
        make_citation(claim, by, outlet="Security Service of Ukraine", first_hand=True),
        make_citation(claim, by, outlet="Yonhap", credit_line="Yonhap"),
    ]


def make_interview(claim: Claim, by: User, party: str = "NIS", words: str = "Yes.") -> Citation:
    """What somebody told the desk by telephone a day ago, with a recording of it."""
    return actions.cite_interview(
        claim,
        by=by,
        party=party,
        held_by=by,
        held_at=timezone.now() - timedelta(days=1),
        how="telephone",
        words=words,
        recording=io.BytesIO(sounds.mp3()),
        recording_name="call.mp3",
        stance=Stance.SUPPORTS,
    )


def make_flag(claim: Claim, sentence: str = "The page has changed.", kind: str = Cause.Kind.DRIFT) -> Flag:
    cause = Cause.objects.create(key=f"test:{next(_number)}", kind=kind, sentence=sentence)
    return Flag.objects.create(claim=claim, cause=cause)


def make_use(claim: Claim, by: User, headline: str = "Two captured in Kursk") -> Any:
    url = f"https://paper.example.com/{next(_number)}"
    return actions.note_use(claim, by=by, headline=headline, url=url, published_at=timezone.now())


def make_reply_request(claim: Claim, by: User, party: str = "Moscow", **fields: Any) -> ReplyRequest:
    now = timezone.now()
    told = {
        "question": "Was a soldier captured?",
        "channel": ReplyRequest.Channel.EMAIL,
        "due": now + timedelta(days=1),
    }
    return actions.request_reply(claim, by=by, party=party, **{**told, **fields})


def make_knowledge(claim: Claim, by: User) -> dict[str, Any]:
    """One of each thing that the desk knows of a claim beside its evidence."""
    use = make_use(claim, by)
    flag = make_flag(claim)
    return {
        "flag": flag,
        "link": actions.link_claims(make_claim(by, "One was captured."), ClaimLink.Kind.PART_OF, claim, by=by),
        "reply": make_reply_request(claim, by),
        "caveat": actions.record_caveat(claim, by=by, kind=Caveat.Kind.NOT_VERIFIED, party="AFP"),
        "use": use,
        "correction": Correction.objects.create(use=use, cause=flag.cause),
    }


def make_confidential(claim: Claim, by: User, word: str = "Nightjar", people: Any = ()) -> ConfidentialCitation:
    """A confidential source that holds this word wherever it can hold one."""
    source = actions.register_confidential(
        by=by,
        kind=ConfidentialSource.Kind.INTERVIEW,
        title=f"{word} in the ministry",
        party=f"Captain {word}",
        note=f"{word} called on Tuesday.",
        people=people,
    )
    return actions.cite_confidential(
        source, claim, by=by, stance=Stance.SUPPORTS, quote=f"{word} saw two.", note=f"Meet {word} again."
    )


def make_notice(claim: Claim, person: User, kind: str = "assigned") -> Notice:
    """A notice of the claim's first line."""
    entry = Entry.objects.filter(stream=claim.stream).earliest("pk")
    return Notice.objects.create(person=person, claim=claim, kind=kind, entry=entry, at=entry.at)


def signer(asker: User) -> User:
    """Another editor, to sign what this one asks for."""
    known = User.objects.filter(username="vera").exclude(pk=asker.pk).first()
    return known or make_person("vera", "editor")


def ask(claim: Claim, to_state: State, by: User, reason: str = "Two bodies know.") -> MoveRequest:
    """A request that waits for a second editor."""
    claim.refresh_from_db()
    request = actions.request_move(claim, to_state, by=by, reason=reason, expected_version=claim.version)
    assert isinstance(request, MoveRequest)
    return request


def decide(
    claim: Claim, to_state: State, by: User, reason: str = "Two bodies know.", signed_by: User | None = None
) -> Decision:
    """The move, asked for by one editor and signed by another where the rule wants that: two entries of the trail."""
    claim.refresh_from_db()
    if to_state == State.UNVERIFIED:
        decision = actions.reopen(claim, by=by, reason=reason, expected_version=claim.version)
    else:
        done = actions.request_move(claim, to_state, by=by, reason=reason, expected_version=claim.version)
        if isinstance(done, MoveRequest):
            claim.refresh_from_db()
            decision = actions.sign_off(done, by=signed_by or signer(by), expected_version=claim.version)
        else:
            decision = done
    claim.refresh_from_db()
    return decision


def corroborate(claim: Claim, by: User, reason: str = "Two bodies know.") -> Decision:
    """The claim, corroborated by two editors."""
    return decide(claim, State.CORROBORATED, by, reason)
