"""Looking again at cited pages, on real sites: what each look finds, what it keeps, and what it makes of it."""

import gzip
import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator

from apps.archive.actions import request_capture
from apps.archive.capturing.leasing import lease
from apps.archive.models import Capture, Drift, Extract, Host, Look, Page, Passage, Watch, record_name
from apps.archive.reading import reader
from apps.archive.records import storage
from apps.archive.records.storage import open_record
from apps.archive.watching import looking
from apps.archive.watching.holding import LookLostError
from apps.archive.watching.seeing import Seen
from apps.archive.watching.settling import settle
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from tests.archive.servers import Route, redirect, served, site
from tests.archive.stores import stored_files
from tests.archive.watched import FIRST, SECOND, STORY, THIRD, Watched, article
from tests.newsroom import make_reporter

pytestmark = pytest.mark.django_db
TAGGED = Route(STORY, headers={"ETag": '"one"', "Last-Modified": "Thu, 26 Nov 2026 10:00:00 GMT"})
OTHER = article(FIRST, "Both men were released on Friday, the service added in a second statement to reporters.", THIRD)


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
    settings.ARCHIVE_CONNECT_SECONDS = settings.ARCHIVE_FIRST_BYTE_SECONDS = 1
    settings.ARCHIVE_RESOURCE_SECONDS, settings.ARCHIVE_CAPTURE_SECONDS = 2, 3
    settings.ARCHIVE_ATTEMPTS = 1


@pytest.fixture
def routes():
    return {"/story": Route(STORY)}


@pytest.fixture
def where(routes, settings):
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        yield where


@pytest.fixture
def watched(where):
    return Watched(f"http://{where}/story", make_reporter())


def records(look):
    """The kinds of the records of a look, with the profile of each revisit."""
    with open_record(record_name(look.warc_digest)) as file:
        return [
            (part.rec_type, (part.rec_headers.get_header("WARC-Profile") or "").rpartition("/")[2])
            for part in ArchiveIterator(file, check_digests=True)
        ]


def run_out():
    past = timezone.now() - timedelta(seconds=1)
    Watch.objects.update(lease_until=past)
    Host.objects.update(look_until=past)


