"""Tests for robots and demands to sign in are told from pages, and from pages that merely speak of them."""

import time

import pytest

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture
from apps.archive.codes import Code
from apps.archive.models import Capture
from apps.archive.reading.walls import wall
from apps.audit.context import Channel, entered_by
from tests.archive.servers import Route, redirect, site
from tests.newsroom import make_reporter

PAGE = "https://paper.example.com/2025/two-captured"
SIGN_IN = "https://paper.example.com/login?next=/2025/two-captured"
PARAGRAPH = "<p>" + "Two soldiers were captured in Kursk on Thursday, the service said in a statement. " * 25 + "</p>"


def page(title="Two captured", body="", head=""):
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def judged(markup, *, status=200, headers=(), final=PAGE):
    return wall(status, list(headers), markup.encode(), PAGE, final)


BOT_WALLS = {
    "a challenge by its header": ("<p>wait</p>", {"status": 403, "headers": [("CF-Mitigated", "challenge")]}),
    "another by its header": ("<p>wait</p>", {"status": 403, "headers": [("X-DataDome", "protected")]}),
    "a firewall by its header": ("<p>wait</p>", {"status": 405, "headers": [("x-amzn-waf-action", "captcha")]}),
    "just a moment": (page("Just a moment..."), {"status": 403}),
    "just a moment with 200": (page("Just a moment..."), {}),
    "attention required": (page("Attention Required! | Cloudflare"), {"status": 403}),
    "access denied": (page("Access Denied", "<p>Reference #18.2d</p>"), {"status": 403}),
    "pardon our interruption": (page("Pardon Our Interruption"), {}),
    "a challenge script": (
        page("", '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>'),
        {"status": 503},
    ),
    "a captcha of its own": (page("x", '<div id="px-captcha"></div>'), {"status": 403}),
    "an incapsula frame": (page("", '<iframe src="/_Incapsula_Resource?x=1"></iframe>'), {}),
    "unusual traffic": (page("Sorry", "We have seen unusual traffic from your computer network."), {"status": 429}),
    "a page that is a captcha": (page("Check", '<div class="g-recaptcha"></div>'), {}),
}
FORM = '<form><input name=user><input type="password" name=p><button>Sign in</button></form>'
LOGIN_WALLS = {
    "sent to a sign-in path": (page("Sign in", FORM), {"final": SIGN_IN}),
    "sent to a sign-in host": (page("Sign in", FORM), {"final": "https://login.example.com/start"}),
    "401": (page("Unauthorized"), {"status": 401}),
    "403 with a form": (page("Subscribers", FORM), {"status": 403}),
}
NOTICE = "<p>" + "Two soldiers were captured in Kursk, the service said on Thursday. " * 9 + "</p>"
NETWORK = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
PAGES = {
    "an article": (page(body=PARAGRAPH), {}),
    "a short notice": (page(body="<p>Two were captured, the service said.</p>"), {}),
    "an article about captchas": (page("Are captchas dying?", PARAGRAPH + "g-recaptcha and px-captcha"), {}),
    "an article with a comment captcha": (page(body=PARAGRAPH + '<div class="g-recaptcha"></div>'), {}),
    "an article with a sign-in form in its margin": (page(body=FORM + PARAGRAPH), {}),
    "a short notice with a sign-in form": (page(body=FORM + "<p>Two were captured.</p>"), {}),
    "a page whose address speaks of signing in": (page(body=PARAGRAPH), {"final": SIGN_IN}),
    "a plain 403": (page("403 Forbidden", "<h1>Forbidden</h1>"), {"status": 403}),
    "a plain 503": (page("Service unavailable", "<h1>Be right back</h1>"), {"status": 503}),
    "a title that begins alike": (page("Access denied to aid convoys, says UN", "<p>Short.</p>"), {}),
    "a redirect to another article": (page(body="<p>Short.</p>"), {"final": PAGE + "-updated"}),
    "a notice with a comment captcha": (page(body=NOTICE + '<div class="g-recaptcha"></div>'), {}),
    "a notice behind a content network": (page(body=NOTICE + NETWORK), {}),
    "plain text": ("Just a moment...", {}),
    "nothing at all": ("", {}),
    "words in a script": (page(body="<script>var a = 'unusual traffic'</script>" + PARAGRAPH), {}),
}


@pytest.mark.parametrize(("markup", "facts"), BOT_WALLS.values(), ids=BOT_WALLS)
def test_a_test_for_robots_is_known(markup, facts):
    assert judged(markup, **facts) == Code.BOT_WALL


@pytest.mark.parametrize(("markup", "facts"), LOGIN_WALLS.values(), ids=LOGIN_WALLS)
def test_a_demand_to_sign_in_is_known(markup, facts):
    assert judged(markup, **facts) == Code.LOGIN_WALL


@pytest.mark.parametrize(("markup", "facts"), PAGES.values(), ids=PAGES)
def test_a_page_is_not_taken_for_a_wall(markup, facts):
    assert judged(markup, **facts) is None


@pytest.mark.parametrize(
    "piece", ["<", "<input ", "<title ", "<script>", "<svg><style>", "<a ", " type=password", "</"]
)
def test_judging_takes_little_time_whatever_is_sent(piece):
    began = time.process_time()
    judged(piece * (5_000_000 // len(piece)))
    assert time.process_time() - began < 2


@pytest.mark.django_db
class TestCapturing:
    @pytest.fixture
    def copied(self, settings):
        rita = make_reporter()

        def copied(where, path):
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}{path}"), by=rita)
            with entered_by(Channel.WORKER):
                capture.run(asked.pk)
            asked.refresh_from_db()
            return asked

        return copied

    @pytest.mark.parametrize("status", [200, 403, 503])
    def test_a_wall_is_never_stored_as_the_page_nor_tried_for_ever(self, copied, status):
        with site({"/story": Route(page("Just a moment..."), status=status)}) as where:
            asked = copied(where, "/story")
        assert (asked.state, asked.code, asked.http_status) == (Capture.State.FAILED, "bot_wall", status)
        assert asked.hint.startswith("Open the page in a browser.")

    def test_a_sign_in_page_in_place_of_the_page_is_said_so(self, copied):
        with site({"/story": redirect("/login"), "/login": Route(page("Sign in", FORM))}) as where:
            asked = copied(where, "/story")
        assert (asked.state, asked.code) == (Capture.State.FAILED, "login_wall")

    def test_the_same_page_without_the_wall_is_stored(self, copied):
        with site({"/story": Route(page(body=PARAGRAPH))}) as where:
            assert copied(where, "/story").state == Capture.State.STORED
