"""How fast `archive_check` is, and whether its memory grows: ``python -m tests.bench.archive.checking --rows 2000``.

Makes a desk of its own, stores one real copy, and lets so many rows rest on it; each is read and compared in full.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path


def memory() -> float:
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=2_000)
    rows = arguments.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "desk", "VAR_DIR": folder}
        os.environ |= {
            "ARCHIVE_ROBOTS": "ignore",
            "ARCHIVE_FREE_BYTES": "0",
            "DJANGO_SETTINGS_MODULE": "verifydesk.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        measure(rows)


def measure(rows: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from apps.archive.actions import register_page, request_capture
    from apps.archive.capturing import capture
    from apps.archive.checking import check_captures
    from apps.archive.models import Capture, Contents
    from tests.archive.servers import Route, site

    call_command("migrate", verbosity=0)
    picture = Route(os.urandom(20_000), headers={"Content-Type": "image/png"})
    with site({"/story": Route("<img src=/a.png><img src=/b.png><p>Words.</p>" * 200), "/a.png": picture}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        asked = request_capture(register_page(f"http://{where}/story"), by=None)
        assert capture.run(asked.pk)
    stored = Capture.objects.get()
    index = Contents.objects.get()
    for _ in range(rows - 1):
        stored.pk = None
        stored.save(force_insert=True)
        Contents.objects.create(capture=stored, cdxj=index.cdxj)
    for limit in (rows // 10, rows):
        started, wrong = time.monotonic(), 0
        for number, (_, found) in enumerate(check_captures(Capture.objects.all()), start=1):
            wrong += bool(found)
            if number == limit:
                break
        rate = limit / (time.monotonic() - started)
        sys.stdout.write(f"{limit} records: {rate:.0f} a second, {wrong} wrong, at most {memory():.0f} MB\n")


if __name__ == "__main__":
    main()