@pytest.mark.usefixtures("store")
class TestNothingNew:
    def test_the_first_copy_is_what_is_compared_with_and_sets_the_clock(self, watched, settings):
        watch = watched.watch
        assert watch.baseline == watch.compared == Capture.objects.get()
        assert watch.rung == 1
        pause = settings.ARCHIVE_WATCH_PAUSES[0]
        assert (
            pause * 0.75
            <= watch.next_look_at - timezone.now() + timedelta(seconds=5)
            <= pause * 1.25 + timedelta(seconds=5)
        )

    def test_the_site_is_asked_in_a_few_bytes_and_its_304_is_kept_as_a_revisit(self, where, routes):
        routes["/story"] = TAGGED
        watched = Watched(f"http://{where}/story", make_reporter())
        routes["/story"] = Route(status=304)
        look = watched.look()
        assert look.outcome == Look.Outcome.UNCHANGED
        asked = where.requests[-1]
        assert b'If-None-Match: "one"\r\n' in asked
        assert b"If-Modified-Since: Thu, 26 Nov 2026 10:00:00 GMT\r\n" in asked
        assert records(look) == [
            ("warcinfo", ""), ("request", ""), ("revisit", "server-not-modified"), ("metadata", ""),
        ]  # fmt: skip
        assert (watched.copies, watched.kinds, look.warc_bytes < 3_000) == (1, [], True)

    def test_the_same_bytes_are_kept_as_a_revisit_that_names_the_copy(self, watched):
        look = watched.look()
        assert (look.outcome, look.http_status) == (Look.Outcome.UNCHANGED, 200)
        assert ("revisit", "identical-payload-digest") in records(look)
        with open_record(record_name(look.warc_digest)) as file:
            (revisit,) = [part.rec_headers for part in ArchiveIterator(file) if part.rec_type == "revisit"]
        baseline = watched.watch.baseline
        assert revisit.get_header("WARC-Refers-To-Target-URI") == baseline.final_url
        with open_record(baseline.warc_name) as file:
            (response,) = [part.rec_headers for part in ArchiveIterator(file) if part.rec_type == "response"]
        assert revisit.get_header("WARC-Refers-To-Date") == response.get_header("WARC-Date")
        assert revisit.get_header("WARC-Payload-Digest") == response.get_header("WARC-Payload-Digest")

    def test_the_same_page_packed_otherwise_is_unchanged_and_no_revisit_says_more_than_is_true(self, watched, routes):
        routes["/story"] = Route(gzip.compress(STORY.encode()), headers={"Content-Encoding": "gzip"})
        look = watched.look()
        assert (look.outcome, look.warc_digest) == (Look.Outcome.UNCHANGED, "")

    def test_a_page_made_anew_around_the_same_text_is_no_change(self, watched, routes):
        routes["/story"] = Route(article(around="Updated 12:31 - 4,211 readers online - weather 3 degrees"))
        look = watched.look()
        assert (look.outcome, watched.copies, watched.kinds) == (Look.Outcome.SAME_TEXT, 1, [])

    def test_each_quiet_look_widens_the_pause_and_the_last_one_repeats(self, watched, settings):
        pauses = []
        for _ in range(7):
            watched.look()
            watch = watched.watch
            pauses.append(watch.next_look_at - timezone.now())
        for pause, told in zip(
            [*settings.ARCHIVE_WATCH_PAUSES[1:], *settings.ARCHIVE_WATCH_PAUSES[-1:] * 2], pauses, strict=True
        ):
            assert pause * 0.74 < told < pause * 1.26

    def test_on_the_last_pause_the_page_is_asked_for_in_full(self, where, routes):
        """A server that says "not modified" whatever happens would hide every change for ever."""
        routes["/story"] = TAGGED
        watched = Watched(f"http://{where}/story", make_reporter())
        Watch.objects.update(rung=5)
        watched.look()
        assert b"If-None-Match" not in where.requests[-1]

    def test_it_is_not_looked_at_before_its_time_nor_after_its_end(self, watched, where):
        before = len(where.requests)
        assert looking.run(watched.page.pk) is None
        Watch.objects.update(next_look_at=timezone.now(), ended_at=timezone.now())
        assert looking.run(watched.page.pk) is None
        assert len(where.requests) == before


