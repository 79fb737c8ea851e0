"""What the page of the archive's health shows: the judgement and its signs, and figures as charts and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.archive.health.figures import DEFAULT, PERIODS, Figures, Step, by_host, figures
from apps.archive.health.judgement import Level, judge, lasting
from apps.archive.health.signs import DESK, EXTRACT, FETCH, LOOK, RENDER, Queue, Signs, look
from apps.archive.health.tallies import DAY, HOUR
from apps.archive.models import Tally
from apps.desk.charts import Chart, Series, chart, share
from apps.desk.filters import HealthFilter, left_out
from apps.desk.paging import slice_by_place
from apps.desk.requests import DeskRequest

HOSTS_AT_ONCE = 50
WORK = {
    FETCH: _("Pages to fetch"),
    RENDER: _("Pages to draw"),
    LOOK: _("Pages to look at again"),
    EXTRACT: _("Copies to read"),
    DESK: _("Sweeps and counts"),
}
# How many steps one mark under a chart stands for.
MARKED = {"day": 6, "week": 4, "month": 6}


@dataclass(frozen=True)
class Work:
    """A queue, in words."""

    queue: Queue
    now: datetime

    @property
    def label(self) -> str:
        return str(WORK[self.queue.name])

    @property
    def has_rows(self) -> bool:
        return self.queue.name != DESK

    @property
    def oldest_for(self) -> str:
        return lasting(self.now - self.queue.oldest) if self.queue.oldest else ""

    @property
    def taken_ago(self) -> str:
        return lasting(self.now - self.queue.taken) if self.queue.taken else ""


def health_now(request: DeskRequest) -> dict[str, Any]:
    """How the archive is at this moment. ``?shown=`` names what the page told of before: only news are said aloud."""
    signs = look()
    judgement = judge(signs)
    # Never empty: what is empty stays out of the address that the poller asks.
    shown = ".".join(finding.what for finding in judgement.findings) or "well"
    return {
        "signs": signs,
        "judgement": judgement,
        "troubles": [finding for finding in judgement.findings if finding.level == Level.TROUBLE],
        "cautions": [finding for finding in judgement.findings if finding.level == Level.CAUTION],
        "workers": [*((one, True) for one in signs.workers), *((one, False) for one in signs.silent)],
        "work": [Work(queue, signs.now) for queue in signs.queues],
        "shown": shown,
        "is_news": "shown" in request.GET and request.GET["shown"] != shown,
        "room": room(signs),
    }


def room(signs: Signs) -> str:
    """How much more the archive can hold, as a sentence."""
    store = signs.store
    if store.is_bucket:
        return gettext("How much more the bucket takes, only its provider knows.")
    if store.room is None:
        return ""
    room = filesizeformat(max(0, store.room))
    if store.days_left is None or store.days_left > 3650:
        return gettext("%(room)s more may be stored on its disk.") % {"room": room}
    return gettext("%(room)s more may be stored on its disk: enough for %(days)s days at the pace of the last 7.") % {
        "room": room,
        "days": f"{store.days_left:,}",
    }


def health_figures(request: DeskRequest) -> dict[str, Any]:
    """What came of captures in the period that was asked for, at one host or all, for one reason or all."""
    narrowed = HealthFilter(request.GET, Tally.objects.all())
    narrowed.form.is_valid()  # what can't be read is left out of the cleaned data, and told
    chosen = narrowed.form.cleaned_data
    period = PERIODS.get(chosen.get("period") or "", DEFAULT)
    host, code = (chosen.get("host") or "").strip().lower(), chosen.get("code") or ""
    now = timezone.now()
    found = figures(period, now, host=host, code=code)
    hosts = slice_by_place(request, by_host(period, now, host=host, code=code), HOSTS_AT_ONCE)
    worst = max((row["failed"] for row in hosts.rows), default=0)
    most = max((times for _, times in found.by_code), default=0)
    return {
        "filter": narrowed,
        "left_out": left_out(narrowed),
        "period": period,
        "host": host,
        "figures": found,
        "charts": charts(found),
        "steps": [(label(found, step), step) for step in found.steps if not step.is_ahead],
        "by_code": [(reason, times, share(times, most)) for reason, times in found.by_code],
        "slice": hosts,
        "by_host": [(row, share(row["failed"], worst)) for row in hosts.rows],
        "is_narrowed": bool(host or code),
        "in_utc_days": period.step >= DAY or period.host_span == Tally.Span.DAY,
    }


def charts(found: Figures) -> list[Chart]:
    """Three rows of bars over the same time."""
    labels = [label(found, step) for step in found.steps]
    marks = [mark(found, step) for step in found.steps[:: MARKED[found.period.name]]]
    shown = (
        Series("stored", gettext("Copies stored"), [step.stored for step in found.steps], "{:,}".format),
        Series("failed", gettext("Attempts that failed"), [step.failed for step in found.steps], "{:,}".format),
        Series("bytes", gettext("Bytes stored"), [step.bytes for step in found.steps], filesizeformat, is_bytes=True),
    )
    return [chart(series, labels, marks) for series in shown]


def label(found: Figures, step: Step) -> str:
    """When a step was: an hour, six hours, or a day in UTC."""
    if found.period.step >= DAY:
        return date_format(step.start, "D j M")
    return date_format(timezone.localtime(step.start), "D j M, H:i")


def mark(found: Figures, step: Step) -> str:
    """The same for the axis, where there is little room."""
    if found.period.step == HOUR:
        return date_format(timezone.localtime(step.start), "H:i")
    return date_format(step.start if found.period.step >= DAY else timezone.localtime(step.start), "j M")
