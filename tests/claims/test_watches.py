"""A page is watched as long as something cites it, and its quotes are sought as long as somebody relies on them."""

import threading
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from apps.archive.models import Passage, Watch
from apps.audit.models import Entry
from apps.claims.actions import cite, withdraw_citation
from apps.claims.models import Citation
from apps.claims.states import Stance
from tests.newsroom import make_citation, make_claim, make_editor

pytestmark = pytest.mark.django_db
PAGE = "https://paper.example.com/story"


@pytest.fixture
def ada():
    return make_editor()


def cited(ada, quote="", url=PAGE):
    return cite(make_claim(ada), by=ada, url=url, stance=Stance.SUPPORTS, quote=quote)


def withdrawn(citation, ada):
    return withdraw_citation(citation, by=ada, reason="It was the wrong page.")


def verbs():
    return list(
        Entry.objects.filter(verb__in=["page_watched", "watch_ended"]).order_by("pk").values_list("verb", flat=True)
    )


def test_citing_puts_the_page_under_watch_once(ada):
    cited(ada)
    cited(ada)
    assert (Watch.objects.get().page.url, Watch.objects.get().is_kept) == (PAGE, True)
    assert verbs() == ["page_watched"]


def test_the_watch_ends_with_the_last_citation_and_begins_again_with_the_next(ada):
    first, second = cited(ada), cited(ada)
    withdrawn(first, ada)
    assert Watch.objects.get().is_kept
    withdrawn(second, ada)
    assert not Watch.objects.get().is_kept
    cited(ada)
    assert Watch.objects.get().is_kept
    assert verbs() == ["page_watched", "watch_ended", "page_watched"]


def test_a_quote_is_a_passage_as_long_as_a_citation_has_it(ada):
    first, second = cited(ada, " Two were captured. "), cited(ada, "Two were captured.")
    assert Passage.objects.get().exact == "Two were captured."
    withdrawn(first, ada)
    assert Passage.objects.relied_on().count() == 1
    withdrawn(second, ada)
    assert Passage.objects.relied_on().count() == 0
    cited(ada, "Two were captured.")
    assert Passage.objects.relied_on().count() == 1


def test_a_citation_without_a_quote_has_no_passage(ada):
    cited(ada, "  ")
    assert not Passage.objects.exists()


def test_citations_of_an_older_desk_are_watched_too(ada):
    """What the migration does with citations that were there before the watch was."""
    one = make_citation(make_claim(ada), ada, quote=" Two were captured. ")
    make_citation(make_claim(ada), ada, quote="Two were captured.", url=one.source.page.url + "2")
    gone = make_citation(make_claim(ada), ada, quote="Words that nobody relies on.")
    withdrawn(gone, ada)
    migration = import_module("apps.claims.migrations.0002_cited_pages_are_watched")
    for _ in range(2):
        migration.watch_what_is_cited(apps, None)
    live = set(Citation.objects.live().values_list("source__page_id", flat=True))
    assert set(Watch.objects.values_list("page_id", flat=True)) == live
    assert sorted(Passage.objects.values_list("exact", flat=True)) == ["Two were captured."] * 2
    assert set(Watch.objects.behind().values_list("pk", flat=True)) == live


@pytest.mark.django_db(transaction=True)
def test_one_who_cites_while_another_withdraws_keeps_the_watch(ada):
    first = cited(ada)
    claims = [make_claim(ada) for _ in range(4)]
    start = threading.Barrier(len(claims) + 1)

    def act(work):
        try:
            start.wait(10)
            work()
        finally:
            connection.close()

    jobs = [lambda claim=claim: cite(claim, by=ada, url=PAGE, stance=Stance.SUPPORTS) for claim in claims]
    threads = [threading.Thread(target=act, args=(job,)) for job in [*jobs, lambda: withdrawn(first, ada)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Citation.objects.live().count() == 4
    assert Watch.objects.get().is_kept
