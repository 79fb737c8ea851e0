"""The clock: what it rings is there to be rung, and it stays a small process."""

import os
import subprocess
import sys

from verifydesk import celery, clock

LOADED = """
import sys
from verifydesk.clock import app
app.Beat(schedule=":memory:").init_loader()
assert app.conf.beat_schedule
print(*sorted(name for name in sys.modules if name.startswith("apps.") or name == "django.db"))
"""


def test_the_clock_rings_tasks_that_there_are_on_the_desk_s_own_queue():
    celery.app.loader.import_default_modules()
    rung = {entry["task"]: entry for entry in clock.app.conf.beat_schedule.values()}

    assert {"archive.sweep", "archive.count", "audit.seal"} <= set(rung)
    assert set(rung) <= set(celery.app.tasks)
    # A task's own queue is not asked when it is rung by its name alone.
    assert {celery.app.tasks[name].queue for name in rung} == {clock.app.conf.task_default_queue}
    assert all(entry["schedule"] > 0 and entry["options"]["expires"] == 60 for entry in rung.values())


def test_the_clock_loads_none_of_the_desk_s_apps():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, env=os.environ, check=False)

    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
