"""Connections that stay open between two requests of one capture: fewer handshakes for us, and for the site."""

from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass
from typing import Self

from apps.archive.web.addresses import Endpoint, WebAddress


class StaleConnection(Exception):
    """A connection that was kept open had been closed at the other end before it was used again."""


@dataclass
class Connection:
    """An open connection to a vetted endpoint, and whether an answer has come over it before."""

    socket: socket.socket
    endpoint: Endpoint
    tls: str = ""
    used: bool = False

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come that nobody asked for, the end of the stream included."""
        asked = select.poll()
        asked.register(self.socket, select.POLLIN)
        return not asked.poll(0)


class Connections:
    """The connections of one capture that stay open between two requests to the same site. Shared by its threads."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, str, int], list[Connection]] = {}
        self._lock = threading.Lock()

    def take(self, address: WebAddress) -> Connection | None:
        """One that leads to this scheme, host and port, and that nobody else has now."""
        with self._lock:
            idle = self._idle.get((address.scheme, address.host, address.port), [])
            while idle:
                connection = idle.pop()
                if connection.is_quiet:
                    return connection
                connection.socket.close()
        return None

    def give(self, address: WebAddress, connection: Connection) -> None:
        """Keep this one for the next request."""
        connection.used = True
        with self._lock:
            self._idle.setdefault((address.scheme, address.host, address.port), []).append(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for connection in (one for idle in self._idle.values() for one in idle):
            connection.socket.close()
        self._idle.clear()
