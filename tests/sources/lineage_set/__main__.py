"""``python -m tests.sources.lineage_set DIR [held-back | heavy]``: write a set as evaluate_lineage reads it."""

import json
import sys
from pathlib import Path

from tests.sources.lineage_set.heavy import make_heavy_set
from tests.sources.lineage_set.held_back import make_held_back_set
from tests.sources.lineage_set.making import make_set


def write(folder: Path, made: tuple[list[dict], list[dict]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in zip(("documents", "pairs"), made, strict=True):
        lines = (json.dumps(row, ensure_ascii=any("\ud800" in str(value) for value in row.values())) for row in rows)
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    makers = {"": make_set, "held-back": make_held_back_set, "heavy": make_heavy_set}
    write(Path(sys.argv[1]), makers[next(iter(sys.argv[2:]), "")]())
