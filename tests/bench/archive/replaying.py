"""What it costs to show a page as it was captured: ``python -m tests.bench.archive.replaying [--rounds 5]``.

CPU in milliseconds, medians, for a page of 57 kB and one of 1 MB: written anew from its text, and taken out of its
record and written anew as a request does it, with 40 requisites in the index. And two texts of 1 MB compared.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

SENTENCE = "the soldiers were captured in Kursk on Thursday and both of them are wounded it was said by officials"
WORDS = SENTENCE.split()
SIZES = {"57 kB": 57_000, "1 MB": 1_000_000}


def page_of(size: int) -> str:
    """A page as outlets make them: styles, links, pictures, attributes for scripts, a script, paragraphs."""
    chance = random.Random(1)  # noqa: S311
    head = "<!doctype html><html lang=en><head><title>Two captured</title><link rel=stylesheet href=/s0.css><style>"
    parts = [head, ".card{margin:1px;background:url(/i1.png)}.card:hover{color:#123}" * 40, "</style></head><body>"]
    while sum(map(len, parts)) < size:
        words = " ".join(chance.choices(WORDS, k=45))
        number = chance.randrange(40)
        parts.append(
            f'<div class="card story__block" data-id="{number}"><a href="/world/{number}?a=1&amp;b=2" onclick="go()">'
            f'<img src="/i{number}.png" srcset="/i{number}.png 1x, /x.png 2x" alt="Map"></a><p>{words}.</p></div>'
            f"<script>window.d = window.d || [];d.push({{n:{number},t:'{words}'}})</script>\n"
        )
    return "".join(parts)


def cpu(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds of CPU."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(1_000 * (time.process_time() - began))
    return statistics.median(taken)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    rounds = arguments.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DEBUG": "0", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "desk", "VAR_DIR": folder}
        os.environ |= {"ARCHIVE_FREE_BYTES": "0", "DJANGO_SETTINGS_MODULE": "verifydesk.settings"}
        os.environ.pop("DATABASE_URL", None)
        measure(rounds)


def measure(rounds: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from apps.archive.models import Capture
    from apps.archive.replaying import pages
    from apps.archive.replaying.differences import compare
    from apps.archive.replaying.shelf import Shelf
    from tests.archive.recorded import PNG, store_page
    from tests.newsroom import make_page

    call_command("migrate", verbosity=0)
    site = "https://paper.example.com"
    pictures = {f"{site}/i{number}.png": ("image/png", PNG + bytes([number])) for number in range(40)}
    parts = {**pictures, f"{site}/s0.css": ("text/css", "a{b:c}")}
    for name, size in SIZES.items():
        source = page_of(size)
        held = {url: f"/replay/token/{number}" for number, url in enumerate(parts)}
        written = cpu(lambda source=source, held=held: pages.rewrite(source, f"{site}/story", held.get), rounds)  # type: ignore[misc]
        stored = store_page(make_page(f"{site}/story-{size}"), source, parts)

        def shown(pk: int = stored.pk) -> None:
            capture = Capture.objects.select_related("page", "upload").get(pk=pk)
            Shelf(capture, lambda offset: f"/replay/token/{offset}").page()

        taken = cpu(shown, rounds)
        sys.stdout.write(
            f"{name}, {source.count('<'):,} tags: {written:.1f} ms rewritten, {taken:.1f} ms as a request\n"
        )
    chance = random.Random(2)  # noqa: S311
    before = [" ".join(chance.choices(WORDS, k=40)) + f" {number}." for number in range(4_700)]
    after = [line.replace("Kursk", "Sudzha") if number % 20 == 0 else line for number, line in enumerate(before)]
    texts = "\n".join(before), "\n".join(after)
    compared = cpu(lambda: compare(*texts), rounds)
    sys.stdout.write(f"two texts of {len(texts[0]) / 1e6:.1f} MB: {compared:.0f} ms compared\n")


if __name__ == "__main__":
    main()
