"""Times are told in the reader's zone: the one they chose, or their browser's, or the desk's."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from apps.claims.models import Claim
from apps.teamwork.actions import set_preference
from apps.teamwork.codes import Pace, Scope
from tests.newsroom import make_claim, make_editor

pytestmark = pytest.mark.django_db
# Half past midnight on the 28th in Seoul, half past four on the 27th in Berlin.
DUE = datetime(2031, 12, 27, 15, 30, tzinfo=UTC)
SEOUL, BERLIN, DESK = "28 Dec 2031, 00:30", "27 Dec 2031, 16:30", "27 Dec 2031, 15:30"


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def claim(ada):
    return make_claim(ada, due=DUE)


@pytest.fixture
def browser(client, ada, claim):
    client.force_login(ada)
    return client


def chooses(person, zone):
    set_preference(by=person, scope=Scope.EVERYTHING, pace=Pace.NEVER, hour=8, time_zone=zone)


def pages_of(browser, claim):
    """Where the due time stands: on the claim and in the queue."""
    return [browser.get(address).content.decode() for address in (f"/claims/{claim.pk}/", "/claims/")]


def test_who_chose_none_reads_times_in_the_browsers_zone(browser, claim):
    assert all(DESK in page and "times are UTC" in page for page in pages_of(browser, claim))
    browser.cookies["zone"] = "Asia/Seoul"
    assert all(SEOUL in page and "times are KST" in page for page in pages_of(browser, claim))


def test_who_chose_one_reads_them_in_that_in_every_browser_from_the_next_page_on(browser, claim, ada):
    other = Client()
    other.force_login(ada)
    other.cookies["zone"] = "Asia/Seoul"
    typed = {"scope": "everything", "pace": "never", "hour": 8, "time_zone": "Europe/Berlin"}
    assert browser.post(reverse("desk:notices_settings"), typed).status_code == 302
    for one in (browser, other):
        assert all(BERLIN in page for page in pages_of(one, claim))
    chooses(ada, "")
    assert all(SEOUL in page for page in pages_of(other, claim))


@pytest.mark.parametrize(
    "told", ["Mars/Base", "", "Europe", "../../etc/localtime", "/etc/localtime", "UTC\0", "Ü", "a" * 4_000]
)
def test_what_is_no_zone_is_the_desks(browser, claim, told):
    browser.cookies["zone"] = told
    assert all(DESK in page for page in pages_of(browser, claim))


def test_what_is_typed_is_read_in_the_same_zone_as_it_is_shown(browser, claim, ada):
    chooses(ada, "Asia/Seoul")
    address = reverse("desk:claim_edit", args=[claim.pk])
    assert 'name="due" value="2031-12-28T00:30"' in browser.get(address).content.decode()
    typed = {"statement": claim.statement, "due": "2031-12-28T01:30", "expected_version": claim.version}
    assert browser.post(address, typed).status_code == 302
    assert Claim.objects.get().due == datetime(2031, 12, 27, 16, 30, tzinfo=UTC)


def test_a_day_in_a_filter_is_the_readers(browser, ada):
    """What happened at half past midnight in Seoul is of the 28th there, and of the 27th for the desk."""
    with time_machine.travel(DUE, tick=False):
        make_claim(ada, "Opened in the night.")
    for zone, number in (("Asia/Seoul", 1), ("", 0)):
        chooses(ada, zone)
        found = browser.get(reverse("desk:trail"), {"first": "2031-12-28"}).context["slice"].rows
        assert len(found) == number


def test_who_has_not_signed_in_has_none(claim):
    stranger = Client()
    stranger.cookies["zone"] = "Asia/Seoul"
    assert "times are UTC" in stranger.get(reverse("desk:sign_in")).content.decode()