class TestChanges:
    def test_a_changed_text_gets_a_new_copy_and_a_finding_that_names_both(self, watched, routes):
        first = watched.watch.baseline
        routes["/story"] = Route(OTHER)
        look = watched.look()
        assert look.outcome == Look.Outcome.CHANGED
        second = watched.watch.baseline
        assert second != first
        assert (second.by_watch, second.requested_by, second.state) == (True, None, "stored")
        drift = Drift.objects.get()
        assert (drift.kind, drift.before, drift.after, drift.look) == ("changed", first, second, look)
        assert 0.2 < drift.share < 0.6
        assert f"{round(drift.share * 100)} % of the text has changed." == drift.sentence
        entry = Entry.objects.get(verb="drift_found")
        assert (entry.actor, entry.actor_kind, entry.after["finding"]) == (None, "worker", drift.sentence)

    def test_it_is_told_once_and_looked_at_again_soon(self, watched, routes):
        for _ in range(4):
            watched.look()
        routes["/story"] = Route(OTHER)
        watched.look()
        assert watched.watch.next_look_at - timezone.now() < timedelta(hours=2)
        assert watched.look().outcome == Look.Outcome.UNCHANGED
        assert (watched.kinds, watched.copies) == (["changed"], 2)

    def test_a_cited_passage_that_is_gone_is_told_and_so_is_its_return(self, where, routes):
        watched = Watched(
            f"http://{where}/story", make_reporter(), "“It gave  no further details", "Two soldiers of the North"
        )
        routes["/story"] = Route(OTHER)
        watched.look()
        assert watched.kinds == ["changed", "quote_gone"]
        changed, gone = Drift.objects.order_by("pk")
        assert "touched" in changed.sentence
        assert [passage.exact for passage in gone.passages.all()] == ["“It gave  no further details"]
        assert Passage.objects.get(exact__startswith="Two").missing_since is None
        routes["/story"] = Route(STORY)
        watched.look()
        assert watched.kinds == ["changed", "quote_gone", "changed", "quote_back"]
        assert Passage.objects.filter(missing_since=None).count() == 2

    def test_one_that_was_edited_is_told_with_what_is_otherwise(self, where, routes):
        quote = "captured in the Kursk region on Thursday"
        watched = Watched(f"http://{where}/story", make_reporter(), quote)
        routes["/story"] = Route(article(FIRST.replace("on Thursday", "on Friday"), SECOND, THIRD))
        watched.look()
        gone = Drift.objects.get(kind="quote_gone")
        assert gone.sentence == f"A cited passage is gone: “{quote}”. It was edited: “Thursday” is “Friday” now."

    def test_a_passage_that_was_never_there_is_not_called_gone(self, where, routes):
        watched = Watched(f"http://{where}/story", make_reporter(), "Words that nobody ever wrote")
        routes["/story"] = Route(OTHER)
        watched.look()
        assert watched.kinds == ["changed"]

    def test_a_copy_that_somebody_asks_for_tells_as_much(self, watched, routes):
        Capture.objects.update(requested_at=timezone.now() - timedelta(hours=1))
        routes["/story"] = Route(OTHER)
        Watched(watched.page.url, watched.by)
        drift = Drift.objects.get()
        assert (drift.kind, drift.look) == ("changed", None)

    def test_a_copy_on_its_way_serves_the_watch_too(self, watched, routes):
        Capture.objects.create(page=watched.page, last_attempt=1, next_attempt_at=timezone.now() + timedelta(hours=1))
        routes["/story"] = Route(OTHER)
        assert watched.look().outcome == Look.Outcome.CHANGED
        assert watched.copies == 2

    def test_a_file_uploaded_by_hand_is_never_what_the_site_is_held_against(self, watched):
        Capture.objects.create(
            page=watched.page, method="uploaded", state="stored", last_attempt=0, settled_at=timezone.now(),
            warc_digest="ab" * 32, body_digest="ab" * 32, read_at=timezone.now(),
        )  # fmt: skip
        watched.work()
        assert (watched.watch.compared.method, watched.kinds) == ("fetched", [])

    def test_pictures_are_compared_by_their_bytes(self, where, routes):
        picture = bytes.fromhex("89504e470d0a1a0a") + bytes(64)
        routes["/picture"] = Route(picture, headers={"Content-Type": "image/png"})
        watched = Watched(f"http://{where}/picture", make_reporter())
        assert watched.look().outcome == Look.Outcome.UNCHANGED
        routes["/picture"] = Route(picture + b"!", headers={"Content-Type": "image/png"})
        assert watched.look().outcome == Look.Outcome.CHANGED
        assert (watched.kinds, Drift.objects.get().sentence) == (["changed"], "The page has changed.")


class TestAnotherReader:
    """The desk was brought up to date, and reads the same pages otherwise than it did when they were copied."""

    CAPTION = "Soldiers on a road near Sudzha. Photo: the ministry."

    @pytest.fixture
    def watched(self, where):
        watched = Watched(f"http://{where}/story", make_reporter(), self.CAPTION, SECOND)
        text = f"{self.CAPTION}\n{FIRST}\n{SECOND}"
        Extract.objects.update(reader=0, text=text)
        Passage.objects.update(found_in=watched.watch.baseline)
        return watched

    def test_a_page_that_is_as_it_was_has_not_changed(self, watched, routes):
        routes["/story"] = Route(article(around="Now with more sport"))
        assert watched.look().outcome == Look.Outcome.SAME_TEXT
        assert watched.copies == 1
        Capture.objects.update(requested_at=timezone.now() - timedelta(hours=1))
        request_capture(watched.page, by=watched.by)
        watched.work()
        assert watched.copies == 2
        assert watched.kinds == []
        assert set(Passage.objects.values_list("missing_since", flat=True)) == {None}
        assert set(Extract.objects.values_list("reader", flat=True)) == {0, reader.VERSION}

    def test_one_that_has_changed_is_told_as_ever(self, watched, routes):
        routes["/story"] = Route(article(FIRST, THIRD))
        assert watched.look().outcome == Look.Outcome.CHANGED
        assert watched.kinds == ["changed", "quote_gone"]
        assert list(Drift.objects.get(kind="quote_gone").passages.values_list("exact", flat=True)) == [SECOND]

    def test_where_the_record_is_gone_what_was_read_of_it_is_what_there_is(self, watched, routes, caplog):
        for name in stored_files():
            storage.archive().discard(name)
        routes["/story"] = Route(article(around="Now with more sport"))
        assert watched.look().outcome == Look.Outcome.CHANGED
        assert "can't be read again" in caplog.text


