"""The gate between the supervisor, which prepares the data, and the web server, which loads the desk meanwhile."""

import os
from collections.abc import Mapping

VARIABLE = "DESK_GATE"


class Gate:
    """The supervisor's side: a pipe that nobody writes to while the data is prepared."""

    def __init__(self) -> None:
        self.entrance, self.key = os.pipe()
        self.is_open = False

    def open(self) -> None:
        """Let requests in: those that wait, and all that come."""
        os.close(self.key)
        self.is_open = True

    def shut(self) -> None:
        """Turn away, for good, whoever waits; does nothing when the gate is open."""
        if not self.is_open:
            os.write(self.key, b"\0")


def let_in(environ: Mapping[str, str]) -> bool:
    """The web server's side: wait for the gate that the environment names, if any; False when it was shut for good."""
    number = environ.get(VARIABLE)
    return number is None or os.read(int(number), 1) == b""
