"""What putting copies into a WACZ costs, beside py-wacz: ``python -m tests.bench.archive.wacz --pages 20 --rounds 5``.

Makes a desk of its own, copies pages with all that belongs to them, and puts them into one file, alternately with ours
and with py-wacz. CPU per megabyte of records, medians; py-wacz's time is that of its process, its start included.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import tools
from tests.bench.archive.site import site


def child_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pages", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    tools.ensure()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "desk", "VAR_DIR": folder}
        os.environ |= {
            "ARCHIVE_ROBOTS": "ignore",
            "ARCHIVE_FREE_BYTES": "0",
            "DJANGO_SETTINGS_MODULE": "verifydesk.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        measure(asked.pages, asked.rounds, Path(folder))


def measure(pages: int, rounds: int, folder: Path) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from apps.archive.actions import register_page, request_capture
    from apps.archive.capturing import capture as workshop
    from apps.archive.models import Capture
    from apps.archive.reading import reader
    from apps.archive.records.storage import place
    from apps.archive.records.wacz import write_wacz

    call_command("migrate", verbosity=0)
    with site(pages, requisites=True) as where:
        settings.ARCHIVE_ALLOW = frozenset([where])
        for number in range(pages):
            asked = request_capture(register_page(f"http://{where}/{number}"), by=None)
            assert workshop.run(asked.pk)
            reader.run(asked.pk)
    captures = Capture.objects.stored().select_related("page").order_by("pk")
    records = [place(capture.warc_name) for capture in captures]
    megabytes = sum(Path(record).stat().st_size for record in records) / 1_000_000
    sys.stdout.write(f"{len(records)} copies, {megabytes:.1f} MB of records\n")
    ours: list[float] = []
    theirs: list[float] = []
    for turn in range(rounds):
        before = time.process_time()
        with tempfile.TemporaryFile() as out:
            write_wacz(out, captures.all(), title="Copies")
        ours.append((time.process_time() - before) * 1_000 / megabytes)
        before = child_seconds()
        target = str(folder / f"{turn}.wacz")
        subprocess.run([tools.tool("wacz"), "create", "-o", target, *records], check=True, stdout=subprocess.DEVNULL)
        theirs.append((child_seconds() - before) * 1_000 / megabytes)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    sys.stdout.write(f"ours     {statistics.median(ours):6.1f} ms CPU/MB (at most {max(ours):.1f})\n")
    sys.stdout.write(f"py-wacz  {statistics.median(theirs):6.1f} ms CPU/MB (at least {min(theirs):.1f})\n")
    sys.stdout.write(f"peak of this process, capturing included: {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
