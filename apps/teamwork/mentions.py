"""Names in a comment: @user-name, as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from apps.accounts.capabilities import Capability
from apps.accounts.models import User

# What may stand in a user name (Django's UnicodeUsernameValidator), and not in the middle of an e-mail address.
NAMED = re.compile(r"(?<![\w@.+/-])@(\w[\w@.+-]{0,149})")
ENDS = ".+-@"
AT_MOST = 20


def names(text: str) -> list[str]:
    """The names that a text calls, each once, as they are written; a full stop after one is no part of it."""
    found = (name.rstrip(ENDS) for name in NAMED.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:AT_MOST]


def taken_apart(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it calls somebody: @name, without the full stop after it."""
    begin = 0
    for found in NAMED.finditer(text):
        end = found.start() + len(found.group().rstrip(ENDS))
        yield text[begin : found.start()], False
        yield text[found.start() : end], True
        begin = end
    yield text[begin:], False


def readers(people: Iterable[User]) -> dict[int, User]:
    """Those of these people who may read the desk, by number."""
    return {person.pk: person for person in people if person.may(Capability.READ_DESK)}


def called(text: str) -> tuple[list[User], list[str]]:
    """Who on the desk is called in this text, and which names nobody there has."""
    wanted = names(text)
    if not wanted:
        return [], []
    by_name = {person.username.lower(): person for person in readers(User.objects.active().with_roles()).values()}
    people = [by_name[name.lower()] for name in wanted if name.lower() in by_name]
    return list(dict.fromkeys(people)), [name for name in wanted if name.lower() not in by_name]