class TestWalls:
    @pytest.mark.parametrize(
        ("route", "code"),
        [
            (Route("<h1>Forbidden</h1>", status=403), "http_403"),
            (Route("slow down", status=429), "http_429"),
            (Route("<title>Just a moment...</title><p>Checking your browser.</p>"), "bot_wall"),
            (Route(article("Only the first words. Subscribe to continue reading. Already a subscriber?")
                   .replace("<article", '<article class="paywall"')), "paywall"),
            (Route("<html><head><title>Two captured</title></head><body><div id=app></div></body></html>"), "content_empty"),
            (Route(article("We value your privacy. Accept all cookies, or manage your consent with our partners.")), ""),
        ],
        ids=["403", "429", "robots", "paywall", "script", "consent"],
    )  # fmt: skip
    def test_a_wall_is_no_change_and_no_loss(self, watched, routes, route, code):
        routes["/story"] = route
        for _ in range(3):
            look = watched.look()
            assert (look.outcome, look.code) == (Look.Outcome.WALLED, code)
        assert (watched.kinds, watched.copies) == ([], 1)
        routes["/story"] = Route(STORY)
        assert watched.look().outcome == Look.Outcome.UNCHANGED
        assert watched.kinds == []

    def test_an_article_about_consents_is_an_article(self, watched, routes):
        routes["/story"] = Route(
            article(*[f"Site {number} says: we value your privacy, accept all cookies." for number in range(30)])
        )
        assert watched.look().outcome == Look.Outcome.CHANGED

    def test_a_copy_behind_a_paywall_is_never_what_is_compared_with(self, watched):
        Capture.objects.update(code="paywall")
        Watch.objects.update(baseline=None, compared=None)
        watched.work()
        watch = watched.watch
        assert (watch.baseline, watch.compared) == (None, Capture.objects.get())

    def test_a_page_that_is_shown_whole_at_last_gets_a_copy_to_compare_with(self, watched):
        Capture.objects.update(code="paywall")
        Watch.objects.update(baseline=None)
        watched.look()
        assert (watched.copies, watched.watch.baseline.by_watch, watched.kinds) == (2, True, [])

    @pytest.mark.parametrize("policy", ["record", "obey"])
    def test_robots_txt_is_obeyed_also_where_copies_would_not(self, watched, where, routes, settings, policy):
        settings.ARCHIVE_ROBOTS = policy
        routes["/robots.txt"] = Route("User-agent: *\nDisallow: /story\n")
        before = [request for request in where.requests if b"GET /story" in request]
        look = watched.look()
        assert (look.outcome, look.code) == (Look.Outcome.WALLED, "robots_disallowed")
        assert [request for request in where.requests if b"GET /story" in request] == before

    def test_a_desk_that_obeys_looks_at_nothing_while_robots_txt_can_not_be_had(self, watched, where, routes, settings):
        """Nothing is known of the page then: it is not gone, however long that lasts."""
        settings.ARCHIVE_ROBOTS = "obey"
        routes["/robots.txt"] = Route("broken", status=500)
        before = [request for request in where.requests if b"GET /story" in request]
        for _ in range(3):
            look = watched.look()
            assert (look.outcome, look.code) == (Look.Outcome.WALLED, "robots_unreachable")
        assert [request for request in where.requests if b"GET /story" in request] == before
        assert watched.kinds == []
        settings.ARCHIVE_ROBOTS = "record"
        assert watched.look().outcome == Look.Outcome.UNCHANGED

    def test_a_copy_that_nobody_asked_for_obeys_robots_txt_too(self, watched, routes, settings):
        settings.ARCHIVE_ROBOTS = "record"
        routes["/robots.txt"] = Route("User-agent: *\nDisallow: /story\n")
        capture = Capture.objects.create(page=watched.page, last_attempt=1, by_watch=True)
        watched.work()
        capture.refresh_from_db()
        assert (capture.state, capture.code) == ("blocked", "robots_disallowed")
        assert not Capture.objects.needing_a_person().exists()


