"""What is hashed: one way to write it, no word in it that may have to be erased, and no float to blur it."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.actions import record
from apps.audit.bodies import MARK, canonical, commitment, digest, moment
from apps.audit.context import Channel, entered_by
from apps.audit.models import Entry
from apps.audit.verbs import Verb
from tests.newsroom import make_editor

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcü", max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_a_value_is_written_in_one_way_and_reads_back_as_it_was(value):
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
    assert canonical(json.loads(json.dumps(value, indent=1))) == written


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be():
    assert canonical({"b": [1, True, None], "a": "ü“\n"}) == '{"a":"ü“\\n","b":[1,true,null]}'


@pytest.mark.parametrize("value", [1.0, [1, 0.5], {"a": {"b": (2.5,)}}, float("nan")])
def test_a_float_has_no_one_way_and_is_refused(value):
    with pytest.raises(TypeError, match="float"):
        canonical(value)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.text("abc.", min_size=1), values)
def test_a_commitment_is_the_hash_of_salt_field_and_value(salt, field, value):
    assert commitment(salt, field, value) == MARK + digest(canonical([salt, field, value]))


def test_a_moment_is_in_utc_with_six_digits():
    assert moment(datetime(2026, 11, 26, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))) == "2026-11-25T23:02:03.000000Z"
    assert moment(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)) == "2026-01-02T03:04:05.000678Z"


@pytest.mark.django_db
class TestLine:
    def write(self, **fields):
        with entered_by(Channel.WEB, address="2001:db8::7"):
            return record(
                **{
                    "verb": Verb.CLAIM_STAGED,
                    "stream": "claim:7",
                    "target": "Two soldiers were captured.",
                    "by": make_editor(),
                    "before": {"stage": "inbox", "statement": "One."},
                    "after": {"stage": "in_review", "statement": "Two.", "number": 2, "by_hand": True, "left": None},
                    "reason": "He told me “so”.",
                    **fields,
                }
            )

    def test_the_hash_is_that_of_the_body_and_the_body_is_canonical(self):
        entry = Entry.objects.get(pk=self.write().pk)
        assert entry.hash == digest(entry.body)
        assert canonical(json.loads(entry.body)) == entry.body

    def test_words_stand_in_it_as_commitments_and_facts_as_they_are(self):
        entry = self.write(seq=3, prev="ab" * 32)
        body = json.loads(entry.body)
        for word in ("Ada", "captured", "told", "2001:db8", "One.", "Two."):
            assert word not in entry.body
        assert body["after"] | {"statement": 0} == {
            "stage": "in_review",
            "statement": 0,
            "number": 2,
            "by_hand": True,
            "left": None,
        }
        assert (body["seq"], body["prev"], body["stream"], body["v"]) == (3, "ab" * 32, "claim:7", 1)
        assert body["reason"] == commitment(entry.salts["reason"], "reason", "He told me “so”.")
        assert body["after"]["statement"] == commitment(entry.salts["after.statement"], "after.statement", "Two.")
        assert body["actor"] == {
            "kind": "person",
            "id": entry.actor_id,
            "name": commitment(entry.salts["actor"], "actor", "Ada"),
        }

    def test_each_word_has_a_salt_of_its_own_so_that_equal_words_look_different(self):
        entry = self.write(before={"statement": "Same."}, after={"statement": "Same."}, reason="Same.")
        assert all(re.fullmatch("[0-9a-f]{32}", salt) for salt in entry.salts.values())
        assert len(set(entry.salts.values())) == len(entry.salts)
        body = json.loads(entry.body)
        assert len({body["reason"], body["before"]["statement"], body["after"]["statement"]}) == 3

    def test_who_a_worker_did_it_for_is_in_it(self):
        ada = make_editor()
        with entered_by(Channel.WORKER):
            entry = record(Verb.CAPTURE_STORED, stream="page:1", target="x", by=None, behalf=ada)
        body = json.loads(entry.body)
        assert body["behalf"]["id"] == ada.pk
        assert (entry.actor_kind, entry.behalf_label) == ("worker", "Ada")

    def test_a_float_among_the_values_is_refused_before_anything_is_written(self):
        with pytest.raises(TypeError, match="float"):
            self.write(after={"share": 0.5})
        assert not Entry.objects.exists()
