"""How well the reader reads real pages: precision, recall and F1 by runs of four words, and CPU a page.

``python -m tests.bench.archive.reading DIR [--worst 10] [--against fast default]``

DIR holds ``ground-truth.json``, which says for each page's id its ``articleBody`` (and its ``url``, where known), and
``html/<id>.html.gz`` or ``html/<id>.html``. Precision and recall are those of each page's four-word runs, as often as
they occur, averaged over the pages; F1 is that of the averages. The extractor that the reader builds on is measured
beside it in the same run, on the same decoded text. Only what this command is given is read; nothing is fetched.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from apps.archive.reading.extraction import read_article
from apps.archive.web.decoding import to_text

RUN = 4
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Page:
    id: str
    url: str
    html: str
    truth: Counter[tuple[str, ...]]


def runs(text: str) -> Counter[tuple[str, ...]]:
    """Every run of four words and how often it occurs; a shorter text is one run."""
    words = WORD.findall(unicodedata.normalize("NFC", text))
    return (
        Counter(tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1)))
        if words
        else Counter()
    )


def compared(truth: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> tuple[float, float]:
    """Precision and recall of one page. Nothing found where nothing was to be found is right."""
    if truth == found:
        return 1.0, 1.0
    both = (truth & found).total()
    return both / found.total() if found else 0.0, both / truth.total() if truth else 0.0


def harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def pages(folder: Path) -> list[Page]:
    """Every page that the truth is told of. One without its HTML is an error, and never left out."""
    told = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    found = []
    for name, about in sorted(told.items()):
        packed, plain = folder / "html" / f"{name}.html.gz", folder / "html" / f"{name}.html"
        body = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
        url = about.get("url") or "https://news.example/"
        found.append(Page(name, url, to_text(body, "text/html")[0], runs(about.get("articleBody") or "")))
    return found


def ours(page: Page) -> str:
    return read_article(page.html, page.url).text


def raw(**how: bool) -> Callable[[Page], str]:
    return lambda page: trafilatura.extract(page.html, include_comments=False, include_tables=True, **how) or ""  # type: ignore[arg-type]


READERS: dict[str, Callable[[Page], str]] = {
    "reader": ours,
    "fast": raw(fast=True),
    "default": raw(),
    "precision": raw(favor_precision=True),
    "recall": raw(favor_recall=True),
}


def measured(read: Callable[[Page], str], set_of_pages: list[Page]) -> tuple[list[tuple[float, float]], float]:
    """Precision and recall page by page, and CPU milliseconds a page."""
    spent = 0.0
    results = []
    for page in set_of_pages:
        started = time.process_time()
        text = read(page)
        spent += time.process_time() - started
        results.append(compared(page.truth, runs(text)))
    return results, 1000 * spent / len(set_of_pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--against", nargs="*", choices=list(READERS)[1:], default=["fast", "default"])
    parser.add_argument("--worst", type=int, default=0, help="name as many pages that the reader reads worst")
    given = parser.parse_args()
    set_of_pages = pages(given.folder)
    if not set_of_pages:
        parser.error("ground-truth.json tells of no page")
    ours(set_of_pages[0])
    told = [f"{len(set_of_pages)} pages", f"{'':<12}{'precision':>10}{'recall':>10}{'F1':>10}{'CPU ms/page':>13}"]
    worst: list[str] = []
    for name in ["reader", *given.against]:
        results, cost = measured(READERS[name], set_of_pages)
        precision = sum(result[0] for result in results) / len(results)
        recall = sum(result[1] for result in results) / len(results)
        told.append(f"{name:<12}{precision:>10.4f}{recall:>10.4f}{harmonic(precision, recall):>10.4f}{cost:>13.1f}")
        if name == "reader":
            ranked = sorted(zip(results, set_of_pages, strict=True), key=lambda pair: harmonic(*pair[0]))
            worst = [
                f"{harmonic(*result):.3f}  precision {result[0]:.3f}  recall {result[1]:.3f}  {page.id}"
                for result, page in ranked[: given.worst]
            ]
    print("\n".join(told + worst))  # noqa: T201


if __name__ == "__main__":
    main()
