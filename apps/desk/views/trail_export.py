"""The trail to take away: CSV and JSON Lines of whatever it is narrowed to, a line at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.trail import export_trail
from apps.audit.bodies import canonical
from apps.audit.models import Entry
from apps.desk.filters import TrailFilter
from apps.desk.requests import DeskRequest
from apps.desk.views.trail import readable

AT_ONCE = 2_000
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
COLUMNS = (
    *("number", "at", "sentence", "verb", "actor", "actor_kind", "on_behalf_of", "channel", "request", "address"),
    *("stream", "line", "target", "before", "after", "reason", "erasures", "sha256"),
)
# What a spreadsheet takes for a formula, also after spaces, and as its full-width twin.
FORMULAS = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n\0|"
BLANK = " \u00a0\ufeff\u200b"


@require_GET
def trail_export(request: DeskRequest, kind: str) -> HttpResponseBase:
    """Every line that fits the filters, oldest first, as a download that begins at once."""
    if kind not in KINDS:
        raise Http404("There is no such format.")
    narrowed = TrailFilter(request.GET, readable(request))
    query = request.GET.copy()
    query.pop("after", None)
    export_trail(by=request.user, kind=kind, narrowed=query.urlencode()[:500])
    entries = narrowed.qs.order_by("at", "id").iterator(chunk_size=AT_ONCE)
    lines = _as_csv(entries) if kind == "csv" else _as_json_lines(entries)
    response = StreamingHttpResponse(lines, content_type=KINDS[kind])
    name = f"trail-{timezone.now():%Y-%m-%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _as_csv(entries: Iterator[Entry]) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield "\ufeff".encode() + writer.writerow(COLUMNS).encode()
    for entry in entries:
        yield writer.writerow([safe_cell(value) for value in _row(entry)]).encode()


def _as_json_lines(entries: Iterator[Entry]) -> Iterator[bytes]:
    for entry in entries:
        told = {**dict(zip(COLUMNS, _row(entry), strict=True)), "before": entry.before, "after": entry.after}
        if not entry.is_private:
            told |= {"body": entry.body, "salts": entry.salts}
        yield json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _row(entry: Entry) -> list[Any]:
    return [
        entry.pk,
        entry.at.isoformat(),
        entry.sentence,
        entry.verb,
        entry.actor_label,
        entry.actor_kind,
        entry.behalf_label,
        entry.channel,
        entry.request_id,
        entry.address or "",
        "confidential" if entry.is_private else entry.stream,
        entry.seq,
        entry.target_label,
        canonical(entry.before),
        canonical(entry.after),
        entry.reason,
        entry.erasures,
        entry.hash,
    ]


def safe_cell(value: Any) -> str:
    """A cell that no spreadsheet runs: text that could begin a formula gets an apostrophe before it (OWASP)."""
    text = "" if value is None else str(value)
    if isinstance(value, str) and text.lstrip(BLANK)[:1] and text.lstrip(BLANK)[0] in FORMULAS:
        return f"'{text}"
    return text
