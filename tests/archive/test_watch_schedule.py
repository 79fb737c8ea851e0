"""Ten thousand watched pages: evenly spread over time, rung for in few questions, and no host crowded."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.archive import tasks
from apps.archive.codes import Phase
from apps.archive.models import Capture, Host, Page, Watch
from apps.archive.watching import schedule
from tests.archive.watched import make_watch
from tests.newsroom import make_capture, make_page

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
PAGES = 10_000
MOST_ABOVE_THE_MEAN = 3


def peak(times, *, steps):
    """How many times the mean the fullest of so many equal parts of the time has, which lies between first and last."""
    first, last = min(times), max(times)
    step = (last - first) / steps
    counts = Counter(min(int((at - first) / step), steps - 1) for at in times)
    return max(counts.values()) / (len(times) / steps)


class TestSpread:
    @pytest.mark.parametrize("first", [1, 77_001, 5_000_000])
    def test_of_ten_thousand_cited_in_one_moment_no_minute_has_three_times_its_share(self, settings, first):
        """On every rung, each page going on from the moment at which the one before had it looked at."""
        watches = [Watch(page_id=number, next_look_at=NOW) for number in range(first, first + PAGES)]
        for pause in [*settings.ARCHIVE_WATCH_PAUSES, settings.ARCHIVE_WATCH_PAUSES[-1]]:
            for watch in watches:
                schedule.widen(watch, watch.next_look_at)
            times = [watch.next_look_at for watch in watches]
            minutes = (max(times) - min(times)) / timedelta(minutes=1)
            # A minute that has half a page to its share has one or none: the parts are those that two pages fall into.
            steps = min(int(minutes), PAGES // 2)
            assert peak(times, steps=steps) <= MOST_ABOVE_THE_MEAN, pause

    def test_so_it_is_for_pages_whose_numbers_lie_apart(self, settings):
        for stride in (2, 3, 5, 7, 10, 100):
            watches = [Watch(page_id=number * stride, next_look_at=NOW) for number in range(2_000)]
            for watch in watches:
                schedule.widen(watch, NOW)
            assert peak([watch.next_look_at for watch in watches], steps=30) <= MOST_ABOVE_THE_MEAN, stride

    @given(page_id=st.integers(1, 2**62), rung=st.integers(0, 20), failures=st.integers(0, 40))
    def test_a_page_comes_within_a_quarter_of_its_pause_and_never_later_for_failing(self, page_id, rung, failures):
        pauses = schedule.settings.ARCHIVE_WATCH_PAUSES
        watch = Watch(page_id=page_id, rung=rung, failures=failures, next_look_at=NOW)
        schedule.ask_again(watch, NOW)
        failing = watch.next_look_at - NOW
        pause = pauses[min(rung, len(pauses) - 1)]
        schedule.widen(watch, NOW)
        told = watch.next_look_at - NOW
        assert pause * 0.75 <= told <= pause * 1.25
        assert failing <= told
        assert watch.rung < len(pauses)

    def test_a_page_keeps_its_place(self):
        assert schedule.spread(41, timedelta(hours=1)) == schedule.spread(41, timedelta(hours=1))


@pytest.mark.django_db
class TestSweep:
    @pytest.fixture
    def rung(self, monkeypatch):
        """What would have been published, in place of a broker."""
        heard = []
        monkeypatch.setattr(tasks, "ring", lambda task, *args: heard.append((task.name, *args)))
        return heard

    def many(self, count, *, hosts=1_000, **fields):
        names = [f"news{number}.example.com" for number in range(hosts)]
        Host.objects.bulk_create([Host(name=name) for name in names])
        pages = Page.objects.bulk_create(
            [Page(url=f"https://{names[n % hosts]}/{n}", host_id=names[n % hosts]) for n in range(count)]
        )
        known = make_capture(make_page("https://known.example.com/"))
        values = {"next_look_at": timezone.now() - timedelta(minutes=1), "compared": known, **fields}
        Watch.objects.bulk_create([Watch(page=page, **values) for page in pages])

    def test_ten_thousand_that_are_due_at_once_are_rung_for_a_few_at_a_time(
        self, rung, settings, django_assert_num_queries
    ):
        self.many(PAGES)
        with django_assert_num_queries(1):
            tasks.watch()
        assert len(rung) == len(set(rung)) == settings.ARCHIVE_WATCH_AT_ONCE
        assert {name for name, _ in rung} == {"archive.look"}

    def test_of_each_host_one_is_rung_for(self, rung):
        self.many(500, hosts=3)
        tasks.watch()
        assert len(rung) == 3

    def test_whoever_is_done_rings_for_the_next_at_the_host_copies_first(self, rung, settings):
        settings.ARCHIVE_ROBOTS, settings.ARCHIVE_ALLOW = "ignore", frozenset()
        self.many(3, hosts=1)
        first, second, third = Watch.objects.order_by("pk")
        Watch.objects.filter(pk=third.pk).update(next_look_at=timezone.now() - timedelta(days=1))
        Page.objects.filter(pk=first.pk).update(url="http://127.0.0.1:1/none")
        copy = make_capture(second.page, Capture.State.QUEUED, phase=Phase.TURN)
        tasks.look(first.pk)
        assert rung == [("archive.capture_page", copy.pk), ("archive.look", third.pk)]

    def test_the_longest_due_come_first(self, rung, settings):
        settings.ARCHIVE_WATCH_AT_ONCE = 1
        self.many(20, hosts=20)
        late = Watch.objects.order_by("-pk").first()
        Watch.objects.filter(pk=late.pk).update(next_look_at=timezone.now() - timedelta(days=3))
        tasks.watch()
        assert rung == [("archive.look", late.pk)]

    def test_what_is_ended_not_due_held_or_without_a_copy_is_left_alone(self, rung):
        now = timezone.now()
        self.many(1, ended_at=now)
        Watch.objects.update(ended_at=None, next_look_at=now + timedelta(minutes=5))
        tasks.watch()
        Watch.objects.update(next_look_at=now, lease_until=now + timedelta(minutes=1))
        tasks.watch()
        Watch.objects.update(lease_until=None, compared=None)
        tasks.watch()
        assert rung == []

    def test_a_watch_that_is_turned_off_rings_for_nothing(self, rung, settings):
        settings.ARCHIVE_WATCH = False
        self.many(5)
        tasks.watch()
        assert rung == []

    def test_copies_that_nobody_compared_are_found_in_two_questions(self, rung, django_assert_num_queries):
        self.many(2_000)
        behind, ahead = make_watch(90_001), make_watch(90_002)
        make_capture(behind.page)
        copy = make_capture(behind.page)
        Watch.objects.filter(pk=ahead.pk).update(compared=make_capture(ahead.page))
        make_capture(ahead.page, Capture.State.QUEUED)
        make_capture(ahead.page, method=Capture.Method.UPLOADED)
        make_capture(ahead.page, read_at=None)
        with django_assert_num_queries(2):
            tasks.catch_up()
        assert rung == [("archive.compare", copy.pk)]
