"""The page of the archive's health: what an operator sees, narrows, and is told while nothing is clicked."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.archive.health import tallies
from apps.archive.models import Capture, Tallied, Worker
from tests.archive.test_health import attempt, make_worker, page, queued
from tests.newsroom import make_capture, make_person, make_reporter

pytestmark = pytest.mark.django_db
HEALTH = reverse("desk:archive_health")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def mia(client):
    mia = make_person("mia", "administrator")
    client.force_login(mia)
    return mia


@pytest.fixture
def well():
    make_worker()
    Tallied.objects.create(id=1, at=timezone.now())


def seen(client, **asked):
    return client.get(HEALTH, asked).content.decode()


def words(html):
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class TestWhatIsShown:
    def test_a_new_desk_says_what_it_lacks_and_that_there_is_nothing_to_count(self, client, mia):
        told = words(seen(client))
        assert "The archive is not well: 1 thing needs somebody." in told
        assert "No worker is alive" in told
        assert "No worker has said that it is there." in told
        assert "Nothing to count yet" in told

    def test_a_well_desk_says_so_with_its_worker_and_its_empty_queues(self, client, mia, well):
        told = words(seen(client))
        assert "The archive is well." in told
        assert "celery@desk desk, process 1 alive desk, extract, fetch" in told

    def test_what_is_the_matter_stands_first_with_what_to_do(self, client, mia, well):
        Worker.objects.update(queues=["desk", "extract"])
        queued(due=12)
        told = words(seen(client))
        assert "No worker has taken fetch work for 12 minutes: 1 page waits to be fetched." in told
        assert "Start one with: celery -A verifydesk worker --queues fetch" in told
        assert told.index("12 minutes") < told.index("Storage")

    def test_the_queue_for_a_person_is_linked_with_its_count(self, client, mia, well):
        make_capture(page(), state=Capture.State.FAILED, code="http_403")
        html = seen(client)
        assert re.search(rf'<a [^>]*href="{reverse("desk:needs_a_person")}">1 page needs a person</a>', html)

    def test_a_broker_that_is_away_blanks_nothing(self, client, mia, well, settings):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        queued(due=12)
        told = words(seen(client))
        assert "The broker cannot be reached" in told
        assert "Pages to fetch fetch 1 12 minutes" in told
        assert "not known" in told

    def test_who_may_see_it_finds_it_beside_the_waiting_copies_and_nobody_else_does(self, client, mia):
        assert HEALTH in client.get(reverse("desk:needs_a_person")).content.decode()
        client.force_login(make_reporter())
        assert HEALTH not in client.get(reverse("desk:needs_a_person")).content.decode()


class TestFigures:
    @pytest.fixture
    def counted(self, well):
        for host, times in (("paper.example.com", 3), ("wire.example.com", 1)):
            for _ in range(times):
                make_capture(page(host), warc_bytes=1_048_576)
                attempt("http_403", minutes=0, host=host)
        attempt("dns_timeout", minutes=0, host="wire.example.com")
        make_capture(page("old.example.com"), settled_at=timezone.now() - timedelta(days=12), warc_bytes=5)
        tallies.forget()
        assert tallies.count()

    def test_each_chart_says_in_a_sentence_what_it_shows_and_is_also_a_table(self, client, mia, counted):
        html = seen(client)
        charts = re.findall(r'role="img" aria-label="([^"]+)"', html)
        assert charts[0].startswith("Copies stored: 4 in all, at most 4 in one step: ")
        assert charts[1].startswith("Attempts that failed: 5 in all")
        assert charts[2].startswith("Bytes stored: 4.0\xa0MB in all")
        table = html[html.index("The same as a table") : html.index("codes-heading")]
        assert re.search(r'<td class="number">4</td><td class="number">5</td><td class="number">4.0\xa0MB</td>', table)
        assert table.count('<tr><th scope="row">') == 24
        assert "style=" not in html

    def test_reasons_and_hosts_come_with_the_most_failures_first(self, client, mia, counted):
        context = client.get(HEALTH).context
        assert [(code.value, times) for code, times, _ in context["by_code"]] == [("http_403", 4), ("dns_timeout", 1)]
        told = [(row["host"], row["failed"], row["stored"]) for row, _ in context["by_host"]]
        assert told == [("paper.example.com", 3, 3), ("wire.example.com", 2, 1)]

    @pytest.mark.parametrize(
        ("asked", "stored", "failed", "hosts"),
        [
            ({}, 4, 5, 2),
            ({"period": "week"}, 4, 5, 2),
            ({"period": "month"}, 5, 5, 3),
            ({"host": "Wire.example.com "}, 1, 2, 1),
            ({"code": "dns_timeout"}, 4, 1, 1),
            ({"host": "paper.example.com", "code": "dns_timeout"}, 3, 0, 0),
            ({"host": "nowhere.example.com"}, 0, 0, 0),
        ],
    )
    def test_narrow_by_period_host_and_reason(self, client, mia, counted, asked, stored, failed, hosts):
        context = client.get(HEALTH, asked).context
        assert (context["figures"].stored, context["figures"].failed, len(context["slice"].rows)) == (
            stored,
            failed,
            hosts,
        )

    def test_what_can_not_be_read_is_left_out_and_told(self, client, mia, counted):
        html = seen(client, period="century", code="nonsense", host="a\x00b", after="x")
        assert html.count("was left out") == 3
        assert "4 copies stored" in words(html)

    def test_nothing_that_fits_says_so_and_leads_back(self, client, mia, counted):
        assert "Nothing matches" in seen(client, host="nowhere.example.com")

    def test_many_hosts_are_paged(self, client, mia, well):
        for number in range(70):
            make_capture(page(f"paper{number}.example.com"))
        tallies.count()
        first = client.get(HEALTH).context["slice"]
        assert len(first.rows) == 50
        second = client.get(f"{HEALTH}?{first.next_query}").context["slice"]
        assert (len(second.rows), second.next_query) == (20, "")
        assert not {row["host"] for row in first.rows} & {row["host"] for row in second.rows}

    def test_htmx_gets_the_figures_alone(self, client, mia, counted):
        html = client.get(HEALTH, {"period": "week"}, headers=HTMX).content.decode()
        assert html.lstrip().startswith('<div id="results">')
        assert 'id="now"' not in html


class TestThePoller:
    def test_gets_how_things_are_now_and_no_figures(self, client, mia, well):
        html = client.get(HEALTH, {"shown": "well"}, headers=HTMX).content.decode()
        assert html.lstrip().startswith('<div id="now"')
        assert '<input type="hidden" id="shown" name="shown" value="well">' in html
        assert 'id="results"' not in html
        assert "health-news" not in html, "nothing is said aloud when nothing has changed"

    def test_says_aloud_what_has_changed(self, client, mia, well):
        Worker.objects.all().delete()
        html = client.get(HEALTH, {"shown": "well"}, headers=HTMX).content.decode()
        assert re.search('hx-swap-oob="innerHTML:#health-news">The archive is not well', html)
        html = client.get(HEALTH, {"shown": "no_worker"}, headers=HTMX).content.decode()
        assert "health-news" not in html

    def test_of_a_plain_browser_is_the_whole_page(self, client, mia, well):
        assert "<html" in seen(client, shown="x")


def test_it_asks_as_many_questions_of_a_full_archive_as_of_an_empty_one(client, mia, well):
    client.get(HEALTH)
    with CaptureQueriesContext(
        connection,
    ) as empty:
        client.get(HEALTH)
    for number in range(60):
        make_capture(page(f"paper{number % 20}.example.com"), warc_bytes=10)
        attempt(["http_403", "dns_timeout", "internal"][number % 3], minutes=number)
        queued(due=number)
        make_worker("fetch", name=f"celery@{number}")
    tallies.count()
    with CaptureQueriesContext(connection) as full:
        client.get(HEALTH)
    assert len(full) == len(empty) <= 42
