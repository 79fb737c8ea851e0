"""Statements that are written once do what Django does: the same rows, the same objects, the same refusals."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.archive.models import Attempt, Capture, Contents, Page
from apps.audit.statements import Select, insert, update
from tests.newsroom import make_capture, make_page

pytestmark = pytest.mark.django_db
KINDS = {
    "state": Capture.State.FETCHING,
    "lease_token": uuid4(),
    "lease_until": timezone.now() + timedelta(seconds=60),
    "taken_at": timezone.now(),
    "wants_browser": True,
    "redirects": [{"url": "https://a.example.com/ü", "status": 301}],
    "ip": "2001:db8::1",
    "http_status": 200,
    "detail": 'it\'s 100 % "so"',
    "body_bytes": 2**40,
    "settled_at": None,
}


@pytest.fixture
def capture():
    return make_capture(make_page("https://a.example.com/1"), state=Capture.State.QUEUED)


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


class TestUpdate:
    def test_every_kind_of_value_is_kept_as_django_keeps_it(self, capture):
        other = make_capture(make_page("https://a.example.com/2"), state=Capture.State.QUEUED)
        assert update(Capture, {"pk": capture.pk}, KINDS) == Capture.objects.filter(pk=other.pk).update(**KINDS) == 1
        ours, djangos = (values(Capture.objects.get(pk=one.pk)) for one in (capture, other))
        assert {name: ours[name] for name in KINDS} == {name: djangos[name] for name in KINDS} == KINDS

    def test_the_other_columns_and_rows_stay(self, capture):
        before = values(Capture.objects.get(pk=capture.pk))
        other = values(make_capture(make_page("https://a.example.com/2"), state=Capture.State.QUEUED))
        update(Capture, {"pk": capture.pk}, {"phase": "turn"})
        assert values(Capture.objects.get(pk=capture.pk)) == before | {"phase": "turn"}
        assert values(Capture.objects.get(pk=other["id"])) == other

    def test_all_that_is_asked_for_has_to_hold(self, capture):
        assert update(Capture, {"pk": capture.pk, "state": Capture.State.STORED}, {"phase": "turn"}) == 0
        assert update(Capture, {"pk": capture.pk, "lease_token": uuid4()}, {"phase": "turn"}) == 0
        assert update(Capture, {"pk": capture.pk, "state": Capture.State.QUEUED}, {"phase": "turn"}) == 1

    def test_the_database_still_has_the_last_word(self, capture):
        with pytest.raises(IntegrityError), transaction.atomic():
            update(Capture, {"pk": capture.pk}, {"state": Capture.State.STORED})

    def test_it_is_undone_with_its_transaction(self, capture):
        with transaction.atomic():
            update(Capture, {"pk": capture.pk}, {"phase": "turn"})
            transaction.set_rollback(True)
        assert Capture.objects.get(pk=capture.pk).phase == ""


class TestInsert:
    def test_a_row_is_kept_as_django_keeps_it_and_learns_its_number(self, capture):
        at = timezone.now()
        ours, djangos = (
            Attempt(capture=capture, number=number, started_at=at, detail="it's", warc_bytes=3) for number in (1, 2)
        )
        insert(ours)
        djangos.save(force_insert=True)
        assert ours.pk < djangos.pk
        kept = [model_to_dict(Attempt.objects.get(pk=one.pk), exclude=["id", "number"]) for one in (ours, djangos)]
        assert kept[0] == kept[1]

    def test_a_row_that_has_its_number_keeps_it(self, capture):
        insert(Contents(capture=capture, cdxj="a line", missing=[{"url": "u", "code": "c"}]))
        assert Contents.objects.get(pk=capture.pk).missing == [{"url": "u", "code": "c"}]

    def test_it_can_be_saved_and_found_like_any_other(self, capture):
        attempt = Attempt(capture=capture, number=1)
        insert(attempt)
        attempt.detail = "more"
        attempt.save()
        assert [one.detail for one in Attempt.objects.filter(capture=capture)] == ["more"]

    def test_the_database_still_has_the_last_word(self, capture):
        insert(Attempt(capture=capture, number=1))
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(Attempt(capture=capture, number=1))


class TestSelect:
    def test_rows_become_what_django_makes_of_them(self, capture):
        update(Capture, {"pk": capture.pk}, KINDS)
        select = Select(lambda pk: Capture.objects.with_what_a_worker_needs().filter(pk=pk), int)
        (djangos,) = Capture.objects.with_what_a_worker_needs().filter(pk=capture.pk)
        with CaptureQueriesContext(connection) as sent:
            (ours,) = select(capture.pk)
            for name in ("state", "lease_token", "lease_until", "wants_browser", "body_digest"):
                assert getattr(ours, name) == getattr(djangos, name)
            assert ours.page.url == djangos.page.url
            assert values(ours.page.host).keys() == values(djangos.page.host).keys()
            assert ours.page.host.free_at == djangos.page.host.free_at
        assert ours.get_deferred_fields() == djangos.get_deferred_fields()
        # Both hosts had two columns to fetch for `values`; nothing else was asked for again.
        assert len([one for one in sent if "archive_capture" in one["sql"]]) == 1

    def test_each_call_is_for_its_own_values(self, capture):
        other = make_capture(make_page("https://b.example.com/2"), state=Capture.State.QUEUED)
        select = Select(
            lambda host, now: Capture.objects.filter(page__host_id=host, next_attempt_at__lte=now).values_list(
                "pk", "wants_browser"
            ),
            *(str, type(timezone.now())),
        )
        now = timezone.now()
        assert select("a.example.com", now) == [(capture.pk, False)]
        assert select("b.example.com", now) == [(other.pk, False)]
        assert select("b.example.com", now - timedelta(days=1)) == []
        assert select("' OR 1=1 --", now) == []

    def test_a_value_that_stands_nowhere_is_refused(self):
        with pytest.raises(ValueError, match="no place"):
            Select(lambda pk, other: Page.objects.filter(pk=pk), int, str)(1, "a")

    def test_nothing_is_written_twice(self, capture, monkeypatch):
        select = Select(lambda pk: Page.objects.filter(pk=pk), int)
        select(capture.page_id)
        monkeypatch.setattr(models.sql.compiler.SQLCompiler, "as_sql", None)
        assert select(capture.page_id) == [capture.page]