class TestGone:
    @pytest.mark.parametrize("status", [404, 410])
    def test_a_page_is_gone_when_the_site_says_so_twice(self, watched, routes, status):
        routes["/story"] = Route("<h1>No such page</h1>", status=status)
        first = watched.look()
        assert (first.outcome, first.code, watched.kinds) == (Look.Outcome.FAILED, f"http_{status}", [])
        assert watched.watch.standing == Watch.Standing.UNREACHED
        second = watched.look()
        assert (second.outcome, watched.kinds) == (Look.Outcome.GONE, ["gone"])
        assert watched.watch.standing == Watch.Standing.GONE
        drift = Drift.objects.get()
        assert (drift.before, drift.after, drift.look) == (watched.watch.baseline, None, second)
        watched.look()
        assert watched.kinds == ["gone"]

    def test_what_came_instead_is_kept(self, watched, routes):
        routes["/story"] = Route("<h1>No such page</h1>", status=404)
        assert [kind for kind, _ in records(watched.look())] == ["warcinfo", "request", "response", "metadata"]

    def test_twice_within_a_minute_is_once(self, watched, routes):
        routes["/story"] = Route("<h1>No such page</h1>", status=404)
        watched.look()
        watched.look(after=timedelta(minutes=1))
        assert watched.kinds == []

    def test_a_server_that_flaps_raises_nothing(self, watched, routes):
        for _ in range(3):
            routes["/story"] = Route("<h1>No such page</h1>", status=404)
            watched.look()
            routes["/story"] = Route("<h1>Broken</h1>", status=503)
            assert watched.look().outcome == Look.Outcome.FAILED
            routes["/story"] = Route(STORY)
            assert watched.look().outcome == Look.Outcome.UNCHANGED
        assert watched.kinds == []
        watch = watched.watch
        assert (watch.standing, watch.failures, watch.failing_since) == (Watch.Standing.THERE, 0, None)

    def test_a_page_that_is_back_is_told_once(self, watched, routes):
        routes["/story"] = Route("<h1>No such page</h1>", status=404)
        watched.look()
        watched.look()
        routes["/story"] = Route(STORY)
        watched.look()
        watched.look()
        assert watched.kinds == ["gone", "back"]
        assert watched.watch.standing == Watch.Standing.THERE

    def test_a_page_that_fails_for_long_is_called_gone_and_not_before(self, watched, routes, settings):
        routes["/story"] = Route("<h1>Broken</h1>", status=503)
        for _ in range(4):
            watched.look()
        assert watched.kinds == []
        Watch.objects.update(failing_since=timezone.now() - timedelta(days=settings.ARCHIVE_WATCH_GONE_DAYS, hours=1))
        watched.look()
        assert watched.kinds == ["gone"]
        assert "since" in Drift.objects.get().detail

    def test_a_failing_page_is_asked_again_in_growing_pauses(self, watched, routes, settings):
        for _ in range(6):
            watched.look()
        routes["/story"] = Route("<h1>Broken</h1>", status=503)
        for pause in settings.ARCHIVE_WATCH_PAUSES[:3]:
            watched.look()
            assert pause * 0.74 < watched.watch.next_look_at - timezone.now() < pause * 1.26

    def test_our_own_faults_say_nothing_of_the_page(self, watched, settings):
        Watch.objects.update(failing_since=timezone.now() - timedelta(days=300), failures=200)
        settings.ARCHIVE_ALLOW = frozenset()
        look = watched.look()
        assert (look.outcome, look.code, watched.kinds) == (Look.Outcome.FAILED, "blocked_address", [])

    def test_the_front_page_in_its_place_is_a_loss_and_no_move(self, watched, routes):
        routes["/story"] = redirect("/", status=301)
        routes["/"] = Route(article("Today's news from all over the world, and nothing of what was here before."))
        watched.look()
        assert watched.look().outcome == Look.Outcome.GONE
        assert (watched.kinds, watched.copies) == (["gone"], 1)
        assert "home page" in Drift.objects.get().sentence


