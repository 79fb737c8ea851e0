import json
import sys
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.template.defaultfilters import filesizeformat

from apps.archive.health import tallies
from apps.archive.health.judgement import Judgement, counted, judge, lasting
from apps.archive.health.signs import Queue, Signs, look
from apps.archive.models import Worker
from apps.audit.wording import plainly


class Command(BaseCommand):
    help = "Say whether the archive is well, and what to do if it isn't. Exit status 0 when it is, 1 when it isn't."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object with everything that was seen")
        parser.add_argument(
            "--recount", action="store_true", help="first throw the tallies of past days away and count them anew"
        )

    @plainly
    def handle(self, *args: Any, **options: Any) -> None:
        if options["recount"]:
            tallies.forget()
            while not tallies.count():
                self.stderr.write("still counting")
        signs = look()
        judgement = judge(signs)
        if options["json"]:
            self.stdout.write(json.dumps(as_told(signs, judgement), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(in_words(signs, judgement)))
        if not judgement.is_well:
            sys.exit(1)


def in_words(signs: Signs, judgement: Judgement) -> list[str]:
    """The judgement, and what it rests on, a line each."""
    lines = [judgement.sentence]
    for finding in judgement.findings:
        lines += [f"  {finding.sentence}", f"    {finding.advice}"]
    for queue in signs.queues:
        oldest = f", the oldest for {lasting(signs.now - queue.oldest)}" if queue.oldest else ""
        there = counted(queue.workers, "worker", "workers")
        lines.append(
            f"{queue.name}: {queue.waiting:,} waiting{oldest}; {queue.under_way:,} under way, {queue.later:,} later; "
            f"{there}"
        )
    store = signs.store
    room = "" if store.room is None else f"; {filesizeformat(max(0, store.room))} more may be stored"
    lines.append(f"store: {counted_records(store.records)}, {filesizeformat(store.bytes)}{room}")
    at_least = "at least " if signs.needs_more else ""
    lines.append(f"needs a person: {at_least}{counted(signs.needs_a_person, 'page', 'pages')}")
    return lines


def counted_records(number: int) -> str:
    return f"{number:,} record{'' if number == 1 else 's'}"


def as_told(signs: Signs, judgement: Judgement) -> dict[str, Any]:
    """Everything that was seen, for a script. Times are ISO 8601, sizes bytes; null is what is not known."""
    store, hour = signs.store, signs.last_hour
    return {
        "well": judgement.is_well,
        "sentence": judgement.sentence,
        "findings": [
            {"what": one.what, "level": one.level.value, "sentence": one.sentence, "advice": one.advice}
            for one in judgement.findings
        ],
        "at": told_time(signs.now),
        "broker": signs.is_broker_there,
        "queues": {queue.name: told_queue(queue, signs.now) for queue in signs.queues},
        "workers": [told_worker(worker, is_alive=True) for worker in signs.workers]
        + [told_worker(worker, is_alive=False) for worker in signs.silent],
        "last_hour": {"stored": hour.stored, "failed": {code.value: times for code, times in hour.failed.items()}},
        "store": {
            "records": store.records,
            "bytes": store.bytes,
            "bytes_a_day": store.bytes_a_day,
            "room": store.room,
            "days_left": store.days_left,
        },
        "needs_a_person": signs.needs_a_person,
        "counted_at": told_time(signs.counted_at),
    }


def told_queue(queue: Queue, now: datetime) -> dict[str, Any]:
    return {
        "waiting": queue.waiting,
        "under_way": queue.under_way,
        "later": queue.later,
        "oldest_seconds": int((now - queue.oldest).total_seconds()) if queue.oldest else None,
        "taken": told_time(queue.taken),
        "workers": queue.workers,
        "messages": queue.messages,
    }


def told_worker(worker: Worker, *, is_alive: bool) -> dict[str, Any]:
    return {
        "name": worker.name,
        "machine": worker.machine,
        "process": worker.process,
        "queues": worker.queues,
        "version": worker.version,
        "since": told_time(worker.since),
        "seen_at": told_time(worker.seen_at),
        "alive": is_alive,
    }


def told_time(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
