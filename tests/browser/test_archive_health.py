"""The health page in a browser: it keeps itself up to date, leaves alone what one reads, and needs no script."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from apps.archive.health import tallies
from apps.archive.models import Tallied, Worker
from tests.archive.test_health import make_worker, page
from tests.newsroom import make_capture, make_person

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
HEALTH = reverse("desk:archive_health")


@pytest.fixture
def well():
    make_person("mia", "administrator")
    make_worker()
    Tallied.objects.create(id=1, at=timezone.now())
    make_capture(page(), warc_bytes=2_000)
    tallies.count()


def test_it_tells_news_by_itself_and_leaves_the_opened_table_and_the_focus_alone(somebody, well):
    person = somebody("mia")
    shown = person.page
    shown.goto(HEALTH)
    expect(shown.locator("#verdict-heading")).to_have_text("The archive is well.")
    shown.get_by_text("The same as a table").click()
    shown.locator("#to-needs-a-person").focus()
    person.stays()
    Worker.objects.all().delete()
    expect(shown.locator("#verdict-heading")).to_contain_text("not well", timeout=30_000)
    expect(shown.locator("#health-news")).to_contain_text("not well")
    assert shown.evaluate("document.activeElement.id") == "to-needs-a-person"
    assert shown.locator("details.more").evaluate("details => details.open")
    assert person.has_stayed()


def test_it_is_read_and_narrowed_without_script(somebody, well):
    shown = somebody("mia", java_script_enabled=False).page
    shown.goto(HEALTH)
    expect(shown.locator("#verdict-heading")).to_have_text("The archive is well.")
    shown.get_by_label("Period").select_option("30 days")
    shown.get_by_role("button", name="Show", exact=True).click()
    expect(shown.locator("#results")).to_contain_text("In 30 days: 1 copy stored")