class TestMoves:
    def test_a_permanent_redirect_to_the_same_text_is_a_move(self, watched, routes, where):
        routes["/story"] = redirect("/archive/story", status=301)
        routes["/archive/story"] = Route(STORY)
        assert watched.look().outcome == Look.Outcome.MOVED
        assert (watched.kinds, watched.watch.standing) == (["moved"], Watch.Standing.MOVED)
        drift = Drift.objects.get()
        assert drift.sentence == f"The page has moved to http://{where}/archive/story"
        assert drift.after.final_url == f"http://{where}/archive/story"
        assert watched.look().outcome == Look.Outcome.UNCHANGED
        assert (watched.kinds, watched.watch.standing) == (["moved"], Watch.Standing.MOVED)

    def test_a_redirect_for_now_is_none(self, watched, routes):
        routes["/story"] = redirect("/mirror/story", status=302)
        routes["/mirror/story"] = Route(STORY)
        assert watched.look().outcome == Look.Outcome.SAME_TEXT
        assert watched.kinds == []

    def test_a_slash_at_the_end_is_the_same_address(self, watched, routes):
        routes["/story"] = redirect("/story/", status=301)
        routes["/story/"] = Route(STORY)
        assert watched.look().outcome == Look.Outcome.UNCHANGED

    def test_another_text_behind_a_permanent_redirect_is_a_changed_text(self, watched, routes):
        routes["/story"] = redirect("/sport", status=301)
        routes["/sport"] = Route(
            article("A match was played yesterday, and one of the two sides has won it by three goals.")
        )
        assert watched.look().outcome == Look.Outcome.CHANGED
        assert watched.kinds == ["changed"]

    def test_a_304_is_asked_for_at_the_address_that_gave_the_tag_and_nowhere_else(self, where, routes):
        routes["/story"], routes["/there"] = redirect("/there"), TAGGED
        watched = Watched(f"http://{where}/story", make_reporter())
        routes["/there"] = Route(status=304)
        assert watched.look().outcome == Look.Outcome.UNCHANGED
        assert [b"If-None-Match" in request for request in where.requests[-2:]] == [False, True]


def test_a_store_that_is_full_is_no_finding(watched, settings):
    settings.ARCHIVE_FREE_BYTES = 10**18
    look = watched.look()
    assert (look.outcome, look.code, look.warc_digest) == (Look.Outcome.FAILED, "storage_full", "")
    assert stored_files() == {watched.watch.baseline.warc_name}
    assert watched.kinds == []


