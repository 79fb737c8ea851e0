"""Claims that say nearly the same are found by an index of words, whatever the size of the desk."""

from __future__ import annotations

import time
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.claims import actions, similar
from apps.claims.models import Claim, ClaimTerm
from tests.newsroom import make_claim, make_editor

pytestmark = pytest.mark.django_db
TWO = "Two North Korean soldiers were captured in Kursk on 9 January."


@pytest.fixture
def ada():
    return make_editor()


@pytest.mark.parametrize(
    "statement",
    [
        "Two North Korean soldiers were captured in Kursk.",
        "On 9 January two North Korean soldiers were captured in Kursk",
        "TWO NORTH KOREAN SOLDIERS were captured in Kursk on January 9!",
        "One North Korean soldier was captured in Kursk on 9 January.",
    ],
)
def test_it_finds_what_is_said_in_another_order_another_case_and_with_other_figures(ada, statement):
    claim = make_claim(ada, TWO)
    make_claim(ada, "Seoul's Joint Chiefs count more than 1,000 killed or wounded.")
    assert [one.claim for one in similar.similar(statement)] == [claim]


@pytest.mark.parametrize(
    ("statement", "other"),
    [
        ("Двое северокорейских солдат взяты в плен", "Двое северокорейских солдат были взяты в плен."),
        ("북한군 두 명이 쿠르스크에서 생포됐다", "북한군 두 명이 쿠르스크에서 생포"),
        ("两名朝鲜士兵在库尔斯克被俘", "两名朝鲜士兵在库尔斯克被乌军俘虏"),
        ("Deux soldats nord-coréens ont été capturés", "Deux soldats nord-coreens captures"),
    ],
)
def test_it_reads_other_scripts_and_languages(ada, statement, other):
    claim = make_claim(ada, statement)
    make_claim(ada, TWO)
    assert [one.claim for one in similar.similar(other)] == [claim]


def test_it_does_not_find_what_only_shares_a_subject(ada):
    make_claim(ada, TWO)
    assert similar.similar("North Korea has sent artillery to Russia since the autumn.") == []
    assert similar.similar("") == []
    assert similar.similar("!!! ... ???") == []


def test_an_edited_claim_is_found_by_its_new_words_and_no_more_by_the_old(ada):
    claim = make_claim(ada, TWO)
    actions.edit_claim(claim, by=ada, expected_version=1, statement="The SBU released a video of two men in bunks.")
    assert similar.similar(TWO) == []
    assert [one.claim for one in similar.similar("SBU released video of two men in bunks")] == [claim]
    assert similar.similar("SBU released video of two men in bunks", apart_from=claim.pk) == []


@given(st.text(max_size=500))
def test_any_text_can_be_asked_for_and_the_migration_reads_it_the_same_way(text):
    migrated = import_module("apps.claims.migrations.0007_the_rest_of_the_desks_knowledge").terms
    assert migrated(text) == similar.terms(text)
    assert all(-(2**63) <= term < 2**63 for term in similar.terms(text))


def test_what_a_search_costs_does_not_grow_with_the_desk(ada):
    """3,000 claims that share nearly all their words: each term is one bounded step into its index."""
    made = Claim.objects.bulk_create(
        [Claim(statement=f"North Korean soldiers were seen in village {n}.", opened_by=ada) for n in range(3_000)],
        batch_size=2000,
    )
    terms = (ClaimTerm(term=term, claim=claim) for claim in made for term in similar.terms(claim.statement))
    ClaimTerm.objects.bulk_create(terms, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    statement = "North Korean soldiers were seen in village 777."
    with CaptureQueriesContext(
        connection,
    ) as asked:
        began = time.perf_counter()
        found = similar.similar(statement)
        took = time.perf_counter() - began
    assert found[0].claim.statement == statement
    assert len(asked) == 3
    assert took < 0.5
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        plans = []
        for query in asked.captured_queries[:2]:
            cursor.execute(explain + query["sql"])
            plans.append("\n".join(str(row) for row in cursor.fetchall()))
    for plan in plans:
        assert "Seq Scan" not in plan
        assert "SCAN claims" not in plan
        assert "SCAN held" not in plan
        assert "claim_has_a_term_once" in plan or "COVERING INDEX" in plan or "Index Only Scan" in plan
