"""Judges rows against the lines that tell of them: versions, heads, and what the trail tells of their state."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.apps import apps

from apps.audit.verifying.findings import Finding, Kind, Report
from apps.audit.verifying.streams import Streams
from apps.audit.versioned import Versioned

# Apps above the trail judge what only they know; each check takes a stream, or None for all.
RowCheck = Callable[[str | None], Iterator[Finding]]
ROW_CHECKS: list[RowCheck] = []


def versioned() -> list[type[Versioned]]:
    """Every model whose rows count their lines."""
    return [model for model in apps.get_models() if issubclass(model, Versioned)]


def told_of() -> frozenset[str]:
    """The fields that rows are held to."""
    return frozenset(name for model in versioned() for name in model.TOLD)


def judge_rows(streams: Streams, report: Report) -> None:
    """Every row against the end of its stream, and every stream against its row."""
    seen: set[str] = set()
    for model in versioned():
        kind = model._meta.model_name
        rows = model._default_manager.order_by("pk").values_list("pk", "version", "head", *model.TOLD)
        if model.ONE_STREAM:
            rows = rows.order_by("-version")[:1]
        for pk, version, head, *values in rows.iterator(chunk_size=5_000):
            stream = f"{kind}:{model.ONE_STREAM or pk}"
            seen.add(stream)
            _judge_row(stream, version, head, dict(zip(model.TOLD, values, strict=True)), streams, report)
    kinds = {f"{model._meta.model_name}" for model in versioned()}
    for stream in streams.last.keys() - seen:
        if stream.partition(":")[0] in kinds:
            report.add(Kind.ROW_MISSING, stream)


def judge_row(stream: str, streams: Streams, report: Report) -> None:
    """One stream's row."""
    kind, _, key = stream.partition(":")
    for model in versioned():
        if model._meta.model_name != kind:
            continue
        rows = (
            model._default_manager.order_by("-version") if model.ONE_STREAM else model._default_manager.filter(pk=key)
        )
        if row := rows.first():
            told = {name: getattr(row, name) for name in model.TOLD}
            _judge_row(stream, row.version, row.head, told, streams, report)
        elif stream in streams.last:
            report.add(Kind.ROW_MISSING, stream)


def _judge_row(stream: str, version: int, head: str, values: dict[str, str], streams: Streams, report: Report) -> None:
    last = streams.last.get(stream)
    if last is None:
        if version > 1 or head or not stream.startswith("policy:"):
            report.add(Kind.ROW_WITHOUT_LINES, stream)
        return
    if (version, head) != last:
        report.add(Kind.HEAD_DIFFERS, stream, f"The row is at version {version}, its last line is number {last[0]}.")
    told = streams.told.get(stream, {})
    for name, value in values.items():
        if name in told and _plain(told[name]) != _plain(value):
            report.add(Kind.ROW_DIFFERS, stream, f"Its {name} is {value}; the trail says {told[name]}.")


def _plain(word: str) -> str:
    """Older lines hold the words as people read them: "In review"."""
    return str(word).lower().replace(" ", "_")
