"""What one page costs that a browser draws too: ``python -m tests.services [--sqlite] -- python -m
tests.bench.archive.rendering [--pages 20] [--rounds 5]``.

Prints medians: CPU seconds a page, of the worker and of the browser with all its children, seconds by the clock, the
drawing's own share, and the most memory of a browser. Every record is put before ``warcio check``. Each page is an
article with styles, scripts and pictures on loopback. Nothing here is a test: the target is 0.6 CPU seconds a page.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from tests.bench.archive.site import site

PR_SET_CHILD_SUBREAPER = 36


def spent() -> tuple[float, float]:
    """CPU seconds of this process, and of all that it started and that have ended."""
    ours, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return ours.ru_utime + ours.ru_stime, theirs.ru_utime + theirs.ru_stime


def bury(seconds: float = 0.3) -> None:
    """Wait for what killed browsers have left to us, so that its work is counted; until nothing comes for so long."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < seconds:
        if os.waitpid(-1, os.WNOHANG)[0]:
            quiet_since = time.monotonic()
        else:
            time.sleep(0.02)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    # Orphans of the browser come to us: without this, nobody could say what they cost.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with site(asked.pages, requisites=True) as where:
        os.environ |= {"DEBUG": "1", "VAR_DIR": tempfile.mkdtemp(), "ARCHIVE_ALLOW": where, "ARCHIVE_ROBOTS": "ignore"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "verifydesk.settings"
        measure(where, asked.pages, asked.rounds)


def measure(where: str, pages: int, rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from apps.archive.actions import register_page, request_capture
    from apps.archive.capturing import capture
    from apps.archive.models import Capture
    from apps.archive.records.storage import place
    from apps.audit.context import Channel, entered_by
    from tests import conftest  # noqa: F401  (lets the trail be emptied between rounds)

    call_command("migrate", verbosity=0)
    results: dict[str, list[tuple[float, float, float]]] = {"fetched": [], "fetched and drawn": []}
    records: list[str] = []
    for _ in range(rounds):
        for name, rendered in (("fetched", False), ("fetched and drawn", True)):
            call_command("flush", interactive=False, verbosity=0)
            numbers = [
                request_capture(register_page(f"http://{where}/{number}"), by=None, rendered=rendered).pk
                for number in range(pages)
            ]
            began, (ours, theirs) = time.perf_counter(), spent()
            for pk in numbers:
                with entered_by(Channel.WORKER):
                    capture.run(pk, with_browser=rendered)
            took = time.perf_counter() - began
            if rendered:
                bury()
            ours_now, theirs_now = spent()
            results[name].append(((ours_now - ours) / pages, (theirs_now - theirs) / pages, took / pages))
            stored = list(Capture.objects.stored())
            if len(stored) != pages or any(rendered != copy.is_drawn for copy in stored):
                raise SystemExit(f"not every page was {name}: {[copy.detail for copy in stored if copy.detail][:3]}")
            records = [place(copy.warc_name) for copy in stored]
    for name, rows in results.items():
        ours, theirs, took = (statistics.median(column) for column in zip(*rows, strict=True))
        told = f"{ours + theirs:.3f} CPU-s a page (worker {ours:.3f}, browser {theirs:.3f}), {took:.2f} s by the clock"
        sys.stdout.write(f"{name:<18} {told}\n")
    size = sum(os.path.getsize(record) for record in records) / len(records)
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *records], capture_output=True, check=False)
    passed = "pass" if checked.returncode == 0 else "FAIL"
    sys.stdout.write(
        f"{len(records)} records of {size / 1000:.0f} kB {passed} warcio check; load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
