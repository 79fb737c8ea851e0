"""What one archived page costs, beside wget and ArchiveBox, on the same pages in the same run.

``python -m tests.services [--sqlite] -- python -m tests.bench.archive.pages [--pages 100] [--rounds 5]
[--requisites] [--archivebox]``

Prints medians: pages a second, CPU milliseconds a page, and peak memory. HTML alone, or with what belongs to each page.
Ours is the worker's work without Celery: lease, fetch, record, settle; text is read elsewhere. ArchiveBox 0.7.4 is
installed into a place of its own for the run, and runs as nobody, because it refuses to run as root. Nothing here is a
test: compare the ratios, not the seconds. Everything goes to a site on loopback, and ends by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.archive.processes import Peak
from tests.bench.archive.site import site

ARCHIVEBOX = "archivebox==0.7.4"
ARCHIVEBOX_LEAVES_OUT = [
    *("TITLE", "FAVICON", "SINGLEFILE", "READABILITY", "MERCURY", "HTMLTOTEXT", "PDF", "SCREENSHOT", "DOM"),
    *("GIT", "MEDIA", "ARCHIVE_DOT_ORG", "HEADERS"),
]


def spent(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def measured(work: Callable[[], None], who: int) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of CPU, and the most megabytes: of this process, or of those that it starts."""
    with Peak(os.getpid(), new_alone=who == resource.RUSAGE_CHILDREN) as peak:
        clock, cpu = time.perf_counter(), spent(who)
        work()
        took = time.perf_counter() - clock, spent(who) - cpu
    return *took, peak.most_mb


def asked_for(urls: list[str]) -> list[int]:
    """The numbers of captures that wait for these pages."""
    from apps.archive.actions import register_page, request_capture

    return [request_capture(register_page(url), by=None).pk for url in urls]


def ours(captures: list[int]) -> None:
    """Capture each, as the worker does."""
    from apps.archive.capturing import capture
    from apps.audit.context import Channel, entered_by

    for pk in captures:
        with entered_by(Channel.WORKER):
            if not capture.run(pk):
                raise SystemExit(f"capture {pk} was not stored")


def wget(urls: list[str], *options: str) -> None:
    """One wget for all of them, into one compressed WARC."""
    with tempfile.TemporaryDirectory() as place:
        listed = Path(place) / "urls.txt"
        listed.write_text("\n".join(urls))
        command = ["wget", "--quiet", "--directory-prefix", place, f"--warc-file={place}/pages", *options]
        subprocess.run([*command, "-i", str(listed)], check=False)  # 8: a favicon that is not there


def wget_each(urls: list[str], *options: str) -> None:
    """One wget a page, as one who wants a record of its own for each must start it."""
    for url in urls:
        wget([url], *options)


