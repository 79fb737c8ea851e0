"""The closed list of what can go wrong: each has a sentence, a hint, a place where it comes up, and an end."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.urls import reverse

from apps.archive.actions import register_page, request_capture
from apps.archive.capturing import capture as workshop
from apps.archive.codes import BLOCKED, CAUTIONS, HINTS, OF_THE_WORDS, RETRYABLE, Code
from apps.archive.models import Capture
from apps.audit.context import Channel, entered_by
from tests.archive.servers import Route, site
from tests.newsroom import make_reporter

APPS = Path(__file__).resolve().parent.parent.parent / "apps"
# What a status is called is worked out from its number.
BY_NUMBER = {code for code in Code if re.fullmatch(r"HTTP_\d{3}", code.name)}


@cache
def used() -> set[Code]:
    """The codes that something in the archive raises or sets, beside the lists that only speak of them."""
    text = "".join(path.read_text() for path in APPS.rglob("*.py") if "migrations" not in path.parts)
    lists = APPS.joinpath("archive/codes.py").read_text()
    text = text.replace(lists, lists[lists.index("def code_for_status") :])
    return {code for code in Code if re.search(rf"\bCode\.{code.name}\b", text)} | BY_NUMBER


@pytest.mark.parametrize("code", Code)
def test_each_has_a_sentence_and_a_hint_and_is_used(code):
    assert re.fullmatch(r"[A-Z].*\.", str(code.label)), code
    assert HINTS[code].endswith("."), code
    assert code in used()


def test_the_lists_name_no_code_that_is_none():
    assert set(HINTS) == set(Code)
    assert not RETRYABLE & BLOCKED
    assert not CAUTIONS & (RETRYABLE | BLOCKED)
    assert OF_THE_WORDS < CAUTIONS


@pytest.mark.parametrize("code", sorted(RETRYABLE))
def test_one_that_is_worth_another_try_says_who_tries(code):
    waiting = Capture(state=Capture.State.QUEUED, code=code)
    given_up = Capture(state=Capture.State.FAILED, code=code)
    assert waiting.hint == HINTS[code]
    assert "tried as often as it may" in given_up.hint
    assert "upload" in given_up.hint


@pytest.mark.django_db
class TestAfterTheLastAttempt:
    @pytest.fixture
    def rita(self, client):
        rita = make_reporter()
        client.force_login(rita)
        return rita

    @pytest.mark.parametrize("attempts", [1, 3])
    def test_a_person_is_needed_with_trying_again_and_uploading_beside_it(self, client, rita, settings, attempts):
        """Each attempt is a visit to a real server that has a fault; no more than allowed are made."""
        settings.ARCHIVE_ATTEMPTS, settings.ARCHIVE_RETRY_SECONDS = attempts, 0
        with site({"/story": Route("broken", status=503)}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=rita)
            for number in range(attempts):
                assert not Capture.objects.needing_a_person().filter(pk=asked.pk).exists(), number
                Capture.objects.filter(pk=asked.pk).update(next_attempt_at=asked.requested_at)
                with entered_by(Channel.WORKER):
                    workshop.run(asked.pk)
            asked.refresh_from_db()
            assert (asked.state, asked.attempt, asked.attempts.count()) == ("failed", attempts, attempts)
            with entered_by(Channel.WORKER):
                assert not workshop.run(asked.pk)
            assert len(where.requests) == attempts
        page = client.get(reverse("desk:needs_a_person")).content.decode()
        assert asked.failure in page
        assert reverse("desk:capture_retry", args=[asked.pk]) in page
        assert reverse("desk:page_upload", args=[asked.page_id]) in page
        assert reverse("desk:capture_let_go", args=[asked.pk]) in page

    def test_one_that_is_worth_no_other_try_needs_a_person_at_once(self, rita, settings):
        with site({"/story": Route("no", status=404)}) as where:
            settings.ARCHIVE_ALLOW = frozenset([str(where)])
            asked = request_capture(register_page(f"http://{where}/story"), by=rita)
            with entered_by(Channel.WORKER):
                workshop.run(asked.pk)
        assert Capture.objects.needing_a_person().filter(pk=asked.pk, attempt=1).exists()
