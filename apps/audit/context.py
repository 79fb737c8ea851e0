"""Through which door the present work came in: set by the middleware, a task or a command, read by ``record``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import uuid4

from django.db import models


class Channel(models.TextChoices):
    """The door through which a change came."""

    WEB = "web", "web"
    ADMIN = "admin", "admin"
    API = "api", "API"
    WORKER = "worker", "worker"
    COMMAND = "command", "command line"
    MIGRATION = "migration", "migration"


@dataclass(frozen=True)
class Door:
    """One request, task or command: its channel, an id of our own making, and the client's address if there is one."""

    channel: Channel
    request_id: str
    address: str | None = None


_door: ContextVar[Door | None] = ContextVar("door", default=None)


def current() -> Door:
    """The door of the present work; outside of any, the command line."""
    return _door.get() or Door(Channel.COMMAND, "")


@contextmanager
def entered_by(channel: Channel, *, address: str | None = None) -> Iterator[Door]:
    """Everything recorded inside came through this door, under one fresh request id."""
    door = Door(channel, uuid4().hex, address)
    token = _door.set(door)
    try:
        yield door
    finally:
        _door.reset(token)


def through_admin() -> None:
    """The present request turns out to be one of the admin panel's."""
    if door := _door.get():
        _door.set(replace(door, channel=Channel.ADMIN))
