"""The chips over a list, the board, and saved views of the queue and of the other lists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from apps.accounts.models import SavedView
from apps.claims.models import Cause
from apps.desk.panels import board
from apps.desk.views.listing import SAVED
from tests.newsroom import (
    corroborate,
    make_claim,
    make_editor,
    make_flag,
    make_reporter,
    make_story,
    make_two_lines,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return make_editor()


@pytest.fixture
def desk(client, ada):
    client.force_login(ada)
    return client


def chips(response):
    return {(one.label, one.words): one.without for one in response.context["narrowings"]}


class TestChips:
    def test_each_filter_that_is_set_has_one_which_leads_to_the_list_without_it(self, desk, ada):
        story = make_story(ada, "Kursk")
        make_claim(ada, "In it.", story=story)
        asked = {"text": "in", "story": story.pk, "assignee": "none", "stage": "open", "state": "unverified", "due": ""}
        found = chips(desk.get(reverse("desk:queue"), asked))
        assert list(found) == [
            ("Words", "in"),
            ("State", "Unverified"),
            ("Stage", "All but settled"),
            ("Assignee", "Nobody"),
            ("Story", "Kursk"),
        ]
        without = desk.get(f"{reverse('desk:queue')}?{found['Story', 'Kursk']}")
        assert list(chips(without)) == [one for one in found if one[0] != "Story"]

    def test_where_the_list_stands_is_not_kept_and_the_board_is(self, desk):
        found = desk.get(reverse("desk:queue"), {"due": "none", "view": "board", "after": "9", "selected": "page"})
        assert chips(found) == {("Due", "No due time"): "view=board"}
        assert '<a href="?view=board">Clear all</a>' in found.content.decode()

    def test_what_can_not_be_read_has_none_and_is_said(self, desk):
        found = desk.get(reverse("desk:queue"), {"state": "nearly", "due": "none"})
        assert list(chips(found)) == [("Due", "No due time")]
        assert "“State” was left out" in found.content.decode()

    def test_words_are_written_as_words(self, desk):
        page = desk.get(reverse("desk:queue"), {"text": "<script>alert(1)</script>"}).content.decode()
        assert "<script>alert" not in page

    def test_htmx_gets_them_with_the_results(self, desk):
        page = desk.get(reverse("desk:queue"), {"text": "bridge"}, headers={"HX-Request": "true"}).content.decode()
        assert "Remove the filter Words: bridge" in page

    @pytest.mark.parametrize(
        ("name", "query"),
        [("flags", {"kind": "drift"}), ("trail", {"denied": "yes"}), ("drifts", {"host": "a.example.com"})],
    )
    def test_the_other_lists_have_them_too(self, desk, name, query):
        assert "Filters that are set" in desk.get(reverse(f"desk:{name}"), query).content.decode()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Cause.Kind.QUOTE_GONE, "drift"),
        (Cause.Kind.CITATION_WITHDRAWN, "withdrawn"),
        (Cause.Kind.NEW_DISPUTE, "disputed"),
    ],
)
def test_the_queue_is_narrowed_to_flags_of_a_kind(desk, ada, kind, value):
    for statement, raised in (("It.", kind), ("Another.", Cause.Kind.VERIFY_AGAIN)):
        make_flag(make_claim(ada, statement), kind=raised)
    rows = desk.get(reverse("desk:queue"), {"flagged": value}).context["slice"].rows
    assert [one.statement for one in rows] == ["It."]


class TestTheBoard:
    def test_each_state_has_a_column_with_its_number(self, desk, ada):
        claim = make_claim(ada, "Two lines know.")
        make_two_lines(claim, ada)
        corroborate(claim, ada)
        make_claim(ada, "New.")
        response = desk.get(reverse("desk:queue"), {"view": "board"})
        found = {column.state: [one.statement for one in column.claims] for column in response.context["board"]}
        assert found == {"unverified": ["New."], "corroborated": ["Two lines know."], "disputed": []}
        assert "2 of 2 lines" in response.content.decode()

    def test_the_filters_narrow_it_and_one_state_is_one_column(self, desk, ada):
        make_claim(ada, "Late.", due=timezone.now() - timedelta(hours=1))
        make_claim(ada, "In time.")
        response = desk.get(reverse("desk:queue"), {"view": "board", "due": "overdue", "state": "unverified"})
        (column,) = response.context["board"]
        assert [one.statement for one in column.claims] == ["Late."]

    def test_a_long_column_leads_on_to_the_table(self, desk, ada, monkeypatch):
        monkeypatch.setattr(board, "CARDS", 2)
        for number in range(3):
            make_claim(ada, f"Claim {number}.")
        response = desk.get(reverse("desk:queue"), {"view": "board", "assignee": "none"})
        assert len(response.context["board"][0].claims) == 2
        assert 'href="?assignee=none&amp;state=unverified"' in response.content.decode()

    def test_the_number_of_queries_does_not_grow_with_the_cards(self, desk, ada):
        def asked():
            with CaptureQueriesContext(connection) as queries:
                desk.get(reverse("desk:queue"), {"view": "board"})
            return len(queries)

        make_two_lines(make_claim(ada, "One.", story=make_story(ada)), ada)
        few = asked()
        for number in range(8):
            make_two_lines(make_claim(ada, f"More {number}.", claimant=f"Party {number}"), ada)
        assert asked() == few


LISTS = pytest.mark.parametrize("page", sorted(SAVED))
# As each kind of list says where it stands: a number, or a time and a number.
PLACES = ("9", "2031-01-01T00:00:00+00:00_9", "2001-01-01T00:00:00+00:00_9")


class TestEveryList:
    @LISTS
    def test_has_all_its_filters_in_one_bar(self, desk, page):
        answer = desk.get(reverse(f"desk:{page}"))
        tree = LexborHTMLParser(answer.content.decode())
        bars = tree.css("main form[role=search]")
        assert len(bars) == 1
        offered = {one.attributes["name"] for one in bars[0].css("input[name], select[name]")}
        # What stands in tabs above the list is a filter too.
        tabs = " ".join(one.attributes["href"] for one in tree.css(".tabs a"))
        assert {name for name in answer.context["filter"].filters if f"{name}=" not in tabs} <= offered

    @pytest.mark.parametrize("page", sorted(SAVED - {"search"}))
    def test_goes_on_by_key_so_that_the_last_page_costs_what_the_first_does(self, desk, page):
        """Sums of a search have no key, and are a thousand at most: they alone go on by number."""
        for place in PLACES:
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(reverse(f"desk:{page}"), {"after": place}).status_code == 200
            assert [one["sql"] for one in queries if "OFFSET" in one["sql"]] == []


class TestSavedViews:
    @LISTS
    def test_every_list_that_saves_views_shows_them(self, desk, page):
        response = desk.post(
            reverse("desk:view_save", args=[page]), {"name": "Kept", "query": "kind=drift&after=3"}, follow=True
        )
        assert "“Kept” is saved." in response.content.decode()
        assert f'<a href="{reverse(f"desk:{page}")}?kind=drift"' in response.content.decode()

    def test_a_shared_one_is_everybodys_and_keeps_the_board(self, desk, client):
        desk.post(
            reverse("desk:view_save", args=["queue"]),
            {"name": "Late ones", "query": "view=board&due=overdue", "is_shared": "on"},
        )
        desk.post(reverse("desk:view_save", args=["queue"]), {"name": "Only mine", "query": "due=today"})
        client.force_login(make_reporter())
        page = client.get(f"{reverse('desk:queue')}?{SavedView.objects.get(name='Late ones').query}").content.decode()
        assert 'aria-current="page">Late ones' in page
        assert "from Ada" in page
        assert ">Only mine<" not in page

    def test_a_page_that_is_no_list_saves_none(self, desk):
        assert desk.post(reverse("desk:view_save", args=["policy"]), {"name": "x", "query": "a=b"}).status_code == 404
