"""The watch with real workers: a change is found end to end."""

import pytest
from django.utils import timezone

from apps.archive.models import Capture, Drift, Watch
from apps.claims.actions import cite
from apps.claims.states import Stance
from tests.archive.servers import Route, site
from tests.archive.watched import FIRST, SECOND, STORY, THIRD, article
from tests.newsroom import make_claim, make_reporter
from tests.workers import clock, wait_for, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_a_changed_page_is_found_by_clock_and_workers_alone(settings, tmp_path):
    quote = "It gave no further details about the men"
    rita = make_reporter()
    routes = {"/story": Route(STORY)}
    with site(routes) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        cite(make_claim(rita), by=rita, url=f"http://{where}/story", stance=Stance.SUPPORTS, quote=quote)
        with worker(tmp_path), clock(tmp_path):
            wait_for(lambda: Watch.objects.get().baseline_id is not None, 40, "the first copy to be compared")
            routes["/story"] = Route(article(FIRST, "Both men were released on Friday.", THIRD))
            Watch.objects.update(next_look_at=timezone.now())
            wait_for(lambda: Drift.objects.count() == 2, 40, "the findings")
    assert sorted(Drift.objects.values_list("kind", flat=True)) == ["changed", "quote_gone"]
    assert Capture.objects.filter(by_watch=True, state="stored").count() == 1
    assert SECOND.startswith(quote)
