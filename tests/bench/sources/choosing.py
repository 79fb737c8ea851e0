"""Which fingerprints find edited copy: measured before one was chosen (decision 0018). Needs no database.

``python -m tests.bench.sources.choosing``

For each scheme: how many pairs of the set's copies share two fingerprints or more, how many they share on average, how
many rows a document costs, and how often independent reports are candidates too.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
os.environ.setdefault("DEBUG", "1")
django.setup()

from apps.sources.suggesting.overlaps import kept  # noqa: E402
from apps.sources.suggesting.words import Words  # noqa: E402
from tests.sources.lineage_set.held_back import make_held_back_set  # noqa: E402
from tests.sources.lineage_set.making import make_set  # noqa: E402

MIX = 0x9E3779B97F4A7C15


def runs(words: Words, length: int) -> list[int]:
    grams = zip(*(words.words[start:] for start in range(length)), strict=False)
    return [hash(gram) * MIX % (1 << 64) for gram in grams]


def winnowed(words: Words, length: int = 3, window: int = 6) -> set[int]:
    shingles = runs(words, length)
    return {min(shingles[at : at + window]) for at in range(max(1, len(shingles) - window + 1))} if shingles else set()


def bands(words: Words, length: int = 3, count: int = 64, rows: int = 2) -> set[tuple[int, ...]]:
    shingles = runs(words, length) or [0]
    smallest = [
        min((shingle ^ (seed * MIX)) * MIX % (1 << 64) for shingle in shingles) for seed in range(1, count * rows + 1)
    ]
    return {(band, *smallest[band * rows : band * rows + rows]) for band in range(count)}


def scaled(words: Words, length: int, modulo: int) -> set[int]:
    return {shingle for shingle in runs(words, length) if shingle % modulo == 0}


SCHEMES: dict[str, Callable[[Words], set]] = {
    "kept, 3 words, by length": lambda words: set(kept(words)),
    "every 3rd of 3 words": lambda words: scaled(words, 3, 3),
    "every 3rd of 5 words": lambda words: scaled(words, 5, 3),
    "winnowing 3 words, window 6": winnowed,
    "winnowing 5 words, window 6": lambda words: winnowed(words, 5),
    "MinHash, 64 bands of 2": bands,
}


def main() -> None:
    for name, (documents, pairs) in {"our set": make_set(), "held back": make_held_back_set()}.items():
        texts = {document["id"]: Words(document["text"]) for document in documents}
        told = [name]
        for scheme, choose in SCHEMES.items():
            prints = {number: choose(words) for number, words in texts.items()}
            shared = {
                relation: [len(prints[pair["a"]] & prints[pair["b"]]) for pair in pairs if pair["relation"] == relation]
                for relation in ("copy", "independent")
            }
            found = sum(count >= 2 for count in shared["copy"]) / len(shared["copy"])
            false = sum(count >= 2 for count in shared["independent"]) / len(shared["independent"])
            told.append(
                f"  {scheme:<30} {statistics.mean(map(len, prints.values())):>6.0f} rows  copies found {found:.4f}, "
                f"sharing {statistics.mean(shared['copy']):.1f}  independent looked at {false:.4f}"
            )
        print("\n".join(told))  # noqa: T201


if __name__ == "__main__":
    main()
