"""What scripts read of a claim: the same rule, in the same words, for the same people."""

import pytest
from django.urls import reverse

from apps.audit.models import Entry
from apps.claims import policy
from apps.claims.evidence import gather
from apps.claims.models import Claim
from apps.claims.states import State
from tests.newsroom import corroborate, make_claim, make_editor, make_person, make_two_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim():
    ada = make_editor()
    claim = make_claim(ada, "Zwei „Soldaten“ wurden gefangen.")
    make_two_lines(claim, ada)
    return Claim.objects.get(pk=claim.pk)


def read(client, claim, method="get"):
    return getattr(client, method)(reverse("api:claim", args=[getattr(claim, "pk", claim)]))


@pytest.mark.parametrize("role", ["reporter", "editor", "standards_editor", "auditor", "administrator"])
def test_everybody_on_the_desk_reads_what_the_rule_says(client, claim, role):
    client.force_login(make_person("somebody", role))
    before = Entry.every_line.count()
    told = read(client, claim).json()
    evidence = gather(claim)
    assert told["moves"] == [policy.assess(state, evidence).told() for state in (State.CORROBORATED, State.DISPUTED)]
    assert told["moves"][0] | {"noted": []} == {
        "state": "corroborated",
        "allowed": True,
        "met": told["moves"][0]["met"],
        "missing": [],
        "noted": [],
        "needs_second_editor": True,
    }
    assert told["lines"] == {"counted": 2, "needed": 2, "words": "2 of 2 lines", "open_disputes": 0}
    assert (told["statement"], told["state"], told["version"]) == (claim.statement, "unverified", claim.version)
    assert Entry.every_line.count() == before


def test_it_moves_with_the_claim(client, claim):
    corroborate(claim, claim.opened_by)
    client.force_login(claim.opened_by)
    told = read(client, claim).json()
    assert (told["state"], [move["state"] for move in told["moves"]]) == ("corroborated", ["disputed", "unverified"])


def test_who_may_not_is_told_so_as_scripts_read_it(client, claim):
    response = read(client, claim)
    assert (response.status_code, response.json()) == (401, {"error": "Sign in first."})
    client.force_login(make_person("nobody"))
    response = read(client, claim)
    assert response.status_code == 403
    assert "may not read the desk" in response.json()["error"]
    denied = Entry.objects.get(verb="denied")
    assert (denied.channel, denied.actor.username) == ("api", "nobody")


def test_what_is_not_there_and_what_is_not_done_here(client, claim):
    client.force_login(claim.opened_by)
    assert (read(client, 999_999).status_code, read(client, 999_999).json()["error"]) == (
        404,
        "There is no such claim.",
    )
    assert read(client, claim, "post").status_code == 405
    assert read(client, claim, "head").content == b""


def test_many_citations_cost_no_more_questions(client, claim, django_assert_max_num_queries):
    client.force_login(claim.opened_by)
    make_two_lines(claim, claim.opened_by)
    with django_assert_max_num_queries(30):
        read(client, claim)
