"""Chromium, and people in it. No test here is skipped: without a browser it fails and says what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from apps.accounts.models import User
from tests.newsroom import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
# A busy machine is slow, not wrong: what must come may take its time.
expect.set_options(timeout=20_000)

# Chromium as root has no sandbox of its own; it opens nothing but the desk's own pages on loopback.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_the_browsers_loop() -> Iterator[None]:
    """Playwright's own loop makes Django think that the test is asynchronous; it is not."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # The shell is the same engine without the windows that nobody sees: a quarter less work for each page.
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "Chromium is missing. Run: sudo apt-get install --no-install-recommends chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own. Whatever goes wrong in the page's console fails the test at the end."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        self.context = browser.new_context(base_url=address, **options)
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda message: message.type == "error" and self.troubles.append(message.text))

    def stays(self) -> None:
        """From here on the page is to be kept as it is, whatever comes into it."""
        self.page.evaluate("window.stays = true")

    def has_stayed(self) -> bool:
        """Whether it is the same page still: one that was loaded anew knows nothing of the other."""
        return self.page.evaluate("window.stays === true") is True

    def arrive(self, username: str) -> Person:
        """Come with a session, as somebody who has signed in before."""
        client = Client()
        client.force_login(User.objects.get(username=username))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        facts: Any = {"httpOnly": True, "sameSite": settings.SESSION_COOKIE_SAMESITE, "url": self.address}
        self.context.add_cookies([{"name": cookie.key, "value": cookie.value, **facts}])
        return self

    def sign_in(self, username: str) -> Person:
        self.page.goto("/sign-in/")
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.address}/")
        return self


@pytest.fixture
def somebody(chromium: Browser, live_server: Any) -> Iterator[Any]:
    """Opens browsers for people: ``somebody("rita")`` has a session, ``somebody().sign_in("rita")`` uses the form."""
    opened: list[Person] = []

    def enter(username: str = "", **options: Any) -> Person:
        person = Person(chromium, live_server.url, **options)
        opened.append(person)
        return person.arrive(username) if username else person

    yield enter
    for person in opened:
        person.context.close()
    troubles = [trouble for person in opened for trouble in person.troubles]
    assert not troubles, "\n".join(troubles)
