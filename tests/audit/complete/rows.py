"""What a row of the table is, and what is asserted of each.

A row is a function: it makes what has to be there, and gives back the deed and what the trail has to say of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.test import Client, override_settings
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from tests.archive.servers import site
from tests.newsroom import make_person

WEB, HTMX, FORM, ACTION, COMMAND, TASK = "web", "htmx", "admin form", "admin action", "command", "worker"
CHANNELS = {WEB: "web", HTMX: "web", FORM: "admin", ACTION: "admin", COMMAND: "command", TASK: "worker"}
HERE, PROXY, LIAR = "203.0.113.9", "198.51.100.7", "192.0.2.66"
# What a client says of itself, to be believed by nobody.
SAYS = {
    "HTTP_X_REQUEST_ID": "f" * 32,
    "HTTP_X_CORRELATION_ID": "e" * 32,
    "HTTP_X_FORWARDED_FOR": f"{LIAR}, {PROXY}",
    "REMOTE_ADDR": HERE,
}
CAST = {
    "rita": "reporter",
    "ada": "editor",
    "ben": "editor",
    "sofia": "standards_editor",
    "aziz": "auditor",
    "mia": "administrator",
}


class Some:
    """Anything of a kind, where a row can't know which: a new row's number, a digest."""

    def __init__(self, kind: type, pattern: str = "") -> None:
        self.kind, self.pattern = kind, pattern

    def __eq__(self, other: object) -> bool:
        return isinstance(other, self.kind) and (not self.pattern or re.fullmatch(self.pattern, str(other)) is not None)

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"Some({self.kind.__name__})"


NUMBER, TEXT, DIGEST = Some(int), Some(str, "(?s).+"), Some(str, "[0-9a-f]{64}")
MOMENT = Some(str, r"\d{4}-\d\d-\d\dT.*")


@dataclass
class Deed:
    """What is done, by whom, and what the trail says afterwards. ``others``: what else it brings about, by verb."""

    act: Callable[[], Any]
    stream: str | Callable[[], str]
    target: str
    by: User | None = None
    behalf: User | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    others: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    action: str
    verb: Verb
    doors: tuple[str, ...]
    make: Callable[[Desk, str], Deed]
    commits: bool = False

    @property
    def name(self) -> str:
        return self.make.__name__


TABLE: list[Row] = []


def operation(action: str, verb: Verb, *doors: str, commits: bool = False) -> Callable[..., Any]:
    """Put a row into the table: the action by its dotted name below ``apps``, its verb, and the doors that it has.

    ``commits``: it can't be tried inside of the test's own transaction.
    """

    def put(make: Callable[[Desk, str], Deed]) -> Callable[[Desk, str], Deed]:
        TABLE.append(Row(f"apps.{action}", verb, doors, make, commits))
        return make

    return put


class Desk:
    """The cast, who come in by the real door: a session, a browser or htmx, and headers that lie."""

    def __init__(self, door: str, *, fails: bool = False) -> None:
        self.door, self.fails = door, fails
        self.open = ExitStack()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *told: object) -> None:
        self.open.close()

    def site(self, routes: dict[str, Any], **settings: Any) -> str:
        """A real site on loopback, which the archive may ask, for as long as the row is being tried."""
        where = str(self.open.enter_context(site(routes)))
        self.open.enter_context(override_settings(ARCHIVE_ALLOW=frozenset([where]), **settings))
        return where

    def __getattr__(self, name: str) -> User:
        if name not in CAST:
            raise AttributeError(name)
        found = User.objects.filter(username=name).first() or make_person(name, CAST[name])
        setattr(self, name, found)
        return found

    @cached_property
    def anonymous(self) -> Client:
        return Client(raise_request_exception=not self.fails, **SAYS)

    def client(self, user: User) -> Client:
        client = Client(raise_request_exception=not self.fails, **SAYS)
        client.force_login(user)
        return client

    def post(self, user: User, view: str, /, *args: Any, _said: int = 400, **data: Any) -> Callable[[], Any]:
        """A form of the desk, sent."""
        path, client = reverse(f"desk:{view}", args=args), self.client(user)
        headers = {"HX-Request": "true"} if self.door == HTMX else {}

        def act() -> Any:
            response = client.post(path, data, headers=headers)
            assert self.fails or response.status_code < 400 or response.status_code == _said, shown(response)
            return response

        return act

    def get(self, user: User, view: str, /, *args: Any, **query: Any) -> Callable[[], Any]:
        """A page or a file of the desk, asked for and read to its end."""
        path, client = reverse(f"desk:{view}", args=args), self.client(user)

        def act() -> Any:
            response = client.get(path, query)
            assert self.fails or response.status_code == 200, shown(response)
            return b"".join(response.streaming_content) if response.streaming else response.content

        return act

    def panel(self, user: User, path: str, /, **data: Any) -> Callable[[], Any]:
        """A form of the admin panel, sent; one that comes back was not accepted."""
        client = self.client(user)

        def act() -> Any:
            response = client.post(path, data)
            assert self.fails or response.status_code == 302, shown(response)
            return response

        return act


def admin(model: Any, verb: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=args)


def changed(before: dict[str, Any], **now: Any) -> dict[str, Any]:
    """A form that shows what it began with, as browsers send it, and what its user made of it."""
    return {**{f"initial-{name}": value for name, value in before.items()}, **before, **now}


def shown(response: Any) -> str:
    """What a form that came back complains of."""
    page = response.content.decode(errors="replace")
    said = re.findall(r'(?s)class="(?:error|errorlist|errornote|refusal|message)[^"]*"[^>]*>(.*?)</(?:ul|p|div)>', page)
    return f"{response.status_code}: {said or page[:3_000]}"


def newer_than(last: int) -> list[Entry]:
    return list(Entry.every_line.filter(pk__gt=last).select_related("actor", "behalf").order_by("pk"))


def last_line() -> int:
    return Entry.every_line.order_by("-pk").values_list("pk", flat=True).first() or 0


def hold(door: str, verb: Verb, deed: Deed) -> None:
    """Do it, and hold what the trail says against the row."""
    before = last_line()
    deed.act()
    entries = newer_than(before)
    assert Counter(entry.verb for entry in entries) == Counter([verb.value, *deed.others])
    stream = deed.stream() if callable(deed.stream) else deed.stream
    (entry,) = [one for one in entries if one.verb == verb and one.stream == stream]
    assert (entry.target_label, entry.reason) == (deed.target, deed.reason)
    assert (entry.before, entry.after) == (deed.before, deed.after)
    requests = {one.request_id for one in entries}
    assert len(requests) == 1
    assert re.fullmatch(r"[0-9a-f]{32}", requests.pop())
    for one in entries:
        hold_who_and_where(one, door, deed)


def hold_who_and_where(entry: Entry, door: str, deed: Deed) -> None:
    """One request has one door, and whatever it brings about has the same one behind it."""
    channel = CHANNELS[door]
    assert entry.channel == channel
    assert entry.request_id not in {SAYS["HTTP_X_REQUEST_ID"], SAYS["HTTP_X_CORRELATION_ID"]}
    assert entry.address == (None if channel in {"worker", "command"} else PROXY if door == HTMX else HERE)
    assert (entry.actor, entry.behalf) == (deed.by, deed.behalf)
    assert entry.behalf_label == (str(deed.behalf) if deed.behalf else "")
    kind, label = {
        "worker": ("worker", "The archive"),
        "command": ("command", "The command line"),
    }.get(channel, ("nobody", "Somebody not signed in"))
    assert (entry.actor_kind, entry.actor_label) == (("person", str(deed.by)) if deed.by else (kind, label))
