"""Real workers and a real browser: who takes a page that is to be drawn, and what is left when that worker is killed."""

import pytest

from apps.archive import tasks
from apps.archive.actions import register_page, request_capture
from apps.archive.models import Capture
from apps.archive.records.contents import DOM, drawn
from tests.archive.drawn import in_use, left_over, place_of_its_own
from tests.archive.servers import Route, site
from tests.newsroom import make_reporter
from tests.workers import clock, wait_for, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
STORY = "<title>Two captured</title><p>Two soldiers were captured.</p><script>document.title = 'Drawn'</script>"


@pytest.fixture
def asked(settings):
    routes = {"/story": Route(STORY), "/slow": Route(f"{STORY}<script>while (true) {{}}</script>")}
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        rita = make_reporter()
        yield lambda path: request_capture(register_page(f"http://{where}{path}"), by=rita, rendered=True)


def now(capture):
    return Capture.objects.get(pk=capture.pk)


def test_a_page_to_be_drawn_waits_for_a_worker_of_the_queue_render_and_is_drawn_by_it(asked, tmp_path):
    waiting = asked("/story")
    with clock(tmp_path):
        with worker(tmp_path, "fetching", queues="fetch,desk,extract") as fetching:
            tasks.ring(tasks.capture_page, waiting.pk)
            wait_for(lambda: fetching.said("archive.capture_page["), 30, "the bell to be heard")
            wait_for(lambda: fetching.said("archive.sweep["), 30, "a sweep")
            assert now(waiting).state == "queued"
        with worker(tmp_path, "drawing", queues="render,desk"):
            wait_for(lambda: now(waiting).is_stored, 60, "the drawing")
    assert now(waiting).is_drawn
    assert b"<title>Drawn</title>" in drawn(now(waiting), DOM)


def test_a_plain_worker_serves_every_queue(asked, tmp_path):
    waiting = asked("/story")
    with worker(tmp_path), clock(tmp_path):
        wait_for(lambda: now(waiting).read_at, 60, "the drawing, read")
    assert now(waiting).is_drawn


def test_no_browser_outlives_its_worker_and_the_page_is_taken_over(asked, tmp_path):
    waiting = asked("/slow")
    with place_of_its_own() as place:
        with worker(tmp_path, "killed", queues="render", ARCHIVE_RENDER_SECONDS="60", TMPDIR=place) as running:
            tasks.ring(tasks.render_page, waiting.pk)
            wait_for(lambda: now(waiting).phase == "rendering", 60, f"the browser: {running.log}")
            assert left_over(place)
            running.kill()
        # Its folder stays: whoever was to remove it is dead. Nothing runs in it any more.
        wait_for(lambda: not in_use(place), 20, "the browser to be gone")
    Capture.objects.filter(pk=waiting.pk).update(lease_until=now(waiting).taken_at)
    with worker(tmp_path, "next", queues="render,desk", ARCHIVE_RENDER_SECONDS="3"), clock(tmp_path):
        wait_for(lambda: now(waiting).is_stored, 60, "the page")
    assert (now(waiting).code, now(waiting).attempt) == ("rendering_failed", 2)
