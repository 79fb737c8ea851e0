"""The evidence of one claim is the evidence that many claims are asked for at once, and it asks nothing later."""

import pytest

from apps.claims import actions
from apps.claims.actions import find_words
from apps.claims.evidence import gather, gather_all
from apps.claims.models import Claim
from apps.claims.states import Stance
from apps.sources.models import Party
from tests.newsroom import (
    make_citation,
    make_claim,
    make_editor,
    make_extract,
    make_figure,
    make_two_lines,
)

pytestmark = pytest.mark.django_db
TEXT = "The NIS confirmed that one wounded soldier was captured. One wounded soldier, it said."


@pytest.fixture
def claim():
    ada = make_editor()
    claim = make_claim(ada)
    make_two_lines(claim, ada)
    quoted = make_citation(claim, ada, outlet="Yonhap", quote="one wounded soldier", stance=Stance.DISPUTES)
    make_extract(quoted.capture, TEXT)
    find_words(quoted)
    make_figure(claim, ada)
    told = {"by": ada, "reason": "They were met.", "expected_version": Claim.objects.get(pk=claim.pk).version}
    actions.rule_apart(claim, Party.objects.create(name="An official", is_named=False), quoted.source, **told)
    actions.withdraw_citation(make_citation(claim, ada, outlet="TASS"), by=ada, reason="It says nothing of it.")
    return claim


def test_it_is_the_same(claim):
    one, many = gather(claim), gather_all([claim])[claim.pk]
    assert one.frozen() == many.frozen()
    assert (one.citations, one.figures, one.rule) == (many.citations, many.figures, many.rule)
    assert one.lines.rows.apart == many.lines.rows.apart != frozenset()
    assert [each.passages for each in one.citations] == [each.passages for each in many.citations]
    assert any(each.passages for each in one.citations)


def test_it_asks_nothing_later(claim, django_assert_num_queries):
    evidence = gather(claim)
    with django_assert_num_queries(0):
        evidence.frozen()
        for one in evidence.citations:
            assert all([str(one.source), str(one.cited_by), one.capture.page.url])
            assert all(passage.capture.body_digest is not None for passage in one.passages)
            assert one.has_no_text is False


def test_the_text_of_a_copy_is_left_where_it_is(claim):
    [quoted] = gather(claim).of(Stance.DISPUTES)
    assert quoted.capture.extract.get_deferred_fields() == {"text"}
    assert quoted.capture.extract.text == TEXT
