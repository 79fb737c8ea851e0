"""Notices by e-mail, through a real server: quiet unless asked, never lost, not twice as far as SMTP allows."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from apps.accounts.actions import change_person
from apps.audit.sealing.sealer import seal
from apps.claims.models import Claim
from apps.teamwork import mailing
from apps.teamwork.actions import mark_claim_seen, post_comment, set_preference
from apps.teamwork.checks import check_mail
from apps.teamwork.codes import Pace, Scope
from apps.teamwork.models import Delivery, Notice
from apps.teamwork.telling import tell
from tests.newsroom import make_claim, make_person
from tests.teamwork.smtp import postbox
from tests.workers import ROOT, clock, environment, free_port, wait_for, worker

pytestmark = pytest.mark.django_db
FROM = "desk@paper.example"
DESK = "https://desk.paper.example"


@pytest.fixture
def box(settings):
    with postbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_SECURITY, settings.EMAIL_FROM, settings.DESK_URL = "none", FROM, DESK
        yield box


def somebody(username, role="reporter", pace=Pace.AT_ONCE, hour=8, zone=""):
    person = make_person(username, role)
    person.email = f"{username}@paper.example"
    person.save(update_fields=["email"])
    if pace is not None:
        set_preference(by=person, scope=Scope.EVERYTHING, pace=pace, hour=hour, time_zone=zone)
    return person


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def rita():
    return somebody("rita")


@pytest.fixture
def claim(rita):
    return make_claim(rita)


def comment(claim, by, text="Seen it, @rita?"):
    post_comment(claim, text, by=by)
    seal()
    tell()


def deliver(now=None):
    """One round of the clock."""
    mailing.gather(now or timezone.now())
    return [mailing.send(pk) for pk in Delivery.objects.due(timezone.now()).values_list("pk", flat=True)]


class TestWhatIsSent:
    def test_a_mail_says_what_happened_and_where_and_quotes_nothing(self, box, claim, ada):
        comment(claim, ada, "A name that must not leave the desk, @rita.")
        assert deliver() == [True]
        (mail,) = box.mails
        assert (mail["To"], mail["From"]) == ("rita@paper.example", FROM)
        assert mail["Subject"] == "[VerifyDesk] You were mentioned: Two North Korean soldiers were captured."
        assert mail["Auto-Submitted"] == "auto-generated"
        text = mail.get_content()
        assert "Ada commented on “Two North Korean soldiers were captured.”" in text
        assert f"{DESK}/claims/{claim.pk}/#comment-{claim.comments.get().pk}" in text
        assert f"{DESK}/notices/settings/" in text
        assert "must not leave" not in text
        assert "&" not in text

    def test_nobody_gets_mail_who_has_not_asked_for_it(self, box, ada):
        quiet = somebody("quinn", pace=None)
        comment(make_claim(quiet), ada, "@quinn")
        assert quiet.notices.count() == 1
        assert deliver() == []
        assert box.mails == []

    def test_each_notice_goes_out_once_and_several_at_a_time_in_one_mail(self, box, claim, ada):
        comment(claim, ada)
        comment(claim, ada, "Another.")
        assert deliver() == [True]
        assert deliver() == []
        assert box.mails[0]["Subject"] == "[VerifyDesk] 2 notices"
        assert Notice.objects.filter(delivery=Delivery.objects.get()).count() == 2

    def test_what_was_read_on_the_desk_needs_no_mail(self, box, claim, ada, rita):
        comment(claim, ada)
        mark_claim_seen(claim, by=rita)
        assert deliver() == []
        assert not Notice.objects.filter(awaits_mail=True).exists()

    def test_a_claims_words_make_no_headers(self, box, claim, ada):
        Claim.objects.filter(pk=claim.pk).update(
            statement="Two\r\nBcc: all@paper.example\r\n\r\nwere captured. " + "x" * 200
        )
        comment(claim, ada)
        assert deliver() == [True]
        assert box.recipients == ["rita@paper.example"]
        assert box.mails[0]["Bcc"] is None
        assert len(box.mails[0]["Subject"].strip()) <= 120

    def test_whoever_has_left_meanwhile_gets_none(self, box, claim, ada, rita):
        comment(claim, ada)
        mailing.gather(timezone.now())
        change_person(rita, by=make_person("mia", "administrator"), is_active=False)
        assert deliver() == [False]
        assert "has left the desk" in Delivery.objects.get().failure
        assert box.mails == []

    def test_without_a_server_notices_wait_for_one(self, box, settings, claim, ada):
        settings.EMAIL_HOST = ""
        comment(claim, ada)
        assert deliver() == []
        settings.EMAIL_HOST = "127.0.0.1"
        assert deliver() == [True]


class TestWhen:
    NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def waiting(self, person, ada, at):
        comment(make_claim(person), ada, "Seen.")
        Notice.objects.filter(delivery=None).update(at=at)

    def test_hourly_at_most_once_an_hour(self, box, ada):
        rita = somebody("rita", pace=Pace.HOURLY)
        self.waiting(rita, ada, self.NOON)
        assert len(mailing.gather(self.NOON)) == 1
        self.waiting(rita, ada, self.NOON)
        assert mailing.gather(self.NOON + timedelta(minutes=59)) == []
        assert len(mailing.gather(self.NOON + timedelta(minutes=61))) == 1

    def test_daily_at_the_readers_hour_where_the_reader_is(self, box, ada):
        rita = somebody("rita", pace=Pace.DAILY, hour=8, zone="Asia/Seoul")
        eight = datetime(2026, 11, 26, 23, tzinfo=UTC)
        self.waiting(rita, ada, self.NOON)
        assert mailing.gather(eight - timedelta(minutes=1)) == []
        assert len(mailing.gather(eight)) == 1
        self.waiting(rita, ada, eight + timedelta(minutes=1))
        assert mailing.gather(eight + timedelta(hours=23)) == []
        assert len(mailing.gather(eight + timedelta(hours=24))) == 1

    def test_a_day_on_which_the_clocks_change_has_its_mail_too(self):
        berlin = ZoneInfo("Europe/Berlin")
        spring = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert mailing.last_hour(spring, 2, berlin) <= spring
        assert mailing.last_hour(datetime(2026, 3, 29, 6, tzinfo=UTC), 8, berlin) == datetime(
            2026, 3, 29, 6, tzinfo=UTC
        )


class TestWhenItGoesWrong:
    def test_a_server_that_is_away_or_busy_gets_it_later_under_the_same_number(self, box, settings, claim, ada):
        comment(claim, ada)
        settings.EMAIL_PORT = free_port()
        assert deliver() == [False]
        (row,) = Delivery.objects.all()
        assert (row.attempt, row.sent_at, row.failed_at) == (1, None, None)
        assert "refused" in row.failure.lower()
        assert deliver() == []
        settings.EMAIL_PORT, box.to_message = box.port, "451 Later"
        Delivery.objects.update(next_attempt_at=timezone.now())
        assert deliver() == [False]
        row.refresh_from_db()
        assert row.next_attempt_at - timezone.now() > timedelta(seconds=110)
        box.to_message = "250 OK"
        Delivery.objects.update(next_attempt_at=timezone.now())
        assert deliver() == [True]
        assert box.ids == [f"<{row.key}@desk.paper.example>"]

    def test_an_address_that_the_server_refuses_is_given_up_and_its_owner_is_told(self, client, box, claim, ada, rita):
        comment(claim, ada)
        box.to_recipient = "550 No such person here"
        assert deliver() == [False]
        assert Delivery.objects.get().failed_at
        assert deliver() == []
        client.force_login(rita)
        page = client.get(reverse("desk:notices_settings")).content.decode()
        assert "550 No such person here" in page
        box.to_recipient = "250 OK"
        (row,) = Delivery.objects.all()
        client.force_login(ada)
        assert client.post(reverse("desk:mail_again", args=[row.pk])).status_code == 403
        assert deliver() == []
        client.force_login(rita)
        client.post(reverse("desk:mail_again", args=[row.pk]))
        assert deliver() == [True]
        client.post(reverse("desk:mail_again", args=[row.pk]))
        assert deliver() == []

    def test_after_so_many_attempts_it_is_given_up(self, box, settings, claim, ada):
        settings.EMAIL_ATTEMPTS = 3
        box.to_message = "451 Later"
        comment(claim, ada)
        for _ in range(5):
            deliver()
            Delivery.objects.update(next_attempt_at=timezone.now())
        row = Delivery.objects.get()
        assert (row.attempt, bool(row.failed_at)) == (3, True)
        assert "451 Later" in row.failure

    def test_one_that_its_workers_never_came_back_from_is_given_up_too(self, box, settings, claim, ada):
        comment(claim, ada)
        mailing.gather(timezone.now())
        Delivery.objects.update(attempt=settings.EMAIL_ATTEMPTS)
        assert deliver() == [False]
        assert Delivery.objects.get().failed_at
        assert box.mails == []

    def test_pauses_grow_and_end_at_six_hours(self, box, settings, claim, ada):
        settings.EMAIL_ATTEMPTS = 30
        box.to_message = "451 Later"
        comment(claim, ada)
        pauses = []
        for _ in range(11):
            deliver()
            pauses.append(round((Delivery.objects.get().next_attempt_at - timezone.now()) / timedelta(minutes=1)))
            Delivery.objects.update(next_attempt_at=timezone.now())
        assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


KILLED = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from apps.teamwork import tasks
from apps.teamwork.models import Delivery

def deadly(execute, sql, params, many, context):
    if sql.startswith('UPDATE "teamwork_delivery" SET "sent_at"'):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

with connection.execute_wrapper(deadly):
    tasks.send_mail(Delivery.objects.get().pk)
"""


