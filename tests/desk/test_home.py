"""The first page: what must I do now."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.claims import actions
from apps.claims.models import Cause, Flag
from apps.claims.states import Stage, State
from tests.newsroom import (
    ask,
    make_claim,
    make_editor,
    make_flag,
    make_knowledge,
    make_person,
    make_reporter,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ada():
    return make_editor()


def duties(client, user):
    client.force_login(user)
    response = client.get(reverse("desk:home"))
    assert response.status_code == 200
    return {duty.name: duty for duty in response.context["duties"]}


def statements(duty):
    return [claim.statement for claim in duty.claims]


def queued(client, duty):
    """What the queue shows at the address of the list."""
    response = client.get(f"{reverse('desk:queue')}?{duty.query}")
    assert not response.context["left_out"]
    return {claim.statement for claim in response.context["slice"].rows}


def test_an_editor_sees_first_what_waits_for_a_signature(client, ada):
    rita = make_reporter()
    asked = make_claim(rita, "Two lines know.")
    make_two_lines(asked, rita)
    ask(asked, State.CORROBORATED, make_editor("ben"))
    own = make_claim(rita, "Asked by Ada herself.")
    make_two_lines(own, rita)
    ask(own, State.CORROBORATED, ada)
    found = duties(client, ada)
    assert list(found) == ["sign", "flagged", "mine", "overdue", "inbox"]
    assert statements(found["sign"]) == ["Two lines know."]
    assert queued(client, found["sign"]) == {"Two lines know."}


def test_what_is_mine_is_what_i_have_and_have_not_settled(client, ada):
    make_claim(ada, "Mine.", assignee=ada)
    settled = make_claim(ada, "Settled.", assignee=ada)
    actions.change_stage(settled, by=ada, expected_version=1, stage=Stage.SETTLED)
    make_claim(ada, "Ben's.", assignee=make_editor("ben"))
    found = duties(client, ada)["mine"]
    assert statements(found) == ["Mine."]
    assert queued(client, found) == {"Mine."}


def test_the_longest_overdue_stands_first_and_what_is_settled_is_not_overdue(client, ada):
    now = timezone.now()
    make_claim(ada, "An hour late.", due=now - HOUR)
    make_claim(ada, "A day late.", due=now - 24 * HOUR)
    make_claim(ada, "In time.", due=now + HOUR)
    settled = make_claim(ada, "Settled late.", due=now - HOUR)
    actions.change_stage(settled, by=ada, expected_version=1, stage=Stage.SETTLED)
    found = duties(client, ada)["overdue"]
    assert statements(found) == ["A day late.", "An hour late."]
    assert queued(client, found) == {"A day late.", "An hour late."}


def flagged(ada, statement, kind, **told):
    return make_flag(make_claim(ada, statement, **told), kind=kind)


def test_flags_are_told_apart_by_what_happened(client, ada):
    flagged(ada, "The page changed.", Cause.Kind.DRIFT)
    flagged(ada, "The page is gone.", Cause.Kind.PAGE_GONE)
    flagged(ada, "Withdrawn.", Cause.Kind.CITATION_WITHDRAWN)
    flagged(ada, "Disputed.", Cause.Kind.NEW_DISPUTE)
    cleared = flagged(ada, "Cleared.", Cause.Kind.DRIFT)
    Flag.objects.filter(pk=cleared.pk).update(cleared_at=timezone.now(), cleared_by=ada, cleared_because="Seen.")
    found = duties(client, ada)["flagged"]
    assert str(found.number) == "4"
    assert [(words, str(number)) for words, _, number in found.parts] == [
        ("changed or gone", "2"),
        ("withdrawn", "1"),
        ("newly disputed", "1"),
    ]
    shown = [client.get(f"{reverse('desk:queue')}?{query}").context["slice"].rows for _, query, _ in found.parts]
    assert [{one.statement for one in rows} for rows in shown] == [
        {"The page changed.", "The page is gone."},
        {"Withdrawn."},
        {"Disputed."},
    ]


def test_a_reporter_sees_first_what_is_theirs_and_then_what_they_can_take(client, ada):
    rita = make_reporter()
    now = timezone.now()
    make_claim(ada, "Rita's.", assignee=rita, due=now - HOUR)
    make_claim(ada, "Ada's, late.", assignee=ada, due=now - HOUR)
    flagged(ada, "Ada's, flagged.", Cause.Kind.DRIFT, assignee=ada)
    make_claim(ada, "Nobody's.")
    found = duties(client, rita)
    assert list(found) == ["mine", "flagged", "overdue", "inbox"]
    assert [statements(duty) for duty in found.values()] == [["Rita's."], [], ["Rita's."], ["Nobody's."]]
    assert all(queued(client, duty) == set(statements(duty)) for duty in found.values())


def test_an_auditor_sees_what_waits_for_anybody(client, ada):
    found = duties(client, make_person("aziz", "auditor"))
    assert list(found) == ["sign", "flagged", "overdue", "inbox"]


def test_with_nothing_to_do_it_says_so_once(client, ada):
    client.force_login(ada)
    page = client.get(reverse("desk:home")).content.decode()
    assert page.count("Nothing waits for you.") == 1
    assert "Nothing is overdue." not in page


def test_numbers_end_at_ninety_nine_and_the_rest_is_in_the_queue(client, ada):
    for number in range(101):
        make_claim(ada, f"Claim {number}.")
    found = duties(client, ada)["inbox"]
    assert (str(found.number), len(found.claims)) == ("99+", 5)
    assert "All 99+ in the queue" in client.get(reverse("desk:home")).content.decode()


def test_corrections_and_replies_that_wait_are_named(client, ada):
    make_knowledge(make_claim(ada), ada)
    client.force_login(ada)
    page = client.get(reverse("desk:home")).content.decode()
    assert f'<a href="{reverse("desk:corrections")}"><b>1</b>' in page


def test_the_number_of_queries_does_not_grow_with_the_work(client, ada):
    client.force_login(ada)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("desk:home"))
        return len(queries)

    def work(number):
        now = timezone.now()
        claim = make_claim(ada, f"Claim {number}.", assignee=ada, due=now - HOUR, claimant=f"Party {number}")
        make_two_lines(claim, ada)
        make_flag(claim)
        ask(claim, State.CORROBORATED, ben)
        make_claim(ada, f"New {number}.")

    ben = make_editor("ben")
    work(0)
    few = asked()
    for number in range(1, 8):
        work(number)
    assert asked() == few <= 30


def test_signing_in_leads_here(client, ada):
    response = client.post(reverse("desk:sign_in"), {"username": "ada", "password": "a desk of one's own"})
    assert response.headers["Location"] == reverse("desk:home")
