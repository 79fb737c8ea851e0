"""A combination of settings that would weaken the archive is refused at start."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from apps.archive.capturing.politeness import WORTH_WAITING
from apps.archive.checks import (
    ABOVE_NONE,
    PARTS,
    check_allow_list,
    check_browser,
    check_browser_sandbox,
    check_contact,
    check_limits,
    check_object_store,
    check_patience,
    check_uploads,
    check_watch,
)
from apps.archive.records.storage import STORING_SECONDS

ROOT = Path(__file__).resolve().parents[2]


def found(settings, debug, pairs):
    settings.DEBUG, settings.ARCHIVE_ALLOW = debug, frozenset(pairs)
    return [problem.id for problem in check_allow_list(None)]


def test_exceptions_to_the_guard_are_refused_while_debug_is_off(settings):
    assert found(settings, True, ["127.0.0.1:8010", "[::1]:8010"]) == []
    assert found(settings, False, ["127.0.0.1:8010"]) == ["archive.E001"]
    assert found(settings, False, []) == []


@pytest.mark.parametrize(
    "pair", ["127.0.0.1", "localhost:8010", "127.0.0.0/8:80", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "*:80"]
)
def test_an_exception_is_an_exact_address_and_port(settings, pair):
    assert found(settings, True, [pair]) == ["archive.E002"]


def test_a_desk_without_a_contact_is_warned(settings):
    settings.ARCHIVE_CONTACT = ""
    assert [problem.id for problem in check_contact(None)] == ["archive.W001"]
    settings.ARCHIVE_CONTACT = "desk@example.org"
    assert check_contact(None) == []


class TestWatch:
    @pytest.mark.parametrize(
        "hours", [[], [0], [6, 1], [1, 6, 3], [-1, 1], [1, 24 * 400], [0.01, 1]], ids=lambda hours: str(hours)
    )
    def test_pauses_that_do_not_widen_or_would_hammer_are_refused(self, settings, hours):
        settings.ARCHIVE_WATCH_PAUSES = [timedelta(hours=hour) for hour in hours]
        assert [problem.id for problem in check_watch(None)] == ["archive.E003"]

    def test_the_usual_pauses_are_an_hour_to_a_month(self, settings):
        hours = [pause / timedelta(hours=1) for pause in settings.ARCHIVE_WATCH_PAUSES]
        assert hours == [1, 6, 24, 3 * 24, 7 * 24, 30 * 24]

    def test_the_usual_pauses_are_fine_and_so_is_a_single_one(self, settings):
        assert check_watch(None) == []
        settings.ARCHIVE_WATCH_PAUSES = [timedelta(days=1)]
        assert check_watch(None) == []

    @pytest.mark.parametrize("name", ["ARCHIVE_WATCH_GONE_DAYS", "ARCHIVE_WATCH_AT_ONCE"])
    def test_numbers_that_can_not_work_are_refused(self, settings, name):
        setattr(settings, name, 0)
        assert [problem.id for problem in check_watch(None)] == ["archive.E004"]

    @pytest.mark.parametrize("value", ["1h,often", "six hours", "1h;6h", "1h,,6h"])
    def test_a_pause_that_can_not_be_read_stops_the_start_by_its_name(self, value):
        env = {**os.environ, "ARCHIVE_WATCH_PAUSES": value}
        started = subprocess.run(
            [sys.executable, "-c", "import verifydesk.settings"], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert started.returncode != 0
        assert "ARCHIVE_WATCH_PAUSES" in started.stderr


class TestObjectStore:
    def found(self, settings, debug=False, **values):
        settings.DEBUG = debug
        for name in ("BUCKET", "ENDPOINT", "REGION", "PREFIX", "KEY", "SECRET"):
            setattr(settings, f"ARCHIVE_S3_{name}", values.get(name.lower(), ""))
        return [problem.id for problem in check_object_store(None)]

    def test_a_bucket_alone_or_with_its_key_is_enough(self, settings):
        assert self.found(settings) == []
        assert self.found(settings, bucket="records") == []
        whole = {"endpoint": "https://s3.example.org", "region": "eu-1", "prefix": "desk", "key": "a", "secret": "b"}
        assert self.found(settings, bucket="records", **whole) == []

    @pytest.mark.parametrize("name", ["endpoint", "region", "prefix", "key", "secret"])
    def test_what_belongs_to_a_bucket_is_nothing_without_one(self, settings, name):
        assert self.found(settings, **{name: "https://x"}) == ["archive.E021"]

    @pytest.mark.parametrize("name", ["key", "secret"])
    def test_half_a_key_opens_nothing(self, settings, name):
        assert self.found(settings, bucket="records", **{name: "a"}) == ["archive.E022"]

    @pytest.mark.parametrize("endpoint", ["http://s3.example.org", "s3.example.org", "ftp://s3.example.org"])
    def test_a_key_is_not_sent_in_the_clear(self, settings, endpoint):
        assert self.found(settings, bucket="records", endpoint=endpoint) == ["archive.E023"]

    def test_a_desk_on_loopback_may_use_plain_http(self, settings):
        assert self.found(settings, debug=True, bucket="records", endpoint="http://127.0.0.1:9000") == []

    def test_a_desk_without_the_package_is_stopped_and_told_what_to_install(self, tmp_path):
        """The real command, in a Python that can't find the package."""
        blind = tmp_path / "sitecustomize.py"
        blind.write_text(
            "from importlib.machinery import PathFinder\n"
            "seen = PathFinder.find_spec\n"
            "PathFinder.find_spec = lambda name, *path: None if name in ('storages', 'boto3') else seen(name, *path)\n"
        )
        assert manage(**PRODUCTION, ARCHIVE_S3_BUCKET="records").returncode == 0
        refused = manage(**PRODUCTION, ARCHIVE_S3_BUCKET="records", PYTHONPATH=str(tmp_path))
        assert refused.returncode == 1
        assert "archive.E020" in refused.stderr
        assert "requirements-full.txt" in refused.stderr

    def test_its_secret_may_come_from_a_file(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("b\n")
        assert manage(**PRODUCTION, ARCHIVE_S3_BUCKET="records", ARCHIVE_S3_KEY="a").returncode == 1
        values = {"ARCHIVE_S3_BUCKET": "records", "ARCHIVE_S3_KEY": "a", "ARCHIVE_S3_SECRET_FILE": str(secret)}
        assert manage(**PRODUCTION, **values).returncode == 0


class TestBrowser:
    def found(self, settings, **values):
        for name, value in values.items():
            setattr(settings, name, value)
        return [problem.id for problem in check_browser(None)]

    def test_a_browser_that_is_named_and_not_there_stops_the_desk(self, settings):
        assert self.found(settings, ARCHIVE_BROWSER="/nowhere/chromium") == ["archive.E010"]
        assert self.found(settings, ARCHIVE_BROWSER=sys.executable) == []

    def test_a_desk_that_always_draws_is_told_when_no_browser_is_on_this_machine(self, settings, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        assert self.found(settings, ARCHIVE_BROWSER="") == []
        assert self.found(settings, ARCHIVE_RENDER="always") == ["archive.W010"]
        assert self.found(settings, ARCHIVE_RENDER="never") == []

    @pytest.mark.parametrize("seconds", [0, 90, 100])
    def test_a_drawing_takes_a_part_of_its_captures_time(self, settings, seconds):
        assert self.found(settings, ARCHIVE_RENDER_SECONDS=seconds, ARCHIVE_CAPTURE_SECONDS=90) == ["archive.E011"]

    @pytest.mark.parametrize("height", [0, 16_385])
    def test_a_picture_is_no_higher_than_chromium_makes_one(self, settings, height):
        assert self.found(settings, ARCHIVE_RENDER_HEIGHT=height) == ["archive.E012"]

    def test_drawing_without_walls_is_warned_of(self, settings):
        assert check_browser_sandbox(None) == []
        settings.ARCHIVE_BROWSER_SANDBOX = False
        assert [problem.id for problem in check_browser_sandbox(None)] == ["archive.W011"]
        settings.ARCHIVE_RENDER = "never"
        assert check_browser_sandbox(None) == []

    def test_whose_wish_is_heard_is_one_of_three_words(self):
        assert manage(**PRODUCTION, ARCHIVE_RENDER="always").returncode == 0
        refused = manage(**PRODUCTION, ARCHIVE_RENDER="sometimes")
        assert refused.returncode != 0
        assert "ARCHIVE_RENDER" in refused.stderr


class TestLimits:
    def found(self, settings, **values):
        for name, value in values.items():
            setattr(settings, name, value)
        return [problem.id for problem in check_limits(None)]

    def test_the_usual_ones_fit(self, settings):
        assert self.found(settings) == []

    @pytest.mark.parametrize("name", ABOVE_NONE)
    def test_a_limit_within_which_nothing_could_be_copied_is_refused(self, settings, name):
        assert self.found(settings, **{name: 0}) == ["archive.E015"]

    @pytest.mark.parametrize(("part", "whole"), PARTS)
    def test_a_part_is_no_larger_than_its_whole(self, settings, part, whole):
        limit = getattr(settings, whole)
        assert self.found(settings, **{part: limit}) == []
        assert self.found(settings, **{part: limit + 1}) == ["archive.E015"]

    def test_a_capture_and_what_stands_around_it_ends_before_another_worker_may_take_it(self, settings):
        longest = settings.CELERY_TASK_SOFT_TIME_LIMIT - STORING_SECONDS - WORTH_WAITING.total_seconds()
        assert self.found(settings, ARCHIVE_CAPTURE_SECONDS=longest - 0.1) == []
        assert self.found(settings, ARCHIVE_CAPTURE_SECONDS=longest) == ["archive.E016"]

    @pytest.mark.parametrize("name", ["CELERY_TASK_SOFT_TIME_LIMIT", "CELERY_TASK_TIME_LIMIT", "ARCHIVE_LEASE_SECONDS"])
    def test_each_clock_ends_before_the_next(self, settings, name):
        later = {"CELERY_TASK_SOFT_TIME_LIMIT": settings.CELERY_TASK_TIME_LIMIT}
        later["CELERY_TASK_TIME_LIMIT"] = settings.ARCHIVE_LEASE_SECONDS
        later["ARCHIVE_LEASE_SECONDS"] = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
        assert self.found(settings, **{name: later[name]}) == ["archive.E016"]

    def test_the_lease_follows_the_captures_time_and_one_that_is_too_short_stops_the_desk(self):
        assert manage(**PRODUCTION, ARCHIVE_CAPTURE_SECONDS="200").returncode == 0
        refused = manage(**PRODUCTION, ARCHIVE_CAPTURE_SECONDS="200", ARCHIVE_LEASE_SECONDS="150")
        assert refused.returncode == 1
        assert "archive.E016" in refused.stderr


@pytest.mark.parametrize(("upload", "decoded", "ids"), [(5, 5, []), (6, 5, ["archive.E030"]), (0, 5, ["archive.E030"])])
def test_what_can_be_uploaded_can_be_read_back(settings, upload, decoded, ids):
    settings.ARCHIVE_UPLOAD_BYTES, settings.ARCHIVE_DECODED_BYTES = upload, decoded
    assert [problem.id for problem in check_uploads(None)] == ids


def manage(**values):
    env = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "SECRET_KEY", "ARCHIVE_ALLOW"}}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=env | values, capture_output=True, text=True, timeout=60, check=False)


