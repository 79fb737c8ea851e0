"""How gently the archive goes to a host: few pages at once, a pause between two, what the host asks for, robots.txt."""

import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture, politeness
from apps.archive.capturing.gathering import MOST_HELD
from apps.archive.codes import Code, Phase
from apps.archive.models import Capture, Host
from apps.audit.context import Channel, entered_by
from tests.archive.servers import Route, redirect, site
from tests.newsroom import make_capture, make_page, make_reporter

pytestmark = pytest.mark.django_db
STORY = "<html><head><title>A story</title><link rel=icon href=data:,></head><body><p>Words.</p></body></html>"


@pytest.fixture
def rita():
    return make_reporter()


def queued(url):
    return make_capture(make_page(url), state=Capture.State.QUEUED)


def fetching(url, **fields):
    until = timezone.now() + timedelta(seconds=60)
    token = "0b7ff2a4-35c1-4a3c-9b2e-0c7f3e9d4a11"
    return make_capture(
        make_page(url), state=Capture.State.FETCHING, attempt=1, lease_token=token, lease_until=until, **fields
    )


def run(asked):
    with entered_by(Channel.WORKER):
        stored = capture.run(asked.pk)
    asked.refresh_from_db()
    return stored


class TestTurns:
    def test_no_more_pages_of_one_host_are_under_way_than_the_settings_allow(self, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 2
        for number in range(2):
            fetching(f"https://busy.example.com/{number}")

        assert capture.lease(queued("https://busy.example.com/third").pk) is None
        assert capture.lease(queued("https://other.example.com/first").pk) is not None

    def test_a_worker_that_never_came_back_holds_no_place(self, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 1
        lost = fetching("https://busy.example.com/lost")
        Capture.objects.filter(pk=lost.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

        assert capture.lease(queued("https://busy.example.com/next").pk) is not None

    def test_each_page_of_a_host_gets_a_later_turn(self, settings):
        settings.ARCHIVE_HOST_AT_ONCE, settings.ARCHIVE_HOST_PAUSE_SECONDS = 5, 2
        turns = [capture.lease(queued(f"https://slow.example.com/{number}").pk).turn for number in range(3)]

        assert turns[1] - turns[0] >= timedelta(seconds=2)
        assert turns[2] - turns[1] >= timedelta(seconds=2)

    def test_a_turn_too_far_away_to_wait_for_puts_the_page_back_and_counts_no_attempt(self, settings):
        asked = queued("https://slow.example.com/a")
        later = timezone.now() + timedelta(minutes=3)
        Host.objects.filter(name="slow.example.com").update(free_at=later)

        assert capture.lease(asked.pk) is None
        asked.refresh_from_db()
        assert (asked.state, asked.attempt, asked.next_attempt_at) == (Capture.State.QUEUED, 0, later)

    def test_the_pause_is_really_kept(self, settings, rita):
        settings.ARCHIVE_HOST_PAUSE_SECONDS = 0.4
        with site({f"/{number}": Route(STORY) for number in range(3)}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            began = time.monotonic()
            for number in range(3):
                assert run(request_capture(register_page(f"http://{where}/{number}"), by=rita))
        assert time.monotonic() - began >= 0.8

    def test_of_those_that_were_turned_away_the_one_that_waits_longest_comes_next(self, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 1
        running = fetching("https://a.example.com/running")
        first, second = queued("https://a.example.com/1"), queued("https://a.example.com/2")
        Capture.objects.filter(pk=second.pk).update(next_attempt_at=first.next_attempt_at - timedelta(seconds=9))
        assert [capture.lease(one.pk) for one in (first, second)] == [None, None]
        Capture.objects.filter(pk=running.pk).update(state=Capture.State.FAILED, code=Code.HTTP_404, lease_token=None)

        assert politeness.waiting("a.example.com") == (second.pk, False)
        assert politeness.waiting("a.example.com") == (first.pk, False)
        assert politeness.waiting("a.example.com") is None

    def test_one_that_is_turned_away_while_the_last_one_ends_is_taken_after_all(self, settings, monkeypatch):
        """Whoever ended has looked for those that wait before we had said that we do."""
        settings.ARCHIVE_HOST_AT_ONCE = 1
        running, asked = fetching("https://a.example.com/running"), queued("https://a.example.com/1")
        book = politeness.book

        def book_while_the_other_ends(host, now):
            turn = book(host, now)
            Capture.objects.filter(pk=running.pk).update(
                state=Capture.State.FAILED, code=Code.HTTP_404, lease_token=None
            )
            return turn

        monkeypatch.setattr(politeness, "book", book_while_the_other_ends)
        assert capture.lease(asked.pk) is not None

    def test_nobody_rings_for_one_that_was_not_turned_away(self):
        queued("https://a.example.com/1")
        assert politeness.waiting("a.example.com") is None

    def test_one_that_is_taken_no_longer_waits_for_its_turn(self, settings):
        settings.ARCHIVE_HOST_AT_ONCE = 1
        running, asked = fetching("https://a.example.com/running"), queued("https://a.example.com/1")
        assert capture.lease(asked.pk) is None
        Capture.objects.filter(pk=running.pk).update(state=Capture.State.FAILED, code=Code.HTTP_404, lease_token=None)

        assert capture.lease(asked.pk).capture.phase == Phase.PAGE
        assert politeness.waiting("a.example.com") is None

    def test_one_that_waits_for_its_turn_says_so_until_that_comes(self, settings, rita):
        settings.ARCHIVE_HOST_PAUSE_SECONDS = 1.5
        with site({"/1": Route(STORY), "/2": Route(STORY)}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            first, second = (request_capture(register_page(f"http://{where}/{one}"), by=rita) for one in (1, 2))
            assert run(first)
            leased = capture.lease(second.pk)
            second.refresh_from_db()
            assert (second.state, second.phase) == (Capture.State.FETCHING, Phase.TURN)
            told = []
            leased.heard = lambda phase, _: told.append((phase, Capture.objects.get(pk=second.pk).phase))
            with entered_by(Channel.WORKER):
                assert capture.work(leased)
        assert told[0] == (Phase.PAGE, Phase.PAGE)

    def test_the_sweep_rings_for_no_more_of_one_host_than_can_run(self):
        for number in range(20):
            queued(f"https://huge.example.com/{number}")
        small = queued("https://small.example.com/only")

        rung = list(Capture.objects.due(timezone.now()).in_fair_turns(2))

        assert len(rung) == 3
        assert small.pk in rung


class TestWhatAHostAsksFor:
    def test_retry_after_holds_every_page_of_the_host(self, settings, rita):
        with site({"/a": Route("slow down", status=429, headers={"Retry-After": "600"})}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/a"), by=rita)
            assert not run(asked)
            other = request_capture(register_page(f"http://{where}/b"), by=rita)

            assert capture.lease(other.pk) is None

        assert asked.state == Capture.State.QUEUED
        held = Host.objects.get(name="127.0.0.1").free_at - timezone.now()
        assert timedelta(minutes=9) < held <= timedelta(minutes=10)
        assert len(where.requests) == 1

    def test_it_is_the_host_that_a_redirect_leads_to_that_is_held_when_that_one_asks(self, settings, rita):
        busy = Route("slow down", status=503, headers={"Retry-After": "600"})
        with (
            site({"/story": busy}, host="127.0.0.2") as elsewhere,
            site({"/a": redirect(f"http://{elsewhere}/story"), "/b": redirect(f"http://{elsewhere}/story")}) as where,
        ):
            settings.ARCHIVE_ALLOW = frozenset([str(where), str(elsewhere)])
            first, second = (request_capture(register_page(f"http://{where}{path}"), by=rita) for path in ("/a", "/b"))
            assert not run(first)
            assert not run(second)
            assert len(elsewhere.requests) == 1
            assert len(where.requests) == 2

        assert (first.code, second.code) == (Code.HTTP_5XX, Code.ASKED_TO_WAIT)
        held = politeness.held(["127.0.0.1", "127.0.0.2"])
        assert set(held) == {"127.0.0.2"}
        assert second.next_attempt_at >= held["127.0.0.2"] - timedelta(seconds=5)
        assert "127.0.0.2" in second.detail

    def test_where_the_host_has_not_asked_to_wait_a_redirect_is_followed(self, settings, rita):
        with (
            site({"/story": Route(STORY)}, host="127.0.0.2") as elsewhere,
            site({"/a": redirect(f"http://{elsewhere}/story")}) as where,
        ):
            settings.ARCHIVE_ALLOW = frozenset([str(where), str(elsewhere)])
            politeness.leave_alone("127.0.0.2", 0.0)
            assert run(request_capture(register_page(f"http://{where}/a"), by=rita))

    def test_a_host_of_pictures_that_asks_to_wait_is_remembered_and_not_asked_by_the_next_page(self, settings, rita):
        settings.ARCHIVE_AT_ONCE, settings.ARCHIVE_REQUISITES = 1, 10
        busy = Route("slow down", status=429, headers={"Retry-After": "600"})
        with site({"/1.png": busy, "/2.png": busy}, host="127.0.0.2") as pictures:
            away = f"http://{pictures}"
            named = f"<link rel=icon href=data:,><img src={away}/1.png><img src={away}/2.png><img src=/on.png>"
            led = Route(status=302, headers={"Location": f"{away}/1.png"})
            routes = {"/a": Route(named), "/b": Route(named), "/on.png": led}
            with site(routes) as where:
                settings.ARCHIVE_ALLOW = frozenset([str(where), str(pictures)])
                first, second = (
                    request_capture(register_page(f"http://{where}{path}"), by=rita) for path in ("/a", "/b")
                )
                assert run(first)
                assert run(second)
            assert len(pictures.requests) == 1

        assert set(politeness.held(["127.0.0.1", "127.0.0.2"])) == {"127.0.0.2"}
        assert (first.state, second.state) == (Capture.State.STORED, Capture.State.STORED)
        why = {missing["url"].rpartition("/")[2]: missing["code"] for missing in second.contents.missing}
        assert why == dict.fromkeys(["1.png", "2.png", "on.png"], Code.ASKED_TO_WAIT)

    def test_of_hosts_of_its_own_making_a_page_has_no_more_than_some_written_down(self, settings, rita):
        settings.ARCHIVE_AT_ONCE, settings.ARCHIVE_REQUISITES = 1, 40
        busy = {"/1.png": Route("slow down", status=429, headers={"Retry-After": "600"})}
        with ExitStack() as stack:
            hosts = [stack.enter_context(site(busy, host=f"127.0.1.{number}")) for number in range(1, 31)]
            tags = "".join(f"<img src=http://{host}/1.png>" for host in hosts)
            where = stack.enter_context(site({"/a": Route(f"<link rel=icon href=data:,>{tags}")}))
            settings.ARCHIVE_ALLOW = frozenset([str(where), *map(str, hosts)])
            assert run(request_capture(register_page(f"http://{where}/a"), by=rita))
            assert all(len(host.requests) == 1 for host in hosts)
        assert Host.objects.filter(held_until__isnull=False).count() == MOST_HELD < len(hosts)

    def test_nobody_is_held_longer_than_an_hour(self):
        make_page("https://a.example.com/")
        politeness.leave_alone("a.example.com", 1e9)

        assert Host.objects.get(name="a.example.com").free_at <= timezone.now() + timedelta(hours=1)


RULES = "User-agent: *\nDisallow: /private\n"


class TestRobots:
    @pytest.fixture(autouse=True)
    def _record(self, settings):
        settings.ARCHIVE_ROBOTS = "record"

    def asked(self, settings, rita, where, path):
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        return request_capture(register_page(f"http://{where}{path}"), by=rita)

    @pytest.mark.parametrize(("path", "verdict"), [("/open", "allowed"), ("/private", "disallowed")])
    def test_a_cited_page_is_copied_and_what_robots_txt_says_is_kept_with_it(self, settings, rita, path, verdict):
        with site({path: Route(STORY), "/robots.txt": Route(RULES, headers={"Content-Type": "text/plain"})}) as where:
            asked = self.asked(settings, rita, where, path)
            assert run(asked)
        assert asked.robots == verdict

    def test_without_a_robots_txt_everything_is_allowed(self, settings, rita):
        with site({"/open": Route(STORY)}) as where:
            asked = self.asked(settings, rita, where, "/open")
            assert run(asked)
        assert asked.robots == "allowed"

    def test_a_robots_txt_that_can_not_be_had_is_no_verdict(self, settings, rita):
        with site({"/open": Route(STORY), "/robots.txt": Route("broken", status=500)}) as where:
            asked = self.asked(settings, rita, where, "/open")
            assert run(asked)
        assert asked.robots == "unknown"

    def test_one_that_can_not_be_had_is_asked_for_again_after_a_while_and_not_for_each_page(self, settings, rita):
        broken = {"/robots.txt": Route("broken", status=500), **{f"/{number}": Route(STORY) for number in range(3)}}
        with site(broken) as where:
            for number in range(3):
                assert run(self.asked(settings, rita, where, f"/{number}"))
                if number == 1:
                    Host.objects.update(robots_failed_at=timezone.now() - politeness.ROBOTS_FAILURE_KEPT)
            assert sum(b"/robots.txt" in request for request in where.requests) == 2
            assert Host.objects.get(robots_failed_at__isnull=False).robots_failure == Code.HTTP_5XX

    def test_what_was_read_before_holds_while_it_can_not_be_had(self, settings, rita):
        routes = {"/private": Route(STORY), "/open": Route(STORY), "/robots.txt": Route(RULES)}
        with site(routes) as where:
            settings.ARCHIVE_ROBOTS = "obey"
            assert run(self.asked(settings, rita, where, "/open"))
            routes["/robots.txt"] = Route("broken", status=503)
            Host.objects.update(robots_at=timezone.now() - timedelta(days=9))
            Capture.objects.update(requested_at=timezone.now() - timedelta(days=9))
            assert run(self.asked(settings, rita, where, "/open"))
            private = self.asked(settings, rita, where, "/private")
            assert not run(private)
        assert private.code == Code.ROBOTS_DISALLOWED

    @pytest.mark.parametrize(
        "answer", [Route("broken", status=500), Route(b"no", headers={"Content-Encoding": "gzip"})]
    )
    def test_a_desk_that_obeys_stays_away_while_nobody_can_say(self, settings, rita, answer):
        """RFC 9309, 2.3.1.4: whoever can't read the rules takes everything for disallowed."""
        settings.ARCHIVE_ROBOTS = "obey"
        routes = {"/open": Route(STORY), "/robots.txt": answer}
        with site(routes) as where:
            asked = self.asked(settings, rita, where, "/open")
            assert not run(asked)
            assert (asked.state, asked.code, asked.robots) == (Capture.State.QUEUED, Code.ROBOTS_UNREACHABLE, "")
            assert not any(b"GET /open" in request for request in where.requests)
            again_at = Host.objects.get(name="127.0.0.1").robots_failed_at + politeness.ROBOTS_FAILURE_KEPT
            assert abs(asked.next_attempt_at - again_at) < timedelta(seconds=30), "a try before would be in vain"
            assert politeness.held(["127.0.0.1"]) == {}, "the host has not asked to wait"
            routes["/robots.txt"] = Route(RULES)
            Host.objects.update(robots_failed_at=timezone.now() - politeness.ROBOTS_FAILURE_KEPT)
            Capture.objects.update(next_attempt_at=timezone.now())
            assert run(asked)
        assert asked.robots == "allowed"

    @pytest.mark.parametrize("answer", [Route("", status=404), Route("no", status=403), Route("")])
    def test_a_desk_that_obeys_goes_where_there_are_no_rules(self, settings, rita, answer):
        """RFC 9309, 2.3.1.3: a site that has none, or an empty one, lets everybody in."""
        settings.ARCHIVE_ROBOTS = "obey"
        with site({"/open": Route(STORY), "/robots.txt": answer}) as where:
            asked = self.asked(settings, rita, where, "/open")
            assert run(asked)
        assert asked.robots == "allowed"

    def test_a_host_that_is_not_there_is_told_as_such_also_by_a_desk_that_obeys(self, settings, rita):
        settings.ARCHIVE_ROBOTS = "obey"
        with site({}) as where:
            pass
        asked = self.asked(settings, rita, where, "/open")
        assert not run(asked)
        assert (asked.state, asked.code) == (Capture.State.QUEUED, Code.CONNECT_REFUSED)

    def test_it_is_asked_for_once_a_day(self, settings, rita):
        with site({"/a": Route(STORY), "/b": Route(STORY), "/robots.txt": Route(RULES)}) as where:
            for path in ("/a", "/b"):
                assert run(self.asked(settings, rita, where, path))
            assert sum(b"/robots.txt" in request for request in where.requests) == 1
            Host.objects.update(robots_at=timezone.now() - timedelta(hours=25))
            settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
            Capture.objects.update(requested_at=timezone.now() - timedelta(hours=25))
            assert run(self.asked(settings, rita, where, "/a"))
            assert sum(b"/robots.txt" in request for request in where.requests) == 2

    def test_a_desk_that_obeys_does_not_fetch_what_is_disallowed(self, settings, rita):
        settings.ARCHIVE_ROBOTS = "obey"
        with site({"/private": Route(STORY), "/robots.txt": Route(RULES)}) as where:
            asked = self.asked(settings, rita, where, "/private")
            assert not run(asked)
        assert (asked.state, asked.code) == (Capture.State.BLOCKED, "robots_disallowed")
        assert not any(b"GET /private" in request for request in where.requests)

    def test_a_desk_that_obeys_fetches_what_is_allowed(self, settings, rita):
        settings.ARCHIVE_ROBOTS = "obey"
        with site({"/open": Route(STORY), "/robots.txt": Route(RULES)}) as where:
            assert run(self.asked(settings, rita, where, "/open"))

    def test_a_desk_that_ignores_never_asks(self, settings, rita):
        settings.ARCHIVE_ROBOTS = "ignore"
        with site({"/private": Route(STORY), "/robots.txt": Route(RULES)}) as where:
            asked = self.asked(settings, rita, where, "/private")
            assert run(asked)
        assert asked.robots == ""
        assert not any(b"/robots.txt" in request for request in where.requests)
