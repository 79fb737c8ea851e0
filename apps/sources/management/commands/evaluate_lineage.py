import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit.context import Channel, entered_by
from apps.sources.evaluating import RELATIONS, BadInput, Figures, evaluate, read_documents, read_pairs

MOST_TOLD = 20


class Command(BaseCommand):
    help = (
        "Let the desk suggest on texts whose relations are known, and say how well it did. DIR holds documents.jsonl "
        "(id, url, title, text, and perhaps credit and published) and pairs.jsonl (a, b, relation: copy, same-party or "
        "independent). Everything is undone. Exit status 1 if --recall, --precision or --no-false-merge isn't met, "
        "2 for bad input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR")
        parser.add_argument("--json", action="store_true", help="one JSON object, with every pair that went wrong")
        parser.add_argument("--recall", type=float, default=0.0, help="the least recall of copy")
        parser.add_argument("--precision", type=float, default=0.0, help="the least precision of copy")
        parser.add_argument("--no-false-merge", action="store_true", help="no independent pair may be found a copy")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["dir"]
        try:
            documents = read_documents(folder / "documents.jsonl")
            pairs = read_pairs(folder / "pairs.jsonl", {document.id for document in documents})
        except BadInput as bad:
            raise CommandError(str(bad), returncode=2) from bad
        with entered_by(Channel.COMMAND):
            figures = evaluate(documents, pairs, self.tell)
        self.stdout.write(json.dumps(as_json(figures), ensure_ascii=False) if options["json"] else as_text(figures))
        recall, precision = figures.recall("copy"), figures.precision("copy")
        too_low = (recall is not None and recall < options["recall"]) or (
            precision is not None and precision < options["precision"]
        )
        if too_low or (options["no_false_merge"] and figures.false_merges):
            sys.exit(1)

    def tell(self, done: int) -> None:
        if done % 500 == 0:
            self.stderr.write(f"{done} documents gone through")


def as_json(figures: Figures) -> dict[str, Any]:
    return {
        "documents": figures.documents,
        "pairs": sum(sum(row.values()) for row in figures.confusion.values()),
        "confusion": figures.confusion,
        "relations": {
            relation: {"precision": figures.precision(relation), "recall": figures.recall(relation)}
            for relation in RELATIONS
        },
        "false_merges": figures.false_merges,
        "cpu_ms_per_document": figures.cpu(),
        "suggestions": figures.suggestions,
        "wrong": figures.wrong,
    }


def as_text(figures: Figures) -> str:
    heading = "known \\ found"
    lines = [f"{heading:<14}" + "".join(f"{relation:>13}" for relation in RELATIONS)]
    lines += [
        f"{known:<14}" + "".join(f"{figures.confusion[known][found]:>13}" for found in RELATIONS) for known in RELATIONS
    ]
    lines += ["", f"{'':<14}{'precision':>13}{'recall':>13}"]
    lines += [
        f"{relation:<14}{_share(figures.precision(relation)):>13}{_share(figures.recall(relation)):>13}"
        for relation in RELATIONS
    ]
    cpu = figures.cpu()
    lines += [
        "",
        f"Independent pairs taken for copy: {figures.false_merges}",
        f"{figures.documents} documents; CPU each: {cpu['mean']} ms on average, {cpu['p95']} ms at the "
        "95th percentile, "
        f"{cpu['most']} ms at most",
        "Suggested: "
        + (", ".join(f"{count} {what}" for what, count in sorted(figures.suggestions.items())) or "nothing"),
    ]
    for wrong in figures.wrong[:MOST_TOLD]:
        lines.append(f"  {wrong['a']} and {wrong['b']}: {wrong['relation']}, found {wrong['found']}")
    if len(figures.wrong) > MOST_TOLD:
        lines.append(f"  and {len(figures.wrong) - MOST_TOLD} more: --json has them all")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
