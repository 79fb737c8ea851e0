"""Workers that are alive: each says so in a row of its own, for as long as it is.

Rows, because the broker may be away: then nobody could ask the workers anything, and just then somebody wants to know.
The sign of life comes from a thread of the worker's main process. It says that the process is there and reaches the
database; whether it takes work is told from the work.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from apps.archive.configured import SOFTWARE
from apps.archive.models import Worker

# So many signs of life may be missing: a busy machine is slow, not dead.
MISSED = 4
# A worker that fell silent is told of for a day. Then it is history.
REMEMBERED = timedelta(days=1)
logger = logging.getLogger(__name__)


def alive_since(now: datetime) -> datetime:
    """Whoever was heard after this is alive."""
    return now - timedelta(seconds=settings.ARCHIVE_HEARTBEAT_SECONDS * MISSED)


class Heart:
    """A worker's sign of life, given until it is stopped."""

    def __init__(self, name: str, queues: Iterable[str]) -> None:
        self._row = Worker(
            name=name[:200],
            machine=socket.gethostname()[:200],
            process=os.getpid(),
            queues=sorted(queues),
            version=SOFTWARE,
        )
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """The worker ends as it should: it is not to be missed."""
        self._stopped.set()
        self._thread.join(5)

    def beat(self) -> None:
        """Say that we are here. A row that somebody has cleared away is made again."""
        self._row.seen_at = timezone.now()
        if self._row.pk is None or not Worker.objects.filter(pk=self._row.pk).update(seen_at=self._row.seen_at):
            self._row.pk = None
            self._row.save(force_insert=True)

    def _run(self) -> None:
        in_trouble = False
        try:
            while True:
                try:
                    self.beat()
                    in_trouble = False
                except DatabaseError as error:
                    if not in_trouble:
                        logger.warning("no sign of life could be given: %s", error)
                    in_trouble = True
                finally:
                    # Children of the pool are forked at any time, and must not inherit it.
                    connection.close()
                if self._stopped.wait(settings.ARCHIVE_HEARTBEAT_SECONDS):
                    break
            Worker.objects.filter(pk=self._row.pk).delete()
        except DatabaseError as error:
            logger.warning("the worker's row stays until it is too old: %s", error)
        finally:
            connection.close()


def forget_the_silent(now: datetime) -> None:
    """Clear away the rows of workers that nobody has heard of for a day."""
    Worker.objects.silent_since(now - REMEMBERED).delete()
