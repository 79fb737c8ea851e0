"""A process whose children do one job each and are killed before a chosen step: ``python -m tests.faults.dying JOB``.

A step is a statement to the database, or a file that is given its name or removed. Each line that it is told names a
row and a step; it answers with the signal that ended the child there, or 0 when the job has no such step and is done.
It holds no connection and no thread of its own, so that its children begin with nothing of anybody's.
"""

import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

NAMED = frozenset({"os.rename", "os.link", "os.remove"})


def die_before(step: int) -> None:
    """End this process, as a power cut would, before the step of this number; the first is 1."""
    from django.db import connection

    left = step

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def see(event: str, _: tuple[Any, ...]) -> None:
        if event in NAMED:
            count()

    def send(execute: Callable[..., Any], *sent: Any) -> Any:
        count()
        return execute(*sent)

    sys.addaudithook(see)
    connection.execute_wrappers.append(send)


def jobs() -> dict[str, Callable[[int], Any]]:
    from apps.accounts.models import User
    from apps.archive.actions import upload_copy
    from apps.archive.capturing import capture
    from apps.archive.models import Page
    from apps.archive.reading import reader
    from apps.archive.receiving import arriving
    from apps.archive.watching import looking
    from tests.archive.uploads import PAGE

    def upload(number: int) -> None:
        page, by = Page.objects.get(pk=number), User.objects.get(username="rita")
        upload_copy(page, io.BytesIO(PAGE), by=by, file_name="copy.html", note="Saved by me.")

    return {
        "capture": capture.run,
        "look": looking.run,
        "read": reader.run,
        "upload": upload,
        "clear away": arriving.clear_away,
    }


def main(job: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
    django.setup()
    from apps.audit.context import Channel, entered_by

    work = jobs()[job]
    for line in sys.stdin:
        row, step = map(int, line.split())
        child = os.fork()
        if not child:
            die_before(step)
            with entered_by(Channel.WORKER):
                work(row)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
            sys.exit(f"{job} {row} failed before step {step}")
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