@pytest.mark.usefixtures("store")
class TestWorkers:
    def test_one_of_two_workers_gets_it(self, watched):
        Watch.objects.update(next_look_at=timezone.now())
        assert looking.hold(watched.page.pk) is not None
        assert looking.hold(watched.page.pk) is None

    def test_one_that_comes_back_too_late_changes_nothing_and_leaves_nothing(self, watched):
        Watch.objects.update(next_look_at=timezone.now())
        late = looking.hold(watched.page.pk)
        run_out()
        holder = looking.hold(watched.page.pk)
        assert looking.work(late) is None
        with pytest.raises(LookLostError):
            settle(late, Seen(Look.Outcome.GONE))
        assert Watch.objects.get().lease_token == holder.token
        assert stored_files() == {watched.watch.baseline.warc_name}
        looking.work(holder)
        assert [look.code for look in Look.objects.order_by("pk")] == ["worker_lost", ""]

    def test_a_record_that_a_lost_worker_has_stored_is_cleared_away(self, watched):
        Watch.objects.update(next_look_at=timezone.now())
        lost = looking.hold(watched.page.pk)
        name = stored_by(lost)
        assert Look.objects.ended().count() == 0
        run_out()
        assert looking.hold(watched.page.pk)
        assert name not in stored_files()
        assert (Look.objects.get().code, Look.objects.get().warc_digest) == ("worker_lost", "")

    def test_a_worker_that_is_taken_over_while_it_stores_takes_its_record_away(self, watched):
        Watch.objects.update(next_look_at=timezone.now())
        late = looking.hold(watched.page.pk)
        stored_by(late)
        run_out()
        looking.hold(watched.page.pk)
        stored_again = record_name(late.look.warc_digest)
        with storage.draft() as draft:
            draft.write(b"a record")
            draft.keep(stored_again)
        with pytest.raises(LookLostError):
            settle(late, Seen(Look.Outcome.UNCHANGED))
        late.clear_away()
        assert stored_again not in stored_files()

    def test_a_page_that_kills_whoever_looks_is_left_alone_for_long(self, watched, settings):
        for _ in range(3):
            Watch.objects.update(next_look_at=timezone.now())
            assert looking.hold(watched.page.pk)
            run_out()
        assert looking.hold(watched.page.pk) is None
        watch = watched.watch
        assert watch.lease_token is None
        assert watch.next_look_at - timezone.now() > settings.ARCHIVE_WATCH_PAUSES[-1] - timedelta(hours=1)

    @pytest.mark.django_db(transaction=True)
    def test_of_many_who_look_and_compare_at_once_one_tells(self, watched, routes):
        routes["/story"] = Route(OTHER, delay=0.2)
        Watch.objects.update(next_look_at=timezone.now())
        start = threading.Barrier(6)

        def work():
            try:
                start.wait(10)
                with entered_by(Channel.WORKER):
                    looking.run(watched.page.pk)
                watched.work()
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        watched.work()
        assert Look.objects.filter(outcome="changed").count() == 1
        assert (watched.kinds, watched.copies) == (["changed"], 2)

    def test_a_site_that_asks_for_peace_gets_it_for_every_page(self, watched, routes):
        routes["/story"] = Route("slow down", status=429, headers={"Retry-After": "900"})
        watched.look()
        assert Host.objects.get(pk=watched.page.host_id).free_at > timezone.now() + timedelta(minutes=10)
        Watch.objects.update(next_look_at=timezone.now())
        assert looking.hold(watched.page.pk) is None
        assert watched.watch.next_look_at > timezone.now() + timedelta(minutes=10)

    def test_looks_and_copies_share_a_hosts_places(self, watched, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 1
        capture = Capture.objects.create(page=watched.page, last_attempt=1)
        Watch.objects.update(next_look_at=timezone.now())
        held = looking.hold(watched.page.pk)
        assert held is not None
        assert lease(capture.pk) is None

    def test_a_host_is_looked_at_one_page_at_a_time_and_is_free_again_afterwards(self, watched, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 5
        other = Watched(watched.page.url + "?b", watched.by)
        Watch.objects.update(next_look_at=timezone.now(), compared=watched.watch.compared)
        held = looking.hold(watched.page.pk)
        assert looking.hold(other.page.pk) is None
        looking.work(held)
        assert Host.objects.get().look_until is None
        assert looking.hold(other.page.pk)

    def test_a_lost_look_holds_its_host_no_longer_than_its_lease(self, watched, settings):
        Watch.objects.update(next_look_at=timezone.now())
        assert looking.hold(watched.page.pk)
        run_out()
        assert looking.hold(watched.page.pk)

    def test_a_hostile_answer_takes_no_more_than_its_limits(self, watched, settings):
        with served(lambda visitor: visitor.pause(30) or None) as silent:
            settings.ARCHIVE_ALLOW = frozenset([str(silent)])
            Page.objects.filter(pk=watched.page.pk).update(url=f"http://{silent}/story")
            look = watched.look()
        assert (look.outcome, look.code) == (Look.Outcome.FAILED, "first_byte_timeout")


def stored_by(held, data=b"a record"):
    with storage.draft() as draft:
        draft.write(data)
        held.announce(draft.digest, draft.size)
        draft.keep(record_name(draft.digest))
        held.is_stored = True
    assert hashlib.sha256(data).hexdigest() == held.look.warc_digest
    return record_name(held.look.warc_digest)
