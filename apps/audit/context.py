"""Through which door the present work came in: set by the middleware, a task or a command, read by ``record``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


class Channel(models.TextChoices):
    """The door through which a change came."""

    WEB = "web", _("web")
    ADMIN = "admin", _("admin")
    API = "api", _("API")
    WORKER = "worker", _("worker")
    COMMAND = "command", _("command line")
    MIGRATION = "migration", _("migration")


@dataclass(frozen=True)
class Door:
    """One request, task or command: its channel, an id of our own making, and the client's address if there is one.

    ``behalf`` is the person whose wish a worker carries out.
    """

    channel: Channel
    request_id: str
    address: str | None = None
    behalf: AbstractBaseUser | None = None


_door: ContextVar[Door | None] = ContextVar("door", default=None)


def current() -> Door:
    """The door of the present work; outside of any, the command line: one id from its first line to its last."""
    door = _door.get()
    if door is None:
        door = Door(Channel.COMMAND, uuid4().hex)
        _door.set(door)
    return door


@contextmanager
def entered_by(
    channel: Channel, *, address: str | None = None, behalf: AbstractBaseUser | None = None
) -> Iterator[Door]:
    """Everything recorded inside came through this door, under one fresh id; maybe on ``behalf`` of somebody."""
    door = Door(channel, uuid4().hex, address, behalf)
    token = _door.set(door)
    try:
        yield door
    finally:
        _door.reset(token)


def through(channel: Channel) -> None:
    """The present request turns out to be one of the admin panel's, or of a script's."""
    if door := _door.get():
        _door.set(replace(door, channel=channel))
