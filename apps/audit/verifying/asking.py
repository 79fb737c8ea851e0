"""Carries out a verification that somebody asked for, with its progress in its row."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from apps.audit.actions import record
from apps.audit.context import Channel, entered_by
from apps.audit.models import Verification
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify
from apps.audit.verifying.findings import Report
from apps.audit.wording import plain

log = logging.getLogger(__name__)
SHOWN = 200
State = Verification.State


def carry_out(verification_id: int) -> None:
    """Take the row if nobody has, verify, and write down what was found. A message that comes twice does nothing."""
    taken = Verification.objects.filter(pk=verification_id, state=State.WAITING)
    if not taken.update(state=State.RUNNING, told_at=timezone.now()):
        return
    mine = Verification.objects.filter(pk=verification_id)
    try:
        with entered_by(Channel.WORKER):
            report = verify(Progress(verification_id))
            with transaction.atomic():
                mine.update(state=State.DONE, report=summary(report), done=report.entries, total=report.entries)
                asked = mine.select_related("asked_by").get()
                said = "intact" if report.is_intact else f"{len(report.findings)} findings"
                record(
                    Verb.TRAIL_VERIFIED,
                    stream="trail",
                    target="the trail",
                    by=None,
                    behalf=asked.asked_by,
                    after={"result": said, "entries": report.entries, "size": report.size, "root": report.root},
                )
    except Exception as error:
        log.exception("Verification %s could not be carried out.", verification_id)
        mine.update(state=State.FAILED, report={"error": f"{error}"[:500]}, told_at=timezone.now())


class Progress:
    """Tells the row how far the reading is, on a connection of its own: the reading's transaction is still open."""

    def __init__(self, verification_id: int) -> None:
        self.id = verification_id

    def __call__(self, done: int, total: int) -> None:
        beside = connections.create_connection("default")
        try:
            with beside.cursor() as cursor:
                sql = "UPDATE audit_verification SET done = %s, total = %s, told_at = %s WHERE id = %s"
                cursor.execute(sql, [done, total, beside.ops.adapt_datetimefield_value(timezone.now()), self.id])
        finally:
            beside.close()


def summary(report: Report) -> dict[str, Any]:
    """The report as the row keeps it: every count, and the first findings."""
    counts = ("entries", "erased", "waiting", "streams", "checkpoints", "anchors", "stamps", "size", "root")
    found = [
        {"kind": one.kind, "label": plain(one.kind.label), "where": one.where, "says": one.says}
        for one in report.findings
    ]
    return {
        "intact": report.is_intact,
        **{name: getattr(report, name) for name in counts},
        "found": len(found),
        "findings": found[:SHOWN],
    }
