"""The browser tells its zone, and the desk tells times in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.newsroom import make_claim, make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_times_are_in_the_browsers_zone_from_the_first_page_after_signing_in(somebody):
    make_claim(make_editor(), due=datetime(2031, 12, 27, 15, 30, tzinfo=UTC))
    page = somebody(timezone_id="Asia/Seoul").sign_in("ada").page
    expect(page.locator(".colophon")).to_contain_text("times are KST")
    page.goto("/claims/")
    expect(page.locator("main")).to_contain_text("28 Dec 2031, 00:30")
