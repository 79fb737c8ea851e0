"""The pages on which people read what they are told, and choose how."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.audit.sealing.sealer import seal
from apps.teamwork.actions import post_comment, set_preference, withdraw_comment
from apps.teamwork.codes import Pace, Scope
from apps.teamwork.models import Notice, Preference
from apps.teamwork.telling import tell
from tests.newsroom import make_claim, make_notice, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_person("rita", "reporter")
    client.force_login(rita)
    return rita


@pytest.fixture
def ada():
    return make_person("ada", "editor")


@pytest.fixture
def claim(rita):
    return make_claim(rita)


def comment_on(claim, by, text="Seen."):
    post_comment(claim, text, by=by)
    seal()
    tell()


def page(client, name, *args, **query):
    return client.get(reverse(f"desk:{name}", args=args), query).content.decode()


class TestTheList:
    def test_says_what_happened_and_counts_in_the_masthead(self, client, claim, ada):
        comment_on(claim, ada, "Seen it, @rita?")
        shown = page(client, "notices")
        assert "Ada commented on" in shown
        assert "Seen it" in shown
        assert "You were mentioned" in shown
        assert '<b class="unread">1<span' in page(client, "stories")

    def test_the_count_follows_while_a_page_stays_open(self, client, claim, ada):
        def count(shown):
            return client.get(reverse("desk:notices_count"), {"unread": shown}, headers={"HX-Request": "true"})

        assert count("0").status_code == 204
        comment_on(claim, ada)
        assert '<b class="unread">1<' in count("0").content.decode()
        assert count("1").status_code == 204

    def test_of_a_comment_that_was_withdrawn_it_shows_no_words(self, client, claim, ada):
        comment_on(claim, ada, "A word too many.")
        comment = claim.comments.get()
        withdraw_comment(comment, by=ada, expected_version=1)
        assert "A word too many." not in page(client, "notices")

    def test_is_narrowed_by_kind_and_to_what_is_unread(self, client, claim, ada):
        comment_on(claim, ada, "One.")
        comment_on(claim, ada, "Two, @rita.")
        Notice.objects.filter(kind="commented").update(seen_at=claim.opened_at)
        assert "One." not in page(client, "notices", kind="mentioned")
        assert "One." not in page(client, "notices", standing="unread")
        assert "One." in page(client, "notices")

    def test_goes_on_by_key_with_few_questions(self, client, rita, ada):
        def questions():
            with CaptureQueriesContext(connection) as asked:
                shown = page(client, "notices")
            return len(asked), shown

        comment_on(make_claim(rita), ada)
        few, _ = questions()
        for _ in range(60):
            post_comment(make_claim(rita), "Seen.", by=ada)
        seal()
        tell()
        many, shown = questions()
        assert many == few
        assert shown.count('id="notice-') == 50
        assert 'rel="next"' in shown

    def test_says_that_it_is_late(self, client, claim, ada, rita):
        assert "Notices are late" not in page(client, "notices")
        with time_machine.travel(timezone.now() + timedelta(minutes=5)):
            assert "Notices are late" in page(client, "notices")


class TestReading:
    def test_going_there_reads_it(self, client, claim, ada, rita):
        comment_on(claim, ada)
        notice = rita.notices.get()
        answer = client.post(reverse("desk:notice_read", args=[notice.pk]))
        assert answer.headers["Location"] == f"/claims/{claim.pk}/#comment-{claim.comments.get().pk}"
        assert rita.notices.unseen().count() == 0

    def test_all_at_once_reads_what_was_there_and_not_what_came_after(self, client, claim, ada, rita):
        comment_on(claim, ada)
        newest = rita.notices.latest("pk").pk
        comment_on(claim, ada)
        client.post(reverse("desk:notices_read"), {"newest": newest})
        assert rita.notices.unseen().count() == 1
        client.post(reverse("desk:notices_read"), {"newest": "nonsense"})
        assert rita.notices.unseen().count() == 1

    def test_nobody_reads_for_another(self, client, claim, ada, rita):
        notice = make_notice(claim, ada)
        assert client.post(reverse("desk:notice_read", args=[notice.pk])).status_code == 403
        client.post(reverse("desk:notices_read"), {"newest": notice.pk})
        assert ada.notices.unseen().count() == 1
        assert 'id="notice-' not in page(client, "notices")

    def test_a_claim_that_is_looked_at_has_no_unread_notices(self, client, claim, ada, rita):
        comment_on(claim, ada)
        client.get(reverse("desk:claim_live", args=[claim.pk]), headers={"HX-Request": "true"})
        assert rita.notices.unseen().count() == 0


class TestChoosing:
    def test_quiet_is_what_nobody_has_to_choose(self, client, rita):
        shown = page(client, "notices_settings")
        chosen = [tag for tag in shown.split("<input") if " checked" in tag.partition(">")[0]]
        assert ['value="everything"' in chosen[0], 'value="never"' in chosen[1], len(chosen)] == [True, True, 2]
        assert not Preference.objects.exists()

    def test_a_zone_that_is_none_is_refused_and_stays_to_be_corrected(self, client, rita):
        typed = {"scope": "everything", "pace": "never", "hour": 8, "time_zone": "Mars/Base"}
        answer = client.post(reverse("desk:notices_settings"), typed)
        assert answer.status_code == 422
        assert "Mars/Base" in answer.content.decode()
        assert not Preference.objects.exists()

    def test_who_wants_no_mail_any_more_gets_none_of_what_waited(self, claim, ada, rita):
        set_preference(by=rita, scope=Scope.EVERYTHING, pace=Pace.DAILY, hour=8, time_zone="")
        comment_on(claim, ada)
        assert rita.notices.to_mail().count() == 1
        set_preference(by=rita, scope=Scope.EVERYTHING, pace=Pace.NEVER, hour=8, time_zone="")
        assert rita.notices.to_mail().count() == 0
