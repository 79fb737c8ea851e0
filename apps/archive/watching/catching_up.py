"""A copy of a watched page has been read: hold it against the one that was relied on, and say what is otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.utils import timezone

from apps.archive.models import Capture, Drift, Look, Passage, Watch
from apps.archive.passages import Selector, fold, holds, touched
from apps.archive.reading.reader import text_as_read_now
from apps.archive.watching import schedule
from apps.archive.watching.comparing import MOSTLY, difference
from apps.archive.watching.seeing import PERMANENT, is_fit, same_place
from apps.archive.watching.settling import raise_drift

MOST_AT_ONCE = 20


@dataclass
class Compared:
    """What is otherwise in a newer copy. `share` is None where there are no words to count."""

    fit: bool
    changed: bool = False
    share: float | None = None
    moved_to: str = ""
    found: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    edits: dict[int, str] = field(default_factory=dict)


def run(capture_id: int) -> None:
    """Compare every copy of this one's page that has been read since the last comparison, the oldest first."""
    page_id = Capture.objects.filter(pk=capture_id).values_list("page_id", flat=True).first()
    for _ in range(MOST_AT_ONCE):
        watch = Watch.objects.kept().select_related("baseline").filter(pk=page_id).first()
        if watch is None:
            return
        newer = Capture.objects.comparable().filter(page=watch.pk, pk__gt=watch.compared_id or 0)
        capture = newer.select_related("page").order_by("pk").first()
        if capture is None:
            return
        settle(watch, capture, _compare(watch, capture))


def settle(seen: Watch, capture: Capture, compared: Compared) -> None:
    """Write down what was found, unless another worker has done so meanwhile."""
    now = timezone.now()
    with transaction.atomic():
        # The row alone is locked: what hangs on it (a page, a baseline that may not be there) is read apart.
        watch = (
            Watch.objects.select_for_update()
            .filter(pk=seen.pk, ended_at__isnull=True, compared=seen.compared_id, baseline=seen.baseline_id)
            .first()
        )
        if watch is None:
            return
        is_first = watch.compared_id is None
        before, watch.compared = watch.baseline, capture
        if compared.fit:
            watch.baseline = capture
            found_any = _raise_drifts(watch, before, capture, compared)
            if found_any:
                schedule.begin_again(watch, now)
        if is_first:
            schedule.begin_again(watch, now)
        watch.save(update_fields=["compared", "baseline", "standing", "rung", "next_look_at"])


def _compare(watch: Watch, capture: Capture) -> Compared:
    """The two copies side by side; takes its time outside of any transaction."""
    text, _ = text_as_read_now(capture)
    if not is_fit(capture, text):
        return Compared(fit=False)
    before = watch.baseline
    old, is_read_anew = text_as_read_now(before) if before else ("", False)
    if old and not text:
        return Compared(fit=False)
    compared = Compared(fit=True)
    if before:
        if old or text:
            compared.share = difference(old, text)
            compared.changed = compared.share > 0
        else:
            compared.changed = before.body_digest != capture.body_digest
        if not same_place(before.final_url, capture.final_url):
            permanent = all(hop["status"] in PERMANENT for hop in capture.redirects)
            if capture.redirects and permanent and (compared.share or 0) <= MOSTLY:
                compared.moved_to = capture.final_url
    _seek_passages(watch, compared, old, text, is_read_anew=is_read_anew)
    return compared


def _seek_passages(watch: Watch, compared: Compared, old: str, text: str, *, is_read_anew: bool) -> None:
    """Which words that somebody relies on are in the newer copy, and which were in the older one and are not.

    What only an earlier reader took for the article is not gone from the page because today's does not.
    """
    passages = list(Passage.objects.relied_on().filter(page=watch.pk))
    if not passages:
        return
    folded, folded_old = fold(text), None
    for passage in passages:
        if holds(folded, passage.exact):
            compared.found.append(passage.pk)
            continue
        folded_old = folded_old or fold(old)
        if (passage.found_in_id and not is_read_anew) or holds(folded_old, passage.exact):
            compared.lost.append(passage.pk)
            if edited := touched(folded, Selector(passage.exact, passage.prefix, passage.suffix)):
                compared.edits[passage.pk] = edited.sentence


def _raise_drifts(watch: Watch, before: Capture | None, after: Capture, compared: Compared) -> bool:
    """Everything that is news. Whether anything was."""
    now = timezone.now()
    passages = Passage.objects.relied_on().filter(page=watch.pk)
    back = list(passages.filter(pk__in=compared.found, missing_since__isnull=False))
    gone = list(passages.filter(pk__in=compared.lost, missing_since__isnull=True))
    passages.filter(pk__in=compared.found).update(found_in=after, missing_since=None)
    passages.filter(pk__in=[passage.pk for passage in gone]).update(missing_since=now)
    if before is None:
        return False
    looks = Look.objects.filter(page=watch.pk, outcome__in=[Look.Outcome.CHANGED, Look.Outcome.MOVED])
    look = looks.order_by("-pk").first() if after.by_watch else None
    found = partial(raise_drift, watch, before=before, after=after, look=look)
    if compared.changed:
        touched = "Words that are cited are touched." if gone or back else ""
        found(Drift.Kind.CHANGED, share=compared.share or None, passages=[*gone, *back], detail=touched)
    if gone:
        edits = [f"{edit}." for passage in gone if (edit := compared.edits.get(passage.pk))]
        found(Drift.Kind.QUOTE_GONE, passages=gone, detail=" ".join(["It was edited:", *edits]) if edits else "")
    if back:
        found(Drift.Kind.QUOTE_BACK, passages=back)
    if compared.moved_to:
        watch.standing = Watch.Standing.MOVED
        found(Drift.Kind.MOVED, detail=compared.moved_to)
    elif watch.standing == Watch.Standing.MOVED and same_place(after.final_url, watch.page.url):
        watch.standing = Watch.Standing.THERE
    return bool(compared.changed or gone or back or compared.moved_to)