class ArchiveBox:
    """ArchiveBox in an environment of its own: HTML and WARC by wget, no browser, no readers."""

    def __init__(self, *, requisites: bool) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="archivebox-"))
        self.place.chmod(0o755)
        python = shutil.which("python3", path="/usr/bin") or sys.executable
        subprocess.run([python, "-m", "venv", self.place / "venv"], check=True)
        pip = [self.place / "venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, ARCHIVEBOX, "setuptools<81"], check=True)
        self.data = self.place / "data"
        self.data.mkdir(mode=0o777)
        self.data.chmod(0o777)
        self.environ = {
            **{f"SAVE_{name}": "False" for name in ARCHIVEBOX_LEAVES_OUT},
            "SAVE_WARC": "True",
            "SAVE_WGET": "True",
            "SAVE_WGET_REQUISITES": str(requisites),
            "CHECK_SSL_VALIDITY": "False",
            "USE_COLOR": "False",
            "SHOW_PROGRESS": "False",
            "HOME": str(self.data),
            "PATH": f"{self.place}/venv/bin:/usr/bin:/bin",
        }

    def run(self, *arguments: str, words: str = "") -> None:
        nobody = pwd.getpwnam("nobody")

        def become() -> None:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(nobody.pw_gid)
                os.setuid(nobody.pw_uid)

        subprocess.run(
            [self.place / "venv/bin/archivebox", *arguments],
            cwd=self.data,
            env=self.environ,
            input=words.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=become,
            check=True,
        )

    def add(self, urls: list[str]) -> None:
        self.run("add", "--parser=url_list", words="\n".join(urls))
        kept = len(list(self.data.glob("archive/*/warc/*.warc.gz")))
        if kept < len(urls):
            raise SystemExit(f"ArchiveBox kept {kept} of {len(urls)} pages")

    def forget(self) -> None:
        shutil.rmtree(self.data)
        self.data.mkdir(mode=0o777)
        self.data.chmod(0o777)
        self.run("init")


def forget() -> None:
    """Each round copies the same pages for the first time."""
    from django.core.management import call_command

    call_command("flush", interactive=False, verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requisites", action="store_true", help="pictures, styles and scripts too")
    parser.add_argument("--archivebox", action="store_true", help="measure ArchiveBox too; it is installed for the run")
    asked = parser.parse_args()
    if shutil.which("wget") is None:
        raise SystemExit("wget is missing: apt-get install wget")
    with site(asked.pages, requisites=asked.requisites) as where:
        compare(where, asked)


def compare(where: str, asked: argparse.Namespace) -> None:
    """The rounds, each of us in each of them, and their medians."""
    urls = [f"http://{where}/{number}" for number in range(asked.pages)]
    place = tempfile.mkdtemp()
    # With DEBUG, Django keeps every statement that it sends, which costs more than some of them.
    os.environ |= {"DEBUG": "0", "SECRET_KEY": "b" * 64, "ALLOWED_HOSTS": "desk", "VAR_DIR": place}
    os.environ |= {"ARCHIVE_ALLOW": where, "ARCHIVE_ROBOTS": "ignore", "ARCHIVE_HOST_PAUSE_SECONDS": "0"}
    os.environ["ARCHIVE_REQUISITES"] = "300" if asked.requisites else "0"
    os.environ["DJANGO_SETTINGS_MODULE"] = "verifydesk.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests import conftest  # noqa: F401  (lets the trail be emptied between rounds)

    call_command("migrate", verbosity=0)
    options = ["--page-requisites"] if asked.requisites else []
    peers: dict[str, Callable[[], None]] = {"wget, one process": lambda: wget(urls, *options)}
    if asked.requisites:
        peers["wget, one a page"] = lambda: wget_each(urls, *options)
    box = ArchiveBox(requisites=asked.requisites) if asked.archivebox else None
    if box:
        peers["ArchiveBox, one run"] = lambda: box.add(urls)
    rounds: dict[str, list[tuple[float, float, float]]] = {"ours": [], **{name: [] for name in peers}}
    for number in range(asked.rounds):
        forget()
        captures = asked_for(urls)
        rounds["ours"].append(measured(lambda waiting=captures: ours(waiting), resource.RUSAGE_SELF))
        for name, work in peers.items():
            if box:
                box.forget()
            rounds[name].append(measured(work, resource.RUSAGE_CHILDREN))
        sys.stderr.write(f"round {number + 1} of {asked.rounds}\n")
    told = {name: told_of(taken, asked.pages) for name, taken in rounds.items()}
    facts = {
        "database": connection.vendor,
        "pages": asked.pages,
        "rounds": asked.rounds,
        "requisites": asked.requisites,
    }
    print(json.dumps({**facts, **told}, indent=1))  # noqa: T201
    shutil.rmtree(place, ignore_errors=True)
    if box:
        shutil.rmtree(box.place, ignore_errors=True)


def told_of(taken: list[tuple[float, float, float]], pages: int) -> dict[str, float]:
    """The medians of what was measured, a page."""
    clock, cpu, memory = (statistics.median(one) for one in zip(*taken, strict=True))
    return {
        "pages_per_second": round(pages / clock, 1),
        "cpu_ms_per_page": round(1000 * cpu / pages, 2),
        "peak_mb": round(memory),
    }


if __name__ == "__main__":
    main()
