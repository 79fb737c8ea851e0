"""What lies in the broker: asked for a moment only, because whoever looks wants to know just when it doesn't answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

PATIENCE_SECONDS = 1.0
logger = logging.getLogger(__name__)


def messages_in(queues: Iterable[str], *, patience: float = PATIENCE_SECONDS) -> dict[str, int] | None:
    """How many messages wait in each queue; None when the broker doesn't say so in time.

    Looking up a name can't be broken off, so it is done in a thread that is left behind when the time is up.
    """
    found: dict[str, int] = {}
    names = list(queues)
    asking = threading.Thread(target=_ask, args=(names, found, patience), name="ask the broker", daemon=True)
    asking.start()
    asking.join(patience)
    return dict(found) if len(found) == len(names) else None


def _ask(names: list[str], found: dict[str, int], patience: float) -> None:
    options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
        "max_retries": 0,
        "health_check_interval": 0,
    }
    try:
        with Connection(settings.CELERY_BROKER_URL, transport_options=options) as connection:
            client: Any = connection.default_channel.client  # type: ignore[attr-defined]
            found.update({name: int(client.llen(name)) for name in names})
    except (OperationalError, OSError, RedisError) as error:
        logger.info("the broker does not answer: %s", error)
