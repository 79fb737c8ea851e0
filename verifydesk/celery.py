"""The Celery app and which bell is rung after which: the only place that knows everyone."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, task_success, worker_init, worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")

# After the first has done its work, the second is rung with the same number. A lower app never knows who listens.
RUNG_AFTER = {
    "archive.read_capture": ["sources.learn", "archive.compare", "search.catch_up"],
    "sources.learn": ["sources.suggest", "claims.reconsider"],
    "archive.compare": ["claims.hear"],
    "archive.look": ["claims.hear"],
    "audit.seal": ["teamwork.tell"],
}

app = Celery("verifydesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_success.connect
def ring_the_next(sender: Any, **kwargs: Any) -> None:
    """A task succeeded: ring what RUNG_AFTER names. A broker that is away is no matter: a sweep will find the row."""
    from apps.archive.tasks import ring

    for name in RUNG_AFTER.get(sender.name, []):
        ring(app.tasks[name], *sender.request.args)


@task_prerun.connect
@task_postrun.connect
def let_go_of_old_connections(task: Any, **kwargs: Any) -> None:
    """As Django does around a request: what is broken or has been open for CONN_MAX_AGE is closed, the rest is kept."""
    from django.db import close_old_connections

    if not task.request.is_eager:
        close_old_connections()


@worker_init.connect
def keep_what_is_loaded(**kwargs: Any) -> None:
    """As in the web process: what is loaded by now is not walked over again for garbage."""
    gc.collect()
    gc.freeze()


@worker_ready.connect
def begin_to_beat(sender: Any, **kwargs: Any) -> None:
    """A worker's main process can take work: from now on it says that it is there."""
    from apps.archive.health.heartbeat import Heart

    sender.heart_of_the_desk = Heart(sender.hostname, sender.app.amqp.queues.consume_from)
    sender.heart_of_the_desk.start()
    worker_shutdown.connect(lambda **kwargs: sender.heart_of_the_desk.stop(), weak=False)
