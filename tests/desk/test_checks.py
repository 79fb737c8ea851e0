"""A host for archived pages that would not keep them apart from the desk is refused at start."""

import pytest

from apps.desk.checks import check_archive_origin
from tests.archive.test_checks import PRODUCTION, manage

ARCHIVE = "https://archive.example.org"


@pytest.fixture
def desk(settings):
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["desk.example.org", "archive.example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.org"]
    settings.SECURE_COOKIES = settings.SECURE_SSL_REDIRECT = True
    settings.ARCHIVE_ORIGIN = ARCHIVE
    return settings


def found():
    return [problem.id for problem in check_archive_origin(None)]


def test_none_and_one_of_its_own_are_fine(desk):
    assert found() == []
    desk.ARCHIVE_ORIGIN = ""
    assert found() == []


@pytest.mark.parametrize(
    "origin",
    [
        "archive.example.org",
        "https://archive.example.org/x",
        "ftp://archive.example.org",
        "https://",
        "https://a b",
        "https://user@archive.example.org",
        "https://archive.example.org:x",
        "https://archive.example.org?x",
        "*",
    ],
)
def test_it_is_an_origin_and_nothing_more(desk, origin):
    desk.ARCHIVE_ORIGIN = origin
    desk.ALLOWED_HOSTS = ["*"]
    assert found() == ["desk.E001"]


def test_the_desk_answers_there(desk):
    desk.ALLOWED_HOSTS = ["desk.example.org"]
    assert found() == ["desk.E002"]
    desk.ALLOWED_HOSTS = [".example.org"]
    assert found() == []


def test_it_is_not_the_desks_own(desk):
    desk.ALLOWED_HOSTS = ["archive.example.org"]
    assert found() == ["desk.E003"]
    desk.ALLOWED_HOSTS = ["desk.example.org", "archive.example.org"]
    desk.CSRF_TRUSTED_ORIGINS = [ARCHIVE]
    assert found() == ["desk.E003"]


@pytest.mark.parametrize("name", ["SECURE_COOKIES", "SECURE_SSL_REDIRECT"])
def test_it_is_as_safe_as_the_desk(desk, name):
    desk.ARCHIVE_ORIGIN = "http://archive.example.org"
    assert found() == ["desk.E004"]
    desk.SECURE_COOKIES = desk.SECURE_SSL_REDIRECT = False
    setattr(desk, name, True)
    assert "desk.E004" in found()


def test_cookies_that_a_neighbour_could_set_are_warned_of(desk):
    desk.SECURE_COOKIES = False
    assert found() == ["desk.W001"]


def test_the_real_command_refuses_it():
    hosts = {"ALLOWED_HOSTS": "desk.example.org,archive.example.org"}
    assert manage(**{**PRODUCTION, **hosts}, ARCHIVE_ORIGIN=f"{ARCHIVE}/").returncode == 0
    refused = manage(**PRODUCTION, ARCHIVE_ORIGIN=ARCHIVE)
    assert refused.returncode == 1
    assert "desk.E002" in refused.stderr