PRODUCTION = {"DEBUG": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "desk.example.org"}


def test_the_real_command_refuses_a_production_desk_with_exceptions():
    assert manage(**PRODUCTION).returncode == 0
    refused = manage(**PRODUCTION, ARCHIVE_ALLOW="127.0.0.1:8010")
    assert refused.returncode == 1
    assert "archive.E001" in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEBUG", "perhaps"), ("ARCHIVE_PAGE_BYTES", "20 MB"), ("SESSION_HOURS", ""), ("LOG_LEVEL", "LOUD")],
)
def test_a_value_that_can_not_be_read_stops_the_start_with_its_name(name, value):
    refused = manage(**{**PRODUCTION, name: value})
    assert refused.returncode != 0
    assert name in refused.stderr


def test_a_production_desk_needs_its_secret_key_which_may_come_from_a_file(tmp_path):
    without = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    refused = manage(**without)
    assert refused.returncode != 0
    assert "SECRET_KEY" in refused.stderr
    secret = tmp_path / "key"
    secret.write_text("y" * 60 + "\n")
    assert manage(**without, SECRET_KEY_FILE=str(secret)).returncode == 0


@pytest.mark.parametrize(
    ("beat", "late", "said"),
    [(15, 300, []), (0, 300, ["archive.E014"]), (600, 300, ["archive.E014"]), (15, 10, ["archive.E014"])],
)
def test_a_worker_is_heard_before_it_is_missed(settings, beat, late, said):
    settings.ARCHIVE_HEARTBEAT_SECONDS, settings.ARCHIVE_LATE_SECONDS, settings.ARCHIVE_SWEEP_SECONDS = beat, late, 10
    assert [problem.id for problem in check_patience(None)] == said