def mail_settings(box, **values):
    facts = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(box.port), "EMAIL_SECURITY": "none"}
    facts |= {"EMAIL_FROM": FROM, "DESK_URL": DESK, "DJANGO_SETTINGS_MODULE": "verifydesk.settings"}
    return {**facts, **values}


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
class TestWithProcesses:
    def test_a_worker_killed_after_the_server_took_it_leaves_it_to_the_next_under_the_same_number(self, box):
        claim = make_claim(somebody("rita"))
        comment(claim, make_person("ada", "editor"))
        mailing.gather(timezone.now())
        connection.close()
        env = environment(**mail_settings(box))
        ended = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=env, timeout=120, check=False)
        assert ended.returncode == -signal.SIGKILL
        assert len(box.mails) == 1
        assert deliver() == []
        Delivery.objects.update(next_attempt_at=timezone.now())
        assert deliver() == [True]
        assert len(box.mails) == 2
        assert len(set(box.ids)) == 1
        assert deliver() == []

    def test_two_workers_at_once_send_one_mail(self, box):
        claim = make_claim(somebody("rita"))
        comment(claim, make_person("ada", "editor"))
        (pk,) = mailing.gather(timezone.now())
        start, sent = Barrier(4), []

        def send():
            start.wait()
            sent.append(mailing.send(pk))
            connection.close()

        threads = [Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(sent) == [False, False, False, True]
        assert len(box.mails) == 1

    def test_from_a_comment_to_the_mail_through_clock_and_worker(self, box, settings, tmp_path):
        claim = make_claim(somebody("rita"))
        values = mail_settings(box, AUDIT_SEAL_SECONDS="0.5", AUDIT_KEYS_DIR=str(settings.AUDIT_KEYS_DIR))
        values["AUDIT_ANCHOR_DIR"] = str(tmp_path / "anchors")
        with worker(tmp_path, **values), clock(tmp_path, **values):
            post_comment(claim, "Seen it, @rita?", by=make_person("ada", "editor"))
            wait_for(lambda: bool(box.mails), 60, "the mail")
            wait_for(lambda: Delivery.objects.filter(sent_at__isnull=False).exists(), 30, "its row to say so")
        assert box.recipients == ["rita@paper.example"]


class TestChecks:
    def test_a_desk_without_mail_needs_nothing(self, settings):
        settings.EMAIL_HOST = ""
        assert check_mail(None) == []

    def test_a_desk_that_sends_says_where_its_links_lead_and_who_it_is(self, settings):
        settings.EMAIL_HOST, settings.DESK_URL, settings.EMAIL_FROM = "mail.example", "desk.example", "desk"
        assert [one.id for one in check_mail(None)] == ["teamwork.E001", "teamwork.E002"]
        settings.DESK_URL, settings.EMAIL_FROM = DESK, FROM
        assert check_mail(None) == []

    def test_a_password_in_the_open_is_warned_of(self, settings):
        settings.EMAIL_HOST, settings.DESK_URL, settings.EMAIL_FROM = "mail.example", DESK, FROM
        settings.EMAIL_SECURITY, settings.EMAIL_HOST_PASSWORD = "none", "secret"
        assert [one.id for one in check_mail(None)] == ["teamwork.W001"]
