"""What comes round and when: `celery -A verifydesk.clock beat`.

The clock rings tasks by their names. It loads the settings and none of the desk's apps: a third of a worker's memory.
"""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")

SWEEPS = [
    "archive.sweep",
    "archive.watch",
    "archive.catch_up",
    "sources.sweep",
    "claims.sweep",
    "search.catch_up",
    "teamwork.sweep",
]
COUNT_SECONDS = 60.0
# A ring nobody took within a minute is forgotten: the next one does its work.
EXPIRES_SECONDS = 60

# Without Celery's fixup for Django, which would load every app.
app = Celery("verifydesk.clock", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.on_after_configure.connect
def set_the_clock(sender: Celery, **kwargs: Any) -> None:
    """Name each task with its seconds; two clocks by accident do no harm."""
    from django.conf import settings

    rounds = dict.fromkeys(SWEEPS, settings.ARCHIVE_SWEEP_SECONDS)
    rounds |= {"archive.count": COUNT_SECONDS, "audit.seal": settings.AUDIT_SEAL_SECONDS}
    for name, seconds in rounds.items():
        sender.conf.beat_schedule[name] = {
            "task": name,
            "schedule": seconds,
            "options": {"expires": EXPIRES_SECONDS},
        }
